//! What a recording is told of its operations besides what a sweep needs: names and values, for whoever looks at it.
//!
//! Nothing is noted without the feature `trace`, and with it only inside of `keeping_values`: a sweep never reads a note.

use crate::tape::local::cold;
use ad_core::{Real, Scalar};
#[cfg(feature = "trace")]
use std::cell::Cell;

/// An operation by name, with its result.
#[derive(Debug)]
#[cfg_attr(not(feature = "trace"), allow(dead_code, reason = "there is none"))]
pub(crate) struct Note {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    /// The extents of the result, none for a scalar.
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f64>,
}

/// Notes the operation whose result has this id, 0 for a constant's.
#[inline(always)]
pub(crate) fn note<T: Scalar>(id: u64, name: &'static str, shape: &[usize], values: &[T]) {
    if is_wanted() && id != 0 {
        let values = values.iter().map(|x| x.primal().as_f64()).collect();
        let note = Note { id, name, shape: shape.to_vec(), values };
        cold::<T, _>(|cold| cold.open.as_mut().expect("what has an id is recorded").notes.push(note));
    }
}

#[cfg(not(feature = "trace"))]
const fn is_wanted() -> bool {
    false
}

#[cfg(feature = "trace")]
thread_local! {
    static WANTED: Cell<bool> = const { Cell::new(false) };
}

#[cfg(feature = "trace")]
fn is_wanted() -> bool {
    WANTED.get()
}

/// Runs `f`; the recordings that it makes on this thread keep the name and the value of every operation.
///
/// ```
/// use ad_core::Scalar;
/// use ad_reverse::trace::keeping_values;
/// use ad_reverse::vjp;
///
/// let (_, pullback) = keeping_values(|| vjp(|x| x[0] * x[1] + x[0].sin(), &[2.0, 3.0]));
/// let recording = pullback.trace();
/// let rows: Vec<_> = recording.rows().iter().map(|row| (row.name, row.value[0])).collect();
/// let (sin, f) = (2.0_f64.sin(), 6.0 + 2.0_f64.sin());
/// assert_eq!(rows, [("input", 2.0), ("input", 3.0), ("mul", 6.0), ("sin", sin), ("add", f)]);
/// println!("{}", recording.figure().with_adjoints(&[1.0]).table());
/// ```
#[cfg(feature = "trace")]
pub fn keeping_values<R>(f: impl FnOnce() -> R) -> R {
    /// Puts back what was wanted before, also after a panic of `f`.
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            WANTED.set(self.0);
        }
    }
    let _before = Before(WANTED.replace(true));
    f()
}
