//! `exp`, `tanh`, `sigmoid` and `softplus` of one number, without branches, so that a loop over them is
//! vectorised by the compiler.
//!
//! Arguments are reduced to `|r| <= ln 2 / 2` by taking out a power of two. What is left is a short polynomial
//! with a small *relative* (not just absolute) error at 0, and is put together without cancellation: a result
//! near zero is as accurate as any other.

use core::hint::select_unpredictable as select;

use super::lane::{Contraction, Lane};

/// A function of one number.
///
/// A trait with functions rather than closures, because only functions can be `inline(always)`; and only what
/// is inlined into a loop is vectorised, and compiled for the processor the loop is compiled for.
pub(in crate::kernels) trait Elementary {
    /// The value and the derivative.
    fn with_partial<T: Lane, C: Contraction>(x: T) -> (T, T);

    /// The value alone: the same operations, of which the compiler drops those that only the derivative needs.
    #[inline(always)]
    fn value<T: Lane, C: Contraction>(x: T) -> T {
        Self::with_partial::<T, C>(x).0
    }
}

/// `max(z, bound)`, but NaN for NaN.
#[inline(always)]
fn at_least<T: Lane>(z: T, bound: T) -> T {
    if z < bound { bound } else { z }
}

/// `min(z, bound)`, but NaN for NaN.
#[inline(always)]
fn at_most<T: Lane>(z: T, bound: T) -> T {
    if z > bound { bound } else { z }
}

/// `c[0] + c[1] x + ...` by a mixture of Estrin's and Horner's schemes: the groups of four terms do not wait for
/// each other. The longest chain of dependent operations is what these loops take their time for.
#[inline(always)]
fn polynomial<T: Lane, C: Contraction>(c: &[T], x: T) -> T {
    let x2 = x * x;
    let x4 = x2 * x2;
    let mut sum = None;
    for group in c.chunks(4).rev() {
        let group = match *group {
            [c0, c1, c2, c3] => C::mul_add(C::mul_add(c3, x, c2), x2, C::mul_add(c1, x, c0)),
            [c0, c1, c2] => C::mul_add(c2, x2, C::mul_add(c1, x, c0)),
            [c0, c1] => C::mul_add(c1, x, c0),
            _ => group[0],
        };
        sum = match sum {
            Some(sum) => Some(C::mul_add(sum, x4, group)),
            None => Some(group),
        };
    }
    sum.unwrap_or(T::from(0.0))
}

/// `z = (k ln 2 + r) / scale` with an integer `k`, the best for `nearby`, a number not far from `z`.
///
/// `scale` is 1 or 2. Returns `r / scale`, and `2^k` as two factors (see [`Lane::power_of_two`]).
#[inline(always)]
fn reduce<T: Lane, C: Contraction>(z: T, nearby: T, scale: T) -> (T, (T, T)) {
    let unit = T::from(1.0) / scale;
    let rounded = C::mul_add(nearby, scale * T::LOG2_E, T::ROUNDER);
    let k = rounded - T::ROUNDER;
    // The first step is exact: k LN2_HIGH has no rounding error, and z is close to it.
    let r = C::mul_add(-k, unit * T::LN2_HIGH, z);
    let r = C::mul_add(-k, unit * T::LN2_LOW, r);
    (r, T::power_of_two(rounded))
}

/// `e^x`, its own derivative.
pub(in crate::kernels) enum Exp {}

impl Elementary for Exp {
    #[inline(always)]
    fn with_partial<T: Lane, C: Contraction>(x: T) -> (T, T) {
        let one = T::from(1.0);
        let z = at_most(at_least(x, -T::EXP_RANGE), T::EXP_RANGE);
        let (r, power) = reduce::<T, C>(z, z, one);
        let exp_m1 = C::mul_add(r * r, polynomial::<T, C>(T::EXP_M1, r), r);
        // 2^k alone may be too large, or subnormal, where the result is not.
        let y = (one + exp_m1) * power.0 * power.1;
        (y, y)
    }
}

/// `e^(2 u) = s (1 + h) / (1 - h)` with `s` a power of two and `h = tanh(u - ln(s) / 2)`, `|h| <= 1/4`.
///
/// In this form a rational function of an exponential needs no division but its own: both parts of the fraction
/// are multiplied by `1 - h`.
struct HalfAngle<T> {
    h: T,
    s: T,
}

impl<T: Lane> HalfAngle<T> {
    /// For `u <= 0`, or NaN. `s = 1` for `u >= -bias - ln 2 / 4`, and `0 <= bias < 0.083`.
    ///
    /// `s` is exact down to the smallest subnormal, and 0 below.
    #[inline(always)]
    fn new<C: Contraction>(u: T, bias: Option<T>) -> Self {
        let u = at_least(u, T::from(-0.5) * T::EXP_RANGE);
        let nearby = bias.map_or(u, |bias| u + bias);
        let (r, power) = reduce::<T, C>(u, nearby, T::from(2.0));
        let r2 = r * r;
        let h = C::mul_add(r * r2, polynomial::<T, C>(T::TANH, r2), r);
        Self { h, s: power.0 * power.1 }
    }

    /// `t` and `correction`, such that `s t (1 + correction) = e / (c + e)` for `e = e^(2 u)` and `c` of 1 or 2.
    ///
    /// Without the factor `s` because that may be subnormal. The correction makes up for the rounding of both
    /// parts of the fraction, which is most of the error where they are just above a power of two.
    #[inline(always)]
    fn fraction<C: Contraction>(&self, c: T) -> (T, T) {
        let one = T::from(1.0);
        let n = one + self.h;
        let n_lost = self.h - (n - one);
        let rest = C::mul_add(self.s - c, self.h, self.s);
        let d = c + rest;
        let d_lost = rest - (d - c);
        let t = n / d;
        // Right would be n_lost / n, but n is near enough to 1.
        (t, C::mul_add(-t, d_lost, n_lost))
    }
}

/// `tanh x` and its derivative.
///
/// With `e = e^(-2|x|)` and `w = 4 e / (1 + e)` these are, for a large `|x|`, `1 - w / 2` and `w - w^2 / 4`, which
/// keep all digits of `w`; and for a small one, `y = (1 - e) / (1 + e)` and `1 - y^2`.
pub(in crate::kernels) enum Tanh {}

impl Elementary for Tanh {
    #[inline(always)]
    fn with_partial<T: Lane, C: Contraction>(x: T) -> (T, T) {
        let (half, one, four) = (T::from(0.5), T::from(1.0), T::from(4.0));
        // Up to |x| = 0.255, s is 1 and y = h. Were s = 1/2 to come earlier, there would be some cancellation.
        let HalfAngle { h, s } = HalfAngle::new::<C>(x.with_sign(-one), Some(T::from(0.082)));
        // Selections and not branches: the compiler moves the division into both branches of an `if`.
        let large = s < half;

        let (plus, minus) = (one + s, one - s);
        let d = C::mul_add(-minus, h, plus);
        let n = C::mul_add(select(large, four * s, -plus), h, select(large, four * s, minus));
        let q = n / d;

        let y = select(large, C::mul_add(-half, q, one), q);
        let q2 = q * q;
        let p = select(large, C::mul_add(T::from(-0.25), q2, q), one - q2);
        (y.with_sign(x), p)
    }
}

/// `1 / (1 + e^-x)` and its derivative.
///
/// With `e = e^-|x|` and `t = e / (1 + e)` these are `1 - t` to the right, `t` to the left, and `t (1 - t)`.
pub(in crate::kernels) enum Sigmoid {}

impl Elementary for Sigmoid {
    #[inline(always)]
    fn with_partial<T: Lane, C: Contraction>(x: T) -> (T, T) {
        let (zero, half, one) = (T::from(0.0), T::from(0.5), T::from(1.0));
        let e = HalfAngle::new::<C>(half * x.with_sign(-one), None);
        let (t, correction) = e.fraction::<C>(one);
        let (s, t) = (e.s, C::mul_add(t, correction, t));
        let y = if x < zero { s * t } else { C::mul_add(-s, t, one) };
        let p = s * C::mul_add(-(s * t), t, t);
        (y, p)
    }
}

/// `ln(1 + e^x)` and its derivative, the sigmoid.
///
/// With `e = e^-|x|` this is `max(x, 0) + ln(1 + e)`, and `ln(1 + e) = 2 atanh t` with `t = e / (2 + e)`.
pub(in crate::kernels) enum Softplus {}

impl Elementary for Softplus {
    #[inline(always)]
    fn with_partial<T: Lane, C: Contraction>(x: T) -> (T, T) {
        let (zero, half, one, two) = (T::from(0.0), T::from(0.5), T::from(1.0), T::from(2.0));
        let e = HalfAngle::new::<C>(half * x.with_sign(-one), None);
        let (t, correction) = e.fraction::<C>(two);
        let s = e.s;
        let square = (s * t) * (s * t);
        let small = C::mul_add(t * square, polynomial::<T, C>(T::TWO_ATANH, square), two * t * correction);
        let log = s * (two * t + small);
        (at_least(x, zero) + log, Sigmoid::value::<T, C>(x))
    }
}
