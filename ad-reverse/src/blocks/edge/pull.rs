//! How an adjoint passes an edge, backwards.

use super::Edge;
use crate::strong::{add, product, times};
use crate::sweep::adjoints::Adjoints;
use ad_core::array::transposed_order;
use ad_core::kernels::with_wide_vectors;
use ad_core::{Dense, Scalar, rules};

impl<T: Scalar> Edge<T> {
    /// Carries the adjoint `out` of an array result to the operand; but for terms of affine maps, which have a
    /// [`pull`](crate::blocks::affine::Term::pull) of their own, and `Mapped`, which only [`pull_last`](Self::pull_last) meets.
    pub(crate) fn pull(&self, out: &[T], adjoints: &mut Adjoints<'_, T>) {
        let (strict, list) = (adjoints.is_strict(), adjoints.list());
        match *self {
            Self::Affine(_) | Self::Mapped { .. } => {
                unreachable!("has a pull of its own, or is the last edge of its operation")
            }
            Self::Diagonal { x, p } => {
                let p = list.kept(p).as_slice();
                let target = adjoints.buffer(x).chunks_mut(p.len());
                for (target, out) in target.zip(out.chunks(p.len())) {
                    for ((target, &p), &out) in target.iter_mut().zip(p).zip(out) {
                        *target += product(strict, p, out);
                    }
                }
            }
            Self::Multiple { x, a } => pull_multiple(T::constant(a), out, x, adjoints),
            Self::Scaled { x, s } => pull_multiple(s, out, x, adjoints),
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
            Self::Copied { x, from, to } => {
                let (there, here) = (adjoints.entries(x), out.len() / adjoints.width());
                let copied = (there - from).min(here - to);
                let seeds = out.chunks_exact(here).zip(adjoints.buffer(x).chunks_exact_mut(there.max(1)));
                for (out, target) in seeds {
                    T::axpy(T::one(), &out[to..to + copied], &mut target[from..from + copied]);
                }
            }
            Self::Transpose { x, rows } => {
                let entries = adjoints.entries(x); // not 0: an empty result is not recorded
                let seeds = out.chunks_exact(entries).zip(adjoints.buffer(x).chunks_exact_mut(entries));
                for (out, target) in seeds {
                    for (target, i) in target.iter_mut().zip(transposed_order([entries / rows, rows])) {
                        *target += out[i];
                    }
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
        let (strict, list) = (adjoints.is_strict(), adjoints.list());
        let x = match *self {
            Self::Diagonal { x, p } => {
                let p = list.kept(p).as_slice();
                multiply_each(strict, p, &mut out, |strict, p, out| product(strict, p, out));
                x
            }
            Self::Mapped { x, p, a } => {
                let (a, p) = (T::constant(a), list.kept(p).as_slice());
                multiply_each(strict, p, &mut out, |strict, p, out| {
                    product(strict, p, product(strict, a, out))
                });
                x
            }
            Self::Multiple { x, a } => {
                multiply(strict, T::constant(a), out.as_mut_slice());
                x
            }
            Self::Scaled { x, s } => {
                multiply(strict, s, out.as_mut_slice());
                x
            }
            Self::Copied { x, .. } if out.cols() == adjoints.width() * adjoints.entries(x) => x,
            _ => return self.pull(out.as_slice(), adjoints),
        };
        adjoints.give(x, out);
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
            Self::Distance { x, y, p } => {
                let p = list.kept(p).as_slice();
                let (x, minus) = match [x, y].map(|operand| operand.get()) {
                    [Some(x), None] => (x, false),
                    [None, Some(y)] => (y, true),
                    [Some(x), Some(y)] => return pull_distance([x, y], p, (seed, out), adjoints),
                    [None, None] => return,
                };
                for (target, &p) in adjoints.row(x, seed).iter_mut().zip(p) {
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

/// Carries the adjoint `out` of a distance to both operands: each number is computed once, and what is then done with it cancels
/// where the operands are one.
#[cold]
fn pull_distance<T: Scalar>(
    [x, y]: [u32; 2],
    p: &[T],
    (seed, out): (usize, T),
    adjoints: &mut Adjoints<'_, T>,
) {
    let strict = adjoints.is_strict();
    let halves = p.iter().map(|&p| product(strict, p, out));
    let wholes = Dense::<T, 1>::new([p.len()], halves.map(|half| half + half));
    add(adjoints.row(x, seed), wholes.as_slice().iter().copied());
    add(adjoints.row(y, seed), wholes.as_slice().iter().map(|&whole| -whole));
}

/// Adds `a out` to the adjoint of `x`.
#[inline]
fn pull_multiple<T: Scalar>(a: T, out: &[T], x: u32, adjoints: &mut Adjoints<'_, T>) {
    if adjoints.is_strict() && !(a.is_all_finite() && T::all_finite(out)) {
        return add(adjoints.buffer(x), out.iter().map(|&out| times(a, out)));
    }
    let (target, touched) = adjoints.overwritable(x);
    if touched {
        T::axpy(a, out, target);
    } else {
        let pairs = target.iter_mut().zip(out);
        with_wide_vectors(|| pairs.for_each(|(target, &out)| *target = a * out));
    }
}

fn multiply<T: Scalar>(strict: bool, a: T, out: &mut [T]) {
    each(strict, out.iter_mut(), |strict, out| *out = product(strict, a, *out));
}

#[inline]
fn multiply_each<T: Scalar>(strict: bool, p: &[T], out: &mut Dense<T, 1>, f: impl Fn(bool, T, T) -> T) {
    for out in out.as_mut_slice().chunks_mut(p.len()) {
        each(strict, out.iter_mut().zip(p), |strict, (out, &p)| *out = f(strict, p, *out));
    }
}

/// Runs a loop over `items` whose body is told whether the sweep is strict, as a constant: only a body without branches
/// is vectorised.
#[inline(always)]
fn each<I>(strict: bool, items: impl Iterator<Item = I>, body: impl Fn(bool, I)) {
    if strict {
        items.for_each(|item| body(true, item));
    } else {
        with_wide_vectors(|| items.for_each(|item| body(false, item)));
    }
}
