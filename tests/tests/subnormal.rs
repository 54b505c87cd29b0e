//! Adjoints that have shrunk below the normal numbers are what plain products make them, bit for bit.

use ad_core::Scalar;
use ad_reverse::grad;
use proptest::prelude::*;

/// A subnormal number as a multiple of the smallest one, of any magnitude.
fn multiple(bits: u32) -> impl Strategy<Value = u64> {
    (0..bits, any::<u64>()).prop_map(|(bits, x)| (1 << bits) | (x & ((1 << bits) - 1)))
}

/// A factor that moves such a multiple by about so many halves, and a few units of its last place.
fn factor() -> impl Strategy<Value = (i32, i64, bool)> {
    (-4..=4, -2_i64..=2, any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn a_product_with_a_subnormal_number_is_the_plain_one(x in multiple(52), (halves, ulps, minus) in factor()) {
        let near = (1.0 + 0.5 * f64::from(halves) / x as f64).to_bits();
        let p = f64::from_bits(near.saturating_add_signed(ulps)) * if minus { -1.0 } else { 1.0 };
        let x = f64::from_bits(x);
        for x in [x, -x] {
            prop_assert_eq!(p.product_with_subnormal(x).to_bits(), (p * x).to_bits(), "{} {:e}", p, x);
        }
    }

    #[test]
    fn so_it_is_in_single_precision(x in multiple(23), (halves, ulps, minus) in factor()) {
        let near = (1.0 + 0.5 * halves as f32 / x as f32).to_bits();
        let p = f32::from_bits(near.saturating_add_signed(ulps as i32)) * if minus { -1.0 } else { 1.0 };
        let x = f32::from_bits(x as u32);
        for x in [x, -x] {
            prop_assert_eq!(p.product_with_subnormal(x).to_bits(), (p * x).to_bits(), "{} {:e}", p, x);
        }
    }

    #[test]
    fn a_product_of_any_two_numbers_is_the_plain_one(p in any::<f64>(), x in any::<f64>()) {
        for p in [p, 1.0, -1.0, 0.75, 2.0, 0.0, f64::INFINITY] {
            let (found, plain) = (p.product_with_subnormal(x), p * x);
            prop_assert!(found.to_bits() == plain.to_bits() || (found.is_nan() && plain.is_nan()), "{} {:e}", p, x);
        }
    }
}

/// The sweep multiplies the factors of a product from the last to the first.
#[test]
fn a_gradient_that_vanishes_does_so_as_by_hand() {
    for factor in [0.66, -0.9, 0.999, 1.5_f64] {
        let steps = 100_000; // many chunks of records
        let shrink = |x: f64| (0..steps).fold(x, |x, _| x * factor);
        let (_, mut pullback) = ad_reverse::vjp(|&x| (0..steps).fold(x, |x, _| x * factor), &1.0_f64);
        for seed in [1.0_f64, -1e-300, 7e-322] {
            assert_eq!(f64::to_bits(pullback.call(&seed)), shrink(seed).to_bits(), "{factor} {seed:e}");
        }
        // And where every record has two operands.
        let found = grad(|x| (0..steps).fold(x[0], |y, _| y * x[1]), &[1.0, factor]);
        assert_eq!(found[0].to_bits(), shrink(1.0).to_bits(), "{factor}");
    }
}
