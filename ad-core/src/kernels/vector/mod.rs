//! Kernels for slices of real numbers, chosen for the processor at run time.
//!
//! Each function exists for `f64` and for `f32`. On x86-64 processors with AVX2 and FMA (asked at run time, so
//! that a build for any x86-64 is fast) it runs vectorised code; on others the same algorithm in plain loops.
//! Matrices are row-major.
//!
//! | | the same bits on every processor | accuracy |
//! |---|---|---|
//! | `axpby`, `hadamard` | yes, those of the scalar expression | |
//! | `all_finite` | yes | |
//! | `axpy`, `dot`, `dot_of`, `gemv`, `gemv_t`, `outer_products` | no: multiply-adds may be fused, sums reordered | as the scalar loop |
//! | `exp`, `tanh`, `sigmoid`, `softplus` | no: the same, up to the last bits | value: 2 ulp, derivative: 4 ulp |
//!
//! On one processor, what becomes of an element depends on nothing but its operands: not on its position, on the
//! length of the slice, or on its alignment. A row of `gemv` likewise does not depend on the other rows, and the
//! function with a derivative gives the same value as the one without.
//!
//! The accuracy of the functions holds for all arguments: subnormal numbers, zeros (whose sign `tanh` keeps) and
//! infinities too. NaN gives NaN. Derivatives are accurate wherever they are normal numbers, far out in
//! the tails too: there they come from the decaying exponential, not from a value that has been rounded to 1.

use self::elementary::{Exp, Sigmoid, Softplus, Tanh};
use self::lane::Separate;
use super::matrix;
#[cfg(all(target_arch = "x86_64", feature = "std"))]
use super::x86::Avx2Fma;

pub(super) mod elementary;
pub(super) mod lane;
pub(super) mod loops;

/// Runs a method of [`Avx2Fma`], or else the given expression.
macro_rules! dispatch {
    ($fast:ident $(::<$($t:ident),*>)? ($($arg:expr),*) else $portable:expr) => {{
        #[cfg(all(target_arch = "x86_64", feature = "std"))]
        if let Some(processor) = Avx2Fma::detect() {
            return processor.$fast $(::<$($t),*>)? ($($arg),*);
        }
        $portable
    }};
}

/// Runs a loop that the compiler vectorises, with the widest vectors that this processor has. It must be short, and
/// `#[inline(always)]`: what is not inlined runs as it was compiled.
#[inline]
pub fn with_wide_vectors<R>(f: impl FnOnce() -> R) -> R {
    dispatch!(call(f) else f())
}

/// Panics unless the lengths are equal. The function's name and those of the slices are for the message.
#[track_caller]
#[inline]
fn check_lengths(function: &str, first: (&str, usize), second: (&str, usize)) {
    assert!(
        first.1 == second.1,
        "{function}: `{}` has {} elements, but `{}` has {}",
        first.0,
        first.1,
        second.0,
        second.1,
    );
}

/// Panics unless the shape fits `A`, its input and its output.
#[track_caller]
#[inline]
fn check_matrix(function: &str, rows: usize, cols: usize, a: usize, row_vector: usize, col_vector: usize) {
    assert!(
        rows.checked_mul(cols) == Some(a) && col_vector == rows && row_vector == cols,
        "{function}: a {rows} x {cols} matrix, but the matrix has {a} elements, \
         the vector along its rows {row_vector}, the vector along its columns {col_vector}",
    );
}

/// The functions for one type. `$name` is the name of each.
macro_rules! kernels {
    (
        $real:ident: $dot:ident $dot_of:ident $gemv:ident $gemv_t:ident $outer_products:ident
        $axpy:ident $axpby:ident $hadamard:ident $all_finite:ident
        $exp:ident $tanh:ident $tanh_with_partial:ident
        $sigmoid:ident $sigmoid_with_partial:ident $softplus:ident $softplus_with_partial:ident
    ) => {
        /// The sum of `x_i y_i`.
        ///
        /// # Panics
        ///
        /// If `x` and `y` differ in length.
        #[track_caller]
        #[must_use]
        pub(crate) fn $dot(x: &[$real], y: &[$real]) -> $real {
            check_lengths(stringify!($dot), ("x", x.len()), ("y", y.len()));
            dispatch!($dot(x, y) else loops::dot(x, y))
        }

        /// The same for numbers that are parts of other elements, with the same bits.
        ///
        /// # Panics
        ///
        /// If `x` and `y` differ in length.
        #[track_caller]
        #[inline]
        #[must_use]
        pub(crate) fn $dot_of<A>(x: &[A], y: &[A], number: impl Fn(&A) -> $real) -> $real {
            check_lengths(stringify!($dot_of), ("x", x.len()), ("y", y.len()));
            dispatch!($dot_of(x, y, number) else loops::dot_of(x, y, number))
        }

        /// `y += A x`, for `A` of `rows` rows and `cols` columns.
        ///
        /// # Panics
        ///
        /// If `a` has not `rows * cols` elements, `x` not `cols`, or `y` not `rows`.
        #[track_caller]
        pub(crate) fn $gemv(rows: usize, cols: usize, a: &[$real], x: &[$real], y: &mut [$real]) {
            check_matrix(stringify!($gemv), rows, cols, a.len(), x.len(), y.len());
            if cols != 0 {
                dispatch!($gemv(a, x, y) else loops::gemv(a, x, y));
            }
        }

        /// `y += A^T x`, for `A` of `rows` rows and `cols` columns.
        ///
        /// # Panics
        ///
        /// If `a` has not `rows * cols` elements, `x` not `rows`, or `y` not `cols`.
        #[track_caller]
        pub(crate) fn $gemv_t(rows: usize, cols: usize, a: &[$real], x: &[$real], y: &mut [$real]) {
            check_matrix(stringify!($gemv_t), rows, cols, a.len(), y.len(), x.len());
            if cols != 0 {
                dispatch!($gemv_t(a, x, y) else loops::gemv_t(a, x, y));
            }
        }

        /// `C = sum_k u_k x_k^T`, or `C += ..`, for pairs `(u_k, x_k)`.
        ///
        /// # Panics
        ///
        /// If the `u_k` or the `x_k` differ in length, or `c` has not as many elements as their product.
        #[track_caller]
        pub(crate) fn $outer_products(pairs: &[(&[$real], &[$real])], c: &mut [$real], accumulate: bool) {
            let Some((u, x)) = pairs.first() else {
                return if !accumulate { c.fill(0.0) };
            };
            let (rows, cols) = (u.len(), x.len());
            for (u, x) in pairs {
                check_matrix(stringify!($outer_products), rows, cols, c.len(), x.len(), u.len());
            }
            dispatch!($outer_products(pairs, c, accumulate) else
                matrix::outer_product_loops(pairs, c, accumulate));
        }

        /// `y += a x`.
        ///
        /// # Panics
        ///
        /// If `x` and `y` differ in length.
        #[track_caller]
        pub(crate) fn $axpy(a: $real, x: &[$real], y: &mut [$real]) {
            check_lengths(stringify!($axpy), ("x", x.len()), ("y", y.len()));
            dispatch!(axpy(a, x, y) else loops::axpy::<$real, Separate>(a, x, y))
        }

        /// `out = a x + b y`, rounded three times as the scalar expression is.
        ///
        /// # Panics
        ///
        /// If `x`, `y` and `out` differ in length.
        #[track_caller]
        pub(crate) fn $axpby(a: $real, x: &[$real], b: $real, y: &[$real], out: &mut [$real]) {
            check_lengths(stringify!($axpby), ("x", x.len()), ("y", y.len()));
            check_lengths(stringify!($axpby), ("x", x.len()), ("out", out.len()));
            dispatch!(axpby(a, x, b, y, out) else loops::axpby(a, x, b, y, out))
        }

        /// `out_i = x_i y_i`.
        ///
        /// # Panics
        ///
        /// If `x`, `y` and `out` differ in length.
        #[track_caller]
        pub(crate) fn $hadamard(x: &[$real], y: &[$real], out: &mut [$real]) {
            check_lengths(stringify!($hadamard), ("x", x.len()), ("y", y.len()));
            check_lengths(stringify!($hadamard), ("x", x.len()), ("out", out.len()));
            dispatch!(hadamard(x, y, out) else loops::hadamard(x, y, out))
        }

        /// Whether all `x_i` are finite.
        #[must_use]
        pub(crate) fn $all_finite(x: &[$real]) -> bool {
            dispatch!(all_finite(x) else loops::all_finite(x))
        }

        /// `y_i = e^x_i`, which is also the derivative.
        ///
        /// # Panics
        ///
        /// If `x` and `y` differ in length.
        #[track_caller]
        pub(crate) fn $exp(x: &[$real], y: &mut [$real]) {
            check_lengths(stringify!($exp), ("x", x.len()), ("y", y.len()));
            dispatch!(map::<Exp, $real>(x, y) else loops::map::<Exp, $real, Separate>(x, y))
        }

        kernels! { function $real: $tanh $tanh_with_partial Tanh,
            "`tanh x_i`", "`4 e / (1 + e)^2` with `e = e^(-2 |x_i|)`" }
        kernels! { function $real: $sigmoid $sigmoid_with_partial Sigmoid,
            "`1 / (1 + e^-x_i)`", "`e / (1 + e)^2` with `e = e^-|x_i|`" }
        kernels! { function $real: $softplus $softplus_with_partial Softplus,
            "`ln(1 + e^x_i)`", "`1 / (1 + e^-x_i)`" }
    };
    (
        function $real:ident: $value:ident $with_partial:ident $function:ident,
        $formula:literal, $derivative:literal
    ) => {
        #[doc = concat!("`y_i` = ", $formula, ".")]
        ///
        /// # Panics
        ///
        /// If `x` and `y` differ in length.
        #[track_caller]
        pub(crate) fn $value(x: &[$real], y: &mut [$real]) {
            check_lengths(stringify!($value), ("x", x.len()), ("y", y.len()));
            dispatch!(map::<$function, $real>(x, y) else loops::map::<$function, $real, Separate>(x, y))
        }

        #[doc = concat!("`y_i` = ", $formula, ", and its derivative `p_i` = ", $derivative, ".")]
        ///
        /// # Panics
        ///
        /// If `x`, `y` and `p` differ in length.
        #[track_caller]
        pub(crate) fn $with_partial(x: &[$real], y: &mut [$real], p: &mut [$real]) {
            check_lengths(stringify!($with_partial), ("x", x.len()), ("y", y.len()));
            check_lengths(stringify!($with_partial), ("x", x.len()), ("p", p.len()));
            dispatch!(map_with_partial::<$function, $real>(x, y, p) else
                loops::map_with_partial::<$function, $real, Separate>(x, y, p))
        }
    };
}

kernels! {
    f64: dot_f64 dot_of_f64 gemv_f64 gemv_t_f64 outer_products_f64 axpy_f64 axpby_f64 hadamard_f64 all_finite_f64
    exp_f64 tanh_f64 tanh_with_partial_f64
    sigmoid_f64 sigmoid_with_partial_f64 softplus_f64 softplus_with_partial_f64
}
kernels! {
    f32: dot_f32 dot_of_f32 gemv_f32 gemv_t_f32 outer_products_f32 axpy_f32 axpby_f32 hadamard_f32 all_finite_f32
    exp_f32 tanh_f32 tanh_with_partial_f32
    sigmoid_f32 sigmoid_with_partial_f32 softplus_f32 softplus_with_partial_f32
}
