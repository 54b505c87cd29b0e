//! Powers with an integer exponent.

use super::{special, undefined};
use crate::rule::Unary;
use crate::scalar::{Real, Scalar};
use num_traits::Float;

/// `x^n` for a fixed integer `n`. At 0: `x^0` is `0 / 0`, `x^1` is `1 / 0`, `x^2` is `0 / 2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Powi(pub i32);

impl Unary for Powi {
    const NAME: &'static str = "powi";
    #[inline]
    fn value<R: Real>(self, x: R) -> R {
        Float::powi(x, self.0)
    }
    #[inline]
    fn partial<S: Scalar>(self, x: S, y: S) -> S {
        Monomial { factor: 1.0, n: i64::from(self.0) }.partial(x, y)
    }
}

/// The largest exponent up to which a power is computed by repeated multiplication, whose rounding
/// errors add up.
const MULTIPLIED: i64 = 64;

/// `factor x^n`: the derivatives of a power, where the power alone could underflow; `n - 1` cannot
/// overflow.
#[derive(Clone, Copy, Debug)]
struct Monomial {
    factor: f64,
    n: i64,
}

impl Unary for Monomial {
    const NAME: &'static str = "powi";
    #[inline]
    fn value<R: Real>(self, x: R) -> R {
        let power = |n: i64| match i32::try_from(n) {
            Ok(n) if i64::from(n).abs() <= MULTIPLIED => Float::powi(x, n),
            // An `f64` holds the exponent exactly, and so its parity, where an `f32` would not.
            _ => R::from_literal(Float::powf(x.as_f64(), n as f64)),
        };
        let (factor, whole) = (R::from_literal(self.factor), power(self.n));
        if whole.is_normal() {
            return factor * whole;
        }
        let half = self.n / 2;
        factor * power(half) * power(self.n - half)
    }
    #[inline]
    fn partial<S: Scalar>(self, x: S, _y: S) -> S {
        match self.n {
            0 => S::zero(),
            1 if x.primal().is_nan() => undefined(x), // and not NaN^0, which is 1
            n => x.apply(Self { factor: self.factor * n as f64, n: n - 1 }),
        }
    }
}

/// `a x^2 + b`, accurate also where the two nearly cancel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quadratic {
    pub(super) a: f64,
    pub(super) b: f64,
}

impl Unary for Quadratic {
    const NAME: &'static str = "quadratic";
    #[inline]
    fn value<R: Real>(self, x: R) -> R {
        R::from_literal(special::quadratic(self.a, self.b, x.as_f64()))
    }
    #[inline]
    fn partial<S: Scalar>(self, x: S, _y: S) -> S {
        S::lit(2.0 * self.a) * x
    }
}
