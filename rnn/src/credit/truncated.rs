//! Truncated backpropagation through time: every `L_t` reaches back over the last `horizon` steps, and no further.
//!
//! It is an approximation, and so no [`Mode`](super::Mode). Of the double sum of Eq. 1.6 the cells with `t - s < horizon` are summed,
//! a band along the diagonal, and the others are left out: what was done `horizon` steps before a loss or earlier gets none of its
//! credit, however many losses there are. Where `J_t .. J_{s+1}` vanishes with `t - s` little is missing, else as much as there is.
//! The loss is that of [`bptt`](super::bptt), bit for bit, and the gradient by the readout is whole, for it acts within a step.
//!
//! A horizon of 1 leaves `delta~_t P~_t`, what the parameters do within the step of the loss; one of `T` or more leaves
//! nothing out. Each step is run, and swept back, for `horizon` losses: time grows with `T horizon d^2`, and memory beside
//! the gradients with `horizon d` and not with `T`. (R. J. Williams and J. Peng, Neural Computation 2, 490-501, 1990.)
//!
//! Another cut goes by the same name: BPTT of one window of `K` steps after the other, each from a state that counts as constant. It
//! takes `T d^2`, but the cells it sums are blocks on the diagonal: the first loss of a window reaches back over one step, the last over `K`.

use crate::credit::summed;
use crate::model::{Parameters, Rnn};
use crate::sequence::{NOT_EMPTY, Sequence};
use ad_core::{Array, Scalar, Unary};
use ad_reverse::Var;

/// `L` and the band `t - s < horizon` of `dL/dtheta`, for a sequence (`RANK` 1) or a batch of them (2).
///
/// ```
/// use ad_core::Vector;
/// use rnn::compare::relative;
/// use rnn::credit::{bptt, truncated};
/// use rnn::{Activation, Loss, Output, Parameters, Rnn, Sequence};
///
/// let rnn = Rnn { f: Activation::Tanh, g: Output::Identity, alpha: 0.5, loss: Loss::Squared };
/// let params = Parameters::random(1, 8, 1, 1.0, 0);
/// let wave = |t: usize| Vector::from([(0.3 * t as f64).sin()]);
/// let sequence = Sequence::new((0..50).map(wave).collect(), (1..51).map(wave).collect());
///
/// let (loss, exact) = bptt::value_and_grad(&rnn, &params, &sequence);
/// let missing = |horizon: usize| {
///     let (same_loss, band) = truncated::value_and_grad(&rnn, &params, &sequence, horizon);
///     assert_eq!(same_loss, loss);
///     relative(exact.recurrent.w_rec.as_slice(), band.recurrent.w_rec.as_slice())
/// };
/// assert!(missing(10) > 0.4 && missing(30) < 0.04); // of this network, on this wave
/// assert!(missing(50) < 1e-12);
/// ```
///
/// # Panics
///
/// If `horizon` is 0, the shapes of parameters and sequence do not fit, `alpha` lies outside of (0, 1], or the loss is none of `g`.
#[track_caller]
pub fn value_and_grad<T, F, const RANK: usize>(
    rnn: &Rnn<F>,
    params: &Parameters<T>,
    sequence: &Sequence<T::Real, RANK>,
    horizon: usize,
) -> (T, Parameters<T>)
where
    T: Scalar,
    F: Unary,
{
    assert!(horizon > 0, "a loss reaches back over at least one step, its own");
    rnn.check(params, None, sequence);
    let (x, y_target) = (sequence.x(), sequence.y_target());
    // The state before the steps that count. It and these parameters are constants, so that nothing here is recorded.
    let mut start = <Var<T> as Scalar>::Array::<RANK>::constant(&sequence.initial_state(params.hidden()));
    let still = ad_reverse::constant(&params.recurrent);
    let all = (0..sequence.steps()).map(|t| {
        if t >= horizon {
            start = rnn.step(&still, &start, &Array::constant(&x[t - horizon]));
        }
        let loss = |p: &Parameters<Var<T>>| {
            let last = &x[(t + 1).saturating_sub(horizon)..=t];
            let h = last.iter().fold(start.clone(), |h, x| rnn.step(&p.recurrent, &h, &Array::constant(x)));
            rnn.loss_at(&rnn.output_potential(&p.readout, &h), &Array::constant(&y_target[t]))
        };
        ad_reverse::value_and_grad(loss, params)
    });
    summed(all).expect(NOT_EMPTY)
}
