//! What a trained network says of the next value.

use super::one_step_ahead;
use crate::model::{Parameters, Rnn};
use ad_core::Unary;

/// The prediction of each of `values[from..]` from the true values before it: the parameters stand
/// still, and the state runs through the series from its start.
///
/// # Panics
///
/// Unless `1 <= from < values.len()`, or if the network has not one input and one output; as [`Rnn::unroll`].
#[must_use]
#[track_caller]
pub fn predict<F: Unary>(rnn: &Rnn<F>, params: &Parameters<f64>, values: &[f64], from: usize) -> Vec<f64> {
    assert!((1..values.len()).contains(&from), "from = {from} must lie in 1..{}", values.len());
    let sequence = one_step_ahead(values);
    let outputs = rnn.unroll(params, &sequence).map(|step| rnn.output(&step.v).as_slice()[0]);
    outputs.skip(from - 1).collect()
}
