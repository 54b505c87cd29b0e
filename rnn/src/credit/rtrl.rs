//! Real-time recurrent learning: forward mode, one step at a time, online.
//!
//! The sum over `s` comes first (Eq. 1.7, past-facing): `dL_t/dtheta` looks from `t` into the past, and
//! its computation runs forwards with time, `P_t = P~_t + J_t P_{t-1}` (Eq. 1.17). Time grows with
//! `T d^4`, memory with `d^3` and not with `T`. (R. J. Williams and D. Zipser, Neural Computation 1,
//! 270-280, 1989.)
//!
//! Nothing is swept back through time. Within a step, `delta~_t` and the gradient by the readout are
//! adjoints of `L_t` alone ([`immediate`]): one cheap sweep, for which forward mode would
//! take a direction for each of their entries ([`immediate::credit_by_tangents`] does, for `delta~_t`).

use crate::credit::{immediate, summed};
use crate::model::{Parameters, Recurrent, Rnn};
use crate::sequence::{NOT_EMPTY, Sequence};
use ad_core::tree::unflatten;
use ad_core::{Array, Dense, Matrix, Scalar, Unary, Vector};
use ad_forward::{Dual, DualArray};

/// A network that learns while it runs: the state, and its sensitivity to the parameters.
///
/// Feed it `x_t` and `y*_t`, get `dL_t/dtheta`. The parameters may change at every step: a small change
/// of `theta_s` counts as the same change of `theta` (the chapter's remark under Eq. 1.6). `P_t` then adds up
/// sensitivities at different parameters, and is a derivative in the limit of small changes alone.
///
/// ```
/// use rnn::{Rnn, Parameters, credit::rtrl::Rtrl, kind::*};
/// use ad_core::Vector;
///
/// let rnn = Rnn { f: Activation::Tanh, g: Output::Identity, alpha: 0.5, loss: Loss::Squared };
/// let params = Parameters::<f64>::random(1, 8, 1, 1.0, 0);
/// let mut online = Rtrl::new(rnn, 8);
/// for t in 0..100 {
///     let (x, y_target) = (Vector::from([(t as f64).sin()]), Vector::from([(t as f64 + 1.0).sin()]));
///     let now = online.step(&params, &x, &y_target);
///     assert_eq!(now.grad.recurrent.w_rec.as_slice().len(), 64); // dL_t/dW_rec: update with it, or sum it
///     assert_eq!(rnn.output(&now.v).as_slice().len(), 1); // y_t, what was said before that
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Rtrl<T: Scalar, F> {
    rnn: Rnn<F>,
    h: DualArray<T, 1, 1>,
}

/// What is known after step `t`.
#[derive(Clone, Debug)]
pub struct Now<T: Scalar> {
    /// `L_t`
    pub loss: T,
    /// `v_t`, the potentials of the outputs: what the network said is `y_t = g(v_t)`, [`Rnn::output`].
    pub v: Vector<T>,
    /// The gradient of `L_t`: by `W_rec`, `W_in` and `b_rec` that of Eq. 1.13. No state depends on `W_out` and `b_out`, so that by
    /// them it is what they do within the step (1.3-1.5): `(dL_t/dv_t)^T h_t^T` and `dL_t/dv_t`, which is a row.
    pub grad: Parameters<T>,
    /// `delta~_t = dL_t/dh_t`
    pub delta_immediate: Vector<T>,
}

impl<T: Scalar, F: Unary> Rtrl<T, F> {
    /// A network of `d` hidden units at `h_0 = 0`, with `P_0 = 0`.
    pub fn new(rnn: Rnn<F>, d: usize) -> Self {
        Self::starting_at(rnn, Dense::filled([d], T::zero()))
    }

    /// A network at a given `h_0`, which depends on no parameter: `P_0 = 0`.
    pub fn starting_at(rnn: Rnn<F>, h_0: Vector<T>) -> Self {
        Self { rnn, h: DualArray::from_primal(h_0) }
    }

    /// Takes the step from `h_{t-1}` to `h_t`, and gives credit for `L_t`.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit, `alpha` lies outside of (0, 1], or the loss is none of `g`.
    #[track_caller]
    pub fn step(
        &mut self,
        params: &Parameters<T>,
        x: &Vector<T::Real>,
        y_target: &Vector<T::Real>,
    ) -> Now<T> {
        self.rnn.check_step(params, self.h.values(), x, y_target);
        self.advance(params, x, y_target)
    }

    /// [`step`](Self::step) of what has been looked at.
    fn advance(&mut self, params: &Parameters<T>, x: &Vector<T::Real>, y_target: &Vector<T::Real>) -> Now<T> {
        let p = params.recurrent.count();
        let theta: Recurrent<Dual<T, 1>> = ad_forward::seeded(&params.recurrent, 0, p);
        self.h = self.rnn.step(&theta, &self.h, &Array::constant(x));
        let h = T::Vector::from_dense(self.h.values());
        let ((loss, v), immediate) = immediate::with_potential(&self.rnn, &params.readout, &h, y_target);
        let delta_immediate = immediate.h.to_dense();
        let by_theta = self.h.contract(delta_immediate.as_slice(), p); // delta~_t P_t (1.13)
        let recurrent = unflatten(&params.recurrent, by_theta);
        let grad = Parameters { recurrent, readout: immediate.readout };
        Now { loss, v, grad, delta_immediate }
    }

    /// `h_t`
    pub fn state(&self) -> &Vector<T> {
        self.h.values()
    }

    /// `P_t = dh_t/dtheta` (d x |theta|): the tangent of the state.
    pub fn sensitivity(&self, params: &Parameters<T>) -> Matrix<T> {
        self.h.tangent(params.recurrent.count())
    }
}

/// `L` and `dL/dtheta` (Eq. 1.18) of a whole sequence, in memory that does not grow with it.
///
/// # Panics
///
/// If the shapes of parameters and sequence do not fit, `alpha` lies outside of (0, 1], or the loss is none of `g`.
#[track_caller]
pub fn value_and_grad<T: Scalar, F: Unary>(
    rnn: &Rnn<F>,
    params: &Parameters<T>,
    sequence: &Sequence<T::Real, 1>,
) -> (T, Parameters<T>) {
    rnn.check(params, None, sequence);
    let mut online = Rtrl::new(*rnn, params.hidden());
    let steps = sequence.iter().map(|(x, y_target)| {
        let now = online.advance(params, x, y_target);
        (now.loss, now.grad)
    });
    summed(steps).expect(NOT_EMPTY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::{Activation, Loss, Output};

    #[test]
    fn what_was_said_is_told_from_any_start() {
        let rnn = Rnn { f: Activation::Tanh, g: Output::Softmax, alpha: 0.3, loss: Loss::CrossEntropy };
        let params = Parameters::<f64>::random(1, 3, 2, 1.0, 0);
        let h_0 = Vector::from([0.5, -0.25, 1.0]);
        let x = (0..4).map(|t| Vector::from([f64::from(t)])).collect();
        let sequence = Sequence::new(x, vec![Vector::from([0.25, 0.75]); 4]);
        let mut online = Rtrl::starting_at(rnn, h_0.clone());
        for ((x, y_target), step) in sequence.iter().zip(rnn.unroll_from(h_0.clone(), &params, &sequence)) {
            let now = online.step(&params, x, y_target);
            assert_eq!((now.v, now.loss, online.state()), (step.v, step.loss, &step.h));
        }
        // P_0 = 0: after one step P is what the parameters did in it.
        let mut online = Rtrl::starting_at(rnn, h_0.clone());
        online.step(&params, &sequence.x()[0], &sequence.y_target()[0]);
        let direct = immediate::sensitivity(&rnn, &params.recurrent, &h_0, &sequence.x()[0]);
        assert_eq!(online.sensitivity(&params), direct);
    }
}
