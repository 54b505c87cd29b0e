//! `faer`: a linear solve on plain numbers, whose derivative is a rule and not the derivative of its steps.
//!
//! ```text
//! A x = b       dx = A^-1 (db - dA x)
//! ```

use crate::implicit::{Singular, implicit_root_with};
use crate::lu::Lu;
use ::faer::Mat;
use ::faer::linalg::solvers::{PartialPivLu, Solve};
use ad_core::{Scalar, VectorFunction};
use alloc::vec::Vec;

/// The solution of `A x = b` for an `A` of n x n numbers, row-major: `x` by faer's LU decomposition, and the
/// derivatives by `A` and `b`, of any order and in any mode, out of the equation (feature `faer`).
///
/// ```
/// use ad_forward::{derivative, solve};
/// // [[2, t], [0, 4]] x = [1, 8], so x = [(1 - 2 t) / 2, 2]
/// let dx = derivative(|t| solve(&[2.0.into(), t, 0.0.into(), 4.0.into()], &[1.0.into(), 8.0.into()])[0], 3.0);
/// assert_eq!(dx, -1.0);
/// ```
///
/// # Panics
///
/// If `A` has not as many numbers as `b` squared. A singular `A` gives infinities or NaN, as faer does.
#[doc(alias = "custom_linear_solve")]
#[must_use]
#[track_caller]
pub fn solve<S: Scalar<Real = f64>>(a: &[S], b: &[S]) -> Vec<S> {
    solve_decomposed(&decompose(a, b), a, b)
}

/// [`solve`] of a system that may be singular.
///
/// ```
/// use ad_forward::try_solve;
/// assert_eq!(try_solve(&[2.0, 0.0, 0.0, 4.0], &[1.0, 8.0]), Ok(vec![0.5, 2.0]));
/// assert_eq!(try_solve(&[2.0, 1.0, 4.0, 2.0], &[1.0, 8.0]).unwrap_err().matrix, "A");
/// assert!(try_solve(&[f64::NAN], &[1.0]).is_err());
/// ```
///
/// # Errors
///
/// If `A` is singular, or not finite: a pivot of its decomposition is exactly 0, or no number.
///
/// # Panics
///
/// If `A` has not as many numbers as `b` squared.
#[track_caller]
pub fn try_solve<S: Scalar<Real = f64>>(a: &[S], b: &[S]) -> Result<Vec<S>, Singular> {
    let lu = decompose(a, b);
    let pivots = lu.U().diagonal();
    if pivots.column_vector().iter().any(|&pivot| pivot == 0.0 || !pivot.is_finite()) {
        return Err(Singular::matrix("A"));
    }
    Ok(solve_decomposed(&lu, a, b))
}

/// The decomposition of the values of `A`.
#[track_caller]
fn decompose<S: Scalar<Real = f64>>(a: &[S], b: &[S]) -> PartialPivLu<f64> {
    let n = b.len();
    assert!(a.len() == n * n, "{} numbers are no matrix for {n} equations", a.len());
    Mat::from_fn(n, n, |i, j| a[i * n + j].primal()).partial_piv_lu()
}

fn solve_decomposed<S: Scalar<Real = f64>>(lu: &PartialPivLu<f64>, a: &[S], b: &[S]) -> Vec<S> {
    let n = b.len();
    let mut x = Mat::from_fn(n, 1, |i, _| b[i].primal());
    lu.solve_in_place(&mut x);
    let x: Vec<f64> = x.col(0).iter().copied().collect();
    if S::ORDER == 0 {
        return x.into_iter().map(S::constant).collect();
    }
    implicit_root_with(&Equations { n }, &for_any_scalar(lu), &x, &[a, b].concat())
}

/// `A x - b`, for `x`, `A` and `b` one after the other.
struct Equations {
    n: usize,
}

impl VectorFunction for Equations {
    fn call<S: Scalar>(&self, z: &[S]) -> Vec<S> {
        let (x, rest) = z.split_at(self.n);
        let (a, b) = rest.split_at(self.n * self.n);
        b.iter().enumerate().map(|(i, &b)| S::dot_product(&a[i * self.n..][..self.n], x) - b).collect()
    }
}

/// The same decomposition, for a right-hand side of any scalar: faer's own solve takes plain numbers.
fn for_any_scalar(lu: &PartialPivLu<f64>) -> Lu<f64> {
    let (lower, upper, (rows, _)) = (lu.L(), lu.U(), lu.P().arrays());
    let n = rows.len();
    let entry = |i, j| if j < i { lower[(i, j)] } else { upper[(i, j)] };
    Lu::from_factors((0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect(), rows.to_vec())
}
