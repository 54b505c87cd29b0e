//! Derivatives of the leaky network written by hand: what generic code is measured against.
//!
//! They use the same kernels and the same `gemm` crate as the library, keep all buffers between calls,
//! and do nothing that the gradient does not need. Squared error, identity output, tanh.

pub mod bptt;
mod buffer;
pub mod rtrl;

use ad_core::{Dense, Matrix, Real, Vector};
use rnn::{Activation, Loss, Output, Parameters, Readout, Recurrent, Rnn, Sequence};

/// The sizes of a problem: inputs, units, outputs, steps, sequences at once.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Inputs at each step.
    pub n: usize,
    /// Hidden units.
    pub d: usize,
    /// Outputs at each step.
    pub m: usize,
    /// Steps.
    pub t: usize,
    /// Sequences in a batch.
    pub b: usize,
}

impl Sizes {
    /// `|theta|`, the number of recurrent parameters.
    pub fn recurrent(&self) -> usize {
        self.d * (self.d + self.n + 1)
    }
}

impl std::fmt::Display for Sizes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "n={},d={},m={},T={},B={}", self.n, self.d, self.m, self.t, self.b)
    }
}

/// The network of all measurements.
pub fn network() -> Rnn<Activation> {
    Rnn { f: Activation::Tanh, g: Output::Identity, alpha: 0.5, loss: Loss::Squared }
}

/// Its parameters.
pub fn parameters(sizes: Sizes) -> Parameters<f64> {
    Parameters::random(sizes.n, sizes.d, sizes.m, 1.0, 1)
}

/// One sequence; the numbers do not matter, but they are of order 1.
pub fn sequence(sizes: Sizes) -> Sequence<f64, 1> {
    let wave = |t: usize, len: usize, f: f64| {
        Vector::from((0..len).map(|i| (f * (t * len + i) as f64).sin()).collect::<Vec<_>>())
    };
    let (x, y) = (0..sizes.t).map(|t| (wave(t, sizes.n, 0.7), wave(t, sizes.m, 0.3))).unzip();
    Sequence::new(x, y)
}

/// A batch, one sequence per row.
pub fn batch(sizes: Sizes) -> Sequence<f64, 2> {
    let wave = |t: usize, len: usize, f: f64| -> Matrix<f64> {
        Dense::new([sizes.b, len], (0..sizes.b * len).map(|i| (f * (t * sizes.b * len + i) as f64).sin()))
    };
    let (x, y) = (0..sizes.t).map(|t| (wave(t, sizes.n, 0.7), wave(t, sizes.m, 0.3))).unzip();
    Sequence::new(x, y)
}

/// The same parameters and sequence in single precision.
pub fn single(params: &Parameters<f64>, data: &Sequence<f64, 1>) -> (Parameters<f32>, Sequence<f32, 1>) {
    fn round<const RANK: usize>(x: &Dense<f64, RANK>) -> Dense<f32, RANK> {
        Dense::new(x.shape(), x.as_slice().iter().map(|&x| f32::from_literal(x)))
    }
    let Parameters { recurrent, readout } = params;
    let recurrent = Recurrent {
        w_rec: round(&recurrent.w_rec),
        w_in: round(&recurrent.w_in),
        b_rec: round(&recurrent.b_rec),
    };
    let readout = Readout { w_out: round(&readout.w_out), b_out: round(&readout.b_out) };
    let (x, y) = data.iter().map(|(x, y)| (round(x), round(y))).unzip();
    (Parameters { recurrent, readout }, Sequence::new(x, y))
}
