//! The leaky recurrent network, Eq. 1.1-1.4, written once on a generic scalar.
//!
//! ```text
//! u_t = W_rec h_{t-1} + W_in x_t + b_rec          (1.1)
//! h_t = (1 - alpha) h_{t-1} + alpha f(u_t)        (1.2)
//! v_t = W_out h_t + b_out                         (1.3)
//! y_t = g(v_t)                                    (1.4)
//! ```
//!
//! Nothing here knows how a derivative is taken. On `f64` the network runs; on
//! [`Dual`](ad_forward::Dual) the tangent of `h_t` is the sensitivity matrix `P_t`; on
//! [`Var`](ad_reverse::Var) the adjoint of `h_t` is the credit vector `delta_t`.
//!
//! Every function takes vectors (one sequence) or matrices (a batch, one sequence per row): `A` is an
//! [`Array`] of any rank.

use crate::kind::{Activation, Loss, Output};
use ad_core::{Array, Dense, Real, Scalar, Unary, impl_tree, rules};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;

/// What the network is, apart from its parameters: `f`, `g`, `alpha`, and the loss it is judged by.
///
/// `f` is any [`Unary`] rule, one of [`Activation`] or your own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rnn<F = Activation> {
    /// The activation of the hidden units.
    pub f: F,
    /// The output function.
    pub g: Output,
    /// The update rate `1 / tau`, in (0, 1]; with 1 this is Elman's network (J. L. Elman, Finding structure in time, Cognitive
    /// Science 14, 179-211, 1990).
    pub alpha: f64,
    /// `L_t` of Eq. 1.5; the cross entropy needs a `g` that gives probabilities ([`Loss::accepts`]).
    pub loss: Loss,
}

/// The parameters of the recurrence: those of Eq. 1.6's theta that act through time.
///
/// The chapter's theta has `W_out` and `b_out`, too. No state depends on them, so their columns of `P_t` are 0, and their
/// gradient at `t` is none of Eq. 1.8-1.18 but what they do within the step (1.3-1.5): `(dL_t/dv_t)^T h_t^T` and `dL_t/dv_t`.
/// `P_t` is (d x |theta|) with theta as it is here.
#[derive(Clone, Debug)]
pub struct Recurrent<S: Scalar> {
    /// d x d
    pub w_rec: S::Matrix,
    /// d x n
    pub w_in: S::Matrix,
    /// d
    pub b_rec: S::Vector,
}

/// The parameters of the output.
#[derive(Clone, Debug)]
pub struct Readout<S: Scalar> {
    /// m x d
    pub w_out: S::Matrix,
    /// m
    pub b_out: S::Vector,
}

/// All five parameters.
#[derive(Clone, Debug)]
pub struct Parameters<S: Scalar> {
    /// `W_rec`, `W_in`, `b_rec`
    pub recurrent: Recurrent<S>,
    /// `W_out`, `b_out`
    pub readout: Readout<S>,
}

impl<F: Unary> Rnn<F> {
    /// `u_t`, the membrane potentials of the hidden units.
    pub fn potential<S, A, const RANK: usize>(&self, theta: &Recurrent<S>, h_prev: &A, x: &A) -> A
    where
        S: Scalar,
        A: Array<S, RANK>,
    {
        A::affine(&[(&theta.w_rec, h_prev), (&theta.w_in, x)], &theta.b_rec) // (1.1)
    }

    /// `h_t`, the hidden state.
    pub fn state<S, A, const RANK: usize>(&self, h_prev: &A, u: &A) -> A
    where
        S: Scalar,
        A: Array<S, RANK>,
    {
        let (keep, update) = (Real::from_literal(1.0 - self.alpha), Real::from_literal(self.alpha));
        h_prev.axpby_map(keep, u, self.f, update) // (1.2)
    }

    /// `v_t`, the membrane potentials of the outputs.
    pub fn output_potential<S, A, const RANK: usize>(&self, readout: &Readout<S>, h: &A) -> A
    where
        S: Scalar,
        A: Array<S, RANK>,
    {
        A::affine(&[(&readout.w_out, h)], &readout.b_out) // (1.3)
    }

    /// `y_t`, the outputs.
    pub fn output<S, A, const RANK: usize>(&self, v: &A) -> A
    where
        S: Scalar,
        A: Array<S, RANK>,
    {
        match self.g {
            Output::Identity => v.clone(), // (1.4)
            Output::Sigmoid => v.map(rules::Sigmoid),
            Output::Softmax => v.softmax(),
        }
    }

    /// One step of the recurrence: `h_t` from `h_{t-1}` and `x_t` (Eq. 1.1 and 1.2).
    pub fn step<S, A, const RANK: usize>(&self, theta: &Recurrent<S>, h_prev: &A, x: &A) -> A
    where
        S: Scalar,
        A: Array<S, RANK>,
    {
        self.state(h_prev, &self.potential(theta, h_prev, x))
    }
}

impl_tree!(Recurrent { w_rec: matrix, w_in: matrix, b_rec: vector });

impl_tree!(Readout { w_out: matrix, b_out: vector });

impl_tree!(Parameters { recurrent: tree, readout: tree });

impl<S: Scalar> Recurrent<S> {
    /// `|theta|`, the number of recurrent parameters: `d d + d n + d`.
    pub fn count(&self) -> usize {
        self.w_rec.len() + self.w_in.len() + self.b_rec.len()
    }

    /// The sum, parameter by parameter.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            w_rec: self.w_rec.plus(&other.w_rec),
            w_in: self.w_in.plus(&other.w_in),
            b_rec: self.b_rec.plus(&other.b_rec),
        }
    }
}

impl<S: Scalar> Readout<S> {
    /// The sum, parameter by parameter.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self { w_out: self.w_out.plus(&other.w_out), b_out: self.b_out.plus(&other.b_out) }
    }
}

impl<S: Scalar> Parameters<S> {
    /// `d`, the number of hidden units.
    pub fn hidden(&self) -> usize {
        self.recurrent.b_rec.len()
    }

    /// The sum, parameter by parameter: gradients add up over time.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self { recurrent: self.recurrent.plus(&other.recurrent), readout: self.readout.plus(&other.readout) }
    }
}

impl Parameters<f64> {
    /// A network to start from: `n` inputs, `d` hidden units, `m` outputs. Weights are normal with
    /// standard deviation `gain / sqrt(d)` (recurrent) and `1 / sqrt(fan-in)` (others), biases 0. The
    /// same seed gives the same numbers.
    #[must_use]
    pub fn random(n: usize, d: usize, m: usize, gain: f64, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut normal = |rows: usize, cols: usize, deviation: f64| {
            let draws = (0..rows * cols).map(|_| deviation * rng.sample::<f64, _>(StandardNormal));
            Dense::new([rows, cols], draws.collect::<Vec<_>>())
        };
        let fan_in = |inputs: usize| 1.0 / (inputs.max(1) as f64).sqrt();
        let recurrent = Recurrent {
            w_rec: normal(d, d, gain * fan_in(d)),
            w_in: normal(d, n, fan_in(n)),
            b_rec: Dense::filled([d], 0.0),
        };
        Self {
            recurrent,
            readout: Readout { w_out: normal(m, d, fan_in(d)), b_out: Dense::filled([m], 0.0) },
        }
    }
}
