//! Scene d: how far credit reaches. Networks over a grid of gains and update rates; what vanishes, what explodes, and why the
//! credit vector cannot be run forwards.

use super::chart::{Axes, Chart, frame, over_time};
use crate::case::Case;
use crate::compare::norm;
use crate::credit::Mode;
use crate::kind::{Activation, Loss, Output};
use crate::model::{Parameters, Rnn};
use crate::report::{ReportError, Scale};
use crate::sequence::Sequence;
use ad_core::Vector;
use nalgebra::{DMatrix, DVector, RowDVector};
use serde::Serialize;

const GAINS: [f64; 6] = [0.5, 0.8, 1.0, 1.3, 2.0, 3.0];
const ALPHAS: [f64; 4] = [0.1, 0.3, 0.6, 1.0];
const UNITS: usize = 8;
const STEPS: usize = 40;
const SEED: u64 = 5;
/// What lies beyond is not drawn.
const DRAWN: (f64, f64) = (1e-12, 1e12);

/// What scene d shows.
#[derive(Debug, Serialize)]
pub(super) struct Horizon {
    gains: [f64; 6],
    alphas: [f64; 4],
    units: usize,
    steps: usize,
    /// `networks[g * alphas + a]`
    networks: Vec<Network>,
    /// |delta_t| and |dL_T/dh_t|, for each network.
    delta_chart: Chart,
    /// |P_t|
    sensitivity_chart: Chart,
    /// The singular values of J_t .. J_1.
    singular_chart: Chart,
    /// |delta_t|, and what comes out when Eq. 1.12 is solved for delta_{t+1}.
    forwards_chart: Chart,
}

/// What one network remembers, at every step.
#[derive(Clone, Debug, Serialize)]
struct Network {
    delta: Vec<f64>,
    /// |dL_T/dh_t|, what is left at t of the credit for the last loss.
    last_loss: Vec<f64>,
    sensitivity: Vec<f64>,
    /// Largest first; NaN, `null` in the page, below rounding.
    singular: Vec<Vec<f64>>,
    forwards: Vec<f64>,
    /// How far delta run forwards is from delta, relative to it.
    error: Vec<f64>,
}

/// Runs the grid.
pub(super) fn horizon() -> Result<Horizon, ReportError> {
    let networks: Vec<Network> =
        GAINS.iter().flat_map(|&gain| ALPHAS.map(|alpha| network(gain, alpha))).collect();
    let chart = |of, y, lines: &dyn Fn(&Network) -> Vec<Vec<f64>>| {
        let axes = Axes { of, x: "t", y, scale: Scale::Log, width: 500, height: 270 };
        frame(axes, networks.iter().flat_map(lines).map(|line| over_time(&line, DRAWN)).collect())
    };
    Ok(Horizon {
        gains: GAINS,
        alphas: ALPHAS,
        units: UNITS,
        steps: STEPS,
        delta_chart: chart("the norms of delta_t and of dL_T/dh_t over t", "|δₜ|", &|n| {
            vec![n.delta.clone(), n.last_loss.clone()]
        })?,
        sensitivity_chart: chart("the norm of P_t over t", "|Pₜ|", &|n| vec![n.sensitivity.clone()])?,
        singular_chart: chart(
            "the singular values of the product of J_t to J_1",
            "σ(Jₜ ⋯ J₁)",
            &|n| (0..UNITS).map(|i| n.singular.iter().map(|values| values[i]).collect()).collect(),
        )?,
        forwards_chart: chart("the norm of delta_t, and of delta run forwards", "|δₜ|", &|n| {
            vec![n.delta.clone(), n.forwards.clone()]
        })?,
        networks,
    })
}

/// A random network that sees a slow wave and is to tell a faster one.
fn network(gain: f64, alpha: f64) -> Network {
    let rnn = Rnn { f: Activation::Tanh, g: Output::Identity, alpha, loss: Loss::Squared };
    let params = Parameters::random(1, UNITS, 1, gain, SEED);
    // Small, so that the activation does not hide at once what the gain does.
    let wave = |period: f64| move |t: usize| Vector::from([0.1 * (t as f64 / period).sin()]);
    let (x, y_target) = ((0..STEPS).map(wave(5.0)).collect(), (0..STEPS).map(wave(2.0)).collect());
    let case = Case { rnn, params, sequence: Sequence::new(x, y_target) };
    let (bptt, rtrl) = (case.full(Mode::Bptt), case.full(Mode::Rtrl));
    let delta = rows(&bptt.delta.unwrap_or_default());
    let jacobian: Vec<DMatrix<f64>> = bptt.j.unwrap_or_default().iter().map(|j| matrix(j)).collect();
    let immediate = rows(&bptt.delta_immediate.unwrap_or_default());
    let forwards = run_forwards(&delta[0], &immediate, &jacobian);
    let error = forwards.iter().zip(&delta).map(|(run, delta)| (run - delta).norm() / delta.norm());
    Network {
        last_loss: super::triangle::reach(&case)[STEPS - 1].iter().map(|x| norm(x)).collect(),
        sensitivity: rtrl.p.unwrap_or_default().iter().map(|p| norm(&p.concat())).collect(),
        singular: singular_values(&jacobian),
        error: error.collect(),
        delta: delta.iter().map(RowDVector::norm).collect(),
        forwards: forwards.iter().map(RowDVector::norm).collect(),
    }
}

/// The singular values of J_t .. J_1 for every t, largest first; NaN for those that drown in the rounding of the largest.
fn singular_values(jacobian: &[DMatrix<f64>]) -> Vec<Vec<f64>> {
    let products = jacobian.iter().scan(DMatrix::identity(UNITS, UNITS), |product, j| {
        *product = j * &*product;
        Some(product.singular_values())
    });
    let above_rounding = |values: DVector<f64>| {
        let least = values[0] * UNITS as f64 * f64::EPSILON;
        values.iter().map(|&value| if value > least { value } else { f64::NAN }).collect()
    };
    products.map(above_rounding).collect()
}

/// Eq. 1.12 solved for the later credit vector: delta_{t+1} = (delta_t - delta~_t) J_{t+1}^{-1}, from the true delta_1.
///
/// What J shrinks its inverse lets grow, rounding errors too.
fn run_forwards(
    first: &RowDVector<f64>,
    immediate: &[RowDVector<f64>],
    jacobian: &[DMatrix<f64>],
) -> Vec<RowDVector<f64>> {
    let mut runs = vec![first.clone()];
    for (now, j) in immediate.iter().zip(&jacobian[1..]) {
        let carried = runs.last().expect("begins with the first") - now;
        let later = j.transpose().lu().solve(&carried.transpose());
        let unknown = || RowDVector::repeat(UNITS, f64::NAN);
        runs.push(later.map_or_else(unknown, |later| later.transpose()));
    }
    runs
}

fn matrix(rows: &[Vec<f64>]) -> DMatrix<f64> {
    DMatrix::from_fn(rows.len(), rows.len(), |i, j| rows[i][j])
}

fn rows(vectors: &[Vec<f64>]) -> Vec<RowDVector<f64>> {
    vectors.iter().map(|vector| RowDVector::from_row_slice(vector)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_gain_lets_credit_vanish_and_a_large_one_lets_it_explode() {
        let (small, large) = (network(0.5, 1.0), network(3.0, 1.0));
        assert!(small.last_loss[0] < 0.01 * small.last_loss[STEPS - 1]);
        let most = |network: &Network| network.singular.iter().map(|values| values[0]).fold(0.0, f64::max);
        assert!(most(&small) < 1.0, "nothing grows: {}", most(&small));
        assert!(most(&large) > 1e3, "it explodes before f saturates: {}", most(&large));
    }

    #[test]
    fn the_credit_vector_run_forwards_is_right_at_first_and_then_lost() {
        for (gain, alpha) in [(0.5, 1.0), (1.0, 1.0), (1.0, 0.6)] {
            let network = network(gain, alpha);
            assert!(network.error[1] < 1e-9, "{:?}", network.error);
            assert!(network.error[STEPS - 1] > 1e3, "{:?}", network.error);
        }
    }

    #[test]
    fn singular_values_of_a_product_of_scalings_are_powers() {
        let scaling = DMatrix::from_fn(UNITS, UNITS, |i, j| if i == j { 0.5 + i as f64 } else { 0.0 });
        let values = singular_values(&[scaling.clone(), scaling]);
        for (i, value) in values[1].iter().rev().enumerate() {
            assert!((value - (0.5 + i as f64).powi(2)).abs() < 1e-12 * value, "{values:?}");
        }
    }
}
