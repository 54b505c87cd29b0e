//! How time and memory grow with the steps `T` and the units `d`, for every way to the gradient.
//!
//! A series changes one of the two and keeps the other. Each of its problems is timed between two runs of
//! its first, as everywhere here; its seconds are that ratio times those of the first, because the clock of a
//! machine may change from one problem to the next. The exponent is the slope of a straight line through the logarithms,
//! and beside it stands that of the last two problems alone: theory speaks of the leading term, and the
//! larger the problem, the more it dominates. (Memory of BPTT is `T d` for the states, but `d^2` for the
//! gradient comes on top; and the fewer the units, the more of the time is not arithmetic.)
//!
//! Memory is what one gradient holds at most, on a thread whose matrix products already have their
//! workspace.
//!
//! With `--json`, one line for each problem and one for each exponent; `K` is `null` unless the mode is a
//! window:
//!
//! ```text
//! {"bench": "growth", "case": "bptt against T, d=64", "name": "bptt", "baseline": "T=64,d=64", "ratio": 2.01,
//!  "low": 1.99, "high": 2.03, "T": 128, "d": 64, "K": null, "seconds": 1.1e-3, "bytes": 123456}
//! {"bench": "growth", "case": "bptt against T, d=64", "name": "bptt", "baseline": "theory", "ratio": 1.01,
//!  "low": 1.01, "high": 1.02, "of": "seconds", "against": "T", "last": 1.02, "theory": 1}
//! ```
//!
//! In the latter `ratio` is the fitted exponent, and `low` and `high` are that and the one of the last two points.

use ad_benches::hand::{Sizes, network, parameters, sequence};
use ad_benches::memory::{PeakAlloc, peak};
use ad_benches::{Pairs, Ratio, say, wants_json};
use rnn::credit::{Mode, triangle};
use rnn::model::Parameters;
use rnn::sequence::Sequence;
use std::hint::black_box;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// What a series changes.
#[derive(Clone, Copy)]
enum Against {
    Steps,
    Units,
}

/// Problems that differ in one size, and the powers of it that theory gives for time and memory.
struct Series {
    name: &'static str,
    /// For so many units; `None` is the double sum of Eq. 1.6 itself, cell by cell.
    mode: fn(usize) -> Option<Mode>,
    against: Against,
    /// The size that does not change.
    fixed: usize,
    values: &'static [usize],
    theory: [f64; 2],
}

const SERIES: [Series; 8] = [
    Series {
        name: "double-sum",
        mode: |_| None,
        against: Against::Steps,
        fixed: 8,
        values: &[16, 32, 64, 128],
        theory: [2.0, 2.0],
    },
    Series {
        name: "double-sum",
        mode: |_| None,
        against: Against::Units,
        fixed: 8,
        values: &[32, 64, 128],
        theory: [2.0, 2.0],
    },
    Series {
        name: "bptt",
        mode: |_| Some(Mode::Bptt),
        against: Against::Steps,
        fixed: 64,
        values: &[64, 128, 256, 512, 1024],
        theory: [1.0, 1.0],
    },
    Series {
        name: "bptt",
        mode: |_| Some(Mode::Bptt),
        against: Against::Units,
        fixed: 1024,
        values: &[64, 128, 256, 512],
        theory: [2.0, 1.0],
    },
    Series {
        name: "rtrl",
        mode: |_| Some(Mode::Rtrl),
        against: Against::Steps,
        fixed: 32,
        values: &[32, 64, 128, 256],
        theory: [1.0, 0.0],
    },
    Series {
        name: "rtrl",
        mode: |_| Some(Mode::Rtrl),
        against: Against::Units,
        fixed: 8,
        values: &[32, 64, 96, 128],
        theory: [4.0, 3.0],
    },
    Series {
        name: "window:32",
        mode: |_| Some(Mode::Window(32)),
        against: Against::Steps,
        fixed: 32,
        values: &[128, 256, 512, 1024],
        theory: [1.0, 0.0],
    },
    Series {
        name: "window:d",
        mode: |d| Some(Mode::Window(d)),
        against: Against::Units,
        // Many windows also with the most units: the first and the last of them need no product with `P`.
        fixed: 2048,
        values: &[32, 64, 128],
        theory: [3.0, 3.0],
    },
];

/// What was measured at one problem.
struct Point {
    sizes: Sizes,
    window: Option<usize>,
    ratio: Ratio,
    bytes: usize,
}

impl Series {
    fn variable(&self) -> &'static str {
        match self.against {
            Against::Steps => "T",
            Against::Units => "d",
        }
    }

    fn title(&self) -> String {
        let other = match self.against {
            Against::Steps => "d",
            Against::Units => "T",
        };
        format!("{} against {}, {other}={}", self.name, self.variable(), self.fixed)
    }

    fn sizes(&self, value: usize) -> Sizes {
        let (t, d) = match self.against {
            Against::Steps => (value, self.fixed),
            Against::Units => (self.fixed, value),
        };
        Sizes { n: 4, d, m: 4, t, b: 1 }
    }

    fn measure(&self) -> Vec<Point> {
        let problem = |value: usize| {
            let sizes = self.sizes(value);
            let (params, data, mode) = (parameters(sizes), sequence(sizes), (self.mode)(sizes.d));
            (sizes, mode, move || gradient(mode, &params, &data))
        };
        let (_, _, first) = problem(self.values[0]);
        let pairs = Pairs { pairs: 9, seconds: 0.005 };
        let points = self.values.iter().map(|&value| {
            let (sizes, mode, run) = problem(value);
            let window = if let Some(Mode::Window(k)) = mode { Some(k) } else { None };
            let small = Sizes { d: 8, t: 16, ..sizes };
            let (params, data) = (parameters(small), sequence(small));
            let warm = || gradient(mode, &params, &data);
            Point { sizes, window, bytes: peak(warm, &run), ratio: pairs.measure(&first, run) }
        });
        points.collect()
    }

    /// The exponent of `measured`: fitted to all problems, and to the last two.
    fn exponents(&self, points: &[Point], measured: impl Fn(&Point) -> f64) -> [f64; 2] {
        let x = self.values.iter().map(|&value| (value as f64).ln());
        let logarithms: Vec<_> = x.zip(points).map(|(x, point)| (x, measured(point).ln())).collect();
        [slope(&logarithms), slope(&logarithms[logarithms.len() - 2..])]
    }

    fn print(&self, points: &[Point], json: bool) {
        let (title, name) = (self.title(), self.name);
        let exponents = [
            self.exponents(points, |point| point.ratio.median),
            self.exponents(points, |point| point.bytes as f64),
        ];
        if !json {
            say(format_args!("{title}\n{:>6} {:>5} {:>12} {:>12}", "T", "d", "ms", "KiB"));
        }
        for Point { sizes: Sizes { t, d, .. }, window, ratio, bytes } in points {
            let seconds = points[0].ratio.candidate_seconds * ratio.median;
            if json {
                let Sizes { t: t0, d: d0, .. } = points[0].sizes;
                let k = window.map_or("null".to_owned(), |k| k.to_string());
                say(format_args!(
                    "{{\"bench\": \"growth\", \"case\": {title:?}, \"name\": {name:?}, \
                     \"baseline\": \"T={t0},d={d0}\", \"ratio\": {:.4}, \"low\": {:.4}, \"high\": {:.4}, \
                     \"T\": {t}, \"d\": {d}, \"K\": {k}, \"seconds\": {seconds:.4e}, \"bytes\": {bytes}}}",
                    ratio.median, ratio.low, ratio.high
                ));
            } else {
                say(format_args!("{t:>6} {d:>5} {:>12.4} {:>12.1}", seconds * 1e3, *bytes as f64 / 1024.0));
            }
        }
        for ((of, [exponent, last]), theory) in
            ["seconds", "bytes"].into_iter().zip(exponents).zip(self.theory)
        {
            let variable = self.variable();
            if json {
                say(format_args!(
                    "{{\"bench\": \"growth\", \"case\": {title:?}, \"name\": {name:?}, \"baseline\": \"theory\", \
                     \"ratio\": {exponent:.3}, \"low\": {:.3}, \"high\": {:.3}, \"of\": {of:?}, \
                     \"against\": {variable:?}, \"last\": {last:.3}, \"theory\": {theory}}}",
                    exponent.min(last),
                    exponent.max(last)
                ));
            } else {
                say(format_args!(
                    "  {of:>7} grow as {variable}^{exponent:.2}, at the end as {variable}^{last:.2}; \
                     theory {variable}^{theory}"
                ));
            }
        }
    }
}

/// Computes the gradient, as each way returns it.
fn gradient(mode: Option<Mode>, params: &Parameters<f64>, data: &Sequence<f64, 1>) {
    if let Some(mode) = mode {
        black_box(mode.value_and_grad(&network(), params, data));
    } else {
        black_box(triangle::by_adjoints(&network(), params, data).total());
    }
}

/// The slope of the straight line of least squares through `points`.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let [xy, xx] = points
        .iter()
        .fold([0.0, 0.0], |[xy, xx], p| [xy + (p.0 - x) * (p.1 - y), xx + (p.0 - x) * (p.0 - x)]);
    xy / xx
}

fn main() {
    let json = wants_json();
    for series in &SERIES {
        series.print(&series.measure(), json);
    }
}
