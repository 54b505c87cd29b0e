//! The Jacobian by forward mode: one run of the function for each chunk of columns.

use crate::dual::Dual;
use crate::tag::Tag;
use ad_core::{Matrix, Scalar};
use alloc::vec::Vec;
use core::fmt;

/// How many columns [`jacobian`] computes in one run.
pub const CHUNK: usize = 8;

/// The matrix `df_i / dx_j` (outputs x inputs) by forward mode (JAX's `jacfwd`), [`CHUNK`] columns at a
/// time.
///
/// The right choice where there are no more inputs than outputs; `ad_reverse::jacobian` is the other.
///
/// ```
/// let j = ad_forward::jacobian(|x| vec![x[0] * x[1], x[0] + x[1], x[1]], &[2.0, 3.0]);
/// assert_eq!(j.as_slice(), [3.0, 2.0, 1.0, 1.0, 0.0, 1.0]);
/// ```
///
/// It takes a slice. A tree of parameters becomes one by [`flatten`](ad_core::tree::flatten), and the function has it back by
/// [`unflatten`](ad_core::tree::unflatten), in every operator that takes a slice:
///
/// ```
/// use ad_core::tree::{flatten, unflatten};
/// let line = (2.0, [3.0]); // slope and offset
/// let heights = |x: &[_]| {
///     let (slope, [offset]) = unflatten(&line, x.to_vec());
///     vec![offset, slope + offset, slope * 2.0 + offset]
/// };
/// let j = ad_forward::jacobian(heights, &flatten(&line));
/// assert_eq!(j.as_slice(), [0.0, 1.0, 1.0, 1.0, 2.0, 1.0]);
/// ```
///
/// Scalar loops take less time with [`Wide`](ad_core::function::Wide), on processors whose vectors are wider than a default build
/// knows: `jacobian(|x| Wide(&f).call(x), x)` for a generic `f`.
///
/// # Panics
///
/// If `f` returns results of different lengths; as [`derivative`](crate::derivative).
#[doc(alias = "jacfwd")]
#[must_use]
#[track_caller]
pub fn jacobian<T: Scalar>(f: impl FnMut(&[Dual<T, CHUNK>]) -> Vec<Dual<T, CHUNK>>, x: &[T]) -> Matrix<T> {
    jacobian_by_chunks(f, x)
}

/// The results at `x`, and the [`jacobian`]: what a step of Newton's or of Levenberg and Marquardt's method asks for.
///
/// ```
/// let (y, j) = ad_forward::value_and_jacobian(|x| vec![x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]);
/// assert_eq!((y, j.as_slice()), (vec![6.0, 5.0], &[3.0, 2.0, 1.0, 1.0][..]));
/// ```
///
/// # Panics
///
/// As [`jacobian`].
#[must_use]
#[track_caller]
pub fn value_and_jacobian<T: Scalar>(
    f: impl FnMut(&[Dual<T, CHUNK>]) -> Vec<Dual<T, CHUNK>>,
    x: &[T],
) -> (Vec<T>, Matrix<T>) {
    by_chunks(f, x)
}

/// [`jacobian`] with a chunk of `N` columns.
///
/// # Panics
///
/// If `N` is 0, or `f` returns results of different lengths; as [`derivative`](crate::derivative).
#[must_use]
#[track_caller]
pub fn jacobian_by_chunks<T: Scalar, const N: usize>(
    f: impl FnMut(&[Dual<T, N>]) -> Vec<Dual<T, N>>,
    x: &[T],
) -> Matrix<T> {
    by_chunks(f, x).1
}

#[track_caller]
fn by_chunks<T: Scalar, const N: usize>(
    mut f: impl FnMut(&[Dual<T, N>]) -> Vec<Dual<T, N>>,
    x: &[T],
) -> (Vec<T>, Matrix<T>) {
    assert!(N > 0, "a chunk must have at least one column");
    let mut inputs: Vec<Dual<T, N>> = x.iter().map(|&x| Dual::from_primal(x)).collect();
    // With no inputs at all there are still results.
    let chunks = (0..x.len().max(1)).step_by(N);
    from_chunks(x.len(), chunks.map(|start| chunk(&mut f, x, &mut inputs, start)).collect())
}

/// [`jacobian`] with its chunks of columns on all threads of `rayon`'s pool (feature `rayon`).
///
/// ```
/// let j = ad_forward::par_jacobian(|x| vec![x[0] * x[1], x[0] + x[1], x[1]], &[2.0, 3.0]);
/// assert_eq!(j.as_slice(), [3.0, 2.0, 1.0, 1.0, 0.0, 1.0]);
/// ```
///
/// # Panics
///
/// If `f` returns results of different lengths; as [`derivative`](crate::derivative).
#[cfg(feature = "rayon")]
#[must_use]
#[track_caller]
pub fn par_jacobian<T: Scalar>(
    f: impl Fn(&[Dual<T, CHUNK>]) -> Vec<Dual<T, CHUNK>> + Sync,
    x: &[T],
) -> Matrix<T> {
    use rayon::prelude::*;
    let inputs: Vec<Dual<T, CHUNK>> = x.iter().map(|&x| Dual::from_primal(x)).collect();
    let chunks = (0..x.len().max(1)).into_par_iter().step_by(CHUNK);
    let chunks = chunks.map_with(inputs, |inputs, start| chunk(&mut &f, x, inputs, start)).collect();
    from_chunks(x.len(), chunks).1
}

/// What one run gives: the results, if it is the first, and their tangents by each of the inputs that moved.
type Chunk<T> = (Vec<T>, Vec<Vec<T>>);

/// One run for the columns from `start` on. `inputs` are constants, before and after.
fn chunk<T: Scalar, const N: usize>(
    f: &mut impl FnMut(&[Dual<T, N>]) -> Vec<Dual<T, N>>,
    x: &[T],
    inputs: &mut [Dual<T, N>],
    start: usize,
) -> Chunk<T> {
    let (end, tag) = (x.len().min(start + N), Tag::fresh());
    for j in start..end {
        inputs[j] = Dual::variable(x[j], j - start).tagged(tag);
    }
    let out = f(inputs);
    for j in start..end {
        inputs[j] = Dual::from_primal(x[j]);
    }
    let column = |lane| out.iter().map(|y| y.tangent_of(tag)[lane]).collect();
    let value = if start == 0 { out.iter().map(|y| y.primal).collect() } else { Vec::new() };
    (value, (0..end - start).map(column).collect())
}

/// The results and the matrix of all chunks, of which there is at least one.
#[track_caller]
fn from_chunks<T: Scalar>(inputs: usize, mut chunks: Vec<Chunk<T>>) -> (Vec<T>, Matrix<T>) {
    let columns: Vec<Vec<T>> = chunks.iter_mut().flat_map(|(_, columns)| columns.drain(..)).collect();
    let (value, _) = chunks.swap_remove(0);
    let rows = value.len();
    assert!(
        columns.iter().all(|column| column.len() == rows),
        "the function returned results of different lengths"
    );
    let columns = &columns;
    let entries = (0..rows).flat_map(|i| columns.iter().map(move |column| column[i]));
    (value, Matrix::new([rows, inputs], entries))
}

/// A function's Jacobian as an object that keeps its buffers: no call after the first allocates, as far as
/// `f` does not. `f(x, y)` writes its results to `y`. Both are slices; [`jacobian`] says how to come from a tree.
///
/// ```
/// let mut jacobian = ad_forward::Jacobian::new(|x, y| {
///     y[0] = x[0] * x[1];
///     y[1] = x[0] + x[1];
/// });
/// let (mut y, mut j) = ([0.0; 2], [0.0; 4]);
/// jacobian.call(&[2.0, 3.0], &mut y, &mut j);
/// assert_eq!((y, j), ([6.0, 5.0], [3.0, 2.0, 1.0, 1.0]));
/// ```
#[derive(Clone)]
pub struct Jacobian<T, F> {
    f: F,
    inputs: Vec<Dual<T, CHUNK>>,
    outputs: Vec<Dual<T, CHUNK>>,
}

impl<T: Scalar, F: FnMut(&[Dual<T, CHUNK>], &mut [Dual<T, CHUNK>])> Jacobian<T, F> {
    /// The Jacobian of `f`.
    #[must_use]
    pub const fn new(f: F) -> Self {
        Self { f, inputs: Vec::new(), outputs: Vec::new() }
    }

    /// Writes the results at `x` and the matrix `df_i / dx_j` (results x inputs, row-major).
    ///
    /// # Panics
    ///
    /// If `jacobian` has not as many numbers as results and inputs ask for; as [`derivative`](crate::derivative).
    #[track_caller]
    pub fn call(&mut self, x: &[T], y: &mut [T], jacobian: &mut [T]) {
        let (m, n) = (y.len(), x.len());
        assert!(jacobian.len() == m * n, "a Jacobian of {m} x {n} numbers, a slice of {}", jacobian.len());
        // With no inputs at all there are still results.
        for start in (0..n.max(1)).step_by(CHUNK) {
            let tag = self.run(x, m, start);
            for (i, out) in self.outputs.iter().enumerate() {
                y[i] = out.primal;
                let columns = jacobian[i * n..(i + 1) * n].iter_mut().skip(start);
                columns.zip(out.tangent_of(tag)).for_each(|(entry, tangent)| *entry = tangent);
            }
        }
    }

    /// Runs `f` for the columns from `start` on; returns the tag of that.
    fn run(&mut self, x: &[T], results: usize, start: usize) -> Tag {
        let tag = Tag::fresh();
        self.inputs.clear();
        self.inputs.extend(x.iter().enumerate().map(|(j, &x)| Dual::input_in_chunk(tag, x, j, start)));
        self.outputs.clear();
        self.outputs.resize(results, Dual::from_primal(T::zero()));
        (self.f)(&self.inputs, &mut self.outputs);
        tag
    }
}

impl<T, F> fmt::Debug for Jacobian<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jacobian").finish_non_exhaustive()
    }
}
