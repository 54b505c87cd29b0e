//! A program, run backwards.

use super::program::{Home, Pull};
use super::sketch::Node;
use ad_core::Real;
use ad_core::kernels::{MatrixView, with_wide_vectors};

/// Carries the adjoints of a step to the state before it, and what the parameters need to where it waits. `read` finds values.
pub(super) fn step<'v, R: Real>(
    pulls: &[Pull<R>],
    adjoints: &mut [&mut [R]],
    read: impl Fn(Node) -> &'v [R],
) {
    for pull in pulls {
        match *pull {
            Pull::Multiple { out, a, to } => change(adjoints, [to.home, out], |target, out| {
                write_multiple(a, out, target, to.first);
            }),
            Pull::Values { a, p, to } => {
                write_multiple(a, read(p), &mut *adjoints[to.home as usize], to.first)
            }
            Pull::Slope { out, a, slope } => change(adjoints, [slope, out], |slope, out| {
                let pairs = slope.iter_mut().zip(out);
                with_wide_vectors(|| pairs.for_each(|(slope, &out)| *slope *= a * out));
            }),
            Pull::Diagonal { out, a, p, to } => change(adjoints, [to.home, out], |target, out| {
                let triples = target.iter_mut().zip(read(p)).zip(out);
                if to.first {
                    with_wide_vectors(|| triples.for_each(|((target, &p), &out)| *target = p * (a * out)));
                } else {
                    with_wide_vectors(|| triples.for_each(|((target, &p), &out)| *target += p * (a * out)));
                }
            }),
            Pull::Weights { out, w, rows, to } => change(adjoints, [to.home, out], |target, out| {
                let w = read(w);
                if rows == 1 {
                    if to.first {
                        target.fill(R::zero());
                    }
                    return R::gemv_t(w, out, target);
                }
                let [outputs, inputs] = [out.len() / rows, target.len() / rows];
                let out = MatrixView::new(out, [rows, outputs]);
                R::gemm(out, MatrixView::new(w, [outputs, inputs]), target, !to.first);
            }),
            Pull::Nothing { to } => adjoints[to as usize].fill(R::zero()),
        }
    }
}

/// Writes `a x` to the target, or adds it.
#[inline(always)]
fn write_multiple<R: Real>(a: R, x: &[R], target: &mut [R], first: bool) {
    if first {
        let pairs = target.iter_mut().zip(x);
        with_wide_vectors(|| pairs.for_each(|(target, &x)| *target = a * x));
    } else {
        R::axpy(a, x, target);
    }
}

/// Changes one of the adjoints by another one.
#[inline(always)]
fn change<R>(adjoints: &mut [&mut [R]], [to, by]: [Home; 2], change: impl FnOnce(&mut [R], &[R])) {
    let [target, out] =
        adjoints.get_disjoint_mut([to as usize, by as usize]).expect("an array is no operand of itself");
    change(target, out);
}
