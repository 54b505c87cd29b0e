//! A function run with the widest vectors of the processor is the same function, bit for bit, in every mode.

use ad_core::function::Wide;
use ad_core::{Function, Scalar, VectorFunction, function};
use ad_forward::{Dual, jacobian_by_chunks};
use ad_reverse::{Var, jacobian};
use ad_tests::{cases, points, programs};
use proptest::prelude::*;

/// Equal bits; and any NaN for a NaN, whose sign and payload are those of either operand.
fn same(found: &[f64], expected: &[f64]) -> bool {
    let equal = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
    found.len() == expected.len() && found.iter().zip(expected).all(equal)
}

/// The values, and the Jacobians by both modes with so many columns at once.
fn assert_same<const N: usize>(f: &impl VectorFunction, x: &[f64]) {
    let wide = Wide(f);
    assert!(same(&wide.call(x), &f.call(x)), "values at {x:?}");
    let forward = jacobian_by_chunks::<_, N>(|x: &[Dual<f64, N>]| f.call(x), x);
    let wide_forward = jacobian_by_chunks::<_, N>(|x: &[Dual<f64, N>]| wide.call(x), x);
    assert!(same(wide_forward.as_slice(), forward.as_slice()), "forward mode at {x:?}");
    let reverse = jacobian(|x: &[Var<f64>]| f.call(x), x);
    let wide_reverse = jacobian(|x: &[Var<f64>]| wide.call(x), x);
    assert!(same(wide_reverse.as_slice(), reverse.as_slice()), "reverse mode at {x:?}");
}

/// Loops that the compiler vectorises when it finds them inlined.
struct Layers(usize);

impl VectorFunction for Layers {
    #[inline(always)]
    fn call<S: Scalar>(&self, x: &[S]) -> Vec<S> {
        let (weights, state) = x.split_at(x.len() / 2);
        let mut state = state.to_vec();
        for _ in 0..self.0 {
            let mut sum = S::zero();
            for (&w, &s) in weights.iter().zip(&state) {
                sum += w * s;
            }
            for (s, &w) in state.iter_mut().zip(weights) {
                *s = (*s - sum * w) / (S::one() + w * w) * S::lit(0.9);
            }
        }
        state
    }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn any_program_is_the_same(
        program in programs::any_program(12), x in points::points(3, points::any_number()),
    ) {
        assert_same::<3>(&program, &x);
    }

    #[test]
    fn loops_are_the_same(
        x in points::points_of(2..=40, points::ordinary()), extreme in points::any_number(), layers in 1..4_usize,
    ) {
        assert_same::<8>(&Layers(layers), &x);
        assert_same::<16>(&Layers(layers), &x);
        let mut x = x;
        x[0] = extreme;
        assert_same::<16>(&Layers(layers), &x);
    }
}

#[test]
fn a_function_with_one_result_is_the_same() {
    let f = function!(|x: &[S]| -> S { x[0].tanh() * x[1].powf(x[0]) });
    let tangent = |x: &[Dual<f64, 2>]| (f.call(x), Wide(&f).call(x));
    let (plain, wide) = tangent(&[Dual::variable(0.3, 0), Dual::variable(1.7, 1)]);
    assert_eq!((wide.primal, wide.tangent()), (plain.primal, plain.tangent()));
    assert_eq!(Wide(&f).call(&[0.5_f32, 1.5]).to_bits(), f.call(&[0.5_f32, 1.5]).to_bits());
}
