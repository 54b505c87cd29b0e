//! Training: the same network, the same optimiser, and a gradient by whichever mode.
//!
//! What differs between the modes is when the parameters can change. BPTT knows the gradient after the
//! whole sequence and changes them once a pass; RTRL knows it after every step and changes them there;
//! windows stand between the two.

mod forecast;
mod pass;

pub use forecast::predict;

use crate::credit::Mode;
use crate::model::{Parameters, Rnn};
use crate::optim::Adam;
use crate::sequence::Sequence;
use ad_core::{Unary, Vector};
use std::f64::consts::PI;
use std::fmt;

/// How to train.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// Where the gradient comes from, and so how often the parameters change.
    pub mode: Mode,
    /// How often the sequence is run through.
    pub passes: usize,
    /// The learning rate of the first pass; it falls to 0 along half a cosine.
    pub rate: f64,
    /// The longest gradient of the mean loss of a step that is followed at full length.
    pub clip: f64,
}

/// Training came to an error that is not a finite number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Diverged {
    /// The pass in which it did, from 1: by the loss before its changes, or what was left after them.
    pub pass: usize,
}

impl fmt::Display for Diverged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "training diverged in pass {}: the error is not a finite number", self.pass)
    }
}

impl std::error::Error for Diverged {}

/// Trains `params` on a sequence. `after_pass` sees the number of passes done and the parameters then.
///
/// Nothing here is random: the same start gives the same end.
///
/// # Errors
///
/// [`Diverged`] if the loss of a pass is not finite, or the loss after the last.
///
/// # Panics
///
/// If the shapes of parameters and sequence do not fit, `alpha` lies outside of (0, 1], the loss is none of `g`, a window has no step, or no state is to
/// be kept.
#[track_caller]
pub fn train<F: Unary>(
    rnn: &Rnn<F>,
    params: &mut Parameters<f64>,
    sequence: &Sequence<f64, 1>,
    schedule: &Schedule,
    mut after_pass: impl FnMut(usize, &Parameters<f64>),
) -> Result<(), Diverged> {
    rnn.check(params, None, sequence);
    let mut adam = Adam::new(params);
    for pass in 0..schedule.passes {
        let rate = schedule.rate * 0.5 * (1.0 + (PI * pass as f64 / schedule.passes as f64).cos());
        let mut learn = pass::Learn { adam: &mut adam, rate, clip: schedule.clip };
        let loss = match schedule.mode {
            mode @ (Mode::Bptt | Mode::Checkpoint(_)) => pass::whole(rnn, params, sequence, mode, &mut learn),
            Mode::Rtrl => pass::rtrl(rnn, params, sequence, &mut learn),
            Mode::Window(k) => pass::windows(rnn, params, sequence, k, &mut learn),
        };
        if !loss.is_finite() {
            return Err(Diverged { pass: pass + 1 });
        }
        after_pass(pass + 1, params);
    }
    // No pass has seen what the last change did.
    if !rnn.total_loss(params, sequence).is_finite() {
        return Err(Diverged { pass: schedule.passes });
    }
    Ok(())
}

/// A series of numbers as a sequence: each is the input from which the next is to be told.
///
/// # Panics
///
/// If there are fewer than two numbers.
#[must_use]
pub fn one_step_ahead(values: &[f64]) -> Sequence<f64, 1> {
    let pairs = values.windows(2).map(|pair| (Vector::from([pair[0]]), Vector::from([pair[1]])));
    let (x, y_target) = pairs.unzip();
    Sequence::new(x, y_target)
}

#[cfg(test)]
mod tests;
