//! `rnn lesson`: the page that explains.

use super::failure::Failure;
use super::{args, writable};
use rnn::case::{CaseError, CaseFile};
use rnn::lesson::Lesson;
use std::path::Path;

pub(super) fn run(args: &args::Lesson) -> Result<String, Failure> {
    let file = case(args.case.as_deref())?;
    if args.json {
        return Ok(Lesson::of(&file)?.to_json() + "\n");
    }
    writable::page(&args.out)?;
    let lesson = Lesson::of(&file)?;
    lesson.write(&args.out).map_err(Failure::at("--out"))?;
    Ok(format!("Lesson: {}\n", args.out.display()))
}

/// The case of a file, or the built-in one.
pub(super) fn case(path: Option<&Path>) -> Result<CaseFile, Failure> {
    path.map_or_else(|| Ok(Lesson::default_case()), read)
}

/// The case of a file.
pub(super) fn read(path: &Path) -> Result<CaseFile, Failure> {
    CaseFile::read(path).map_err(|error| match error {
        // Where the text as a whole is no JSON, there is no field to name but the file.
        CaseError::Json { .. } => Failure::new(format!("{}: {error}", path.display())),
        error => error.into(),
    })
}
