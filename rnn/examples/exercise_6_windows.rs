//! Exercise 6: windows of `K` steps, between BPTT (`K = T`) and RTRL (`K = 1`). The numbers of every step come from the engine, for a
//! network of one unit; `main` holds your gradient against the library's for every `K`.
#![allow(unused_variables, dead_code, reason = "you will use them")]
#![allow(unreachable_code, reason = "reached when you are done")]

use rnn::case::{Case, CaseFile};
use rnn::credit::{Mode, immediate};

/// What a step contributes: `delta~_t`, `J_t`, each one number, and `P~_t`, one for each parameter.
#[derive(Clone, Debug)]
struct Step {
    delta_immediate: f64,
    jacobian: f64,
    sensitivity_immediate: Vec<f64>,
}

/// The gradient by windows of `k` steps.
fn windows(steps: &[Step], k: usize) -> Vec<f64> {
    let count = steps[0].sensitivity_immediate.len();
    let (gradient, sensitivity) = (vec![0.0; count], vec![0.0; count]);
    for window in steps.chunks(k) {
        todo!(
            "backwards inside the window: the triangle at the diagonal, and the credit for the state before it"
        );
        todo!("one product for the block to its left");
        todo!("forwards over the window: P at its end");
    }
    gradient
}

fn add(sum: &mut [f64], factor: f64, list: &[f64]) {
    sum.iter_mut().zip(list).for_each(|(sum, x)| *sum += factor * x);
}

/// A network of one unit, and what its steps contribute.
fn example() -> (Case, Vec<Step>) {
    let text = r#"{"format": "rnn-case-1", "n": 1, "d": 1, "m": 1, "T": 7, "alpha": 0.5, "f": "tanh", "g": "identity",
        "loss": "squared", "params": {"W_rec": [[0.8]], "W_in": [[1.1]], "b_rec": [0.1], "W_out": [[0.9]], "b_out": [0]},
        "x": [[1], [0], [-1], [0.5], [0], [1], [0]], "y_target": [[0], [1], [0], [-1], [0.5], [0], [1]]}"#;
    let case = Case::from(&text.parse::<CaseFile>().expect("a well formed case"));
    let full = case.full(Mode::Bptt);
    let (delta, jacobian, h) = (full.delta_immediate.unwrap(), full.j.unwrap(), full.h.unwrap());
    let step = |t: usize| {
        let (theta, x) = (&case.params.recurrent, &case.sequence.x()[t]);
        let immediate = immediate::sensitivity(&case.rnn, theta, &[h[t][0]].into(), x);
        Step {
            delta_immediate: delta[t][0],
            jacobian: jacobian[t][0][0],
            sensitivity_immediate: immediate.as_slice().to_vec(),
        }
    };
    let steps = (0..case.sequence.steps()).map(step).collect();
    (case, steps)
}

/// What the library says.
fn gradient(case: &Case, mode: Mode) -> Vec<f64> {
    let (_, grad) = mode.value_and_grad(&case.rnn, &case.params, &case.sequence);
    ad_core::tree::flatten(&grad.recurrent)
}

fn main() {
    let (case, steps) = example();
    for k in 1..=steps.len() {
        let expected = gradient(&case, Mode::Window(k));
        let found = windows(&steps, k);
        assert!(found.len() == expected.len(), "K = {k}: a number for each parameter");
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-13, "K = {k}: {found}, not {expected}");
        }
        println!("K = {k}: {found:?}");
    }
}
