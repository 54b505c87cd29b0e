//! The time and the memory of the modes, as they were measured: read out of what the bench `growth` printed.

use serde::Serialize;

/// Machine, date and command, then what the bench `growth` printed; written with the results of all benches.
const MEASURED: &str = include_str!("../../../data/growth.txt");

/// Where, when and how it was measured.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Source {
    machine: String,
    date: String,
    command: String,
}

/// A series of the benches: one mode, measured as T or d grows.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Series {
    name: String,
    /// "T" or "d"
    pub(super) against: String,
    /// The other of the two.
    pub(super) fixed: f64,
    pub(super) at: Vec<f64>,
    pub(super) seconds: Vec<f64>,
    pub(super) bytes: Vec<f64>,
    /// The fitted exponents of time and memory, and those of theory.
    exponents: Vec<[f64; 2]>,
}

/// Memory at one number of units: BPTT's grows with T and RTRL's does not.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct MemoryCrossover {
    d: f64,
    /// By how many bytes BPTT's memory grows with each step.
    each_step: f64,
    rtrl: f64,
    /// The length at which they are the same, to three digits: on the straight line through the last two measurements.
    steps: f64,
}

/// What was measured.
pub(super) fn stored() -> (Source, Vec<Series>) {
    read(MEASURED)
}

/// What `growth` printed, with what stands above it.
///
/// # Panics
///
/// If it is not what is stored here.
fn read(text: &str) -> (Source, Vec<Series>) {
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

/// Where BPTT's memory against T, at its d, reaches that of RTRL at the same d.
pub(super) fn memory_crossover(measured: &[Series]) -> Option<MemoryCrossover> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_is_whole() {
        let (source, measured) = stored();
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
        let (source, measured) = read(PRINTED);
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
        let crossover = memory_crossover(&read(PRINTED).1).unwrap();
        let expected = MemoryCrossover { d: 64.0, each_step: 200.0, rtrl: 512_000.0, steps: 2560.0 };
        assert_eq!(crossover, expected);
    }
}
