//! Reverse mode: numbers that record what is done with them, and the sweep back.
//!
//! # The idea
//!
//! Ask of every number `u` in a program how the result `y` would move if `u` did: its *adjoint* `a(u) = dy/du`. The
//! adjoint of the result is 1, and that of `u` is the sum over all steps that use `u`,
//!
//! <math display="block">
//!   <mi>a</mi><mo>(</mo><mi>u</mi><mo>)</mo><mo>=</mo>
//!   <munder><mo>∑</mo><mrow><mi>w</mi><mtext> uses </mtext><mi>u</mi></mrow></munder>
//!   <mfrac><mrow><mo>∂</mo><mi>w</mi></mrow><mrow><mo>∂</mo><mi>u</mi></mrow></mfrac>
//!   <mi>a</mi><mo>(</mo><mi>w</mi><mo>)</mo>
//! </math>
//!
//! so each operation of a program adds to the adjoints of what it used:
//!
//! ```text
//! w = u + v       a(u) += a(w)            a(v) += a(w)
//! w = u v         a(u) += v a(w)          a(v) += u a(w)
//! w = f(u)        a(u) += f'(u) a(w)
//! ```
//!
//! Adjoints flow from the result to the inputs, so the program is run first, on numbers that record
//! ([`Var`]), and the recording is then swept back. One run and one sweep give the derivative by *all* inputs:
//!
//! ```
//! use ad_core::Scalar;
//! use ad_reverse::{grad, vjp};
//!
//! fn length<S: Scalar>(x: &[S]) -> S {
//!     x.iter().map(|x| *x * *x).sum::<S>().sqrt()
//! }
//!
//! // The gradient of the length is the unit vector, in three dimensions as in a thousand.
//! assert_eq!(grad(length, &[2.0, 3.0, 6.0][..]), [2.0 / 7.0, 3.0 / 7.0, 6.0 / 7.0]);
//!
//! // w^T J for any cotangent w of the results, as often as wanted.
//! let (_, mut pullback) = vjp(|x: &[_; 2]| [x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]);
//! assert_eq!(pullback.call(&[1.0, 0.0]), [3.0, 2.0]);
//! assert_eq!(pullback.call(&[0.0, 1.0]), [1.0, 1.0]);
//! ```
//!
//! A [`Var`] is a value and a 64-bit number, `Copy + 'static + Send + Sync`, and fits wherever a number fits; its
//! tape is found through the thread. Recordings are pooled, so that a loop of gradients allocates no tape after
//! the first. An array operation ([`VarArray`]) is one record, and what the uses of a weight add to its adjoint is added for
//! many of them at once.
//!
//! # Operators
//!
//! | operator | gives | cost |
//! |---|---|---|
//! | [`grad`], [`value_and_grad`] | all of `df/dx_j` of a scalar `f` | one run, one sweep |
//! | [`vjp`](fn@vjp) | `f(x)` and a [`Pullback`]: `w^T J` for any `w`, as often as wanted | one run; one sweep each |
//! | [`vjp_watching`] | also the adjoints of arrays inside `f`: the credit vectors of a network | as `vjp` |
//! | [`try_grad`], [`try_vjp`], .. | the same, or an error where the recording would grow beyond a ceiling | the same |
//! | [`jacobian`](fn@jacobian), [`value_and_jacobian`], [`jacobian_by_shape`] | all of `df_i/dx_j` | one run, one sweep of all outputs at once |
//! | [`hvp`](fn@hvp), [`grad_and_hvp`] | the Hessian of a scalar `f` times a vector | a gradient's, times a constant |
//! | [`hessian`](fn@hessian) | all of `d2f/dx_i dx_j` | that for each [`CHUNK`](ad_forward::CHUNK) columns at once |
//! | [`sparse`]'s [`sparse_jacobian`](sparse::sparse_jacobian), [`sparse_hessian`](sparse::sparse_hessian) | those with few entries | one direction for each color |
//! | [`linearize`](fn@linearize) | the derivative as one object: `J dx` and `w^T J` out of one recording | one run; one sweep each |
//! | [`scan::value_and_grad`] | the gradient of a loop whose steps are one program on arrays | one run, one way back, and no recording |
//! | [`checkpoint`](fn@checkpoint), [`checkpoint_online`] | the gradient of a loop, in memory for a few of its states | as `grad`, and steps run again |
//!
//! [`Gradient`], [`Hessian`], [`Hvp`], [`sparse::SparseJacobian`] and [`sparse::SparseHessian`] are objects that keep their buffers;
//! [`Pullback::call_into`], [`Linearized::jvp_into`] and [`Linearized::vjp_into`] write into a slice, and allocate nothing either. Other
//! functions named `try_` return an error where their namesakes panic, for numbers that come from outside.
//!
//! # Which mode?
//!
//! The cost of reverse mode grows with the number of *results*, that of forward mode (`ad_forward`) with the number of
//! *inputs*. A loss has one result, so it is the mode of learning and of optimisation. Its price is memory: the
//! recording grows with the run.
//!
//! For a whole Jacobian the crossover was measured: reverse mode is faster up to about 0.6 results for each input, if there are
//! more than the eight inputs that are one run of forward mode. [`jacobian_by_shape`] chooses so.
//!
//! # Nesting
//!
//! Modes nest by type. [`hvp`](fn@hvp) is forward over reverse, `Var<Dual<f64, 1>>`, which one can also write so:
//!
//! ```
//! use ad_core::Scalar;
//! use ad_forward::jvp;
//! use ad_reverse::grad;
//!
//! // f = x0^2 x1, its gradient (2 x0 x1, x0^2), differentiated along (1, 0).
//! let (g, hv) = jvp(|x| grad(|x| x[0] * x[0] * x[1], x).to_vec(), &[2.0, 3.0], &[1.0, 0.0]);
//! assert_eq!(g, [12.0, 4.0]);
//! assert_eq!(hv, [6.0, 4.0]);
//! ```
//!
//! # Limitations
//!
//! * What is differentiated is the run: a branch is followed, not smoothed, and a loop that stops when it has
//!   converged yields the derivative of as many steps as it took.
//! * A variable belongs to its recording. One that is used after its end, on another thread, or in an inner recording
//!   of the same type panics and says which mistake it was; it never has a part in a derivative.
//! * An array of scalars (of ndarray, of nalgebra) is recorded number by number; [`VarArray`] is not.
//!
//! # With other crates
//!
//! [`Var`] has the traits of `num_traits` (`Float` and its kin), so that code for `T: Float` runs on it.
//!
//! | feature | what it brings |
//! |---|---|
//! | `approx` | closeness for tests, of the values |
//! | `gemm` | matrix products by the crate of that name; without it, plain loops |
//! | `nalgebra` | [`Var`] is a `RealField`: decompositions, solvers and geometry differentiate, but for eigenvalues and singular values where an entry is exactly 0, and rotations at the identity (docs/LIMITATIONS.md) |
//! | `ndarray` | `&array * variable`; `dot` and `mapv` work without it |
//! | `serde` | results: [`sparse::Csr`], [`sparse::Sparsity`], [`checkpoint::LoopGradient`], and what `ad_forward` writes |
//! | `trace` | `trace`: any run, and any recording, as a table and as a graph, operation by operation |
//!
//! Each thread has its own recordings, so a batch of gradients is `par_iter().map(|x| grad(f, x))` with rayon. There
//! is no `serde` for [`Var`], which is worth nothing without its recording: write values and gradients.

mod array;
mod blocks;
pub mod checkpoint;
mod dot;
mod interop;
mod operators;
pub mod scan;
pub mod sparse;
mod strong;
mod sweep;
mod tape;
#[cfg(feature = "trace")]
pub mod trace;
mod var;

pub use array::VarArray;
pub use checkpoint::{checkpoint, checkpoint_online};
pub use operators::gradient::Gradient;
pub use operators::hessian::{Hessian, HessianVar, hessian};
pub use operators::hvp::{Hvp, HvpVar, grad_and_hvp, hvp, try_grad_and_hvp};
pub use operators::jacobian::{jacobian, jacobian_by_shape, value_and_jacobian};
pub use operators::linearize::{Linearized, linearize};
pub use operators::pullback::Pullback;
pub use operators::try_vjp::{try_grad, try_value_and_grad, try_vjp};
pub use operators::vjp::{
    constant, grad, value_and_grad, value_and_grad_with_aux, vjp, vjp_watching, vjp_with_aux,
};
pub use tape::ceiling::{RecordingError, RecordingSize};
pub use var::Var;
