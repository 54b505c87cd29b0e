//! This library.
//!
//! `grad` of the program, on the tape that its thread keeps.

use super::{Directions, Number, Program};
use ad_core::Scalar;
use ad_forward::Dual;
use ad_reverse::Var;

impl Number for Var<f64> {
    #[inline]
    fn constant(x: f64) -> Self {
        Scalar::constant(x)
    }
    #[inline]
    fn sin(self) -> Self {
        Scalar::sin(self)
    }
    #[inline]
    fn tanh(self) -> Self {
        Scalar::tanh(self)
    }
    #[inline]
    fn dot(x: &[Self], y: &[Self]) -> Self {
        Scalar::dot_product(x, y)
    }
}

impl<const N: usize> Number for Dual<f64, N> {
    #[inline]
    fn constant(x: f64) -> Self {
        Scalar::constant(x)
    }
    #[inline]
    fn sin(self) -> Self {
        Scalar::sin(self)
    }
    #[inline]
    fn tanh(self) -> Self {
        Scalar::tanh(self)
    }
}

impl<const N: usize> Directions<N> for Dual<f64, N> {
    #[inline]
    fn variable(x: f64, direction: usize) -> Self {
        Self::variable(x, direction)
    }
    #[inline]
    fn tangents(self) -> [f64; N] {
        self.tangent()
    }
}

/// The gradient.
pub fn gradient(f: &impl Program, x: &[f64]) -> Vec<f64> {
    ad_reverse::grad(|x| f.run(x), x)
}
