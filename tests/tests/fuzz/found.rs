//! Where random inputs found numbers to be worse than one may think: how far off they are, and no further.

use crate::precise::{big, derivatives, near, unary};
use ad_core::{Scalar, Unary, rules};
use ad_forward::derivative;
use ad_reverse::{Var, grad};

/// `at` moved by `2^-1` down to `2^-40`, to both sides.
fn next_to(at: f64) -> impl Iterator<Item = f64> {
    (1..=40).flat_map(move |k| [1.0, -1.0].map(|sign| at + sign * 1.375 * 2.0_f64.powi(-k)))
}

/// Value, first and second derivative as found in `f64`, and how far they are from the exact ones.
fn errors<R: Unary>(rule: R, x: f64) -> Option<[(f64, f64); 3]> {
    let exact = derivatives(|x| unary(R::NAME, x), &big(x))?;
    let first = derivative(|x| x.apply(rule), x);
    assert_eq!(first.to_bits(), grad(|x: &Var<f64>| x.apply(rule), &x).to_bits());
    let found = [x.apply(rule), first, derivative(|x| grad(|x: &Var<_>| x.apply(rule), &x), x)];
    Some([0, 1, 2].map(|k| (found[k], near(&(big(found[k]) - &exact[k])).abs())))
}

/// The standard library's `atanh` loses digits next to -1, as if its argument had been rounded: that is the value of a
/// run on plain numbers, and so of every mode. The derivatives do not lose them.
#[test]
fn atanh_next_to_minus_1_loses_digits_of_the_value_alone() {
    let (mut points, mut worst) = (0, 0.0_f64);
    for (x, errors) in next_to(-1.0).filter_map(|x| Some((x, errors(rules::Atanh, x)?))) {
        let [(value, error), (first, of_first), (second, of_second)] = errors;
        assert_eq!(value.to_bits(), x.atanh().to_bits());
        assert!(error <= 4.0 * f64::EPSILON * first, "atanh({x}) is off by {error:e}");
        assert!(of_first <= 2.0 * f64::EPSILON * first, "atanh'({x}) is off by {of_first:e}");
        assert!(of_second <= 6.0 * f64::EPSILON * second.abs(), "atanh''({x}) is off by {of_second:e}");
        worst = worst.max(error / (f64::EPSILON * value.abs()));
        points += 1;
    }
    assert!(points >= 40, "{points} points");
    println!("the value is off by up to {worst:.1e} units in the last place");
}

/// Next to the zero of its derivative the two terms of `silu'` cancel: the error is small against them.
#[test]
fn the_derivative_of_silu_next_to_its_zero_is_accurate_against_its_terms() {
    const ZERO: f64 = -1.278_464_542_761_074;
    let mut worst = 0.0_f64;
    for x in next_to(ZERO).chain([ZERO]) {
        let [_, (first, error), _] = errors(rules::Silu, x).expect("silu has no end");
        let terms = Scalar::sigmoid(x) + (x * Scalar::sigmoid_prime(x)).abs();
        assert!(error <= f64::EPSILON * terms, "silu'({x}) = {first:e} is off by {error:e}");
        worst = worst.max(error / (f64::EPSILON * first.abs()));
    }
    println!("off by up to {worst:.1e} units in the last place of the derivative");
}
