//! Products of partials with adjoints and tangents, in which 0 times anything is 0.

use ad_core::Scalar;
use ad_core::rules::is_plain;

/// `p a`, where 0 times anything is 0 (a strong zero), as in forward mode: an adjoint of 0 at an infinite
/// partial, and a partial of 0 (a path not taken) at an infinite adjoint.
#[inline(always)]
pub(crate) fn times<T: Scalar>(p: T, adjoint: T) -> T {
    // Of plain numbers one look at the adjoint, which all operands share, is enough.
    if is_plain::<T>() && adjoint.is_ordinary() { p * adjoint } else { p.strong_product(adjoint) }
}

/// A partial times an adjoint, in a strict sweep or in one that may find NaN instead.
#[inline(always)]
pub(crate) fn product<T: Scalar>(strict: bool, p: T, adjoint: T) -> T {
    if strict { times(p, adjoint) } else { p * adjoint }
}

/// Adds numbers to others.
pub(crate) fn add<T: Scalar>(out: &mut [T], numbers: impl Iterator<Item = T>) {
    for (out, number) in out.iter_mut().zip(numbers) {
        *out += number;
    }
}

/// `sum_i p_i dx_i`
pub(crate) fn contract<T: Scalar>(p: &[T], dx: &[T]) -> T {
    p.iter().zip(dx).map(|(&p, &dx)| times(p, dx)).sum()
}

/// `out += A x`, where one of the two is a tangent and the other a partial.
pub(crate) fn add_product<T: Scalar>(a: &[T], x: &[T], out: &mut [T]) {
    if T::all_finite(a) && T::all_finite(x) {
        T::gemv(a, x, out);
    } else {
        add(out, a.chunks_exact(x.len().max(1)).map(|row| contract(row, x)));
    }
}
