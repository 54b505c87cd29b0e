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
//! more, and no branch. The bits of a run are its number, and above it how many of those are 0 (J. M. Berger, Information
//! and Control 4, 68-73, 1961). Where the bits of one number are among those of another, it has more zeros, and a larger count has
//! a bit that the smaller one has not. So no run has only bits of another one, and the bits of two are those of neither, nor of a
//! third. (A comparison in every operation would find the place where two runs meet, and takes 5 to 40 % of the time.)
//!
//! Constants and inputs that do not move have no bits, and so an operation knows that their tangents are 0 and leaves them out.
//! Variables that were made by hand have the bits of one run of their own: they may meet one another, which is a derivative
//! along all of them, but have no part in the result of an operator. Numbers that were made of a value and tangents have
//! the one bit alone that says so, and that all tags of runs have, too: custom rules are written so.

use ad_core::Scalar;
use core::sync::atomic::{AtomicUsize, Ordering};

/// The bits of a run's number. Six more count its zeros, and the last one says that there are tangents.
const NUMBER: u32 = 57;

/// Whose tangents a number carries.
// Aligned as an `f32`: beside single precision it would leave gaps otherwise, a third of a number with one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, packed(4))]
pub struct Tag {
    bits: u64,
}

impl Tag {
    /// No run has seeded the number: its tangents are 0.
    pub const NONE: Self = Self { bits: 0 };

    /// The number has tangents, and nobody said whose.
    pub(crate) const UNKNOWN: Self = Self { bits: 1 << (u64::BITS - 1) };

    /// No operator has seeded the number, but someone has.
    pub const BY_HAND: Self = Self::of_run(0);

    const fn of_run(run: u64) -> Self {
        let zeros = run.count_zeros() - (u64::BITS - NUMBER);
        Self { bits: run | (zeros as u64) << NUMBER | Self::UNKNOWN.bits }
    }

    /// The tag of a run that begins.
    #[must_use]
    pub fn fresh() -> Self {
        // Nothing else is ordered by it. On 32 bits it takes four thousand million runs until one comes again, else
        // more than there will be.
        static RUNS: AtomicUsize = AtomicUsize::new(1);
        Self::of_run(RUNS.fetch_add(1, Ordering::Relaxed) as u64)
    }

    /// The tag of an input with these tangents: this one, or none if it does not move.
    #[inline]
    #[must_use]
    pub(crate) fn if_moving<T: Scalar>(self, tangents: &[T]) -> Self {
        if tangents.iter().all(|t| t.is_strong_zero()) { Self::NONE } else { self }
    }

    /// Whether there are tangents.
    #[inline(always)]
    pub(crate) const fn is_some(self) -> bool {
        self.bits != 0
    }

    /// [`is_some`](Self::is_some) where the answer is no, as a rule. Compilers expect numbers to be positive, and not to be 0:
    /// so the code for this answer runs straight on if the sign decides. (Where the factors of products are
    /// constants, 8 directions take 0.99 of the time, and 0.88 if another program shares the processor.)
    #[inline(always)]
    pub(crate) const fn is_some_for_once(self) -> bool {
        self.bits.cast_signed() < 0
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
    #[track_caller]
    pub(crate) fn check(self, run: Self) {
        if self != run && self != Self::NONE && self != Self::UNKNOWN {
            refuse();
        }
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn refuse() -> ! {
    panic!(
        "a number of an outer derivative, one kept from a derivative that has ended, or a variable made by hand was used in \
         another derivative over the same type of dual numbers, where their tangents cannot be told apart: differentiate an inner function \
         on numbers of the outer type, `derivative(|y| Dual::from_primal(x) + y, x)`, or take the value alone, \
         `x.stop_gradient()`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_of_two_runs_are_those_of_no_run() {
        let far = (0..NUMBER).map(|bit| 1 << bit);
        let runs: Vec<u64> = (0..300).chain(far.clone()).chain(far.map(|run| run | 0b1011)).collect();
        let bits = |tag: Tag| tag.bits;
        let tags: std::collections::HashSet<u64> = runs.iter().map(|&run| bits(Tag::of_run(run))).collect();
        assert!(!tags.contains(&bits(Tag::NONE)) && !tags.contains(&bits(Tag::UNKNOWN)));
        for &one in &runs {
            for &other in runs.iter().filter(|&&other| other != one) {
                let both = Tag::of_run(one).join(Tag::of_run(other));
                assert!(!tags.contains(&bits(both)), "{one} and {other}");
            }
            assert_eq!(Tag::of_run(one).join(Tag::UNKNOWN), Tag::of_run(one));
        }
    }
}
