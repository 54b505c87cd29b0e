//! Finding the first number that is not finite in lists of any depth.

use std::fmt;

/// A number that is a NaN or an infinity, or past the range of an f64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFinite {
    /// The field, with the number's indices, which count from 0.
    pub field: String,
}

impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: not a finite number", self.field)
    }
}

impl std::error::Error for NotFinite {}

/// That every number of these fields is finite; an error names the first field that has one that is not.
pub(crate) fn all_finite(fields: &[(&str, &dyn Finite)]) -> Result<(), NotFinite> {
    let found = fields.iter().find_map(|(name, value)| Some((name, value.first_not_finite()?)));
    match found {
        None => Ok(()),
        Some((name, index)) => Err(NotFinite { field: format!("{name}{index}") }),
    }
}

/// A number, or lists of numbers nested to any depth.
pub(crate) trait Finite {
    /// The indices of the first number that is not finite, as `[3][1]`; empty for a number by itself.
    fn first_not_finite(&self) -> Option<String>;
}

impl Finite for () {
    fn first_not_finite(&self) -> Option<String> {
        None
    }
}

impl Finite for f64 {
    fn first_not_finite(&self) -> Option<String> {
        (!self.is_finite()).then(String::new)
    }
}

impl<T: Finite> Finite for Option<T> {
    fn first_not_finite(&self) -> Option<String> {
        self.as_ref().and_then(Finite::first_not_finite)
    }
}

impl<T: Finite> Finite for Vec<T> {
    fn first_not_finite(&self) -> Option<String> {
        self.iter()
            .enumerate()
            .find_map(|(index, entry)| entry.first_not_finite().map(|rest| format!("[{index}]{rest}")))
    }
}
