//! Matrix products by plain loops: for any scalar, and for numbers without the feature `gemm`.

use crate::scalar::Scalar;

/// Numbers as a matrix, or as the transpose of one: an operand of [`Kernels::gemm`](super::Kernels::gemm).
#[derive(Clone, Copy, Debug)]
pub struct MatrixView<'a, T> {
    pub(super) numbers: &'a [T],
    /// How many rows and columns there are.
    pub(super) shape: [usize; 2],
    /// How far apart the numbers of neighbouring rows are, and those of neighbouring columns.
    pub(super) strides: [usize; 2],
}

impl<'a, T> MatrixView<'a, T> {
    /// Numbers that lie row by row.
    #[inline]
    #[must_use]
    pub fn new(numbers: &'a [T], shape: [usize; 2]) -> Self {
        Self { numbers, shape, strides: [shape[1], 1] }
    }

    /// The transpose, of the same numbers.
    #[inline]
    #[must_use]
    pub fn transposed(self) -> Self {
        let ([rows, cols], [row, col]) = (self.shape, self.strides);
        Self { numbers: self.numbers, shape: [cols, rows], strides: [col, row] }
    }

    /// The rows of `A`, the columns of `A` and rows of `B`, and the columns of `B`, for `A B`.
    ///
    /// # Panics
    ///
    /// If `A` has not as many columns as `B` has rows.
    #[track_caller]
    pub(super) fn product_shape(self, b: Self) -> [usize; 3] {
        let ([m, k], [rows, n]) = (self.shape, b.shape);
        assert!(k == rows, "gemm: matrices of {m} x {k} and {rows} x {n}");
        [m, k, n]
    }

    /// Other numbers, in the same places.
    pub(super) fn over<U>(self, numbers: &[U]) -> MatrixView<'_, U> {
        MatrixView { numbers, shape: self.shape, strides: self.strides }
    }
}

/// `C = A B` (or `C += A B`) by loops, in an order that runs along the rows of `B` and `C`.
pub(super) fn gemm_loops<S: Scalar>(
    a: MatrixView<'_, S>,
    b: MatrixView<'_, S>,
    c: &mut [S],
    accumulate: bool,
) {
    let [m, k, n] = a.product_shape(b);
    let ([ar, ac], [br, bc]) = (a.strides, b.strides);
    if !accumulate {
        c.fill(S::zero());
    }
    for i in 0..m {
        let c = &mut c[i * n..(i + 1) * n];
        for l in 0..k {
            let factor = a.numbers[i * ar + l * ac];
            if bc == 1 {
                S::axpy(factor, &b.numbers[l * br..l * br + n], c);
            } else {
                for (j, c) in c.iter_mut().enumerate() {
                    *c += factor * b.numbers[l * br + j * bc];
                }
            }
        }
    }
}

/// `C = sum_k u_k x_k^T` (or `C += ..`) by loops, one pair after the other.
pub(super) fn outer_product_loops<S: Scalar>(pairs: &[(&[S], &[S])], c: &mut [S], accumulate: bool) {
    if !accumulate {
        c.fill(S::zero());
    }
    for &(u, x) in pairs {
        for (&u, row) in u.iter().zip(c.chunks_exact_mut(x.len().max(1))) {
            S::axpy(u, x, row);
        }
    }
}
