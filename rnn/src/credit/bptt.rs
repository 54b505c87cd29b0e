//! Backpropagation through time: reverse mode over the whole sequence.
//!
//! The sum over `t` comes first (Eq. 1.7, future-facing): `dL/dtheta_s` looks from `s` into the
//! future, and so its computation has to run from the future back, `delta_t = delta~_t + delta_{t+1}
//! J_{t+1}` (Eq. 1.12). Time grows with `T d^2`, memory with `T d`. (P. J. Werbos, Proceedings of the IEEE 78,
//! 1550-1560, 1990.)

use crate::loss::Step;
use crate::model::{Parameters, Rnn};
use crate::sequence::Sequence;
use ad_core::{Dense, Scalar, Unary, Vector};
use ad_reverse::Var;

/// `L` and `dL/dtheta` (Eq. 1.18), for a sequence (`RANK` 1) or a batch of them (2).
///
/// # Panics
///
/// If the shapes of parameters and sequence do not fit, `alpha` lies outside of (0, 1], or the loss is none of `g`.
#[track_caller]
pub fn value_and_grad<T, F, const RANK: usize>(
    rnn: &Rnn<F>,
    params: &Parameters<T>,
    sequence: &Sequence<T::Real, RANK>,
) -> (T, Parameters<T>)
where
    T: Scalar,
    F: Unary,
{
    rnn.check(params, None, sequence);
    ad_reverse::value_and_grad(|p: &Parameters<Var<T>>| rnn.sum_of_losses(p, sequence), params)
}

/// What one backward sweep knows.
#[derive(Clone, Debug)]
pub struct Credit<T: Scalar> {
    /// Every `L_t`.
    pub losses: Vec<T>,
    /// `dL/dtheta`
    pub grad: Parameters<T>,
    /// `h_1 .. h_T`
    pub states: Vec<Vector<T>>,
    /// The credit vectors `delta_t = dL/dh_t` (Eq. 1.8-1.12): the adjoints of the states.
    pub delta: Vec<Vector<T>>,
}

/// The gradient together with the credit vectors it went through.
///
/// # Panics
///
/// As [`value_and_grad`].
#[track_caller]
pub fn credit<T: Scalar, F: Unary>(
    rnn: &Rnn<F>,
    params: &Parameters<T>,
    sequence: &Sequence<T::Real, 1>,
) -> Credit<T> {
    rnn.check(params, None, sequence);
    let run = |p: &Parameters<Var<T>>| {
        let steps: Vec<Step<Var<T>, 1>> = rnn.unroll(p, sequence).collect();
        let losses: Vec<Var<T>> = steps.iter().map(|step| step.loss).collect();
        (losses, steps.into_iter().map(|step| step.h).collect())
    };
    let (losses, states, mut pullback) = ad_reverse::vjp_watching(run, params);
    let every_loss = vec![T::one(); losses.len()];
    let (grad, adjoints) = pullback.call_watching(&every_loss);
    let delta = adjoints.into_iter().map(Dense::from).collect();
    Credit { losses, grad, states, delta }
}
