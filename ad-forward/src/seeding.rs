//! Perturbations of one type that meet: a mistake, found in every build where a run is seeded.
//!
//! In a release build nothing in a dual number says whose tangent it carries. If a function that is being
//! differentiated calls [`derivative`](crate::derivative) over the *same* type, and the inner function uses a number
//! of the outer one, the inner tangent is a sum,
//!
//! ```text
//! df = f_y dy + f_x dx        y the inner input, x the number from outside
//! ```
//!
//! of which only the first term was asked for. A tag in every number tells the two apart, and costs every operation:
//! there is one with debug assertions alone ([`tag`](crate::tag)), which finds a number that was kept from a run
//! that has ended, too.
//!
//! Here is what every build sees. The mistake needs a run inside a run over the same type, which is rare; so each
//! run enters its type into a set of its thread, and one that finds it there already first runs the function with
//! `dy = 0`. What then comes out is `f_x dx`. If it is not 0 the run panics; if it is 0, the derivative is the right
//! one.
//!
//! The set is a word with a bit for each order and number of directions. Types that share a bit cost a run, and no
//! mistake goes unseen for it. Without the standard library there are no thread-local variables, and no such check.

use ad_core::Scalar;

const STRAY: &str = "a number of an outer derivative, or one kept from a derivative that has ended, was used in another \
derivative over the same type of dual numbers, where their tangents cannot be told apart: differentiate an inner function \
on numbers of the outer type, `derivative(|y| Dual::from_primal(x) + y, x)`, or take the value alone, `x.stop_gradient()`";

/// Says that numbers of one type are seeded on this thread, as long as it lives; the last made ends first.
#[derive(Debug)]
pub(crate) struct Seeding {
    nested: bool,
    #[cfg(feature = "std")]
    outer: u64,
}

#[cfg(feature = "std")]
std::thread_local! {
    /// The types that are seeded in the runs that this thread is in.
    static SEEDED: core::cell::Cell<u64> = const { core::cell::Cell::new(0) };
}

impl Seeding {
    /// Enters the type `S` with that many directions.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn of<S: Scalar>(directions: usize) -> Self {
        let bit = 1 << ((13 * S::ORDER + directions) % 64);
        let outer = SEEDED.replace(SEEDED.get() | bit);
        Self { nested: outer & bit != 0, outer }
    }

    /// Enters nothing: there is no thread to remember it.
    #[cfg(not(feature = "std"))]
    #[inline]
    pub(crate) fn of<S: Scalar>(_: usize) -> Self {
        Self { nested: false }
    }

    /// Whether this type was seeded already, by a run that has not ended.
    #[inline]
    pub(crate) const fn is_nested(&self) -> bool {
        self.nested
    }
}

#[cfg(feature = "std")]
impl Drop for Seeding {
    #[inline]
    fn drop(&mut self) {
        SEEDED.set(self.outer);
    }
}

/// The result of `run(true)`, a run of a function on seeded numbers of type `S`; `run(false)` has zeros for seeds.
///
/// # Panics
///
/// If the type is seeded already, and `is_moved` finds that results without seeds have tangents.
#[inline]
pub fn seeded_run<S: Scalar, R>(
    directions: usize,
    mut run: impl FnMut(bool) -> R,
    is_moved: impl Fn(&R) -> bool,
) -> R {
    let seeding = Seeding::of::<S>(directions);
    if seeding.is_nested() {
        run_without_seeds(&mut || is_moved(&run(false)));
    }
    run(true)
}

#[cold]
#[inline(never)]
fn run_without_seeds(is_moved: &mut dyn FnMut() -> bool) {
    refuse_stray(is_moved());
}

/// # Panics
///
/// If a tangent came from outside.
pub(crate) fn refuse_stray(found: bool) {
    if found {
        refuse();
    }
}

/// # Panics
///
/// Always: two derivatives have met.
#[cold]
#[inline(never)]
pub(crate) fn refuse() -> ! {
    panic!("{STRAY}")
}

/// Whether one of these tangents is not 0.
#[must_use]
pub fn any_moves<T: Scalar>(tangents: impl IntoIterator<Item = T>) -> bool {
    tangents.into_iter().any(|t| !t.is_zero_in_value())
}
