//! The softmax of an array is that of its scalars, also where entries are large or one has nearly all.

use super::*;
use ad_reverse::{VarArray, hessian, linearize};

const POINTS: [&[f64]; 9] = [
    &[0.3],
    &[0.1, -0.2, 0.3],
    &[5.0, 5.0, 5.0, 5.0],
    &[30.0, 0.0],
    &[0.0, 40.0, 1.0],
    &[-100.0, 0.0, -99.0],
    &[1000.0, 999.0, 998.0],
    &[1e8, 1e8 - 1.0],
    &[f64::NEG_INFINITY, 700.0, 0.0, 700.0],
];

fn assert_close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() <= 4e-15 * b.abs(), "{a:e} by the array, {b:e} by scalars: {a:?} {b:?}");
    }
}

#[test]
fn its_values_are_bit_for_bit_those_of_scalars_row_by_row() {
    for x in POINTS {
        let y = Scalar::softmax(x);
        assert_eq!(Vector::from(x).softmax().as_slice(), y);
        assert_eq!(Matrix::from_rows(&[x, x]).softmax().as_slice(), [&y[..], &y].concat());
        assert_eq!(VarArray::from_values(Vector::from(x)).softmax().values().as_slice(), y);
    }
    let x = [1e5_f32, 1e5 - 1.0, 1e5 - 2.0];
    assert_eq!(Vector::from(x).softmax().as_slice(), Scalar::softmax(&x));
}

#[test]
fn its_derivatives_are_those_of_scalars_entry_by_entry() {
    let array =
        function!(|x: &[S]| -> Vec<S> { S::Vector::from_scalars([x.len()], x).softmax().to_scalars() });
    let scalars = function!(|x: &[S]| -> Vec<S> { S::softmax(x) });
    for x in POINTS {
        let expected = ad_forward::jacobian(|x| scalars.call(x), x);
        assert_close(ad_forward::jacobian(|x| array.call(x), x).as_slice(), expected.as_slice());
        assert_close(ad_reverse::jacobian(|x| array.call(x), x).as_slice(), expected.as_slice());
        let (_, mut linear) = linearize(|x: &[Var<f64>]| array.call(x), x);
        for (j, column) in expected_columns(&expected).enumerate() {
            let dx: Vec<f64> = (0..x.len()).map(|i| f64::from(u8::from(i == j))).collect();
            assert_close(&linear.jvp(&dx), &column);
        }
    }
}

fn expected_columns(jacobian: &Matrix<f64>) -> impl Iterator<Item = Vec<f64>> {
    (0..jacobian.cols()).map(|j| jacobian.iter_rows().map(|row| row[j]).collect())
}

#[test]
fn its_second_derivatives_keep_what_one_entry_leaves_to_the_others() {
    for x in [[30.0, 0.0], [0.0, 40.0], [0.0, -100.0], [1.0, 0.0]] {
        for entry in [0, 1] {
            let array = hessian(|x| VarArray::from_scalars([2], x).softmax().get(entry), &x);
            let scalars = hessian(|x| Var::softmax(x)[entry], &x);
            assert_close(array.as_slice(), scalars.as_slice());
        }
    }
}

/// A row of one entry too, which leaves nothing to others.
#[test]
fn where_it_has_no_value_it_has_no_derivative() {
    let column =
        function!(|x: &[S]| -> Vec<S> { S::Matrix::from_scalars([x.len(), 1], x).softmax().to_scalars() });
    for bad in [f64::NEG_INFINITY, f64::INFINITY, f64::NAN] {
        // The row below has a value, 1 for any argument.
        let x = [bad, 0.3];
        for found in [
            ad_forward::jacobian(|x| column.call(x), &x[..]),
            ad_reverse::jacobian(|x| column.call(x), &x[..]),
        ] {
            assert!(found[[0, 0]].is_nan(), "{found:?} at {bad}");
            assert_eq!(found.as_slice()[1..], [0.0; 3], "at {bad}");
        }
        let (_, mut linear) = linearize(|x: &[Var<f64>]| column.call(x), &x[..]);
        let found = linear.jvp(&[1.0, 0.0]);
        assert!(found[0].is_nan() && found[1] == 0.0, "{found:?} at {bad}");
        let found = hessian(|x| VarArray::from_scalars([1], x).softmax().get(0), &[bad]);
        assert!(found[[0, 0]].is_nan(), "{found:?} at {bad}");
    }
}
