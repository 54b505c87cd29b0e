//! Numbers of an outer derivative in an inner one over the same type.

use super::uses::{OF_MANY, OF_ONE, product};
use super::{D, D8, done, refused};
use ad_core::{Array, Scalar, Vector};
use ad_forward::{
    Dual, DualArray, Taylor, derivative, derivatives, jacobian, jet, jvp, third_derivative,
    value_and_derivative,
};
use ad_reverse::{Var, grad, hessian, hvp};
use ad_tests::reference::Program;
use ad_tests::{cases, expressions, points};
use proptest::prelude::*;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn an_outer_number_in_an_inner_derivative_is_refused() {
    for (name, f) in OF_ONE {
        let refused = |x: D| [0.0, 2.0].map(|at| refused(&format!("{name} at {at}"), || f(x, at)));
        let _ = derivative(
            |x| {
                refused(x);
                x
            },
            3.0,
        );
        // In every operator over the same type.
        let _ = jvp(
            |x| {
                refused(*x);
                *x
            },
            &3.0,
            &1.0,
        );
        assert_eq!(derivative(|y| y * y, 3.0), 6.0);
    }
}

#[test]
fn an_outer_number_in_an_inner_jacobian_is_refused() {
    for (name, f) in OF_MANY {
        let refused = |x: D8| [0.0, 2.0].map(|at| refused(&format!("{name} at {at}"), || f(x, at)));
        let outer = |x: &[D8]| {
            refused(x[0]);
            x.to_vec()
        };
        assert_eq!(jacobian(outer, &[3.0]).as_slice(), [1.0]);
        let _ = hessian(
            |x: &[Var<D8>]| {
                refused(x[0].value());
                x[0]
            },
            &[3.0],
        );
    }
}

#[test]
fn an_outer_series_in_an_inner_one_is_refused() {
    type T = Taylor<f64, 4>;
    type Use = fn(T);
    let uses: &[(&str, Use)] = &[
        ("sum", |x| done(derivatives(|y| x + y, 1.0))),
        ("product", |x| done(derivatives(|y| product(y, x) - x, 0.0))),
        // Its first coefficient is 0: only a product with the inner variable's shows.
        ("square", |x| done(derivatives(|y| y * (x - 3.0) * (x - 3.0), 0.0))),
        ("a rule of two", |x| done(derivatives(|y| y.hypot(x), 1.0))),
        ("a rule of two, the other way round", |x| done(derivatives(|y| x.hypot(y), 1.0))),
        ("a rule of many", |x| done(derivatives(|y| T::log_sum_exp(&[y, x]), 1.0))),
        ("jet", |x| done(jet(|y: &[T; 1]| [y[0] * x], [&[1.0], &[2.0], &[0.0], &[0.0]]))),
    ];
    for (name, f) in uses {
        let _ = derivatives(
            |x| {
                refused(name, || f(x));
                x
            },
            3.0,
        );
    }
}

#[test]
fn levels_of_another_type_may_use_outer_numbers() {
    // d/dx (x d/dy (x y)) = 2 x, at every depth and in every mixture.
    assert_eq!(derivative(|x: D| x * derivative(|y| Dual::from_primal(x) * y, x), 3.0), 6.0);
    assert_eq!(derivative(|x: D| x * grad(|y: &Var<D>| Var::from_value(x) * *y, &x), 3.0), 6.0);
    assert_eq!(grad(|x: &Var<f64>| *x * derivative(|y| Dual::from_primal(*x) * y, *x), &3.0), 6.0);
    let third = derivative(|x| derivative(|y| derivative(|z| Dual::from_primal(y) * z * z, y), x), 2.0);
    assert_eq!(third, 4.0, "d/dx d/dy (2 y^2) = 4");
    // Another number of directions is another type, which the compiler keeps apart.
    assert_eq!(derivative(|x: D| x * x * jacobian(|y| vec![y[0] * 5.0], &[1.0]).as_slice()[0], 3.0), 30.0);
    // By value, over the same type.
    let by_value = derivative(|x: D| x * derivative(|y: D| y * y * x.stop_gradient(), 2.0), 3.0);
    assert_eq!(by_value, 12.0);
    let plain = derivative(|x: D| x * derivative(|y: D| y * y * x.primal, 2.0), 3.0);
    assert_eq!(plain, 12.0);
    let taylor =
        derivatives::<f64, 3>(|x| x * derivatives::<f64, 3>(|y| y * y * x.stop_gradient(), 2.0)[1], 3.0);
    assert_eq!(taylor, [36.0, 12.0, 0.0]);
}

/// A root by Newton's method, over the same type as the derivative that it is found in.
#[test]
fn a_solver_may_differentiate_over_the_same_type() {
    let cube_root = |a: f64| {
        let step = |x: f64| {
            let (y, slope) = value_and_derivative(|x: D| x * x * x - a, x);
            x - y / slope
        };
        (0..50).fold(1.0, |x, _| step(x))
    };
    let g = derivative(|a: D| Dual::new(cube_root(a.primal), a.tangent().map(|t| t / 3.0 / 4.0)) * a, 8.0);
    assert_eq!(g, 2.0 + 8.0 / 12.0);
}

/// Whatever it runs in: a function may change what it has captured.
#[test]
fn a_function_is_run_once() {
    let runs = Cell::new(0);
    let counted = |y: D| {
        runs.set(runs.get() + 1);
        y * y
    };
    let _ = derivative(counted, 1.0);
    assert_eq!(runs.replace(0), 1);
    let _ = derivative(|x: D| x * derivative(counted, 1.0), 1.0);
    assert_eq!(runs.replace(0), 1, "inside of a derivative over the same type");
    let _ = derivatives::<f64, 3>(
        |x| x * third_derivative(|y| y * derivative(|_| counted(1.0.into()), 1.0), 1.0),
        1.0,
    );
    assert_eq!(runs.get(), 1, "at any depth");
}

#[test]
fn a_panic_in_an_inner_run_leaves_the_outer_one_seeded() {
    let outer = |x: D| {
        for _ in 0..2 {
            let inner = || derivative(|_: D| -> D { panic!("user") }, 1.0);
            assert!(catch_unwind(AssertUnwindSafe(inner)).is_err());
            refused("after a panic", || derivative(|y| x + y, 1.0));
        }
        assert_eq!(derivative(|y: D| y * y, 2.0), 4.0);
        x * x
    };
    assert_eq!(derivative(outer, 3.0), 6.0);
}

/// Over variables, zeros that come out of a run without seeds have been recorded, and are zeros all the same.
#[test]
fn recorded_zeros_come_from_nowhere() {
    type Nested = Dual<Var<f64>, 1>;
    let f = |x: Nested| x * Dual::from_primal(derivative(|y: Nested| y * y.sin(), x.primal));
    let df = grad(|x: &Var<f64>| derivative(f, *x), &0.7);
    // d/dx of the inner derivative as a constant, sin x + x cos x.
    let expected = 2.0 * 0.7_f64.cos() - 0.7 * 0.7_f64.sin();
    assert!((df - expected).abs() < 1e-15, "{df} {expected}");
    let mixed = |x: Nested| x * Dual::from_primal(derivative(|y: Nested| y * x, x.primal));
    refused("over variables", || grad(|x: &Var<f64>| derivative(mixed, *x), &0.7));
}

/// An input of an outer derivative along a direction in which it does not move is a constant inside.
#[test]
fn what_does_not_move_is_a_constant() {
    let outer = |x: &[D; 2]| {
        let [moving, still] = *x;
        assert_eq!(derivative(|y| y * still + still * y * y, 1.0), 5.0 + 10.0);
        assert_eq!(derivative(|y| D::norm(&[still, y, still]), 0.0), 0.0);
        assert_eq!(derivative(|_| still, 1.0), 0.0);
        refused("what the still one has met", || derivative(|y| y * still * moving, 1.0));
        let mut inner = None;
        assert_eq!(derivative(|y| *inner.insert(still * y), 1.0), 5.0);
        let inner = inner.expect("the function has run");
        refused("kept from inside", || derivative(|y| y * still * inner, 1.0));
        let array = DualArray::<f64, 1, 1>::from_scalars([2], &[still, still]);
        let v = Vector::from([1.0, 2.0]);
        let doubled = jvp(|y: &DualArray<f64, 1, 1>| y.hadamard(&array).dot(&array), &v, &v);
        assert_eq!(doubled, (75.0, 75.0));
        // Where its share is 0 by chance, a number that moves is refused all the same.
        refused("at 0", || derivative(|y| y * moving, 0.0));
        refused("minus itself", || derivative(|y| y + (moving - moving), 1.0));
        moving * still
    };
    assert_eq!(jvp(outer, &[3.0, 5.0], &[1.0, 0.0]), (15.0, 5.0));
    let still = |x: &[Var<D>; 2]| {
        assert_eq!(derivative(|y| y * x[1].value(), 1.0), 5.0);
        refused("a value of hvp", || derivative(|y| y * x[0].value(), 1.0));
        x[0] * x[1]
    };
    assert_eq!(hvp(still, &[3.0, 5.0], &[1.0, 0.0]), [0.0, 1.0]);
    let series = |x: &[Taylor<f64, 2>; 2]| {
        assert_eq!(derivatives(|y: Taylor<f64, 2>| y * x[1], 1.0), [5.0, 5.0]);
        refused("a series", || derivatives(|y: Taylor<f64, 2>| y * x[0], 1.0));
        x[0] * x[1]
    };
    assert_eq!(jet(series, [&[3.0, 5.0], &[1.0, 0.0]]), [15.0, 5.0]);
}

proptest! {
    #![proptest_config(cases(64))]

    /// A right program is never refused: any expression has the same derivatives inside a derivative over the
    /// same type, whatever its points are.
    #[test]
    fn expressions_have_the_same_derivative_inside(
        f in expressions::smooth(4, 1), x in points::any_number(),
    ) {
        let bits = |x: f64| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() };
        let run = |x: f64| {
            let taylor: [f64; 4] = derivatives(|y| f.eval(&[y]), x);
            let first = derivative(|y| f.eval(&[y]), x);
            let (third, hv) = (third_derivative(|y| f.eval(&[y]), x), hvp(|y: &Var<D>| f.eval(&[*y]), &x, &1.0));
            [taylor[1], taylor[2], taylor[3], first, third, hv].map(bits)
        };
        let alone = run(x);
        let mut inside = [None; 3];
        let _ = derivative(|y: D| { inside[0] = Some(run(x)); y }, 1.0);
        let _ = derivatives::<f64, 4>(|y| { inside[1] = Some(run(x)); y }, 1.0);
        let _ = third_derivative(|y| { inside[2] = Some(run(x)); y }, 1.0);
        prop_assert_eq!(inside, [Some(alone); 3]);
    }
}
