//! The rows of the table of rules: at NaN, and on arrays.

use crate::{INF, NAN, Wide, check, same};
use ad_core::{Array, Function, Matrix, Scalar, Vector, rules, special_table, unary_table};
use ad_forward::{Dual, DualArray, jvp};
use ad_reverse::{Var, grad};
use ad_tests::reference::modes::{self, Forward, Reverse};

/// A row of the table, as a function and on arrays.
trait Row: Function + Copy + std::fmt::Debug {
    fn map<S: Scalar>(self, x: &S::Vector) -> S::Vector;
}

/// The rows of a table as a type, and a list of them.
macro_rules! rows {
    ([$table:ident $list:ident]
        $($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial:tt $samples:tt $($kernel:ident)?;)*) => {
        #[derive(Clone, Copy, Debug)]
        enum $table { $($rule),* }

        const $list: &[$table] = &[$($table::$rule),*];

        impl Row for $table {
            fn map<S: Scalar>(self, x: &S::Vector) -> S::Vector {
                match self {
                    $(Self::$rule => x.map(rules::$rule)),*
                }
            }
        }

        impl Function for $table {
            fn call<S: Scalar>(&self, x: &[S]) -> S {
                match self {
                    $(Self::$rule => x[0].apply(rules::$rule)),*
                }
            }
        }
    };
}
unary_table! { (rows) [Elementary ELEMENTARY] }
special_table! { (rows) [Special SPECIAL] }

/// At NaN, first and second derivative are NaN.
#[test]
fn every_function_of_one_variable_has_no_derivative_at_nan() {
    ELEMENTARY.iter().for_each(|row| check(row, &[NAN], &[NAN], &[NAN]));
    SPECIAL.iter().for_each(|row| check(row, &[NAN], &[NAN], &[NAN]));
}

/// Where the rows of one variable are singular, have a kink or leave their domain, and far out.
const SINGULAR: [f64; 21] = [
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, -1.5, 2.0, -2.0, 3.0, -3.0, 2.5, -7.5, 300.0, -300.0, 700.0,
    -700.0, INF, -INF, NAN,
];

/// `map` has, in each mode, the derivatives of the scalar function: so it follows the conventions.
fn on_arrays_as_on_scalars(row: impl Row) {
    let x = Vector::from(SINGULAR);
    let ones = Vector::from([1.0; SINGULAR.len()]);
    let lifted_ones = DualArray::<f64, 1, 1>::from_primal(ones.clone());
    let lifted = DualArray::with_tangent(&x, Matrix::new([SINGULAR.len(), 1], [1.0; SINGULAR.len()]));
    let forward = jvp(|x| row.map::<Dual<f64, 1>>(x), &x, &ones).1;
    let reverse = grad(|x| row.map::<Var<f64>>(x).sum(), &x);
    let over_forward = jvp(|x| row.map::<Dual<Dual<f64, 1>, 1>>(x), &lifted, &lifted_ones).1;
    let over_reverse = grad(|x| row.map::<Var<Dual<f64, 1>>>(x).sum(), &lifted);
    for (i, x) in SINGULAR.into_iter().enumerate() {
        let expected = modes::second::<Forward, Reverse>(&Wide(&row), &[x]);
        let (first, second) = (expected.gradient[0], expected.hessian[0][0]);
        let at = |way: &str, got: f64, expected: f64| {
            assert!(same(got, expected, 4.0 * f64::EPSILON), "{row:?} at {x}, {way}: {got}, not {expected}");
        };
        at("forward mode", forward.as_slice()[i], first);
        at("reverse mode", reverse.as_slice()[i], first);
        for (way, found) in [("forward over forward", &over_forward), ("forward over reverse", &over_reverse)]
        {
            at(way, found.values().as_slice()[i], first);
            at(way, found.tangent(1).as_slice()[i], second);
        }
    }
}

#[test]
fn mapped_arrays_follow_the_scalars() {
    ELEMENTARY.iter().for_each(|&row| on_arrays_as_on_scalars(row));
    SPECIAL.iter().for_each(|&row| on_arrays_as_on_scalars(row));
}
