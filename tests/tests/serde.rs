//! Values and results are written and read with serde, and what does not fit together is refused.

use ad_core::{Array, Matrix, Vector, function};
use ad_forward::{Dual, Taylor};
use ad_reverse::checkpoint::LoopGradient;
use ad_reverse::sparse::{Csr, SparseJacobian, Sparsity, jacobian_sparsity, sparse_jacobian};
use ad_reverse::{Var, VarArray, checkpoint};
use proptest::prelude::*;
use serde_json::{from_str, to_string};

proptest! {
    #[test]
    fn what_is_written_is_read(rows in 0..4_usize, cols in 0..4_usize, x in prop::collection::vec(any::<f64>(), 16)) {
        let finite: Vec<f64> = x.iter().map(|x| if x.is_finite() { *x } else { 0.5 }).collect();
        let matrix = Matrix::new([rows, cols], finite[..rows * cols].iter().copied());
        prop_assert_eq!(&from_str::<Matrix<f64>>(&to_string(&matrix).unwrap()).unwrap(), &matrix);
        let dual = Dual::new(finite[0], [finite[1], finite[2]]);
        let read: Dual<f64, 2> = from_str(&to_string(&dual).unwrap()).unwrap();
        prop_assert_eq!((read.primal, read.tangent()), (dual.primal, dual.tangent()));
        let series = Taylor::new([finite[3], finite[4], finite[5]]);
        let read: Taylor<f64, 3> = from_str(&to_string(&series).unwrap()).unwrap();
        prop_assert_eq!(read.coefficients(), series.coefficients());
    }
}

/// A sparsity that was found once is of use in a later run, and so is the matrix.
#[test]
fn results_are_written_and_read() {
    let f = function!(|x: &[S]| -> Vec<S> { vec![x[2] * x[0], x[1].exp(), x[1], S::lit(3.0), x[3] / x[2]] });
    let x = [0.1, 0.2, 0.3, 0.4];
    let (sparsity, matrix) = (jacobian_sparsity(&f, &x), sparse_jacobian(&f, &x));
    let read: Sparsity = from_str(&to_string(&sparsity).unwrap()).unwrap();
    assert_eq!(read, sparsity);
    assert_eq!(SparseJacobian::new(read).call(&f, &x), &matrix);
    assert_eq!(from_str::<Csr<f64>>(&to_string(&matrix).unwrap()).unwrap(), matrix);

    let step = |_: usize, (a, b): &(Var<f64>, VarArray<f64, 1>), h: &VarArray<f64, 1>| {
        let next = h.scale(*a).hadamard(b);
        let loss = next.dot(&next);
        (next, loss)
    };
    let start = Vector::from([0.3, 0.7]);
    let found = checkpoint(step, &(0.9, Vector::from([1.1, 0.8])), &start, 7, 2);
    let read: LoopGradient<f64, (f64, Vector<f64>), Vector<f64>> =
        from_str(&to_string(&found).unwrap()).unwrap();
    assert_eq!(read, found);
}

#[test]
fn the_form_is_plain() {
    let text = r#"{"shape":[1,2],"data":[1.5,2.0]}"#;
    assert_eq!(to_string(&Matrix::from_rows(&[[1.5, 2.0]])).unwrap(), text);
    assert_eq!(to_string(&Dual::new(1.5, [2.0])).unwrap(), "[1.5,[2.0]]");
    let nested = to_string(&Dual::new(Dual::new(1.0, [2.0]), [Dual::new(3.0, [4.0])])).unwrap();
    assert_eq!(nested, "[[1.0,[2.0]],[[3.0,[4.0]]]]");
    assert_eq!(to_string(&Taylor::new([1.5, 2.0])).unwrap(), "[1.5,2.0]");
    let f = function!(|x: &[S]| -> Vec<S> { vec![x[0] * x[2], x[1] * S::lit(2.5)] });
    let text = r#"{"sparsity":{"cols":3,"starts":[0,2,3],"columns":[0,2,1]},"values":[5.0,3.0,2.5]}"#;
    assert_eq!(to_string(&sparse_jacobian(&f, &[3.0, 4.0, 5.0])).unwrap(), text);
    let sum = checkpoint(|_, a: &Var<f64>, h: &Var<f64>| (*h, *a * *h), &2.0, &3.0, 1, 1);
    assert_eq!(to_string(&sum).unwrap(), r#"{"value":6.0,"params":3.0,"start":2.0}"#);
}

#[test]
fn what_does_not_fit_is_refused() {
    for (text, why) in [
        (r#"{"shape":[2],"data":[1.0]}"#, "1 numbers do not fill an array of shape [2]"),
        (r#"{"shape":[1,1],"data":[1.0]}"#, "an array of 2 axes where 1 are expected"),
        (r#"{"shape":[1],"data":[1.0],"more":0}"#, "unknown field `more`"),
        (r#"{"shape":[18446744073709551615],"data":[1.0]}"#, "1 numbers do not fill"),
    ] {
        let message = from_str::<Vector<f64>>(text).unwrap_err().to_string();
        assert!(message.contains(why), "{message}");
    }
    let product = r#"{"shape":[4294967296,4294967296],"data":[]}"#;
    assert!(from_str::<Matrix<f64>>(product).is_err(), "the product of the extents overflows to 0");
    let message = from_str::<Dual<f64, 2>>("[1.0,[2.0]]").unwrap_err().to_string();
    assert!(message.contains("1 tangents where 2 are expected"), "{message}");
}

/// A file cannot make a matrix whose rows reach beyond its entries, or that has an entry twice or outside.
#[test]
fn sparse_matrices_that_are_none_are_refused() {
    let refused = |starts: &str, columns: &str, why: &str| {
        let text = format!(r#"{{"cols":3,"starts":{starts},"columns":{columns}}}"#);
        let message = from_str::<Sparsity>(&text).unwrap_err().to_string();
        assert!(message.contains(why), "{text}: {message}");
    };
    let rows = "the starts of rows do not go from 0 up to the";
    refused("[]", "[]", rows);
    refused("[0,1]", "[]", rows);
    refused("[0,1]", "[0,1]", rows);
    refused("[1,2]", "[0,1]", rows);
    refused("[0,2,1,3]", "[0,1,2]", rows);
    refused("[0,9,2]", "[0,1]", rows);
    refused("[0,0,2]", "[1,0]", "the columns of row 1 are not in order");
    refused("[0,2]", "[1,1]", "the columns of row 0 are not in order");
    refused("[0,1,3]", "[0,1,3]", "row 1 has an entry in column 3 of 3");
    refused("[0]", "[],\"more\":0", "unknown field `more`");

    let empty: Sparsity = from_str(r#"{"cols":3,"starts":[0],"columns":[]}"#).unwrap();
    assert_eq!((empty.rows(), empty.cols(), empty.entries()), (0, 3, 0));
    for (text, why) in [
        (r#"{"sparsity":{"cols":1,"starts":[0,1],"columns":[0]},"values":[]}"#, "0 values where 1 entries"),
        (r#"{"sparsity":{"cols":1,"starts":[0,1],"columns":[1]},"values":[1.0]}"#, "column 1 of 1"),
    ] {
        let message = from_str::<Csr<f64>>(text).unwrap_err().to_string();
        assert!(message.contains(why), "{message}");
    }
    let message = from_str::<Taylor<f64, 3>>("[1.0,2.0]").unwrap_err().to_string();
    assert!(message.contains("2 coefficients where 3 are expected"), "{message}");
    let text = r#"{"value":6.0,"params":3.0,"start":2.0,"more":0}"#;
    assert!(from_str::<LoopGradient<f64, f64, f64>>(text).is_err());
}
