//! Numbers at high precision that know how far rounding may move an `f64` from them.

use crate::precise::{Big, big, near};
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
/// Of expressions; programs have more: `Jet`.
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
