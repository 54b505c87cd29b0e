//! `rnn triangle`: the triangle of a case in the terminal, and as drawings.

use super::args::{self, Color};
use super::failure::Failure;
use super::{lesson, picture};
use rnn::credit::Case;
use rnn::report::{Report, terminal_triangle};
use std::env;
use std::ffi::OsStr;
use std::io::{self, IsTerminal};

pub(super) fn run(args: &args::Triangle) -> Result<String, Failure> {
    let Case { rnn, params, sequence } = Case::from(&lesson::case(args.case.as_deref())?);
    let triangle = picture::of_triangle(&rnn, &params, &sequence, sequence.steps());
    let table = terminal_triangle(&triangle, args.color.is_on());
    if let Some(folder) = &args.svg {
        let (delta_norms, sensitivity_norms) = picture::of_time(&rnn, &params, &sequence);
        let report = Report { triangle, delta_norms, sensitivity_norms, ..Report::default() };
        report.write_figures(folder).map_err(Failure::at("--svg"))?;
    }
    Ok(table)
}

impl Color {
    /// See no-color.org: any value of `NO_COLOR` but an empty one turns colours off.
    fn is_on(self) -> bool {
        let says =
            |variable: &str, off: fn(&OsStr) -> bool| env::var_os(variable).is_some_and(|value| off(&value));
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                io::stdout().is_terminal()
                    && !says("NO_COLOR", |value| !value.is_empty())
                    && !says("TERM", |value| value == "dumb")
            }
        }
    }
}
