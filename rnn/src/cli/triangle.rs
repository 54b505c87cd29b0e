//! `rnn triangle`: the triangle of a case in the terminal, and as drawings.

use super::args::{self, Color};
use super::failure::Failure;
use super::{case, picture, writable};
use rnn::case::Case;
use rnn::report::{Report, terminal_triangle};
use std::env;
use std::ffi::OsStr;
use std::io::{self, IsTerminal};

pub(super) fn run(args: &args::Triangle) -> Result<String, Failure> {
    let file = case::read_or_default(args.case.as_deref())?;
    file.check_triangle(args.svg.is_some())?;
    args.svg.as_deref().map_or(Ok(()), writable::folder)?;
    let Case { rnn, params, sequence } = Case::from(&file);
    let triangle = picture::of_triangle(&rnn, &params, &sequence, sequence.steps());
    let mut report = Report { triangle, ..Report::default() };
    if args.svg.is_some() {
        (report.delta_norms, report.sensitivity_norms) = picture::of_time(&rnn, &params, &sequence);
    }
    report.check_finite()?;
    if let Some(folder) = &args.svg {
        report.write_figures(folder).map_err(Failure::at("--svg"))?;
    }
    Ok(terminal_triangle(&report.triangle, args.color.is_on()))
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
