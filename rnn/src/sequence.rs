//! [`Sequence`]: what a network sees, and what it should have said.

use ad_core::{Array, Dense, Scalar};

/// What [`Sequence::new`] asks, and others rely on.
pub(crate) const NOT_EMPTY: &str = "a sequence has at least one step";

/// The inputs `x_t` and targets `y*_t` of `T` steps.
///
/// With `RANK` 1 each is a vector, with 2 a matrix: a batch, one sequence per row.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence<R, const RANK: usize> {
    x: Vec<Dense<R, RANK>>,
    y_target: Vec<Dense<R, RANK>>,
}

impl<R: Scalar, const RANK: usize> Sequence<R, RANK> {
    /// The steps with these inputs and targets, in the order of time.
    ///
    /// # Panics
    ///
    /// If there is no step, or there are not as many targets as inputs.
    #[must_use]
    #[track_caller]
    pub fn new(x: Vec<Dense<R, RANK>>, y_target: Vec<Dense<R, RANK>>) -> Self {
        assert!(!x.is_empty(), "{NOT_EMPTY}");
        assert!(x.len() == y_target.len(), "{} inputs, but {} targets", x.len(), y_target.len());
        Self { x, y_target }
    }

    /// `T`, the number of steps.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.x.len()
    }

    /// `x_t`, from `t = 0`.
    #[must_use]
    pub fn x(&self) -> &[Dense<R, RANK>] {
        &self.x
    }

    /// `y*_t`, from `t = 0`.
    #[must_use]
    pub fn y_target(&self) -> &[Dense<R, RANK>] {
        &self.y_target
    }

    /// `(x_t, y*_t)` in the order of time.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Dense<R, RANK>, &Dense<R, RANK>)> {
        self.x.iter().zip(&self.y_target)
    }

    /// The steps in a range of times.
    ///
    /// # Panics
    ///
    /// If the range is empty or reaches past the end.
    #[must_use]
    #[track_caller]
    pub fn window(&self, range: std::ops::Range<usize>) -> Self {
        Self::new(self.x[range.clone()].to_vec(), self.y_target[range].to_vec())
    }

    /// All steps in windows of `k`, of which the last may be shorter.
    ///
    /// # Panics
    ///
    /// If `k` is 0.
    #[track_caller]
    pub(crate) fn windows(&self, k: usize) -> impl Iterator<Item = Self> {
        assert!(k > 0, "a window has at least one step");
        let starts = (0..self.steps()).step_by(k);
        starts.map(move |start| self.window(start..self.steps().min(start.saturating_add(k))))
    }

    /// `h_0 = 0`, for `d` hidden units.
    #[must_use]
    pub fn initial_state(&self, d: usize) -> Dense<R, RANK> {
        let mut shape = self.x[0].shape();
        shape[RANK - 1] = d;
        Dense::filled(shape, R::zero())
    }
}

impl<R: Scalar> Sequence<R, 2> {
    /// How many sequences run at once.
    #[must_use]
    pub fn batch(&self) -> usize {
        self.x[0].rows()
    }

    /// The sequences in a range of rows.
    ///
    /// # Panics
    ///
    /// If the range reaches past the end.
    #[must_use]
    #[track_caller]
    pub fn rows(&self, range: std::ops::Range<usize>) -> Self
    where
        Dense<R, 2>: Array<R, 2>,
    {
        let mut cut = self.clone();
        for x in cut.x.iter_mut().chain(&mut cut.y_target) {
            *x = x.slice(range.clone()); // in no closure, which would not know the line of the caller
        }
        cut
    }
}
