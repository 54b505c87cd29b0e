//! [`Mode`]: a way to assign credit, chosen by name.

use crate::credit::{bptt, rtrl, window};
use crate::model::{Parameters, Rnn};
use crate::sequence::Sequence;
use ad_core::{Scalar, Unary};
use std::fmt;
use std::str::FromStr;

/// The three exact ways to the gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Reverse mode over the whole sequence: [`bptt`].
    Bptt,
    /// Forward mode, step by step: [`rtrl`].
    Rtrl,
    /// Reverse mode in windows of so many steps, forward mode over them: [`window`].
    Window(usize),
}

impl Mode {
    /// `L` and `dL/dtheta` (Eq. 1.18) by this mode.
    ///
    /// # Panics
    ///
    /// If the shapes of parameters and sequence do not fit, or a window has no step.
    pub fn value_and_grad<T: Scalar, F: Unary>(
        self,
        rnn: &Rnn<F>,
        params: &Parameters<T>,
        sequence: &Sequence<T::Real, 1>,
    ) -> (T, Parameters<T>) {
        match self {
            Self::Bptt => bptt::value_and_grad(rnn, params, sequence),
            Self::Rtrl => rtrl::value_and_grad(rnn, params, sequence),
            Self::Window(k) => window::value_and_grad(rnn, params, sequence, k),
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bptt => f.write_str("bptt"),
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
        write!(f, "unknown mode {:?} (bptt, rtrl, window:K with K >= 1)", self.0)
    }
}

impl std::error::Error for UnknownMode {}

impl FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(text: &str) -> Result<Self, UnknownMode> {
        let window = |k: &str| k.parse().ok().filter(|&k| k > 0).map(Self::Window);
        let mode = match text {
            "bptt" => Some(Self::Bptt),
            "rtrl" => Some(Self::Rtrl),
            other => other.strip_prefix("window:").and_then(window),
        };
        mode.ok_or_else(|| UnknownMode(text.to_owned()))
    }
}
