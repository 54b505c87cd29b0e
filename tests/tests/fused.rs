//! Operations that record less than the loop they stand for: they differentiate as the loop does.

use ad_core::{Scalar, function};
use ad_forward::Dual;
use ad_reverse::{Var, grad, jacobian};
use ad_tests::cases;
use approx::assert_relative_eq;
use proptest::prelude::*;

/// Which operand stands at each place of a dot product: an input, an input moved by a constant (which
/// shares the input's node, but not its value), a constant, or a result.
fn pick<S: Scalar>(x: &[S], at: usize) -> S {
    let input = x[at / 4 % x.len()];
    match at % 4 {
        0 => input,
        1 => input + S::lit(1.5),
        2 => S::lit(at as f64 * 0.25 - 2.0),
        _ => input.sin(),
    }
}

fn by_loop<S: Scalar>(x: &[S], y: &[S]) -> S {
    x.iter().zip(y).map(|(&x, &y)| x * y).sum()
}

/// Products of slices that were picked, reversed and strided, some of them twice, under another function.
fn program<S: Scalar>(x: &[S], places: &[(usize, usize)], dot: impl Fn(&[S], &[S]) -> S) -> Vec<S> {
    let (a, b): (Vec<S>, Vec<S>) = places.iter().map(|&(i, j)| (pick(x, i), pick(x, j))).unzip();
    let reversed: Vec<S> = x.iter().rev().copied().collect();
    let every_other: Vec<S> = x.iter().step_by(2).copied().collect();
    let moved: Vec<S> = x.iter().map(|&x| x + S::one()).collect();
    let first = vec![x[0]; x.len()];
    // Two layers whose states lie a few nodes apart; their products take turns, and something else uses a state.
    let layer: Vec<S> = x.iter().map(|&x| x.sin() * x).collect();
    let other: Vec<S> = layer.iter().map(|&h| h.cos() + h).collect();
    let alone = dot(&layer, &other);
    let turns = dot(&layer, x) + dot(&other, x) * layer[0] + dot(&reversed, &layer) * dot(&other, &moved)
        - dot(&layer, &layer);
    vec![
        dot(&a, &b).tanh(),
        dot(x, x),
        dot(x, &reversed) * dot(x, &moved), // x is kept once; moved lies at x's places with other values
        dot(&moved, &moved) - dot(&moved, x),
        dot(&every_other, &every_other),
        dot(x, &first),
        alone,
        turns,
    ]
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn a_dot_product_is_its_loop(
        x in prop::collection::vec(-2.0..2.0, 1..9),
        places in prop::collection::vec((0..40usize, 0..40usize), 0..12),
    ) {
        let fused = jacobian(|x| program(x, &places, Var::dot_product), &x);
        let looped = jacobian(|x| program(x, &places, by_loop), &x);
        let forward = ad_forward::jacobian(|x| program(x, &places, Dual::dot_product), &x);
        let values = program(&x, &places, f64::dot_product);
        let recorded = ad_reverse::vjp(|x| program(x, &places, Var::dot_product), &x[..]).0;
        let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&values), bits(&recorded), "the primal is that of the plain run");
        let moving: Vec<Dual<f64, 8>> = x.iter().map(|&x| Dual::variable(x, 0)).collect();
        let moved = program(&moving, &places, Dual::dot_product);
        prop_assert_eq!(bits(&values), bits(&moved.iter().map(|y| y.primal()).collect::<Vec<_>>()));
        for ((fused, looped), forward) in fused.as_slice().iter().zip(looped.as_slice()).zip(forward.as_slice()) {
            assert_relative_eq!(fused, looped, max_relative = 1e-11, epsilon = 1e-11);
            assert_relative_eq!(fused, forward, max_relative = 1e-11, epsilon = 1e-11);
        }
        // Each output's row alone, by one seed, is the row of all seeds at once.
        for i in 0..8 {
            let row = grad(|x: &[Var<f64>]| program(x, &places, Var::dot_product)[i], &x[..]);
            for (one, many) in row.iter().zip(fused.row(i)) {
                assert_relative_eq!(one, many, max_relative = 1e-12, epsilon = 1e-12);
            }
        }
    }

    #[test]
    fn preaccumulation_is_the_plain_call(x in prop::collection::vec(0.1..2.0, 4)) {
        let f = function!(|x: &[S]| -> S { (x[0] * x[1]).sin() * x[2].ln() + x[0] / x[3] });
        fn preaccumulated<S: Scalar>(f: &impl ad_core::Function, x: &[S]) -> S {
            // Twice, once with a constant whose partial does not exist: powf of a negative base.
            let power = function!(|x: &[S]| -> S { x[0].powf(x[1]) });
            let cube = S::preaccumulate(&power, [-x[0], S::lit(3.0)]);
            S::preaccumulate(f, [x[0], x[1], x[2], x[3]]) + cube * S::preaccumulate(f, [x[3], x[0], S::lit(2.0), x[1]])
        }
        fn plain<S: Scalar>(f: &impl ad_core::Function, x: &[S]) -> S {
            f.call(x) + (-x[0]).powi(3) * f.call(&[x[3], x[0], S::lit(2.0), x[1]])
        }
        let (value, fused) = ad_reverse::value_and_grad(|x: &[Var<f64>]| preaccumulated(&f, x), &x[..]);
        prop_assert_eq!(value.to_bits(), preaccumulated(&f, &x).to_bits());
        for (fused, plain) in fused.iter().zip(grad(|x: &[Var<f64>]| plain(&f, x), &x[..])) {
            assert_relative_eq!(*fused, plain, max_relative = 1e-11, epsilon = 1e-11);
        }
        // Second order: forward over reverse.
        let ones = [1.0; 4];
        let hvp = |preaccumulate: bool| {
            ad_forward::jvp(|x| match preaccumulate {
                true => grad(|x| preaccumulated(&f, x), x),
                false => grad(|x| plain(&f, x), x),
            }, &x[..], &ones[..]).1
        };
        for (fused, plain) in hvp(true).iter().zip(hvp(false)) {
            assert_relative_eq!(*fused, plain, max_relative = 1e-10, epsilon = 1e-10);
        }
    }
}
