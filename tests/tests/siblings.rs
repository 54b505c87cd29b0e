//! Derivatives inside of derivatives over one type: numbers of the outer one that get into the inner one are
//! refused, by every operator that seeds dual numbers, and right programs stay right.

use ad_core::{Array, Matrix, Scalar, Vector, rules};
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

/// The limit that docs/LIMITATIONS.md states: a number that was seeded by hand belongs to no derivative.
#[test]
fn duals_of_nobody_s_derivative_are_taken_as_they_are() {
    // Outside of any operator: the derivative along both at once.
    let (x, y) = (D::variable(2.0, 0), D::variable(3.0, 0));
    assert_eq!((x * y).tangent, [5.0]);
    assert_eq!(derivative(|z| z * x, 3.0), 2.0 + 3.0);
    assert_eq!(derivative(|_| x, 3.0), 1.0);
    // Made anew of what was kept.
    let kept = kept();
    assert_eq!(derivative(|y| y * Dual::new(kept.primal, kept.tangent), 2.0), 3.0 + 2.0);
}

/// The input of a derivative at 3 that has ended.
fn kept() -> D {
    let mut kept = None;
    assert_eq!(derivative(|x| *kept.insert(x), 3.0), 1.0);
    kept.expect("the function has run")
}

/// The input (3, 4) of a derivative along `direction` that has ended.
fn kept_array(direction: [f64; 2]) -> DualArray<f64, 1, 1> {
    let mut kept = None;
    let keep = |x: &DualArray<f64, 1, 1>| kept.insert(x.clone()).clone();
    done(jvp(keep, &Vector::from([3.0, 4.0]), &Vector::from(direction)));
    kept.expect("the function has run")
}

/// Refused with debug assertions; without them the result is `number`.
fn refused_in_debug<R: PartialEq + std::fmt::Debug>(name: &str, f: impl FnOnce() -> R, number: R) {
    if cfg!(debug_assertions) {
        refused(name, f);
    } else {
        assert_eq!(f(), number, "{name}");
    }
}

/// Wherever it was kept, and however it gets into a later derivative, which is then the sum of two.
#[test]
fn a_number_kept_from_a_derivative_that_has_ended_is_refused() {
    let cell = Cell::new(D::from_primal(0.0));
    let keep = |x| {
        cell.set(x);
        x
    };
    assert_eq!(derivative(keep, 3.0), 1.0);
    refused_in_debug("a cell", || derivative(|y: D| y * cell.get(), 2.0), 3.0 + 2.0);

    let mut all = Vec::new();
    let mut sum_of_all = |x| {
        all.push(x);
        all.iter().copied().sum::<D>()
    };
    assert_eq!(derivative(&mut sum_of_all, 3.0), 1.0);
    refused_in_debug("a vector", || derivative(sum_of_all, 2.0), 2.0);

    let mut last = D::from_primal(1.0);
    let mut times_last = |x| std::mem::replace(&mut last, x) * x;
    assert_eq!(derivative(&mut times_last, 3.0), 1.0);
    refused_in_debug("a captured variable", || derivative(times_last, 2.0), 3.0 + 2.0);

    let kept = kept();
    refused_in_debug("the result alone", || derivative(|_| kept, 2.0), 1.0);
    refused_in_debug("one of two results", || jvp(|y: &D| (*y, kept), &2.0, &1.0).1, (1.0, 1.0));
    refused_in_debug(
        "a result of the operations of one",
        || derivative(|_| (-kept * 2.0).sin().exp(), 2.0),
        -2.0 * 6.0_f64.cos() * (-6.0_f64).sin().exp(),
    );
    // Taken to another thread, where no run is seen that was begun here.
    let threads = |x: D| std::thread::scope(|s| s.spawn(|| derivative(|y| x * y, 2.0)).join());
    let _ = derivative(
        |x| {
            let number = (!cfg!(debug_assertions)).then_some(3.0 + 2.0);
            assert_eq!(threads(x).ok(), number, "a number taken to another thread");
            x
        },
        3.0,
    );
    // The value of what was kept is what was meant, and may be taken.
    assert_eq!(derivative(|y: D| y * kept.stop_gradient(), 2.0), 3.0);
    assert_eq!(derivative(|y: D| y * kept.primal, 2.0), 3.0);
    assert_eq!(derivative(|y: D| if kept < y { y } else { y * y }, 2.0), 4.0, "a comparison is of values");
    // Where the two have met, it is too late: docs/LIMITATIONS.md says that this is refused, and what to write.
    let near = |x: D, y: D| if (x - y).primal().abs() < 9.0 { y * y } else { y };
    refused_in_debug("a value of both", || derivative(|y| near(kept, y), 2.0), 4.0);
    assert_eq!(derivative(|y| near(kept.stop_gradient(), y), 2.0), 4.0);
}

#[test]
fn every_operator_refuses_a_kept_number() {
    let k = kept();
    refused_in_debug("value_and_derivative", || value_and_derivative(|y| y * k, 2.0), (6.0, 5.0));
    refused_in_debug("jvp", || jvp(|y: &[D; 2]| y[0] * k, &[2.0, 0.0], &[1.0, 0.0]), (6.0, 5.0));
    refused_in_debug("try_jvp", || try_jvp(|y: &D| *y * k, &2.0, &1.0), Ok((6.0, 5.0)));
    refused_in_debug("jvp_with_aux", || jvp_with_aux(|y: &D| (*y * k, 7), &2.0, &1.0), (6.0, 5.0, 7));
    let inner = |y: Dual<D, 1>| y * y * Dual::from_primal(k);
    refused_in_debug("second_derivative", || second_derivative(inner, 2.0), 2.0 * (3.0 + 2.0));
    let inner = |y: Dual3<f64>| y * y * y * Dual::from_primal(Dual::from_primal(k));
    refused_in_debug("third_derivative", || third_derivative(inner, 2.0), 6.0 * (3.0 + 2.0));
    let inner = |y: &Dual3<f64>| *y * *y * *y * Dual::from_primal(Dual::from_primal(k));
    let third = || third_directional_derivative(inner, &2.0, [&1.0; 3]);
    refused_in_debug("third_directional_derivative", third, 6.0 * (3.0 + 2.0));
    let inner = |y: &Var<D>| *y * *y * Var::from_value(k);
    refused_in_debug("hvp", || hvp(inner, &2.0, &1.0), 2.0 * (3.0 + 2.0));
    refused_in_debug("grad_and_hvp", || grad_and_hvp(inner, &2.0, &1.0), (12.0, 10.0));
    let object = || {
        let mut out = ([0.0], [0.0]);
        Hvp::new(|y: &[Var<D>]| inner(&y[0])).call(&[2.0], &[1.0], &mut out.0, &mut out.1);
        out
    };
    refused_in_debug("Hvp", object, ([12.0], [10.0]));

    // Along a direction that is 0 it meets nothing that moves before it is in the result.
    let inner = |y: &Var<D>| *y * Var::from_value(k);
    refused_in_debug("the result of hvp", || hvp(inner, &2.0, &0.0), 1.0);
    let object = || {
        let mut out = ([0.0], [0.0]);
        Hvp::new(|y: &[Var<D>]| inner(&y[0])).call(&[2.0], &[0.0], &mut out.0, &mut out.1);
        out
    };
    refused_in_debug("the result of Hvp", object, ([3.0], [1.0]));
}

/// What a Hessian-vector product was run on is refused where it is used, too.
#[test]
fn values_of_kept_variables_are_refused() {
    let kept = Cell::new(D::from_primal(0.0));
    let keep = |y: Var<D>| {
        kept.set(y.value());
        y * y
    };
    assert_eq!(hvp(|y: &Var<D>| keep(*y), &3.0, &1.0), 2.0);
    refused_in_debug("of hvp", || derivative(|y| y * kept.get(), 2.0), 3.0 + 2.0);
    Hvp::new(|y: &[Var<D>]| keep(y[0])).call(&[4.0], &[1.0], &mut [0.0], &mut [0.0]);
    refused_in_debug("of Hvp", || derivative(|y| y * kept.get(), 2.0), 4.0 + 2.0);
}

#[test]
fn a_series_kept_from_a_run_that_has_ended_is_refused() {
    type T = Taylor<f64, 3>;
    let mut keep = None;
    let first = |x: T| *keep.insert(x);
    assert_eq!(derivatives(first, 3.0), [3.0, 1.0, 0.0]);
    let kept = keep.expect("the function has run"); // 3 + t
    type Use = fn(T, T) -> T;
    let uses: [(&str, Use, [f64; 3]); 7] = [
        ("sum", |x, y| x + y, [5.0, 2.0, 0.0]),
        ("difference", |x, y| x - y, [1.0, 0.0, 0.0]),
        ("product", |x, y| x * y, [6.0, 5.0, 2.0]),
        ("quotient", |x, y| y / x, [2.0 / 3.0, 1.0 / 9.0, -2.0 / 27.0]),
        ("hypot", |x, y| (x + 1.0).hypot(y + 1.0), [5.0, 1.4, 0.008]),
        ("sum of all", |x, y| [x, y].into_iter().sum(), [5.0, 2.0, 0.0]),
        ("the result alone", |x, _| x, [3.0, 1.0, 0.0]),
    ];
    for (name, f, number) in uses {
        let close = |d: [f64; 3]| d.map(|x| (x * 1e12).round() / 1e12);
        refused_in_debug(name, || close(derivatives(|y| f(kept, y), 2.0)), close(number));
    }
    let curve = [&[2.0], &[1.0], &[0.0]];
    refused_in_debug("jet", || jet(|y: &[T; 1]| y[0] * kept, curve), [6.0, 5.0, 1.0]);
    refused_in_debug("one of two results", || jet(|y: &[T; 1]| [y[0], kept], curve)[1], [1.0, 1.0]);
    assert_eq!(derivatives(|y: T| y * kept.stop_gradient(), 2.0), [6.0, 3.0, 0.0]);
}

/// Each level of a nested derivative is looked at, in an operation and in its result alone.
#[test]
fn every_level_refuses_a_kept_number() {
    let mut kept = Dual3::from_primal(Dual::from_primal(D::from_primal(0.0)));
    let keep = |y: &Dual3<f64>| {
        kept = *y;
        *y
    };
    done(third_directional_derivative(keep, &3.0, [&1.0; 3]));
    let (mut outermost, mut middle, innermost) = (kept, kept.primal, kept.primal.primal);
    (outermost.primal, middle.primal) = (Dual::from_primal(3.0.into()), 3.0.into());
    let levels = [outermost, Dual::from_primal(middle), Dual::from_primal(Dual::from_primal(innermost))];
    for (level, kept) in levels.into_iter().enumerate() {
        type F<'a> = &'a dyn Fn(Dual3<f64>) -> Dual3<f64>;
        let third = |f: F| third_directional_derivative(|y: &Dual3<f64>| f(*y), &2.0, [&1.0; 3]);
        let name = format!("level {level}");
        // (3 + e) y^3, where e is one of the three directions.
        refused_in_debug(&name, || third(&|y| y * y * y * kept), 6.0 * (3.0 + 2.0));
        refused_in_debug(&name, || third_derivative(|y| y * y * y * kept, 2.0), 6.0 * (3.0 + 2.0));
    }
    let third = |f: fn(&mut Dual3<f64>, Dual3<f64>)| {
        let f = |y: &Dual3<f64>| {
            let mut y = *y;
            f(&mut y, kept);
            y
        };
        third_directional_derivative(f, &2.0, [&1.0; 3])
    };
    refused_in_debug("the outermost level of a result", || third(|y, kept| *y = kept), 0.0);
    let middle = || {
        third(|y, kept| {
            y.tangent[0] = kept.primal;
            y.tangent[0].tangent[0] = D::new(1.0, [2.0]);
        })
    };
    refused_in_debug("the middle level of a result", middle, 2.0);
    let innermost = || third(|y, kept| y.tangent[0].tangent[0] = kept.primal.primal);
    refused_in_debug("the innermost level of a result", innermost, 1.0);
}

#[test]
fn every_jacobian_refuses_a_kept_number() {
    let mut kept = D8::from_primal(0.0);
    let keep = |x: &[D8]| {
        kept = x[0];
        x.to_vec()
    };
    done(jacobian(keep, &[3.0]));
    let times = |y: &[D8]| vec![y[0] * kept];
    refused_in_debug("jacobian", || jacobian(times, &[2.0]).as_slice().to_vec(), vec![5.0]);
    refused_in_debug("its result", || jacobian(|_| vec![kept], &[2.0]).as_slice().to_vec(), vec![1.0]);
    refused_in_debug("par_jacobian", || par_jacobian(times, &[2.0]).as_slice().to_vec(), vec![5.0]);
    let call = |f: &dyn Fn(D8) -> D8| {
        let mut out = ([0.0], [0.0]);
        Jacobian::new(|x: &[D8], y: &mut [D8]| y[0] = f(x[0])).call(&[2.0], &mut out.0, &mut out.1);
        out
    };
    refused_in_debug("Jacobian", || call(&|y| y * kept), ([6.0], [5.0]));
    refused_in_debug("its result", || call(&|_| kept), ([3.0], [1.0]));
    let square = |y: &[Var<D8>]| y[0] * y[0] * Var::from_value(kept);
    refused_in_debug("hessian", || hessian(square, &[2.0]).as_slice().to_vec(), vec![10.0]);

    // In the first chunk the last input does not move: it meets nothing before the result.
    let mut factors = [kept, D8::from(1.0)].into_iter();
    let last = |y: &[Var<D8>]| y[8] * Var::from_value(factors.next().expect("two chunks"));
    refused_in_debug("the result of hessian", || hessian(last, &[2.0; 9])[[8, 0]], 1.0);

    // Each chunk of columns is a run of its own.
    let mut first = None;
    let from_first = |x: &[D8]| vec![*first.get_or_insert(x[0]) * x[8]];
    refused_in_debug("the next chunk", || jacobian(from_first, &[2.0; 9]).as_slice().to_vec(), {
        vec![2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 4.0]
    });
    let mut first = None;
    let mut from_first = Jacobian::new(|x: &[D8], y: &mut [D8]| y[0] = *first.get_or_insert(x[0]) * x[8]);
    let mut columns = [0.0; 9];
    refused_in_debug(
        "the next chunk of Jacobian",
        || from_first.call(&[2.0; 9], &mut [0.0], &mut columns),
        (),
    );
    let mut first = None;
    let from_first = |x: &[Var<D8>]| Var::from_value(*first.get_or_insert(x[0].value())) * x[8] * x[8];
    refused_in_debug("the next chunk of hessian", || hessian(from_first, &[2.0; 9])[[8, 8]], 4.0 + 4.0);
}

/// Whatever takes two numbers, on either side.
#[test]
fn every_operation_of_two_numbers_refuses_those_of_two_derivatives() {
    type Of = fn(D, D) -> D;
    let operations: &[(&str, Of)] = &[
        ("+", |x, y| x + y),
        ("-", |x, y| x - y),
        ("*", |x, y| x * y),
        ("* of what is not finite", |x, y| x * f64::INFINITY * y),
        ("/", |x, y| x / y),
        ("%", |x, y| x % y),
        ("+=", |mut x, y| {
            x += y;
            x
        }),
        ("powf", |x, y| x.powf(y)),
        ("atan2", |x, y| x.atan2(y)),
        ("max", |x, y| x.max(y)),
        ("strong_product", |x, y| x.strong_product(y)),
        ("dot_product", |x, y| D::dot_product(&[x, D::from(2.0)], &[y, D::from(1.0)])),
        ("sum", |x, y| [x, y].into_iter().sum()),
        ("norm", |x, y| D::norm(&[D::from(1.0), x, y])),
        ("prod", |x, y| D::prod(&[x, D::from(2.0), y])),
        ("after unary ones", |x, y| (-x).exp() + (2.0 - y) / 3.0),
        ("after those with numbers", |x, y| (1.0 + x) * 2.0 - 1.0 / ((y - 1.0) + 5.0) * 2.0),
        ("after with_primal", |x, y| x.with_primal(7.0) * y.with_primal(5.0)),
    ];
    let kept = kept();
    for (name, of) in operations {
        let sides: [fn(&Of, D, D) -> D; 2] = [|of, x, y| of(x, y), |of, x, y| of(y, x)];
        for f in sides {
            // What the compiled program gives without the assertions: the derivative by both.
            let both = f(of, D::variable(3.0, 0), D::variable(2.0, 0)).tangent[0];
            refused_in_debug(name, || derivative(|y| f(of, kept, y), 2.0).to_bits(), both.to_bits());
            // Stopped, it is a constant in all of them.
            let one = f(of, D::from_primal(3.0), D::variable(2.0, 0)).tangent[0];
            let stopped = derivative(|y| f(of, kept.stop_gradient(), y), 2.0);
            assert_eq!(stopped.to_bits(), one.to_bits(), "{name}");
        }
    }
}

#[test]
fn arrays_refuse_those_of_two_derivatives() {
    type V = DualArray<f64, 1, 1>;
    type Of = fn(&V, &V) -> V;
    fn row(x: &V) -> DualArray<f64, 1, 2> {
        DualArray::from_scalars([1, 2], &x.to_scalars())
    }
    let operations: &[(&str, Of)] = &[
        ("+", |x, y| x.axpby(1.0, y, 1.0)),
        ("hadamard", |x, y| x.hadamard(y)),
        ("scale", |x, y| x.scale(y.get(0))),
        ("scale by the sum", |x, y| x.scale(y.sum())),
        ("dot", |x, y| V::from_scalars([1], &[x.dot(y)])),
        ("from_scalars", |x, y| V::from_scalars([2], &[x.get(0), y.get(0)])),
        ("the weights of affine", |x, y| V::affine(&[(&row(x), y)], &V::from_primal(&Vector::from([0.0])))),
        ("the bias of affine", |x, y| {
            let w = DualArray::from_primal(&Matrix::from_rows(&[[1.0, 2.0]]));
            V::affine(&[(&w, x)], &y.slice(0..1))
        }),
        ("two terms of affine", |x, y| {
            let w = DualArray::from_primal(&Matrix::from_rows(&[[1.0, 2.0]]));
            V::affine(&[(&w, x), (&w, y)], &V::from_primal(&Vector::from([0.0])))
        }),
        ("sub_rows", |x, y| row(x).sub_rows(&y.slice(0..1)).reduce_rows(rules::LogSumExp)),
        ("after map and slice", |x, y| x.map(rules::Sin).slice(0..1).hadamard(&y.slice(0..1))),
        ("after reduce_rows", |x, y| row(x).reduce_rows(rules::LogSumExp).hadamard(&y.slice(0..1))),
    ];
    let (array, at, along) = (kept_array([1.0, 0.0]), Vector::from([2.0, 5.0]), Vector::from([1.0, 0.0]));
    for (name, of) in operations {
        let sides: [fn(&Of, &V, &V) -> V; 2] = [|of, x, y| of(x, y), |of, x, y| of(y, x)];
        for f in sides {
            let seeded = |x: &Vector<f64>| V::with_tangent(x, Matrix::from_rows(&[[1.0], [0.0]]));
            let both = f(of, &seeded(&Vector::from([3.0, 4.0])), &seeded(&at)).tangent(1);
            let run = || jvp(|y: &V| f(of, &array, y), &at, &along).1.as_slice().to_vec();
            refused_in_debug(name, run, both.as_slice().to_vec());
            // The values alone, and an array that does not move, are constants.
            done(jvp(|y: &V| f(of, &Array::stop_gradient(&array), y), &at, &along));
            done(jvp(|y: &V| f(of, &kept_array([0.0; 2]), y), &at, &along));
        }
    }
    let alone = || jvp(|_: &V| array.clone(), &at, &along).1.as_slice().to_vec();
    refused_in_debug("the result alone", alone, vec![1.0, 0.0]);
    let matrix = || jvp(|_: &V| row(&array), &at, &along).1.as_slice().to_vec();
    refused_in_debug("a matrix alone", matrix, vec![1.0, 0.0]);
    refused_in_debug("an entry alone", || derivative(|_| array.to_scalars()[0], 2.0), 1.0);
    let number = kept();
    let made = || jvp(|y: &V| V::from_scalars([1], &[number]).hadamard(&y.slice(0..1)), &at, &along).1.sum();
    refused_in_debug("an array of a kept number", made, 3.0 + 2.0);
}

/// An input of an outer derivative along a direction in which it does not move is a constant inside.
#[test]
fn what_does_not_move_is_a_constant() {
    let outer = |x: &[D; 2]| {
        let [moving, still] = *x;
        assert_eq!(derivative(|y| y * still + still * y * y, 1.0), 5.0 + 10.0);
        assert_eq!(derivative(|y| D::norm(&[still, y, still]), 0.0), 0.0);
        assert_eq!(derivative(|_| still, 1.0), 0.0);
        // Its tag is taken on by none: what it has met belongs to the one that moves, on either side.
        let mut inner = None;
        assert_eq!(derivative(|y| *inner.insert(still * y), 1.0), 5.0);
        refused("what the still one has met", || derivative(|y| y * still * moving, 1.0));
        // Where the outer number's share is 0 by chance, a build without the assertions lets it pass.
        refused_in_debug("by chance", || derivative(|y| y * moving, 0.0), 3.0);
        let inner = inner.expect("the function has run");
        refused_in_debug("kept from inside", || (moving * still * inner).tangent[0], 25.0 + 15.0 * 5.0);
        let array = DualArray::<f64, 1, 1>::from_scalars([2], &[still, still]);
        let v = Vector::from([1.0, 2.0]);
        let doubled = jvp(|y: &DualArray<f64, 1, 1>| y.hadamard(&array).dot(&array), &v, &v);
        assert_eq!(doubled, (75.0, 75.0));
        // The difference of a number and itself moves no more than any constant.
        assert_eq!(derivative(|y| y + (moving - moving), 1.0), 1.0);
        moving * still
    };
    assert_eq!(jvp(outer, &[3.0, 5.0], &[1.0, 0.0]), (15.0, 5.0));
}

/// The tag is no part of what a number shows, nor of the number where assertions are off.
#[test]
fn a_number_shows_its_tangents_and_its_value() {
    let kept = kept();
    assert_eq!(format!("{kept:?}"), "Dual { tangent: [1.0], primal: 3.0 }");
    let shown = format!("{:?}", kept_array([1.0, 0.0]));
    assert!(shown.starts_with("DualArray { primal: ") && !shown.contains("tag"), "{shown}");
    let tag = if cfg!(debug_assertions) { size_of::<usize>() } else { 0 };
    assert_eq!(size_of::<Dual<f64, 8>>(), 72 + tag);
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
