//! `xad-rs`.
//!
//! Its documentation names what makes it fast: one tape, reused (`compute_gradient_rev_with`), and reductions in one record
//! (`Real::dot`, `Real::weighted_dot`). Forward mode in many directions is `JetK`. Its numbers are `Copy`, and its operators
//! inlined, by value as by reference. It also advises `lto = "fat"` with one codegen unit; the build profile is the same for
//! all here, and CONTRIBUTING.md says how to choose that one.

use super::{Directions, Number, Program};
use xad_rs::{AReal, JetK, Real, Tape, ops};

impl Number for AReal<f64> {
    #[inline]
    fn constant(x: f64) -> Self {
        Self::new(x)
    }
    #[inline]
    fn sin(self) -> Self {
        Real::sin(&self)
    }
    #[inline]
    fn tanh(self) -> Self {
        Real::tanh(&self)
    }
    #[inline]
    fn dot(x: &[Self], y: &[Self]) -> Self {
        Real::dot(x, y)
    }
}

impl<const N: usize> Number for JetK<f64, N> {
    #[inline]
    fn constant(x: f64) -> Self {
        Self::constant(x)
    }
    #[inline]
    fn sin(self) -> Self {
        Real::sin(&self)
    }
    #[inline]
    fn tanh(self) -> Self {
        Real::tanh(&self)
    }
}

impl<const N: usize> Directions<N> for JetK<f64, N> {
    #[inline]
    fn variable(x: f64, direction: usize) -> Self {
        Self::new(x, std::array::from_fn(|i| f64::from(i == direction)))
    }
    #[inline]
    fn tangents(self) -> [f64; N] {
        self.tangents
    }
}

/// A tape to reuse.
pub fn tape() -> Tape<f64> {
    Tape::new(true)
}

/// The gradient.
pub fn gradient(tape: &mut Tape<f64>, f: &impl Program, x: &[f64]) -> Vec<f64> {
    ops::compute_gradient_rev_with(tape, x, |x| f.run(x)).1
}

/// The gradient of [`Rosenbrock`](super::programs::Rosenbrock), whose whole sum is one `weighted_dot`.
pub fn gradient_of_rosenbrock(tape: &mut Tape<f64>, x: &[f64]) -> Vec<f64> {
    let weights: Vec<f64> = (1..x.len()).flat_map(|_| [100.0, 1.0]).collect();
    let f = |x: &[AReal<f64>]| {
        let roots: Vec<_> = x.windows(2).flat_map(|x| [x[1] - x[0] * x[0], x[0] - 1.0]).collect();
        Real::weighted_dot(&weights, &roots, &roots)
    };
    ops::compute_gradient_rev_with(tape, x, f).1
}
