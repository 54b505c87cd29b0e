//! How this workspace measures: paired ratios of thread CPU time.
//!
//! The machine is shared and noisy, so a time alone says little. Every sample of a candidate stands
//! between two samples of its baseline, in one process; their quotient is one ratio, and the median
//! over many pairs is what is reported. Whatever slows the machine for longer than a sample slows
//! both sides alike.
//!
//! ```
//! let mut table = ad_benches::Table::new("example");
//! let x: Vec<f64> = (0..100).map(f64::from).collect();
//! let pair = ad_benches::Pairs { pairs: 9, seconds: 1e-5 };
//! let once = || x.iter().sum::<f64>();
//! let twice = || x.iter().sum::<f64>() + x.iter().product::<f64>();
//! table.row("100 numbers", "sum and product", "sum", pair.measure(once, twice));
//! table.print(false);
//! ```

use rustix::time::{ClockId, clock_gettime};
use std::fmt::Display;
use std::hint::black_box;
use std::io::{ErrorKind, Write, stderr, stdout};
use std::process::exit;

pub mod hand;
pub mod memory;
#[cfg(feature = "peers")]
pub mod peers;
pub mod programs;
pub mod workloads;

/// The CPU time that this thread has used, in seconds.
fn thread_time() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

/// How a ratio is measured.
#[derive(Clone, Copy, Debug)]
pub struct Pairs {
    /// The number of candidate samples, each between two of the baseline.
    pub pairs: usize,
    /// The least time of one sample; what is faster is repeated.
    pub seconds: f64,
}

impl Default for Pairs {
    fn default() -> Self {
        Self { pairs: 15, seconds: 0.01 }
    }
}

/// A ratio of times, candidate to baseline.
#[derive(Clone, Copy, Debug)]
pub struct Ratio {
    /// The median over all pairs.
    pub median: f64,
    /// The lower end of a 95 % confidence interval of the median.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The median time of one run of the baseline, in seconds.
    pub baseline_seconds: f64,
    /// The median time of one run of the candidate, in seconds.
    pub candidate_seconds: f64,
}

impl Pairs {
    /// Measures `candidate` against `baseline`; each runs a few times first to be warm.
    ///
    /// # Panics
    ///
    /// If there are no pairs.
    pub fn measure<A, B>(self, mut baseline: impl FnMut() -> A, mut candidate: impl FnMut() -> B) -> Ratio {
        let baseline_runs = self.runs(&mut baseline);
        let candidate_runs = self.runs(&mut candidate);
        self.compare(|| sample(baseline_runs, &mut baseline), || sample(candidate_runs, &mut candidate))
    }

    /// The same for samples that time themselves, in seconds.
    ///
    /// # Panics
    ///
    /// If there are no pairs.
    pub fn compare(self, mut baseline: impl FnMut() -> f64, mut candidate: impl FnMut() -> f64) -> Ratio {
        assert!(self.pairs > 0, "a ratio needs at least one pair");
        let mut before = baseline();
        let (mut ratios, mut baselines, mut candidates) = (Vec::new(), vec![before], Vec::new());
        for _ in 0..self.pairs {
            let time = candidate();
            let after = baseline();
            ratios.push(time / (0.5 * (before + after)));
            candidates.push(time);
            baselines.push(after);
            before = after;
        }
        let (low, high) = interval(&mut ratios);
        Ratio {
            median: median(&mut ratios),
            low,
            high,
            baseline_seconds: median(&mut baselines),
            candidate_seconds: median(&mut candidates),
        }
    }

    /// How many runs fill one sample.
    fn runs<A>(self, f: &mut impl FnMut() -> A) -> usize {
        let mut runs = 1;
        loop {
            let time = sample(runs, f) * runs as f64;
            if time >= self.seconds {
                return runs;
            }
            runs = (2 * runs).max((1.1 * self.seconds / time.max(1e-9)) as usize).min(10 * runs);
        }
    }
}

/// The CPU time of one run, in seconds.
pub fn seconds<A>(f: impl FnOnce() -> A) -> f64 {
    let start = thread_time();
    black_box(f());
    thread_time() - start
}

/// The mean time of one run.
fn sample<A>(runs: usize, f: &mut impl FnMut() -> A) -> f64 {
    let start = thread_time();
    for _ in 0..runs {
        black_box(f());
    }
    (thread_time() - start) / runs as f64
}

fn median(x: &mut [f64]) -> f64 {
    x.sort_by(f64::total_cmp);
    let middle = x.len() / 2;
    if x.len() % 2 == 1 { x[middle] } else { 0.5 * (x[middle - 1] + x[middle]) }
}

/// A 95 % confidence interval of the median: the order statistics that a binomial count of one half
/// misses with probability below 2.5 % on each side.
fn interval(x: &mut [f64]) -> (f64, f64) {
    x.sort_by(f64::total_cmp);
    let n = x.len();
    let (mut tail, mut term) = (0.0, 0.5_f64.powi(n as i32));
    let mut rank = 0;
    while rank < n / 2 && tail + term <= 0.025 {
        tail += term;
        term *= (n - rank) as f64 / (rank + 1) as f64;
        rank += 1;
    }
    let rank = rank.saturating_sub(1);
    (x[rank], x[n - 1 - rank])
}

/// One measured line.
#[derive(Clone, Debug)]
struct Row {
    case: String,
    name: String,
    baseline: String,
    ratio: Ratio,
    bytes: Option<usize>,
    note: String,
}

/// The results of one bench, for people or, with `--json`, one object a line.
#[derive(Clone, Debug)]
pub struct Table {
    bench: String,
    rows: Vec<Row>,
}

impl Table {
    /// An empty table.
    pub fn new(bench: &str) -> Self {
        Self { bench: bench.to_owned(), rows: Vec::new() }
    }

    /// Adds a measured ratio.
    pub fn row(&mut self, case: &str, name: &str, baseline: &str, ratio: Ratio) -> &mut Self {
        self.rows.push(Row {
            case: case.to_owned(),
            name: name.to_owned(),
            baseline: baseline.to_owned(),
            ratio,
            bytes: None,
            note: String::new(),
        });
        self
    }

    /// Notes the memory that the last row's candidate held.
    pub fn bytes(&mut self, bytes: usize) -> &mut Self {
        if let Some(row) = self.rows.last_mut() {
            row.bytes = Some(bytes);
        }
        self
    }

    /// Adds a remark for people to the last row.
    pub fn note(&mut self, note: impl Into<String>) -> &mut Self {
        if let Some(row) = self.rows.last_mut() {
            row.note = note.into();
        }
        self
    }

    /// Prints all rows.
    pub fn print(&self, json: bool) {
        if !json {
            say(format_args!(
                "{:<32} {:<24} {:<20} {:>7} {:>7} {:>7} {:>10}  note",
                "case", "candidate", "baseline", "ratio", "low", "high", "us"
            ));
        }
        for row in &self.rows {
            let Ratio { median, low, high, candidate_seconds, .. } = row.ratio;
            if json {
                let bytes = row.bytes.map_or(String::new(), |bytes| format!(", \"bytes\": {bytes}"));
                say(format_args!(
                    "{{\"bench\": {:?}, \"case\": {:?}, \"name\": {:?}, \"baseline\": {:?}, \
                     \"ratio\": {median:.4}, \"low\": {low:.4}, \"high\": {high:.4}{bytes}}}",
                    self.bench, row.case, row.name, row.baseline
                ));
            } else {
                let bytes = row.bytes.map_or(String::new(), |bytes| format!("{bytes} bytes "));
                say(format_args!(
                    "{:<32} {:<24} {:<20} {median:>7.3} {low:>7.3} {high:>7.3} {:>10.2}  {bytes}{}",
                    row.case,
                    row.name,
                    row.baseline,
                    candidate_seconds * 1e6,
                    row.note
                ));
            }
        }
    }
}

/// Whether the command line asks for JSON lines. A bench asks before it measures, as by [`flags`].
pub fn wants_json() -> bool {
    let [json] = flags(["--json"]);
    json
}

/// Which of the flags that there are the command line has. With anything else on it the process ends, and says which there are.
pub fn flags<const N: usize>(known: [&str; N]) -> [bool; N] {
    let mut given = [false; N];
    for arg in std::env::args_os().skip(1) {
        let Some(flag) = known.iter().position(|&flag| arg == flag) else {
            let known = if N == 0 { "there are no options".to_owned() } else { known.join(", ") };
            eprintln!("{}: unknown option ({known})", arg.display());
            exit(2);
        };
        given[flag] = true;
    }
    given
}

/// A line on stdout. Where the reader has closed its end, as `head` does, it has seen enough, and the process ends; where
/// nothing can be written for another reason, it says so and ends, too.
pub fn say(line: impl Display) {
    let Err(error) = writeln!(stdout(), "{line}") else { return };
    if error.kind() == ErrorKind::BrokenPipe {
        exit(0);
    }
    let _ = writeln!(stderr(), "stdout takes no line: {error}"); // if that can be written
    exit(2);
}
