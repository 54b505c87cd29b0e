//! **The table**: every elementary function once, as one row.
//!
//! A row gives the function's name, its value on plain numbers, its partial in any scalar, its
//! convention where calculus is silent, and sample arguments for the tests. Forward, reverse, nested
//! and array code all read the row. Adding a function is adding a row to `rules/table.rs`: the method
//! on [`Scalar`], the rule type and the tests that loop over the table all follow.
//! Written out are rules with parameters ([`Powi`], [`Polygamma`]), those with any number of arguments ([`LogSumExp`]), and
//! those of which a row would make a method that is not wanted: [`Identity`]; [`Quotient`], which is an operator; and
//! [`StrongProduct`], whose method looks first whether the rule is needed.
//!
//! Four principles keep the rows right where peers are wrong:
//!
//! * A partial is written in the form that stays accurate when it is *differentiated again*, if need
//!   be in terms of another row (`tanh' = tanh_prime`, whose own partial is `-2 tanh tanh_prime`).
//! * No intermediate result overflows, underflows or cancels where the partial itself does not.
//! * Outside the domain the derivative is NaN, as the value is: never a plausible number.
//! * Whether an argument is a constant is never asked with `== 0`; only the *primal* is looked at, and
//!   only where the function is singular.

mod helpers;
mod nary;
mod power;
mod softmax;
mod special;
mod table;

pub(crate) use helpers::undefined;
#[doc(hidden)] // for the modes
pub use helpers::{is_plain, unless_nan};
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
use helpers::{
    flat, gate_slope, gated, is_far, is_large, is_zero, not_below, over_length, over_square, positive_zero,
    real, reflect, share, sign, step, times_power, unit_x,
};
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

/// `x / y`: the elementwise quotient of arrays, by the name that the operator has in traces, `div`.
///
/// Values are those of `/`. A mode multiplies by the partials `1 / y` and `-z / y`, which overflow where `y` is subnormal;
/// the operator of dual numbers divides by `y`, and has a derivative there as long as that is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotient;

impl Binary for Quotient {
    const NAME: &'static str = "div";
    #[inline]
    fn value<R: Real>(self, x: R, y: R) -> R {
        x / y
    }
    #[inline]
    fn partial_x<S: Scalar>(self, _x: S, y: S, z: S) -> S {
        unless_nan(z, S::one() / y) // inf / inf and 0 / 0 have no derivative
    }
    #[inline]
    fn partial_y<S: Scalar>(self, _x: S, y: S, z: S) -> S {
        -z / y
    }
}
