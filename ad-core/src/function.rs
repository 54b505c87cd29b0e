//! Functions that are generic in their scalar, as values.
//!
//! A closure has one scalar; to meet several of them - to be run on `f64`, and then differentiated by
//! this mode and that - a function has to be a type with a generic method. [`function!`](macro@crate::function)
//! writes one from a body that looks like a closure:
//!
//! ```
//! use ad_core::{Function, Scalar, function};
//!
//! let rosenbrock = function!(|x: &[S]| -> S {
//!     let (a, b) = (S::one() - x[0], x[1] - x[0] * x[0]);
//!     a * a + b * b * S::lit(100.0)
//! });
//! assert_eq!(rosenbrock.call(&[1.0, 1.0]), 0.0);
//! ```
//!
//! A trait with a generic method cannot stand behind `dyn`. A list of different functions is a list of closures of one
//! scalar, `Vec<Box<dyn Fn(&[Var<f64>]) -> Var<f64>>>`; or, to run them on any scalar, of an enum that is a function itself:
//!
//! ```
//! use ad_core::{Function, Scalar};
//!
//! enum Term {
//!     Square { at: usize },
//!     Sine { at: usize, factor: f64 },
//! }
//!
//! impl Function for Term {
//!     fn call<S: Scalar>(&self, x: &[S]) -> S {
//!         match *self {
//!             Term::Square { at } => x[at] * x[at],
//!             Term::Sine { at, factor } => (x[at] * S::lit(factor)).sin(),
//!         }
//!     }
//! }
//!
//! let terms = [Term::Square { at: 1 }, Term::Sine { at: 0, factor: 2.0 }];
//! let sum: f64 = terms.iter().map(|term| term.call(&[0.0, 3.0])).sum();
//! assert_eq!(sum, 9.0);
//! ```

use crate::Scalar;
use crate::kernels::{function_with_wide_vectors, vector_function_with_wide_vectors};
use alloc::{vec, vec::Vec};

/// A scalar function of many numbers, of any scalar.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `Function`, which takes numbers of any type: a closure takes those of one",
    note = "write it by `ad_core::function!(|x: &[S]| -> S {{ .. }})`, a generic `f` as `{{ f(x) }}`, or, with data of its own, as a struct that implements `Function`"
)]
pub trait Function {
    /// The value at `x`.
    fn call<S: Scalar>(&self, x: &[S]) -> S;
}

/// A function from many numbers to many, of any scalar.
///
/// One with data is a struct that has them:
///
/// ```
/// use ad_core::{Scalar, VectorFunction};
///
/// /// `y_i - a exp(-b t_i)` for measured `(t_i, y_i)` and the parameters `[a, b]`.
/// struct Residuals<'a> {
///     measured: &'a [(f64, f64)],
/// }
///
/// impl VectorFunction for Residuals<'_> {
///     fn call<S: Scalar>(&self, p: &[S]) -> Vec<S> {
///         let residual = |&(t, y): &(f64, f64)| S::lit(y) - p[0] * (-p[1] * S::lit(t)).exp();
///         self.measured.iter().map(residual).collect()
///     }
/// }
///
/// let f = Residuals { measured: &[(0.0, 1.0), (1.0, 0.5)] };
/// assert_eq!(f.call(&[1.0, 0.0]), [0.0, -0.5]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `VectorFunction`, which takes numbers of any type: a closure takes those of one",
    note = "write it by `ad_core::function!(|x: &[S]| -> Vec<S> {{ .. }})`, a generic `f` as `{{ f(x) }}`, or, with data of its own, as a struct that implements `VectorFunction`"
)]
pub trait VectorFunction {
    /// The values at `x`.
    fn call<S: Scalar>(&self, x: &[S]) -> Vec<S>;
}

/// A [`Function`] as a [`VectorFunction`] with one result.
#[derive(Clone, Copy, Debug)]
pub struct Single<'a, F>(pub &'a F);

impl<F: Function> VectorFunction for Single<'_, F> {
    #[inline(always)] // for `Wide`
    fn call<S: Scalar>(&self, x: &[S]) -> Vec<S> {
        vec![self.0.call(x)]
    }
}

/// A function run with the widest vectors that this processor has, asked at run time.
///
/// A build for any x86-64 computes with two `f64` at once in scalar code that the compiler vectorises: above all in the
/// directions of a dual number. Where the processor has AVX2, a network in `for` loops that carries 16 of them takes 0.6 to 0.7 of the
/// time with this, and one that carries 8, as `ad_forward::jacobian` does, 0.7 to 0.9. (With `fold` in place of the loops a plain call
/// may take less time than with them, as it does with 8.) Elsewhere, and without the feature `std`, it is the plain call. In an
/// operator it stands in a closure: `jacobian_by_chunks::<_, 16>(|x| Wide(&f).call(x), x)`. Every bit of the result is the same, but for the sign and
/// payload of a NaN. (Array operations and `dot_product` look for wide vectors by themselves.)
///
/// ```
/// use ad_core::function::Wide;
/// use ad_core::{Scalar, VectorFunction, function};
///
/// let waves = function!(|x: &[S]| -> Vec<S> {
///     let mut y = x.to_vec();
///     for y in &mut y {
///         *y = *y * x[0] + S::lit(0.5);
///     }
///     y
/// });
/// assert_eq!(Wide(&waves).call(&[2.0, 3.0]), waves.call(&[2.0, 3.0]));
/// ```
///
/// It reaches as far as the compiler inlines; what stays a call runs as it was compiled. The body of a
/// [`function!`](macro@crate::function) is inlined, as is an implementation by hand under `#[inline(always)]`. The generic functions that
/// these call need that attribute, too, and hot loops are `for` loops: `fold` and `sum` of an iterator may stay calls.
#[derive(Clone, Copy, Debug)]
pub struct Wide<'a, F>(pub &'a F);

impl<F: Function> Function for Wide<'_, F> {
    fn call<S: Scalar>(&self, x: &[S]) -> S {
        function_with_wide_vectors(self.0, x)
    }
}

impl<F: VectorFunction> VectorFunction for Wide<'_, F> {
    fn call<S: Scalar>(&self, x: &[S]) -> Vec<S> {
        vector_function_with_wide_vectors(self.0, x)
    }
}

/// A [`Function`] (`-> S`) or [`VectorFunction`] (`-> Vec<S>`) from a body that looks like a closure's.
///
/// The body sees its arguments and items, and no variables around it: [`VectorFunction`] shows how to take data along. Inside, `num_traits`' `Zero` and
/// `One` are in scope, for `S::zero()` and `S::one()`.
///
/// ```
/// use ad_core::{VectorFunction, function};
///
/// let polar = function!(|x: &[S]| -> Vec<S> { vec![x[0] * x[1].cos(), x[0] * x[1].sin()] });
/// assert_eq!(polar.call(&[2.0, 0.0]), [2.0, 0.0]);
/// ```
#[macro_export]
macro_rules! function {
    (|$x:ident: &[$S:ident]| -> Vec<$Out:ident> $body:block) => {
        $crate::function!(@ VectorFunction, $x, $S, Vec<$S>, $body)
    };
    (|$x:ident: &[$S:ident]| -> $Out:ident $body:block) => {
        $crate::function!(@ Function, $x, $S, $S, $body)
    };
    (@ $Trait:ident, $x:ident, $S:ident, $Out:ty, $body:block) => {{
        #[derive(Clone, Copy, Debug)]
        struct Written;
        impl $crate::function::$Trait for Written {
            #[inline(always)] // for `Wide`
            fn call<$S: $crate::Scalar>(&self, $x: &[$S]) -> $Out {
                #[allow(unused_imports, reason = "for bodies that write S::zero() or S::one()")]
                use $crate::num_traits::{One as _, Zero as _};
                $body
            }
        }
        Written
    }};
}
