//! `ndarray`: `&array * dual` and its kin. All else follows from the traits of `num_traits`.

use crate::Dual;
use ad_core::Scalar;

impl<T: Scalar, const N: usize> ::ndarray::ScalarOperand for Dual<T, N> {}
