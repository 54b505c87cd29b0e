//! Variables of other recordings, levels and threads, and recordings that a panic has ended.

use super::*;

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
        ("map2", |a, b| a.map2(b, rules::Hypot).sum()),
        ("map2, second", |a, b| b.map2(a, rules::Hypot).sum()),
        ("quotient", |a, b| b.quotient(a).sum()),
        ("concat", |a, b| VarArray::concat(&[b, a]).sum()),
        ("reshape", |a, _| a.reshape([2, 1]).sum()),
        ("slice", |a, _| a.slice(0..1).sum()),
        ("transpose", |a, b| {
            let _ = a.transpose();
            b.sum()
        }),
        ("matmul", |a, b| a.matmul(&VarArray::from_scalars([2, 1], &b.to_scalars())).sum()),
        ("scale_rows", |a, b| a.scale_rows(&b.slice(0..1)).sum()),
        ("scale_rows, factors", |a, b| {
            let _ = VarArray::<f64, 2>::from_values(Matrix::filled([2, 3], 1.0)).scale_rows(a);
            b.sum()
        }),
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

/// Each operation looks at its operands itself: what it gives is not used.
#[test]
fn a_matrix_of_another_recording_is_refused() {
    type Use = fn(&VarArray<f64, 2>, &VarArray<f64, 2>) -> VarArray<f64, 2>;
    let uses: &[(&str, Use)] = &[
        ("transpose", |a, _| a.transpose()),
        ("matmul", |a, b| a.matmul(b)),
        ("matmul, the second", |a, b| b.matmul(a)),
        ("scale_rows", |a, b| a.scale_rows(&b.log_sum_exp())),
    ];
    let x = Matrix::from_rows(&[[0.5, -1.0], [2.0, 0.25]]);
    let old = RefCell::new(None);
    let keep = |a: &VarArray<f64, 2>| {
        *old.borrow_mut() = Some(a.clone());
        a.sum()
    };
    assert_eq!(grad(keep, &x).as_slice(), [1.0; 4]);
    let old = old.into_inner().unwrap();
    for (name, f) in uses {
        println!("{name}");
        refused(FOREIGN, || f(&old, &old));
        let outer = |a: &VarArray<f64, 2>| {
            for other in [&old, a] {
                let inner = |b: &VarArray<f64, 2>| {
                    let _ = f(other, b);
                    b.sum()
                };
                refused(FOREIGN, || grad(inner, &x));
            }
            f(a, a).sum()
        };
        let alone = grad(|a: &VarArray<f64, 2>| f(a, a).sum(), &x);
        assert_eq!(grad(outer, &x), alone, "after {name} in an inner recording");
    }
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
