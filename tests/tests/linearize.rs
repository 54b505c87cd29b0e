//! One recording swept up is forward mode, swept down reverse mode, and the two are transposes.

use ad_core::{Array, Function, Scalar, Vector, VectorFunction, rules};
use ad_forward::{Dual, jvp};
use ad_reverse::{Var, linearize, vjp};
use ad_tests::{cases, points, programs};
use proptest::prelude::*;

fn close(a: &[f64], b: &[f64]) -> Result<(), TestCaseError> {
    let scale = a.iter().fold(1.0_f64, |scale, x| scale.max(x.abs()));
    prop_assert_eq!(a.len(), b.len());
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        prop_assert!((a - b).abs() <= 1e-12 * scale, "entry {}: {} and {}", i, a, b);
    }
    Ok(())
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

const INPUTS: usize = 4;

proptest! {
    #![proptest_config(cases(256))]

    /// Records of every kind, scalar and array.
    #[test]
    fn jvp_is_forward_mode_and_vjp_reverse_mode(
        program in programs::any_program(24),
        x in points::points(INPUTS, points::ordinary()),
        directions in proptest::collection::vec(points::points(INPUTS, points::ordinary()), 2),
        w in points::points(3, points::ordinary()),
    ) {
        let call = |x: &[Var<f64>]| VectorFunction::call(&program, x);
        let (y, mut derivative) = linearize(call, &x);
        prop_assert_eq!((derivative.outputs(), derivative.inputs()), (y.len(), x.len()));
        let (value, mut pullback) = vjp(call, &x);
        prop_assert_eq!(y, value);
        for dx in &directions {
            let dy = derivative.jvp(dx);
            close(&jvp(|x: &[Dual<f64, 1>]| VectorFunction::call(&program, x), x.as_slice(), dx.as_slice()).1, &dy)?;
            let back = derivative.vjp(&w);
            prop_assert_eq!(&back, &pullback.call(&w), "the same sweep of the same recording");
            close(&[dot(&w, &dy)], &[dot(&back, dx)])?;
        }
    }
}

/// Dot products, preaccumulated functions and n-ary rules; constants among the results.
#[test]
fn every_long_record_is_pushed() {
    let f = |x: &[Var<f64>]| {
        let product = Var::dot_product(&x[..3], &x[1..]);
        let mixed = Var::dot_product(&[x[3], Var::constant(2.0), x[0]], &[x[0], x[2], Var::constant(5.0)]);
        let norm = Var::preaccumulate(&Length, [x[0], x[1], product]);
        vec![product, mixed, norm, Var::constant(7.0), Var::log_sum_exp(&[x[0], norm]), x[2]]
    };
    let x = [0.5, -1.25, 2.0, 0.75];
    let (y, mut derivative) = linearize(f, &x[..]);
    let (_, mut pullback) = vjp(f, &x[..]);
    for j in 0..x.len() {
        let mut unit = [0.0; 4];
        unit[j] = 1.0;
        let column = derivative.jvp(&unit);
        for i in 0..y.len() {
            let mut w = vec![0.0; y.len()];
            w[i] = 1.0;
            assert!((column[i] - pullback.call(&w)[j]).abs() < 1e-14, "dy[{i}]/dx[{j}]");
        }
    }
}

#[derive(Clone, Copy)]
struct Length;

impl Function for Length {
    fn call<S: Scalar>(&self, x: &[S]) -> S {
        S::norm(x)
    }
}

/// An infinite partial on a path that does not move stays out of the tangent, as in forward mode.
#[test]
fn zeros_are_strong() {
    let f = |x: &[Var<f64>]| vec![x[0].sqrt() + x[1], x[0].relu().sqrt() * x[1]];
    let (_, mut derivative) = linearize(f, &[0.0, 1.0][..]);
    assert_eq!(derivative.jvp(&[0.0, 1.0]), [1.0, 0.0]);
    let arrays = |x: &ad_reverse::VarArray<f64, 1>| x.map(rules::Sqrt);
    let x = Vector::from([0.0, 4.0]);
    let (_, mut derivative) = linearize(arrays, &x);
    assert_eq!(derivative.jvp(&[0.0, 1.0]).as_slice(), [0.0, 0.25]);
}

#[test]
fn other_lengths_are_refused() {
    let (_, mut derivative) = linearize(|x: &[Var<f64>]| vec![x[0] * x[1]], &[1.0, 2.0][..]);
    let error = derivative.try_jvp(&[1.0; 3]).unwrap_err();
    assert_eq!((error.expected, error.found), (2, 3));
    let error = derivative.try_vjp(&[1.0; 2]).unwrap_err();
    assert_eq!((error.expected, error.found), (1, 2));
    assert_eq!(derivative.jvp(&[1.0, 10.0]), [12.0], "and is of use afterwards");
}
