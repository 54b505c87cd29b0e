//! Scene c: what the ways through the triangle cost. Operations are counted here, on numbers that count; time and memory were
//! measured, by a command whose results are stored.

mod measured;

use super::chart::{Axes, Chart, frame};
use crate::credit::count::{Operations, count};
use crate::kind::{Activation, Loss, Output};
use crate::model::{Parameters, Rnn};
use crate::report::{ReportError, Scale};
use crate::train::one_step_ahead;
use measured::{MemoryCrossover, Series, Source};
use serde::Serialize;

const STEPS: [usize; 6] = [2, 4, 8, 16, 32, 64];
const UNITS: [usize; 4] = [2, 4, 8, 16];

/// What scene c shows.
#[derive(Debug, Serialize)]
pub(super) struct Cost {
    steps: [usize; 6],
    units: [usize; 4],
    /// `counted[d][T]`
    counted: Vec<Vec<Operations>>,
    /// Five lines for each d, in the order of [`Operations`].
    counted_over_steps: Chart,
    /// Five lines for each T.
    counted_over_units: Chart,
    /// The first T, for each d, from which the double sum (by adjoints) takes more operations than RTRL; up to the largest T.
    crossover: Vec<Option<usize>>,
    /// Machine, date and command of the measurement.
    source: Source,
    measured: Vec<Series>,
    /// From here on BPTT needs more memory than RTRL.
    memory_crossover: MemoryCrossover,
    /// Those of the series against T, in their order, and of those against d.
    against_steps: Measured,
    against_units: Measured,
}

/// The charts of time and memory over one size.
#[derive(Debug, Serialize)]
struct Measured {
    seconds: Chart,
    bytes: Chart,
}

/// Counts, and reads what was measured.
pub(super) fn cost() -> Result<Cost, ReportError> {
    let counted: Vec<Vec<Operations>> =
        UNITS.iter().map(|&d| STEPS.iter().map(|&steps| operations(d, steps)).collect()).collect();
    let (source, measured) = measured::stored();
    let of =
        |size: &str| measured.iter().filter(|series| series.against == size).cloned().collect::<Vec<_>>();
    let (against_steps, against_units) = (of("T"), of("d"));
    Ok(Cost {
        steps: STEPS,
        units: UNITS,
        counted_over_steps: frame(
            axes("operations for one gradient over T", "log₂ T", "operations / 演算数"),
            counted.iter().flat_map(|row| lines(&STEPS, row)).collect(),
        )?,
        counted_over_units: frame(
            axes("operations for one gradient over d", "log₂ d", "operations / 演算数"),
            (0..STEPS.len()).flat_map(|at| lines(&UNITS, &column(&counted, at))).collect(),
        )?,
        crossover: UNITS.map(crossover).to_vec(),
        counted,
        memory_crossover: measured::memory_crossover(&measured)
            .expect("BPTT and RTRL at one number of units"),
        against_steps: Measured {
            seconds: frame(
                axes("time of one gradient over T", "log₂ T", "s"),
                curves(&against_steps, |series| series.seconds.clone()),
            )?,
            bytes: frame(
                axes("memory of one gradient over T", "log₂ T", "MB"),
                curves(&against_steps, megabytes),
            )?,
        },
        against_units: Measured {
            // The series have lengths of their own, and their time is proportional to it.
            seconds: frame(
                axes("time of each step of a gradient over d", "log₂ d", "s"),
                curves(&against_units, |series| series.seconds.iter().map(|s| s / series.fixed).collect()),
            )?,
            bytes: frame(
                axes("memory of one gradient over d", "log₂ d", "MB"),
                curves(&against_units, megabytes),
            )?,
        },
        source,
        measured,
    })
}

fn megabytes(series: &Series) -> Vec<f64> {
    series.bytes.iter().map(|bytes| bytes / 1e6).collect()
}

fn axes<'a>(of: &'a str, x: &'a str, y: &'a str) -> Axes<'a> {
    Axes { of, x, y, scale: Scale::Log, width: 500, height: 290 }
}

/// A line for each series. Doublings are what one compares: the axis counts them.
fn curves(series: &[Series], of: impl Fn(&Series) -> Vec<f64>) -> Vec<Vec<(f64, f64)>> {
    series.iter().map(|series| series.at.iter().map(|at| at.log2()).zip(of(series)).collect()).collect()
}

fn operations(d: usize, steps: usize) -> Operations {
    let rnn = Rnn { f: Activation::Tanh, g: Output::Identity, alpha: 0.6, loss: Loss::Squared };
    let params = Parameters::random(1, d, 1, 1.0, 0);
    let values: Vec<f64> = (0..=steps).map(|t| (0.3 * t as f64).sin()).collect();
    let sequence = one_step_ahead(&values);
    count(&rnn, &params, &sequence, d)
}

/// What was counted for one T, for each d.
fn column(counted: &[Vec<Operations>], at: usize) -> Vec<Operations> {
    counted.iter().map(|row| row[at]).collect()
}

/// A line for each way, over sizes of which each is a doubling of the one before.
fn lines(sizes: &[usize], row: &[Operations]) -> [Vec<(f64, f64)>; 5] {
    let line = |of: fn(&Operations) -> u64| {
        sizes.iter().zip(row).map(|(&size, row)| ((size as f64).log2(), of(row) as f64)).collect()
    };
    [
        line(|row| row.double_sum_by_adjoints),
        line(|row| row.double_sum_by_tangents),
        line(|row| row.bptt),
        line(|row| row.rtrl),
        line(|row| row.window),
    ]
}

/// By bisection: the double sum grows with the square of T, and RTRL with T.
fn crossover(d: usize) -> Option<usize> {
    let is_dearer = |steps: usize| {
        let counted = operations(d, steps);
        counted.double_sum_by_adjoints > counted.rtrl
    };
    let (mut cheaper, mut dearer) = (0, STEPS[STEPS.len() - 1]);
    if !is_dearer(dearer) {
        return None;
    }
    while dearer - cheaper > 1 {
        let middle = cheaper.midpoint(dearer);
        if is_dearer(middle) { dearer = middle } else { cheaper = middle }
    }
    Some(dearer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_the_crossover_on_the_double_sum_is_dearer_than_rtrl() {
        for d in UNITS {
            let from = crossover(d);
            for steps in 1..=24 {
                let counted = operations(d, steps);
                let is_dearer = counted.double_sum_by_adjoints > counted.rtrl;
                assert_eq!(is_dearer, from.is_some_and(|from| steps >= from), "T = {steps}, d = {d}");
                assert!(counted.bptt < counted.rtrl);
            }
        }
        assert!(crossover(2).is_some_and(|from| from < 24), "so that there is one to look at");
    }

    /// The windows are of `d` steps; through the last one no `P` is pushed. What is more than BPTT is the credit of the
    /// first state, less than a step.
    #[test]
    fn one_window_costs_what_bptt_costs() {
        for d in UNITS {
            let [one, two] = [d, d + 1].map(|steps| operations(d, steps));
            let more = |counted: &Operations| counted.window - counted.bptt;
            assert!(more(&one) < one.bptt / d as u64, "d = {d}: {} more", more(&one));
            assert!(more(&two) > two.bptt / d as u64, "d = {d}: {} more", more(&two));
        }
    }
}
