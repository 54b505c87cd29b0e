//! [`Lu`]: small dense systems of equations.

use ad_core::{Matrix, Real, Scalar};
use alloc::vec::Vec;
use num_traits::Float;

/// What solves `A x = b` for a fixed matrix `A` of plain numbers and a right-hand side of any scalar.
pub trait LinearSolve<R: Real> {
    /// `A^-1 b`, linear in `b`, which has one number for each row of `A`.
    fn solve<S: Scalar<Real = R>>(&self, b: &[S]) -> Vec<S>;
}

/// The LU decomposition of a square matrix of plain numbers, with row exchanges.
///
/// ```
/// use ad_core::Matrix;
/// use ad_forward::{LinearSolve, Lu};
/// let lu = Lu::new(&Matrix::from_rows(&[[0.0, 2.0], [4.0, 1.0]])).unwrap();
/// assert_eq!(lu.solve(&[2.0, 5.0]), [1.0, 1.0]);
/// assert!(Lu::new(&Matrix::from_rows(&[[1.0, 2.0], [2.0, 4.0]])).is_none());
/// ```
#[derive(Clone, Debug)]
pub struct Lu<R> {
    /// `L` below the diagonal, `U` on and above it.
    factors: Vec<Vec<R>>,
    /// Which row of the matrix became row `i`.
    rows: Vec<usize>,
}

impl<R: Real> Lu<R> {
    /// Decomposes a matrix; `None` if it is singular or not finite.
    ///
    /// # Panics
    ///
    /// If the matrix is not square.
    #[must_use]
    #[track_caller]
    pub fn new(a: &Matrix<R>) -> Option<Self> {
        let [n, cols] = a.shape();
        assert!(n == cols, "a system of {n} equations for {cols} unknowns");
        let mut factors: Vec<Vec<R>> = a.iter_rows().map(<[R]>::to_vec).collect();
        let mut rows: Vec<usize> = (0..n).collect();
        for k in 0..n {
            let size = |i: usize| Float::abs(factors[i][k]);
            let pivot = (k..n).fold(k, |best, i| if size(i) > size(best) { i } else { best });
            factors.swap(k, pivot);
            rows.swap(k, pivot);
            if factors[k][k] == R::zero() || !Float::is_finite(factors[k][k]) {
                return None;
            }
            let (above, below) = factors.split_at_mut(k + 1);
            let pivot_row = &above[k];
            for row in below {
                let factor = row[k] / pivot_row[k];
                row[k] = factor;
                for j in k + 1..n {
                    row[j] -= factor * pivot_row[j];
                }
            }
        }
        Some(Self::from_factors(factors, rows))
    }

    /// A decomposition of another's: `L` below the diagonal, `U` on and above it, and which row became row `i`.
    pub(crate) fn from_factors(factors: Vec<Vec<R>>, rows: Vec<usize>) -> Self {
        Self { factors, rows }
    }
}

impl<R: Real> LinearSolve<R> for Lu<R> {
    fn solve<S: Scalar<Real = R>>(&self, b: &[S]) -> Vec<S> {
        let n = self.rows.len();
        let constants = |row: &[R]| row.iter().map(|&x| S::constant(x)).collect::<Vec<S>>();
        let mut x: Vec<S> = Vec::with_capacity(n);
        for (i, &row) in self.rows.iter().enumerate() {
            let known = S::dot_product(&constants(&self.factors[i][..i]), &x);
            x.push(b[row] - known);
        }
        for i in (0..n).rev() {
            let known = S::dot_product(&constants(&self.factors[i][i + 1..]), &x[i + 1..]);
            x[i] = (x[i] - known) / S::constant(self.factors[i][i]);
        }
        x
    }
}
