//! Partials times tangents, in all directions at once, where zeros are strong.

use ad_core::{Scalar, rules};
use num_traits::{Float, Zero};

/// `partial * tangent` per lane. One look at the partial decides whether zeros must be strong: those
/// of the tangent at an infinite partial, and a partial of 0 (a path not taken) at an infinite tangent.
#[inline(always)]
pub(super) fn along<T: Scalar, const N: usize>(partial: T, tangent: [T; N]) -> [T; N] {
    if partial.is_ordinary() {
        map(tangent, |t| partial * t)
    } else if is_inline::<T, N>() {
        map(tangent, |t| partial.strong_product(t))
    } else {
        // A copy for the call, so that the lanes themselves need not be in memory on the other way.
        along_singular(partial, map(tangent, |t| t))
    }
}

/// Whether what is done at a singular partial stands inline.
///
/// So it does for one direction of plain numbers: around a call, a loop's sums move to memory and back. With more lanes the
/// registers are short, and the masks of strong zeros took so many that the usual way had to wait for memory (with 8
/// directions of every parameter a network takes about 0.9 of the time with a call, with 16 it is 0.75). On nested numbers the
/// code would double with every level.
#[inline(always)]
pub(super) fn is_inline<T: Scalar, const N: usize>() -> bool {
    rules::is_plain::<T>() && N == 1
}

/// `p dx + q dy` per lane.
#[inline(always)]
pub(super) fn both<T: Scalar, const N: usize>(p: T, dx: [T; N], q: T, dy: [T; N]) -> [T; N] {
    zip(along(p, dx), along(q, dy), |a, b| a + b)
}

#[cold]
#[inline(never)]
pub(super) fn both_singular<T: Scalar, const N: usize>(p: T, dx: [T; N], q: T, dy: [T; N]) -> [T; N] {
    both(p, dx, q, dy)
}

/// The tangents of `value = x / y` where `1 / y` is infinite or rounded: a quotient by `y` need not be. And where
/// the value is NaN, as `inf / inf` is.
#[cold]
#[inline(never)]
pub(super) fn quotient_singular<T: Scalar, const N: usize>(value: T, y: T, dx: [T; N], dy: [T; N]) -> [T; N] {
    if value.primal().is_nan() {
        return both(value, dx, value, dy);
    }
    let by_left = map(dx, |t| over(t, y));
    zip(by_left, along(-value / y, dy), |a, b| a + b)
}

/// `t / y` for a tangent or a coefficient `t`, where zeros are strong: that of `t`, also if it has derivatives itself,
/// as a direction that does not move has in a nested mode; and the partial `1 / y` for an infinite `y`.
pub(crate) fn over<T: Scalar>(t: T, y: T) -> T {
    let divisor = y.primal();
    if t.is_strong_zero() {
        t
    } else if divisor.is_infinite() || (divisor.is_zero() && t.primal().is_zero()) {
        (T::one() / y).strong_product(t)
    } else {
        t / y // where `1 / y` would be rounded or overflow
    }
}

#[cold]
#[inline(never)]
fn along_singular<T: Scalar, const N: usize>(partial: T, tangent: [T; N]) -> [T; N] {
    map(tangent, |t| partial.strong_product(t))
}

#[inline(always)]
pub(super) fn zip<T: Copy, const N: usize>(a: [T; N], b: [T; N], f: impl Fn(T, T) -> T) -> [T; N] {
    core::array::from_fn(|i| f(a[i], b[i]))
}

#[inline(always)]
fn map<T: Copy, const N: usize>(a: [T; N], f: impl Fn(T) -> T) -> [T; N] {
    core::array::from_fn(|i| f(a[i]))
}
