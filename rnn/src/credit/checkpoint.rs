//! Backpropagation through time with few states kept: those in between are computed again.
//!
//! The gradient of [`bptt`](super::bptt) to rounding, and bit for bit that of a recording of the whole sequence; its memory grows with
//! the number of states kept and not with that of steps: with the square root of `2 T` states every step is run at most twice more.

use crate::credit::immediate::State;
use crate::model::{Parameters, Rnn};
use crate::sequence::{NOT_EMPTY, Sequence};
use ad_core::{Array, Scalar, Unary};
use ad_reverse::Var;

/// `L` and `dL/dtheta` (Eq. 1.18) of a whole sequence, keeping `snapshots` states at a time, `h_0` included.
///
/// # Panics
///
/// If `snapshots` is 0, the shapes of parameters and sequence do not fit, `alpha` lies outside of (0, 1], or the loss is none of `g`.
#[track_caller]
pub fn value_and_grad<T: Scalar, F: Unary>(
    rnn: &Rnn<F>,
    params: &Parameters<T>,
    sequence: &Sequence<T::Real, 1>,
    snapshots: usize,
) -> (T, Parameters<T>) {
    rnn.check(params, None, sequence);
    let start = State::<T>(T::Vector::constant(&sequence.initial_state(params.hidden())));
    let step = |t: usize, params: &Parameters<Var<T>>, h: &State<Var<T>>| {
        let now = sequence.window(t..t + 1);
        let step = rnn.steps_from(h.0.clone(), params, &now).next().expect(NOT_EMPTY);
        (State(step.h), step.loss)
    };
    let of_loop = ad_reverse::checkpoint(step, params, &start, sequence.steps(), snapshots);
    (of_loop.value, of_loop.params)
}
