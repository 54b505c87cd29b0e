//! [`Dual`]: a number that carries its tangents along.

use crate::array::DualArray;
use crate::tag::Tag;
use ad_core::kernels::Kernels;
use ad_core::rule::Partials;
use ad_core::{Binary, Nary, Scalar, Unary, rules};
use core::cmp::Ordering;
use core::fmt;
use core::iter::Sum;
use core::ops::{Add, Div, Mul, Neg, Rem, Sub};
use num_traits::{Float, Num, One, Zero};

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
// primal in front is paired with the first one in sums alone, and every operation between the two moves all lanes.
#[doc(alias("Dual64", "DualVec", "Jet1", "JetK"))]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Dual<T, const N: usize> {
    /// The derivative of the value in each direction. Nobody outside may change it, because `tag` says whether it is 0.
    pub(crate) tangent: [T; N],
    /// The value.
    pub primal: T,
    /// Whose tangents they are.
    pub(crate) tag: Tag,
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

    /// The tangents, of a result of the run with this tag.
    ///
    /// # Panics
    ///
    /// If another run has a part in them.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn tangent_of(self, tag: Tag) -> [T; N] {
        self.tag.check(tag);
        self.tangent
    }

    /// Whether the number has tangents at all; if not, they are 0.
    #[inline(always)]
    fn is_moving(&self) -> bool {
        debug_assert!(self.tag != Tag::NONE || self.tangent.iter().all(|t| t.is_strong_zero()));
        self.tag != Tag::NONE
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

/// `partial * tangent` per lane. One look at the partial decides whether zeros must be strong: those
/// of the tangent at an infinite partial, and a partial of 0 (a path not taken) at an infinite tangent.
///
/// On plain numbers both branches stand inline: around a call, all lanes of the caller would have to
/// live in memory. On nested ones that would double the code with every level.
#[inline(always)]
fn along<T: Scalar, const N: usize>(partial: T, tangent: [T; N]) -> [T; N] {
    if partial.is_ordinary() {
        map(tangent, |t| partial * t)
    } else if rules::is_plain::<T>() {
        map(tangent, |t| partial.strong_product(t))
    } else {
        along_singular(partial, tangent)
    }
}

/// `p dx + q dy` per lane.
#[inline(always)]
fn both<T: Scalar, const N: usize>(p: T, dx: [T; N], q: T, dy: [T; N]) -> [T; N] {
    zip(along(p, dx), along(q, dy), |a, b| a + b)
}

#[cold]
#[inline(never)]
fn both_singular<T: Scalar, const N: usize>(p: T, dx: [T; N], q: T, dy: [T; N]) -> [T; N] {
    both(p, dx, q, dy)
}

/// The tangents of `value = x / y` where `1 / y` is infinite or rounded: a quotient by `y` need not be. And where
/// the value is NaN, as `inf / inf` is.
#[cold]
#[inline(never)]
fn quotient_singular<T: Scalar, const N: usize>(value: T, y: T, dx: [T; N], dy: [T; N]) -> [T; N] {
    if value.primal().is_nan() {
        return both(value, dx, value, dy);
    }
    let by_left = map(dx, |t| over(t, y));
    zip(by_left, along(-value / y, dy), |a, b| a + b)
}

/// `t / y` for a tangent or a coefficient `t`, where zeros are strong: that of `t`, also if it has derivatives itself,
/// as a direction that does not move has in a nested mode; and the partial `1 / y` for an infinite `y`.
pub(crate) fn over<T: Scalar>(t: T, y: T) -> T {
    let divisor = y.primal();
    if t.is_strong_zero() {
        t
    } else if divisor.is_infinite() || (divisor.is_zero() && t.primal().is_zero()) {
        (T::one() / y).strong_product(t)
    } else {
        t / y // where `1 / y` would be rounded or overflow
    }
}

#[cold]
#[inline(never)]
fn along_singular<T: Scalar, const N: usize>(partial: T, tangent: [T; N]) -> [T; N] {
    map(tangent, |t| partial.strong_product(t))
}

#[inline(always)]
fn zip<T: Copy, const N: usize>(a: [T; N], b: [T; N], f: impl Fn(T, T) -> T) -> [T; N] {
    core::array::from_fn(|i| f(a[i], b[i]))
}

#[inline(always)]
fn map<T: Copy, const N: usize>(a: [T; N], f: impl Fn(T) -> T) -> [T; N] {
    core::array::from_fn(|i| f(a[i]))
}

impl<T: Scalar, const N: usize> Kernels for Dual<T, N> {
    fn dot(x: &[Self], y: &[Self]) -> Self {
        crate::dot::dot(x, y)
    }
}

impl<T: Scalar, const N: usize> Scalar for Dual<T, N> {
    type Real = T::Real;
    type Vector = DualArray<T, N, 1>;
    type Matrix = DualArray<T, N, 2>;
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
        let by_x = along(rule.partial_x(x, y, z), self.tangent);
        if rhs.tangent.iter().all(|t| t.is_strong_zero()) {
            return Self::new(z, by_x).tagged(tag); // `x.powf(3)`: no logarithm of the base
        }
        let by_y = along(rule.partial_y(x, y, z), rhs.tangent);
        Self::new(z, zip(by_x, by_y, |a, b| a + b)).tagged(tag)
    }
    fn apply_n<R: Nary>(args: &[Self], rule: R) -> Self {
        let primals: Partials<T> = args.iter().map(|x| x.primal).collect();
        let value = T::apply_n(&primals, rule);
        let tag = Tag::join_all(args.iter().map(|x| x.tag));
        let mut out = Self::from_primal(value).tagged(tag);
        if tag == Tag::NONE {
            return out;
        }
        for (x, partial) in args.iter().zip(rule.partials(&primals, value)) {
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

impl<T: Scalar, const N: usize> Neg for Dual<T, N> {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        self.like(-self.primal, self.tangent.map(|t| -t))
    }
}

impl<T: Scalar, const N: usize> Add for Dual<T, N> {
    type Output = Self;
    #[inline]
    fn add(self, rhs: Self) -> Self {
        let primal = self.primal + rhs.primal; // before the tangents: the compiler keeps to the order
        let tangent = zip(self.tangent, rhs.tangent, |a, b| a + b);
        Self { primal, tangent, tag: self.tag.join(rhs.tag) }
    }
}

impl<T: Scalar, const N: usize> Sub for Dual<T, N> {
    type Output = Self;
    #[inline]
    fn sub(self, rhs: Self) -> Self {
        let primal = self.primal - rhs.primal; // before the tangents: the compiler keeps to the order
        let tangent = zip(self.tangent, rhs.tangent, |a, b| a - b);
        Self { primal, tangent, tag: self.tag.join(rhs.tag) }
    }
}

#[allow(clippy::suspicious_arithmetic_impl, reason = "the product rule is a sum")]
impl<T: Scalar, const N: usize> Mul for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, rhs: Self) -> Self {
        let (x, y) = (self.primal, rhs.primal);
        let value = x * y;
        let tag = self.tag.join(rhs.tag);
        if Self::LOOKS && !self.is_moving() {
            return rhs.chain(value, x);
        }
        if Self::LOOKS && !rhs.is_moving() {
            return self.chain(value, y);
        }
        // An ordinary product has ordinary factors: one look at it decides whether zeros must be strong.
        if value.is_ordinary() {
            return Self::new(value, zip(self.tangent, rhs.tangent, |dx, dy| y * dx + x * dy)).tagged(tag);
        }
        if rules::is_plain::<T>() {
            return Self::new(value, both(y, self.tangent, x, rhs.tangent)).tagged(tag);
        }
        Self::new(value, both_singular(y, self.tangent, x, rhs.tangent)).tagged(tag)
    }
}

#[allow(clippy::suspicious_arithmetic_impl, reason = "the quotient rule is a sum")]
impl<T: Scalar, const N: usize> Div for Dual<T, N> {
    type Output = Self;
    #[inline]
    fn div(self, rhs: Self) -> Self {
        let value = self.primal / rhs.primal;
        let tag = self.tag.join(rhs.tag);
        let inverse = T::one() / rhs.primal;
        if tag == Tag::NONE {
            return Self::from_primal(value);
        }
        if value.primal().is_nan() || !(Float::is_normal(inverse.primal()) && inverse.is_all_finite()) {
            // 1 / y overflows for a subnormal y, and is rounded to one for a large y; a quotient by it need not be.
            return Self::new(value, quotient_singular(value, rhs.primal, self.tangent, rhs.tangent))
                .tagged(tag);
        }
        Self::new(value, both(inverse, self.tangent, -value * inverse, rhs.tangent)).tagged(tag)
    }
}

impl<T: Scalar, const N: usize> Rem for Dual<T, N> {
    type Output = Self;
    #[inline]
    fn rem(self, rhs: Self) -> Self {
        self.apply2(rhs, rules::Rem)
    }
}

impl<T: Scalar, const N: usize> Sum for Dual<T, N> {
    #[inline]
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        // Start where the sum of `T` starts (`f64` starts at -0.0), so that the primal is bit-equal.
        iter.fold(Self::from_primal(core::iter::empty::<T>().sum()), Add::add)
    }
}

/// `dual op number` and `number op dual`: cheaper than lifting the number.
macro_rules! mixed {
    ($($real:ty)*) => {
        $(
            impl<T: Scalar<Real = $real>, const N: usize> Add<$real> for Dual<T, N> {
                type Output = Self;
                #[inline]
                fn add(self, rhs: $real) -> Self {
                    self.like(self.primal + T::constant(rhs), self.tangent)
                }
            }
            impl<T: Scalar<Real = $real>, const N: usize> Sub<$real> for Dual<T, N> {
                type Output = Self;
                #[inline]
                fn sub(self, rhs: $real) -> Self {
                    self.like(self.primal - T::constant(rhs), self.tangent)
                }
            }
            impl<T: Scalar<Real = $real>, const N: usize> Mul<$real> for Dual<T, N> {
                type Output = Self;
                #[inline]
                fn mul(self, rhs: $real) -> Self {
                    let factor = T::constant(rhs);
                    self.chain(self.primal * factor, factor)
                }
            }
            impl<T: Scalar<Real = $real>, const N: usize> Div<$real> for Dual<T, N> {
                type Output = Self;
                #[inline]
                fn div(self, rhs: $real) -> Self {
                    let divisor = T::constant(rhs);
                    let value = self.primal / divisor;
                    self.chain(value, rules::unless_nan(value, T::one() / divisor))
                }
            }
            impl<T: Scalar<Real = $real>, const N: usize> Add<Dual<T, N>> for $real {
                type Output = Dual<T, N>;
                #[inline]
                fn add(self, rhs: Dual<T, N>) -> Dual<T, N> {
                    rhs.like(T::constant(self) + rhs.primal, rhs.tangent)
                }
            }
            impl<T: Scalar<Real = $real>, const N: usize> Sub<Dual<T, N>> for $real {
                type Output = Dual<T, N>;
                #[inline]
                fn sub(self, rhs: Dual<T, N>) -> Dual<T, N> {
                    rhs.like(T::constant(self) - rhs.primal, rhs.tangent.map(|t| -t))
                }
            }
            impl<T: Scalar<Real = $real>, const N: usize> Mul<Dual<T, N>> for $real {
                type Output = Dual<T, N>;
                #[inline]
                fn mul(self, rhs: Dual<T, N>) -> Dual<T, N> {
                    let factor = T::constant(self);
                    rhs.chain(factor * rhs.primal, factor)
                }
            }
            impl<T: Scalar<Real = $real>, const N: usize> Div<Dual<T, N>> for $real {
                type Output = Dual<T, N>;
                #[inline]
                fn div(self, rhs: Dual<T, N>) -> Dual<T, N> {
                    let value = T::constant(self) / rhs.primal;
                    rhs.chain(value, -value / rhs.primal)
                }
            }
        )*
    };
}
mixed!(f64 f32);

impl<T: Scalar, const N: usize> PartialEq for Dual<T, N> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.primal == other.primal
    }
}

impl<T: Scalar, const N: usize> PartialOrd for Dual<T, N> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.primal.partial_cmp(&other.primal)
    }
}

impl<T: Scalar, const N: usize> Zero for Dual<T, N> {
    #[inline]
    fn zero() -> Self {
        Self::from_primal(T::zero())
    }
    #[inline]
    fn is_zero(&self) -> bool {
        self.primal.is_zero()
    }
}

impl<T: Scalar, const N: usize> One for Dual<T, N> {
    #[inline]
    fn one() -> Self {
        Self::from_primal(T::one())
    }
}

impl<T: Scalar, const N: usize> Num for Dual<T, N> {
    type FromStrRadixErr = T::FromStrRadixErr;
    fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
        T::from_str_radix(text, radix).map(Self::from_primal)
    }
}

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
