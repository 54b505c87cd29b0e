//! The programs.

use super::{Number, Program};
use crate::hand::{Sizes, network, parameters, sequence};

/// `x = sin(x) 1.0001 + 0.1`, so many times.
#[derive(Clone, Copy, Debug)]
pub struct Chain(pub usize);

impl Program for Chain {
    fn run<S: Number>(&self, x: &[S]) -> S {
        (0..self.0).fold(x[0], |x, _| x.sin() * 1.0001 + 0.1)
    }
}

/// `sum_i 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2`
#[derive(Clone, Copy, Debug)]
pub struct Rosenbrock;

impl Program for Rosenbrock {
    fn run<S: Number>(&self, x: &[S]) -> S {
        x.windows(2).fold(S::constant(0.0), |sum, x| {
            let (a, b) = (x[1] - x[0] * x[0], x[0] - 1.0);
            sum + (a * a * 100.0 + b * b)
        })
    }
}

/// The recurrent network that `rnn` has as its model, in scalar code.
#[derive(Clone, Debug)]
pub struct Network {
    sizes: Sizes,
    alpha: f64,
    inputs: Vec<f64>,
    targets: Vec<f64>,
    dots: bool,
    /// `W_rec`, `W_in`, `b_rec`, `W_out`, `b_out`, one after the other, row-major.
    pub parameters: Vec<f64>,
}

impl Network {
    /// The network of all measurements, with its sequence.
    pub fn new(sizes: Sizes) -> Self {
        let data = sequence(sizes);
        let flat = |all: &[ad_core::Vector<f64>]| all.iter().flat_map(|x| x.as_slice().to_vec()).collect();
        Self {
            sizes,
            alpha: network().alpha,
            inputs: flat(data.x()),
            targets: flat(data.y_target()),
            dots: false,
            parameters: flatten(&parameters(sizes)),
        }
    }

    /// The same network with [`Number::dot`] for its products.
    #[must_use]
    pub fn with_dots(&self) -> Self {
        Self { dots: true, ..self.clone() }
    }

    /// `sum + w . x`
    #[inline]
    fn product<S: Number>(&self, sum: S, w: &[S], x: &[S]) -> S {
        if self.dots { sum + S::dot(w, x) } else { w.iter().zip(x).fold(sum, |sum, (&w, &x)| sum + w * x) }
    }
}

impl Program for Network {
    fn run<S: Number>(&self, parameters: &[S]) -> S {
        let Sizes { n, d, m, .. } = self.sizes;
        let (w_rec, rest) = parameters.split_at(d * d);
        let (w_in, rest) = rest.split_at(d * n);
        let (b_rec, rest) = rest.split_at(d);
        let (w_out, b_out) = rest.split_at(m * d);
        let (mut h, mut next, mut x) =
            (vec![S::constant(0.0); d], Vec::with_capacity(d), Vec::with_capacity(n));
        let mut loss = S::constant(0.0);
        for (input, target) in self.inputs.chunks_exact(n).zip(self.targets.chunks_exact(m)) {
            x.clear();
            x.extend(input.iter().map(|&x| S::constant(x)));
            next.clear();
            for i in 0..d {
                let u = self.product(b_rec[i], &w_rec[i * d..(i + 1) * d], &h);
                let u = self.product(u, &w_in[i * n..(i + 1) * n], &x);
                next.push(h[i] * (1.0 - self.alpha) + u.tanh() * self.alpha);
            }
            std::mem::swap(&mut h, &mut next);
            for i in 0..m {
                let error = self.product(b_out[i], &w_out[i * d..(i + 1) * d], &h) - target[i];
                loss = loss + error * error * 0.5;
            }
        }
        loss
    }
}

/// All parameters, or a gradient, as one slice in the order of [`Network::parameters`].
pub fn flatten(parameters: &rnn::Parameters<f64>) -> Vec<f64> {
    let rnn::Parameters { recurrent, readout } = parameters;
    let parts = [
        recurrent.w_rec.as_slice(),
        recurrent.w_in.as_slice(),
        recurrent.b_rec.as_slice(),
        readout.w_out.as_slice(),
        readout.b_out.as_slice(),
    ];
    parts.concat()
}
