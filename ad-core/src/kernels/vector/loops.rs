//! Loops over slices, as the compiler vectorises them.
//!
//! The functions for AVX2 inline those that are elementwise; the products of this module serve machines
//! without AVX2.

use super::elementary::Elementary;
use super::lane::{Contraction, Lane, Separate};
use core::slice;

/// `y_i = f(x_i)`, for slices of one length.
#[inline(always)]
pub(in crate::kernels) fn map<F: Elementary, T: Lane, C: Contraction>(x: &[T], y: &mut [T]) {
    let (whole, overlap) = whole_vectors::<T>(x.len());
    map_loop::<F, T, C>(&x[..whole], &mut y[..whole]);
    if let Some(from) = overlap {
        map_loop::<F, T, C>(&x[from..], &mut y[from..]);
    }
}

#[inline(always)]
fn map_loop<F: Elementary, T: Lane, C: Contraction>(x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = F::value::<T, C>(x);
    }
}

/// `y_i = f(x_i)` and `p_i = f'(x_i)`, for slices of one length.
#[inline(always)]
pub(in crate::kernels) fn map_with_partial<F: Elementary, T: Lane, C: Contraction>(
    x: &[T],
    y: &mut [T],
    p: &mut [T],
) {
    let (whole, overlap) = whole_vectors::<T>(x.len());
    map_with_partial_loop::<F, T, C>(&x[..whole], &mut y[..whole], &mut p[..whole]);
    if let Some(from) = overlap {
        map_with_partial_loop::<F, T, C>(&x[from..], &mut y[from..], &mut p[from..]);
    }
}

#[inline(always)]
fn map_with_partial_loop<F: Elementary, T: Lane, C: Contraction>(x: &[T], y: &mut [T], p: &mut [T]) {
    for ((y, p), &x) in y.iter_mut().zip(p).zip(x) {
        (*y, *p) = F::with_partial::<T, C>(x);
    }
}

/// How to cover a slice by ranges of whole vectors: the end of the first, from 0; the beginning of the second, to
/// the end, if one is needed.
///
/// The second may overlap the first: to compute an element twice is cheaper than to compute it alone, and comes
/// to the same, since the loops read and write different slices. A slice shorter than a vector has to do with a
/// loop over its elements.
#[inline(always)]
fn whole_vectors<T: Lane>(len: usize) -> (usize, Option<usize>) {
    if len < T::LANES {
        return (len, None);
    }
    let whole = len - len % T::LANES;
    (whole, (whole != len).then(|| len - T::LANES))
}

/// `out_i = a x_i + b y_i`, each operation rounded.
#[inline(always)]
pub(in crate::kernels) fn axpby<T: Lane>(a: T, x: &[T], b: T, y: &[T], out: &mut [T]) {
    for ((out, &x), &y) in out.iter_mut().zip(x).zip(y) {
        *out = a * x + b * y;
    }
}

/// `out_i = x_i y_i`.
#[inline(always)]
pub(in crate::kernels) fn hadamard<T: Lane>(x: &[T], y: &[T], out: &mut [T]) {
    for ((out, &x), &y) in out.iter_mut().zip(x).zip(y) {
        *out = x * y;
    }
}

/// `y_i += a x_i`.
#[inline(always)]
pub(in crate::kernels) fn axpy<T: Lane, C: Contraction>(a: T, x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = C::mul_add(a, x, *y);
    }
}

/// Whether all are finite.
#[allow(clippy::eq_op, reason = "a number minus itself is not always 0")]
#[inline(always)]
pub(in crate::kernels) fn all_finite<T: Lane>(x: &[T]) -> bool {
    /// As many as keep the adders of a processor busy.
    const SUMS: usize = 16;

    // A finite number minus itself is 0; any other gives NaN, which no sum loses. (A product with 0 would do, too, but
    // some processors take a hundred times as long for that of a subnormal number.)
    let add = |sums: &mut [T; SUMS], x: &[T]| {
        sums.iter_mut().zip(x).for_each(|(sum, &x)| *sum = *sum + (x - x));
    };
    let (blocks, rest) = x.as_chunks::<SUMS>();
    let mut sums = [T::from(0.0); SUMS];
    blocks.iter().for_each(|block| add(&mut sums, block));
    add(&mut sums, rest);
    sums.iter().fold(true, |finite, &sum| finite & (sum == T::from(0.0)))
}

/// `sum x_i y_i`.
pub(in crate::kernels) fn dot<T: Lane>(x: &[T], y: &[T]) -> T {
    dot_of(x, y, |&x| x)
}

/// [`dot`] of the numbers in other elements.
#[inline(always)]
pub(in crate::kernels) fn dot_of<A, T: Lane>(x: &[A], y: &[A], number: impl Fn(&A) -> T) -> T {
    /// Independent partial sums, for the compiler to put into vectors.
    const SUMS: usize = 8;

    let (x, x_rest) = x.as_chunks::<SUMS>();
    let (y, y_rest) = y.as_chunks::<SUMS>();
    let mut sums = [T::from(0.0); SUMS];
    let mut add = |x: &[A], y: &[A]| {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum = Separate::mul_add(number(x), number(y), *sum);
        }
    };
    for (x, y) in x.iter().zip(y) {
        add(x, y);
    }
    add(x_rest, y_rest);
    let half: [T; SUMS / 2] = core::array::from_fn(|i| sums[i] + sums[i + SUMS / 2]);
    (half[0] + half[2]) + (half[1] + half[3])
}

/// [`dot_of`], and its tangent, which is written to `along`; `None` if that is not finite.
pub(in crate::kernels) fn dot_along<A, T: Lane, const N: usize>(
    x: &[A],
    y: &[A],
    number: impl Fn(&A) -> T,
    tangent: impl Fn(&A) -> &[T; N],
    moves: impl Fn(&[A]) -> bool,
    along: &mut [T; N],
) -> Option<T> {
    *along = [T::from(0.0); N];
    for (x, y) in x.iter().zip(y) {
        for (x, y) in [(x, y), (y, x)] {
            if moves(slice::from_ref(x)) {
                axpy::<T, Separate>(number(y), tangent(x), along);
            }
        }
    }
    all_finite(along).then(|| dot_of(x, y, number))
}

/// `y += A x`, for `x` not empty.
pub(in crate::kernels) fn gemv<T: Lane>(a: &[T], x: &[T], y: &mut [T]) {
    for (y, row) in y.iter_mut().zip(a.chunks_exact(x.len())) {
        *y = *y + dot(row, x);
    }
}

/// `y += A^T x`, for `y` not empty.
pub(in crate::kernels) fn gemv_t<T: Lane>(a: &[T], x: &[T], y: &mut [T]) {
    for (&x, row) in x.iter().zip(a.chunks_exact(y.len())) {
        axpy::<T, Separate>(x, row, y);
    }
}
