//! Matrix products by plain loops: for any scalar, and for numbers without the feature `gemm`.

use super::Strides;
use crate::scalar::Scalar;

/// `C = A B` (or `C += A B`) by loops, in an order that runs along the rows of `B` and `C`.
pub(super) fn gemm_loops<S: Scalar>(
    [m, k, n]: [usize; 3],
    a: &[S],
    (ar, ac): Strides,
    b: &[S],
    (br, bc): Strides,
    c: &mut [S],
    accumulate: bool,
) {
    if !accumulate {
        c.fill(S::zero());
    }
    for i in 0..m {
        let c = &mut c[i * n..(i + 1) * n];
        for l in 0..k {
            let factor = a[i * ar + l * ac];
            if bc == 1 {
                S::axpy(factor, &b[l * br..l * br + n], c);
            } else {
                for (j, c) in c.iter_mut().enumerate() {
                    *c += factor * b[l * br + j * bc];
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
