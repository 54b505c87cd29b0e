//! clap's errors in one line that begins with the argument's name.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};
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
            let problem = other.map_or_else(twice, |other| format!("cannot be used with {}", name(&other)));
            format!("{}: {problem}", name(&argument))
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

/// `--mode` out of `--mode <MODE>`.
fn name(argument: &str) -> &str {
    argument.split(' ').next().unwrap_or(argument)
}
