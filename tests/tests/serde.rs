//! Values and results are written and read with serde, and what does not fit together is refused.

use ad_core::{Matrix, Vector};
use ad_forward::Dual;
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
        prop_assert_eq!((read.primal, read.tangent), (dual.primal, dual.tangent));
    }
}

#[test]
fn the_form_is_plain() {
    let text = r#"{"shape":[1,2],"data":[1.5,2.0]}"#;
    assert_eq!(to_string(&Matrix::from_rows(&[[1.5, 2.0]])).unwrap(), text);
    assert_eq!(to_string(&Dual::new(1.5, [2.0])).unwrap(), "[1.5,[2.0]]");
    let nested = to_string(&Dual::new(Dual::new(1.0, [2.0]), [Dual::new(3.0, [4.0])])).unwrap();
    assert_eq!(nested, "[[1.0,[2.0]],[[3.0,[4.0]]]]");
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
