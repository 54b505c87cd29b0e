//! clap's errors in one line that begins with the argument's name.

use super::args::Args;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Error};
use std::error::Error as _;

pub(super) fn one_line(error: &Error) -> String {
    let argument = context(error, ContextKind::InvalidArg);
    let value = context(error, ContextKind::InvalidValue);
    match (error.kind(), argument, error.source()) {
        (ErrorKind::ValueValidation, Some(argument), Some(reason)) => {
            format!("{}: {reason}", name(&argument))
        }
        (ErrorKind::InvalidValue, Some(argument), _) if value.as_ref().is_none_or(String::is_empty) => {
            format!("{}: needs a value", name(&argument))
        }
        (ErrorKind::MissingRequiredArgument, Some(argument), _) => format!("{argument}: missing"),
        (ErrorKind::UnknownArgument, Some(argument), _) => format!("{argument}: unknown argument"),
        (ErrorKind::ArgumentConflict, Some(argument), _) => {
            let other = context(error, ContextKind::PriorArg).filter(|other| *other != argument);
            let twice = || "given twice".to_owned();
            let problem = other.map_or_else(twice, |other| format!("cannot be used with {}", names(&other)));
            format!("{}: {problem}", name(&argument))
        }
        (ErrorKind::ArgumentConflict, None, _) => {
            let [command, others] = [ContextKind::InvalidSubcommand, ContextKind::PriorArg]
                .map(|kind| context(error, kind).unwrap_or_default());
            format!("{command}: cannot be used with {}", names(&others))
        }
        (ErrorKind::InvalidSubcommand, ..) => {
            let command = context(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            let known: Vec<_> =
                Args::command().get_subcommands().map(|known| known.get_name().to_owned()).collect();
            format!("{command}: unknown command ({})", known.join(", "))
        }
        _ => {
            // Below the first line clap tells how the program is used.
            let message = error.to_string();
            let line = message.lines().next().unwrap_or_default();
            line.strip_prefix("error: ").unwrap_or(line).to_owned()
        }
    }
}

fn context(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        _ => None,
    }
}

/// The name of each of several arguments.
fn names(arguments: &str) -> String {
    arguments.split(", ").map(name).collect::<Vec<_>>().join(", ")
}

/// `--mode` out of `--mode <MODE>`.
fn name(argument: &str) -> &str {
    argument.split(' ').next().unwrap_or(argument)
}
