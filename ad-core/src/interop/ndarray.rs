//! `ndarray`: arrays from and to ours, and arrays of numbers as arguments of the operators.
//!
//! Its `dot`, its operators and `mapv` work on any number with the traits of `num_traits`, so on ours.

use crate::array::{Matrix, Vector};
use crate::scalar::Scalar;
use crate::tree::{Lift, Tree};
use ::ndarray::{Array, Array1, Array2, Dimension};
use alloc::vec::Vec;

impl<T: Copy + 'static> From<Array1<T>> for Vector<T> {
    fn from(x: Array1<T>) -> Self {
        Self::new([x.len()], x.iter().copied())
    }
}

impl<T: Copy + 'static> From<Vector<T>> for Array1<T> {
    fn from(x: Vector<T>) -> Self {
        x.as_slice().iter().copied().collect()
    }
}

impl<T: Copy + 'static> From<Array2<T>> for Matrix<T> {
    fn from(x: Array2<T>) -> Self {
        Self::new([x.nrows(), x.ncols()], x.iter().copied())
    }
}

impl<T: Copy + 'static> From<Matrix<T>> for Array2<T> {
    fn from(x: Matrix<T>) -> Self {
        let numbers: Vec<T> = x.as_slice().to_vec();
        Self::from_shape_vec((x.rows(), x.cols()), numbers).expect("a matrix has rows x columns numbers")
    }
}

/// An array of numbers is an argument like any other: `grad(|x: &Array1<Var<f64>>| x.dot(x), &x)`. Its numbers are taken row by
/// row, however they lie in memory.
impl<T: Scalar, D: Dimension> Tree for Array<T, D> {
    type Scalar = T;
    type Over<S: Scalar<Real = T::Real>> = Array<S, D>;
    type Owned<S: Scalar<Real = T::Real>> = Array<S, D>;

    fn lift<S: Scalar<Real = T::Real>, L: Lift<T, S>>(&self, to: &mut L) -> Array<S, D> {
        // `map` keeps the layout, but goes in its order: a point and a direction may have different ones.
        let mut lifted = self.map(|_| S::zero());
        lifted.iter_mut().zip(self).for_each(|(lifted, &x)| *lifted = to.scalar(x));
        lifted
    }
}
