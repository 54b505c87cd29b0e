//! **The table**: every elementary function once, as one row.
//!
//! A row gives the function's name, its value on plain numbers, its partial in any scalar, its
//! convention where calculus is silent, and sample arguments for the tests. Forward, reverse, nested
//! and array code all read the row. Adding a function is adding a row to `rules/table.rs`: the method
//! on [`Scalar`], the rule type and the tests that loop over the table all follow.
//! Rules with parameters ([`Powi`], [`Polygamma`]) or with any number of arguments ([`LogSumExp`])
//! are written out.
//!
//! Four principles keep the rows right where peers are wrong:
//!
//! * A partial is written in the form that stays accurate when it is *differentiated again*, if need
//!   be in terms of another row (`tanh' = tanh_prime`, whose own partial is `-2 tanh tanh_prime`).
//! * No intermediate result overflows, underflows or cancels where the partial itself does not.
//! * Outside the domain the derivative is NaN, as the value is: never a plausible number.
//! * Whether an argument is a constant is never asked with `== 0`; only the *primal* is looked at, and
//!   only where the function is singular.

mod nary;
mod power;
mod softmax;
mod special;
mod table;

pub use nary::{LogSumExp, MulAdd, Norm, Prod};
pub use power::Powi;
use power::{PowerAtZero, Quadratic};
pub(crate) use softmax::softmax;
#[doc(hidden)] // for the arrays of the modes
pub use softmax::softmax_jacobian;
pub use special::Polygamma;
#[doc(hidden)]
pub use table::special_table;
#[doc(hidden)]
pub use table::{binary_table, unary_table};

use crate::rule::{Binary, Unary};
use crate::rules;
use crate::scalar::{Real, Scalar};
use core::any::TypeId;
use num_traits::{Float, FloatConst};

macro_rules! unary_rules {
    ($($(#[$doc:meta])* $rule:ident $method:ident
        { $vx:ident => $value:expr } { ($px:ident, $py:ident) => $partial:expr } $samples:tt $($kernel:ident)?;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $rule;

            impl Unary for $rule {
                const NAME: &'static str = stringify!($method);
                #[inline]
                fn value<R: Real>(self, $vx: R) -> R {
                    $value
                }
                #[inline]
                fn partial<S: Scalar>(self, $px: S, $py: S) -> S {
                    $partial
                }
                $(unary_rules!(@kernel $kernel);)?
            }
        )*
    };
    // A row that names a vectorised kernel hands whole slices to it.
    (@kernel $kernel:ident) => {
        #[inline]
        fn values<R: Real>(self, x: &[R], y: &mut [R]) {
            R::$kernel(x, y, None);
        }
        #[inline]
        fn values_and_partials<R: Real>(self, x: &[R], y: &mut [R], p: &mut [R]) {
            R::$kernel(x, y, Some(p));
        }
    };
}

macro_rules! binary_rules {
    ($($(#[$doc:meta])* $rule:ident $method:ident { ($vx:ident, $vy:ident) => $value:expr }
        { ($xx:ident, $xy:ident, $xz:ident) => $partial_x:expr }
        { ($yx:ident, $yy:ident, $yz:ident) => $partial_y:expr } $samples:tt;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $rule;

            impl Binary for $rule {
                const NAME: &'static str = stringify!($method);
                #[inline]
                fn value<R: Real>(self, $vx: R, $vy: R) -> R {
                    $value
                }
                #[inline]
                fn partial_x<S: Scalar>(self, $xx: S, $xy: S, $xz: S) -> S {
                    $partial_x
                }
                #[inline]
                fn partial_y<S: Scalar>(self, $yx: S, $yy: S, $yz: S) -> S {
                    $partial_y
                }
            }
        )*
    };
}

unary_table!(unary_rules);
special_table!(unary_rules);
binary_table!(binary_rules);

/// `x`, whose derivative is 1: the linear activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity;

impl Unary for Identity {
    const NAME: &'static str = "identity";
    #[inline]
    fn value<R: Real>(self, x: R) -> R {
        x
    }
    #[inline]
    fn partial<S: Scalar>(self, _x: S, _y: S) -> S {
        S::one()
    }
}

/// `x y`, where 0 times anything is 0: how a partial meets a tangent or an adjoint (a *strong zero*).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StrongProduct;

impl Binary for StrongProduct {
    const NAME: &'static str = "strong_product";
    #[inline]
    fn value<R: Real>(self, x: R, y: R) -> R {
        if x == real(0.0) || y == real(0.0) { real(0.0) } else { x * y }
    }
    #[inline]
    fn partial_x<S: Scalar>(self, _x: S, y: S, _z: S) -> S {
        y
    }
    #[inline]
    fn partial_y<S: Scalar>(self, x: S, _y: S, _z: S) -> S {
        x
    }
}

/// A literal inside a row.
#[inline]
fn real<R: Real>(x: f64) -> R {
    R::from_literal(x)
}

/// Whether `S` is a plain number: then nobody differentiates its partial again, and a cheaper form
/// that would cancel in its own derivative will do. Decided at compile time.
#[doc(hidden)]
#[inline(always)]
#[must_use]
pub fn is_plain<S: Scalar>() -> bool {
    TypeId::of::<S>() == TypeId::of::<S::Real>()
}

/// `partial` for `x >= bound`, NaN below.
#[inline]
fn not_below<S: Scalar>(bound: f64, x: S, partial: S) -> S {
    if x.primal() >= real(bound) { partial } else { undefined(partial) }
}

/// `partial`, or NaN where the value is.
#[doc(hidden)]
#[inline]
#[must_use]
pub fn unless_nan<S: Scalar>(value: S, partial: S) -> S {
    if value.primal().is_nan() { value } else { partial }
}

/// NaN, and so are the derivatives of every order along whatever moves `partial`: those of a constant NaN, and the
/// second ones of a product with it, would be 0, a plausible number.
#[inline]
pub(crate) fn undefined<S: Scalar>(partial: S) -> S {
    (partial * S::constant(Float::nan())).recip()
}

/// The derivative of a step function.
#[inline]
fn flat<S: Scalar>(value: S) -> S {
    unless_nan(value, S::zero())
}

#[inline]
fn is_zero<S: Scalar>(x: S) -> bool {
    x.primal() == real(0.0)
}

/// `|x|` by reflection; unlike `abs` it keeps a derivative of `+-1` at 0.
#[inline]
fn reflect<S: Scalar>(x: S) -> S {
    if x.primal().is_sign_negative() { -x } else { x }
}

/// `x`, where `-0.0` is taken as `0.0`: there the limits from above are meant, of every derivative.
#[inline]
fn positive_zero<S: Scalar>(x: S) -> S {
    x + S::zero()
}

/// The sign of `x`: 0 at `+-0`.
#[inline]
fn sign<R: Real>(x: R) -> R {
    if x == real(0.0) { real(0.0) } else { Float::signum(x) }
}

/// 1 above 0, 0 at and below it.
#[inline]
fn step<R: Real>(x: R) -> R {
    if x > real(0.0) { real(1.0) } else { real(0.0) }
}

/// What the larger of two gets: all, nothing, or half at a tie; a NaN gets nothing if the other is a number.
#[inline]
fn share<R: Real>(x: R, other: R) -> R {
    if x == other {
        real(0.5)
    } else if x > other || (other.is_nan() && !x.is_nan()) {
        real(1.0)
    } else {
        real(0.0)
    }
}

/// `x gate(x)` for a gate that closes faster than `x` grows: also where the gate is 0 and `x = -inf`.
#[inline]
fn gated<R: Real>(x: R, gate: R) -> R {
    if gate == real(0.0) { -gate } else { x * gate }
}

/// Whether `x^2 + 1` is about `x^2`, and may overflow.
#[inline]
fn is_large<S: Scalar>(x: S) -> bool {
    Float::abs(x.primal()) > real(2.0)
}

/// Whether `exp(-x^2 / 2)` is 0.
#[inline]
fn is_far<S: Scalar>(x: S) -> bool {
    Float::abs(x.primal()) > real(special::FAR)
}

/// The derivative of the argument of the gate of `gelu_tanh`; where that has saturated, 0.
#[inline]
fn gate_slope<S: Scalar>(x: S) -> S {
    if Float::abs(x.primal()) > real(special::SATURATED) {
        S::zero()
    } else {
        S::lit(special::GATE_SLOPE) + S::lit(special::GATE_CURVE) * (x * x)
    }
}

/// `factor x^y`, also where the power alone would underflow.
#[inline]
fn times_power<S: Scalar>(factor: S, x: S, y: S) -> S {
    let power = x.powf(y);
    if x.primal() > real(0.0) && power.primal() < S::Real::min_positive_value() / S::Real::epsilon() {
        let root = x.powf(y * S::lit(0.5));
        factor * root * root
    } else if is_zero(factor) && x.primal() < real(0.0) {
        // Below 0 there is no derivative by the exponent, and a factor of 0 must not hide that.
        let product = factor * power;
        (product + y * S::constant(Float::nan())).with_primal(product.primal())
    } else {
        factor * power
    }
}

/// `x / hypot(x, y)`, where the hypotenuse overflows or underflows too; 0 at the origin.
#[inline]
fn unit_x<R: Real>(x: R, y: R) -> R {
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

/// `1 / hypot(x, y)`, given the unit vector `(c, s)`: through the longer side, so that nothing
/// overflows and nothing cancels in a derivative. 0 at the origin, where all of `unit_x` is.
#[inline]
fn inverse_length<S: Scalar>((x, c): (S, S), (y, s): (S, S)) -> S {
    if is_zero(x) && is_zero(y) {
        S::zero()
    } else if Float::abs(x.primal()) >= Float::abs(y.primal()) {
        c / x
    } else {
        s / y
    }
}

/// `x / (x^2 + y^2)`, without overflow; NaN at the origin.
#[inline]
fn over_square<R: Real>(x: R, y: R) -> R {
    if Float::abs(x) >= Float::abs(y) {
        let t = y / x;
        Float::recip(t * t + real(1.0)) / x
    } else {
        let t = x / y;
        t / (t * t + real(1.0)) / y
    }
}
