//! Dot products of dual numbers.

use super::Dual;
use crate::tag::Tag;
use ad_core::Scalar;
use ad_core::kernels::Kernels;
use core::cell::Cell;

/// `sum x_i y_i`, with the primal of the kernel that all modes share.
#[inline]
pub(crate) fn dot<T: Scalar, const N: usize>(x: &[Dual<T, N>], y: &[Dual<T, N>]) -> Dual<T, N> {
    let (tag, mut tangent) = (Cell::new(Tag::NONE), [T::zero(); N]);
    // Asked about each element once, so that it collects the tags, too.
    let moves = |x: &[Dual<T, N>]| {
        let of_x = Tag::join_all(x.iter().map(|x| x.tag));
        tag.set(tag.get().join(of_x));
        of_x != Tag::NONE
    };
    match T::dot_along(x, y, |x| x.primal, |x| &x.tangent, moves, &mut tangent) {
        Some(primal) => Dual { tangent, primal, tag: tag.get() },
        None => one_by_one(x, y),
    }
}

/// [`dot`] by products that look at their zeros.
#[inline(never)]
fn one_by_one<T: Scalar, const N: usize>(x: &[Dual<T, N>], y: &[Dual<T, N>]) -> Dual<T, N> {
    let primal = <T::Real as Kernels>::dot_of(x, y, |x| x.primal());
    x.iter().zip(y).map(|(&x, &y)| x * y).sum::<Dual<T, N>>().with_primal(primal)
}
