//! Finding the first number that is not finite in lists of any depth.

use super::CaseError;

/// That every number of these fields is finite; an error names the first field that has one that is not.
pub(crate) fn all_finite(fields: &[(&str, &dyn Finite)]) -> Result<(), CaseError> {
    let found = fields.iter().find_map(|(name, value)| Some((name, value.first_not_finite()?)));
    match found {
        None => Ok(()),
        Some((name, index)) => Err(CaseError::NotFinite { field: format!("{name}{index}") }),
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
