//! The kernels of `f64` and `f32`.

#[cfg(feature = "gemm")]
use super::gemm;
#[cfg(not(feature = "gemm"))]
use super::matrix;
use super::{Kernels, Strides};
use crate::rule::Unary;

macro_rules! real_kernels {
    ($t:ty, $gemm:ident) => {
        impl Kernels for $t {
            fn gemv(a: &[Self], x: &[Self], y: &mut [Self]) {
                for (y, row) in y.iter_mut().zip(a.chunks_exact(x.len().max(1))) {
                    *y += Self::dot(row, x);
                }
            }
            fn gemm(
                shape: [usize; 3],
                a: &[Self],
                sa: Strides,
                b: &[Self],
                sb: Strides,
                c: &mut [Self],
                accumulate: bool,
            ) {
                #[cfg(feature = "gemm")]
                gemm::$gemm(shape, a, sa, b, sb, c, accumulate);
                #[cfg(not(feature = "gemm"))]
                matrix::gemm_loops(shape, a, sa, b, sb, c, accumulate);
            }
            fn dot(x: &[Self], y: &[Self]) -> Self {
                x.iter().zip(y).map(|(&x, &y)| x * y).sum()
            }
            fn map<R: Unary>(rule: R, x: &[Self], y: &mut [Self]) {
                rule.values(x, y);
            }
            fn map_with_partial<R: Unary>(rule: R, x: &[Self], y: &mut [Self], p: &mut [Self]) {
                rule.values_and_partials(x, y, p);
            }
        }
    };
}
real_kernels!(f64, gemm_f64);
real_kernels!(f32, gemm_f32);
