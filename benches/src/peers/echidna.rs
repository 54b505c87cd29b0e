//! `echidna`.
//!
//! `grad` takes its tape from a pool. The other way is to record once with `record` and to sweep that again and again
//! (`gradient_with_buf`): a promise about branches that none of the others makes, but no recording. Its documentation expects it
//! to be slower. Optimising the recording first (`BytecodeTape::optimize`) is what it offers besides. Forward mode in many directions is `DualVec`.

use super::{Directions, Number, Program};
use echidna::{BReverse, BytecodeTape, DualVec, Reverse};
use num_traits::Float;

impl Number for Reverse<f64> {
    #[inline]
    fn constant(x: f64) -> Self {
        Self::constant(x)
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

impl Number for BReverse<f64> {
    #[inline]
    fn constant(x: f64) -> Self {
        Self::constant(x)
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

impl<const N: usize> Number for DualVec<f64, N> {
    #[inline]
    fn constant(x: f64) -> Self {
        Self::constant(x)
    }
    #[inline]
    fn sin(self) -> Self {
        self.sin()
    }
    #[inline]
    fn tanh(self) -> Self {
        self.tanh()
    }
}

impl<const N: usize> Directions<N> for DualVec<f64, N> {
    #[inline]
    fn variable(x: f64, direction: usize) -> Self {
        Self::with_tangent(x, direction)
    }
    #[inline]
    fn tangents(self) -> [f64; N] {
        self.eps
    }
}

/// The gradient.
pub fn gradient(f: &impl Program, x: &[f64]) -> Vec<f64> {
    echidna::grad(|x| f.run(x), x)
}

/// A recording that gives gradients at other arguments, with the memory of its sweeps.
pub struct Recorded {
    tape: BytecodeTape<f64>,
    adjoints: Vec<f64>,
}

impl std::fmt::Debug for Recorded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorded").finish_non_exhaustive()
    }
}

impl Recorded {
    /// Records the program at `x`.
    pub fn new(f: &impl Program, x: &[f64]) -> Self {
        let (mut tape, _) = echidna::record(|x| f.run(x), x);
        tape.optimize();
        Self { tape, adjoints: Vec::new() }
    }

    /// The gradient at `x`.
    pub fn gradient(&mut self, x: &[f64]) -> Vec<f64> {
        self.tape.gradient_with_buf(x, &mut self.adjoints)
    }
}
