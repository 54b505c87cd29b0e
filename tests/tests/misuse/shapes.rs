//! Lengths and shapes that do not fit.

use super::*;

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
    refused(&["2 and 3 directions"], || a.map2(&b, rules::Hypot));
    refused(&["2 and 3 directions"], || DualArray::concat(&[&a, &a, &b]));
    refused(&["3 directions, not 2"], || b.tangent(2));
    refused(&["directions"], || b.sum());
    refused(&["do not fit"], || DualArray::<f64, 2, 1>::seeded(&x, 1, 2));
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
fn an_entry_that_is_not_there_is_refused() {
    let words = &["no entry 6", "[3, 2]"];
    let x = Matrix::filled([3, 2], 1.0);
    refused(words, || x.get(6));
    refused(words, || grad(|x: &VarArray<f64, 2>| x.get(6), &x));
    let moving: DualArray<f64, 1, 2> = seeded(&x, 0, 6);
    refused(words, || moving.get(6));
}

/// The first argument, with one partial whatever the number of arguments.
#[derive(Clone, Copy, Debug)]
struct First;

impl Nary for First {
    const NAME: &'static str = "first";
    fn value<R: Real>(self, x: &[R]) -> R {
        x[0]
    }
    fn partials<S: Scalar>(self, _x: &[S], _y: S) -> Partials<S> {
        Partials::from_slice(&[S::one()])
    }
}

#[test]
fn a_rule_that_does_not_give_a_partial_for_each_argument_is_refused() {
    let words = &["first: 2 arguments and 1 partials"];
    let x = [1.0, 2.0];
    refused(words, || grad(|x: &[Var<f64>; 2]| Var::apply_n(x, First), &x));
    refused(words, || jvp(|x: &[Dual<f64, 1>; 2]| Dual::apply_n(x, First), &x, &x));
    refused(words, || jet(|x: &[Taylor<f64, 2>; 2]| Taylor::apply_n(x, First), [&x, &x]));
    let rows = Matrix::filled([3, 2], 1.0);
    refused(words, || grad(|x: &VarArray<f64, 2>| x.reduce_rows(First).sum(), &rows));
    let moving: DualArray<f64, 1, 2> = seeded(&rows, 0, 6);
    refused(words, || moving.reduce_rows(First));
    refused(&["first: 0 arguments and 1 partials"], || partials_of(First, &[], 1.0));
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

/// The shapes that are named are those of the operands as they were given, also where there are no entries.
#[test]
fn products_of_matrices_and_factors_of_rows_that_do_not_fit_are_refused() {
    fn matmul<S: Scalar>(x: &S::Matrix, b: [usize; 2]) -> S::Matrix {
        x.matmul(&S::Matrix::constant(&Matrix::filled(b, S::Real::from_literal(1.0))))
    }
    fn scale_rows<S: Scalar>(x: &S::Matrix, factors: usize) -> S::Matrix {
        x.scale_rows(&S::Vector::constant(&Vector::filled([factors], S::Real::from_literal(1.0))))
    }
    for (shape, b) in [([2, 3], [2, 3]), ([2, 3], [0, 3]), ([2, 0], [3, 0]), ([0, 3], [0, 3])] {
        let words = &[&*format!("matmul: an array of shape {shape:?} times one of shape {b:?}")];
        let x = Matrix::filled(shape, 1.0);
        refused(words, || matmul::<f64>(&x, b));
        refused(words, || jvp(|x| matmul::<Dual<f64, 1>>(x, b), &x, &x));
        refused(words, || grad(|x| matmul::<Var<f64>>(x, b).sum(), &x));
        assert_eq!(matmul::<f64>(&x, [shape[1], 4]).shape(), [shape[0], 4]);
    }
    for (shape, factors) in [([2, 3], 3), ([2, 3], 1), ([2, 3], 0), ([2, 0], 0), ([0, 3], 3)] {
        let rows = shape[0];
        let words = &[&*format!(
            "scale_rows: an array of shape {shape:?} has {rows} rows, and there are {factors} factors"
        )];
        let x = Matrix::filled(shape, 1.0);
        refused(words, || scale_rows::<f64>(&x, factors));
        refused(words, || jvp(|x| scale_rows::<Dual<f64, 1>>(x, factors), &x, &x));
        refused(words, || grad(|x| scale_rows::<Var<f64>>(x, factors).sum(), &x));
        assert_eq!(scale_rows::<f64>(&x, rows).shape(), shape);
    }
    let x = Vector::from([1.0, 2.0]);
    refused(&["shape [2] has 1 rows", "there are 2 factors"], || x.scale_rows(&x));
    refused(&["shape [2] times", "shape [1, 2]"], || x.matmul(&x.to_rows()));
}

/// A matrix of the transposed shape has as many numbers, in another order.
#[test]
fn a_direction_and_a_cotangent_have_the_shapes_of_what_they_stand_for() {
    let shapes = &["[2, 3]", "[3, 2]"];
    let (x, dx) = (Matrix::filled([2, 3], 0.5), Matrix::filled([3, 2], 1.0));
    refused(shapes, || jvp(|x| x.map(rules::Exp), &x, &dx));
    let error = ad_forward::try_jvp(|x| x.map(rules::Exp), &x, &dx).unwrap_err();
    assert_eq!(error.shapes, Some(([2, 3], [3, 2])));
    assert_eq!(error.to_string(), "a point with an array of shape [2, 3] was given tangents of shape [3, 2]");
    refused(shapes, || ad_reverse::hvp(|x| x.map(rules::Exp).sum(), &x, &dx));
    let third = |directions| third_directional_derivative(|x| x.map(rules::Exp), &x, directions);
    for directions in [[&dx, &x, &x], [&x, &dx, &x], [&x, &x, &dx]] {
        refused(shapes, || third(directions));
    }
    refused(shapes, || jet(|x| x.map(rules::Exp), [&x, &x, &dx]));
    refused(shapes, || zip_map(&x, &dx, |x, dx| x + dx));
    refused(&["6", "5"], || zip_map(&x, &[1.0; 5], |x, dx| x + dx));
    let (_, mut linear) = linearize(|x: &VarArray<f64, 2>| x.map(rules::Exp), &x);
    refused(shapes, || linear.jvp(&dx));
    refused(shapes, || linear.vjp(&dx));
    let (_, mut pullback) = vjp(|x: &VarArray<f64, 2>| (x.sum(), x.map(rules::Exp), x.get(0)), &x);
    refused(shapes, || pullback.call(&(1.0, dx.clone(), 1.0)));
    assert_eq!(pullback.try_call(&(1.0, dx, 1.0)).unwrap_err().shapes, Some(([2, 3], [3, 2])));
    // All numbers in one slice have no shape, and stand for any.
    let flat = pullback.call(&[1.0; 8]);
    assert_eq!(flat, pullback.call(&(1.0, Matrix::filled([2, 3], 1.0), 1.0)));

    let (a, b) = (Vector::from([1.0, 2.0]), Vector::from([3.0, 4.0, 5.0]));
    let sum = |x: &(DualArray<f64, 1, 1>, DualArray<f64, 1, 1>)| x.0.sum() + x.1.sum();
    let swapped = (b.clone(), a.clone());
    refused(&["[1, 2]", "[1, 3]"], || jvp(sum, &(a, b), &swapped));
    // An array without numbers begins where the next one does.
    let (none, one) = (Vector::<f64>::from([]), Vector::from([1.0]));
    let x = (none.clone(), one.clone(), none, one);
    let last = |x: &(VarArray<f64, 1>, VarArray<f64, 1>, VarArray<f64, 1>, VarArray<f64, 1>)| {
        (x.0.clone(), x.1.clone(), x.2.clone(), x.3.hadamard(&x.3))
    };
    assert_eq!(vjp(last, &x).1.call(&x).3.as_slice(), [2.0]);
}

/// Two lists that were exchanged have as many numbers, too.
#[test]
fn lists_stand_for_lists_of_the_same_lengths() {
    let two_and_one = &["[1, 2]", "[1, 1]"];
    refused(two_and_one, || {
        zip_map(&(vec![1.0, 2.0], vec![3.0]), &(vec![3.0], vec![1.0, 2.0]), |x, dx| x + dx)
    });
    let (x, exchanged) = ((vec![1.0, 2.0], 5.0, vec![3.0]), (vec![3.0], 5.0, vec![1.0, 2.0]));
    refused(two_and_one, || zip_map(&x, &exchanged, |x, dx| x + dx));
    refused(two_and_one, || {
        jvp(|x: &(Vec<Dual<f64, 1>>, Dual<f64, 1>, Vec<Dual<f64, 1>>)| x.1, &x, &exchanged)
    });
    refused(two_and_one, || {
        ad_reverse::hvp(
            |x: &(Vec<ad_reverse::HvpVar<f64>>, ad_reverse::HvpVar<f64>, Vec<ad_reverse::HvpVar<f64>>)| x.1,
            &x,
            &exchanged,
        )
    });
    refused(two_and_one, || zip_map(&([1.0, 2.0], [3.0]), &([3.0], [1.0, 2.0]), |x, dx| x + dx));
    let (x_and_y, by_lists) = ((vec![1.0, 2.0], [3.0, 4.0]), ([1.0, 2.0], vec![3.0, 4.0]));
    assert_eq!(zip_map(&x_and_y, &by_lists, |x, dx| x + dx), (vec![2.0, 4.0], [6.0, 8.0]));
    // Behind a list that both have.
    let (x, exchanged) = ((vec![4.0; 3], x), (vec![4.0; 3], exchanged));
    refused(two_and_one, || zip_map(&x, &exchanged, |x, dx| x + dx));

    // One structure is coarser than the other, all of it: all numbers in one list, or each for itself.
    let (x, sum) = ((vec![1.0, 2.0], 5.0, vec![3.0]), (vec![2.0, 4.0], 10.0, vec![6.0]));
    assert_eq!(zip_map(&x, &vec![1.0, 2.0, 5.0, 3.0], |x, dx| x + dx), sum);
    assert_eq!(zip_map(&x, &[1.0, 2.0, 5.0, 3.0], |x, dx| x + dx), sum);
    assert_eq!(zip_map(&x, &(vec![], vec![1.0, 2.0], Vector::from([5.0, 3.0])), |x, dx| x + dx), sum);
    assert_eq!(zip_map(&vec![1.0, 2.0, 5.0, 3.0], &x, |x, dx| x + dx), [2.0, 4.0, 10.0, 6.0]);
}
