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
mod matrix;
mod pattern;

pub use matrix::{Csr, Sparsity};
pub use pattern::{INPUTS, Pattern};

use crate::gradient::gradient;
use crate::jacobian::reverse_is_cheaper;
use crate::var::Var;
use ad_core::{Function, Scalar, VectorFunction};
use ad_forward::{CHUNK, Dual};
use coloring::Coloring;

/// The Jacobian of `f` at `x` (outputs x inputs) with the entries that are not always 0.
///
/// To use the entries and their colors again, keep a [`SparseJacobian`].
pub fn sparse_jacobian<T: Scalar, F: VectorFunction + ?Sized>(f: &F, x: &[T]) -> Csr<T> {
    SparseJacobian::new(jacobian_sparsity(f, x)).call(f, x)
}

/// The Hessian of `f` at `x` with the entries that are not always 0, of both triangles.
///
/// To use the entries and their colors again, keep a [`SparseHessian`].
pub fn sparse_hessian<T: Scalar, F: Function + ?Sized>(f: &F, x: &[T]) -> Csr<T> {
    SparseHessian::new(&hessian_sparsity(f, x)).call(f, x)
}

/// Which inputs each result of `f` depends on, at `x`: one run for each [`INPUTS`] inputs.
pub fn jacobian_sparsity<T: Scalar, F: VectorFunction + ?Sized>(f: &F, x: &[T]) -> Sparsity {
    pattern::dependencies(x, |x| f.call(x))
}

/// Where the Hessian of `f` has entries, at `x`: one gradient for each [`INPUTS`] inputs.
pub fn hessian_sparsity<T: Scalar, F: Function + ?Sized>(f: &F, x: &[T]) -> Sparsity {
    pattern::dependencies(x, |x| crate::grad(|x: &[Var<_>]| f.call(x), x)).symmetric()
}

/// A Jacobian's entries and how to compute them, to be used at many points.
#[derive(Clone, Debug)]
pub struct SparseJacobian {
    sparsity: Sparsity,
    coloring: Coloring,
    /// Whether rows are colored, for reverse mode, and not columns, for forward mode.
    by_rows: bool,
}

impl SparseJacobian {
    /// Colors the columns or the rows, by the mode that is cheaper then.
    #[must_use]
    pub fn new(sparsity: Sparsity) -> Self {
        let columns = coloring::of_columns(&sparsity);
        let rows = coloring::of_columns(&sparsity.transposed());
        let by_rows = reverse_is_cheaper(columns.count, rows.count);
        Self { sparsity, coloring: if by_rows { rows } else { columns }, by_rows }
    }

    /// Where the entries are.
    #[must_use]
    pub fn sparsity(&self) -> &Sparsity {
        &self.sparsity
    }

    /// The number of colors: of directional derivatives that one Jacobian takes, or of cotangents.
    #[must_use]
    pub fn colors(&self) -> usize {
        self.coloring.count
    }

    /// The Jacobian of `f` at `x`.
    ///
    /// # Panics
    ///
    /// If `f` has not as many inputs and outputs as the entries were made for.
    pub fn call<T: Scalar, F: VectorFunction + ?Sized>(&self, f: &F, x: &[T]) -> Csr<T> {
        let (rows, cols) = (self.sparsity.rows(), self.sparsity.cols());
        assert!(x.len() == cols, "a Jacobian of {cols} columns, and {} inputs", x.len());
        let Coloring { of, count } = &self.coloring;
        let check =
            |outputs: usize| assert!(outputs == rows, "a Jacobian of {rows} rows, and {outputs} outputs");
        if self.by_rows {
            let (_, mut pullback) = crate::vjp(|x: &[Var<T>]| f.call(x), x);
            check(pullback.outputs());
            let mut seeds = vec![T::zero(); count * rows];
            of.iter().enumerate().for_each(|(i, color)| seeds[color * rows + i] = T::one());
            let sums = pullback.rows(*count, &seeds);
            return Csr::new(self.sparsity.clone(), |(i, j)| sums[of[i] * cols + j]);
        }
        let runs = (0..*count).step_by(CHUNK).map(|start| {
            let y = f.call(&moving(x, of, start));
            check(y.len());
            y
        });
        let runs: Vec<Vec<Dual<T, CHUNK>>> = runs.collect();
        Csr::new(self.sparsity.clone(), |(i, j)| runs[of[j] / CHUNK][i].tangent[of[j] % CHUNK])
    }
}

/// A Hessian's entries and how to compute them, to be used at many points.
#[derive(Clone, Debug)]
pub struct SparseHessian {
    sparsity: Sparsity,
    coloring: Coloring,
    /// For each entry, whether it is read from its own row, and not from its mirror image's.
    from_own_row: Vec<bool>,
}

impl SparseHessian {
    /// Colors the columns, with what symmetry saves. Mirror images of entries and the diagonal are added.
    ///
    /// # Panics
    ///
    /// If the pattern is not square.
    #[must_use]
    pub fn new(sparsity: &Sparsity) -> Self {
        let (rows, cols) = (sparsity.rows(), sparsity.cols());
        assert!(rows == cols, "a Hessian of {rows} rows and {cols} columns");
        let sparsity = sparsity.symmetric();
        let coloring = coloring::star(&sparsity);
        // In row i, alone with its color: its products with the directions hold no other entry.
        let alone = |(i, j): (usize, usize)| {
            let of = &coloring.of;
            sparsity.row(i).iter().all(|&k| k == j || of[k] != of[j])
        };
        let from_own_row = sparsity.iter().map(alone).collect();
        Self { sparsity, coloring, from_own_row }
    }

    /// Where the entries are.
    #[must_use]
    pub fn sparsity(&self) -> &Sparsity {
        &self.sparsity
    }

    /// The number of colors: of Hessian-vector products that one Hessian takes.
    #[must_use]
    pub fn colors(&self) -> usize {
        self.coloring.count
    }

    /// The Hessian of `f` at `x`.
    ///
    /// # Panics
    ///
    /// If `f` has not as many inputs as the entries were made for.
    pub fn call<T: Scalar, F: Function + ?Sized>(&self, f: &F, x: &[T]) -> Csr<T> {
        let n = self.sparsity.cols();
        assert!(x.len() == n, "a Hessian of {n} columns, and {} inputs", x.len());
        let Coloring { of, count } = &self.coloring;
        let mut inputs = Vec::new();
        let runs = (0..*count).step_by(CHUNK).map(|start| {
            let mut products = vec![[T::zero(); CHUNK]; n];
            let read = |i: usize, adjoint: Dual<T, CHUNK>| products[i] = adjoint.tangent;
            gradient(|x| f.call(x), &mut inputs, moving(x, of, start).into_iter(), read);
            products
        });
        let runs: Vec<Vec<[T; CHUNK]>> = runs.collect();
        let product = |i: usize, color: usize| runs[color / CHUNK][i][color % CHUNK];
        let mut own_row = self.from_own_row.iter();
        Csr::new(self.sparsity.clone(), |(i, j)| match own_row.next() {
            Some(true) => product(i, of[j]),
            _ => product(j, of[i]),
        })
    }
}

/// The inputs, each moving in the direction of its color if that is one of the [`CHUNK`] from `start` on.
fn moving<T: Scalar>(x: &[T], colors: &[usize], start: usize) -> Vec<Dual<T, CHUNK>> {
    let inputs = x.iter().zip(colors).map(|(&x, color)| match color.checked_sub(start) {
        Some(lane) if lane < CHUNK => Dual::variable(x, lane),
        _ => Dual::from_primal(x),
    });
    inputs.collect()
}
