//! `hyperdual`, which has forward mode alone.
//!
//! `Hyperdual<f64, { N + 1 }>`, the value and the tangents in one array: it has no other number.

use super::{Directions, Number};
use hyperdual::{Float, Hyperdual};

impl<const N: usize> Number for Hyperdual<f64, N> {
    #[inline]
    fn constant(x: f64) -> Self {
        Self::from_real(x)
    }
    #[inline]
    fn sin(self) -> Self {
        Float::sin(self)
    }
    #[inline]
    fn tanh(self) -> Self {
        Float::tanh(self)
    }
}

impl Directions<8> for Hyperdual<f64, 9> {
    #[inline]
    fn variable(x: f64, direction: usize) -> Self {
        let mut all = [0.0; 9];
        (all[0], all[direction + 1]) = (x, 1.0);
        Self::from_slice(&all)
    }
    #[inline]
    fn tangents(self) -> [f64; 8] {
        std::array::from_fn(|i| self[i + 1])
    }
}
