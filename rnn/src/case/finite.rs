//! Finding the first number that is not finite in lists of any depth.

/// A number, or lists of numbers nested to any depth.
pub(super) trait Finite {
    /// The indices of the first number that is not finite, as `[3][1]`; empty for a number by itself.
    fn first_not_finite(&self) -> Option<String>;
}

impl Finite for f64 {
    fn first_not_finite(&self) -> Option<String> {
        (!self.is_finite()).then(String::new)
    }
}

impl<T: Finite> Finite for Vec<T> {
    fn first_not_finite(&self) -> Option<String> {
        self.iter()
            .enumerate()
            .find_map(|(index, entry)| entry.first_not_finite().map(|rest| format!("[{index}]{rest}")))
    }
}
