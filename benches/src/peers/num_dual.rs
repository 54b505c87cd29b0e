//! `num-dual`, which has forward mode alone.
//!
//! `DualSVec64`, whose number of directions is known when it is compiled and which needs no memory of the heap; its constants carry
//! no tangent at all.

use super::{Directions, Number};
use nalgebra::Const;
use num_dual::{DualNum, DualSVec64};
use std::array::from_fn;

impl<const N: usize> Number for DualSVec64<N> {
    #[inline]
    fn constant(x: f64) -> Self {
        Self::from_re(x)
    }
    #[inline]
    fn sin(self) -> Self {
        DualNum::sin(&self)
    }
    #[inline]
    fn tanh(self) -> Self {
        DualNum::tanh(&self)
    }
}

impl<const N: usize> Directions<N> for DualSVec64<N> {
    #[inline]
    fn variable(x: f64, direction: usize) -> Self {
        Self::from_re(x).derivative(direction)
    }
    #[inline]
    fn tangents(self) -> [f64; N] {
        let tangents = self.eps.unwrap_generic(Const::<N>, Const::<1>);
        from_fn(|i| tangents[i])
    }
}
