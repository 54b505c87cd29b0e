//! The triangle of Eq. 1.6, cell by cell: `dL_t/dtheta_s`, the derivative of the loss at time `t` by the
//! parameters as they were used at time `s`.
//!
//! Its sums over columns face the future and those over rows the past: O. Marschall, K. Cho and C. Savin, Journal of Machine
//! Learning Research 21(135), 1-34, 2020.
//!
//! Nobody needs it to learn; it is what BPTT and RTRL are two shortcuts through. Both modes can fill
//! it: reverse mode with a parameter of its own for every step, forward mode by seeding one step.

use crate::credit::immediate;
use crate::model::{Parameters, Recurrent, Rnn};
use crate::sequence::Sequence;
use ad_core::{Array, Dense, Lift, Scalar, Tree, Unary};
use ad_forward::{Dual, DualArray};
use ad_reverse::{Pullback, Var, VarArray};
use std::slice::ChunksExact;

/// `cells[t][s]` is `dL_t/dtheta_s`, `|theta|` numbers in the order `W_rec`, `W_in`, `b_rec`; times from 0.
///
/// All `T x T` cells are there: those with `s > t` have been computed like the others, and are zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Triangle<T> {
    /// `cells[t][s]`
    pub cells: Vec<Vec<Vec<T>>>,
}

impl<T: Scalar> Triangle<T> {
    /// The sum over `t` for every `s`: `dL/dtheta_s`, what BPTT computes (Eq. 1.7, future-facing).
    #[must_use]
    pub fn column_sums(&self) -> Vec<Vec<T>> {
        let times = 0..self.cells.len();
        times.map(|s| sum(self.cells.iter().map(|row| &row[s]))).collect()
    }

    /// The sum over `s` for every `t`: `dL_t/dtheta`, what RTRL computes (Eq. 1.7, past-facing).
    #[must_use]
    pub fn row_sums(&self) -> Vec<Vec<T>> {
        self.cells.iter().map(|row| sum(row.iter())).collect()
    }

    /// The double sum of Eq. 1.6: `dL/dtheta`.
    #[must_use]
    pub fn total(&self) -> Vec<T> {
        sum(self.row_sums().iter())
    }
}

fn sum<'a, T: Scalar>(cells: impl Iterator<Item = &'a Vec<T>>) -> Vec<T> {
    let mut cells = cells.cloned();
    let first = cells.next().unwrap_or_default();
    cells.fold(first, |mut sum, cell| {
        T::axpy(T::one(), &cell, &mut sum);
        sum
    })
}

/// The triangle by reverse mode: a parameter of its own for every step, and one seed for every loss.
///
/// # Panics
///
/// If the shapes of parameters and sequence do not fit, `alpha` lies outside of (0, 1], or the loss is none of `g`.
#[track_caller]
pub fn by_adjoints<T: Scalar, F: Unary>(
    rnn: &Rnn<F>,
    params: &Parameters<T>,
    sequence: &Sequence<T::Real, 1>,
) -> Triangle<T> {
    rnn.check(params, None, sequence);
    let (steps, p) = (sequence.steps(), params.recurrent.count());
    let thetas = PerStep::of(params, steps);
    let rows = thetas.losses(rnn, params, sequence).rows(steps, immediate::identity(steps).as_slice());
    // By place, and not in chunks: without hidden units a cell has no numbers.
    let cell = |t: usize, s: usize| rows[(t * steps + s) * p..][..p].to_vec();
    Triangle { cells: (0..steps).map(|t| (0..steps).map(|s| cell(t, s)).collect()).collect() }
}

/// [`by_adjoints`] row by row, in the memory of a few rows: `see` is shown the cells of `t = 0`, then those of the next, to the last;
/// of a network without hidden units, whose cells have no numbers, it is shown none.
///
/// Each row is a sweep of its own, of vectors where that of all is of matrices: sums have another order, and so other last bits.
///
/// # Panics
///
/// If the shapes of parameters and sequence do not fit, `alpha` lies outside of (0, 1], or the loss is none of `g`.
#[track_caller]
pub fn rows_by_adjoints<T: Scalar, F: Unary>(
    rnn: &Rnn<F>,
    params: &Parameters<T>,
    sequence: &Sequence<T::Real, 1>,
    mut see: impl FnMut(ChunksExact<'_, T>),
) {
    rnn.check(params, None, sequence);
    let (steps, p) = (sequence.steps(), params.recurrent.count());
    let thetas = PerStep::of(params, steps);
    let mut pullback = thetas.losses(rnn, params, sequence);
    let (mut seed, mut row) = (vec![T::zero(); steps], vec![T::zero(); steps * p]);
    for t in 0..steps {
        seed[t] = T::one();
        pullback.call_into(&seed, &mut row);
        seed[t] = T::zero();
        see(row.chunks_exact(p.max(1)));
    }
}

/// The triangle by forward mode: the parameters of one step are seeded, and followed to the end.
///
/// # Panics
///
/// If the shapes of parameters and sequence do not fit, `alpha` lies outside of (0, 1], or the loss is none of `g`.
#[track_caller]
pub fn by_tangents<T: Scalar, F: Unary>(
    rnn: &Rnn<F>,
    params: &Parameters<T>,
    sequence: &Sequence<T::Real, 1>,
) -> Triangle<T> {
    rnn.check(params, None, sequence);
    let p = params.recurrent.count();
    let still: Recurrent<Dual<T, 1>> = ad_forward::constant(&params.recurrent);
    let moving: Recurrent<Dual<T, 1>> = ad_forward::seeded(&params.recurrent, 0, p);
    let column = |s: usize| {
        let mut h = DualArray::from_primal(Dense::filled([params.hidden()], T::zero()));
        let cells = sequence.iter().enumerate().map(|(t, (x, y_target))| {
            let theta = if t == s { &moving } else { &still };
            h = rnn.step(theta, &h, &Array::constant(x));
            let delta = immediate::credit_by_tangents(rnn, &params.readout, h.values(), y_target);
            h.contract(delta.as_slice(), p)
        });
        cells.collect::<Vec<_>>()
    };
    let columns: Vec<_> = (0..sequence.steps()).map(column).collect();
    let rows = (0..sequence.steps()).map(|t| columns.iter().map(|column| column[t].clone()).collect());
    Triangle { cells: rows.collect() }
}

/// The parameters of every step, each its own.
#[derive(Clone, Debug)]
struct PerStep<S: Scalar>(Vec<Recurrent<S>>);

impl<T: Scalar> PerStep<T> {
    fn of(params: &Parameters<T>, steps: usize) -> Self {
        Self(vec![params.recurrent.clone(); steps])
    }

    /// Every `L_t`, recorded.
    fn losses<F: Unary>(
        &self,
        rnn: &Rnn<F>,
        params: &Parameters<T>,
        sequence: &Sequence<T::Real, 1>,
    ) -> Pullback<'_, T, Self> {
        let readout = ad_reverse::constant(&params.readout);
        let run = |thetas: &PerStep<Var<T>>| {
            let mut h = VarArray::constant(&sequence.initial_state(params.hidden()));
            let steps = thetas.0.iter().zip(sequence.iter()).map(|(theta, (x, y_target))| {
                h = rnn.step(theta, &h, &Array::constant(x));
                rnn.loss_at(&rnn.output_potential(&readout, &h), &Array::constant(y_target))
            });
            steps.collect::<Vec<_>>()
        };
        ad_reverse::vjp(run, self).1
    }
}

impl<T: Scalar> Tree for PerStep<T> {
    type Scalar = T;
    type Over<S: Scalar<Real = T::Real>> = PerStep<S>;
    type Owned<S: Scalar<Real = T::Real>> = PerStep<S>;

    fn lift<S: Scalar<Real = T::Real>, L: Lift<T, S>>(&self, to: &mut L) -> PerStep<S> {
        PerStep(self.0.iter().map(|theta| theta.lift(to)).collect())
    }
}
