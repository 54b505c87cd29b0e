//! The case file `rnn-case-1`: a network, its inputs and its targets, as JSON.
//!
//! Reading checks everything, so that whoever holds a [`CaseFile`] needs to check nothing; every error is one line that names
//! the field as the file does. A [`Case`] is one as the library takes it; what is computed from it is
//! written as a [`CreditFile`].

mod error;
mod full;
mod read;
mod room;
mod written;

pub use error::CaseError;
pub use full::Case;
pub(crate) use full::rows;
pub use room::TooLarge;
pub use written::{CreditFile, GradientFile};

use crate::kind::{Activation, Loss, Output};

/// A case, read and checked: every shape fits, every number is finite, alpha lies in (0, 1] and the loss suits g.
///
/// Matrices are lists of rows; entry t of `x` and `y_target` is step t + 1.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseFile {
    /// The dimension of x_t.
    pub n: usize,
    /// The dimension of h_t.
    pub d: usize,
    /// The dimension of y_t.
    pub m: usize,
    /// T, the number of steps.
    pub steps: usize,
    /// The update rate of Eq. 1.2.
    pub alpha: f64,
    /// The hidden units' activation.
    pub f: Activation,
    /// The output function.
    pub g: Output,
    /// The loss of each step.
    pub loss: Loss,
    /// The parameters theta.
    pub params: CaseParams,
    /// x\[T\]\[n\]
    pub x: Vec<Vec<f64>>,
    /// y*\[T\]\[m\]
    pub y_target: Vec<Vec<f64>>,
}

/// The five parameters of Eq. 1.1 and 1.3.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseParams {
    /// W_rec\[d\]\[d\]
    pub w_rec: Vec<Vec<f64>>,
    /// W_in\[d\]\[n\]
    pub w_in: Vec<Vec<f64>>,
    /// b_rec\[d\]
    pub b_rec: Vec<f64>,
    /// W_out\[m\]\[d\]
    pub w_out: Vec<Vec<f64>>,
    /// b_out\[m\]
    pub b_out: Vec<f64>,
}

#[cfg(test)]
mod tests;
