//! Numbers that were kept from a derivative that has ended, in a later one over the same type.

use super::uses::{OF_MANY, OF_ONE};
use super::{D, D8, done, refused};
use ad_core::{Array, Matrix, Scalar, Vector, rules};
use ad_forward::{
    Dual, Dual3, DualArray, Jacobian, Taylor, derivative, derivatives, jacobian, jet, jvp, third_derivative,
    third_directional_derivative,
};
use ad_reverse::{Hvp, Var, hessian, hvp};
use std::cell::Cell;

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

/// Wherever it was kept, and however it gets into a later derivative, which is then the sum of two.
#[test]
fn a_number_kept_from_a_derivative_that_has_ended_is_refused() {
    let cell = Cell::new(D::from_primal(0.0));
    let keep = |x| {
        cell.set(x);
        x
    };
    assert_eq!(derivative(keep, 3.0), 1.0);
    refused("a cell", || derivative(|y: D| y * cell.get(), 2.0));

    let mut all = Vec::new();
    let mut sum_of_all = |x| {
        all.push(x);
        all.iter().copied().sum::<D>()
    };
    assert_eq!(derivative(&mut sum_of_all, 3.0), 1.0);
    refused("a vector", || derivative(sum_of_all, 2.0));

    let mut last = D::from_primal(1.0);
    let mut times_last = |x| std::mem::replace(&mut last, x) * x;
    assert_eq!(derivative(&mut times_last, 3.0), 1.0);
    refused("a captured variable", || derivative(times_last, 2.0));

    let kept = kept();
    refused("the result alone", || derivative(|_| kept, 2.0));
    refused("one of two results", || jvp(|y: &D| (*y, kept), &2.0, &1.0).1);
    refused("a result of the operations of one", || derivative(|_| (-kept * 2.0).sin().exp(), 2.0));
    // Taken to another thread, where no run is seen that was begun here.
    let threads = |x: D| std::thread::scope(|s| s.spawn(|| derivative(|y| x * y, 2.0)).join());
    let _ = derivative(
        |x| {
            assert!(threads(x).is_err(), "a number taken to another thread");
            x
        },
        3.0,
    );
    // The value of what was kept is what was meant, and may be taken.
    assert_eq!(derivative(|y: D| y * kept.stop_gradient(), 2.0), 3.0);
    assert_eq!(derivative(|y: D| y * kept.primal, 2.0), 3.0);
    assert_eq!(derivative(|y: D| if kept < y { y } else { y * y }, 2.0), 4.0, "a comparison is of values");
    // Also of what is computed from both: it has no part in the result.
    assert_eq!(derivative(|y| if (kept - y).primal().abs() < 9.0 { y * y } else { y }, 2.0), 4.0);
}

/// Made by hand: those meet one another, along all of which the derivative then is, but have no part in an operator's.
#[test]
fn variables_made_by_hand_are_refused_in_a_derivative() {
    let (x, y) = (D::variable(2.0, 0), D::variable(3.0, 0));
    assert_eq!((x * y).tangent(), [5.0]);
    refused("a variable", || derivative(|z| z * x, 3.0));
    refused("a variable alone", || derivative(|_| x, 3.0));
    let series = Taylor::<f64, 3>::variable(2.0);
    assert_eq!((series * series).coefficients(), [4.0, 4.0, 1.0]);
    refused("a series", || derivatives(|z| z * series, 3.0));
    let v = Vector::from([1.0, 2.0]);
    let array = DualArray::<f64, 1, 1>::seeded(&v.slice(0..1), 0, 1);
    assert_eq!(array.hadamard(&array).tangent(1).as_slice(), [2.0]);
    refused("an array", || jvp(|z: &DualArray<f64, 1, 1>| z.slice(0..1).hadamard(&array), &v, &v));
    // Another derivative inside of one, by hand, is no mistake as long as only its numbers get out.
    let slope = |at: f64| D::variable(at, 0).sin().tangent()[0];
    assert_eq!(derivative(|y: D| y * slope(1.0), 3.0), 1.0_f64.cos());
}

/// A value and tangents may be put together, inside of an operator too: that is how a rule of one's own is written.
#[test]
fn numbers_made_of_their_parts_are_taken_as_they_are() {
    let twice = |x: D| D::new(2.0 * x.primal, x.tangent().map(|t| 2.0 * t));
    assert_eq!(derivative(|y| y * twice(y), 3.0), 12.0);
    let kept = kept();
    assert_eq!(derivative(|y| y * D::new(kept.primal, kept.tangent()), 2.0), 3.0 + 2.0);
}

#[test]
fn every_operator_refuses_a_kept_number() {
    let kept = kept();
    for (name, f) in OF_ONE {
        for at in [0.0, 2.0] {
            refused(&format!("{name} at {at}"), || f(kept, at));
        }
    }
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
    refused("of hvp", || derivative(|y| y * kept.get(), 2.0));
    Hvp::new(|y: &[Var<D>]| keep(y[0])).call(&[4.0], &[1.0], &mut [0.0], &mut [0.0]);
    refused("of Hvp", || derivative(|y| y * kept.get(), 2.0));
}

#[test]
fn a_series_kept_from_a_run_that_has_ended_is_refused() {
    type T = Taylor<f64, 3>;
    let mut keep = None;
    let first = |x: T| *keep.insert(x);
    assert_eq!(derivatives(first, 3.0), [3.0, 1.0, 0.0]);
    let kept = keep.expect("the function has run"); // 3 + t
    type Use = fn(T, T) -> T;
    let uses: [(&str, Use); 7] = [
        ("sum", |x, y| x + y),
        ("difference", |x, y| x - y),
        ("product", |x, y| x * y),
        ("quotient", |x, y| y / x),
        ("hypot", |x, y| (x + 1.0).hypot(y + 1.0)),
        ("sum of all", |x, y| [x, y].into_iter().sum()),
        ("the result alone", |x, _| x),
    ];
    for (name, f) in uses {
        refused(name, || derivatives(|y| f(kept, y), 2.0));
    }
    let curve = [&[2.0], &[1.0], &[0.0]];
    refused("jet", || jet(|y: &[T; 1]| y[0] * kept, curve));
    refused("one of two results", || jet(|y: &[T; 1]| [y[0], kept], curve)[1]);
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
        refused(&name, || third(&|y| y * y * y * kept));
        refused(&name, || third_derivative(|y| y * y * y * kept, 2.0));
        refused(&name, || third(&|y| y * y * y * f64::INFINITY * kept));
    }
    let third = |f: fn(&mut Dual3<f64>, Dual3<f64>)| {
        let f = |y: &Dual3<f64>| {
            let mut y = *y;
            f(&mut y, kept);
            y
        };
        third_directional_derivative(f, &2.0, [&1.0; 3])
    };
    refused("the outermost level of a result", || third(|y, kept| *y = kept));
    // Tangents that are given do not hide whose the numbers in them are.
    let middle = || third(|y, kept| *y = Dual::new(y.primal, [kept.primal]));
    refused("the middle level of a result", middle);
    let innermost = |y: &mut Dual3<f64>, kept: Dual3<f64>| {
        *y = Dual::new(y.primal, [Dual::new(y.primal.primal, [kept.primal.primal])]);
    };
    refused("the innermost level of a result", || third(innermost));
}

#[test]
fn every_jacobian_refuses_a_kept_number() {
    let mut kept = D8::from_primal(0.0);
    let keep = |x: &[D8]| {
        kept = x[0];
        x.to_vec()
    };
    done(jacobian(keep, &[3.0]));
    for (name, f) in OF_MANY {
        for at in [0.0, 2.0] {
            refused(&format!("{name} at {at}"), || f(kept, at));
        }
    }

    // In the first chunk the last input does not move: it meets nothing before the result.
    let mut factors = [kept, D8::from(1.0)].into_iter();
    let last = |y: &[Var<D8>]| y[8] * Var::from_value(factors.next().expect("two chunks"));
    refused("the result of hessian", || hessian(last, &[2.0; 9])[[8, 0]]);

    // Each chunk of columns is a run of its own.
    let mut first = None;
    let from_first = |x: &[D8]| vec![*first.get_or_insert(x[0]) * x[8]];
    refused("the next chunk", || jacobian(from_first, &[2.0; 9]).as_slice().to_vec());
    let mut first = None;
    let mut from_first = Jacobian::new(|x: &[D8], y: &mut [D8]| y[0] = *first.get_or_insert(x[0]) * x[8]);
    let mut columns = [0.0; 9];
    refused("the next chunk of Jacobian", || from_first.call(&[2.0; 9], &mut [0.0], &mut columns));
    let mut first = None;
    let from_first = |x: &[Var<D8>]| Var::from_value(*first.get_or_insert(x[0].value())) * x[8] * x[8];
    refused("the next chunk of hessian", || hessian(from_first, &[2.0; 9])[[8, 8]]);
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
        ("/ of what is tiny", |x, y| (x * 1e-310) / (y * 1e-310)),
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
        ("after those with constants", |x, y| x.powf(D::from(3.0)) * y.atan2(D::from(2.0))),
        ("after unary ones", |x, y| (-x).exp() + (2.0 - y) / 3.0),
        ("after those with numbers", |x, y| (1.0 + x) * 2.0 - 1.0 / ((y - 1.0) + 5.0) * 2.0),
        ("after with_primal", |x, y| x.with_primal(7.0) * y.with_primal(5.0)),
    ];
    let kept = kept();
    for (name, of) in operations {
        let sides: [fn(&Of, D, D) -> D; 2] = [|of, x, y| of(x, y), |of, x, y| of(y, x)];
        for f in sides {
            refused(name, || derivative(|y| f(of, kept, y), 2.0));
            // Stopped, it is a constant in all of them.
            let one = f(of, D::from_primal(3.0), D::variable(2.0, 0)).tangent()[0];
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
        ("map2", |x, y| x.map2(y, rules::Hypot)),
        ("concat", |x, y| V::concat(&[x, y])),
        ("after reshape", |x, y| x.reshape([2, 1]).reshape([2]).hadamard(y)),
        ("scale", |x, y| x.scale(y.get(0))),
        ("scale by the sum", |x, y| x.scale(y.sum())),
        ("dot", |x, y| V::from_scalars([1], &[x.dot(y)])),
        ("from_scalars", |x, y| V::from_scalars([2], &[x.get(0), y.get(0)])),
        ("the weights of affine", |x, y| V::affine(&[(&row(x), y)], &V::from_primal(Vector::from([0.0])))),
        ("the bias of affine", |x, y| {
            let w = DualArray::from_primal(Matrix::from_rows(&[[1.0, 2.0]]));
            V::affine(&[(&w, x)], &y.slice(0..1))
        }),
        ("two terms of affine", |x, y| {
            let w = DualArray::from_primal(Matrix::from_rows(&[[1.0, 2.0]]));
            V::affine(&[(&w, x), (&w, y)], &V::from_primal(Vector::from([0.0])))
        }),
        ("sub_rows", |x, y| row(x).sub_rows(&y.slice(0..1)).reduce_rows(rules::LogSumExp)),
        ("transpose", |x, y| row(x).transpose().hadamard(&row(y).transpose()).reduce_rows(rules::LogSumExp)),
        ("transpose, a vector", |x, y| x.transpose().hadamard(&y.transpose())),
        ("matmul", |x, y| x.matmul(&row(y).transpose())),
        ("scale_rows", |x, y| row(x).scale_rows(&y.slice(0..1)).reduce_rows(rules::LogSumExp)),
        ("after map and slice", |x, y| x.map(rules::Sin).slice(0..1).hadamard(&y.slice(0..1))),
        ("after reduce_rows", |x, y| row(x).reduce_rows(rules::LogSumExp).hadamard(&y.slice(0..1))),
    ];
    let (array, at, along) = (kept_array([1.0, 0.0]), Vector::from([2.0, 5.0]), Vector::from([1.0, 0.0]));
    for (name, of) in operations {
        let sides: [fn(&Of, &V, &V) -> V; 2] = [|of, x, y| of(x, y), |of, x, y| of(y, x)];
        for f in sides {
            let run = || jvp(|y: &V| f(of, &array, y), &at, &along);
            refused(name, run);
            // The values alone, and an array that does not move, are constants.
            done(jvp(|y: &V| f(of, &Array::stop_gradient(&array), y), &at, &along));
            done(jvp(|y: &V| f(of, &kept_array([0.0; 2]), y), &at, &along));
        }
    }
    let alone = || jvp(|_: &V| array.clone(), &at, &along).1.as_slice().to_vec();
    refused("the result alone", alone);
    let matrix = || jvp(|_: &V| row(&array), &at, &along).1.as_slice().to_vec();
    refused("a matrix alone", matrix);
    refused("an entry alone", || derivative(|_| array.to_scalars()[0], 2.0));
    let number = kept();
    let made = || jvp(|y: &V| V::from_scalars([1], &[number]).hadamard(&y.slice(0..1)), &at, &along).1.sum();
    refused("an array of a kept number", made);
}

/// Its tag is no part of what a number shows, and takes a word.
#[test]
fn a_number_shows_its_tangents_and_its_value() {
    let kept = kept();
    assert_eq!(format!("{kept:?}"), "Dual { tangent: [1.0], primal: 3.0 }");
    let shown = format!("{:?}", kept_array([1.0, 0.0]));
    assert!(shown.starts_with("DualArray { primal: ") && !shown.contains("tag"), "{shown}");
    assert_eq!(size_of::<Dual<f64, 8>>(), 80);
    assert_eq!(size_of::<Dual<f32, 1>>(), 16);
}
