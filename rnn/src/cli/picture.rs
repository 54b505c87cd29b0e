//! What the report draws of the credit that a network assigns: the triangle, and the norms over time.

use rnn::compare::{norm, relative};
use rnn::credit::rtrl::Rtrl;
use rnn::credit::{bptt, triangle};
use rnn::report::Triangle;
use rnn::{Parameters, Rnn, Sequence};

/// The norms of every cell of Eq. 1.6 over the first steps of a sequence, and of its sums, Eq. 1.7.
pub(super) fn of_triangle(
    rnn: &Rnn,
    params: &Parameters<f64>,
    sequence: &Sequence<f64, 1>,
    steps: usize,
) -> Triangle {
    let triangle = triangle::by_adjoints(rnn, params, &sequence.window(0..steps.min(sequence.steps())));
    let (columns, rows) = (triangle.column_sums(), triangle.row_sums());
    Triangle {
        norms: triangle.cells.iter().map(|row| norms(row)).collect(),
        column_sums: norms(&columns),
        row_sums: norms(&rows),
        difference: relative(&sum(&columns), &sum(&rows)),
    }
}

/// The norms of the credit vectors `delta_t`, out of adjoints, and of the sensitivities `P_t`, out of tangents.
pub(super) fn of_time(
    rnn: &Rnn,
    params: &Parameters<f64>,
    sequence: &Sequence<f64, 1>,
) -> (Vec<f64>, Vec<f64>) {
    let delta = bptt::credit(rnn, params, sequence).delta;
    let mut online = Rtrl::new(*rnn, params.hidden());
    let sensitivities = sequence.iter().map(|(x, y_target)| {
        online.step(params, x, y_target);
        norm(online.sensitivity(params).as_slice())
    });
    (delta.iter().map(|delta| norm(delta.as_slice())).collect(), sensitivities.collect())
}

fn norms(vectors: &[Vec<f64>]) -> Vec<f64> {
    vectors.iter().map(|vector| norm(vector)).collect()
}

fn sum(vectors: &[Vec<f64>]) -> Vec<f64> {
    let mut vectors = vectors.iter().cloned();
    let first = vectors.next().unwrap_or_default();
    vectors.fold(first, |sum, vector| sum.iter().zip(&vector).map(|(a, b)| a + b).collect())
}
