//! The error of the operators' `try_` forms.

use core::fmt;

/// A slice or tree that does not have as many numbers as another one asks for, or has them in an array of another shape.
///
/// ```
/// let error = ad_core::tree::try_unflatten(&[0.0; 3], vec![1.0, 2.0]).unwrap_err();
/// assert_eq!(error.to_string(), "a tree of 3 numbers was given 2 numbers");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LengthMismatch {
    /// What asks for the numbers.
    pub of: &'static str,
    /// How many numbers it asks for.
    pub expected: usize,
    /// What it was given.
    pub given: &'static str,
    /// How many there were.
    pub found: usize,
    /// Where the numbers are as many: the shapes `[rows, columns]` of the first array or list that was asked for and given another
    /// shape, first the one that it should have. (A vector is one row, and so is a list.)
    pub shapes: Option<([usize; 2], [usize; 2])>,
}

impl LengthMismatch {
    /// `Ok` if the two numbers agree.
    ///
    /// # Errors
    ///
    /// If they do not.
    pub fn check(
        (of, expected): (&'static str, usize),
        (given, found): (&'static str, usize),
    ) -> Result<(), Self> {
        if expected == found { Ok(()) } else { Err(Self { of, expected, given, found, shapes: None }) }
    }
}

impl fmt::Display for LengthMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shapes {
            None => {
                write!(f, "{} of {} numbers was given {} {}", self.of, self.expected, self.found, self.given)
            }
            Some((expected, found)) => {
                write!(
                    f,
                    "{} with an array of shape {expected:?} was given {} of shape {found:?}",
                    self.of, self.given
                )
            }
        }
    }
}

impl core::error::Error for LengthMismatch {}

/// The result, or a panic that says why there is none and names the caller's line: in `unwrap_or_else` it would be that of the
/// closure.
#[doc(hidden)] // for the operators of the modes that have a `try_` form
#[inline]
#[track_caller]
pub fn or_panic<R, E: fmt::Display>(result: Result<R, E>) -> R {
    match result {
        Ok(result) => result,
        Err(error) => panic!("{error}"),
    }
}
