//! Windows of `K` steps: reverse mode inside a window, forward mode over the windows.
//!
//! `P` stands still while the window is recorded. Sweeping the window back for its loss gives the
//! credit `delta` that reaches the window's first state, and so the share of all earlier parameters,
//! `delta P`; sweeping it back for each of the `d` entries of its last state gives the window's
//! Jacobians, by which `P` is pushed once. `K = 1` is RTRL and `K = T` is BPTT; every `K` gives the exact
//! gradient. A window takes `d^4` to push `P` and `K d^3` for its Jacobians: with `K >= d` that is `d^3` a step instead
//! of RTRL's `d^4`, in memory `d^3 + K d^2`, independent of `T` (J. Schmidhuber, Neural Computation 4,
//! 243-248, 1992).
//!
//! The loss is summed window by window, so its last digits are not those of the other modes.

use crate::credit::immediate::identity;
use crate::credit::summed;
use crate::model::{Parameters, Recurrent, Rnn};
use crate::sequence::{NOT_EMPTY, Sequence};
use ad_core::kernels::{add_strong_product, meets_zero};
use ad_core::{Array, Dense, Matrix, Scalar, Unary, Vector, impl_tree};
use ad_reverse::Var;

/// A network that learns window by window: the state, and its sensitivity to the parameters.
#[derive(Clone, Debug)]
pub struct Windows<T: Scalar, F> {
    rnn: Rnn<F>,
    h: Vector<T>,
    /// `P` (d x |theta|), by the columns of `W_rec`, of `W_in` and of `b_rec`; `None` stands for `P_0 = 0`.
    sensitivity: Option<[Matrix<T>; 3]>,
}

/// What a window depends on.
struct Inputs<S: Scalar> {
    params: Parameters<S>,
    h: S::Vector,
}

/// What a window gives.
struct Outcome<S: Scalar> {
    loss: S,
    h: S::Vector,
}

impl<T: Scalar, F: Unary> Windows<T, F> {
    /// A network of `d` hidden units at `h_0 = 0`, with `P_0 = 0`.
    pub fn new(rnn: Rnn<F>, d: usize) -> Self {
        Self { rnn, h: Dense::filled([d], T::zero()), sensitivity: None }
    }

    /// Runs through a window, and gives credit for the losses in it: their sum, and its gradient.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit, `alpha` lies outside of (0, 1], or the loss is none of `g`.
    #[track_caller]
    pub fn advance(&mut self, params: &Parameters<T>, window: &Sequence<T::Real, 1>) -> (T, Parameters<T>) {
        self.rnn.check(params, Some(self.h.shape()), window);
        self.learn(params, window, true)
    }

    /// [`advance`](Self::advance) of what has been looked at; `P` is pushed through the window if the sequence `goes_on` after it.
    fn learn(
        &mut self,
        params: &Parameters<T>,
        window: &Sequence<T::Real, 1>,
        goes_on: bool,
    ) -> (T, Parameters<T>) {
        let d = params.hidden();
        let inputs = Inputs { params: params.clone(), h: T::Vector::from_dense(&self.h) };
        let run = |input: &Inputs<Var<T>>| {
            let mut last = input.h.clone();
            let steps = self.rnn.steps_from(last.clone(), &input.params, window);
            let losses = steps.map(|step| {
                last = step.h;
                step.loss
            });
            let loss = losses.sum();
            Outcome { loss, h: last }
        };
        let (outcome, mut pullback) = ad_reverse::vjp(run, &inputs);

        // One sweep from the loss: the parameters used in the window, and the credit of its first state.
        let from_loss = Outcome { loss: T::one(), h: T::Vector::from_dense(&Dense::filled([d], T::zero())) };
        let mut credit = pullback.call(&from_loss);
        if let Some(sensitivity) = &self.sensitivity {
            let delta = credit.h.to_dense();
            let past = past(delta.as_slice(), sensitivity, &params.recurrent); // delta P
            credit.params.recurrent = credit.params.recurrent.plus(&past);
        }
        if !goes_on {
            return (outcome.loss, credit.params);
        }

        // One sweep from all entries of the last state: P = dh/dtheta + dh/dh_0 P (1.17 over a window).
        let from_state: Matrix<T> = Dense::new(
            [d, d + 1],
            identity(d).iter_rows().flat_map(|row| std::iter::once(T::zero()).chain(row.iter().copied())),
        );
        let blocks = pullback.blocks(d, from_state.as_slice());
        let [w_rec, w_in, b_rec, _, _, jacobian] = blocks.try_into().expect("five parameters and a state");
        let mut pushed = [w_rec, w_in, b_rec];
        for (pushed, before) in pushed.iter_mut().zip(self.sensitivity.iter().flatten()) {
            push(&jacobian, before, pushed.as_mut_slice());
        }
        self.sensitivity = Some(pushed);
        self.h = outcome.h.to_dense();
        (outcome.loss, credit.params)
    }

    /// The state after the last window.
    pub fn state(&self) -> &Vector<T> {
        &self.h
    }

    /// `P = dh/dtheta` (d x |theta|) after the last window; `None` before the first.
    #[must_use]
    pub fn sensitivity(&self) -> Option<Matrix<T>> {
        let blocks = self.sensitivity.as_ref()?;
        let (d, p) = (self.h.cols(), blocks.iter().map(Dense::cols).sum());
        let rows = (0..d).flat_map(|i| blocks.iter().flat_map(move |block| block.row(i).iter().copied()));
        Some(Matrix::new([d, p], rows))
    }
}

/// `delta P`, in the shape of the parameters.
fn past<T: Scalar>(delta: &[T], sensitivity: &[Matrix<T>; 3], like: &Recurrent<T>) -> Recurrent<T> {
    let [w_rec, w_in, b_rec] = sensitivity.each_ref().map(|block| {
        let mut sum = Vector::filled([block.cols()], T::zero());
        if is_plain(delta, block) {
            T::gemv_t(block.as_slice(), delta, sum.as_mut_slice());
        } else {
            add_strong_product(delta, block, sum.as_mut_slice());
        }
        sum
    });
    Recurrent {
        w_rec: T::Matrix::from_dense(&w_rec.reshape(like.w_rec.shape())),
        w_in: T::Matrix::from_dense(&w_in.reshape(like.w_in.shape())),
        b_rec: T::Vector::from_dense(&b_rec),
    }
}

/// Adds `J P`.
fn push<T: Scalar>(jacobian: &Matrix<T>, before: &Matrix<T>, pushed: &mut [T]) {
    if is_plain(jacobian.as_slice(), before) {
        T::gemm(jacobian.view(), before.view(), pushed, true);
    } else {
        add_strong_product(jacobian.as_slice(), before, pushed);
    }
}

/// Whether no 0 meets an infinity in a product with `P`; if one does, it annihilates it, as in either mode: a unit that is
/// saturated forgets a `P` that has overflowed.
fn is_plain<T: Scalar>(factors: &[T], p: &Matrix<T>) -> bool {
    T::all_finite(factors) && !meets_zero(factors, p)
}

/// `L` and `dL/dtheta` (Eq. 1.18) of a whole sequence by windows of `k` steps (the last may be shorter).
///
/// Nobody needs `P` after the last window, and pushing it is most of a window's work; so a sequence that is one window costs
/// what BPTT costs, and the credit of `h_0`.
///
/// # Panics
///
/// If `k` is 0, the shapes of parameters and sequence do not fit, `alpha` lies outside of (0, 1], or the loss is none of `g`.
#[track_caller]
pub fn value_and_grad<T: Scalar, F: Unary>(
    rnn: &Rnn<F>,
    params: &Parameters<T>,
    sequence: &Sequence<T::Real, 1>,
    k: usize,
) -> (T, Parameters<T>) {
    let all = sequence.windows(k);
    rnn.check(params, None, sequence);
    let (mut windows, mut left) = (Windows::new(*rnn, params.hidden()), sequence.steps());
    let all = all.map(|window| {
        left -= window.steps();
        windows.learn(params, &window, left > 0)
    });
    summed(all).expect(NOT_EMPTY)
}

impl_tree!(Inputs { params: tree, h: vector });

impl_tree!(Outcome { loss: scalar, h: vector });
