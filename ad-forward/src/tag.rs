//! [`Tag`]: which runs have seeded the tangents of a number.
//!
//! Two runs of differentiated functions over one type of dual numbers may meet in one expression: a number of the outer
//! of two is used in the inner one, or one that was kept from a derivative that has ended in a later one. The sum of
//! their tangents,
//!
//! ```text
//! df = f_y dy + f_x dx        y the input of one run, x that of another
//! ```
//!
//! is then the derivative by neither. So every number has the tags of the runs that it comes from, and whoever reads a
//! derivative refuses a result that has any but its own.
//!
//! A tag is one word, and what is computed from two numbers has every bit of both: an operation takes one instruction
//! more, and no branch. The bits of a run are its number and the complement of that. So all runs have as many bits, none
//! has only bits of another one, and the bits of two are those of no third. (A comparison in every operation would
//! find the place where two runs meet, and takes 5 to 40 % of the time.)
//!
//! Constants and inputs that do not move have no bits. Variables that were made by hand have those of one run of their own:
//! they may meet one another, which is a derivative along all of them, but have no part in the result of an operator.
//! Numbers that were made of a value and tangents have none, because custom rules are written so.

use core::sync::atomic::{AtomicU32, Ordering};

/// Whose tangents a number carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    bits: u64,
}

impl Tag {
    /// No run has seeded the number.
    pub const NONE: Self = Self { bits: 0 };

    /// No operator has seeded the number, but someone has.
    pub const BY_HAND: Self = Self::of_run(0);

    const fn of_run(run: u32) -> Self {
        Self { bits: run as u64 | (!run as u64) << u32::BITS }
    }

    /// The tag of a run that begins.
    #[must_use]
    pub fn fresh() -> Self {
        // Nothing else is ordered by it. After four thousand million runs one comes again.
        static RUNS: AtomicU32 = AtomicU32::new(1);
        Self::of_run(RUNS.fetch_add(1, Ordering::Relaxed))
    }

    /// The tag of what is computed from two numbers with these tags.
    #[inline(always)]
    #[must_use]
    pub(crate) const fn join(self, other: Self) -> Self {
        Self { bits: self.bits | other.bits }
    }

    /// [`join`](Self::join) of any number of operands.
    pub(crate) fn join_all(tags: impl IntoIterator<Item = Self>) -> Self {
        tags.into_iter().fold(Self::NONE, Self::join)
    }

    /// Looks whether a result with this tag is that of one run alone.
    ///
    /// # Panics
    ///
    /// If another run has a part in it.
    #[inline]
    pub(crate) fn check(self, run: Self) {
        if self != run && self != Self::NONE {
            refuse();
        }
    }
}

#[cold]
#[inline(never)]
fn refuse() -> ! {
    panic!(
        "a number of an outer derivative, one kept from a derivative that has ended, or a variable made by hand was used in \
         another derivative over the same type of dual numbers, where their tangents cannot be told apart: differentiate an inner function \
         on numbers of the outer type, `derivative(|y| Dual::from_primal(x) + y, x)`, or take the value alone, \
         `x.stop_gradient()`"
    )
}
