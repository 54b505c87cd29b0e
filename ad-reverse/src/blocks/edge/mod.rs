//! How the result of a block operation depends on one of its operands: a transposed linear map.

use crate::blocks::affine::Term;
use crate::blocks::{Blocks, Kept};
use crate::sweep::adjoints::Adjoints;
use ad_core::kernels::vector::with_wide_vectors;
use ad_core::rules::{self, is_plain};
use ad_core::{Dense, Scalar};

/// How a result depends on one operand.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Edge<T: Scalar> {
    /// A term of an affine map.
    Affine(Term),
    /// `p x` elementwise: rules and products.
    Diagonal { x: u32, p: Kept },
    /// `a p x` elementwise, for a plain number; the two stay apart, so that each rounds as it does in an operation of its own.
    Mapped { x: u32, p: Kept, a: T::Real },
    /// `a x` for a plain number.
    Multiple { x: u32, a: T::Real },
    /// `s x`.
    Scaled { x: u32, s: T },
    /// `s x`, by the scalar `s`.
    Factor { node: u32, x: Kept },
    /// `-r[i]` everywhere in row `i`.
    MinusRows { r: u32, cols: usize },
    /// One number per row, with its partials.
    Rows { x: u32, partials: Kept },
    /// The softmax `y` of each row.
    Softmax { x: u32, y: Kept },
    /// Entries from `start` on.
    Slice { x: u32, start: usize },
    /// Entries that are scalar variables: a place in the list of those.
    Gather { from: u32 },
    /// A scalar, `p . x`.
    Contract { x: u32, p: Kept },
    /// A scalar, `2 p . x` or `-2 p . x`.
    Distance { x: u32, p: Kept, minus: bool },
    /// A scalar, the sum of all entries.
    Sum { x: u32 },
    /// A scalar, one entry.
    Pick { x: u32, index: usize },
}

impl<T: Scalar> Edge<T> {
    /// The memory of what is kept for the sweep. Weights are their owner's.
    pub(crate) fn bytes(&self, list: &Blocks<T>) -> usize {
        let numbers = match *self {
            Self::Affine(Term { of_w, x: kept, .. }) if of_w.get().is_some() => {
                list.kept(kept).as_slice().len()
            }
            Self::Diagonal { p: kept, .. }
            | Self::Mapped { p: kept, .. }
            | Self::Distance { p: kept, .. }
            | Self::Contract { p: kept, .. }
            | Self::Rows { partials: kept, .. }
            | Self::Softmax { y: kept, .. }
            | Self::Factor { x: kept, .. } => list.kept(kept).as_slice().len(),
            Self::Gather { from } => list.gathered(from).len(),
            _ => 0,
        };
        numbers * size_of::<T>()
    }

    /// Carries the adjoint `out` of an array result to the operand; but for terms of affine maps, which have a
    /// [`pull`](Term::pull) of their own.
    pub(crate) fn pull(&self, out: &[T], adjoints: &mut Adjoints<'_, T>) {
        let (strict, list) = (adjoints.is_strict(), adjoints.list());
        match *self {
            Self::Affine(_) => unreachable!("has a pull of its own"),
            Self::Diagonal { x, p } => {
                let p = list.kept(p).as_slice();
                let target = adjoints.buffer(x).chunks_mut(p.len());
                for (target, out) in target.zip(out.chunks(p.len())) {
                    for ((target, &p), &out) in target.iter_mut().zip(p).zip(out) {
                        *target += product(strict, p, out);
                    }
                }
            }
            Self::Multiple { x, a } if strict && !(a.is_all_finite() && T::all_finite(out)) => {
                add_multiple(T::constant(a), out, adjoints.buffer(x));
            }
            Self::Multiple { x, a } => {
                let (a, (target, touched)) = (T::constant(a), adjoints.overwritable(x));
                if touched {
                    T::axpy(a, out, target);
                } else {
                    let pairs = target.iter_mut().zip(out);
                    with_wide_vectors(|| pairs.for_each(|(target, &out)| *target = a * out));
                }
            }
            Self::Mapped { .. } | Self::Scaled { .. } => unreachable!("the last edge of its operation"),
            Self::Factor { node, x } => {
                let x = list.kept(x).as_slice();
                for (seed, out) in out.chunks_exact(x.len()).enumerate() {
                    let products = out.iter().zip(x).map(|(&out, &x)| product(strict, x, out));
                    adjoints.add_to_node(node, seed, products.sum());
                }
            }
            Self::MinusRows { r, cols } => {
                for (target, row) in adjoints.buffer(r).iter_mut().zip(out.chunks_exact(cols)) {
                    *target -= row.iter().copied().sum();
                }
            }
            Self::Rows { x, partials } => {
                let rows = list.kept(partials).iter_rows().cycle();
                let spread = out
                    .iter()
                    .zip(rows)
                    .flat_map(|(&out, row)| row.iter().map(move |&p| product(strict, p, out)));
                for (target, spread) in adjoints.buffer(x).iter_mut().zip(spread) {
                    *target += spread;
                }
            }
            Self::Softmax { x, y } => {
                let (y, cols) = (list.kept(y), list.kept(y).cols());
                let out_and_target = out.chunks_exact(cols).zip(adjoints.buffer(x).chunks_exact_mut(cols));
                for (y, (out, target)) in y.iter_rows().cycle().zip(out_and_target) {
                    let times = |p, adjoint| product(strict, p, adjoint);
                    rules::softmax_jacobian(y, |k| out[k], times, |k, x| target[k] += x);
                }
            }
            Self::Slice { x, start } => {
                let (width, whole) = (adjoints.width(), adjoints.entries(x));
                let part = out.len() / width;
                for (out, target) in out.chunks_exact(part).zip(adjoints.buffer(x).chunks_exact_mut(whole)) {
                    T::axpy(T::one(), out, &mut target[start..start + part]);
                }
            }
            Self::Gather { from } => {
                let entries = out.len() / adjoints.width();
                for (seed, out) in out.chunks_exact(entries).enumerate() {
                    for &(entry, node) in list.gathered(from) {
                        adjoints.add_to_node(node, seed, out[entry as usize]);
                    }
                }
            }
            Self::Contract { .. } | Self::Distance { .. } | Self::Sum { .. } | Self::Pick { .. } => {
                unreachable!("a scalar result has no adjoint of an array")
            }
        }
    }

    /// [`pull`](Self::pull) for an adjoint that nobody else needs: it becomes the operand's, if it can.
    #[inline]
    pub(crate) fn pull_last(&self, mut out: Dense<T, 1>, adjoints: &mut Adjoints<'_, T>) {
        let strict = adjoints.is_strict();
        match *self {
            Self::Diagonal { x, p } => {
                let p = adjoints.list().kept(p).as_slice();
                for out in out.as_mut_slice().chunks_mut(p.len()) {
                    multiply_each(strict, p, out);
                }
                adjoints.give(x, out);
            }
            Self::Mapped { x, p, a } => {
                let (a, p) = (T::constant(a), adjoints.list().kept(p).as_slice());
                for out in out.as_mut_slice().chunks_mut(p.len()) {
                    let pairs = out.iter_mut().zip(p);
                    if strict {
                        pairs.for_each(|(out, &p)| *out = times(p, times(a, *out)));
                    } else {
                        with_wide_vectors(|| pairs.for_each(|(out, &p)| *out = p * (a * *out)));
                    }
                }
                adjoints.give(x, out);
            }
            Self::Multiple { x, a } => {
                multiply(strict, T::constant(a), out.as_mut_slice());
                adjoints.give(x, out);
            }
            Self::Scaled { x, s } => {
                multiply(strict, s, out.as_mut_slice());
                adjoints.give(x, out);
            }
            _ => self.pull(out.as_slice(), adjoints),
        }
    }

    /// Carries the adjoint `out` of a scalar result, of one seed, to the operand.
    #[inline]
    pub(crate) fn pull_scalar(&self, seed: usize, out: T, adjoints: &mut Adjoints<'_, T>) {
        let (strict, list) = (adjoints.is_strict(), adjoints.list());
        match *self {
            Self::Contract { x, p } => {
                for (target, &p) in adjoints.row(x, seed).iter_mut().zip(list.kept(p).as_slice()) {
                    *target += product(strict, p, out);
                }
            }
            Self::Distance { x, p, minus } => {
                for (target, &p) in adjoints.row(x, seed).iter_mut().zip(list.kept(p).as_slice()) {
                    let half = product(strict, p, out);
                    let whole = half + half;
                    *target += if minus { -whole } else { whole };
                }
            }
            Self::Sum { x } => {
                for target in adjoints.row(x, seed) {
                    *target += out;
                }
            }
            Self::Pick { x, index } => adjoints.row(x, seed)[index] += out,
            _ => unreachable!("an array result has no scalar adjoint"),
        }
    }
}

/// `p a`, where 0 times anything is 0 (a strong zero), as in forward mode: an adjoint of 0 at an infinite
/// partial, and a partial of 0 (a path not taken) at an infinite adjoint.
#[inline(always)]
pub(crate) fn times<T: Scalar>(p: T, adjoint: T) -> T {
    // Of plain numbers one look at the adjoint, which all operands share, is enough.
    if is_plain::<T>() && adjoint.is_ordinary() { p * adjoint } else { p.strong_product(adjoint) }
}

/// A partial times an adjoint, in a strict sweep or in one that may find NaN instead.
#[inline(always)]
fn product<T: Scalar>(strict: bool, p: T, adjoint: T) -> T {
    if strict { times(p, adjoint) } else { p * adjoint }
}

fn multiply<T: Scalar>(strict: bool, a: T, out: &mut [T]) {
    if strict {
        out.iter_mut().for_each(|out| *out = times(a, *out));
    } else {
        with_wide_vectors(|| out.iter_mut().for_each(|out| *out = a * *out));
    }
}

fn multiply_each<T: Scalar>(strict: bool, p: &[T], out: &mut [T]) {
    let pairs = out.iter_mut().zip(p);
    if strict {
        pairs.for_each(|(out, &p)| *out = times(p, *out));
    } else {
        with_wide_vectors(|| pairs.for_each(|(out, &p)| *out = p * *out));
    }
}

fn add_multiple<T: Scalar>(a: T, out: &[T], target: &mut [T]) {
    for (target, &out) in target.iter_mut().zip(out) {
        *target += times(a, out);
    }
}
