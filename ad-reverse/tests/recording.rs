//! Every kind of record, across the ends of the tape's chunks, swept as forward mode has it.
//!
//! These tests drive the raw tape through all it does, and so are worth running under valgrind (see
//! CONTRIBUTING.md).

use ad_core::{Array, Scalar, Vector, function, rules};
use ad_forward::Dual;
use ad_reverse::{Gradient, Var, grad, jacobian, value_and_grad, vjp};

const X: [f64; 4] = [0.3, 0.7, -0.4, 1.1];

/// Uses every kind of scalar record, `steps` times over.
fn mixed<S: Scalar>(x: &[S], steps: usize) -> S {
    let distance = function!(|x: &[S]| -> S { (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]).sqrt() });
    (0..steps).fold(x[0], |y, i| {
        let z = [y.sin() * x[1], x[i % x.len()] - y, x[2] / (y * y + S::one())];
        let far = S::preaccumulate(&distance, [z[0], z[1], x[2]]);
        S::lit(0.1) * (S::dot_product(&z, &x[..3]) + far - S::log_sum_exp(&z)) + y * S::lit(0.5)
    })
}

/// Sums of the last two nodes, in every order, with what was added used again, and with equal operands.
fn sums<S: Scalar>(x: &[S], steps: usize) -> S {
    (0..steps).fold(x[0], |sum, i| {
        let (w, v) = (x[i % 4], x[(i + 1) % 4]);
        let product = w * v;
        let sum = match i % 9 {
            0 => sum + product,
            1 => product + sum,
            2 => (sum + product) * product,
            3 => sum + sum * w,
            4 => sum + product.sin(),
            5 => (product + sum) + (sum + product),
            6 => product + (sum + product), // what was added once, to its own sum
            7 => {
                let sine = product.sin();
                sine + (product + sine)
            }
            _ => {
                let (sine, cosine) = (w.sin(), v.cos());
                (product + sine) + cosine // neighbours, but not the last ones
            }
        };
        sum * S::lit(0.5)
    })
}

/// The derivative by forward mode.
fn forward(f: impl Fn(&[Dual<f64, 4>]) -> Dual<f64, 4>) -> [f64; 4] {
    f(&[0, 1, 2, 3].map(|k| Dual::variable(X[k], k))).tangent()
}

fn assert_close(found: &[f64], expected: &[f64]) {
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{found} is not {expected}");
    }
}

#[test]
fn every_kind_of_record_is_swept_as_forward_mode_has_it() {
    for steps in [1, 2, 10, 200] {
        let (value, g) = value_and_grad(|x| mixed(x, steps), &X[..]);
        assert_eq!(value.to_bits(), mixed(&X, steps).to_bits(), "the primal is that of the plain run");
        assert_close(&g, &forward(|x| mixed(x, steps)));
    }
}

#[test]
fn sums_of_the_last_two_nodes_are_swept_as_forward_mode_has_them() {
    for steps in [1, 2, 3, 4, 5, 6, 7, 8, 9, 60, 2000] {
        let (value, g) = value_and_grad(|x| sums(x, steps), &X[..]);
        assert_eq!(value.to_bits(), sums(&X, steps).to_bits(), "the primal is that of the plain run");
        assert_close(&g, &forward(|x| sums(x, steps)));
    }
}

#[test]
fn many_seeds_are_swept_as_one_at_a_time() {
    let f = |x: &[Var<f64>]| vec![mixed(x, 7), x[3], Var::from_value(1.0), sums(x, 13)];
    let all = jacobian(f, &X);
    let (_, mut pullback) = vjp(f, &X[..]);
    for row in 0..4 {
        let mut seed = vec![0.0; 4];
        seed[row] = 1.0;
        let one = pullback.call(&seed);
        assert_eq!(pullback.call(&seed), one, "row {row}, again");
        assert_close(&one, all.row(row));
    }
}

#[test]
fn values_that_changed_are_not_taken_for_kept_ones() {
    // `x + 1` has the place of `x` in the recording, but not its value.
    let f = |x: &[Var<f64>]| {
        let moved: Vec<_> = x.iter().map(|&x| x + 1.0).collect();
        Var::dot_product(x, x) + Var::dot_product(&moved, &moved) + Var::dot_product(x, &moved)
    };
    assert_close(&grad(f, &X[..]), &X.map(|x| 6.0 * x + 3.0));
}

#[test]
fn a_dot_product_of_variables_at_any_distances_is_its_sum() {
    // Every second one, backwards, one repeatedly, and among constants.
    let f = |x: &[Var<f64>]| {
        let second: Vec<_> = x.iter().copied().step_by(2).collect();
        let backwards: Vec<_> = x.iter().copied().rev().collect();
        let among = [x[0], Var::from_value(2.0), x[2], x[1]];
        let constants = [1.0, 2.0, 3.0, 4.0].map(Var::from_value);
        Var::dot_product(x, &backwards) * Var::dot_product(&second, &x[1..3])
            + Var::dot_product(&[x[1]; 4], &constants)
            + Var::dot_product(&among, x)
    };
    let [a, b, c, d] = X;
    let (p, q) = (2.0 * (a * d + b * c), a * b + c * c);
    let expected = [
        2.0 * d * q + p * b + 2.0 * a,
        2.0 * c * q + p * a + 12.0 + d,
        2.0 * b * q + 2.0 * p * c + 2.0 * c,
        2.0 * a * q + b,
    ];
    assert_close(&grad(f, &X[..]), &expected);
}

#[test]
fn a_constant_of_a_preaccumulated_function_needs_no_partial() {
    let power = function!(|x: &[S]| -> S { x[0].powf(x[1]) });
    let f = |x: &f64| grad(|&x: &Var<f64>| Var::preaccumulate(&power, [x, Var::from_value(3.0)]), x);
    assert_eq!(f(&-2.0), 12.0);
    assert_eq!(f(&0.0), 0.0);
}

/// An infinite partial at 0, of which nothing gets through.
fn inactive<S: Scalar>(x: S) -> S {
    x.sqrt() * S::zero()
}

#[test]
fn a_zero_annihilates_an_infinity_only_where_they_meet() {
    assert_eq!(grad(|&x: &Var<f64>| inactive(x), &0.0), 0.0);
    let among = |x: &[Var<f64>]| inactive(x[0]) + sums(x, 10) + inactive(x[0]) * x[1];
    let x = [0.0, 0.7, -0.4, 1.1];
    assert_eq!(grad(among, &x[..]), grad(|x| sums(x, 10), &x[..]));
    // The same for many seeds, of which one is hit.
    let two = jacobian(|x: &[Var<f64>]| vec![sums(x, 10), inactive(x[0])], &x);
    assert_eq!((two.row(0), two.row(1)), (&grad(|x| sums(x, 10), &x[..])[..], &[0.0; 4][..]));
    let mut by_object = [f64::NAN; 4];
    Gradient::new(among).call(&x, &mut by_object);
    assert_eq!(by_object[..], grad(|x| sums(x, 10), &x[..])[..]);
    // And on the way to an array, through which a NaN would get lost or spread.
    let arrays = |x: &ad_reverse::VarArray<f64, 1>| inactive(x.sum()) + x.map(rules::Exp).sum();
    assert_eq!(grad(arrays, &Vector::from([0.0, 0.0])).as_slice(), [1.0, 1.0]);
}

#[test]
fn what_is_undefined_stays_so() {
    let g = grad(|x: &[Var<f64>]| x[0].ln() * x[1], &[-1.0, 2.0][..]);
    assert!(g.iter().all(|g| g.is_nan()), "{g:?}");
    assert!(grad(|&x: &Var<f64>| x.sqrt(), &0.0).is_infinite());
}
