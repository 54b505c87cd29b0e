//! Derivatives inside of derivatives over one type: numbers of the outer one that get into the inner one are
//! refused, by every operator that seeds dual numbers, and right programs stay right.

use ad_core::{Array, Scalar, Vector};
use ad_forward::{
    Dual, Dual3, DualArray, Jacobian, Taylor, derivative, derivatives, jacobian, jet, jvp, jvp_with_aux,
    par_jacobian, second_derivative, third_derivative, third_directional_derivative, try_jvp,
    value_and_derivative,
};
use ad_reverse::{Hessian, Hvp, Var, grad, grad_and_hvp, hessian, hvp};
use ad_tests::reference::Program;
use ad_tests::{cases, expressions, points};
use proptest::prelude::*;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

type D = Dual<f64, 1>;
type D8 = Dual<f64, 8>;

/// # Panics
///
/// Unless `f` panics and says that the two derivatives cannot be told apart.
fn refused<R>(name: &str, f: impl FnOnce() -> R) {
    let panic = catch_unwind(AssertUnwindSafe(f)).err().unwrap_or_else(|| panic!("{name} gave a number"));
    let message = panic.downcast_ref::<&str>().map(|&s| s.to_owned());
    let message = message.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    assert!(message.contains("cannot be told apart"), "{name}: {message}");
    assert!(message.contains("Dual::from_primal(x)"), "{name}: {message}");
}

fn done<R>(_: R) {}

/// A function of an operator's own variable and of one from outside.
fn product<S: Scalar>(own: S, outer: S) -> S {
    own * outer + outer
}

#[test]
fn an_outer_number_in_an_inner_derivative_is_refused() {
    type Use = fn(D);
    let uses: &[(&str, Use)] = &[
        ("derivative", |x| done(derivative(|y| x + y, 1.0))),
        ("value_and_derivative", |x| done(value_and_derivative(|y| product(y, x), 0.0))),
        ("jvp", |x| done(jvp(|y: &[D; 2]| [y[0], y[1] * x], &[0.0, 2.0], &[1.0, 0.0]))),
        ("try_jvp", |x| done(try_jvp(|y: &D| product(*y, x), &0.0, &1.0))),
        ("jvp_with_aux", |x| done(jvp_with_aux(|y: &D| (product(*y, x), 7), &0.0, &1.0))),
        ("jvp of an array", |x| {
            let v = Vector::from([1.0, 2.0]);
            done(jvp(|y: &DualArray<f64, 1, 1>| y.scale(x), &v, &v));
        }),
        ("an array of an outer number", |x| {
            let v = Vector::from([1.0, 2.0]);
            let outer = DualArray::<f64, 1, 1>::from_scalars([2], &[x, x * x]);
            done(jvp(|y: &DualArray<f64, 1, 1>| y.hadamard(&outer), &v, &v));
        }),
        ("second_derivative, inner level", |x| {
            // d/dy of 1 without seeds is 0: the inner level alone shows it.
            done(second_derivative(|y| y * Dual::from_primal(x), 0.0));
        }),
        ("third_derivative", |x| {
            done(third_derivative(|y| y * y * Dual::from_primal(Dual::from_primal(x)), 0.0))
        }),
        ("third_directional_derivative", |x| {
            let f = |y: &Dual3<f64>| *y * *y * Dual::from_primal(Dual::from_primal(x));
            done(third_directional_derivative(f, &0.0, [&1.0; 3]));
        }),
        ("hvp", |x| done(hvp(|y: &Var<D>| *y * Var::from_value(x), &0.0, &1.0))),
        ("grad_and_hvp", |x| done(grad_and_hvp(|y: &Var<D>| *y * *y * Var::from_value(x), &1.0, &1.0))),
        ("Hvp", |x| {
            let mut inner = Hvp::new(|y: &[Var<D>]| y[0] * Var::from_value(x));
            inner.call(&[0.0], &[1.0], &mut [0.0], &mut [0.0]);
        }),
    ];
    for (name, f) in uses {
        let _ = derivative(
            |x| {
                refused(name, || f(x));
                x
            },
            3.0,
        );
        // The other operators over the same type see it too, and what ended in a panic is not seeded any more.
        let _ = jvp(
            |x| {
                refused(name, || f(*x));
                *x
            },
            &3.0,
            &1.0,
        );
        assert_eq!(derivative(|y| y * y, 3.0), 6.0);
        let runs = Cell::new(0);
        let _ = derivative(
            |x| {
                runs.set(runs.get() + 1);
                x
            },
            3.0,
        );
        assert_eq!(runs.get(), 1, "after {name} a type is still seeded");
    }
}

#[test]
fn an_outer_number_in_an_inner_jacobian_is_refused() {
    type Use = fn(D8);
    let uses: &[(&str, Use)] = &[
        ("jacobian", |x| done(jacobian(|y| vec![product(y[0], x)], &[0.0]))),
        ("par_jacobian", |x| done(par_jacobian(|y| vec![product(y[0], x)], &[0.0; 20]))),
        ("Jacobian", |x| {
            let mut inner = Jacobian::new(|y: &[D8], out: &mut [D8]| out[0] = product(y[0], x));
            inner.call(&[0.0; 9], &mut [0.0], &mut [0.0; 9]);
        }),
        ("hessian", |x| done(hessian(|y| y[0] * Var::from_value(x), &[0.0]))),
        ("Hessian", |x| {
            let mut inner = Hessian::new(|y: &[Var<D8>]| y[0] * Var::from_value(x));
            inner.call(&[0.0; 9], &mut [0.0; 9], &mut [0.0; 81]);
        }),
    ];
    for (name, f) in uses {
        let outer = |x: &[D8]| {
            refused(name, || f(x[0]));
            x.to_vec()
        };
        assert_eq!(jacobian(outer, &[3.0]).as_slice(), [1.0]);
        let _ = hessian(
            |x: &[Var<D8>]| {
                refused(name, || f(x[0].value()));
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
    let g = derivative(|a: D| Dual::new(cube_root(a.primal), a.tangent.map(|t| t / 3.0 / 4.0)) * a, 8.0);
    assert_eq!(g, 2.0 + 8.0 / 12.0);
}

/// The function is run once more only where a run over the same type is open, and the result is that of the last.
#[test]
fn only_nested_runs_are_made_twice() {
    let runs = Cell::new(0);
    let counted = |y: D| {
        runs.set(runs.get() + 1);
        y * y
    };
    let _ = derivative(counted, 1.0);
    assert_eq!(runs.replace(0), 1);
    let _ = derivative(|x: Dual<D, 1>| x * derivative(counted, 1.0), Dual::from_primal(1.0));
    assert_eq!(runs.replace(0), 1, "the outer level is of another type");
    let _ = derivative(|x: D| x * derivative(counted, 1.0), 1.0);
    assert_eq!(runs.replace(0), 2);
    std::thread::scope(|scope| {
        let _ = derivative(
            |x: D| {
                scope.spawn(|| derivative(|y: D| y * y, 1.0));
                x
            },
            1.0,
        );
    });
    let _ = derivative(counted, 1.0);
    assert_eq!(runs.get(), 1, "and afterwards all is as before");
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

/// Near the smallest numbers the law that a series seeded from outside breaks does not hold to the last bit.
#[test]
fn rounding_is_not_taken_for_an_outer_series() {
    for x in [4.17e-310, -5e-324, 2e-308, 1e-200, 0.0] {
        let alone: [f64; 4] = derivatives(|y| y.sin() * y, x);
        let inside = Cell::new(None);
        let _ = derivatives::<f64, 4>(
            |outer| {
                inside.set(Some(derivatives(|y| y.sin() * y, x)));
                outer
            },
            1.0,
        );
        assert_eq!(inside.get(), Some(alone), "at {x:e}");
    }
}

/// The limits that docs/LIMITATIONS.md states: what no operator sees is a number like any other.
#[test]
fn duals_of_nobody_s_derivative_are_taken_as_they_are() {
    // Seeded by hand, outside of any operator: the derivative along both at once.
    let (x, y) = (D::variable(2.0, 0), D::variable(3.0, 0));
    assert_eq!((x * y).tangent, [5.0]);
    // Kept from a derivative that has ended.
    let kept = Cell::new(D::from_primal(0.0));
    let keep = |x| {
        kept.set(x);
        x
    };
    assert_eq!(derivative(keep, 1.0), 1.0);
    assert_eq!(derivative(|y: D| y * kept.get(), 2.0), 1.0 + 2.0, "and not 1");
    // Stopped, it is the constant that was meant.
    assert_eq!(derivative(|y: D| y * kept.get().stop_gradient(), 2.0), 1.0);
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
