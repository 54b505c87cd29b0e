//! **The table**: every elementary function once, as one row.
//!
//! A row gives the function's name, its value on plain numbers, its partial in any scalar, its
//! convention where calculus is silent, and sample arguments for the tests. Forward, reverse, nested
//! and array code all read the row. Adding a function is adding a row: the method on
//! [`Scalar`], the rule type and the tests that loop over the table all follow.
//!
//! Three principles keep the rows right where peers are wrong:
//!
//! * A partial is written in the form that stays accurate when it is *differentiated again*, if need
//!   be in terms of another row (`tanh' = tanh_prime`, whose own partial is `-2 tanh tanh_prime`).
//! * Outside the domain the derivative is NaN, as the value is: never a plausible number.
//! * Whether an argument is a constant is never asked with `== 0`; only the *primal* is looked at, and
//!   only where the function is singular.

use crate::rule::{Binary, Nary, Partials, Unary};
use crate::scalar::{Real, Scalar};
use num_traits::Float;
use smallvec::SmallVec;

/// The rows of one variable. `callback!` receives all of them, so that each reader (the rule types,
/// the methods of `Scalar`, the tests) expands what it needs.
///
/// `Rule method { x => value } { (x, y) => partial } [samples] kernel;`
#[doc(hidden)]
#[macro_export]
macro_rules! unary_table {
    ($callback:ident) => {
        $callback! {
            /// `1 / x`. At `+-0` the derivative is `-inf`.
            Recip recip { x => Float::recip(x) } { (_x, y) => -(y * y) } [-3.0, 0.25, 7.0];
            /// Square root. At `+-0` the derivatives are `+inf`, `-inf`.
            Sqrt sqrt { x => Float::sqrt(x) } { (_x, y) => S::lit(0.5) / reflect(y) } [0.04, 2.0, 900.0];
            /// `e^x`.
            Exp exp { x => Float::exp(x) } { (_x, y) => y } [-3.0, 0.0, 2.5] map_exp;
            /// `e^x - 1`, accurate near 0.
            ExpM1 exp_m1 { x => Float::exp_m1(x) } { (x, _y) => x.exp() } [-3.0, 1e-9, 2.5];
            /// Natural logarithm. At 0 the derivatives are `inf`, `-inf`; NaN below.
            Ln ln { x => Float::ln(x) } { (x, _y) => inside(x.primal() >= real(0.0), x.recip()) } [0.1, 1.0, 40.0];
            /// `ln(1 + x)`, accurate near 0. At -1 the derivatives are `inf`, `-inf`; NaN below.
            Ln1p ln_1p { x => Float::ln_1p(x) } { (x, _y) => inside(x.primal() >= real(-1.0), (x + S::one()).recip()) } [-0.7, 1e-9, 3.0];
            /// Sine, in radians.
            Sin sin { x => Float::sin(x) } { (x, _y) => x.cos() } [-2.0, 0.3, 5.0];
            /// Cosine, in radians.
            Cos cos { x => Float::cos(x) } { (x, _y) => -x.sin() } [-2.0, 0.3, 5.0];
            /// Tangent, in radians.
            Tan tan { x => Float::tan(x) } { (_x, y) => y * y + S::one() } [-1.2, 0.3, 2.5];
            /// Hyperbolic sine.
            Sinh sinh { x => Float::sinh(x) } { (x, _y) => x.cosh() } [-2.0, 0.3, 4.0];
            /// Hyperbolic cosine.
            Cosh cosh { x => Float::cosh(x) } { (x, _y) => x.sinh() } [-2.0, 0.3, 4.0];
            /// Hyperbolic tangent; its derivative keeps full relative accuracy in the tails.
            Tanh tanh { x => Float::tanh(x) } { (x, _y) => x.tanh_prime() } [-2.0, 0.3, 20.0] map_tanh;
            /// `tanh'(x) = 4 e / (1 + e)^2` with `e = exp(-2 |x|)`, never 0 while the exact value is a normal number.
            TanhPrime tanh_prime { x => {
                let e = Float::exp(-(Float::abs(x) + Float::abs(x)));
                real::<R>(4.0) * e / ((real::<R>(1.0) + e) * (real::<R>(1.0) + e))
            } } { (x, y) => S::lit(-2.0) * x.tanh() * y } [-2.0, 0.3, 20.0];
            /// Absolute value. At `+-0` the derivatives are 0, 0.
            Abs abs { x => Float::abs(x) } { (x, _y) => S::constant(sign(x.primal())) } [-2.0, 0.3];
            /// The logistic function `1 / (1 + e^-x)`, accurate in both tails.
            Sigmoid sigmoid { x => {
                let e = Float::exp(-Float::abs(x));
                (if x < real(0.0) { e } else { real(1.0) }) / (real::<R>(1.0) + e)
            } } { (x, _y) => x.sigmoid_prime() } [-30.0, -2.0, 0.3, 20.0] map_sigmoid;
            /// `sigmoid'(x) = e / (1 + e)^2` with `e = exp(-|x|)`.
            SigmoidPrime sigmoid_prime { x => {
                let e = Float::exp(-Float::abs(x));
                e / ((real::<R>(1.0) + e) * (real::<R>(1.0) + e))
            } } { (x, y) => -(x * S::lit(0.5)).tanh() * y } [-30.0, -2.0, 0.3, 20.0];
            /// `ln(1 + e^x)`, without overflow.
            Softplus softplus { x => {
                Float::max(x, real(0.0)) + Float::ln_1p(Float::exp(-Float::abs(x))) + (x - x) * real(0.0)
            } } { (x, _y) => x.sigmoid() } [-30.0, -2.0, 0.3, 20.0] map_softplus;
            /// `max(x, 0)`. At 0 the derivative is 0, where that of `max(x, 0)` is 1/2.
            Relu relu { x => if x < real(0.0) { real(0.0) } else { x } } { (x, _y) => S::constant(step(x.primal())) } [-2.0, 0.3];
        }
    };
}
#[doc(hidden)]
pub use unary_table;

/// The rows of two variables.
///
/// `Rule method { (x, y) => value } { (x, y, z) => partial by x } { (x, y, z) => partial by y } [samples];`
#[doc(hidden)]
#[macro_export]
macro_rules! binary_table {
    ($callback:ident) => {
        $callback! {
            /// `x^y`. A constant exponent never takes the logarithm of the base; `x^0` is constant in `x`, also at 0.
            Powf powf { (x, y) => Float::powf(x, y) }
                { (x, y, _z) => if is_zero(x) && is_zero(y) { S::zero() } else { y * x.powf(y - S::one()) } }
                { (x, y, z) => match x.primal() == real(0.0) {
                    true if y.primal() > real(0.0) => S::zero(),
                    true => S::constant(Float::neg_infinity()),
                    false => z * x.ln(),
                } } [(0.5, -2.0), (2.0, 3.5), (3.0, 0.0)];
            /// The larger one, as `f64::max`. At a tie each gets 1/2; the derivative of a NaN goes to the other.
            Max max { (x, y) => Float::max(x, y) }
                { (x, y, _z) => S::constant(share(x.primal(), y.primal())) }
                { (x, y, _z) => S::constant(share(y.primal(), x.primal())) } [(0.5, -2.0), (2.0, 3.5)];
            /// The smaller one, as `f64::min`. At a tie each gets 1/2; the derivative of a NaN goes to the other.
            Min min { (x, y) => Float::min(x, y) }
                { (x, y, _z) => S::constant(share(-x.primal(), -y.primal())) }
                { (x, y, _z) => S::constant(share(-y.primal(), -x.primal())) } [(0.5, -2.0), (2.0, 3.5)];
            /// `x % y`, with the sign of `x`; right-continuous at the breaks. The operator `%`.
            Rem remainder { (x, y) => x % y }
                { (_x, _y, z) => inside(!z.primal().is_nan(), S::one()) }
                { (x, y, _z) => S::constant(-Float::trunc(x.primal() / y.primal())) } [(5.5, 2.0), (-5.5, 2.0)];
        }
    };
}
#[doc(hidden)]
pub use binary_table;

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
binary_table!(binary_rules);

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
        match self.0 {
            0 => S::zero(),
            1 => S::one(),
            i32::MIN => S::lit(f64::from(i32::MIN)) * (y / x), // n - 1 would overflow
            n => S::lit(f64::from(n)) * x.powi(n - 1),
        }
    }
}

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

/// `ln(sum exp x_i)`; its partials are the softmax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSumExp;

impl Nary for LogSumExp {
    const NAME: &'static str = "log_sum_exp";
    fn value<R: Real>(self, x: &[R]) -> R {
        let top = x.iter().fold(R::neg_infinity(), |top, &x| if x > top || x.is_nan() { x } else { top });
        if !top.is_finite() {
            return top; // all -inf, or an inf or NaN among them
        }
        top + Float::ln(x.iter().map(|&x| Float::exp(x - top)).sum::<R>())
    }
    fn partials<S: Scalar>(self, x: &[S], y: S) -> Partials<S> {
        x.iter().map(|&x| (x - y).exp()).collect::<SmallVec<_>>()
    }
}

/// A literal inside a row.
#[inline]
fn real<R: Real>(x: f64) -> R {
    R::from_literal(x)
}

/// `x` inside the domain, NaN outside.
#[inline]
fn inside<S: Scalar>(domain: bool, x: S) -> S {
    if domain { x } else { S::constant(Float::nan()) }
}

#[inline]
fn is_zero<S: Scalar>(x: S) -> bool {
    x.primal() == real(0.0)
}

/// `|x|` by reflection, also of the sign of a zero; unlike `abs` it keeps a derivative of `+-1` at 0.
#[inline]
fn reflect<S: Scalar>(x: S) -> S {
    if x.primal().is_sign_negative() { -x } else { x }
}

/// The sign of `x`: 0 at `+-0`, NaN at NaN.
#[inline]
fn sign<R: Real>(x: R) -> R {
    if x == real(0.0) { real(0.0) } else { Float::signum(x) }
}

/// 1 above 0, 0 at and below it, NaN at NaN.
#[inline]
fn step<R: Real>(x: R) -> R {
    if x.is_nan() {
        x
    } else if x > real(0.0) {
        real(1.0)
    } else {
        real(0.0)
    }
}

/// What the larger of two gets: all, nothing, or half at a tie; a NaN gets nothing.
#[inline]
fn share<R: Real>(x: R, other: R) -> R {
    if x == other {
        real(0.5)
    } else if x > other || other.is_nan() {
        real(1.0)
    } else {
        real(0.0)
    }
}
