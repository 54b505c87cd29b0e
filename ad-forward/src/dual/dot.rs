//! Dot products of dual numbers.

use super::Dual;
use crate::tag::Tag;
use ad_core::Scalar;
use ad_core::kernels::{Kernels, with_wide_vectors};
use ad_core::rules::is_plain;

/// Terms whose tags are looked at together: where none of them moves, none is added.
const TERMS: usize = 4;

/// `sum x_i y_i`, with the primal of the kernel that all modes share.
pub(crate) fn dot<T: Scalar, const N: usize>(x: &[Dual<T, N>], y: &[Dual<T, N>]) -> Dual<T, N> {
    if is_plain::<T>() {
        let primal = T::dot_of(x, y, |x| x.primal);
        let (tangent, tag, finite) = with_wide_vectors(|| {
            let (tangent, tag) = tangents(x, y);
            (tangent, tag, tangent.iter().fold(true, |finite, t| finite & t.is_all_finite()))
        });
        if finite {
            return Dual::new(primal, tangent).tagged(tag);
        }
    }
    let primal = <T::Real as Kernels>::dot_of(x, y, |x| x.primal());
    x.iter().zip(y).map(|(&x, &y)| x * y).sum::<Dual<T, N>>().with_primal(primal)
}

/// `sum y_i dx_i + x_i dy_i` without a look at zeros: NaN where one meets an infinity. And whose they are.
#[inline(always)]
fn tangents<T: Scalar, const N: usize>(x: &[Dual<T, N>], y: &[Dual<T, N>]) -> ([T; N], Tag) {
    let mut sums = [[T::zero(); N]; 2]; // of every other term: one would wait for itself
    let mut tag = Tag::NONE;
    let (x_blocks, x_rest) = x.as_chunks::<TERMS>();
    let (y_blocks, y_rest) = y.as_chunks::<TERMS>();
    for (x, y) in x_blocks.iter().zip(y_blocks) {
        tag = tag.join(add_moving(&mut sums, x, y)).join(add_moving(&mut sums, y, x));
    }
    for (x, y) in x_rest.iter().zip(y_rest) {
        let (x, y) = (core::slice::from_ref(x), core::slice::from_ref(y));
        tag = tag.join(add_moving(&mut sums, x, y)).join(add_moving(&mut sums, y, x));
    }
    let [a, b] = sums;
    (core::array::from_fn(|k| a[k] + b[k]), tag)
}

/// Adds `y_i dx_i`, if any `x_i` moves; returns their tag.
#[inline(always)]
fn add_moving<T: Scalar, const N: usize>(sums: &mut [[T; N]; 2], x: &[Dual<T, N>], y: &[Dual<T, N>]) -> Tag {
    let tag = x.iter().fold(Tag::NONE, |tag, x| tag.join(x.tag));
    if tag != Tag::NONE {
        for (i, (x, y)) in x.iter().zip(y).enumerate() {
            let sum = &mut sums[i % 2];
            *sum = core::array::from_fn(|k| sum[k] + y.primal * x.tangent[k]);
        }
    }
    tag
}
