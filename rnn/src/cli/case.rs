//! The case that a command is about.

use super::failure::Failure;
use rnn::case::{CaseError, CaseFile};
use rnn::lesson::Lesson;
use std::path::Path;

/// The case of a file, or that of the lesson.
pub(super) fn read_or_default(path: Option<&Path>) -> Result<CaseFile, Failure> {
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
