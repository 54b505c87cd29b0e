//! Whether there is room for what is asked of a case: a small file can ask for more memory than any machine has.
//!
//! Counted is what the calculation holds at one time, copies and the text of the output included. How many there are of each
//! quantity was measured.

use super::CaseFile;
use crate::credit::Mode;
use std::fmt;

/// The numbers that 2 GiB have room for.
const MOST_NUMBERS: usize = 1 << 28;

/// More numbers than there is room for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// The fields that say how many there are.
    pub fields: &'static str,
    /// What has them.
    pub what: &'static str,
    /// How many there are.
    pub numbers: usize,
    /// What they are to be in.
    pub place: &'static str,
    /// How many it has room for.
    pub most: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fields, what, numbers, place, most } = self;
        write!(f, "{fields}: {what} has {numbers} numbers, and {place} has room for {most}")
    }
}

impl std::error::Error for TooLarge {}

impl TooLarge {
    pub(crate) fn check(self) -> Result<(), Self> {
        if self.numbers > self.most { Err(self) } else { Ok(()) }
    }
}

impl CaseFile {
    /// That 2 GiB have room for the norms of the triangle of Eq. 1.6, and for `P_t` if it is looked at, too.
    ///
    /// # Errors
    ///
    /// [`TooLarge`] if not.
    pub fn check_triangle(&self, with_sensitivity: bool) -> Result<(), TooLarge> {
        let sensitivity = if with_sensitivity { self.sensitivity(3) } else { 0 };
        // Most of the norms' copies are the table's text. Of the cells there are a few rows at a time.
        let (norms, rows) =
            (product(&[5, self.steps, self.steps]), product(&[4, self.steps, self.parameters()]));
        in_memory("T, d, n", "the triangle with its copies", &[norms, rows, sensitivity])
    }

    /// That 2 GiB have room for what `mode` carries from one step to the next: `P_t`, in `rtrl` and from window to window.
    ///
    /// # Errors
    ///
    /// [`TooLarge`] if not.
    pub fn check_gradient(&self, mode: Mode) -> Result<(), TooLarge> {
        let carries = match mode {
            Mode::Rtrl => self.steps > 1,
            Mode::Window(k) => self.steps > k,
            Mode::Bptt | Mode::Checkpoint(_) => false,
        };
        let sensitivity = if carries { self.sensitivity(2) } else { 0 };
        in_memory("d, n", "P with its copies", &[sensitivity])
    }

    /// That 2 GiB have room for everything that `mode` knows.
    ///
    /// # Errors
    ///
    /// [`TooLarge`] if not.
    pub fn check_full(&self, mode: Mode) -> Result<(), TooLarge> {
        self.check_gradient(mode)?;
        let steps = self.steps;
        let jacobians = product(&[6, steps, self.d, self.d]);
        let (triangle, sensitivities) = match mode {
            Mode::Rtrl => (self.triangle(), self.sensitivity(steps.saturating_mul(7))),
            // An explanation has every P~_t.
            Mode::Bptt => (self.triangle(), self.sensitivity(steps.saturating_mul(2))),
            Mode::Window(_) | Mode::Checkpoint(_) => (0, 0),
        };
        in_memory("T, d, n", "the full output with its copies", &[jacobians, triangle, sensitivities])
    }

    /// `|theta|`
    pub(crate) fn parameters(&self) -> usize {
        self.d.saturating_mul(self.d.saturating_add(self.n).saturating_add(1))
    }

    /// So many matrices of the size of `P_t`.
    fn sensitivity(&self, copies: usize) -> usize {
        product(&[copies, self.d, self.parameters()])
    }

    /// All cells, each a list whose length and place take room, too.
    fn triangle(&self) -> usize {
        product(&[5, self.steps, self.steps, self.parameters().saturating_add(3)])
    }
}

fn in_memory(fields: &'static str, what: &'static str, parts: &[usize]) -> Result<(), TooLarge> {
    let numbers = parts.iter().fold(0, |sum: usize, &part| sum.saturating_add(part));
    TooLarge { fields, what, numbers, place: "2 GiB", most: MOST_NUMBERS }.check()
}

fn product(factors: &[usize]) -> usize {
    factors.iter().fold(1, |product: usize, &factor| product.saturating_mul(factor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::Lesson;

    fn sized(d: usize, steps: usize) -> CaseFile {
        CaseFile { d, steps, n: 1, ..Lesson::default_case() }
    }

    #[test]
    fn what_no_memory_holds_is_refused_with_its_size() {
        let refused = |found: Result<(), TooLarge>, line: &str| {
            let error = found.unwrap_err().to_string();
            assert!(
                error.starts_with(line) && error.ends_with("and 2 GiB has room for 268435456"),
                "{error}"
            );
        };
        let triangle = "T, d, n: the triangle with its copies has 2000640000 numbers";
        refused(sized(2, 20_000).check_triangle(false), triangle);
        refused(sized(8, 3000).check_full(Mode::Bptt), "T, d, n: the full output with its copies has 37");
        refused(sized(8, 3000).check_full(Mode::Rtrl), "T, d, n: the full output");
        refused(sized(1000, 50).check_full(Mode::Window(50)), "T, d, n: the full output");
        for mode in [Mode::Rtrl, Mode::Window(2)] {
            refused(sized(1000, 3).check_gradient(mode), "d, n: P with its copies has 2004000000 numbers");
            refused(sized(1000, 3).check_full(mode), "d, n: P");
        }
        refused(sized(1000, 1).check_triangle(true), "T, d, n: the triangle with its copies has 3");
        refused(sized(usize::MAX, usize::MAX).check_triangle(true), "T, d, n: the triangle");
    }

    #[test]
    fn what_carries_nothing_large_is_not() {
        assert_eq!(sized(8, 400).check_full(Mode::Rtrl), Ok(()));
        assert_eq!(sized(8, 400).check_full(Mode::Bptt), Ok(()));
        for (d, steps) in [(2, 7000), (8, 3000), (64, 2000), (512, 200)] {
            assert_eq!(sized(d, steps).check_triangle(false), Ok(()), "{d} units, {steps} steps");
        }
        assert_eq!(sized(8, 800).check_triangle(true), Ok(()));
        assert_eq!(sized(200, 100).check_triangle(true), Ok(()));
        for (mode, steps) in [(Mode::Bptt, 100_000), (Mode::Checkpoint(9), 100_000), (Mode::Window(3), 3)] {
            assert_eq!(sized(1000, steps).check_gradient(mode), Ok(()));
        }
        assert_eq!(sized(1000, 1).check_gradient(Mode::Rtrl), Ok(()));
        assert_eq!(sized(500, 1000).check_gradient(Mode::Rtrl), Ok(()));
    }
}
