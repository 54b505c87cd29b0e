//! How a law says that it is broken, and how close is close enough.

use std::fmt;
use std::ops::Deref;

/// A law that does not hold, with everything needed to see it again: see the fields of [`Details`].
#[derive(Clone, PartialEq)]
pub struct Violation(Box<Details>);

/// What a [`Violation`] knows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Details {
    /// The law's name.
    pub law: &'static str,
    /// The point.
    pub input: Vec<f64>,
    /// What was compared, e.g. `dy[0]/dx[2]`.
    pub component: String,
    /// The one way to compute it, and what came out.
    pub left: (String, f64),
    /// The other way, and what came out.
    pub right: (String, f64),
    /// How far apart they may be.
    pub allowed: f64,
}

impl Deref for Violation {
    type Target = Details;
    fn deref(&self) -> &Details {
        &self.0
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { law, input, component, left, right, allowed } = &**self;
        let difference = (left.1 - right.1).abs();
        write!(f, "law \"{law}\" is broken at x = {input:?}: {component} is {:?} ({})", left.1, left.0)?;
        write!(f, " and {:?} ({}); they differ by {difference:e}, allowed are {allowed:e}", right.1, right.0)
    }
}

/// As [`Display`](fmt::Display), so that `unwrap` reads well.
impl fmt::Debug for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Violation {}

/// How far two ways to compute a number may be apart: `absolute + relative * scale`, where the scale is
/// the largest number of its kind (a row of a Jacobian, the terms of a sum).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// Relative to the scale.
    pub relative: f64,
    /// For numbers that cancel to nothing.
    pub absolute: f64,
}

impl Default for Tolerance {
    /// `1e-10` relative, `1e-13` absolute.
    fn default() -> Self {
        Self { relative: 1e-10, absolute: 1e-13 }
    }
}

/// A law at a point.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    pub(super) law: &'static str,
    pub(super) input: &'a [f64],
    pub(super) tolerance: Tolerance,
}

impl At<'_> {
    /// Whether two numbers are as close as `scale` lets them be. Equal infinities are, and two NaNs.
    pub(super) fn close(
        &self,
        component: impl FnOnce() -> String,
        left: (&str, f64),
        right: (&str, f64),
        scale: f64,
    ) -> Result<(), Violation> {
        let allowed = self.tolerance.absolute + self.tolerance.relative * scale;
        self.within(component, left, right, allowed)
    }

    pub(super) fn within(
        &self,
        component: impl FnOnce() -> String,
        left: (&str, f64),
        right: (&str, f64),
        allowed: f64,
    ) -> Result<(), Violation> {
        let same = left.1 == right.1 || (left.1.is_nan() && right.1.is_nan());
        // An infinite scale must not let everything pass: only finite numbers can be near each other.
        let near = (left.1 - right.1).abs() <= allowed && left.1.is_finite() && right.1.is_finite();
        if same || near { Ok(()) } else { Err(self.violation(component(), left, right, allowed)) }
    }

    pub(super) fn violation(
        &self,
        component: String,
        left: (&str, f64),
        right: (&str, f64),
        allowed: f64,
    ) -> Violation {
        Violation(Box::new(Details {
            law: self.law,
            input: self.input.to_vec(),
            component,
            left: (left.0.to_owned(), left.1),
            right: (right.0.to_owned(), right.1),
            allowed,
        }))
    }

    /// Compares two lists, on the scale of the largest number in either.
    pub(super) fn all_close(
        &self,
        component: impl Fn(usize) -> String,
        left: (&str, &[f64]),
        right: (&str, &[f64]),
    ) -> Result<(), Violation> {
        let counts = (left.1.len() as f64, right.1.len() as f64);
        self.within(|| "the number of components".to_owned(), (left.0, counts.0), (right.0, counts.1), 0.0)?;
        let scale = largest(left.1).max(largest(right.1));
        for (i, (&a, &b)) in left.1.iter().zip(right.1).enumerate() {
            self.close(|| component(i), (left.0, a), (right.0, b), scale)?;
        }
        Ok(())
    }
}

/// The largest finite magnitude, 0 if there is none.
pub(super) fn largest(numbers: &[f64]) -> f64 {
    numbers.iter().map(|x| x.abs()).filter(|x| x.is_finite()).fold(0.0, f64::max)
}
