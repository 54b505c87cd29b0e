//! Series of one type that meet, found where a run is seeded: [`seeding`](crate::seeding) for [`Taylor`] numbers.
//!
//! A run without seeds shows the first coefficient of what came from outside, but not the products of both. So the
//! curve is run through at other rates, `x(c t)`: the coefficient of `t^k` is then `c^k` times what it was, unless it
//! has terms that do not go along. At the rates 0 and -1 that holds to the last bit, whatever the function. A product
//! with an even number of coefficients from outside gets past both; at the rate 2 it is smaller by a factor of 4 or
//! more than it would have to be. There the law holds to the last bit only as far as no number on the way falls below
//! the smallest normal one, so a small difference says nothing.

use super::Taylor;
use crate::seeding::{Seeding, refuse_stray};
use ad_core::{Real, Scalar};
use alloc::vec::Vec;
use num_traits::Float;

/// The result of `run(None)`, a run of a function on series with these coefficients; `run(Some(c))` goes along the
/// curve `c` times as fast.
///
/// # Panics
///
/// If series of this type are seeded already, and the results do not go along.
pub(super) fn seeded_run<T: Scalar, R, const K: usize>(
    inputs: &[T],
    mut run: impl FnMut(Option<T>) -> R,
    coefficients: impl Fn(&R) -> Vec<[T; K]>,
) -> R {
    let seeding = Seeding::of::<Taylor<T, K>>(0);
    if !seeding.is_nested() {
        return run(None);
    }
    let once = run(None);
    let mut goes_along = |rate: f64, is_same: fn(T, T) -> bool| {
        let expected = coefficients(&once).into_iter().map(|y| Taylor::new(y).faster(Some(T::lit(rate))));
        let found = coefficients(&run(Some(T::lit(rate))));
        expected.zip(found).all(|(expected, found)| {
            let mut pairs = expected.coefficients.into_iter().zip(found);
            pairs.all(|(x, y)| !x.is_all_finite() || is_same(x, y))
        })
    };
    refuse_stray([0.0, -1.0].iter().any(|&rate| !goes_along(rate, |x, y| (x - y).is_zero_in_value())));
    if inputs.iter().all(|x| !x.primal().is_subnormal()) {
        // Twice as fast a coefficient may overflow, half as fast it may be too small to tell.
        refuse_stray([2.0, 0.5].iter().all(|&rate| !goes_along(rate, is_close)));
    }
    once
}

/// Whether two values differ by no more than what numbers below the smallest normal one could have done.
fn is_close<T: Scalar>(x: T, y: T) -> bool {
    let [x, y] = [x, y].map(|x| x.primal().as_f64());
    (x - y).abs() <= x.abs().max(y.abs()) / 4.0 + TINY
}

const TINY: f64 = 1e-30;

impl<T: Scalar, const K: usize> Taylor<T, K> {
    /// The series along a curve that is run through `rate` times as fast.
    pub(super) fn faster(mut self, rate: Option<T>) -> Self {
        if let Some(rate) = rate {
            let mut power = T::one();
            for coefficient in &mut self.coefficients[1..] {
                power *= rate;
                *coefficient *= power;
            }
        }
        self
    }
}
