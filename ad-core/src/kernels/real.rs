//! The kernels of `f64` and `f32`: vectorised loops, and the `gemm` crate behind its feature.

#[cfg(feature = "gemm")]
use super::gemm;
use super::pairs::Pairs;
use super::vector::elementary::{Exp, Sigmoid, Softplus, Tanh};
use super::vector::lane::Lane;
use super::vector::{check_lengths, dispatch, loops};
use super::{Kernels, MatrixView, matrix, vector};
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

impl<T: Lane> RealKernels for T {
    fn map_exp(x: &[T], y: &mut [T], p: Option<&mut [T]>) {
        vector::map::<Exp, T>(x, y, p);
    }
    fn map_tanh(x: &[T], y: &mut [T], p: Option<&mut [T]>) {
        vector::map::<Tanh, T>(x, y, p);
    }
    fn map_sigmoid(x: &[T], y: &mut [T], p: Option<&mut [T]>) {
        vector::map::<Sigmoid, T>(x, y, p);
    }
    fn map_softplus(x: &[T], y: &mut [T], p: Option<&mut [T]>) {
        vector::map::<Softplus, T>(x, y, p);
    }
}

/// Panics unless a matrix of this shape has so many elements.
#[track_caller]
#[inline(always)]
fn check_matrix(function: &str, rows: usize, cols: usize, elements: usize) {
    if rows.checked_mul(cols) != Some(elements) {
        wrong_size(function, rows, cols, elements);
    }
}

#[track_caller]
#[cold]
#[inline(never)]
fn wrong_size(function: &str, rows: usize, cols: usize, elements: usize) -> ! {
    panic!("{function}: a {rows} x {cols} matrix, but the matrix has {elements} elements")
}

/// Named are the products, of which the processor has one for each width of vectors.
macro_rules! real_kernels {
    ($t:ty: $dot:ident $dot_of:ident $dot_along:ident $gemv:ident $gemv_t:ident $outer_products:ident) => {
        impl Kernels for $t {
            fn gemv(a: &[Self], x: &[Self], y: &mut [Self]) {
                check_matrix("gemv", y.len(), x.len(), a.len());
                if !x.is_empty() {
                    dispatch!($gemv(a, x, y) else loops::gemv(a, x, y));
                }
            }
            fn gemv_t(a: &[Self], x: &[Self], y: &mut [Self]) {
                check_matrix("gemv_t", x.len(), y.len(), a.len());
                if !y.is_empty() {
                    dispatch!($gemv_t(a, x, y) else loops::gemv_t(a, x, y));
                }
            }
            fn gemm(a: MatrixView<'_, Self>, b: MatrixView<'_, Self>, c: &mut [Self], accumulate: bool) {
                #[cfg(feature = "gemm")]
                gemm::product(a, b, c, accumulate);
                #[cfg(not(feature = "gemm"))]
                matrix::gemm_loops(a, b, c, accumulate);
            }
            fn outer_products(pairs: &[(&[Self], &[Self])], c: &mut [Self], accumulate: bool) {
                let Some(pairs) = Pairs::new(pairs) else {
                    return if !accumulate { c.fill(0.0) };
                };
                check_matrix("outer_products", pairs.rows(), pairs.cols(), c.len());
                dispatch!($outer_products(pairs, c, accumulate) else
                    matrix::outer_product_loops(pairs.as_slice(), c, accumulate));
            }
            fn dot(x: &[Self], y: &[Self]) -> Self {
                check_lengths("dot", ("x", x.len()), ("y", y.len()));
                dispatch!($dot(x, y) else loops::dot(x, y))
            }
            #[inline]
            fn dot_of<A>(x: &[A], y: &[A], number: impl Fn(&A) -> Self) -> Self {
                check_lengths("dot_of", ("x", x.len()), ("y", y.len()));
                dispatch!($dot_of(x, y, number) else loops::dot_of(x, y, number))
            }
            #[inline]
            fn dot_along<A, const N: usize>(
                x: &[A],
                y: &[A],
                number: impl Fn(&A) -> Self,
                tangent: impl Fn(&A) -> &[Self; N],
                moves: impl Fn(&[A]) -> bool,
                along: &mut [Self; N],
            ) -> Option<Self> {
                check_lengths("dot_along", ("x", x.len()), ("y", y.len()));
                dispatch!($dot_along(x, y, number, tangent, moves, along) else
                    loops::dot_along(x, y, number, tangent, moves, along))
            }
            fn axpy(a: Self, x: &[Self], y: &mut [Self]) {
                vector::axpy(a, x, y);
            }
            fn axpby(a: Self, x: &[Self], b: Self, y: &[Self], out: &mut [Self]) {
                vector::axpby(a, x, b, y, out);
            }
            fn hadamard(x: &[Self], y: &[Self], out: &mut [Self]) {
                vector::hadamard(x, y, out);
            }
            fn all_finite(x: &[Self]) -> bool {
                vector::all_finite(x)
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
real_kernels!(f64: dot_f64 dot_of_f64 dot_along_f64 gemv_f64 gemv_t_f64 outer_products_f64);
real_kernels!(f32: dot_f32 dot_of_f32 dot_along_f32 gemv_f32 gemv_t_f32 outer_products_f32);
