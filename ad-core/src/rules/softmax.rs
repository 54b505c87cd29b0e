//! The softmax, and its Jacobian.

use super::helpers::{is_plain, real, undefined, unless_nan};
use super::nary::{largest, without_each};
use crate::rule::Partials;
use crate::scalar::Scalar;
use num_traits::Float;

/// `exp(x_i) / sum_j exp(x_j)`.
///
/// Built from the portion `e_i / (e_i + (sum of the others))`, so that no derivative cancels where
/// one entry has nearly all.
pub(crate) fn softmax<S: Scalar>(x: &[S]) -> Partials<S> {
    let primals: Partials<S::Real> = x.iter().map(|x| x.primal()).collect();
    let (_, top) = largest(&primals);
    if !top.is_finite() {
        let none = undefined(x.iter().copied().sum::<S>()); // each entry is NaN, and moves with all arguments
        return x.iter().map(|_| none).collect();
    }
    // The softmax does not change when all entries are moved: `top` counts as a constant.
    let weights: Partials<S> = x.iter().map(|&x| exp_below(x, top)).collect();
    let rest = without_each(&weights, S::zero(), |a, b| a + b);
    let mut portions: Partials<S> = weights.iter().zip(rest).map(|(&e, rest)| e.portion(rest)).collect();
    if !is_plain::<S>() {
        for (i, portion) in portions.iter_mut().enumerate() {
            if Float::abs(portion.primal() - real(0.5)) < real(0.25) {
                *portion = against_the_others(x, top, i).with_primal(portion.primal());
            }
        }
    }
    portions
}

/// One entry of the softmax as a logistic function, whose second derivative does not cancel where
/// the entry has one half (which at most three entries nearly have).
fn against_the_others<S: Scalar>(x: &[S], top: S::Real, i: usize) -> S {
    let below = |&x: &S| x - S::constant(top); // of both sides, so that large entries do not round
    let others = x.iter().enumerate().filter(|&(j, _)| j != i).map(|(_, x)| below(x));
    (below(&x[i]) - S::log_sum_exp(&others.collect::<Partials<S>>())).sigmoid()
}

/// `exp(x - top)`, where the rounding error of the difference, which `exp` would magnify, is put back.
fn exp_below<S: Scalar>(x: S, top: S::Real) -> S {
    let (p, d) = (x.primal(), x.primal() - top);
    let back = d - p;
    let error = (p - (d - back)) - (top + back);
    let e = (x - S::constant(top)).exp();
    if error == real(0.0) || !error.is_finite() { e } else { e * S::constant(real::<S::Real>(1.0) + error) }
}

/// `J g` for the Jacobian `J = diag(y) - y y^T` of a softmax `y`, entry by entry. It is symmetric: `g` is a direction of the
/// arguments, or an adjoint of the results.
///
/// The largest entry of `y` stands apart in the sums, as what the others leave: so nothing cancels where it has nearly all.
pub fn softmax_jacobian<S: Scalar>(
    y: &[S],
    g: impl Fn(usize) -> S,
    product: impl Fn(S, S) -> S,
    mut each: impl FnMut(usize, S),
) {
    let at = (1..y.len()).fold(0, |at, k| if y[k].primal() > y[at].primal() { k } else { at });
    let others = || (0..y.len()).filter(|&k| k != at);
    // Where there is no softmax, nobody's share is NaN too: a row of one entry leaves it to nobody.
    let share = y.get(at).map_or(S::zero(), |&y_at| unless_nan(y_at, others().map(|k| y[k]).sum()));
    let sum: S = others().map(|k| product(y[k], g(k))).sum();
    for (k, &portion) in y.iter().enumerate() {
        let difference =
            if k == at { product(share, g(at)) - sum } else { g(k) - (sum + product(y[at], g(at))) };
        each(k, product(portion, difference));
    }
}
