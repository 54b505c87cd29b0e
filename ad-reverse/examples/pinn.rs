//! A physics-informed network: it learns the solution of `y'' = -y`, `y(0) = 0`, `y'(0) = 1` from nothing but that.
//!
//! The loss holds a second derivative of the network by its input, and is differentiated by the network's weights:
//! dual numbers over dual numbers inside, a tape outside. Modes nest by type, so the three cannot be mixed up.

use ad_core::Scalar;
use ad_forward::Dual;
use ad_reverse::{Var, value_and_grad};

const WIDTH: usize = 8;

/// `y(t) = sum_k v_k tanh(w_k t + b_k) + c`, with the weights `w, b, v` one after the other, then `c`.
fn network<S: Scalar>(weights: &[S], t: S) -> S {
    let (w, rest) = weights.split_at(WIDTH);
    let (b, rest) = rest.split_at(WIDTH);
    let (v, c) = rest.split_at(WIDTH);
    (0..WIDTH).map(|k| v[k] * (w[k] * t + b[k]).tanh()).sum::<S>() + c[0]
}

/// `y`, `y'` and `y''` at `t`.
fn derivatives<S: Scalar>(weights: &[S], t: f64) -> [S; 3] {
    type Second<S> = Dual<Dual<S, 1>, 1>;
    let lifted: Vec<Second<S>> = weights.iter().map(|&w| Dual::from_primal(Dual::from_primal(w))).collect();
    let y = network(&lifted, Dual::variable(Dual::variable(S::lit(t), 0), 0));
    [y.primal.primal, y.primal.tangent()[0], y.tangent()[0].tangent()[0]]
}

/// How far the equation is from being fulfilled at 25 times between 0 and 3, and how far the start is off.
fn loss<S: Scalar>(weights: &[S]) -> S {
    let residual = |k: u32| {
        let [y, _, acceleration] = derivatives(weights, f64::from(k) / 8.0);
        (acceleration + y).powi(2)
    };
    let [start, velocity, _] = derivatives(weights, 0.0);
    (0..25).map(residual).sum::<S>() / S::lit(25.0)
        + (start.powi(2) + (velocity - S::one()).powi(2)) * S::lit(10.0)
}

fn main() {
    let mut weights: Vec<f64> = (0..3 * WIDTH + 1).map(|k| (f64::from(k as u32) * 1.7).sin() * 0.8).collect();
    let (mut mean, mut square) = (vec![0.0; weights.len()], vec![0.0; weights.len()]);
    for step in 1..=3000_i32 {
        let (value, gradient) = value_and_grad(|w: &[Var<f64>]| loss(w), &weights[..]);
        if step % 500 == 0 {
            println!("step {step}: loss {value:.2e}");
        }
        // Adam, with a rate that falls to 0.
        let rate = 0.02 * (1.0 - f64::from(step) / 3000.0);
        for (k, g) in gradient.iter().enumerate() {
            mean[k] = 0.9 * mean[k] + 0.1 * g;
            square[k] = 0.99 * square[k] + 0.01 * g * g;
            let (m, s) = (mean[k] / (1.0 - 0.9_f64.powi(step)), square[k] / (1.0 - 0.99_f64.powi(step)));
            weights[k] -= rate * m / (s.sqrt() + 1e-12);
        }
    }
    let worst = (0..25)
        .map(|k| f64::from(k) / 8.0)
        .map(|t| (network(&weights, t) - t.sin()).abs())
        .fold(0.0, f64::max);
    println!("largest difference from sin t on [0, 3]: {worst:.1e}");
    assert!(worst < 2e-2);
}
