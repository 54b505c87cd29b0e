//! The loss, Eq. 1.5: `L = sum_t L_t(y_t, y*_t)`.
//!
//! `L_t` is computed from the potentials `v_t`, not from `y_t = g(v_t)`: `ln(softmax(v))` and
//! `ln(sigmoid(v))` have forms that neither overflow nor lose digits in the tails.

use crate::kind::{Loss, Output};
use crate::model::{Parameters, Rnn};
use crate::sequence::Sequence;
use ad_core::array::Ranked;
use ad_core::{Array, Dense, Real, Scalar, Unary, rules};

impl<F: Unary> Rnn<F> {
    /// `L_t(y_t, y*_t)` from `v_t`; in a batch summed over the sequences.
    ///
    /// # Panics
    ///
    /// If the loss is the cross entropy and `g` gives no probabilities
    /// ([`Loss::accepts`]), or the shapes differ.
    pub fn loss_at<S, A, const RANK: usize>(&self, loss: Loss, v: &A, y_target: &Dense<S::Real, RANK>) -> S
    where
        S: Scalar,
        A: Array<S, RANK>,
    {
        let target = A::constant(y_target);
        match (loss, self.g) {
            // 1/2 sum (y - y*)^2
            (Loss::Squared, _) => {
                let error = self.output(v).minus(&target);
                error.dot(&error) * S::lit(0.5)
            }
            // -sum y* ln softmax(v)
            (Loss::CrossEntropy, Output::Softmax) => -v.sub_rows(&v.log_sum_exp()).dot(&target),
            // -sum y* ln sigmoid(v) + (1 - y*) ln sigmoid(-v), with -ln sigmoid(v) = softplus(-v)
            (Loss::CrossEntropy, Output::Sigmoid) => {
                let one = S::Real::from_literal(1.0);
                let others = A::constant(&Dense::new(y_target.shape(), y_target.as_slice().iter().map(|&y| one - y)));
                let minus_v = v.scale(S::lit(-1.0));
                minus_v.map(rules::Softplus).dot(&target) + v.map(rules::Softplus).dot(&others)
            }
            (Loss::CrossEntropy, Output::Identity) => panic!("cross entropy needs g = sigmoid or softmax"),
        }
    }

    /// Every `L_t` of a sequence, from `h_0 = 0`.
    ///
    /// # Panics
    ///
    /// If the shapes of parameters and sequence do not fit; as [`loss_at`](Self::loss_at).
    pub fn losses<S, const RANK: usize>(
        &self,
        loss: Loss,
        params: &Parameters<S>,
        sequence: &Sequence<S::Real, RANK>,
    ) -> Vec<S>
    where
        S: Ranked<RANK>,
    {
        let mut h = S::Array::constant(&sequence.initial_state(params.recurrent.b_rec.len()));
        let steps = sequence.iter().map(|(x, y_target)| {
            h = self.step(&params.recurrent, &h, &Array::constant(x));
            let v = self.output_potential(&params.readout, &h);
            self.loss_at(loss, &v, y_target)
        });
        steps.collect()
    }

    /// `L`, the sum of all `L_t` (Eq. 1.5).
    ///
    /// # Panics
    ///
    /// As [`losses`](Self::losses).
    pub fn total_loss<S, const RANK: usize>(
        &self,
        loss: Loss,
        params: &Parameters<S>,
        sequence: &Sequence<S::Real, RANK>,
    ) -> S
    where
        S: Ranked<RANK>,
    {
        self.losses(loss, params, sequence).into_iter().sum() // (1.5)
    }
}
