//! What rows are written with: small functions that stay exact where the plain expression would not.

use super::special;
use crate::scalar::{Real, Scalar};
use core::any::TypeId;
use num_traits::Float;

/// A literal inside a row.
#[inline]
pub(super) fn real<R: Real>(x: f64) -> R {
    R::from_literal(x)
}

/// Whether `S` is a plain number: then nobody differentiates its partial again, and a cheaper form
/// that would cancel in its own derivative will do. Decided at compile time.
#[inline(always)]
#[must_use]
pub fn is_plain<S: Scalar>() -> bool {
    TypeId::of::<S>() == TypeId::of::<S::Real>()
}

/// `partial` for `x >= bound`, NaN below.
#[inline]
pub(super) fn not_below<S: Scalar>(bound: f64, x: S, partial: S) -> S {
    if x.primal() >= real(bound) { partial } else { undefined(x) }
}

/// `partial`, or NaN where the value is.
#[inline]
#[must_use]
pub fn unless_nan<S: Scalar>(value: S, partial: S) -> S {
    if value.primal().is_nan() { value } else { partial }
}

/// NaN, and so are the derivatives of every order along whatever moves `x`: those of a constant NaN, and the second
/// ones of a product with it, would be 0, a plausible number. Say an argument for `x`: the derivatives of a partial
/// may have underflowed to 0.
#[inline]
pub(crate) fn undefined<S: Scalar>(x: S) -> S {
    (x * S::constant(Float::nan())).recip()
}

/// The derivative of a step function.
#[inline]
pub(super) fn flat<S: Scalar>(value: S) -> S {
    unless_nan(value, S::zero())
}

#[inline]
pub(super) fn is_zero<S: Scalar>(x: S) -> bool {
    x.primal() == real(0.0)
}

/// `|x|` by reflection; unlike `abs` it keeps a derivative of `+-1` at 0.
#[inline]
pub(super) fn reflect<S: Scalar>(x: S) -> S {
    if x.primal().is_sign_negative() { -x } else { x }
}

/// `x`, where `-0.0` is taken as `0.0`: there the limits from above are meant, of every derivative.
#[inline]
pub(super) fn positive_zero<S: Scalar>(x: S) -> S {
    x + S::zero()
}

/// The sign of `x`: 0 at `+-0`.
#[inline]
pub(super) fn sign<R: Real>(x: R) -> R {
    if x == real(0.0) { real(0.0) } else { Float::signum(x) }
}

/// 1 above 0, 0 at and below it.
#[inline]
pub(super) fn step<R: Real>(x: R) -> R {
    if x > real(0.0) { real(1.0) } else { real(0.0) }
}

/// What the larger of two gets: all, nothing, or half at a tie; a NaN gets nothing if the other is a number.
#[inline]
pub(super) fn share<R: Real>(x: R, other: R) -> R {
    if x == other {
        real(0.5)
    } else if x > other || (other.is_nan() && !x.is_nan()) {
        real(1.0)
    } else {
        real(0.0)
    }
}

/// `x gate(x)` for a gate that closes faster than `x` grows: also where the gate is 0 and `x` infinite.
#[inline]
pub(super) fn gated<R: Real>(x: R, gate: R) -> R {
    if gate == real(0.0) { -gate } else { x * gate }
}

/// Whether `x^2 + 1` is about `x^2`, and may overflow.
#[inline]
pub(super) fn is_large<S: Scalar>(x: S) -> bool {
    Float::abs(x.primal()) > real(2.0)
}

/// Whether `exp(-x^2 / 2)` is 0.
#[inline]
pub(super) fn is_far<S: Scalar>(x: S) -> bool {
    Float::abs(x.primal()) > real(special::FAR)
}

/// The derivative of the argument of the gate of `gelu_tanh`; where that has saturated, 0.
#[inline]
pub(super) fn gate_slope<S: Scalar>(x: S) -> S {
    if Float::abs(x.primal()) > real(special::SATURATED) {
        S::zero()
    } else {
        S::lit(special::GATE_SLOPE) + S::lit(special::GATE_CURVE) * (x * x)
    }
}

/// `factor x^(y - 1)` given `z = x^y`, also where the power alone would underflow or overflow.
#[inline]
pub(super) fn times_power<S: Scalar>(factor: S, x: S, y: S, z: S) -> S {
    let y = y - S::one();
    let power = x.powf(y);
    let (base, size) = (x.primal(), power.primal());
    if base < real(0.0) {
        // Whether the exponent is odd may have got lost when 1 was subtracted.
        let same_sign = size.is_sign_negative() == z.primal().is_sign_negative();
        let power = if same_sign { -power } else { power };
        let vanishes = is_zero(factor) || (is_zero(power) && factor.primal().is_infinite());
        if !vanishes {
            return factor * power;
        }
        // Below 0 there is no derivative by the exponent, and a product of 0 must not hide that.
        let product = factor.strong_product(power);
        return (product + y * S::constant(Float::nan())).with_primal(product.primal());
    }
    let is_small = size < S::Real::min_positive_value() / S::Real::epsilon();
    if is_small && factor.primal().is_infinite() {
        return S::zero(); // so is the exponent, or nearly: the function is constantly 0 around here
    }
    let is_large = size.is_infinite() && base < real(1.0);
    // The derivatives of a root of a tiny number overflow where those of the power do not, and its factor cannot matter.
    if is_large || (is_small && (base * base * base).is_normal()) {
        let root = x.powf(y * S::lit(0.5));
        factor * root * root
    } else {
        factor * power
    }
}

/// `x / hypot(x, y)`, where the hypotenuse overflows or underflows too; 0 at the origin.
#[inline]
pub(super) fn unit_x<R: Real>(x: R, y: R) -> R {
    let length = Float::hypot(x, y);
    if length.is_normal() {
        x / length
    } else if x == real(0.0) && y == real(0.0) {
        x
    } else if Float::abs(x) >= Float::abs(y) {
        let t = y / x;
        Float::copysign(Float::recip(Float::sqrt(real::<R>(1.0) + t * t)), x)
    } else {
        let t = x / y;
        t * Float::signum(y) / Float::sqrt(real::<R>(1.0) + t * t)
    }
}

/// `p / hypot(x, y)`, given the unit vector `(c, s)`: through the longer side, so that nothing
/// overflows and nothing cancels in a derivative. 0 at the origin, where all of `unit_x` is.
#[inline]
pub(super) fn over_length<S: Scalar>(p: S, (x, c): (S, S), (y, s): (S, S)) -> S {
    if is_zero(x) && is_zero(y) {
        S::zero()
    } else if Float::abs(x.primal()) >= Float::abs(y.primal()) {
        p * c / x
    } else {
        p * s / y
    }
}

/// `x / (x^2 + y^2)`, without overflow; NaN at the origin.
#[inline]
pub(super) fn over_square<R: Real>(x: R, y: R) -> R {
    if Float::abs(x) >= Float::abs(y) {
        let t = y / x;
        Float::recip(t * t + real(1.0)) / x
    } else {
        let t = x / y;
        if Float::is_subnormal(t) {
            return x / (y * y); // which has the digits that `t` has lost
        }
        t / (t * t + real(1.0)) / y
    }
}
