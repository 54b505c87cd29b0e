//! [`SparseJacobian`]: a color at a time, by the mode that takes fewer.

use super::coloring::{self, Coloring};
use super::lane;
use super::matrix::{Csr, Sparsity};
use crate::operators::gradient::pull_results;
use crate::operators::jacobian::reverse_is_cheaper;
use crate::var::Var;
use ad_core::{Scalar, VectorFunction};
use ad_forward::{CHUNK, Dual, Tag};

/// A Jacobian's entries and how to compute them, to be used at many points: an object that keeps its buffers, so that
/// no call after the first allocates, as far as `f` does not (its results are a `Vec`).
///
/// ```
/// use ad_core::function;
/// use ad_reverse::sparse::{SparseJacobian, jacobian_sparsity};
///
/// let squares = function!(|x: &[S]| -> Vec<S> { x.iter().map(|&x| x * x).collect() });
/// let mut jacobian = SparseJacobian::new(jacobian_sparsity(&squares, &[0.5; 3]));
/// assert_eq!(jacobian.colors(), 1);
/// assert_eq!(jacobian.call(&squares, &[1.0, 2.0, 3.0]).values(), [2.0, 4.0, 6.0]);
/// assert_eq!(jacobian.call(&squares, &[0.0, 1.0, 5.0]).values(), [0.0, 2.0, 10.0]);
/// ```
#[derive(Clone, Debug)]
pub struct SparseJacobian<T> {
    matrix: Csr<T>,
    coloring: Coloring,
    mode: Mode<T>,
}

/// What is colored, and the buffers of the mode that this is for.
#[derive(Clone, Debug)]
enum Mode<T> {
    /// The columns: a direction for each color.
    Forward { inputs: Vec<Dual<T, CHUNK>> },
    /// The rows: a cotangent for each color, and what it becomes, colors x columns.
    Reverse { inputs: Vec<Var<T>>, sums: Vec<T> },
}

impl<T: Scalar> SparseJacobian<T> {
    /// Colors the columns or the rows, by the mode that is cheaper then.
    #[must_use]
    pub fn new(sparsity: Sparsity) -> Self {
        let columns = coloring::of_columns(&sparsity);
        let rows = coloring::of_columns(&sparsity.transposed());
        let (coloring, mode) = if reverse_is_cheaper(columns.count, rows.count) {
            (rows, Mode::Reverse { inputs: Vec::new(), sums: Vec::new() })
        } else {
            (columns, Mode::Forward { inputs: Vec::new() })
        };
        Self { matrix: Csr::zero(sparsity), coloring, mode }
    }

    /// Where the entries are.
    #[must_use]
    pub fn sparsity(&self) -> &Sparsity {
        self.matrix.sparsity()
    }

    /// The number of colors: of directional derivatives that one Jacobian takes, or of cotangents.
    #[must_use]
    pub fn colors(&self) -> usize {
        self.coloring.count
    }

    /// The Jacobian of `f` at `x`.
    ///
    /// The entries were found at one point. Where `f` takes another branch it may have others, and the numbers are wrong then,
    /// with no sign of it: those of columns of one color are added up. Find the entries again there, or look now and
    /// then whether the matrix times a direction is what [`jvp`](ad_forward::jvp) says:
    ///
    /// ```
    /// use ad_core::{VectorFunction, function};
    /// use ad_reverse::sparse::{SparseJacobian, jacobian_sparsity};
    ///
    /// let f = function!(|x: &[S]| -> Vec<S> {
    ///     if x[0] > S::zero() { vec![x[0], x[1]] } else { vec![x[0] * x[1], x[1] * x[0]] }
    /// });
    /// let v = [0.3, -0.7];
    /// let differs = |j: &mut SparseJacobian<f64>, x: &[f64]| {
    ///     let (_, along) = ad_forward::jvp(|x: &[_]| f.call(x), x, &v[..]);
    ///     let product = j.call(&f, x).triplets().fold([0.0; 2], |mut jv, (i, k, a)| {
    ///         jv[i] += a * v[k];
    ///         jv
    ///     });
    ///     (0..2).any(|i| (product[i] - along[i]).abs() > 1e-12)
    /// };
    /// let mut j = SparseJacobian::new(jacobian_sparsity(&f, &[1.0, 2.0]));
    /// assert!(!differs(&mut j, &[3.0, 4.0]));
    /// assert!(differs(&mut j, &[-3.0, 4.0])); // the other branch
    /// ```
    ///
    /// # Panics
    ///
    /// If `f` has not as many inputs and outputs as the entries were made for.
    #[track_caller]
    pub fn call<F: VectorFunction + ?Sized>(&mut self, f: &F, x: &[T]) -> &Csr<T> {
        let Self { matrix, coloring: Coloring { of, count }, mode } = self;
        let (rows, cols) = (matrix.sparsity().rows(), matrix.sparsity().cols());
        assert!(x.len() == cols, "a Jacobian of {cols} columns, and {} inputs", x.len());
        match mode {
            Mode::Forward { inputs } => {
                for start in (0..*count).step_by(CHUNK) {
                    inputs.clear();
                    let tag = Tag::fresh();
                    let colored = x.iter().zip(of.iter());
                    inputs.extend(colored.map(|(&x, &color)| Dual::input_in_chunk(tag, x, color, start)));
                    let y = f.call(inputs);
                    check_outputs(rows, y.len());
                    for ((i, j), entry) in matrix.entries_mut() {
                        if let Some(lane) = lane(of[j], start) {
                            *entry = y[i].tangent_of(tag)[lane];
                        }
                    }
                }
            }
            Mode::Reverse { inputs, sums } => {
                let run = |x: &[Var<T>]| {
                    let y = f.call(x);
                    check_outputs(rows, y.len());
                    y
                };
                sums.resize(*count * cols, T::zero());
                let read = |color: usize, j: usize, adjoint| sums[color * cols + j] = adjoint;
                pull_results(run, inputs, x.iter().copied(), (of, *count), read);
                for ((i, j), entry) in matrix.entries_mut() {
                    *entry = sums[of[i] * cols + j];
                }
            }
        }
        &self.matrix
    }

    /// The Jacobian of `f` at `x`, for one call.
    pub(super) fn into_call<F: VectorFunction + ?Sized>(mut self, f: &F, x: &[T]) -> Csr<T> {
        self.call(f, x);
        self.matrix
    }
}

#[track_caller]
fn check_outputs(rows: usize, outputs: usize) {
    assert!(outputs == rows, "a Jacobian of {rows} rows, and {outputs} outputs");
}
