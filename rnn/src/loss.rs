//! The loss, Eq. 1.5: `L = sum_t L_t(y_t, y*_t)`.
//!
//! `L_t` is computed from the potentials `v_t`, not from `y_t = g(v_t)`: `ln(softmax(v))` and
//! `ln(sigmoid(v))` have forms that neither overflow nor lose digits in the tails.

use crate::kind::{Loss, Output};
use crate::model::{Parameters, Rnn};
use crate::sequence::Sequence;
use ad_core::{Array, Dense, Real, Scalar, Unary, rules};

/// What happened in one step.
#[derive(Clone, Debug)]
pub struct Step<S: Scalar, const RANK: usize> {
    /// `u_t`
    pub u: S::Array<RANK>,
    /// `h_t`
    pub h: S::Array<RANK>,
    /// `v_t`
    pub v: S::Array<RANK>,
    /// `L_t`
    pub loss: S,
}

/// `1/2 sum (y - y*)^2`, the squared error of outputs.
pub(crate) fn squared<S, A, const RANK: usize>(y: &A, y_target: &A) -> S
where
    S: Scalar,
    A: Array<S, RANK>,
{
    y.squared_distance(y_target) * S::lit(0.5)
}

impl<F: Unary> Rnn<F> {
    /// `L_t(y_t, y*_t)` from `v_t`; in a batch summed over the sequences.
    ///
    /// # Panics
    ///
    /// If the loss is the cross entropy and `g` gives no probabilities ([`Loss::accepts`]), or the
    /// shapes differ.
    pub fn loss_at<S, A, const RANK: usize>(&self, v: &A, y_target: &A) -> S
    where
        S: Scalar,
        A: Array<S, RANK>,
    {
        match (self.loss, self.g) {
            (Loss::Squared, Output::Identity) => squared(v, y_target), // y is v, and not a copy of it
            (Loss::Squared, _) => squared(&self.output(v), y_target),
            // -sum y* ln softmax(v)
            (Loss::CrossEntropy, Output::Softmax) => -v.sub_rows(&v.log_sum_exp()).dot(y_target),
            // -sum y* ln sigmoid(v) + (1 - y*) ln sigmoid(-v), with -ln sigmoid(v) = softplus(-v)
            (Loss::CrossEntropy, Output::Sigmoid) => {
                let ones = A::constant(&Dense::filled(y_target.shape(), S::Real::from_literal(1.0)));
                let others = ones.minus(y_target);
                let minus_v = v.scale(S::lit(-1.0));
                minus_v.map(rules::Softplus).dot(y_target) + v.map(rules::Softplus).dot(&others)
            }
            (Loss::CrossEntropy, Output::Identity) => panic!("cross entropy needs g = sigmoid or softmax"),
        }
    }

    /// The network unrolled over a sequence, from `h_0 = 0`: one [`Step`] at a time.
    ///
    /// # Panics
    ///
    /// Here, and not at the first step, if the shapes of parameters and sequence do not fit or `alpha` lies outside of (0, 1]; as
    /// [`loss_at`](Self::loss_at).
    #[track_caller]
    pub fn unroll<S: Scalar, const RANK: usize>(
        &self,
        params: &Parameters<S>,
        sequence: &Sequence<S::Real, RANK>,
    ) -> impl Iterator<Item = Step<S, RANK>> {
        let start = S::Array::constant(&sequence.initial_state(params.hidden()));
        self.unroll_from(start, params, sequence)
    }

    /// [`unroll`](Self::unroll) from a given `h_0`.
    ///
    /// # Panics
    ///
    /// As [`unroll`](Self::unroll).
    #[track_caller]
    pub fn unroll_from<S: Scalar, const RANK: usize>(
        &self,
        h: S::Array<RANK>,
        params: &Parameters<S>,
        sequence: &Sequence<S::Real, RANK>,
    ) -> impl Iterator<Item = Step<S, RANK>> {
        self.check(params, Some(h.shape()), sequence);
        self.steps_from(h, params, sequence)
    }

    /// [`unroll_from`](Self::unroll_from) of what has been looked at.
    pub(crate) fn steps_from<S: Scalar, const RANK: usize>(
        &self,
        mut h: S::Array<RANK>,
        params: &Parameters<S>,
        sequence: &Sequence<S::Real, RANK>,
    ) -> impl Iterator<Item = Step<S, RANK>> {
        sequence.iter().map(move |at| {
            let step = self.step_from(&h, params, at);
            h = step.h.clone();
            step
        })
    }

    /// What happens at `x_t` and `y*_t` after `h_{t-1}`.
    fn step_from<S: Scalar, const RANK: usize>(
        &self,
        h_prev: &S::Array<RANK>,
        params: &Parameters<S>,
        (x, y_target): (&Dense<S::Real, RANK>, &Dense<S::Real, RANK>),
    ) -> Step<S, RANK> {
        let u = self.potential(&params.recurrent, h_prev, &Array::constant(x));
        let h = self.state(h_prev, &u);
        let v = self.output_potential(&params.readout, &h);
        let loss = self.loss_at(&v, &Array::constant(y_target));
        Step { u, h, v, loss }
    }

    /// `L`, the sum of all `L_t` (Eq. 1.5).
    ///
    /// # Panics
    ///
    /// As [`unroll`](Self::unroll).
    #[track_caller]
    pub fn total_loss<S: Scalar, const RANK: usize>(
        &self,
        params: &Parameters<S>,
        sequence: &Sequence<S::Real, RANK>,
    ) -> S {
        self.check(params, None, sequence);
        self.sum_of_losses(params, sequence)
    }

    /// [`total_loss`](Self::total_loss) of what has been looked at.
    pub(crate) fn sum_of_losses<S: Scalar, const RANK: usize>(
        &self,
        params: &Parameters<S>,
        sequence: &Sequence<S::Real, RANK>,
    ) -> S {
        let mut h = S::Array::constant(&sequence.initial_state(params.hidden()));
        let losses = sequence.iter().map(|at| {
            let step = self.step_from(&h, params, at);
            h = step.h;
            step.loss
        });
        losses.sum() // (1.5)
    }
}
