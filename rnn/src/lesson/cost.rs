//! Scene c: what the ways through the triangle cost. Operations are counted here, on numbers that count; time and memory were
//! measured, by a command whose results are stored.

use super::chart::{Axes, Chart, frame};
use crate::credit::count::{Operations, count};
use crate::kind::{Activation, Loss, Output};
use crate::model::{Parameters, Rnn};
use crate::report::{ReportError, Scale};
use crate::train::one_step_ahead;
use serde::Serialize;
use serde_json::Value;

const STEPS: [usize; 6] = [2, 4, 8, 16, 32, 64];
const UNITS: [usize; 4] = [2, 4, 8, 16];

/// `{"machine": .., "date": .., "command": ..}`, then the lines of `growth --json`.
const MEASURED: &str = include_str!("../../data/growth.jsonl");

/// What scene c shows.
#[derive(Debug, Serialize)]
pub(super) struct Cost {
    steps: [usize; 6],
    units: [usize; 4],
    /// `counted[d][T]`
    counted: Vec<Vec<Counted>>,
    /// Five lines for each d, in the order of [`Counted`].
    counted_chart: Chart,
    /// The first T, for each d, from which the double sum (by adjoints) takes more operations than RTRL.
    crossover: Vec<Option<usize>>,
    /// Machine, date and command of the measurement.
    source: Value,
    measured: Vec<Series>,
    seconds_chart: Chart,
    bytes_chart: Chart,
}

/// Operations for one gradient.
#[derive(Clone, Copy, Debug, Serialize)]
struct Counted {
    double_adjoints: u64,
    double_tangents: u64,
    bptt: u64,
    rtrl: u64,
    /// Windows of d steps.
    window: u64,
}

/// A series of the benches: one mode, measured as T or d grows.
#[derive(Debug, Default, Serialize)]
struct Series {
    name: String,
    case: String,
    /// "T" or "d"
    against: String,
    at: Vec<f64>,
    seconds: Vec<f64>,
    bytes: Vec<f64>,
    /// The fitted exponents of time and memory, and those of theory.
    exponents: Vec<[f64; 2]>,
}

/// Counts, and reads what was measured.
pub(super) fn cost() -> Result<Cost, ReportError> {
    let counted: Vec<Vec<Counted>> =
        UNITS.iter().map(|&d| STEPS.iter().map(|&steps| operations(d, steps)).collect()).collect();
    let (source, measured) = measured();
    let axes = |of, x, y| Axes { of, x, y, scale: Scale::Log, width: 500, height: 290 };
    let part = |of: fn(&Series) -> &[f64]| {
        measured.iter().map(move |series| {
            // Doublings are what one compares: the axis counts them.
            series.at.iter().map(|at| at.log2()).zip(of(series).iter().copied()).collect()
        })
    };
    Ok(Cost {
        steps: STEPS,
        units: UNITS,
        counted_chart: frame(
            axes("operations for one gradient over T", "log₂ T", "operations"),
            counted.iter().flat_map(|row| lines(row)).collect(),
        )?,
        crossover: counted.iter().map(|row| crossover(row)).collect(),
        counted,
        seconds_chart: frame(
            axes("time of one gradient over T or d", "log₂ T, log₂ d", "s"),
            part(|series| &series.seconds).collect(),
        )?,
        bytes_chart: frame(
            axes("memory of one gradient over T or d", "log₂ T, log₂ d", "bytes"),
            part(|series| &series.bytes).collect(),
        )?,
        source,
        measured,
    })
}

fn operations(d: usize, steps: usize) -> Counted {
    let rnn = Rnn { f: Activation::Tanh, g: Output::Identity, alpha: 0.6, loss: Loss::Squared };
    let params = Parameters::random(1, d, 1, 1.0, 0);
    let values: Vec<f64> = (0..=steps).map(|t| (0.3 * t as f64).sin()).collect();
    let sequence = one_step_ahead(&values);
    let Operations { double_sum_by_adjoints, double_sum_by_tangents, bptt, rtrl, window } =
        count(&rnn, &params, &sequence, d);
    Counted {
        double_adjoints: double_sum_by_adjoints,
        double_tangents: double_sum_by_tangents,
        bptt,
        rtrl,
        window,
    }
}

fn lines(row: &[Counted]) -> [Vec<(f64, f64)>; 5] {
    let line = |of: fn(&Counted) -> u64| {
        STEPS.iter().zip(row).map(|(&steps, row)| ((steps as f64).log2(), of(row) as f64)).collect()
    };
    [
        line(|row| row.double_adjoints),
        line(|row| row.double_tangents),
        line(|row| row.bptt),
        line(|row| row.rtrl),
        line(|row| row.window),
    ]
}

fn crossover(row: &[Counted]) -> Option<usize> {
    row.iter().position(|row| row.double_adjoints > row.rtrl).map(|place| STEPS[place])
}

/// The stored results of `growth --json`.
fn measured() -> (Value, Vec<Series>) {
    let mut lines = MEASURED.lines().map(|line| serde_json::from_str::<Value>(line).expect("stored as JSON"));
    let source = lines.next().expect("begins with where it was measured");
    let mut all: Vec<Series> = Vec::new();
    for line in lines {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        if all.last().is_none_or(|series| series.case != text("case")) {
            let against = if text("case").contains("against T") { "T" } else { "d" };
            let series = Series {
                name: text("name"),
                case: text("case"),
                against: against.to_owned(),
                ..Series::default()
            };
            all.push(series);
        }
        let series = all.last_mut().expect("just pushed");
        if let Some(exponent) = line["exponent"].as_f64() {
            series.exponents.push([exponent, line["theory"].as_f64().unwrap_or(f64::NAN)]);
        } else {
            let number = |name: &str| line[name].as_f64().unwrap_or(f64::NAN);
            series.at.push(number(&series.against));
            series.seconds.push(number("seconds"));
            series.bytes.push(number("bytes"));
        }
    }
    (source, all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_the_crossover_on_the_double_sum_is_dearer_than_rtrl() {
        let row: Vec<Counted> = STEPS.iter().map(|&steps| operations(2, steps)).collect();
        let from = crossover(&row).unwrap();
        for (steps, counted) in STEPS.iter().zip(&row) {
            assert_eq!(counted.double_adjoints > counted.rtrl, *steps >= from, "T = {steps}");
            assert!(counted.bptt < counted.rtrl);
        }
    }

    #[test]
    fn what_was_measured_is_whole() {
        let (source, measured) = measured();
        assert!(["machine", "date", "command"].iter().all(|name| source[name].is_string()), "{source}");
        assert_eq!(measured.len(), 6);
        for series in &measured {
            assert!(series.at.len() >= 3 && series.exponents.len() == 2, "{series:?}");
            let all = series.at.iter().chain(&series.seconds).chain(&series.bytes);
            assert!(all.into_iter().all(|x| *x > 0.0), "{series:?}");
        }
    }
}
