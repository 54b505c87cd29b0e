//! What can be asked for.

use clap::{Parser, Subcommand};
use rnn::credit::Mode;
use rnn::kind::Activation;
use std::path::PathBuf;
use std::str::FromStr;

/// A leaky recurrent network that learns by BPTT, by RTRL, and by windows between the two.
///
/// Without a command it does the main job: it learns to predict the yearly sunspot number, once by BPTT
/// and once online by RTRL from the same start, and writes a page about it.
///
/// Equations have the numbers that they have in the list at the end of the page that `lesson` writes.
#[derive(Debug, Parser)]
#[command(name = "rnn", version, args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) main_job: MainJob,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Credit(Credit),
    Lesson(Lesson),
    Train(Train),
    Triangle(Triangle),
}

#[derive(Debug, clap::Args)]
pub(super) struct MainJob {
    /// Where the page goes; - is stdout, in place of the text
    #[arg(long, value_name = "FILE", default_value = "rnn-report.html")]
    pub(super) out: PathBuf,
    /// The seed of the first parameters; the same seed gives the same numbers
    #[arg(long, value_name = "S", default_value_t = 0, value_parser = number::<u64>, allow_negative_numbers = true)]
    pub(super) seed: u64,
    /// Train for a twentieth of the passes: to look at the page, not at the errors
    #[arg(long)]
    pub(super) quick: bool,
    /// Also write the page's charts as SVG files into this folder
    #[arg(long, value_name = "FOLDER")]
    pub(super) svg: Option<PathBuf>,
}

/// The gradient of a case file, by one mode, as JSON on stdout
///
/// A case that takes more memory than about 2 GiB is refused: by rtrl and window:K for their d^3 numbers, and with --full or
/// --explain also for the triangle's T^2 d^2.
#[derive(Debug, clap::Args)]
pub(super) struct Credit {
    /// The case, as JSON in the format rnn-case-1: rnn/data/lesson.json is an example, docs/teaching.md has its fields
    #[arg(value_name = "CASE.json")]
    pub(super) case: PathBuf,
    /// How credit is assigned: bptt, rtrl, window:K (BPTT in windows of K steps, RTRL from one to the next) or checkpoint:K (BPTT
    /// with K states kept); all give the same gradient
    #[arg(long)]
    pub(super) mode: Mode,
    /// Also everything else that the mode knows: states, Jacobians, and by bptt the credit vectors, by rtrl the sensitivities
    /// (window:K and checkpoint:K keep neither); docs/teaching.md has the fields
    #[arg(long)]
    pub(super) full: bool,
    /// Instead of JSON, what is given and every equation of the calculation with its numbers (theta in the order W_rec, row by
    /// row, W_in, b_rec); window:K and checkpoint:K show the run and the gradient
    #[arg(long, conflicts_with = "full")]
    pub(super) explain: bool,
}

/// The triangle of Eq. 1.6 as a table: the norm of dL_t/dtheta_s for every s and t
///
/// A case whose triangle takes more memory than about 2 GiB is refused.
#[derive(Debug, clap::Args)]
pub(super) struct Triangle {
    /// The case, as JSON in the format rnn-case-1 [default: that of the lesson, rnn/data/lesson.json]
    #[arg(long, value_name = "FILE")]
    pub(super) case: Option<PathBuf>,
    /// Colours: auto (in a terminal, unless NO_COLOR is set or TERM is dumb), always or never
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,
    /// Also write the triangle and the norms of delta_t and P_t as SVG files into this folder
    #[arg(long, value_name = "FOLDER")]
    pub(super) svg: Option<PathBuf>,
}

/// When there are colours.
#[derive(Clone, Copy, Debug)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

impl FromStr for Color {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            other => Err(format!("must be auto, always or never, found {other:?}")),
        }
    }
}

/// One page that shows why there are two algorithms, to step through: BPTT, RTRL, and the triangle between them
///
/// A case whose triangle has more numbers than 30000 is refused.
#[derive(Debug, clap::Args)]
pub(super) struct Lesson {
    /// The case to look at, as JSON in the format rnn-case-1 [default: a built-in one, rnn/data/lesson.json]
    #[arg(long, value_name = "FILE")]
    pub(super) case: Option<PathBuf>,
    /// Where the page goes; - is stdout, in place of the text
    #[arg(long, value_name = "FILE", default_value = "rnn-lesson.html")]
    pub(super) out: PathBuf,
    /// The page's numbers as JSON on stdout, and no page
    #[arg(long, conflicts_with = "out")]
    pub(super) json: bool,
}

/// Trains a network on a time series to predict its next value
#[derive(Debug, clap::Args)]
pub(super) struct Train {
    /// A CSV file with a header; times in its first column, whose steps are taken as equal
    #[arg(long, value_name = "FILE.csv")]
    pub(super) data: PathBuf,
    /// The column of the values, if not the second
    #[arg(long, value_name = "NAME")]
    pub(super) column: Option<String>,
    /// How credit is assigned, and so when the parameters change: after every pass by bptt and checkpoint:K, every step by rtrl, every
    /// K steps by window:K
    #[arg(long, default_value = "bptt")]
    pub(super) mode: Mode,
    /// The number of hidden units
    #[arg(long, value_name = "D", default_value = "16", value_parser = hidden, allow_negative_numbers = true)]
    pub(super) hidden: usize,
    /// The number of passes over the training part
    #[arg(long, value_name = "N", default_value = "500", value_parser = at_least_one, allow_negative_numbers = true)]
    pub(super) epochs: usize,
    /// Adam's learning rate in the first pass; it falls to 0 along half a cosine
    #[arg(long, value_name = "R", default_value = "0.01", value_parser = rate, allow_negative_numbers = true)]
    pub(super) rate: f64,
    /// The seed of the first parameters; the same seed gives the same numbers
    #[arg(long, value_name = "S", default_value_t = 0, value_parser = number::<u64>, allow_negative_numbers = true)]
    pub(super) seed: u64,
    /// The update rate 1/tau of the state, in (0, 1]
    #[arg(long, value_name = "A", default_value = "1", value_parser = alpha, allow_negative_numbers = true)]
    pub(super) alpha: f64,
    /// The hidden units' activation: tanh, sigmoid, relu, softplus or identity
    #[arg(long, value_name = "F", default_value = "tanh")]
    pub(super) f: Activation,
    /// Learn the square roots of the values, as is customary for counts; errors stay in the values' units
    #[arg(long)]
    pub(super) root: bool,
    /// How many values at the end are held back from training [default: a fifth of them]
    #[arg(long, value_name = "N", value_parser = at_least_one, allow_negative_numbers = true)]
    pub(super) held_back: Option<usize>,
    /// Leave out so many values at the end before anything else: to choose settings without a look at those that a later test is for
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = number::<usize>, allow_negative_numbers = true)]
    pub(super) leave_out: usize,
    /// Also write a page about it; - is stdout, in place of the text
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

/// RTRL's sensitivity matrix has about the cube of this many numbers.
const MOST_HIDDEN: usize = 512;

fn hidden(text: &str) -> Result<usize, String> {
    let d = number(text)?;
    if !(1..=MOST_HIDDEN).contains(&d) {
        return Err(format!("must lie in 1..={MOST_HIDDEN}, found {text}"));
    }
    Ok(d)
}

fn at_least_one(text: &str) -> Result<usize, String> {
    let n = number(text)?;
    if n == 0 {
        return Err("must be at least 1".to_owned());
    }
    Ok(n)
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = number(text)?;
    if !(rate > 0.0 && rate.is_finite()) {
        return Err(format!("must be positive and finite, found {text}"));
    }
    Ok(rate)
}

fn alpha(text: &str) -> Result<f64, String> {
    let alpha: f64 = number(text)?;
    if !(alpha > 0.0 && alpha <= 1.0) {
        return Err(format!("must lie in (0, 1], found {text}"));
    }
    Ok(alpha)
}

fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("not a number that fits: {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Args::command().debug_assert();
    }
}
