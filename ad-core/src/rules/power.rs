//! Powers with an integer exponent, of a base of 0 (the derivatives of `powf` there), and of a quadratic.

use super::helpers::undefined;
use super::special;
use crate::rule::{Binary, Unary};
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
        // The factor may be too large for an `f32`, and the product with the power not.
        let whole = power(self.n);
        if whole.is_normal() {
            return R::from_literal(self.factor * whole.as_f64());
        }
        let half = self.n / 2;
        R::from_literal(self.factor * power(half).as_f64() * power(self.n - half).as_f64())
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

/// A derivative of `x^y` at `x = 0`, in base and exponent: its limit for `x` from above.
///
/// ```text
/// x^y differentiated i times by x, j times by y  =  sum_m (j over m) p^(m)(y) x^(y - i) ln(x)^(j - m)
///                                        with p(y) = y (y - 1) .. (y - i + 1)
/// ```
///
/// For `y > i` the power wins and all is 0. Else that term wins which has most logarithms and whose factor
/// is not 0. The roots of `p` are simple, so it is that of `p`, or of `p'`. That every order comes out of one formula makes mixed
/// derivatives symmetric, which the limits of a partial's own parts are not: in `x^(y - 1) (1 + y ln x)` at
/// `y = 1/2` they would be `inf - inf`.
#[derive(Clone, Copy, Debug)]
pub(super) struct PowerAtZero {
    by_base: u32,
    by_exponent: u32,
}

impl PowerAtZero {
    /// The derivative by the base.
    pub(super) const BY_BASE: Self = Self { by_base: 1, by_exponent: 0 };
    /// The derivative by the exponent.
    pub(super) const BY_EXPONENT: Self = Self { by_base: 0, by_exponent: 1 };
}

impl Binary for PowerAtZero {
    const NAME: &'static str = "powf";
    fn value<R: Real>(self, x: R, y: R) -> R {
        let i = R::from_literal(f64::from(self.by_base));
        // The factors of p but for the one that is 0, if there is one.
        let factors = (0..self.by_base).map(|k| y - R::from_literal(f64::from(k)));
        let (mut product, mut is_root) = (R::one(), false);
        for factor in factors {
            if factor.is_zero() { is_root = true } else { product *= factor }
        }
        match self.by_exponent.checked_sub(u32::from(is_root)) {
            _ if y.is_nan() => y,
            None => R::zero(), // the polynomial has ended
            _ if y > i => R::zero(),
            Some(0) => {
                let power = product * Float::powf(Float::abs(x), y - i);
                // Without a logarithm there is a limit from below, too, for an integer; `y - i` may have lost whether it is odd.
                let is_below = x.is_sign_negative() && self.by_exponent == 0 && Float::trunc(y) == y;
                let is_odd = Float::powf(x, y).is_sign_negative() != (self.by_base % 2 == 1);
                if is_below && is_odd { -power } else { power }
            }
            // With one there is not; infinite, with the signs of the product and of the logarithms of 0.
            Some(logarithms) if logarithms % 2 == 0 => product * R::infinity(),
            Some(_) => product * R::neg_infinity(),
        }
    }
    fn partial_x<S: Scalar>(self, x: S, y: S, _z: S) -> S {
        x.apply2(y, Self { by_base: self.by_base + 1, ..self })
    }
    fn partial_y<S: Scalar>(self, x: S, y: S, _z: S) -> S {
        x.apply2(y, Self { by_exponent: self.by_exponent + 1, ..self })
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
