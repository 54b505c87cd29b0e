//! Exercise 5: a learning rule of your own by `stop_gradient`. Write the step so that of `J_t` only the leak remains; `main` tells
//! whether it does.
//!
//! RFLO (J. M. Murray, eLife 8, e43299, 2019) keeps of `J_t` only the leak: `P_t = P~_t + (1 - alpha) P_{t-1}`.
//! (Murray's random feedback weights are left out.) Values do not change: `stop_gradient` takes the tangent away and leaves the value.

#![allow(unused_imports, unused_variables, reason = "you will use them")]

use ad_core::{Array, Dense, Matrix, Vector};
use ad_forward::{Dual, DualArray};
use rnn::{Activation, Loss, Output, Parameters, Recurrent, Rnn};

/// One step: `h_t`, whose tangent is `P_t`.
fn step(
    rnn: &Rnn,
    theta: &Recurrent<Dual<f64, 1>>,
    h_prev: &DualArray<f64, 1, 1>,
    x: &Vector<f64>,
) -> DualArray<f64, 1, 1> {
    todo!(
        "potential and state as in `Rnn::step` (rnn/src/model.rs), of `Array::constant(x)`; \
         but the tangent of h_prev reaches h_t by the leak alone"
    )
}

/// `P_1 .. P_T`.
fn sensitivities(rnn: &Rnn, params: &Parameters<f64>, x: &[Vector<f64>]) -> Vec<Matrix<f64>> {
    let p = params.recurrent.count();
    let theta = ad_forward::seeded(&params.recurrent, 0, p);
    let mut h = DualArray::from_primal(Dense::filled([params.hidden()], 0.0));
    let steps = x.iter().map(|x| {
        h = step(rnn, &theta, &h, x);
        h.tangent(p)
    });
    steps.collect()
}

fn example() -> (Rnn, Parameters<f64>, Vec<Vector<f64>>) {
    let rnn = Rnn { f: Activation::Tanh, g: Output::Identity, alpha: 0.4, loss: Loss::Squared };
    let x = (0..10).map(|t| Vector::from([(0.7 * t as f64).sin()])).collect();
    (rnn, Parameters::random(1, 3, 1, 1.0, 1), x)
}

fn main() {
    let (rnn, params, x) = example();
    let p = sensitivities(&rnn, &params, &x);
    let mut h = Dense::filled([3], 0.0);
    for (t, x) in x.iter().enumerate() {
        let now = rnn::credit::immediate::sensitivity(&rnn, &params.recurrent, &h, x);
        for (i, (found, now)) in p[t].as_slice().iter().zip(now.as_slice()).enumerate() {
            let before = if t == 0 { 0.0 } else { p[t - 1].as_slice()[i] };
            let expected = now + 0.6 * before;
            assert!(
                (found - expected).abs() < 1e-14,
                "at t = {} entry {i} of P_t is {found}, of the leak alone {expected}",
                t + 1
            );
        }
        h = rnn.step(&params.recurrent, &h, x);
    }
    println!("Right: P_t = P~_t + (1 - alpha) P_(t-1)");
}
