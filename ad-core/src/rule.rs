//! What a derivative rule is.
//!
//! A rule knows a function's value on plain numbers and its partial derivatives *in any scalar*.
//! That the partials are generic is what makes higher derivatives come for free: a partial evaluated
//! on dual numbers carries the second derivative along. The rules of this crate stand in one table,
//! [`crate::rules`]; a rule of your own is an implementation of the same trait:
//!
//! ```
//! use ad_core::{Real, Scalar, Unary};
//!
//! /// `x |x|`, whose derivative `2 |x|` exists everywhere.
//! #[derive(Clone, Copy, Debug)]
//! struct SignedSquare;
//!
//! impl Unary for SignedSquare {
//!     const NAME: &'static str = "signed_square";
//!     fn value<R: Real>(self, x: R) -> R {
//!         x * num_traits::Float::abs(x)
//!     }
//!     fn partial<S: Scalar>(self, x: S, _y: S) -> S {
//!         x.abs() * S::lit(2.0)
//!     }
//! }
//!
//! assert_eq!((-3.0_f64).apply(SignedSquare), -9.0);
//! ```
//!
//! # Active and passive arguments
//!
//! An argument that is differentiated is an argument of the rule; one that is not is a field of its type. An
//! active argument may happen to be a constant: then a [`Binary`] rule is not asked for its partial, which
//! need not exist.
//!
//! ```
//! use ad_core::{Binary, Real, Scalar};
//! use num_traits::Float;
//!
//! /// Black's formula for a call on a forward price, in the limit of no volatility: `max(f - k, 0)`, smoothed
//! /// over a width that nobody differentiates.
//! #[derive(Clone, Copy, Debug)]
//! struct SmoothCall { width: f64 }
//!
//! impl Binary for SmoothCall {
//!     const NAME: &'static str = "smooth_call";
//!     fn value<R: Real>(self, forward: R, strike: R) -> R {
//!         let width = R::from_literal(self.width);
//!         Scalar::softplus((forward - strike) / width) * width
//!     }
//!     fn partial_x<S: Scalar>(self, forward: S, strike: S, _value: S) -> S {
//!         ((forward - strike) / S::lit(self.width)).sigmoid()
//!     }
//!     fn partial_y<S: Scalar>(self, forward: S, strike: S, value: S) -> S {
//!         -self.partial_x(forward, strike, value)
//!     }
//! }
//! assert!(100.0_f64.apply2(90.0, SmoothCall { width: 0.5 }) - 10.0 < 1e-6);
//! ```
//!
//! # Higher orders
//!
//! A partial is code on any scalar, so a mode that is nested in another differentiates it, to any order. Write
//! it so that it stays accurate when that happens; or, where it has a better derivative than its own code, as
//! another rule, as `tanh` does in the table: `partial` of the one is `x.apply(TheOther)`.
//!
//! What solves an equation needs no rule: its derivative follows from the equation
//! (`ad_forward::implicit_root`). What is to have no derivative at all is said with
//! [`stop_gradient`](crate::Scalar::stop_gradient).

use crate::{Real, Scalar};
use core::fmt::Debug;
use smallvec::SmallVec;

/// The partials of an [`Nary`] rule, one per argument; up to eight without an allocation.
pub type Partials<S> = SmallVec<[S; 8]>;

/// A differentiable function of one variable, `y = f(x)`.
#[doc(alias("custom_jvp", "custom_vjp", "custom_derivative"))]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no rule of one variable",
    note = "a rule has its derivative with it, and a closure has not: rules are `rules::Sin` and others in `ad_core::rules`, and structs that implement `Unary`"
)]
pub trait Unary: Copy + Debug + Send + Sync + 'static {
    /// The function's name, as it appears in recordings and messages.
    const NAME: &'static str;

    /// `f(x)` on a plain number.
    ///
    /// A [`Real`] has its functions twice, as a [`Scalar`] and as a `num_traits::Float` ([`crate::num_traits`] is
    /// there to name it by): say which, as in `Float::exp(x)` or `Scalar::softplus(x)`, for `x.exp()` is ambiguous.
    fn value<R: Real>(self, x: R) -> R;

    /// `f'(x)`, given `x` and `y = f(x)`, in whatever scalar the mode works with.
    fn partial<S: Scalar>(self, x: S, y: S) -> S;

    /// `y[i] = f(x[i])`. Override it where a vectorised kernel exists.
    ///
    /// An override must give the same bits as [`values_and_partials`](Self::values_and_partials).
    #[inline]
    fn values<R: Real>(self, x: &[R], y: &mut [R]) {
        for (y, &x) in y.iter_mut().zip(x) {
            *y = self.value(x);
        }
    }

    /// `y[i] = f(x[i])` and `p[i] = f'(x[i])`.
    #[inline]
    fn values_and_partials<R: Real>(self, x: &[R], y: &mut [R], p: &mut [R]) {
        self.values(x, y);
        for ((p, &y), &x) in p.iter_mut().zip(y.iter()).zip(x) {
            *p = self.partial(x, y);
        }
    }
}

/// A differentiable function of two variables, `z = f(x, y)`.
///
/// The partials are separate methods, so that one that nobody needs is never computed: `x.powf(3)`
/// must not take the logarithm of a negative base.
#[doc(alias("custom_jvp", "custom_vjp", "custom_derivative"))]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no rule of two variables",
    note = "a rule has its derivative with it, and a closure has not: rules are `rules::Max` and others in `ad_core::rules`, and structs that implement `Binary`"
)]
pub trait Binary: Copy + Debug + Send + Sync + 'static {
    /// The function's name, as it appears in recordings and messages.
    const NAME: &'static str;

    /// `f(x, y)` on plain numbers.
    fn value<R: Real>(self, x: R, y: R) -> R;

    /// `df/dx`, given `x`, `y` and `z = f(x, y)`.
    fn partial_x<S: Scalar>(self, x: S, y: S, z: S) -> S;

    /// `df/dy`, given `x`, `y` and `z = f(x, y)`.
    fn partial_y<S: Scalar>(self, x: S, y: S, z: S) -> S;
}

/// A differentiable function of any number of variables, `y = f(x_0, .., x_{n-1})`.
#[doc(alias("custom_jvp", "custom_vjp", "custom_derivative"))]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no rule of many variables",
    note = "a rule has its derivative with it, and a closure has not: rules are `rules::LogSumExp` and others in `ad_core::rules`, and structs that implement `Nary`"
)]
pub trait Nary: Copy + Debug + Send + Sync + 'static {
    /// The function's name, as it appears in recordings and messages.
    const NAME: &'static str;

    /// `f(x)` on plain numbers.
    fn value<R: Real>(self, x: &[R]) -> R;

    /// All `df/dx_i`, given `x` and `y = f(x)`: one for each argument, or the modes panic.
    fn partials<S: Scalar>(self, x: &[S], y: S) -> Partials<S>;
}

/// [`Nary::partials`], counted: one that is missing would be a 0 that nobody sees.
#[doc(hidden)] // for the modes
#[inline]
#[must_use]
pub fn partials_of<R: Nary, S: Scalar>(rule: R, x: &[S], y: S) -> Partials<S> {
    let partials = rule.partials(x, y);
    let (arguments, found) = (x.len(), partials.len());
    assert!(found == arguments, "{}: {arguments} arguments and {found} partials", R::NAME);
    partials
}
