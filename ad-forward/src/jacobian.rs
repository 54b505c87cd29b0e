//! The Jacobian by forward mode: one run of the function for each chunk of columns.

use crate::dual::Dual;
use ad_core::{Matrix, Scalar};
use alloc::vec::Vec;

/// How many columns [`jacobian`] computes in one run.
pub const CHUNK: usize = 8;

/// The matrix `df_i / dx_j` (outputs x inputs), [`CHUNK`] columns at a time.
///
/// The right choice where there are no more inputs than outputs; `ad_reverse::jacobian` is the other.
///
/// ```
/// let j = ad_forward::jacobian(|x| vec![x[0] * x[1], x[0] + x[1], x[1]], &[2.0, 3.0]);
/// assert_eq!(j.as_slice(), [3.0, 2.0, 1.0, 1.0, 0.0, 1.0]);
/// ```
pub fn jacobian<T: Scalar>(f: impl FnMut(&[Dual<T, CHUNK>]) -> Vec<Dual<T, CHUNK>>, x: &[T]) -> Matrix<T> {
    jacobian_by_chunks(f, x)
}

/// [`jacobian`] with a chunk of `N` columns.
///
/// # Panics
///
/// If `N` is 0, or `f` returns results of different lengths.
pub fn jacobian_by_chunks<T: Scalar, const N: usize>(
    mut f: impl FnMut(&[Dual<T, N>]) -> Vec<Dual<T, N>>,
    x: &[T],
) -> Matrix<T> {
    assert!(N > 0, "a chunk must have at least one column");
    let mut inputs: Vec<Dual<T, N>> = x.iter().map(|&x| Dual::from_primal(x)).collect();
    let mut columns: Vec<Vec<T>> = Vec::with_capacity(x.len());
    for start in (0..x.len()).step_by(N) {
        let end = x.len().min(start + N);
        for j in start..end {
            inputs[j] = Dual::variable(x[j], j - start);
        }
        let out = f(&inputs);
        columns.extend((0..end - start).map(|lane| out.iter().map(|y| y.tangent[lane]).collect()));
        for j in start..end {
            inputs[j] = Dual::from_primal(x[j]);
        }
    }
    let rows = columns.first().map_or_else(|| f(&inputs).len(), Vec::len);
    assert!(
        columns.iter().all(|column| column.len() == rows),
        "the function returned results of different lengths"
    );
    let columns = &columns;
    Matrix::new([rows, x.len()], (0..rows).flat_map(|i| columns.iter().map(move |column| column[i])))
}
