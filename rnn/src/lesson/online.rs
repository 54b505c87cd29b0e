//! Scene e: a network that reads the sunspot series once and learns while it reads. With RTRL the parameters change after every
//! year, with BPTT in windows once a window.

use super::chart::{Axes, Chart, frame};
use crate::credit::window::Windows;
use crate::data::Series;
use crate::kind::{Activation, Loss, Output};
use crate::model::{Parameters, Rnn};
use crate::optim::{self, Adam};
use crate::report::{ReportError, Scale};
use crate::sequence::Sequence;
use crate::train::one_step_ahead;
use ad_core::{Dense, Vector};
use serde::Serialize;

/// 1 is RTRL.
const WINDOWS: [usize; 6] = [1, 2, 5, 11, 22, 44];
/// The best for a window is neither the first nor the last.
const RATES: [f64; 7] = [0.003, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2];
const STARTS: u64 = 10;
const UNITS: usize = 8;
const RNN: Rnn = Rnn { f: Activation::Tanh, g: Output::Identity, alpha: 0.6, loss: Loss::Squared };
const GAIN: f64 = 0.9;
const CLIP: f64 = 1.0;
/// The root of a sunspot number times this is of order one: a scale that looks at no data.
const SCALE: f64 = 0.1;
/// Errors are taken over so many years back, about two cycles.
const BACK: usize = 22;

/// What scene e shows.
#[derive(Debug, Serialize)]
pub(super) struct Online {
    windows: [usize; 6],
    rates: Vec<f64>,
    back: usize,
    starts: u64,
    units: usize,
    /// How many learning rates were tried, of which `rates` has the best for each window.
    tried: usize,
    /// Where the series begins.
    from: f64,
    /// The years foretold.
    years: Vec<f64>,
    /// `errors[k][i]`: the root of the mean squared error over the [`BACK`] years up to year i, and over all starts.
    errors: Vec<Vec<f64>>,
    /// The same of taking each year for the next.
    persistence: Vec<f64>,
    /// The error over all years, for each window.
    whole: Vec<f64>,
    /// The same of taking each year for the next.
    whole_persistence: f64,
    chart: Chart,
}

/// Reads the series by every window.
pub(super) fn online() -> Result<Online, ReportError> {
    let series = Series::sunspots();
    let roots: Vec<f64> = series.values.iter().map(|value| SCALE * value.sqrt()).collect();
    let sequence = one_step_ahead(&roots);
    let target = &series.values[1..];
    let best = |k: usize| {
        let tried = RATES.map(|rate| (rate, squares(&sequence, target, k, rate)));
        let total = |squares: &[f64]| squares.iter().sum::<f64>();
        let mut tried = tried.into_iter();
        let first = tried.next().expect("some rate is tried");
        tried.fold(first, |best, other| if total(&other.1) < total(&best.1) { other } else { best })
    };
    let (rates, squares): (Vec<f64>, Vec<Vec<f64>>) = WINDOWS.iter().map(|&k| best(k)).unzip();
    let last_year = target.iter().zip(&series.values).map(|(now, before)| (now - before).powi(2));
    let last_year: Vec<f64> = last_year.collect();
    let persistence = looking_back(&last_year);
    let errors: Vec<Vec<f64>> = squares.iter().map(|squares| looking_back(squares)).collect();
    let years = series.times[1..].to_vec();
    let over_years = |errors: &Vec<f64>| years.iter().copied().zip(errors.iter().copied()).collect();
    let axes = Axes {
        of: "the error over the years read so far",
        x: "year / 年",
        y: "RMSE",
        scale: Scale::Linear,
        width: 952,
        height: 320,
    };
    Ok(Online {
        windows: WINDOWS,
        rates,
        back: BACK,
        starts: STARTS,
        units: UNITS,
        tried: RATES.len(),
        from: series.times[0],
        chart: frame(axes, errors.iter().chain([&persistence]).map(over_years).collect())?,
        whole: squares.iter().map(|squares| root_of_mean(squares)).collect(),
        whole_persistence: root_of_mean(&last_year),
        years,
        errors,
        persistence,
    })
}

/// The squared error of every year, in sunspot numbers, averaged over the starts.
fn squares(sequence: &Sequence<f64, 1>, target: &[f64], k: usize, rate: f64) -> Vec<f64> {
    let mut mean = vec![0.0; target.len()];
    for seed in 0..STARTS {
        for ((mean, y), target) in mean.iter_mut().zip(read(sequence, k, rate, seed)).zip(target) {
            let told = (y.max(0.0) / SCALE).powi(2);
            *mean += (told - target).powi(2) / STARTS as f64;
        }
    }
    mean
}

/// Reads a sequence once, and learns after every window of `k` steps; what the network said of each step before it learnt of it.
fn read(sequence: &Sequence<f64, 1>, k: usize, rate: f64, seed: u64) -> Vec<f64> {
    let mut params = Parameters::random(1, UNITS, 1, GAIN, seed);
    let (mut adam, mut windows) = (Adam::new(&params), Windows::new(RNN, UNITS));
    let mut said = Vec::with_capacity(sequence.steps());
    for window in sequence.windows(k) {
        let state: Vector<f64> = Dense::clone(windows.state());
        said.extend(RNN.unroll_from(state, &params, &window).map(|step| RNN.output(&step.v).as_slice()[0]));
        let (_, mut grad) = windows.advance(&params, &window);
        optim::scale(&mut grad, 1.0 / window.steps() as f64);
        optim::clip(&mut grad, CLIP);
        adam.update(&mut params, &grad, rate);
    }
    said
}

/// The root of the mean over the last [`BACK`] entries, at every entry.
fn looking_back(squares: &[f64]) -> Vec<f64> {
    let at = |end: usize| root_of_mean(&squares[end.saturating_sub(BACK)..end]);
    (1..=squares.len()).map(at).collect()
}

fn root_of_mean(squares: &[f64]) -> f64 {
    (squares.iter().sum::<f64>() / squares.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_step_does_not_depend_on_later_ones() {
        let wave: Vec<f64> = (0..40).map(|t| (f64::from(t) * 0.7).sin()).collect();
        let mut changed = wave.clone();
        changed[30..].iter_mut().for_each(|x| *x = 9.0);
        for k in [1, 7] {
            let (a, b) =
                (read(&one_step_ahead(&wave), k, 0.01, 0), read(&one_step_ahead(&changed), k, 0.01, 0));
            assert_eq!(a[..29], b[..29]);
            assert_ne!(a, b);
        }
    }

    #[test]
    fn learning_at_every_step_learns_sooner_than_once_a_window() {
        let wave: Vec<f64> = (0..200).map(|t| (f64::from(t) * 0.7).sin()).collect();
        let error = |k: usize| {
            let said = read(&one_step_ahead(&wave), k, 0.02, 0);
            said.iter().zip(&wave[1..]).map(|(y, target)| (y - target).powi(2)).sum::<f64>()
        };
        assert!(error(1) < 0.5 * error(40), "{} and {}", error(1), error(40));
    }

    fn computed() -> &'static Online {
        &crate::lesson::FIXED.as_ref().unwrap().online
    }

    #[test]
    fn the_best_rate_of_a_window_has_been_bracketed() {
        let online = computed();
        assert!(
            online.rates.iter().all(|rate| RATES[1..RATES.len() - 1].contains(rate)),
            "{:?}",
            online.rates
        );
    }

    #[test]
    fn the_error_of_the_baseline_is_told_over_all_years() {
        let values = Series::sunspots().values;
        let told = crate::baseline::persistence(&values, 1);
        let expected = crate::baseline::rmse(&told, &values[1..]);
        let found = computed().whole_persistence;
        assert!((found - expected).abs() < 1e-12 * expected, "{found} and {expected}");
    }

    #[test]
    fn errors_look_back_over_two_cycles() {
        let errors = looking_back(&[&[4.0; BACK][..], &[16.0; BACK]].concat());
        assert_eq!((errors[0], errors[BACK - 1], errors[2 * BACK - 1]), (2.0, 2.0, 4.0));
    }
}
