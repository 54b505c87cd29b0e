//! [`Dual`]: a number that carries its tangents along.

use crate::array::DualArray;
use crate::tag::Tag;
use ad_core::kernels::Kernels;
use ad_core::rule::{Partials, partials_of};
use ad_core::{Binary, Nary, Scalar, Unary};
use core::fmt;

mod dot;
mod lanes;
mod operators;

pub(crate) use self::lanes::over;
use self::lanes::{along, zip};

/// A primal and its tangents in `N` directions: `x + dx_1 e_1 + .. + dx_N e_N` with `e_i e_j = 0`.
///
/// Computing with dual numbers is forward mode: whatever is computed from seeded inputs carries its
/// directional derivatives.
///
/// ```
/// use ad_core::Scalar;
/// use ad_forward::Dual;
///
/// let x = Dual::variable(2.0, 0); // one direction: d/dx
/// let y: Dual<f64, 1> = x * x + x.sin();
/// assert_eq!(y.tangent()[0], 4.0 + 2.0_f64.cos());
/// ```
///
/// Comparisons (`==`, `<`) look at the primal alone, so that a dual number takes the branches of the
/// plain run. A tangent that is exactly 0 stays 0 through a singular point (a *strong zero*): an
/// inactive path never turns a derivative into NaN.
///
/// A number also knows which derivatives it comes from, in a word of its own: the result of one that another has a part in,
/// over the same type, is refused.
// The tangents come first: then an even number of them falls into pairs for the compiler, in a product as in a sum. A
// primal in front is paired with the first one in sums alone, and every operation between the two moves all lanes; right
// behind the last one it is loaded as a pair with that, and so the tag lies between.
#[doc(alias("Dual64", "DualVec", "Jet1", "JetK"))]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Dual<T, const N: usize> {
    /// The derivative of the value in each direction. Nobody outside may change it, because `tag` says whether it is 0.
    pub(crate) tangent: [T; N],
    /// Whose tangents they are.
    pub(crate) tag: Tag,
    /// The value.
    pub primal: T,
}

impl<T: Scalar, const N: usize> Dual<T, N> {
    /// Whether an operation looks if its operands move. That costs about as much as one direction of plain numbers; over
    /// variables, the product of a partial and 0 would be recorded.
    const LOOKS: bool = N >= 3 || T::ORDER > 0;

    /// A number with its tangents.
    #[inline]
    #[must_use]
    pub const fn new(primal: T, tangent: [T; N]) -> Self {
        Self { primal, tangent, tag: Tag::UNKNOWN }
    }

    /// A number that depends on no input: its tangents are 0, and with three or more of them a product leaves them out.
    #[doc(alias = "from_re")]
    #[inline]
    #[must_use]
    pub fn from_primal(primal: T) -> Self {
        Self { primal, tangent: [T::zero(); N], tag: Tag::NONE }
    }

    /// The derivative of the value in each direction.
    #[doc(alias("eps", "dx"))]
    #[inline]
    #[must_use]
    pub const fn tangent(self) -> [T; N] {
        self.tangent
    }

    /// An input: its tangent is 1 in `direction` and 0 in the others.
    ///
    /// It is a variable made by hand: in the result of an operator, such as [`derivative`](crate::derivative), it may have no
    /// part.
    ///
    /// # Panics
    ///
    /// If `direction >= N`.
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn variable(primal: T, direction: usize) -> Self {
        assert!(direction < N, "direction {direction} of a dual number with {N} directions");
        let mut x = Self::from_primal(primal);
        x.tangent[direction] = T::one();
        x.tagged(Tag::BY_HAND)
    }

    /// The same number, with this tag.
    #[doc(hidden)] // for `ad-reverse`, which seeds dual numbers too
    #[inline(always)]
    #[must_use]
    pub fn tagged(self, tag: Tag) -> Self {
        Self { tag, ..self }
    }

    /// An input of the run with this tag; if it does not move, it is a constant.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn input_of(tag: Tag, primal: T, tangent: [T; N]) -> Self {
        Self { primal, tangent, tag: tag.if_moving(&tangent) }
    }

    /// Input `j` of the run with this tag, in which the inputs from `start` on move, each in a direction of its own, as many as
    /// there are directions.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn input_in_chunk(tag: Tag, primal: T, j: usize, start: usize) -> Self {
        match j.checked_sub(start) {
            Some(direction) if direction < N => Self::variable(primal, direction).tagged(tag),
            _ => Self::from_primal(primal),
        }
    }

    /// The tangents, of a result of the run with this tag.
    ///
    /// # Panics
    ///
    /// If another run has a part in them.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn tangent_of(self, tag: Tag) -> [T; N] {
        self.tag.check(tag);
        self.tangent
    }

    /// Whether the number has tangents at all; if not, they are 0.
    #[inline(always)]
    fn is_moving(&self) -> bool {
        debug_assert!(self.tag != Tag::NONE || self.tangent.iter().all(|t| t.is_strong_zero()));
        self.tag.is_some()
    }

    /// [`is_moving`](Self::is_moving) where it is not, as a rule.
    #[inline(always)]
    fn is_moving_for_once(&self) -> bool {
        debug_assert_eq!(self.tag.is_some_for_once(), self.is_moving());
        self.tag.is_some_for_once()
    }

    /// A result with this number's tag.
    #[inline(always)]
    fn like(&self, primal: T, tangent: [T; N]) -> Self {
        Self { primal, tangent, tag: self.tag }
    }

    /// The chain rule for one argument: `value` with the tangents `partial * self.tangent`.
    #[inline(always)]
    fn chain(self, value: T, partial: T) -> Self {
        if (Self::LOOKS || !partial.is_ordinary()) && !self.is_moving() {
            return Self::from_primal(value);
        }
        self.like(value, along(partial, self.tangent))
    }
}

impl<T: Scalar, const N: usize> Kernels for Dual<T, N> {
    fn dot(x: &[Self], y: &[Self]) -> Self {
        dot::dot(x, y)
    }
}

impl<T: Scalar, const N: usize> Scalar for Dual<T, N> {
    type Real = T::Real;
    type Array<const RANK: usize> = DualArray<T, N, RANK>;
    const ORDER: usize = T::ORDER + 1;

    #[inline]
    fn constant(x: T::Real) -> Self {
        Self::from_primal(T::constant(x))
    }
    #[inline]
    fn primal(self) -> T::Real {
        self.primal.primal()
    }
    #[inline]
    fn stop_gradient(self) -> Self {
        Self::from_primal(self.primal.stop_gradient())
    }
    #[inline]
    fn apply<R: Unary>(self, rule: R) -> Self {
        let value = self.primal.apply(rule);
        if Self::LOOKS && !self.is_moving() {
            return Self::from_primal(value);
        }
        self.chain(value, rule.partial(self.primal, value))
    }
    #[inline]
    fn apply2<R: Binary>(self, rhs: Self, rule: R) -> Self {
        let (x, y) = (self.primal, rhs.primal);
        let z = x.apply2(y, rule);
        let tag = self.tag.join(rhs.tag);
        if tag == Tag::NONE {
            return Self::from_primal(z);
        }
        // Only the partials that are needed: `x.powf(3)` takes no logarithm of the base.
        let moves = |t: [T; N]| !t.iter().all(|t| t.is_strong_zero());
        let by_x = || along(rule.partial_x(x, y, z), self.tangent);
        let by_y = || along(rule.partial_y(x, y, z), rhs.tangent);
        let tangent = match (moves(self.tangent), moves(rhs.tangent)) {
            (true, true) => zip(by_x(), by_y(), |a, b| a + b),
            (true, false) => by_x(),
            (false, true) => by_y(),
            (false, false) => [T::zero(); N],
        };
        Self::new(z, tangent).tagged(tag)
    }
    fn apply_n<R: Nary>(args: &[Self], rule: R) -> Self {
        let primals: Partials<T> = args.iter().map(|x| x.primal).collect();
        let value = T::apply_n(&primals, rule);
        let tag = Tag::join_all(args.iter().map(|x| x.tag));
        let mut out = Self::from_primal(value).tagged(tag);
        if tag == Tag::NONE {
            return out;
        }
        for (x, partial) in args.iter().zip(partials_of(rule, &primals, value)) {
            out.tangent = zip(out.tangent, along(partial, x.tangent), |a, b| a + b);
        }
        out
    }
    #[inline]
    fn with_primal(self, x: T::Real) -> Self {
        self.like(self.primal.with_primal(x), self.tangent)
    }
    #[inline]
    fn is_all_finite(self) -> bool {
        self.tangent.iter().fold(self.primal.is_all_finite(), |finite, t| finite & t.is_all_finite())
    }
    #[inline]
    fn is_strong_zero(self) -> bool {
        self.primal.is_strong_zero() && self.tangent.iter().all(|t| t.is_strong_zero())
    }
    fn is_zero_in_value(self) -> bool {
        self.primal.is_zero_in_value() && self.tangent.iter().all(|t| t.is_zero_in_value())
    }
}

ad_core::impl_by_value!([T: Scalar, const N: usize] Dual<T, N>: T, primal, from_primal);

// By hand, because it shows what a user has put in: not the tag.
impl<T: fmt::Debug, const N: usize> fmt::Debug for Dual<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dual").field("tangent", &self.tangent).field("primal", &self.primal).finish()
    }
}

/// `primal + [tangents]e`.
impl<T: Scalar, const N: usize> fmt::Display for Dual<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.primal, f)?;
        f.write_str(" + [")?;
        for (i, t) in self.tangent.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { ", " })?;
            fmt::Display::fmt(t, f)?;
        }
        f.write_str("]e")
    }
}

#[cfg(test)]
mod tests {
    use super::Dual;

    #[test]
    fn a_dual_number_is_shown_with_its_tangents() {
        assert_eq!(Dual::new(1.5, [2.0, -3.0]).to_string(), "1.5 + [2, -3]e");
        assert_eq!(format!("{:.2}", Dual::new(1.5, [2.0])), "1.50 + [2.00]e");
        assert_eq!(
            Dual::new(Dual::new(1.0, [2.0]), [Dual::new(3.0, [4.0])]).to_string(),
            "1 + [2]e + [3 + [4]e]e"
        );
    }
}
