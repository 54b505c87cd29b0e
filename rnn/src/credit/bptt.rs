//! Backpropagation through time: reverse mode over the whole sequence.
//!
//! The sum over `t` comes first (Eq. 1.7, future-facing): `dL/dtheta_s` looks from `s` into the
//! future, and so its computation has to run from the future back, `delta_t = delta~_t + delta_{t+1}
//! J_{t+1}` (Eq. 1.12). Time grows with `T d^2`, memory with `T d`. (P. J. Werbos, Proceedings of the IEEE 78,
//! 1550-1560, 1990.)

use crate::loss::Step;
use crate::model::{Parameters, Rnn};
use crate::sequence::Sequence;
use ad_core::{Array, Dense, Real, Scalar, Unary, Vector};
use ad_reverse::Var;
use ad_reverse::scan::{self, Recurrence};
use std::any::Any;

/// `L` and `dL/dtheta` (Eq. 1.18), for a sequence (`RANK` 1) or a batch of them (2).
///
/// All steps do the same, so over plain numbers a program is made of one of them and run for all ([`scan`]): with the squared error it
/// takes 1.0 to 1.4 times as long as BPTT written by hand. With another loss, and over other scalars, the sequence is recorded.
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
    if let Some(plain) = (params as &dyn Any).downcast_ref::<Parameters<T::Real>>() {
        let unrolled = Unrolled { rnn, h_0: sequence.initial_state(params.hidden()) };
        let inputs = [sequence.x(), sequence.y_target()];
        let found = scan::value_and_grad(&unrolled, plain, sequence.steps(), inputs);
        let mut same = None::<(T, Parameters<T>)>;
        *(&mut same as &mut dyn Any).downcast_mut().expect("T is its own Real") = Some(found);
        return same.expect("just put there");
    }
    ad_reverse::value_and_grad(|p: &Parameters<Var<T>>| rnn.sum_of_losses(p, sequence), params)
}

/// The network from a first state on, as a loop.
struct Unrolled<'a, F, R, const RANK: usize> {
    rnn: &'a Rnn<F>,
    h_0: Dense<R, RANK>,
}

impl<F: Unary, R: Real, const RANK: usize> Recurrence<Parameters<R>, RANK, 2> for Unrolled<'_, F, R, RANK> {
    fn start<S: Scalar<Real = R>>(&self, _: &Parameters<S>) -> S::Array<RANK> {
        S::Array::constant(&self.h_0)
    }

    fn step<S: Scalar<Real = R>>(
        &self,
        params: &Parameters<S>,
        h_prev: &S::Array<RANK>,
        [x, y_target]: &[S::Array<RANK>; 2],
    ) -> (S::Array<RANK>, S) {
        let h = self.rnn.step(&params.recurrent, h_prev, x);
        let v = self.rnn.output_potential(&params.readout, &h);
        let loss = self.rnn.loss_at(&v, y_target);
        (h, loss)
    }
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
