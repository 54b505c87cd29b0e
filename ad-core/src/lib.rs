//! The common ground of forward and reverse mode: **what a number must be able to do** ([`Scalar`]),
//! **one table of derivative rules** ([`rules`]), and **arrays** whose storage belongs to the scalar
//! ([`Array`]).
//!
//! # The idea
//!
//! A program is written once, generic in its scalar:
//!
//! ```
//! use ad_core::Scalar;
//!
//! fn pendulum_energy<S: Scalar>(angle: S, velocity: S) -> S {
//!     velocity * velocity * S::lit(0.5) - angle.cos()
//! }
//!
//! // On a plain number the program just runs. On `ad_forward::Dual` it carries a tangent along,
//! // on `ad_reverse::Var` it records itself so that an adjoint can be swept back.
//! assert_eq!(pendulum_energy(0.0, 2.0), 1.0);
//! ```
//!
//! What a mode needs of an operation `y = f(x_1, .., x_n)` is its partials and nothing else. Forward mode sends tangents
//! through them, reverse mode adjoints; it is the same matrix, multiplied from either side:
//!
//! <math display="block">
//!   <mover><mi>y</mi><mo>˙</mo></mover><mo>=</mo>
//!   <munder><mo>∑</mo><mi>i</mi></munder>
//!   <mfrac><mrow><mo>∂</mo><mi>f</mi></mrow><mrow><mo>∂</mo><msub><mi>x</mi><mi>i</mi></msub></mrow></mfrac>
//!   <msub><mover><mi>x</mi><mo>˙</mo></mover><mi>i</mi></msub>
//!   <mspace width="3em"/>
//!   <msub><mover><mi>x</mi><mo>¯</mo></mover><mi>i</mi></msub><mo>+=</mo>
//!   <mfrac><mrow><mo>∂</mo><mi>f</mi></mrow><mrow><mo>∂</mo><msub><mi>x</mi><mi>i</mi></msub></mrow></mfrac>
//!   <mover><mi>y</mi><mo>¯</mo></mover>
//! </math>
//!
//! So the partials stand here, once, and are code on any scalar: on dual numbers they are the second derivatives.
//!
//! # What a number can do
//!
//! | of [`Scalar`] | |
//! |---|---|
//! | `+ - * / %` (the last is also `remainder`), negation, comparisons, `sum` | as of any number; comparisons look at the primal |
//! | `exp exp2 exp_m1 ln ln_1p log log2 log10 sqrt cbrt recip powi powf hypot` | powers and logarithms |
//! | `sin cos tan sin_cos asin acos atan atan2 sinh cosh tanh asinh acosh atanh to_degrees to_radians` | angles |
//! | `abs max min clamp abs_sub signum copysign floor ceil round trunc fract` | piecewise: a convention at each kink |
//! | `sigmoid softplus silu gelu gelu_tanh relu` | activations |
//! | `erf erfc gaussian normal_pdf normal_cdf lgamma digamma polygamma` | special functions |
//! | `mul_add norm prod log_sum_exp softmax dot_product` | of several numbers |
//! | `stop_gradient preaccumulate apply apply2 apply_n` | no derivative; one record for a small function; rules of your own |
//! | [`Array`]: `affine matmul transpose map map2 plus minus axpby axpby_map hadamard quotient scale dot squared_distance sum sub_rows scale_rows reduce_rows softmax log_sum_exp slice concat reshape get` | vectors and matrices, an operation at a time |
//!
//! # The rooms of this crate
//!
//! | module | what lives there |
//! |---|---|
//! | [`rule`] | what a derivative rule is: a value, and partials in any scalar |
//! | [`rules`] | **the table**: one row per elementary function, read by every mode |
//! | [`scalar`] | the trait [`Scalar`], its implementation for `f64` and `f32`, and [`Real`] |
//! | [`mod@array`] | the trait [`Array`] and [`Dense`], the storage of plain numbers |
//! | [`kernels`] | the loops under the arrays, shared by all modes, so primals are bit-equal |
//! | [`function`](mod@function) | a function generic in its scalar, as a value; run with the processor's wide vectors ([`Wide`](function::Wide)) |
//! | [`tree`] | arguments with structure: slices, tuples, structs of parameters |
//!
//! # What it costs
//!
//! On `f64` a generic program is the program: every method of [`Scalar`] is the plain operation, inlined. A rule's value is
//! taken from the standard library, for arrays from vectorised kernels that are chosen for the processor at run time. Values
//! are the same bits in every mode. How accurate value and derivative of each row are is measured in `docs/ACCURACY.md`.
//!
//! # Limitations
//!
//! * A plain number is an `f64` or an `f32`: the rows of the table are written for these two.
//! * [`Scalar`] is `Copy`. A number that owns memory, such as an interval of arbitrary precision, cannot be one.
//! * A rule has one result. A function of several is several rules, code, or the solution of an equation
//!   (`ad_forward::implicit_root`).
//!
//! # Features
//!
//! `std` (default): elementary functions from the standard library, and kernels chosen for the processor at
//! run time. Without it the crate is `no_std` (it needs `alloc`) and the values come from the crate `libm`,
//! where erf and lgamma come from in any case. `gemm`: matrix products by the crate of that name; without it,
//! plain loops. `nalgebra`, `ndarray`: their arrays as arguments of the operators ([`Tree`]), and from and to
//! [`Dense`]. `serde`: [`Dense`], written and read.

#![cfg_attr(not(test), no_std)]

extern crate alloc;
#[cfg(all(feature = "std", not(test)))]
extern crate std;

pub mod array;
pub mod function;
mod interop;
pub mod kernels;
mod length;
mod number;
pub mod rule;
pub mod rules;
pub mod scalar;
pub mod tree;

pub use array::{Array, Dense, Matrix, Vector};
pub use function::{Function, VectorFunction};
pub use length::LengthMismatch;
#[doc(hidden)]
pub use length::or_panic;
pub use rule::{Binary, Nary, Unary};
pub use scalar::{Real, Scalar};
pub use tree::{Lift, Tree};

pub use num_traits;
