//! `rnn credit`: the gradient of a case file.

use super::args;
use super::failure::Failure;
use rnn::case::{CaseError, CaseFile};
use rnn::credit::Case;

pub(super) fn run(args: &args::Credit) -> Result<String, Failure> {
    let file = CaseFile::read(&args.case).map_err(|error| match error {
        // Where the text as a whole is no JSON, there is no field to name but the file.
        CaseError::Json { .. } => Failure::new(format!("{}: {error}", args.case.display())),
        error => error.into(),
    })?;
    let case = Case::from(&file);
    let credit = if args.full { case.full(args.mode) } else { case.gradient(args.mode) };
    Ok(credit.to_json()? + "\n")
}
