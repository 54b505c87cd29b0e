//! Jacobians and Hessians with few entries: found, colored, and computed a color at a time.
//!
//! 1. *Where are the entries?* The function is run on numbers that carry the set of inputs they depend on
//!    ([`Pattern`], a scalar like any other). For a Hessian the function's *gradient* is run on them, reverse
//!    mode over [`Pattern`]: which inputs a component of the gradient depends on is its row of the Hessian.
//! 2. *Which columns go together?* Columns without a row in common have one color; for a Hessian symmetry
//!    allows more.
//! 3. One directional derivative for each color, or one Hessian-vector product, holds all entries.
//!
//! The entries are those of the path that the function takes at the point they were found at: where a branch
//! goes the other way, find them again. They are a safe estimate: an entry may be there that is always 0.
//!
//! All of these take a slice; [`ad_forward::jacobian`] says how to come from a tree of parameters.
//!
//! ```
//! use ad_core::{function, num_traits::Zero};
//! use ad_reverse::sparse::{sparse_hessian, sparse_jacobian};
//!
//! let differences = function!(|x: &[S]| -> Vec<S> { x.windows(2).map(|x| x[1] - x[0] * x[0]).collect() });
//! let j = sparse_jacobian(&differences, &[1.0, 2.0, 3.0]);
//! assert_eq!(j.triplets().collect::<Vec<_>>(), [(0, 0, -2.0), (0, 1, 1.0), (1, 1, -4.0), (1, 2, 1.0)]);
//!
//! let chain = function!(|x: &[S]| -> S { x.windows(2).fold(S::zero(), |sum, x| sum + x[0] * x[1]) });
//! let h = sparse_hessian(&chain, &[1.0, 2.0, 3.0]);
//! assert_eq!(h.triplets().collect::<Vec<_>>(), [(0, 1, 1.0), (1, 0, 1.0), (1, 2, 1.0), (2, 1, 1.0)]);
//! ```

mod coloring;
mod hessian;
mod jacobian;
mod matrix;
mod pattern;

pub use hessian::SparseHessian;
pub use jacobian::SparseJacobian;
pub use matrix::{Csr, Sparsity};
pub use pattern::{INPUTS, Pattern};

use crate::var::Var;
use ad_core::{Function, Scalar, VectorFunction};
use ad_forward::CHUNK;

/// The Jacobian of `f` at `x` (outputs x inputs) with the entries that are not always 0.
///
/// To use the entries and their colors again, keep a [`SparseJacobian`].
#[must_use]
pub fn sparse_jacobian<T: Scalar, F: VectorFunction + ?Sized>(f: &F, x: &[T]) -> Csr<T> {
    SparseJacobian::new(jacobian_sparsity(f, x)).into_call(f, x)
}

/// The Hessian of `f` at `x` with the entries that are not always 0, of both triangles.
///
/// To use the entries and their colors again, keep a [`SparseHessian`].
#[must_use]
pub fn sparse_hessian<T: Scalar, F: Function + ?Sized>(f: &F, x: &[T]) -> Csr<T> {
    SparseHessian::new(&hessian_sparsity(f, x)).into_call(f, x)
}

/// Which inputs each result of `f` depends on, at `x`: one run for each [`INPUTS`] inputs.
#[must_use]
pub fn jacobian_sparsity<T: Scalar, F: VectorFunction + ?Sized>(f: &F, x: &[T]) -> Sparsity {
    pattern::dependencies(x, |x| f.call(x))
}

/// Where the Hessian of `f` has entries, at `x`: one gradient for each [`INPUTS`] inputs.
#[must_use]
pub fn hessian_sparsity<T: Scalar, F: Function + ?Sized>(f: &F, x: &[T]) -> Sparsity {
    pattern::dependencies(x, |x| crate::grad(|x: &[Var<_>]| f.call(x), x)).symmetric()
}

/// The place of a color among the [`CHUNK`] from `start` on, if it is one of them.
fn lane(color: usize, start: usize) -> Option<usize> {
    color.checked_sub(start).filter(|&lane| lane < CHUNK)
}
