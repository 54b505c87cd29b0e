//! Arrays without entries have shapes, and sums of nothing are zeros: also where they are variables, in every mode.

use super::*;
use ad_forward::{Taylor, jet, jvp};
use ad_reverse::{hvp, linearize};

type Row<S> = <S as Scalar>::Array<1>;
type Rows<S> = <S as Scalar>::Array<2>;
type Point<S> = (Rows<S>, Rows<S>, Rows<S>, Row<S>, Row<S>);
type Results<S> = (Row<S>, S, Rows<S>, Rows<S>, Rows<S>, Row<S>);

/// Of arrays of the shapes `[0, 3]`, `[3, 0]`, `[0, 0]`, `[0]` and `[3]`, of which the last one is `x`: `x^2`, the sum of what
/// has no entries, and some of that.
fn products<S: Scalar<Real = f64>>((wide, tall, neither, none, x): &Point<S>) -> Results<S> {
    let shapes = [wide, tall, neither].map(|x| x.transpose().shape());
    assert_eq!((shapes, none.transpose().shape()), ([[3, 0], [0, 3], [0, 0]], [0]));

    // Each entry is a sum of no products.
    let square = tall.matmul(wide).plus(&wide.transpose().matmul(&tall.transpose()));
    assert_eq!(square.primal(), Matrix::filled([3, 3], 0.0));
    let zeros = none.matmul(wide).plus(&none.matmul(&tall.transpose())).plus(&x.matmul(&square));
    assert_eq!(zeros.primal(), Vector::from([0.0; 3]));

    // There are no entries, because there are no rows or no columns.
    let wide = wide.matmul(&square).plus(&wide.matmul(&tall.matmul(wide))).scale_rows(none);
    let tall = square.matmul(tall).plus(&tall.matmul(neither)).scale_rows(x);
    let neither = wide.matmul(&tall).plus(&neither.matmul(neither)).scale_rows(none);
    let none = x.matmul(&tall).plus(&none.matmul(&neither)).scale_rows(&x.slice(0..1));
    let sums = wide.sum() + tall.sum() + neither.sum() + none.sum();

    let y = zeros.plus(x).hadamard(x);
    (y, sums, wide, tall, neither, none)
}

/// What [`products`] takes, and what it gives.
fn trees(x: [f64; 3], y: [f64; 3], sums: f64) -> (Point<f64>, Results<f64>) {
    let [wide, tall, neither] = [[0, 3], [3, 0], [0, 0]].map(|shape| Matrix::new(shape, []));
    let none = Vector::from([]);
    let point = (wide.clone(), tall.clone(), neither.clone(), none.clone(), Vector::from(x));
    (point, (Vector::from(y), sums, wide, tall, neither, none))
}

#[test]
fn products_transposes_and_scaled_rows_of_arrays_without_entries() {
    let (at, value) = trees([1.0, -2.0, 3.0], [1.0, 4.0, 9.0], 0.0);
    let (along, tangent) = trees([10.0, 1.0, -1.0], [20.0, -4.0, -6.0], 0.0);
    assert_eq!(products::<f64>(&at), value, "plain");
    assert_eq!(jvp(products::<Dual<f64, 1>>, &at, &along), (value.clone(), tangent.clone()), "forward");

    let (y, mut pullback) = vjp(products::<Var<f64>>, &at);
    let (y_again, mut linear) = linearize(products::<Var<f64>>, &at);
    assert_eq!([&y, &y_again], [&value; 2], "reverse");
    assert_eq!(linear.jvp(&along), tangent, "upwards");
    // The infinite one is swept strictly.
    for (w, expected) in [
        ([1.0, 10.0, 100.0], [2.0, -40.0, 600.0]),
        ([0.0, f64::INFINITY, 1.0], [0.0, f64::NEG_INFINITY, 6.0]),
    ] {
        let ((expected, _), (_, w)) = (trees(expected, w, 1.0), trees(w, w, 1.0));
        assert_eq!(pullback.call(&w), expected, "downwards");
        assert_eq!(linear.vjp(&w), expected, "downwards, linearized");
    }
    let rows = pullback.rows(2, &[1.0, 10.0, 100.0, 1.0, 0.0, 1.0, 0.0, 2.0]);
    assert_eq!(rows, [2.0, -40.0, 600.0, 0.0, -4.0, 0.0], "two seeds");

    let sum = |at: &Point<Var<Dual<f64, 1>>>| {
        let (y, sums, ..) = products::<Var<Dual<f64, 1>>>(at);
        y.sum() + sums
    };
    assert_eq!(hvp(sum, &at, &along), trees([20.0, 2.0, -2.0], [0.0; 3], 0.0).0, "forward over reverse");
    let (_, second) = trees([0.0; 3], [100.0, 1.0, 1.0], 0.0);
    let series = jet(products::<Taylor<f64, 3>>, [&at, &along, &trees([0.0; 3], [0.0; 3], 0.0).0]);
    assert_eq!(series, [value, tangent, second], "series");
}
