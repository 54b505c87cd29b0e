//! Misuse never gives a number: it is a compile error, or a panic that names the mistake.

use ad_core::{Array, Function, Matrix, Scalar, Vector, VectorFunction, function, rules};
use ad_forward::{Dual, DualArray, derivative, implicit_root, jvp, seeded};
use ad_reverse::{
    Gradient, Hessian, HessianVar, Var, VarArray, checkpoint, checkpoint_online, grad, linearize,
    value_and_grad, vjp,
};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Asserts that `misuse` panics, with a message that contains all of `words`.
#[track_caller]
fn refused<R>(words: &[&str], misuse: impl FnOnce() -> R) {
    let Err(panic) = catch_unwind(AssertUnwindSafe(misuse)) else {
        panic!("misuse gave a number");
    };
    let message = panic.downcast_ref::<String>().cloned();
    let message = message.or_else(|| panic.downcast_ref::<&str>().map(|&s| s.to_owned())).unwrap_or_default();
    for word in words {
        assert!(message.contains(word), "{word:?} is not in {message:?}");
    }
}

const FOREIGN: &[&str] = &["outside the recording it belongs to"];

/// A variable, and one that outlived its recording.
fn leaked() -> Var<f64> {
    let cell = Cell::new(None);
    let _ = grad(
        |x| {
            cell.set(Some(*x * *x));
            *x
        },
        &3.0,
    );
    cell.get().unwrap()
}

fn leaked_array() -> VarArray<f64, 1> {
    let cell = RefCell::new(None);
    let _ = grad(
        |x: &VarArray<f64, 1>| {
            *cell.borrow_mut() = Some(x.map(rules::Exp));
            x.sum()
        },
        &Vector::from([1.0, 2.0]),
    );
    cell.into_inner().unwrap()
}

/// Something to do with variables.
type Use = Box<dyn Fn() -> Var<f64>>;

/// Everything one can do with a variable that records something.
fn uses(x: Var<f64>, y: Var<f64>) -> Vec<(&'static str, Use)> {
    fn one(f: impl Fn() -> Var<f64> + 'static) -> Use {
        Box::new(f)
    }
    vec![
        ("x + y", one(move || x + y)),
        ("y + x", one(move || y + x)),
        ("x - y", one(move || x - y)),
        ("y - x", one(move || y - x)),
        ("x * y", one(move || x * y)),
        ("y * x", one(move || y * x)),
        ("x / y", one(move || x / y)),
        ("x % y", one(move || x % y)),
        ("x + 1", one(move || x + 1.0)),
        ("2 x", one(move || 2.0 * x)),
        ("x / 2", one(move || x / 2.0)),
        ("1 - x", one(move || 1.0 - x)),
        ("-x", one(move || -x)),
        ("sin", one(move || x.sin())),
        ("powi", one(move || x.powi(3))),
        ("powf", one(move || y.powf(x))),
        ("max", one(move || x.max(y))),
        ("powf, base", one(move || x.powf(y))),
        ("atan2, first", one(move || x.atan2(y))),
        ("atan2, second", one(move || y.atan2(x))),
        ("mul_add, first", one(move || x.mul_add(y, y))),
        ("mul_add, second", one(move || y.mul_add(x, y))),
        ("mul_add, third", one(move || y.mul_add(y, x))),
        ("norm", one(move || Var::norm(&[y, x]))),
        ("prod", one(move || Var::prod(&[y, x]))),
        ("softmax", one(move || Var::softmax(&[y, x])[0])),
        ("dot_product, left", one(move || Var::dot_product(&[y, x, y], &[y, y, y]))),
        ("dot_product, right", one(move || Var::dot_product(&[y, y, y], &[y, y, x]))),
        ("preaccumulate, first", one(move || Var::preaccumulate(&product(), [x, y]))),
        ("preaccumulate, second", one(move || Var::preaccumulate(&product(), [y, x]))),
        ("preaccumulate, of three", one(move || Var::preaccumulate(&product(), [y, x, y]))),
        ("implicit_root", one(move || implicit_root(&Roots, &[1.0, 2.0], &[y, x])[1])),
        ("log_sum_exp", one(move || Var::log_sum_exp(&[y, x]))),
        ("returned", one(move || x)),
        ("gathered", one(move || VarArray::<f64, 1>::from_scalars([2], &[y, x]).sum())),
        ("scale", one(move || VarArray::<f64, 1>::from_scalars([1], &[y]).scale(x).sum())),
    ]
}

fn product() -> impl Function {
    function!(|x: &[S]| -> S { x.iter().fold(S::one(), |y, &x| y * x) })
}

/// `x_i^2 = theta_i`
struct Roots;

impl VectorFunction for Roots {
    fn call<S: Scalar>(&self, z: &[S]) -> Vec<S> {
        (0..2).map(|i| z[i] * z[i] - z[2 + i]).collect()
    }
}

/// A run of an operator whose function has captured a variable.
type Run = Box<dyn Fn()>;

/// The operators of `Var<f64>` that take a function, each with a variable that does not belong there, used and returned.
fn operators(x: Var<f64>) -> Vec<(&'static str, Run)> {
    fn run<R>(f: impl Fn() -> R + 'static) -> Run {
        Box::new(move || drop(f()))
    }
    type Pair<'a> = (&'a Var<f64>, &'a Var<f64>);
    fn loops(
        name: [&'static str; 2],
        step: impl Fn(Pair<'_>) -> (Var<f64>, Var<f64>) + Copy + 'static,
    ) -> [(&'static str, Run); 2] {
        let step = move |_: usize, p: &Var<f64>, h: &Var<f64>| step((p, h));
        [
            (name[0], run(move || checkpoint(step, &0.5, &1.0, 3, 2))),
            (name[1], run(move || checkpoint_online(step, |t, _: &Var<f64>| t < 3, &0.5, &1.0, 2))),
        ]
    }
    let mut runs = vec![
        ("grad", run(move || grad(|y: &Var<f64>| *y * x, &1.0))),
        ("grad, returned", run(move || grad(|_: &Var<f64>| x, &1.0))),
        ("vjp", run(move || vjp(|y: &Var<f64>| vec![*y, *y * x], &1.0).0)),
        ("vjp, returned", run(move || vjp(|y: &Var<f64>| vec![*y, x], &1.0).0)),
        ("linearize", run(move || linearize(|y: &Var<f64>| *y * x, &1.0).0)),
        ("linearize, returned", run(move || linearize(|y: &Var<f64>| vec![*y, x], &1.0).0)),
        ("Gradient", run(move || Gradient::new(|y: &[Var<f64>]| y[0] * x).call(&[1.0], &mut [0.0]))),
        ("Gradient, returned", run(move || Gradient::new(|_: &[Var<f64>]| x).call(&[1.0], &mut [0.0]))),
        ("jacobian", run(move || ad_reverse::jacobian(|y| vec![y[0] * x], &[1.0]))),
        ("jacobian, returned", run(move || ad_reverse::jacobian(|y| vec![y[0], x], &[1.0]))),
    ];
    runs.extend(loops(["checkpoint", "checkpoint_online"], move |(p, h)| (*h * x, *p * *h)));
    runs.extend(loops(["checkpoint, in the loss", "checkpoint_online, in the loss"], move |(p, h)| {
        (*h * *p, *h * x)
    }));
    runs.extend(loops(["checkpoint, as the state", "checkpoint_online, as the state"], move |(p, h)| {
        (x, *p * *h)
    }));
    runs.extend(loops(["checkpoint, as the loss", "checkpoint_online, as the loss"], move |(p, h)| {
        (*p * *h, x)
    }));
    runs
}

#[test]
fn operators_refuse_a_captured_variable() {
    for (name, run) in operators(leaked()) {
        println!("{name}, of an earlier recording");
        refused(FOREIGN, run);
    }
    let names: Vec<_> = operators(leaked()).into_iter().map(|(name, _)| name).collect();
    for (i, name) in names.iter().enumerate() {
        let outer = |x: &Var<f64>| {
            println!("{name}, of an outer recording");
            let y = *x * *x;
            refused(FOREIGN, operators(*x).swap_remove(i).1);
            y
        };
        assert_eq!(grad(outer, &3.0), 6.0, "after {name} in an inner recording");
    }
    let _ = grad(
        |x: &Var<f64>| {
            let x = *x;
            let other = std::thread::spawn(move || {
                for (name, run) in operators(x) {
                    println!("{name}, of another thread");
                    refused(FOREIGN, run);
                }
            });
            other.join().unwrap();
            x
        },
        &3.0,
    );
}

/// [`Hessian`] and `hvp` run on variables over dual numbers; so what does not belong there is one of these.
#[test]
fn second_derivatives_refuse_a_captured_variable() {
    fn runs(x: HessianVar<f64>) -> [(&'static str, Run); 4] {
        let call = |f: &dyn Fn(&[HessianVar<f64>]) -> HessianVar<f64>| {
            Hessian::new(f).call(&[1.0], &mut [0.0], &mut [0.0]);
        };
        [
            ("Hessian", Box::new(move || call(&|y| y[0] * x))),
            ("Hessian, returned", Box::new(move || call(&|_| x))),
            ("hessian", Box::new(move || drop(ad_reverse::hessian(|y| y[0] * x, &[1.0])))),
            ("hessian, returned", Box::new(move || drop(ad_reverse::hessian(|_| x, &[1.0])))),
        ]
    }
    let one = || Dual::from_primal(1.0);
    let stale = Cell::new(None);
    let _ = grad(
        |x: &HessianVar<f64>| {
            let x = *x;
            stale.set(Some(x));
            for (name, run) in runs(x) {
                println!("{name}, of an outer recording");
                refused(FOREIGN, run);
            }
            let other = std::thread::spawn(move || {
                for (name, run) in runs(x) {
                    println!("{name}, of another thread");
                    refused(FOREIGN, run);
                }
            });
            other.join().unwrap();
            x
        },
        &one(),
    );
    for (name, run) in runs(stale.get().unwrap()) {
        println!("{name}, of an earlier recording");
        refused(FOREIGN, run);
    }
}

#[test]
fn a_variable_of_an_earlier_recording_is_refused() {
    let old = leaked();
    for (name, f) in uses(old, old) {
        // Without any recording: what would it be a derivative of?
        if !["x + 1", "returned"].contains(&name) {
            refused(FOREIGN, f);
        }
    }
    let names: Vec<_> = uses(old, old).into_iter().map(|(name, _)| name).collect();
    for (i, name) in names.iter().enumerate() {
        let caught = catch_unwind(|| grad(|y| uses(old, *y).swap_remove(i).1(), &1.0));
        assert!(caught.is_err(), "{name} gave a number: {caught:?}");
        refused(FOREIGN, || grad(|y| uses(old, *y).swap_remove(i).1(), &1.0));
    }
}

#[test]
fn a_variable_of_an_outer_recording_is_refused() {
    // d/dx of x d/dy (x + y): over the same scalar, `x` is a stranger to the inner recording.
    let names: Vec<_> = uses(leaked(), leaked()).into_iter().map(|(name, _)| name).collect();
    for (i, name) in names.iter().enumerate() {
        let outer = |x: &Var<f64>| {
            refused(FOREIGN, || grad(|y: &Var<f64>| uses(*x, *y).swap_remove(i).1(), &2.0));
            *x * *x
        };
        assert_eq!(grad(outer, &3.0), 6.0, "after {name} in an inner recording");
    }
    // With `stop_gradient`, or as a value, it can be taken along.
    let g = grad(|x| *x * grad(|y| *y * *y * x.stop_gradient(), &2.0), &3.0);
    assert_eq!(g, 12.0);
}

#[test]
fn a_variable_of_an_inner_recording_is_refused_after_it() {
    refused(FOREIGN, || {
        grad(
            |x: &Var<f64>| {
                let inner = Cell::new(*x);
                let _ = grad(
                    |y: &Var<f64>| {
                        inner.set(*y);
                        *y
                    },
                    &1.0,
                );
                inner.get() * *x
            },
            &3.0,
        )
    });
}

#[test]
fn a_variable_of_another_thread_is_refused() {
    let _ = grad(
        |x: &Var<f64>| {
            let x = *x;
            let other = std::thread::spawn(move || {
                refused(FOREIGN, || x * x);
                refused(FOREIGN, || grad(|y| *y * x, &1.0));
                let names: Vec<_> = uses(x, x).into_iter().map(|(name, _)| name).collect();
                for (i, name) in names.iter().enumerate() {
                    println!("{name}");
                    refused(FOREIGN, || grad(|y| uses(x, *y).swap_remove(i).1(), &1.0));
                }
                // Also if that thread is the first to record as much as this one.
                refused(FOREIGN, || {
                    grad(|y: &[Var<f64>]| (0..100).map(|_| y[0] * y[0]).sum::<Var<f64>>() * x, &[1.0][..])
                });
            });
            other.join().unwrap();
            x * x
        },
        &3.0,
    );
}

#[test]
fn levels_are_types() {
    // A `Var<f64>` can not be mixed with a `Var<Var<f64>>` but by lifting it, and then it is a variable of
    // its own level: d/dx (x d/dy (x + y)) = 1.
    let d = grad(|x: &Var<f64>| *x * grad(|y: &Var<Var<f64>>| Var::from_value(*x) + *y, x), &1.0);
    assert_eq!(d, 1.0);
    let d = derivative(|x: Dual<f64, 1>| x * derivative(|y| Dual::from_primal(x) + y, x), 1.0);
    assert_eq!(d, 1.0);
    let d = derivative(|x: Dual<f64, 1>| x * grad(|y: &Var<_>| Var::from_value(x) + *y, &x), 1.0);
    assert_eq!(d, 1.0);
    let d = grad(|x: &Var<f64>| *x * derivative(|y| Dual::from_primal(*x) + y, *x), &1.0);
    assert_eq!(d, 1.0);
    // d/dx (x d/dy (x y)) = 2 x, which needs the perturbation of `x` to come through the inner level.
    let d = derivative(|x: Dual<f64, 1>| x * derivative(|y| Dual::from_primal(x) * y, x), 3.0);
    assert_eq!(d, 6.0);
    let d = grad(|x: &Var<f64>| *x * grad(|y: &Var<Var<f64>>| Var::from_value(*x) * *y, x), &3.0);
    assert_eq!(d, 6.0);
    // Two of the same depth, but of different kinds, do not know each other's recordings.
    let stale = Cell::new(None);
    let _ = grad(
        |x: &Var<Dual<f64, 1>>| {
            stale.set(Some(*x));
            *x
        },
        &Dual::variable(1.0, 0),
    );
    refused(FOREIGN, || grad(|y: &Var<Dual<f64, 1>>| *y * stale.get().unwrap(), &Dual::variable(1.0, 0)));
}

#[test]
fn an_array_of_another_recording_is_refused() {
    let old = leaked_array();
    let x = Vector::from([0.5, -1.0]);
    type Use = fn(&VarArray<f64, 1>, &VarArray<f64, 1>) -> Var<f64>;
    let uses: &[(&str, Use)] = &[
        ("map", |a, _| a.map(rules::Tanh).sum()),
        ("axpby", |a, b| b.axpby(1.0, a, 2.0).sum()),
        ("axpby_map", |a, b| a.axpby_map(1.0, b, rules::Tanh, 2.0).sum()),
        ("axpby_map, inner", |a, b| b.axpby_map(1.0, a, rules::Tanh, 2.0).sum()),
        ("squared_distance", |a, b| b.squared_distance(a)),
        ("hadamard", |a, b| a.hadamard(b).sum()),
        ("dot", |a, b| b.dot(a)),
        ("sum", |a, _| a.sum()),
        ("get", |a, _| a.get(0)),
        ("scale", |a, b| a.scale(b.get(0)).sum()),
        ("slice", |a, _| a.slice(0..1).sum()),
        ("softmax", |a, _| a.softmax().sum()),
        ("log_sum_exp", |a, _| a.log_sum_exp().sum()),
        ("sub_rows", |a, b| b.sub_rows(&a.slice(0..1)).sum()),
        ("affine, input", |a, b| {
            VarArray::affine(&[(&VarArray::from_scalars([1, 2], &b.to_scalars()), a)], &b.slice(0..1)).sum()
        }),
        ("affine, bias", |a, b| {
            VarArray::affine(&[(&VarArray::from_scalars([2, 2], &[b.get(0); 4]), b)], a).sum()
        }),
        ("affine, weights", |a, b| {
            VarArray::affine(&[(&VarArray::from_scalars([2, 1], &a.to_scalars()), &b.slice(0..1))], b).sum()
        }),
        ("to_scalars", |a, b| a.to_scalars()[1] * b.get(0)),
    ];
    for (name, f) in uses {
        let earlier = catch_unwind(AssertUnwindSafe(|| grad(|y: &VarArray<f64, 1>| f(&old, y), &x)));
        assert!(earlier.is_err(), "{name} of an array of an earlier recording gave {earlier:?}");
        refused(FOREIGN, || grad(|y: &VarArray<f64, 1>| f(&old, y), &x));
        refused(FOREIGN, || f(&old, &old));
        let outer = |a: &VarArray<f64, 1>| {
            refused(FOREIGN, || grad(|y: &VarArray<f64, 1>| f(a, y), &x));
            a.dot(a)
        };
        assert_eq!(grad(outer, &x).as_slice(), [1.0, -2.0], "after {name} in an inner recording");
        let moved = old.clone();
        std::thread::scope(|scope| {
            let x = &x;
            scope.spawn(move || refused(FOREIGN, || grad(|y: &VarArray<f64, 1>| f(&moved, y), x)));
        });
    }
    refused(FOREIGN, || vjp(|_: &VarArray<f64, 1>| vec![old.get(0)], &x));
}

#[test]
fn a_tape_serves_again_after_a_panic_in_user_code() {
    let clean = grad(|x: &[Var<f64>]| (x[0] * x[1]).sin() * x[1], &[0.5, 2.0][..]);
    for stop in 0..3 {
        refused(&["user"], || {
            grad(
                |x: &[Var<f64>]| {
                    let mut y = x[0];
                    for step in 0..3 {
                        assert!(step != stop, "user");
                        y *= x[1];
                    }
                    y
                },
                &[0.5, 2.0][..],
            )
        });
        assert_eq!(grad(|x: &[Var<f64>]| (x[0] * x[1]).sin() * x[1], &[0.5, 2.0][..]), clean);
        // The outer recording goes on after a panic in an inner one.
        let outer = |x: &Var<f64>| {
            let y = *x * *x;
            refused(&["user"], || {
                grad(
                    |z: &Var<f64>| {
                        let _ = z.exp();
                        panic!("user {}", z)
                    },
                    &1.0,
                )
            });
            y * *x
        };
        assert_eq!(grad(outer, &2.0), 12.0);
    }
}

#[test]
fn a_variable_from_a_recording_that_panicked_is_refused() {
    let kept = Cell::new(None);
    refused(&["user"], || {
        grad(
            |x: &Var<f64>| {
                kept.set(Some(*x));
                panic!("user")
            },
            &1.0,
        )
    });
    refused(FOREIGN, || grad(|x: &Var<f64>| *x * kept.get().unwrap(), &1.0));
}

#[test]
fn a_pullback_refuses_cotangents_of_another_length() {
    let (_, mut pullback) = vjp(|x: &[Var<f64>]| vec![x[0] * x[1], x[0]], &[2.0, 3.0][..]);
    for wrong in [0, 1, 3] {
        refused(&["2 numbers", &wrong.to_string()], || pullback.call(&vec![1.0; wrong]));
    }
    refused(&["cotangents"], || pullback.rows(2, &[1.0; 3]));
    assert_eq!(pullback.call(&[1.0, 1.0]), [4.0, 2.0], "and is of use afterwards");
    for wrong in [0, 1, 3] {
        let dx = vec![1.0; wrong];
        refused(&["2 numbers", &format!("{wrong} tangents")], || {
            jvp(|x: &[Dual<f64, 1>]| x[0], &[1.0, 2.0][..], &dx)
        });
    }
}

#[test]
fn seedings_of_different_widths_do_not_mix() {
    let x = Vector::from([1.0, 2.0]);
    let (a, b) = (DualArray::<f64, 2, 1>::seeded(&x, 0, 2), DualArray::<f64, 2, 1>::seeded(&x, 0, 3));
    refused(&["2 and 3 directions"], || a.plus(&b));
    refused(&["3 directions, not 2"], || b.tangent(2));
    refused(&["directions"], || b.sum());
    refused(&["do not fit"], || DualArray::<f64, 2, 1>::seeded(&x, 1, 2));
}

#[test]
fn captured_and_mutated_variables() {
    // A variable that a closure mutates, and one that it captures by value before that.
    let g = grad(
        |x: &Var<f64>| {
            let mut y = *x;
            let before = y;
            let mut double = || y += y;
            double();
            double();
            y * before
        },
        &3.0,
    );
    assert_eq!(g, 24.0); // 4 x^2
    // A list that is written to in place.
    let f = |x: &[Var<f64>]| {
        let mut x = x.to_vec();
        x[0] = x[1] * x[0];
        x[1] = x[0] * x[1];
        x.swap(0, 1);
        x[0]
    };
    assert_eq!(grad(f, &[2.0, 3.0][..]), [9.0, 12.0]); // x0 x1^2
    let d = derivative(
        |x| {
            let mut y = x;
            for _ in 0..3 {
                y *= x;
            }
            y
        },
        2.0,
    );
    assert_eq!(d, 32.0);
}

#[test]
fn the_same_function_differentiated_twice() {
    fn f<S: Scalar>(x: S) -> S {
        x.sin() * x
    }
    let once = |x: f64| grad(|x| f(*x), &x);
    assert_eq!(once(0.5), once(0.5));
    assert_eq!(once(0.5), derivative(f, 0.5));
    // Both within one outer derivative, as siblings.
    let twice = derivative(|x| derivative(f, x) * derivative(f, x), 0.5);
    let (first, second) = (once(0.5), derivative(|x| derivative(f, x), 0.5));
    assert!((twice - 2.0 * first * second).abs() < 1e-15);
    let twice = grad(|x| grad(|x| f(*x), x) * grad(|x| f(*x), x), &0.5);
    assert!((twice - 2.0 * first * second).abs() < 1e-15);
    // And as arguments of one another.
    assert_eq!(grad(|x| *x * Var::from_value(grad(|y| f(*y), &0.5)), &1.0), first);
}

#[test]
fn a_power_differentiated_more_often_than_it_has_factors_is_zero_at_zero() {
    fn power<S: Scalar>(x: S, n: i32, by: u8) -> S {
        match by {
            0 => (0..n).fold(S::one(), |y, _| y * x),
            1 => x.powi(n),
            _ => x.powf(S::lit(f64::from(n))),
        }
    }
    for by in 0..3 {
        let forward = |n| derivative(|x| derivative(|x| power(x, n, by), x), 0.0);
        let reverse = |n| grad(|x| grad(|x| power(*x, n, by), x), &0.0);
        let third = |n| derivative(|x| grad(|x: &Var<_>| derivative(|x| power(x, n, by), *x), &x), 0.0);
        for (n, second, next) in [(0, 0.0, 0.0), (1, 0.0, 0.0), (2, 2.0, 0.0), (3, 0.0, 6.0)] {
            assert_eq!(forward(n), second, "x^{n}, way {by}");
            assert_eq!(reverse(n), second, "x^{n}, way {by}");
            assert_eq!(third(n), next, "x^{n}, way {by}");
        }
    }
}

#[test]
fn an_exponent_whose_tangent_is_zero_is_no_constant() {
    // 2^(x^2) at 0: the first derivative is 0, the second 2 ln 2.
    fn f<S: Scalar>(x: S) -> S {
        S::lit(2.0).powf(x * x)
    }
    let expected = 2.0 * std::f64::consts::LN_2;
    for second in [
        derivative(|x| derivative(f, x), 0.0),
        derivative(|x| grad(|x| f(*x), &x), 0.0),
        grad(|x| derivative(f, *x), &0.0),
        grad(|x| grad(|x| f(*x), x), &0.0),
    ] {
        assert!((second - expected).abs() < 1e-15, "{second}");
    }
}

#[test]
fn an_unselected_branch_with_an_infinite_partial_does_not_count() {
    fn f<S: Scalar>(x: &[S]) -> S {
        x[0].sqrt().max(x[1] + S::one()) + x[0].ln() * S::zero().stop_gradient().powi(0) * S::zero()
    }
    // Only the maximum: sqrt'(0) is infinite and not selected.
    fn selected<S: Scalar>(x: &[S]) -> S {
        x[0].sqrt().max(x[1] + S::one())
    }
    let at = [0.0, 1.0];
    assert_eq!(grad(selected, &at[..]), [0.0, 1.0]);
    assert_eq!(jvp(|x: &[Dual<f64, 1>]| selected(x), &at[..], &[0.0, 1.0][..]).1, 1.0);
    // What is multiplied by zero is not unselected: 0 * inf is NaN, in the value already.
    assert!(f(&at).is_nan());
}

#[test]
fn a_product_with_a_zero() {
    fn product<S: Scalar>(x: &[S]) -> S {
        x.iter().fold(S::one(), |y, &x| y * x)
    }
    assert_eq!(grad(product, &[2.0, 0.0, 3.0][..]), [0.0, 6.0, 0.0]);
    assert_eq!(ad_forward::jacobian(|x| vec![product(x)], &[2.0, 0.0, 3.0]).as_slice(), [0.0, 6.0, 0.0]);
}

#[test]
fn equality_ignores_tangents() {
    assert_eq!(Dual::new(1.0, [2.0]), Dual::new(1.0, [3.0]));
    assert!(Dual::new(1.0, [9.0]) < Dual::new(2.0, [0.0]));
    // So every mode takes the branch of the plain run; also where two variables meet by value.
    fn f<S: Scalar>(x: S, y: S) -> S {
        if x == y { x * x } else { y }
    }
    assert_eq!(derivative(|x| f(x, Dual::from_primal(3.0)), 3.0), 6.0);
    assert_eq!(grad(|x: &[Var<f64>]| f(x[0], x[1]), &[3.0, 3.0][..]), [6.0, 0.0]);
}

#[test]
fn assignment_with_itself_on_both_sides() {
    fn f<S: Scalar>(x: S) -> S {
        let mut y = x;
        y *= y; // x^2
        y += y; // 2 x^2
        y *= y; // 4 x^4
        y -= x;
        y /= x; // 4 x^3 - 1
        y
    }
    assert_eq!(derivative(f, 2.0), 48.0);
    assert_eq!(grad(|x| f(*x), &2.0), 48.0);
    let mut y = Var::from_value(3.0);
    y /= y;
    y -= y;
    assert_eq!(y.value(), 0.0);
    assert_eq!(
        grad(
            |x| {
                let mut y = *x;
                y /= y;
                y
            },
            &2.0
        ),
        0.0
    );
    assert_eq!(
        grad(
            |x| {
                let mut y = *x;
                y -= y;
                y
            },
            &2.0
        ),
        0.0
    );
}

#[test]
fn outputs_of_every_kind() {
    // A constant, an input, the same one twice, an input moved by a constant, an ordinary result.
    let f = |x: &[Var<f64>]| {
        let y = x[0] * x[1];
        vec![Var::from_value(7.0), x[1], y, y, x[0], x[0] + 1.0, x[0]]
    };
    let expected = [0.0, 0.0, 0.0, 1.0, 3.0, 2.0, 3.0, 2.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0];
    assert_eq!(ad_reverse::jacobian(f, &[2.0, 3.0]).as_slice(), expected);
    let (y, mut pullback) = vjp(f, &[2.0, 3.0][..]);
    assert_eq!(y, [7.0, 3.0, 6.0, 6.0, 2.0, 3.0, 2.0]);
    assert_eq!(pullback.call(&[1.0, 10.0, 100.0, 1000.0, 1e4, 1e5, 1e6]), [3300.0 + 1_110_000.0, 2210.0]);
    assert_eq!(pullback.call(&[0.0; 7]), [0.0, 0.0], "nothing is left over from the last sweep");
    // The same by the other operators.
    fn kinds<S: Scalar>(x: &[S]) -> Vec<S> {
        let y = x[0] * x[1];
        vec![S::lit(7.0), x[1], y, y, x[0], x[0] + S::one(), x[0]]
    }
    assert_eq!(ad_forward::jacobian(kinds, &[2.0, 3.0]).as_slice(), expected);
    let (y, mut linear) = linearize(|x: &[Var<f64>]| kinds(x), &[2.0, 3.0][..]);
    assert_eq!(y, [7.0, 3.0, 6.0, 6.0, 2.0, 3.0, 2.0]);
    for _ in 0..2 {
        assert_eq!(linear.jvp(&[1.0, 10.0][..]), [0.0, 10.0, 23.0, 23.0, 1.0, 1.0, 1.0]);
        assert_eq!(linear.vjp(&[1.0, 10.0, 100.0, 1000.0, 1e4, 1e5, 1e6]), [1_113_300.0, 2210.0]);
    }
    for k in [0, 1, 4, 5] {
        // Constants and inputs have no second derivative.
        assert_eq!(ad_reverse::hessian(|x| kinds(x)[k], &[2.0, 3.0]).as_slice(), [0.0; 4], "output {k}");
        let (mut g, mut h) = ([9.0; 2], [9.0; 4]);
        let value = Hessian::new(|x: &[HessianVar<f64>]| kinds(x)[k]).call(&[2.0, 3.0], &mut g, &mut h);
        assert_eq!((value, &g[..], h), (y[k], &expected[2 * k..2 * k + 2], [0.0; 4]), "output {k}");
    }
    assert_eq!(ad_reverse::hessian(|x| kinds(x)[2], &[2.0, 3.0]).as_slice(), [0.0, 1.0, 1.0, 0.0]);
    // No output and no input.
    assert_eq!(ad_reverse::jacobian(|_: &[Var<f64>]| vec![], &[2.0]).shape(), [0, 1]);
    assert_eq!(ad_reverse::jacobian(|_: &[Var<f64>]| vec![Var::from_value(1.0)], &[]).shape(), [1, 0]);
    assert_eq!(value_and_grad(|_: &[Var<f64>]| Var::from_value(4.0), &[2.0][..]), (4.0, vec![0.0]));
    // Arrays.
    let g = |x: &VarArray<f64, 1>| {
        (x.clone(), x.map(rules::Exp), x.clone(), VarArray::constant(&Vector::from([1.0])))
    };
    let x = Vector::from([0.0, 1.0]);
    let (y, mut pullback) = vjp(g, &x);
    assert_eq!(y.3.as_slice(), [1.0]);
    let ones = || Vector::from([1.0, 1.0]);
    let back = pullback.call(&(ones(), ones(), ones(), Vector::from([9.0])));
    assert_eq!(back.as_slice(), [3.0, 2.0 + y.1.as_slice()[1]]); // exp is its own derivative, in the kernel too
}

#[test]
fn an_input_used_as_array_and_as_scalar() {
    // y = x . x + x_0 + (x_0, x_1 gathered again) . (1, 2) + scale
    let f = |x: &VarArray<f64, 1>| {
        let again = VarArray::from_scalars([2], &[x.get(1), x.get(0)]);
        x.dot(x) + x.get(0) + again.dot(x) + x.scale(x.get(1)).sum()
    };
    // x0^2 + x1^2 + x0 + 2 x0 x1 + x1 x0 + x1^2
    let g = grad(f, &Vector::from([2.0, 3.0]));
    assert_eq!(g.as_slice(), [4.0 + 1.0 + 9.0, 6.0 + 6.0 + 6.0]);
    let f = |x: &[Var<f64>]| {
        let array = VarArray::<f64, 1>::from_scalars([3], &[x[0], x[1], x[0]]);
        array.dot(&array) * x[0]
    };
    // x0 (2 x0^2 + x1^2)
    assert_eq!(grad(f, &[2.0, 3.0][..]), [6.0 * 4.0 + 9.0, 2.0 * 2.0 * 3.0]);
}

#[test]
fn a_shape_of_more_entries_than_can_be_counted_is_refused() {
    let side = 1 << (usize::BITS / 2 + 1); // its square is 0 where it wraps around
    let shape = [side; 2];
    let words = &[&*format!("{shape:?}")];
    refused(words, || Matrix::<f64>::new(shape, []));
    refused(words, || Matrix::filled(shape, 1.0));
    refused(words, || Matrix::build(shape, 1.0, |_| ()));
    refused(words, || Matrix::overwritten(shape, 1.0, |_| ()));
    refused(words, || Vector::<f64>::from([]).reshape(shape));
    refused(words, || VarArray::<f64, 2>::from_scalars(shape, &[]));
    assert_eq!(Matrix::<f64>::try_new(shape, vec![]).unwrap_err().found, 0);
    assert_eq!(Matrix::<f64>::new([0, side], []).shape(), [0, side], "no numbers fill no rows");
}

#[test]
#[allow(clippy::reversed_empty_ranges, reason = "it is one of the mistakes")]
fn a_slice_out_of_bounds_is_refused() {
    for range in [0..4, 3..4, 4..4, 5..10, 2..1, 4..3] {
        let words = &[&*format!("slice: {range:?}"), "[3, 0]"];
        let empty = Matrix::<f64>::filled([3, 0], 1.0);
        refused(words, || empty.slice(range.clone()));
        refused(words, || grad(|x: &VarArray<f64, 2>| x.slice(range.clone()).sum(), &empty));
        let words = &[words[0], "[3, 2]"];
        refused(words, || Matrix::filled([3, 2], 1.0).slice(range.clone()));
        let moving: DualArray<f64, 1, 2> = seeded(&Matrix::filled([3, 2], 1.0), 0, 6);
        refused(words, || moving.slice(range.clone()));
        let words = &[words[0], "[3]"];
        refused(words, || Vector::from([1.0; 3]).slice(range.clone()));
    }
    assert_eq!(Matrix::<f64>::filled([3, 0], 1.0).slice(1..3).shape(), [2, 0]);
    assert_eq!(Vector::from([1.0; 3]).slice(3..3).shape(), [0]);
}
