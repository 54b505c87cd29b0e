//! The kernels of `f64` and `f32`: vectorised loops, and the `gemm` crate behind its feature.

#[cfg(feature = "gemm")]
use super::gemm;
#[cfg(not(feature = "gemm"))]
use super::matrix;
use super::{Kernels, Strides, vector};
use crate::rule::Unary;

/// The functions that have a kernel on plain numbers, which their row of the table names.
///
/// Apart from [`Kernels`] because no other number has them: it takes its values from the plain ones, and its partials from the
/// row.
pub trait RealKernels: Sized {
    /// Vectorised `e^x` and, if asked for, its derivative.
    fn map_exp(x: &[Self], y: &mut [Self], p: Option<&mut [Self]>);

    /// Vectorised `tanh x` and, if asked for, its derivative.
    fn map_tanh(x: &[Self], y: &mut [Self], p: Option<&mut [Self]>);

    /// Vectorised `sigmoid x` and, if asked for, its derivative.
    fn map_sigmoid(x: &[Self], y: &mut [Self], p: Option<&mut [Self]>);

    /// Vectorised `softplus x` and, if asked for, its derivative.
    fn map_softplus(x: &[Self], y: &mut [Self], p: Option<&mut [Self]>);
}

macro_rules! real_kernels {
    ($t:ty: $exp:ident $gemm:ident $gemv:ident $gemv_t:ident $outer_products:ident
        $dot:ident $dot_of:ident $axpy:ident $axpby:ident $hadamard:ident
        $($map:ident = $value:ident / $value_and_partial:ident)*) => {
        impl Kernels for $t {
            fn gemv(a: &[Self], x: &[Self], y: &mut [Self]) {
                vector::$gemv(y.len(), x.len(), a, x, y);
            }
            fn gemv_t(a: &[Self], x: &[Self], y: &mut [Self]) {
                vector::$gemv_t(x.len(), y.len(), a, x, y);
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
            fn outer_products(pairs: &[(&[Self], &[Self])], c: &mut [Self], accumulate: bool) {
                vector::$outer_products(pairs, c, accumulate);
            }
            fn dot(x: &[Self], y: &[Self]) -> Self {
                vector::$dot(x, y)
            }
            #[inline]
            fn dot_of<A>(x: &[A], y: &[A], number: impl Fn(&A) -> Self) -> Self {
                vector::$dot_of(x, y, number)
            }
            fn axpy(a: Self, x: &[Self], y: &mut [Self]) {
                vector::$axpy(a, x, y);
            }
            fn axpby(a: Self, x: &[Self], b: Self, y: &[Self], out: &mut [Self]) {
                vector::$axpby(a, x, b, y, out);
            }
            fn hadamard(x: &[Self], y: &[Self], out: &mut [Self]) {
                vector::$hadamard(x, y, out);
            }
            fn map<R: Unary>(rule: R, x: &[Self], y: &mut [Self]) {
                rule.values(x, y);
            }
            fn map_with_partial<R: Unary>(rule: R, x: &[Self], y: &mut [Self], p: &mut [Self]) {
                rule.values_and_partials(x, y, p);
            }
        }

        impl RealKernels for $t {
            fn map_exp(x: &[Self], y: &mut [Self], p: Option<&mut [Self]>) {
                vector::$exp(x, y);
                if let Some(p) = p {
                    p.copy_from_slice(y);
                }
            }
            $(
                fn $map(x: &[Self], y: &mut [Self], p: Option<&mut [Self]>) {
                    match p {
                        Some(p) => vector::$value_and_partial(x, y, p),
                        None => vector::$value(x, y),
                    }
                }
            )*
        }
    };
}
real_kernels!(f64: exp_f64 gemm_f64 gemv_f64 gemv_t_f64 outer_products_f64
    dot_f64 dot_of_f64 axpy_f64 axpby_f64 hadamard_f64
    map_tanh = tanh_f64 / tanh_with_partial_f64
    map_sigmoid = sigmoid_f64 / sigmoid_with_partial_f64
    map_softplus = softplus_f64 / softplus_with_partial_f64);
real_kernels!(f32: exp_f32 gemm_f32 gemv_f32 gemv_t_f32 outer_products_f32
    dot_f32 dot_of_f32 axpy_f32 axpby_f32 hadamard_f32
    map_tanh = tanh_f32 / tanh_with_partial_f32
    map_sigmoid = sigmoid_f32 / sigmoid_with_partial_f32
    map_softplus = softplus_f32 / softplus_with_partial_f32);
