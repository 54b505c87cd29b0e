//! Rules of any number of variables.

use super::helpers::{is_plain, is_zero, real};
use super::softmax::softmax;
use crate::rule::{Nary, Partials};
use crate::scalar::{Real, Scalar};
use num_traits::Float;

/// `ln(sum exp x_i)`; its partials are the softmax. Where it is infinite, the arguments that are have equal shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSumExp;

impl Nary for LogSumExp {
    const NAME: &'static str = "log_sum_exp";
    fn value<R: Real>(self, x: &[R]) -> R {
        let (at, top) = largest(x);
        if !top.is_finite() {
            return top; // all -inf, or an inf or NaN among them
        }
        // The largest term is exactly 1: leaving it to ln_1p keeps a result near 0 accurate.
        let others = x.iter().enumerate().filter(|&(i, _)| i != at);
        top + Float::ln_1p(others.map(|(_, &x)| Float::exp(x - top)).sum::<R>())
    }
    fn partials<S: Scalar>(self, x: &[S], y: S) -> Partials<S> {
        if y.primal().is_infinite() {
            let weight = |x: &S| real::<S::Real>(if x.primal() == y.primal() { 1.0 } else { 0.0 });
            let sum = x.iter().map(weight).sum::<S::Real>();
            return x.iter().map(|x| S::constant(weight(x) / sum)).collect();
        }
        softmax(x)
    }
}

/// The largest entry and its place; a NaN counts as largest, minus infinity if there is none.
pub(super) fn largest<R: Real>(x: &[R]) -> (usize, R) {
    x.iter().enumerate().fold(
        (0, R::neg_infinity()),
        |(at, top), (i, &x)| {
            if x > top || x.is_nan() { (i, x) } else { (at, top) }
        },
    )
}

/// For each `i` the combination of all entries but the `i`-th, in linear time.
pub(super) fn without_each<S: Scalar>(x: &[S], unit: S, combine: impl Fn(S, S) -> S) -> Partials<S> {
    let mut out: Partials<S> = x
        .iter()
        .scan(unit, |before, &x| {
            let this = *before;
            *before = combine(this, x);
            Some(this)
        })
        .collect();
    let mut after = unit;
    for (out, &x) in out.iter_mut().zip(x).rev() {
        *out = combine(*out, after);
        after = combine(x, after);
    }
    out
}

/// `x_0 x_1 + x_2`, rounded once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MulAdd;

impl Nary for MulAdd {
    const NAME: &'static str = "mul_add";
    #[inline]
    fn value<R: Real>(self, x: &[R]) -> R {
        Float::mul_add(x[0], x[1], x[2])
    }
    #[inline]
    fn partials<S: Scalar>(self, x: &[S], _y: S) -> Partials<S> {
        Partials::from_slice(&[x[1], x[0], S::one()])
    }
}

/// The product of all arguments; each partial is the product of the others, also where one is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prod;

impl Nary for Prod {
    const NAME: &'static str = "prod";
    fn value<R: Real>(self, x: &[R]) -> R {
        x.iter().fold(R::one(), |product, &x| product * x)
    }
    fn partials<S: Scalar>(self, x: &[S], _y: S) -> Partials<S> {
        without_each(x, S::one(), |a, b| a * b)
    }
}

/// `sqrt(sum x_i^2)` without overflow. At the zero vector the derivatives are 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Norm;

impl Nary for Norm {
    const NAME: &'static str = "norm";
    fn value<R: Real>(self, x: &[R]) -> R {
        let squares = x.iter().map(|&x| x * x).sum::<R>();
        // Below, squares of small entries may have been lost to underflow.
        if squares.is_finite() && squares > R::min_positive_value() / R::epsilon() {
            return Float::sqrt(squares);
        }
        x.iter().fold(real(0.0), |length, &x| Float::hypot(length, x))
    }
    fn partials<S: Scalar>(self, x: &[S], y: S) -> Partials<S> {
        if is_plain::<S>() && y.primal().is_normal() {
            return x.iter().map(|&x| x / y).collect();
        }
        if y.primal().is_infinite() {
            // The unit vector does not change when all entries are scaled, by a power of two without rounding.
            let x: Partials<S> = x.iter().map(|&x| x * S::constant(S::Real::epsilon())).collect();
            let y = S::norm(&x);
            if y.primal().is_finite() {
                return self.partials(&x, y);
            }
        }
        // `x_i / y` would cancel in its derivative by `x_i`; against the length of the rest it does not.
        let rest = without_each(x, S::zero(), |a, b| a.hypot(b));
        let unit = |(&x, rest): (&S, S)| {
            if is_zero(rest) && y.primal().is_normal() {
                x / y // the length of the rest has a kink here and the quotient has none, and +-1 leaves nothing to cancel
            } else {
                x.unit_x(rest)
            }
        };
        x.iter().zip(rest).map(unit).collect()
    }
}
