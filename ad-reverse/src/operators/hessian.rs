//! The whole Hessian of a scalar function, by forward over reverse mode.

use crate::operators::gradient::gradient;
use crate::var::Var;
use ad_core::{Matrix, Scalar};
use ad_forward::{CHUNK, Dual, Tag};
use std::fmt;

/// What a Hessian is computed on: a variable whose values carry [`CHUNK`] tangents.
pub type HessianVar<T> = Var<Dual<T, CHUNK>>;

/// The Hessian of a scalar function of `n` numbers (n x n), by forward over reverse mode.
///
/// [`CHUNK`] columns for each run of `f` and sweep. It is symmetric to rounding: the two entries of a pair are computed by
/// different operations.
///
/// It takes a slice; [`ad_forward::jacobian`] says how to come from a tree of parameters.
///
/// ```
/// let h = ad_reverse::hessian(|x| x[0] * x[0] * x[1], &[2.0, 3.0]);
/// assert_eq!(h.as_slice(), [6.0, 4.0, 4.0, 0.0]);
/// ```
///
/// # Panics
///
/// As [`grad`](crate::grad).
#[doc(alias = "compute_hessian")]
#[must_use]
pub fn hessian<T: Scalar>(f: impl FnMut(&[HessianVar<T>]) -> HessianVar<T>, x: &[T]) -> Matrix<T> {
    let n = x.len();
    let mut gradient = vec![T::zero(); n];
    Matrix::build([n, n], T::zero(), |entries| {
        Hessian::new(f).call(x, &mut gradient, entries);
    })
}

/// A function's Hessian as an object that keeps its buffers: no call after the first allocates, as far
/// as `f` does not (which has to be made of scalar operations for that).
///
/// It takes a slice; [`ad_forward::jacobian`] says how to come from a tree of parameters.
///
/// ```
/// let mut hessian = ad_reverse::Hessian::new(|x| x[0] * x[0] * x[1]);
/// let (mut g, mut h) = ([0.0; 2], [0.0; 4]);
/// assert_eq!(hessian.call(&[2.0, 3.0], &mut g, &mut h), 12.0);
/// assert_eq!((g, h), ([12.0, 4.0], [6.0, 4.0, 4.0, 0.0]));
/// ```
#[doc(alias = "compute_hessian_with")]
#[derive(Clone)]
pub struct Hessian<T, F> {
    f: F,
    inputs: Vec<HessianVar<T>>,
}

impl<T: Scalar, F: FnMut(&[HessianVar<T>]) -> HessianVar<T>> Hessian<T, F> {
    /// The Hessian of `f`.
    #[must_use]
    pub const fn new(f: F) -> Self {
        Self { f, inputs: Vec::new() }
    }

    /// Writes the gradient (n) and the Hessian (n x n, row-major) at `x`, and returns the value.
    ///
    /// # Panics
    ///
    /// If the slices have other lengths; as [`grad`](crate::grad).
    #[track_caller]
    pub fn call(&mut self, x: &[T], gradient_at_x: &mut [T], hessian: &mut [T]) -> T {
        let n = x.len();
        assert!(gradient_at_x.len() == n, "a gradient of {n} numbers, a slice of {}", gradient_at_x.len());
        assert!(hessian.len() == n * n, "a Hessian of {n} x {n} numbers, a slice of {}", hessian.len());
        let mut value = T::zero();
        // With no inputs at all there is still a value.
        for start in (0..n.max(1)).step_by(CHUNK) {
            value = self.columns(x, start, |i, gradient, seconds| {
                gradient_at_x[i] = gradient;
                let columns = hessian[i * n..(i + 1) * n].iter_mut().skip(start);
                columns.zip(seconds).for_each(|(entry, second)| *entry = second);
            });
        }
        value
    }

    /// The value; `read` gets each adjoint and its tangents by the inputs from `start` on.
    fn columns(&mut self, x: &[T], start: usize, mut read: impl FnMut(usize, T, [T; CHUNK])) -> T {
        let tag = Tag::fresh();
        let moving = x.iter().enumerate().map(|(j, &x)| Dual::input_in_chunk(tag, x, j, start));
        let each = |i, adjoint: Dual<T, CHUNK>| read(i, adjoint.primal, adjoint.tangent_of(tag));
        gradient(&mut self.f, &mut self.inputs, moving, each).primal
    }
}

impl<T, F> fmt::Debug for Hessian<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hessian").finish_non_exhaustive()
    }
}
