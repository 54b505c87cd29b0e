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
    let sequence = sequence.window(0..steps.min(sequence.steps()));
    let zeros = vec![0.0; params.recurrent.count()];
    let (mut columns, mut rows) = (vec![zeros.clone(); sequence.steps()], zeros.clone());
    let mut triangle = Triangle::default();
    triangle::rows_by_adjoints(rnn, params, &sequence, |cells| {
        // Past s = t there are zeros.
        let cells = cells.take(triangle.norms.len() + 1);
        let mut row = zeros.clone();
        for (cell, column) in cells.clone().zip(&mut columns) {
            add(&mut row, cell);
            add(column, cell);
        }
        triangle.norms.push(cells.map(norm).collect());
        triangle.row_sums.push(norm(&row));
        add(&mut rows, &row);
    });
    triangle.column_sums = columns.iter().map(|column| norm(column)).collect();
    let mut whole = zeros;
    columns.iter().for_each(|column| add(&mut whole, column));
    triangle.difference = relative(&whole, &rows);
    triangle
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

fn add(sum: &mut [f64], more: &[f64]) {
    sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MEMORY;
    use rnn::kind::{Activation, Loss, Output};
    use rnn::train::one_step_ahead;

    const NETWORK: Rnn = Rnn { f: Activation::Tanh, g: Output::Identity, alpha: 0.6, loss: Loss::Squared };

    fn wave(steps: usize) -> Sequence<f64, 1> {
        one_step_ahead(&(0..=steps).map(|t| (0.3 * t as f64).sin()).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_drawn_are_the_norms_of_the_triangle() {
        let (params, sequence) = (Parameters::random(1, 5, 1, 0.9, 0), wave(12));
        let drawn = of_triangle(&NETWORK, &params, &sequence, 9);
        let whole = triangle::by_adjoints(&NETWORK, &params, &sequence.window(0..9));
        let norms = |vectors: &[Vec<f64>]| vectors.iter().map(|x| norm(x)).collect::<Vec<_>>();
        let cells = whole.cells.iter().enumerate().map(|(t, row)| norms(&row[..=t]));
        let expected =
            [cells.collect(), vec![norms(&whole.row_sums()), norms(&whole.column_sums())]].concat();
        let found = [drawn.norms, vec![drawn.row_sums, drawn.column_sums]].concat();
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9]);
        for (found, expected) in found.iter().zip(&expected) {
            assert!(relative(found, expected) < 1e-14, "{found:?} and {expected:?}");
        }
        assert!(drawn.difference < 1e-14, "{}", drawn.difference);
    }

    /// In memory for a quarter of them at most: other tests of this program run beside it.
    #[test]
    fn a_triangle_is_drawn_in_the_memory_of_a_few_rows() {
        const STEPS: usize = 48;
        let (params, sequence) = (Parameters::random(1, 128, 1, 0.9, 0), wave(STEPS));
        let row = STEPS * params.recurrent.count() * size_of::<f64>();
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        of_triangle(&NETWORK, &params, &sequence, STEPS);
        let peak = MEMORY.peak_usage().saturating_sub(before);
        assert!(peak < STEPS / 4 * row, "{peak} bytes, where a row has {row}");
    }
}
