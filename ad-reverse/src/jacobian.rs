//! The Jacobian by reverse mode: one recording, swept back with one seed for each output.

use crate::var::Var;
use crate::vjp::vjp;
use ad_core::{Matrix, Scalar};

/// The matrix `df_i / dx_j` (outputs x inputs).
///
/// The right choice where there are fewer outputs than inputs; `ad_forward::jacobian` is the other.
///
/// ```
/// let j = ad_reverse::jacobian(|x| vec![x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]);
/// assert_eq!(j.as_slice(), [3.0, 2.0, 1.0, 1.0]);
/// ```
///
/// # Panics
///
/// If `f` uses or returns a variable of another recording.
pub fn jacobian<T: Scalar>(f: impl FnOnce(&[Var<T>]) -> Vec<Var<T>>, x: &[T]) -> Matrix<T> {
    let (_, mut pullback) = vjp(f, x);
    let rows = pullback.outputs();
    let seeds = (0..rows * rows).map(|i| if i % (rows + 1) == 0 { T::one() } else { T::zero() });
    let seeds: Vec<T> = seeds.collect();
    Matrix::new([rows, x.len()], pullback.rows(rows, &seeds))
}
