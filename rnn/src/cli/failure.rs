//! [`Failure`]: what ends the program early, in one line.

use std::fmt;

/// One line that names the field.
#[derive(Debug)]
pub(super) struct Failure(String);

impl Failure {
    pub(super) fn new(message: impl Into<String>) -> Self {
        // Paths and arguments may hold line breaks; the message may not.
        Self(message.into().replace(|c: char| c.is_control(), " "))
    }

    /// To wrap an error in the name of the argument that is to blame for it.
    pub(super) fn at<E: fmt::Display>(field: impl fmt::Display) -> impl FnOnce(E) -> Self {
        move |error| Self::new(format!("{field}: {error}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Errors whose message already names the field.
impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(error.to_string())
    }
}
