//! One pass over the sequence, by each mode.

use crate::credit::Mode;
use crate::credit::rtrl::Rtrl;
use crate::credit::window::Windows;
use crate::model::{Parameters, Rnn};
use crate::optim::{self, Adam};
use crate::sequence::Sequence;
use ad_core::Unary;

/// How the parameters follow a gradient in this pass.
pub(super) struct Learn<'a> {
    pub(super) adam: &'a mut Adam,
    pub(super) rate: f64,
    pub(super) clip: f64,
}

impl Learn<'_> {
    /// Follows the gradient of the loss of so many steps; their mean makes the limit mean the same in
    /// every mode.
    fn follow(&mut self, params: &mut Parameters<f64>, mut grad: Parameters<f64>, steps: usize) {
        optim::scale(&mut grad, 1.0 / steps as f64);
        optim::clip(&mut grad, self.clip);
        self.adam.update(params, &grad, self.rate);
    }
}

/// One change, after the whole sequence, by a mode that gives its gradient at once.
#[track_caller]
pub(super) fn whole<F: Unary>(
    rnn: &Rnn<F>,
    params: &mut Parameters<f64>,
    sequence: &Sequence<f64, 1>,
    mode: Mode,
    learn: &mut Learn<'_>,
) -> f64 {
    let (loss, grad) = mode.value_and_grad(rnn, params, sequence);
    learn.follow(params, grad, sequence.steps());
    loss
}

/// A change after every step, as the chapter's remark under Eq. 1.6 allows.
pub(super) fn rtrl<F: Unary>(
    rnn: &Rnn<F>,
    params: &mut Parameters<f64>,
    sequence: &Sequence<f64, 1>,
    learn: &mut Learn<'_>,
) -> f64 {
    let mut online = Rtrl::new(*rnn, params.hidden());
    let mut total = 0.0;
    for (x, y_target) in sequence.iter() {
        let now = online.step(params, x, y_target);
        learn.follow(params, now.grad, 1);
        total += now.loss;
    }
    total
}

/// A change after every window of `k` steps.
#[track_caller]
pub(super) fn windows<F: Unary>(
    rnn: &Rnn<F>,
    params: &mut Parameters<f64>,
    sequence: &Sequence<f64, 1>,
    k: usize,
    learn: &mut Learn<'_>,
) -> f64 {
    let mut windows = Windows::new(*rnn, params.hidden());
    let mut total = 0.0;
    for window in sequence.windows(k) {
        let (loss, grad) = windows.advance(params, &window);
        learn.follow(params, grad, window.steps());
        total += loss;
    }
    total
}
