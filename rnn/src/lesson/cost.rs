//! Scene c: what the ways through the triangle cost. Operations are counted here, on numbers that count; time and memory were
//! measured, by a command whose results are stored.

use super::chart::{Axes, Chart, frame};
use crate::credit::count::{Operations, count};
use crate::kind::{Activation, Loss, Output};
use crate::model::{Parameters, Rnn};
use crate::report::{ReportError, Scale};
use crate::train::one_step_ahead;
use serde::Serialize;

const STEPS: [usize; 6] = [2, 4, 8, 16, 32, 64];
const UNITS: [usize; 4] = [2, 4, 8, 16];

/// Machine, date and command, then what the bench `growth` printed; written with the results of all benches.
const MEASURED: &str = include_str!("../../data/growth.txt");

/// What scene c shows.
#[derive(Debug, Serialize)]
pub(super) struct Cost {
    steps: [usize; 6],
    units: [usize; 4],
    /// `counted[d][T]`
    counted: Vec<Vec<Counted>>,
    /// Five lines for each d, in the order of [`Counted`].
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

#[derive(Debug, Default, PartialEq, Serialize)]
struct Source {
    machine: String,
    date: String,
    command: String,
}

/// A series of the benches: one mode, measured as T or d grows.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Series {
    name: String,
    /// "T" or "d"
    against: String,
    /// The other of the two.
    fixed: f64,
    at: Vec<f64>,
    seconds: Vec<f64>,
    bytes: Vec<f64>,
    /// The fitted exponents of time and memory, and those of theory.
    exponents: Vec<[f64; 2]>,
}

/// The charts of time and memory over one size.
#[derive(Debug, Serialize)]
struct Measured {
    seconds: Chart,
    bytes: Chart,
}

/// Memory at one number of units: BPTT's grows with T and RTRL's does not.
#[derive(Debug, PartialEq, Serialize)]
struct MemoryCrossover {
    d: f64,
    /// By how many bytes BPTT's memory grows with each step.
    each_step: f64,
    rtrl: f64,
    /// The length at which they are the same, to three digits: on the straight line through the last two measurements.
    steps: f64,
}

/// Counts, and reads what was measured.
pub(super) fn cost() -> Result<Cost, ReportError> {
    let counted: Vec<Vec<Counted>> =
        UNITS.iter().map(|&d| STEPS.iter().map(|&steps| operations(d, steps)).collect()).collect();
    let (source, measured) = measured(MEASURED);
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
        memory_crossover: memory_crossover(&measured).expect("BPTT and RTRL at one number of units"),
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

/// What was counted for one T, for each d.
fn column(counted: &[Vec<Counted>], at: usize) -> Vec<Counted> {
    counted.iter().map(|row| row[at]).collect()
}

/// A line for each way, over sizes of which each is a doubling of the one before.
fn lines(sizes: &[usize], row: &[Counted]) -> [Vec<(f64, f64)>; 5] {
    let line = |of: fn(&Counted) -> u64| {
        sizes.iter().zip(row).map(|(&size, row)| ((size as f64).log2(), of(row) as f64)).collect()
    };
    [
        line(|row| row.double_adjoints),
        line(|row| row.double_tangents),
        line(|row| row.bptt),
        line(|row| row.rtrl),
        line(|row| row.window),
    ]
}

/// By bisection: the double sum grows with the square of T, and RTRL with T.
fn crossover(d: usize) -> Option<usize> {
    let is_dearer = |steps: usize| {
        let counted = operations(d, steps);
        counted.double_adjoints > counted.rtrl
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

/// Where BPTT's memory against T, at its d, reaches that of RTRL at the same d.
fn memory_crossover(measured: &[Series]) -> Option<MemoryCrossover> {
    let find = |name: &str, against: &str| measured.iter().find(|s| s.name == name && s.against == against);
    let (bptt, rtrl) = (find("bptt", "T")?, find("rtrl", "d")?);
    let rtrl = rtrl.bytes[rtrl.at.iter().position(|&d| d == bptt.fixed)?];
    let &[.., before, last] = &bptt.at[..] else { return None };
    let &[.., bytes_before, bytes_last] = &bptt.bytes[..] else { return None };
    let each_step = (bytes_last - bytes_before) / (last - before);
    let steps = last + (rtrl - bytes_last) / each_step;
    let unit = 10_f64.powf(steps.log10().floor() - 2.0);
    Some(MemoryCrossover { d: bptt.fixed, each_step, rtrl, steps: (steps / unit).round() * unit })
}

/// What `growth` printed, with what stands above it.
///
/// # Panics
///
/// If it is not what is stored here.
fn measured(text: &str) -> (Source, Vec<Series>) {
    const KIB: f64 = 1024.0;
    let number = |text: &str| text.parse::<f64>().unwrap_or_else(|_| panic!("a number was measured: {text}"));
    let (source, table) = text.split_once("\n\n").expect("a source, and what was measured");
    let told = |name: &str| {
        let line = source.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_else(|| panic!("no {name}")).to_owned()
    };
    let source = Source { machine: told("machine"), date: told("date"), command: told("command") };
    let mut all: Vec<Series> = Vec::new();
    for line in table.lines() {
        // "bptt against T, d=64"
        if let Some((name, sizes)) = line.split_once(" against ") {
            let (against, fixed) = sizes.split_once(", ").expect("two sizes");
            let fixed = number(fixed.split_once('=').expect("a size").1);
            let (name, against) = (name.to_owned(), against.to_owned());
            all.push(Series { name, against, fixed, ..Series::default() });
            continue;
        }
        let series = all.last_mut().expect("a series has a title");
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["T", "d", "ms", "KiB"] => {}
            [steps, units, ms, kib] => {
                series.at.push(number(if series.against == "T" { steps } else { units }));
                series.seconds.push(number(ms) / 1e3);
                series.bytes.push((number(kib) * KIB).round());
            }
            // "seconds grow as T^1.08, at the end as T^1.12; theory T^1"
            [_, "grow", "as", fit, .., "theory", theory] => {
                let exponent =
                    |power: &str| number(power.trim_end_matches(',').split_once('^').expect("a power").1);
                series.exponents.push([exponent(fit), exponent(theory)]);
            }
            _ => panic!("nothing that growth prints: {line}"),
        }
    }
    (source, all)
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
                let is_dearer = counted.double_adjoints > counted.rtrl;
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
            let more = |counted: &Counted| counted.window - counted.bptt;
            assert!(more(&one) < one.bptt / d as u64, "d = {d}: {} more", more(&one));
            assert!(more(&two) > two.bptt / d as u64, "d = {d}: {} more", more(&two));
        }
    }

    #[test]
    fn what_was_measured_is_whole() {
        let (source, measured) = measured(MEASURED);
        assert!([source.machine, source.date, source.command].iter().all(|told| !told.is_empty()));
        let against = |size: &str| measured.iter().filter(|series| series.against == size).count();
        assert_eq!([against("T"), against("d"), measured.len()], [4, 4, 8]);
        for series in &measured {
            assert!(series.at.len() >= 3 && series.exponents.len() == 2, "{series:?}");
            let all = series.at.iter().chain(&series.seconds).chain(&series.bytes);
            assert!(all.into_iter().all(|x| *x > 0.0), "{series:?}");
        }
    }

    const PRINTED: &str = "machine: m\ndate: y\ncommand: c\n\n\
        bptt against T, d=64\n     T     d           ms          KiB\n\
        \x20  512    64       1.5000        100.0\n  1024    64       3.0000        200.0\n\
        \x20 seconds grow as T^1.08, at the end as T^1.12; theory T^1\n    bytes grow as T^0.87, at the end as T^0.96; theory T^1\n\
        rtrl against d, T=8\n     T     d           ms          KiB\n\
        \x20    8    32       0.5000         50.0\n     8    64       6.3213        500.0\n";

    #[test]
    fn a_printed_series_is_read_as_it_stands() {
        let (source, measured) = measured(PRINTED);
        assert_eq!(source, Source { machine: "m".into(), date: "y".into(), command: "c".into() });
        let bptt = Series {
            name: "bptt".into(),
            against: "T".into(),
            fixed: 64.0,
            at: vec![512.0, 1024.0],
            seconds: vec![1.5e-3, 3e-3],
            bytes: vec![102_400.0, 204_800.0],
            exponents: vec![[1.08, 1.0], [0.87, 1.0]],
        };
        assert_eq!(measured[0], bptt);
        assert_eq!((measured[1].fixed, &measured[1].at[..]), (8.0, &[32.0, 64.0][..]));
    }

    #[test]
    fn the_crossover_of_memory_lies_on_the_line_through_the_last_measurements() {
        // 100 KiB in 512 steps; 300 KiB are missing at 1024 steps.
        let crossover = memory_crossover(&measured(PRINTED).1).unwrap();
        let expected = MemoryCrossover { d: 64.0, each_step: 200.0, rtrl: 512_000.0, steps: 2560.0 };
        assert_eq!(crossover, expected);
    }
}
