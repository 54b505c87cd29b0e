//! [`Taylor`]: a number that carries its Taylor series along.
//!
//! # Out of the same table
//!
//! Of `y = f(x)` along a curve the chain rule knows the derivative, `y' = f'(x) x'`, and that is an equation
//! between series: with the partial `p = f'(x)` as a series,
//!
//! ```text
//! k y_k = sum_{j=1..k} j x_j p_{k-j}
//! ```
//!
//! The coefficient `y_k` needs `p` up to order `k - 1` alone. So a rule's partial, which is generic in its
//! scalar, is evaluated on series that are one order shorter; the rules that it is made of do the same, and
//! in the end a partial is evaluated on plain numbers. No rule is written a second time.
//!
//! A partial may look at `y` too (that of `exp` is `y`). It is asked with NaN for what is not known of `y`: if
//! no NaN comes out it did not look, and one evaluation gives all coefficients. Otherwise they are computed
//! one after the other, `y` growing by one with each evaluation.

mod numbers;

use crate::tag::Tag;
use ad_core::kernels::Kernels;
use ad_core::num_traits::Float;
use ad_core::rule::{Partials, partials_of};
use ad_core::tree::{Each, flatten_as};
use ad_core::{Binary, Dense, Nary, Scalar, Tree, Unary, or_panic};
use alloc::vec::Vec;
use core::array::from_fn;
use core::borrow::Borrow;

/// A Taylor series of `K` coefficients, `x_0 + x_1 t + .. + x_{K-1} t^(K-1)`, over any scalar.
///
/// Computing with it gives the series of the result, and so all derivatives along `t` up to order `K - 1`
/// at once: arithmetic takes about `K^2 / 2` multiplications, where nested dual numbers take `3^(K-1)`.
/// Elementary functions reuse the table of rules, which costs more evaluations of other rules the higher the
/// order is; that is meant for up to about ten coefficients. Where a partial is made of several other rules, or looks at its function's
/// value (`hypot`, `norm`, `atan2`, `log_sum_exp`; all functions over another mode), each coefficient more takes two to five times as
/// long: 3 us for a `hypot` with 4 of them, 0.4 ms with 7 and 25 ms with 10, where `sqrt` of the sum of squares takes 1 us.
///
/// ```
/// use ad_core::Scalar;
/// use ad_forward::Taylor;
///
/// let t = Taylor::<f64, 4>::variable(0.0);
/// assert_eq!(t.exp().coefficients(), [1.0, 1.0, 1.0 / 2.0, 1.0 / 6.0]);
/// assert_eq!((t.exp() * t).derivative(3), 3.0); // (t e^t)''' at 0
/// ```
///
/// Comparisons look at the primal alone, and zeros are strong, as for [`Dual`](crate::Dual).
#[doc(alias = "Jet2")]
#[derive(Clone, Copy)]
pub struct Taylor<T, const K: usize> {
    coefficients: [T; K],
    /// How many coefficients beyond the first one are meant: fewer than `K - 1` only inside of a rule.
    order: usize,
    /// Whose series it is.
    tag: Tag,
}

impl<T: Scalar, const K: usize> Taylor<T, K> {
    const HIGHEST: usize = {
        assert!(K > 0, "a Taylor series has at least the value");
        K - 1
    };

    /// The series of these coefficients; there must be at least one.
    #[inline]
    #[must_use]
    pub const fn new(coefficients: [T; K]) -> Self {
        Self { coefficients, order: Self::HIGHEST, tag: Tag::UNKNOWN }
    }

    /// A number that does not depend on `t`.
    #[inline]
    #[must_use]
    pub fn from_primal(x: T) -> Self {
        Self::new(from_fn(|k| if k == 0 { x } else { T::zero() })).tagged(Tag::NONE)
    }

    /// The series of `x + t`. It is a variable made by hand: in the result of [`derivatives`] or [`jet`] it may have no part.
    #[inline]
    #[must_use]
    pub fn variable(x: T) -> Self {
        Self::new(from_fn(|k| match k {
            0 => x,
            1 => T::one(),
            _ => T::zero(),
        }))
        .tagged(Tag::BY_HAND)
    }

    /// The coefficients: the `k`-th derivative along `t`, divided by `k!`.
    #[inline]
    #[must_use]
    pub const fn coefficients(self) -> [T; K] {
        self.coefficients
    }

    /// The `k`-th derivative along `t`.
    ///
    /// # Panics
    ///
    /// If `k >= K`.
    #[must_use]
    #[track_caller]
    pub fn derivative(self, k: usize) -> T {
        assert!(k < K, "no derivative of order {k} in a series of {K} coefficients");
        let factorial = (1..=k).fold(1.0, |product, i| product * i as f64);
        self.coefficients[k] * T::lit(factorial)
    }

    /// All derivatives along `t`, from the value on.
    #[must_use]
    pub fn derivatives(self) -> [T; K] {
        from_fn(|k| self.derivative(k))
    }

    /// The first `order + 1` coefficients.
    fn truncated(self, order: usize) -> Self {
        let coefficients = from_fn(|k| if k <= order { self.coefficients[k] } else { T::zero() });
        Self { coefficients, order, tag: self.tag }
    }

    /// The same series with `f(k)` for the coefficient of `t^k` from `from` on.
    fn filled(mut self, from: usize, mut f: impl FnMut(&Self, usize) -> T) -> Self {
        for k in from..=self.order {
            self.coefficients[k] = f(&self, k);
        }
        self
    }

    /// `y = f(x_1, .., x_n)` with this value, by `y' = sum_i p_i x_i'`. The `partials` get the arguments and
    /// `y` to the order to which they are wanted.
    fn chain(value: T, args: &[Self], partials: impl Fn(&[Self], Self) -> Partials<Self>) -> Self {
        let order = args.iter().map(|x| x.order).min().unwrap_or(Self::HIGHEST);
        let tag = Tag::join_all(args.iter().map(|x| x.tag));
        let mut y = Self::from_primal(value).truncated(order).tagged(tag);
        let at = |order: usize, y: Self| {
            let args: Partials<Self> = args.iter().map(|x| x.truncated(order)).collect();
            partials(&args, y)
        };
        // k y_k = sum_i sum_j j x_ij p_i(k-j)
        let coefficient = |partials: &[Self], k: usize| {
            let terms = args.iter().zip(partials).flat_map(|(x, p)| {
                (1..=k)
                    .map(move |j| p.coefficients[k - j].strong_product(x.coefficients[j] * T::lit(j as f64)))
            });
            terms.fold(T::zero(), |sum, term| sum + term) / T::lit(k as f64)
        };
        if order == 0 {
            return y;
        }
        // All at once, if the partials do not depend on what is not known yet. Over another mode that cannot be seen: 0 times
        // NaN is 0 in value, and its derivative NaN.
        if order > 1 && T::ORDER == 0 {
            let unknown = y.truncated(order - 1).filled(1, |_, _| T::constant(Float::nan()));
            let p = at(order - 1, unknown);
            if !p.iter().any(|p| p.coefficients[..order].iter().any(|c| c.primal().is_nan())) {
                return y.filled(1, |_, k| coefficient(&p, k));
            }
        }
        for k in 1..=order {
            let p = at(k - 1, y.truncated(k - 1));
            y.coefficients[k] = coefficient(&p, k);
        }
        y
    }
}

impl<T: Scalar, const K: usize> Kernels for Taylor<T, K> {}

impl<T: Scalar, const K: usize> Scalar for Taylor<T, K> {
    type Real = T::Real;
    type Array<const RANK: usize> = Dense<Self, RANK>;
    const ORDER: usize = T::ORDER + Self::HIGHEST;

    #[inline]
    fn constant(x: T::Real) -> Self {
        Self::from_primal(T::constant(x))
    }
    #[inline]
    fn primal(self) -> T::Real {
        self.coefficients[0].primal()
    }
    #[inline]
    fn stop_gradient(self) -> Self {
        Self::from_primal(self.coefficients[0].stop_gradient())
    }
    fn apply<R: Unary>(self, rule: R) -> Self {
        let value = self.coefficients[0].apply(rule);
        Self::chain(value, &[self], |x, y| Partials::from_slice(&[rule.partial(x[0], y)]))
    }
    fn apply2<R: Binary>(self, rhs: Self, rule: R) -> Self {
        let value = self.coefficients[0].apply2(rhs.coefficients[0], rule);
        let (by_x, by_y) = (!self.is_constant(), !rhs.is_constant()); // `x.powf(3)`: no logarithm of the base
        Self::chain(value, &[self, rhs], |x, z| {
            let [x, y] = [x[0], x[1]];
            let partial_x = if by_x { rule.partial_x(x, y, z) } else { Self::from_primal(T::zero()) };
            let partial_y = if by_y { rule.partial_y(x, y, z) } else { Self::from_primal(T::zero()) };
            Partials::from_slice(&[partial_x, partial_y])
        })
    }
    fn apply_n<R: Nary>(args: &[Self], rule: R) -> Self {
        let values: Partials<T> = args.iter().map(|x| x.coefficients[0]).collect();
        Self::chain(T::apply_n(&values, rule), args, |x, y| partials_of(rule, x, y))
    }
    #[inline]
    fn with_primal(mut self, x: T::Real) -> Self {
        self.coefficients[0] = self.coefficients[0].with_primal(x);
        self
    }
    #[inline]
    fn is_all_finite(self) -> bool {
        self.coefficients.iter().all(|c| c.is_all_finite())
    }
    #[inline]
    fn is_strong_zero(self) -> bool {
        self.coefficients[0].is_strong_zero() && self.is_constant()
    }
    fn is_zero_in_value(self) -> bool {
        self.coefficients.iter().all(|c| c.is_zero_in_value())
    }
}

impl<T: Scalar, const K: usize> Taylor<T, K> {
    fn is_constant(self) -> bool {
        self.coefficients[1..].iter().all(|c| c.is_strong_zero())
    }

    /// The same series, with this tag.
    fn tagged(self, tag: Tag) -> Self {
        Self { tag, ..self }
    }

    /// The same series, as a result of the run with this tag.
    ///
    /// # Panics
    ///
    /// If another run has a part in it.
    fn checked(self, tag: Tag) -> Self {
        self.tag.check(tag);
        self
    }
}

/// `f(x)`, `f'(x)`, .. up to the derivative of order `K - 1`, of a function of one variable.
///
/// ```
/// use ad_core::Scalar;
/// let d: [f64; 5] = ad_forward::derivatives(|x| x.sin(), 0.0);
/// assert_eq!(d, [0.0, 1.0, 0.0, -1.0, 0.0]);
/// ```
///
/// # Panics
///
/// As [`jet`].
#[doc(alias("nth_derivative", "zeroth_derivative"))]
#[must_use]
pub fn derivatives<T: Scalar, const K: usize>(f: impl FnOnce(Taylor<T, K>) -> Taylor<T, K>, x: T) -> [T; K] {
    let tag = Tag::fresh();
    f(Taylor::variable(x).tagged(tag)).checked(tag).derivatives()
}

/// The Taylor series of `f` along a curve: from the coefficients of `x(t) = sum_k x_k t^k` those of `f(x(t))`.
///
/// A coefficient is a derivative by `t`, over `k!`. (JAX's `jet` takes and gives the derivatives.)
///
/// ```
/// // Along the straight line through (2, 3) in direction (1, 1): x0 x1 = 6 + 5 t + t^2.
/// let series = ad_forward::jet(|x| x[0] * x[1], [&[2.0, 3.0], &[1.0, 1.0], &[0.0, 0.0]]);
/// assert_eq!(series, [6.0, 5.0, 1.0]);
/// ```
///
/// # Panics
///
/// If the coefficients have not all as many numbers as the first one, an array of another shape, or lists of other lengths; if a
/// number of another series of the same type has a part in the result, one of an outer series or one that was kept from a series
/// that has ended.
#[must_use]
#[track_caller]
pub fn jet<T, P, Out, const K: usize>(
    f: impl FnOnce(&P::Over<Taylor<T, K>>) -> Out,
    curve: [&P; K],
) -> [Out::Owned<T>; K]
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
    Out: Tree<Scalar = Taylor<T, K>>,
{
    let point = curve[0];
    let mut numbers = Vec::with_capacity(K);
    for coefficient in curve {
        numbers.push(or_panic(flatten_as(("a point", point), ("numbers in a coefficient", coefficient))));
    }
    let tag = Tag::fresh();
    let mut place = 0;
    let inputs = point.lift(&mut Each(|_| {
        let x = Taylor::new(from_fn(|k| numbers[k][place]));
        place += 1;
        x.tagged(tag.if_moving(&x.coefficients[1..]))
    }));
    let out = f(inputs.borrow());
    from_fn(|k| out.lift(&mut Each(|y: Taylor<T, K>| y.checked(tag).coefficients[k])))
}
