//! [`Mode`]: a way to assign credit, chosen by name.

use crate::credit::{bptt, checkpoint, rtrl, window};
use crate::model::{Parameters, Rnn};
use crate::sequence::Sequence;
use ad_core::{Scalar, Unary};
use std::fmt;
use std::str::FromStr;

/// The exact ways to the gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Reverse mode over the whole sequence: [`bptt`].
    Bptt,
    /// The same with so many states kept, and those in between computed again: [`checkpoint`].
    Checkpoint(usize),
    /// Forward mode, step by step: [`rtrl`].
    Rtrl,
    /// Reverse mode in windows of so many steps, forward mode over them: [`window`].
    Window(usize),
}

impl Mode {
    /// `L` and its gradient by this mode: by the [recurrent](crate::Recurrent) parameters Eq. 1.18, by the readout the sum of what
    /// it does within each step.
    ///
    /// # Panics
    ///
    /// If the shapes of parameters and sequence do not fit, `alpha` lies outside of (0, 1], the loss is none of `g`, a window has no step, or no state is to
    /// be kept.
    #[track_caller]
    pub fn value_and_grad<T: Scalar, F: Unary>(
        self,
        rnn: &Rnn<F>,
        params: &Parameters<T>,
        sequence: &Sequence<T::Real, 1>,
    ) -> (T, Parameters<T>) {
        match self {
            Self::Bptt => bptt::value_and_grad(rnn, params, sequence),
            Self::Checkpoint(k) => checkpoint::value_and_grad(rnn, params, sequence, k),
            Self::Rtrl => rtrl::value_and_grad(rnn, params, sequence),
            Self::Window(k) => window::value_and_grad(rnn, params, sequence, k),
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bptt => f.write_str("bptt"),
            Self::Checkpoint(k) => write!(f, "checkpoint:{k}"),
            Self::Rtrl => f.write_str("rtrl"),
            Self::Window(k) => write!(f, "window:{k}"),
        }
    }
}

/// A text that names no mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownMode(String);

impl fmt::Display for UnknownMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown mode {:?} (bptt, rtrl, window:K or checkpoint:K with K >= 1)", self.0)
    }
}

impl std::error::Error for UnknownMode {}

impl FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(text: &str) -> Result<Self, UnknownMode> {
        let mode = match text.split_once(':') {
            None if text == "bptt" => Some(Self::Bptt),
            None if text == "rtrl" => Some(Self::Rtrl),
            Some(("window", k)) => at_least_one(k).map(Self::Window),
            Some(("checkpoint", k)) => at_least_one(k).map(Self::Checkpoint),
            _ => None,
        };
        mode.ok_or_else(|| UnknownMode(text.to_owned()))
    }
}

fn at_least_one(text: &str) -> Option<usize> {
    text.parse().ok().filter(|&k| k > 0)
}
