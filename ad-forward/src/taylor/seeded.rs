//! Series of one type that meet, found where a run is seeded: [`seeding`](crate::seeding) for [`Taylor`] numbers.
//!
//! A run without seeds shows the first coefficient of what came from outside, but not the products of both. So the
//! curve is run through twice as fast, `x(2 t)`: the coefficient of `t^k` is then `2^k` times what it was, to the
//! last bit, unless it has terms that do not go along.

use super::Taylor;
use crate::seeding::{Seeding, refuse_stray};
use ad_core::Scalar;
use alloc::vec::Vec;

/// The result of `run(None)`, a run of a function on series; `run(Some(c))` goes along the curve `c` times as fast.
///
/// # Panics
///
/// If series of this type are seeded already, and the results do not go along.
pub(super) fn seeded_run<T: Scalar, R, const K: usize>(
    mut run: impl FnMut(Option<T>) -> R,
    coefficients: impl Fn(&R) -> Vec<[T; K]>,
) -> R {
    let seeding = Seeding::of::<Taylor<T, K>>(0);
    if !seeding.is_nested() {
        return run(None);
    }
    let once = run(None);
    let mut goes_along = |rate: f64| {
        let expected = coefficients(&once).into_iter().map(|y| Taylor::new(y).faster(Some(T::lit(rate))));
        let found = coefficients(&run(Some(T::lit(rate))));
        expected.zip(found).all(|(expected, found)| {
            let mut pairs = expected.coefficients.into_iter().zip(found);
            pairs.all(|(x, y)| !x.is_all_finite() || (x - y).is_zero_in_value())
        })
    };
    // Twice as fast a coefficient may overflow, half as fast it may fall below the smallest normal number.
    refuse_stray(!goes_along(2.0) && !goes_along(0.5));
    once
}

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
