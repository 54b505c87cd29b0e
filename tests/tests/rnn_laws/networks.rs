//! Random networks, with parameters and sequences that they can be run on.

use ad_core::{Array, Matrix, Real, Scalar, Unary, Vector};
use ad_tests::points;
use proptest::prelude::*;
use proptest::sample::select;
use rnn::{Activation, Loss, Output, Parameters, Readout, Recurrent, Rnn, Sequence};

/// A user's own activation, `u / sqrt(1 + u^2)`: its rule knows its partial, as the user wrote it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Isru;
impl Unary for Isru {
    const NAME: &'static str = "isru";
    fn value<R: Real>(self, u: R) -> R {
        u / num_traits::Float::sqrt(u * u + R::from_literal(1.0))
    }
    fn partial<S: Scalar>(self, u: S, _y: S) -> S {
        let square = u * u + S::one();
        (square * square.sqrt()).recip()
    }
}

/// One of the network's activations, or the user's.
#[derive(Clone, Copy, Debug)]
pub(crate) enum F {
    Known(Activation),
    Own,
}
impl Unary for F {
    const NAME: &'static str = "any activation";
    fn value<R: Real>(self, u: R) -> R {
        match self {
            Self::Known(f) => f.value(u),
            Self::Own => Isru.value(u),
        }
    }
    fn partial<S: Scalar>(self, u: S, y: S) -> S {
        match self {
            Self::Known(f) => f.partial(u, y),
            Self::Own => Isru.partial(u, y),
        }
    }
    fn values<R: Real>(self, x: &[R], y: &mut [R]) {
        match self {
            Self::Known(f) => f.values(x, y),
            Self::Own => Isru.values(x, y),
        }
    }
    fn values_and_partials<R: Real>(self, x: &[R], y: &mut [R], p: &mut [R]) {
        match self {
            Self::Known(f) => f.values_and_partials(x, y, p),
            Self::Own => Isru.values_and_partials(x, y, p),
        }
    }
}

/// A network, its parameters and a sequence.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) rnn: Rnn<F>,
    pub(crate) params: Parameters<f64>,
    pub(crate) sequence: Sequence<f64, 1>,
}

fn networks() -> impl Strategy<Value = Rnn<F>> {
    let known = Activation::ALL.iter().map(|&f| F::Known(f));
    let f = select(known.chain([F::Own]).collect::<Vec<_>>());
    let alpha = prop_oneof![1 => Just(1.0), 3 => 0.02..1.0_f64];
    let valid = Output::ALL.iter().flat_map(|&g| Loss::ALL.iter().map(move |&loss| (g, loss)));
    let judged = select(valid.filter(|(g, loss)| loss.accepts(*g)).collect::<Vec<_>>());
    (f, alpha, judged).prop_map(|(f, alpha, (g, loss))| Rnn { f, g, alpha, loss })
}

/// Weights of about `1 / sqrt(fan-in)`, so that no sequence blows up.
fn parameters(n: usize, d: usize, m: usize) -> impl Strategy<Value = Parameters<f64>> {
    let matrix = |rows: usize, cols: usize| {
        let scale = 0.7 / (cols.max(1) as f64).sqrt();
        points::points(rows * cols, points::ordinary())
            .prop_map(move |x| Matrix::new([rows, cols], x.into_iter().map(move |x| x * scale)))
    };
    let vector = |len| points::points(len, points::ordinary()).prop_map(Vector::from);
    (matrix(d, d), matrix(d, n), vector(d), matrix(m, d), vector(m)).prop_map(
        |(w_rec, w_in, b_rec, w_out, b_out)| Parameters {
            recurrent: Recurrent { w_rec, w_in, b_rec },
            readout: Readout { w_out, b_out },
        },
    )
}

/// Targets that the loss can have: probabilities for the cross entropy.
fn targets(rnn: &Rnn<F>, raw: &[f64]) -> Vector<f64> {
    let positive: Vec<f64> = raw.iter().map(|y| y.abs() / 2.0).collect();
    match (rnn.loss, rnn.g) {
        (Loss::Squared, _) => Vector::from(raw),
        (Loss::CrossEntropy, Output::Softmax) => {
            let sum: f64 = positive.iter().sum();
            Vector::from(positive.iter().map(|y| y / sum).collect::<Vec<_>>())
        }
        (Loss::CrossEntropy, _) => Vector::from(positive),
    }
}

fn sequences(rnn: Rnn<F>, n: usize, m: usize, steps: usize) -> impl Strategy<Value = Sequence<f64, 1>> {
    let of = |len| proptest::collection::vec(points::points(len, points::ordinary()), steps);
    (of(n), of(m)).prop_map(move |(x, y)| {
        let y = y.iter().map(|y| targets(&rnn, y)).collect();
        Sequence::new(x.into_iter().map(Vector::from).collect(), y)
    })
}

/// Any case: n, d, m from 1 to 8, `T` from 1 to 20.
pub(crate) fn cases() -> impl Strategy<Value = Case> {
    (networks(), 1..=8_usize, 1..=8_usize, 1..=8_usize, 1..=20_usize).prop_flat_map(
        |(rnn, n, d, m, steps)| {
            (Just(rnn), parameters(n, d, m), sequences(rnn, n, m, steps))
                .prop_map(|(rnn, params, sequence)| Case { rnn, params, sequence })
        },
    )
}

/// Any case, and none to three sequences more that its network reads.
pub(crate) fn with_others() -> impl Strategy<Value = (Case, Vec<Sequence<f64, 1>>)> {
    cases().prop_flat_map(|case| {
        let (n, m) = (case.sequence.x()[0].len(), case.sequence.y_target()[0].len());
        let others = proptest::collection::vec(sequences(case.rnn, n, m, case.sequence.steps()), 0..4);
        (Just(case), others)
    })
}

/// The batch of these sequences.
pub(crate) fn stacked(all: &[&Sequence<f64, 1>]) -> Sequence<f64, 2> {
    let stack = |part: &dyn Fn(&Sequence<f64, 1>) -> Vec<Vector<f64>>| {
        let parts: Vec<_> = all.iter().map(|s| part(s)).collect();
        (0..all[0].steps())
            .map(|t| Matrix::from_rows(&parts.iter().map(|p| p[t].as_slice().to_vec()).collect::<Vec<_>>()))
            .collect::<Vec<_>>()
    };
    Sequence::new(stack(&|s| s.x().to_vec()), stack(&|s| s.y_target().to_vec()))
}
