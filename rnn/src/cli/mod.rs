//! The command line: what was asked for, and how its answer or its error reaches the caller.

mod agreement;
mod args;
mod case;
mod contest;
mod cost;
mod credit;
mod failure;
mod lesson;
mod picture;
mod progress;
mod sunspots;
mod text;
mod train;
mod triangle;
mod usage;
mod writable;

use args::{Args, Command};
use clap::Parser;
use clap::error::ErrorKind;
use failure::Failure;
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

/// The exit status of whatever went wrong.
const FAILED: u8 = 2;

/// Does what the command line says. A command gives its whole output as a text, which is printed here
/// once nothing can go wrong any more: an error leaves stdout empty.
pub(crate) fn run() -> ExitCode {
    let done = match Args::try_parse() {
        Ok(Args { command: Some(Command::Credit(args)), .. }) => credit::run(&args),
        Ok(Args { command: Some(Command::Lesson(args)), .. }) => lesson::run(&args),
        Ok(Args { command: Some(Command::Train(args)), .. }) => train::run(&args),
        Ok(Args { command: Some(Command::Triangle(args)), .. }) => triangle::run(&args),
        Ok(Args { command: None, main_job }) => sunspots::run(&main_job),
        Err(error) if is_an_answer(error.kind()) => Ok(error.to_string()),
        Err(error) => Err(Failure::new(usage::one_line(&error))),
    };
    match done.and_then(|text| print(&text)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&failure);
            ExitCode::from(FAILED)
        }
    }
}

/// A line on stderr. If that cannot be written either, the exit status is all there is.
fn say(line: &impl fmt::Display) {
    let _ = writeln!(io::stderr(), "rnn: {line}");
}

/// Help and version come as errors, but were asked for.
fn is_an_answer(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::DisplayHelp | ErrorKind::DisplayVersion)
}

fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        // A reader that closes its end has seen enough: `rnn | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::new(format!("stdout: cannot write: {error}"))),
        Ok(()) => Ok(()),
    }
}
