//! What the programs ask of a number.

use std::ops::{Add, Mul, Sub};

/// A number of any of the crates.
pub trait Number:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
{
    /// A number that does not depend on an input.
    fn constant(x: f64) -> Self;

    /// `sin x`
    fn sin(self) -> Self;

    /// `tanh x`
    fn tanh(self) -> Self;

    /// `x_0 y_0 + x_1 y_1 + ..`, as one operation where the crate has it.
    #[inline]
    fn dot(x: &[Self], y: &[Self]) -> Self {
        x.iter().zip(y).fold(Self::constant(0.0), |sum, (&x, &y)| sum + x * y)
    }
}

impl Number for f64 {
    #[inline]
    fn constant(x: f64) -> Self {
        x
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

/// A number with tangents in `N` directions.
pub trait Directions<const N: usize>: Number {
    /// `x`, whose tangent is 1 in one direction.
    fn variable(x: f64, direction: usize) -> Self;

    /// The tangents.
    fn tangents(self) -> [f64; N];
}

/// A scalar function of many numbers.
pub trait Program {
    /// Its value.
    fn run<S: Number>(&self, x: &[S]) -> S;

    /// The arguments at `x`, of which those from `first` on are the directions.
    fn seeded<S: Directions<N>, const N: usize>(&self, x: &[f64], first: usize) -> Vec<S> {
        let seed = |(i, &x): (usize, &f64)| {
            if (first..first + N).contains(&i) { S::variable(x, i - first) } else { S::constant(x) }
        };
        x.iter().enumerate().map(seed).collect()
    }

    /// The partials by the first `count` arguments, `N` of them in each run.
    fn forward_gradient<S: Directions<N>, const N: usize>(&self, x: &[f64], count: usize) -> Vec<f64> {
        let mut gradient = Vec::with_capacity(count + N);
        for first in (0..count).step_by(N) {
            gradient.extend(self.run(&self.seeded::<S, N>(x, first)).tangents());
        }
        gradient.truncate(count);
        gradient
    }
}
