//! [`Tag`]: which run has seeded the tangents of a number, known with debug assertions alone.
//!
//! Two runs of differentiated functions over one type of dual numbers may meet in one expression: a number of the outer
//! of two is used in the inner one, or one that was kept from a derivative that has ended in a later one. The sum of
//! their tangents is then the derivative by neither. What would tell them apart is a tag in every number, compared by
//! every operation on two; and that costs an operation 5 to 40 %. So it is with this mistake as with the overflow of an
//! integer in Rust: a build with debug assertions panics where it happens, and one without has no tag, no comparison
//! and no instruction more. What [`seeding`](crate::seeding) sees is seen in both.
//!
//! A run draws a [fresh](Tag::fresh) tag for its seeds, and no two runs draw the same. What is computed from them has
//! it too; constants, and numbers that were seeded by hand, have none.

#[cfg(debug_assertions)]
use core::sync::atomic::{AtomicUsize, Ordering};

/// Whose tangents a number carries. Without debug assertions it has no size, and its methods are nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The number of a run, counted from 1 in all of the process; 0 is no run.
    #[cfg(debug_assertions)]
    run: usize,
}

#[cfg(debug_assertions)]
impl Tag {
    /// No run has seeded the number.
    pub const NONE: Self = Self { run: 0 };

    /// The tag of a run that begins.
    #[must_use]
    pub fn fresh() -> Self {
        // Nothing else is ordered by it. On 32 bits it takes four thousand million runs until one comes again.
        static RUNS: AtomicUsize = AtomicUsize::new(1);
        Self { run: RUNS.fetch_add(1, Ordering::Relaxed) }
    }

    /// The tag of what is computed from two numbers with these tags. A number whose tangents are 0 is a constant for
    /// anyone else, such as an input of an outer run that does not move: they are looked at only where tags differ.
    ///
    /// # Panics
    ///
    /// If the tags are those of two runs, and both numbers move.
    #[inline(always)]
    pub(crate) fn join(self, other: Self, moves: impl Fn() -> bool, other_moves: impl Fn() -> bool) -> Self {
        if self == other || other == Self::NONE {
            self
        } else if self == Self::NONE {
            other
        } else {
            self.meet(other, &moves, &other_moves)
        }
    }

    #[cold]
    #[inline(never)]
    fn meet(self, other: Self, moves: &dyn Fn() -> bool, other_moves: &dyn Fn() -> bool) -> Self {
        match (moves(), other_moves()) {
            (true, true) => crate::seeding::refuse(),
            (true, false) => self,
            (false, true) => other,
            (false, false) => Self::NONE,
        }
    }

    /// [`join`](Self::join) of any number of operands.
    ///
    /// # Panics
    ///
    /// As [`join`](Self::join).
    pub(crate) fn join_all<M>(
        operands: impl Iterator<Item = (Self, M)> + Clone,
        moves: impl Fn(M) -> bool,
    ) -> Self {
        let mut all = Self::NONE;
        for (i, (tag, _)) in operands.clone().enumerate() {
            // One that does not move may have brought a tag before one that does.
            let before = || operands.clone().take(i).any(|(earlier, x)| earlier == all && moves(x));
            all = all.join(tag, before, || operands.clone().nth(i).is_some_and(|(_, x)| moves(x)));
        }
        all
    }
}

#[cfg(not(debug_assertions))]
#[allow(clippy::missing_const_for_fn, reason = "with debug assertions they are not")]
impl Tag {
    /// No run has seeded the number.
    pub const NONE: Self = Self {};

    /// The tag of a run that begins.
    #[inline(always)]
    #[must_use]
    pub fn fresh() -> Self {
        Self::NONE
    }

    #[inline(always)]
    pub(crate) fn join(self, _: Self, _: impl Fn() -> bool, _: impl Fn() -> bool) -> Self {
        self
    }

    #[inline(always)]
    pub(crate) fn join_all<M>(_: impl Iterator<Item = (Self, M)> + Clone, _: impl Fn(M) -> bool) -> Self {
        Self::NONE
    }
}
