//! Kernels for slices of real numbers, chosen for the processor at run time.
//!
//! On x86-64 processors with AVX2 and FMA (asked at run time, so that a build for any x86-64 is fast) they run vectorised
//! code; on others the same algorithm in plain loops. Here stand those that the compiler vectorises; the products, whose order
//! of summation is spelled out for each width of vectors, are in `x86`, and for all other processors in `loops`. Matrices are row-major.
//!
//! | | the same bits on every processor | accuracy |
//! |---|---|---|
//! | `axpby`, `hadamard` | yes, those of the scalar expression | |
//! | `all_finite` | yes | |
//! | `axpy`, `dot`, `dot_of`, `dot_along`, `gemv`, `gemv_t`, `outer_products` | no: multiply-adds may be fused, sums reordered | as the scalar loop |
//! | `exp`, `tanh`, `sigmoid`, `softplus` | no: the same, up to the last bits | value: 2 ulp, derivative: 4 ulp |
//!
//! On one processor, what becomes of an element depends on nothing but its operands: not on its position, on the
//! length of the slice, or on its alignment. A row of `gemv` likewise does not depend on the other rows, and the
//! function with a derivative gives the same value as the one without.
//!
//! The accuracy of the functions holds for all arguments: subnormal numbers, zeros (whose sign `tanh` keeps) and
//! infinities too. NaN gives NaN. Derivatives are accurate wherever they are normal numbers, far out in
//! the tails too: there they come from the decaying exponential, not from a value that has been rounded to 1.

use self::elementary::Elementary;
use self::lane::{Lane, Separate};
use crate::{Function, Scalar, VectorFunction};
use alloc::vec::Vec;

pub(super) mod elementary;
pub(super) mod lane;
pub(super) mod loops;

/// Runs a method of `Avx2Fma`, or else the given expression.
macro_rules! dispatch {
    ($fast:ident $(::<$($t:ident),*>)? ($($arg:expr),*) else $portable:expr) => {{
        #[cfg(all(target_arch = "x86_64", feature = "std"))]
        if let Some(processor) = $crate::kernels::x86::Avx2Fma::detect() {
            return processor.$fast $(::<$($t),*>)? ($($arg),*);
        }
        $portable
    }};
}
pub(super) use dispatch;

/// Runs a loop that the compiler vectorises, with the widest vectors that this processor has. It must be short, and
/// `#[inline(always)]`: what is not inlined runs as it was compiled.
#[inline]
pub fn with_wide_vectors<R>(f: impl FnOnce() -> R) -> R {
    dispatch!(call(f) else f())
}

/// `f.call(x)` with the widest vectors that this processor has, as far as it is inlined. No closure for
/// [`with_wide_vectors`]: both ways of that would call it, and a long one is then inlined in neither.
pub(crate) fn function_with_wide_vectors<F: Function, S: Scalar>(f: &F, x: &[S]) -> S {
    dispatch!(function(f, x) else f.call(x))
}

/// [`function_with_wide_vectors`], of many results.
pub(crate) fn vector_function_with_wide_vectors<F: VectorFunction, S: Scalar>(f: &F, x: &[S]) -> Vec<S> {
    dispatch!(vector_function(f, x) else f.call(x))
}

/// Panics unless the lengths are equal. The function's name and those of the slices are for the message.
#[track_caller]
#[inline(always)]
pub(super) fn check_lengths(function: &str, first: (&str, usize), second: (&str, usize)) {
    if first.1 != second.1 {
        different_lengths(function, first.0, first.1, second.0, second.1);
    }
}

/// A function of its own, with arguments that fit into registers: else the compiler writes them to memory before it is known
/// that there is something to say.
#[track_caller]
#[cold]
#[inline(never)]
fn different_lengths(function: &str, x: &str, x_len: usize, y: &str, y_len: usize) -> ! {
    panic!("{function}: `{x}` has {x_len} elements, but `{y}` has {y_len}")
}

/// `y += a x`.
///
/// # Panics
///
/// If `x` and `y` differ in length.
#[track_caller]
pub(super) fn axpy<T: Lane>(a: T, x: &[T], y: &mut [T]) {
    check_lengths("axpy", ("x", x.len()), ("y", y.len()));
    dispatch!(axpy(a, x, y) else loops::axpy::<T, Separate>(a, x, y))
}

/// `out = a x + b y`, rounded three times as the scalar expression is.
///
/// # Panics
///
/// If `x`, `y` and `out` differ in length.
#[track_caller]
pub(super) fn axpby<T: Lane>(a: T, x: &[T], b: T, y: &[T], out: &mut [T]) {
    check_lengths("axpby", ("x", x.len()), ("y", y.len()));
    check_lengths("axpby", ("x", x.len()), ("out", out.len()));
    dispatch!(axpby(a, x, b, y, out) else loops::axpby(a, x, b, y, out))
}

/// `out_i = x_i y_i`.
///
/// # Panics
///
/// If `x`, `y` and `out` differ in length.
#[track_caller]
pub(super) fn hadamard<T: Lane>(x: &[T], y: &[T], out: &mut [T]) {
    check_lengths("hadamard", ("x", x.len()), ("y", y.len()));
    check_lengths("hadamard", ("x", x.len()), ("out", out.len()));
    dispatch!(hadamard(x, y, out) else loops::hadamard(x, y, out))
}

/// Whether all `x_i` are finite.
pub(super) fn all_finite<T: Lane>(x: &[T]) -> bool {
    dispatch!(all_finite(x) else loops::all_finite(x))
}

/// `y_i = f(x_i)` and, if asked for, `p_i = f'(x_i)`.
///
/// # Panics
///
/// If `x`, `y` and `p` differ in length.
#[track_caller]
pub(super) fn map<F: Elementary, T: Lane>(x: &[T], y: &mut [T], p: Option<&mut [T]>) {
    check_lengths("map", ("x", x.len()), ("y", y.len()));
    let Some(p) = p else {
        dispatch!(map::<F, T>(x, y) else loops::map::<F, T, Separate>(x, y));
        return;
    };
    check_lengths("map", ("x", x.len()), ("p", p.len()));
    dispatch!(map_with_partial::<F, T>(x, y, p) else loops::map_with_partial::<F, T, Separate>(x, y, p))
}
