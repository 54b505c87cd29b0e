//! [`SparseHessian`]: a color at a time, by forward over reverse mode.

use super::coloring::{self, Coloring};
use super::lane;
use super::matrix::{Csr, Sparsity};
use crate::operators::gradient::gradient;
use crate::operators::hessian::HessianVar;
use ad_core::{Function, Scalar};
use ad_forward::{CHUNK, Dual, Tag};

/// A Hessian's entries and how to compute them, to be used at many points: an object that keeps its buffers, so that
/// no call after the first allocates, as far as `f` does not (which has to be made of scalar operations for that).
///
/// ```
/// use ad_core::{Scalar, function, num_traits::Zero};
/// use ad_reverse::sparse::{SparseHessian, hessian_sparsity};
///
/// let cubes = function!(|x: &[S]| -> S { x.iter().fold(S::zero(), |sum, &x| sum + x.powi(3)) });
/// let mut hessian = SparseHessian::new(&hessian_sparsity(&cubes, &[0.5; 2]));
/// assert_eq!(hessian.colors(), 1);
/// assert_eq!(hessian.call(&cubes, &[1.0, 2.0]).values(), [6.0, 12.0]);
/// assert_eq!(hessian.call(&cubes, &[0.0, 3.0]).values(), [0.0, 18.0]);
/// ```
#[derive(Clone, Debug)]
pub struct SparseHessian<T> {
    matrix: Csr<T>,
    coloring: Coloring,
    /// For each entry, whether it is read from its own row, and not from its mirror image's.
    from_own_row: Vec<bool>,
    inputs: Vec<HessianVar<T>>,
    /// The products of the Hessian with the directions of one run, row by row.
    products: Vec<[T; CHUNK]>,
}

impl<T: Scalar> SparseHessian<T> {
    /// Colors the columns, with what symmetry saves. Mirror images of entries are added, the diagonal is not.
    ///
    /// # Panics
    ///
    /// If the pattern is not square.
    #[must_use]
    #[track_caller]
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
        let matrix = Csr::zero(sparsity);
        Self { matrix, coloring, from_own_row, inputs: Vec::new(), products: Vec::new() }
    }

    /// Where the entries are.
    #[must_use]
    pub fn sparsity(&self) -> &Sparsity {
        self.matrix.sparsity()
    }

    /// The number of colors: of Hessian-vector products that one Hessian takes.
    #[must_use]
    pub fn colors(&self) -> usize {
        self.coloring.count
    }

    /// The Hessian of `f` at `x`.
    ///
    /// Where `f` takes another branch than where the entries were found, the numbers may be wrong with no sign of it:
    /// [`SparseJacobian::call`](super::SparseJacobian::call) says how to look, here by [`hvp`](fn@crate::hvp).
    ///
    /// # Panics
    ///
    /// If `f` has not as many inputs as the entries were made for.
    #[track_caller]
    pub fn call<F: Function + ?Sized>(&mut self, f: &F, x: &[T]) -> &Csr<T> {
        let Self { matrix, coloring: Coloring { of, count }, from_own_row, inputs, products } = self;
        let n = matrix.sparsity().cols();
        assert!(x.len() == n, "a Hessian of {n} columns, and {} inputs", x.len());
        products.resize(n, [T::zero(); CHUNK]);
        for start in (0..*count).step_by(CHUNK) {
            let tag = Tag::fresh();
            let read = |i: usize, adjoint: Dual<T, CHUNK>| products[i] = adjoint.tangent_of(tag);
            let moving =
                x.iter().zip(of.iter()).map(|(&x, &color)| Dual::input_in_chunk(tag, x, color, start));
            gradient(|x| f.call(x), inputs, moving, read);
            for (((i, j), entry), &from_own_row) in matrix.entries_mut().zip(&*from_own_row) {
                let (row, color) = if from_own_row { (i, of[j]) } else { (j, of[i]) };
                if let Some(lane) = lane(color, start) {
                    *entry = products[row][lane];
                }
            }
        }
        &self.matrix
    }

    /// The Hessian of `f` at `x`, for one call.
    pub(super) fn into_call<F: Function + ?Sized>(mut self, f: &F, x: &[T]) -> Csr<T> {
        self.call(f, x);
        self.matrix
    }
}
