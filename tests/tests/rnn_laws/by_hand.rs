//! The chapter's equations, differentiated by hand: oracles.

use crate::networks::{Case, F};
use rnn::{Activation, Loss, Output, Rnn};

/// One step of a plain run: `h_{t-1}`, `f'(u_t)`, `delta~_t`.
pub(crate) struct Step {
    pub(crate) h_prev: Vec<f64>,
    pub(crate) x: Vec<f64>,
    pub(crate) slope: Vec<f64>,
    pub(crate) delta_immediate: Vec<f64>,
}

/// The derivative of each activation, written down anew.
fn slope(f: F, u: f64) -> f64 {
    match f {
        F::Known(Activation::Tanh) => 1.0 / u.cosh().powi(2),
        F::Known(Activation::Sigmoid) => 1.0 / ((1.0 + (-u).exp()) * (1.0 + u.exp())),
        F::Known(Activation::Relu) => f64::from(u8::from(u > 0.0)),
        F::Known(Activation::Softplus) => 1.0 / (1.0 + (-u).exp()),
        F::Known(Activation::Identity) => 1.0,
        F::Own => (1.0 + u * u).powf(-1.5),
    }
}

/// `dL_t/dv_t`.
fn error(rnn: &Rnn<F>, v: &[f64], target: &[f64]) -> Vec<f64> {
    let sigmoid = |v: f64| 1.0 / (1.0 + (-v).exp());
    let top = v.iter().fold(f64::NEG_INFINITY, |a, &v| a.max(v));
    let sum: f64 = v.iter().map(|v| (v - top).exp()).sum();
    let softmax: Vec<f64> = v.iter().map(|v| (v - top).exp() / sum).collect();
    let pairs = || v.iter().zip(target);
    match (rnn.loss, rnn.g) {
        (Loss::Squared, Output::Identity) => pairs().map(|(v, y)| v - y).collect(),
        (Loss::Squared, Output::Sigmoid) => {
            pairs().map(|(&v, y)| (sigmoid(v) - y) * sigmoid(v) * sigmoid(-v)).collect()
        }
        (Loss::Squared, Output::Softmax) => {
            let e: Vec<f64> = softmax.iter().zip(target).map(|(p, y)| p - y).collect();
            let mean: f64 = softmax.iter().zip(&e).map(|(p, e)| p * e).sum();
            softmax.iter().zip(&e).map(|(p, e)| p * (e - mean)).collect()
        }
        (Loss::CrossEntropy, Output::Sigmoid) => pairs().map(|(&v, y)| sigmoid(v) - y).collect(),
        (Loss::CrossEntropy, Output::Softmax) => {
            let mass: f64 = target.iter().sum();
            softmax.iter().zip(target).map(|(p, y)| mass * p - y).collect()
        }
        (Loss::CrossEntropy, Output::Identity) => unreachable!("not valid"),
    }
}

pub(crate) fn run(case: &Case) -> Vec<Step> {
    let w_out = &case.params.readout.w_out;
    let mut h_prev = vec![0.0; case.params.hidden()];
    let steps = case.rnn.unroll::<f64, 1>(&case.params, &case.sequence).zip(case.sequence.iter());
    steps
        .map(|(step, (x, target))| {
            let error = error(&case.rnn, step.v.as_slice(), target.as_slice());
            let d = h_prev.len();
            let back = |j: usize| error.iter().enumerate().map(|(k, e)| e * w_out.row(k)[j]).sum();
            Step {
                h_prev: std::mem::replace(&mut h_prev, step.h.as_slice().to_vec()),
                x: x.as_slice().to_vec(),
                slope: step.u.as_slice().iter().map(|&u| slope(case.rnn.f, u)).collect(),
                delta_immediate: (0..d).map(back).collect(),
            }
        })
        .collect()
}

/// `J_t = (1 - alpha) I + alpha diag(f'(u_t)) W_rec`
pub(crate) fn jacobian(case: &Case, step: &Step) -> Vec<Vec<f64>> {
    let (alpha, d) = (case.rnn.alpha, step.slope.len());
    let w = &case.params.recurrent.w_rec;
    let entry =
        |i: usize, j: usize| (if i == j { 1.0 - alpha } else { 0.0 }) + alpha * step.slope[i] * w.row(i)[j];
    (0..d).map(|i| (0..d).map(|j| entry(i, j)).collect()).collect()
}

/// `P~_t`: row `i` is touched by row `i` of `W_rec`, row `i` of `W_in` and entry `i` of `b_rec`.
pub(crate) fn immediate_sensitivity(case: &Case, step: &Step) -> Vec<Vec<f64>> {
    let (d, n) = (step.slope.len(), step.x.len());
    let row = |i: usize| {
        let mut row = vec![0.0; d * d + d * n + d];
        let factor = case.rnn.alpha * step.slope[i];
        for j in 0..d {
            row[i * d + j] = factor * step.h_prev[j];
        }
        for j in 0..n {
            row[d * d + i * n + j] = factor * step.x[j];
        }
        row[d * d + d * n + i] = factor;
        row
    };
    (0..d).map(row).collect()
}
