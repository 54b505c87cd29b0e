//! `ndarray`: `&array * variable` and its kin. All else follows from the traits of `num_traits`.

use crate::Var;
use ad_core::Scalar;

impl<T: Scalar> ::ndarray::ScalarOperand for Var<T> {}
