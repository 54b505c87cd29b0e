//! Numbers at high precision that know how far rounding may move an `f64` from them.

use crate::precise::{Big, big, derivatives_at_scale, near, unary};
use proptest::prelude::*;
use std::iter::Sum;
use std::ops::Mul;

/// How many roundings an operation may make, in value or partial, each half a unit in the last place.
const ROUNDINGS: f64 = 64.0;

/// What they do to a number, relative to it.
pub(crate) const EPS: f64 = ROUNDINGS * f64::EPSILON / 2.0;

/// What a difference at 512 bits loses, such as the slope of `tanh` at 200.
const LOST: f64 = 1e-60;

/// A number, and how far from it an `f64` may be that was computed in its place.
#[derive(Clone)]
pub(crate) struct Number {
    pub(crate) exact: Big,
    pub(crate) error: f64,
}

impl Number {
    pub(crate) fn size(&self) -> f64 {
        near(&self.exact).abs()
    }

    /// Whether number and bound are in the range of an `f64`.
    pub(crate) fn is_finite(&self) -> bool {
        self.size().is_finite() && self.error.is_finite()
    }
}

/// A number that is not rounded.
impl From<f64> for Number {
    fn from(x: f64) -> Self {
        Self { exact: big(x), error: 0.0 }
    }
}

/// Both factors may be off, and the product is rounded.
impl Mul for &Number {
    type Output = Number;

    fn mul(self, other: Self) -> Number {
        let (x, y) = (self.size(), other.size());
        let error = x * other.error + self.error * y + self.error * other.error + EPS * x * y;
        Number { exact: &self.exact * &other.exact, error }
    }
}

/// Of up to [`ROUNDINGS`] terms, in any order.
impl Sum for Number {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::from(0.0), |sum, term| Self {
            error: sum.error + term.error + EPS * term.size(),
            exact: sum.exact + term.exact,
        })
    }
}

/// A number with its gradient.
///
/// The bounds of the gradient are those of forward mode. They cover whatever multiplies and adds the same partials
/// in another order, such as reverse mode: there, too, a rounding reaches `dy/dx` as a multiple of products of
/// partials along paths from `x` to `y`, and the bound has each path's product, by absolute value, `EPS` times
/// and more for each of its steps.
#[derive(Clone)]
pub(crate) struct Exact {
    pub(crate) value: Number,
    pub(crate) gradient: Vec<Number>,
}

/// Why a number cannot be judged: it leaves a domain or the range of an `f64`, or rounding alone may move it
/// by more than its bounds can tell.
#[derive(Debug)]
pub(crate) struct Undecided;

impl Exact {
    /// The variables of a function at a point.
    pub(crate) fn variables(x: &[f64]) -> Vec<Self> {
        let unit = |i| (0..x.len()).map(|j| f64::from(u8::from(i == j)).into()).collect();
        x.iter().enumerate().map(|(i, &x)| Self { value: x.into(), gradient: unit(i) }).collect()
    }

    /// A constant, of a function of `n` variables.
    pub(crate) fn constant(value: f64, n: usize) -> Self {
        Self { value: value.into(), gradient: vec![0.0.into(); n] }
    }
}

/// How far a number may be off that a function is applied to.
const FIRST_ORDER: f64 = 1e-7;

/// What programs are made of: sums, products, and functions of one number.
impl Exact {
    pub(crate) fn sum<'a>(terms: impl IntoIterator<Item = &'a Self>) -> Self {
        let terms: Vec<_> = terms.into_iter().collect();
        let partial = |i: usize| terms.iter().map(|x: &&Self| x.gradient[i].clone()).sum();
        Self {
            gradient: (0..terms[0].gradient.len()).map(partial).collect(),
            value: terms.iter().map(|x| x.value.clone()).sum(),
        }
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        let partials = self.gradient.iter().zip(&other.gradient);
        let partials = partials.map(|(dx, dy)| [&self.value * dy, &other.value * dx].into_iter().sum());
        Self { gradient: partials.collect(), value: &self.value * &other.value }
    }

    pub(crate) fn negated(&self) -> Self {
        self.times(&Self::constant(-1.0, self.gradient.len()))
    }

    /// A function by its name in the table of rules, whose second and third derivative are no larger around here
    /// than 6, or 6 times the function if that is more: as those of `tanh`, and of `ln` and `recip` from 1 on.
    ///
    /// ```text
    /// |f(x + e) - f(x)|   <= |f'| e + 3 max(|f|, 1) e^2
    /// |f'(x + e) - f'(x)| <= |f''| e + 3 max(|f|, 1) e^2
    /// ```
    pub(crate) fn map(&self, name: &str) -> Result<Self, Undecided> {
        let (x, e) = (&self.value.exact, self.value.error);
        let [value, slope, bend] = derivatives_at_scale(0, |x| unary(name, x), x).ok_or(Undecided)?;
        if e.is_nan() || e > FIRST_ORDER {
            return Err(Undecided);
        }
        let size = near(&value).abs();
        let beyond = 3.0 * size.max(1.0) * e * e;
        let [first, second] = [&slope, &bend].map(|x| near(x).abs());
        let slope = Number { exact: slope, error: second * e + beyond + EPS * first };
        Ok(Self {
            value: Number { exact: value, error: first * e + beyond + EPS * size },
            gradient: self.gradient.iter().map(|dx| &slope * dx).collect(),
        })
    }
}

/// Whether rounding explains the distance between what a mode found and what is exact.
pub(crate) fn explained(what: &str, found: f64, exact: &Number) -> Result<(), TestCaseError> {
    let (expected, allowed) = (near(&exact.exact), exact.error);
    let off = (found - expected).abs();
    prop_assert!(
        off <= allowed + LOST,
        "{what} is {found:e}, exactly {expected:e}; off by {off:e}, rounding explains {allowed:e}"
    );
    Ok(())
}
