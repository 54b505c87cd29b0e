//! Strategies for points.
//!
//! Derivatives go wrong where nobody looks: where a number underflows, overflows, loses its digits next
//! to a singular point, or is a zero with a sign.
//!
//! ```
//! use ad_core::function;
//! use ad_tests::{laws, points};
//! use proptest::prelude::*;
//!
//! let f = function!(|x: &[S]| -> S { x[0].sigmoid() * x[1] });
//! proptest!(|(x in points::points(2, points::any_number()))| {
//!     laws::assert_primal_bits(&ad_core::function::Single(&f), &x);
//! });
//! ```

use proptest::collection::vec;
use proptest::prelude::*;
use std::ops::RangeInclusive;

/// A point of `n` numbers.
pub fn points(n: usize, numbers: impl Strategy<Value = f64>) -> impl Strategy<Value = Vec<f64>> {
    vec(numbers, n)
}

/// A point of as many numbers as the range allows.
pub fn points_of(
    n: RangeInclusive<usize>,
    numbers: impl Strategy<Value = f64>,
) -> impl Strategy<Value = Vec<f64>> {
    vec(numbers, n)
}

/// Numbers as they are met most: between -2 and 2, and not next to 0.
pub fn ordinary() -> impl Strategy<Value = f64> + Clone {
    (0.05..2.0_f64, any::<bool>()).prop_map(signed)
}

/// Normal numbers whose cube underflows.
pub fn tiny() -> impl Strategy<Value = f64> + Clone {
    magnitudes(-307..=-104)
}

/// Numbers whose cube overflows.
pub fn huge() -> impl Strategy<Value = f64> + Clone {
    magnitudes(104..=307)
}

/// Numbers next to a singular point: itself, a few units in the last place away, and at relative
/// distances down to `1e-16`, on both sides.
pub fn near(singular: f64) -> impl Strategy<Value = f64> + Clone {
    let steps = (-4..=4_i32).prop_map(move |n| {
        let step = if n < 0 { f64::next_down } else { f64::next_up };
        (0..n.abs()).fold(singular, |x, _| step(x))
    });
    let distances = (magnitudes(-16..=-4)).prop_map(move |d| singular + d * singular.abs().max(1.0));
    prop_oneof![steps, distances]
}

/// `0.0` and `-0.0`.
pub fn signed_zero() -> impl Strategy<Value = f64> + Clone {
    any::<bool>().prop_map(|negative| signed((0.0, negative)))
}

/// Denormal numbers of both signs, the smallest and the largest among them.
pub fn denormal() -> impl Strategy<Value = f64> + Clone {
    let largest = f64::MIN_POSITIVE.next_down().to_bits();
    let bits = prop_oneof![Just(1), Just(largest), 1..=largest];
    (bits.prop_map(f64::from_bits), any::<bool>()).prop_map(signed)
}

/// Numbers of up to about 2: ordinary ones, small ones down to `1e-20`, zeros, denormal, next to 0, 1 and -1.
/// With larger ones, rounding alone drives two ways to compute a long program's derivative apart.
pub fn moderate() -> impl Strategy<Value = f64> + Clone {
    prop_oneof![
        6 => ordinary(),
        2 => magnitudes(-20..=-1),
        1 => near(1.0),
        1 => near(-1.0),
        1 => near(0.0),
        1 => signed_zero(),
        1 => denormal(),
    ]
}

/// All of the above; near 0, 1 and -1.
pub fn any_number() -> impl Strategy<Value = f64> + Clone {
    prop_oneof![
        4 => ordinary(),
        1 => tiny(),
        1 => huge(),
        1 => near(0.0),
        1 => near(1.0),
        1 => near(-1.0),
        1 => signed_zero(),
        1 => denormal(),
    ]
}

fn magnitudes(exponents: RangeInclusive<i32>) -> impl Strategy<Value = f64> + Clone {
    (1.0..10.0_f64, exponents, any::<bool>())
        .prop_map(|(x, e, negative)| signed((x * 10.0_f64.powi(e), negative)))
}

fn signed((x, negative): (f64, bool)) -> f64 {
    if negative { -x } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest! {
        #![proptest_config(crate::cases(256))]

        #[test]
        fn each_strategy_gives_what_it_says(
            ordinary in ordinary(), tiny in tiny(), huge in huge(), near in near(1.0), zero in signed_zero(),
            denormal in denormal(),
        ) {
            prop_assert!((0.05..2.0).contains(&ordinary.abs()));
            prop_assert!(tiny.is_normal() && (tiny * tiny * tiny).abs() < f64::MIN_POSITIVE);
            prop_assert!(huge.is_finite() && (huge * huge * huge).is_infinite());
            prop_assert!((near - 1.0).abs() <= 1e-3);
            prop_assert!(zero == 0.0);
            prop_assert!(denormal.is_subnormal());
        }
    }
}
