//! A thread-local without the call that `LocalKey::with` makes.
//!
//! `with` is not inlined around a closure of the size of a record, and that call is half the time of a
//! scalar operation.
//!
//! # Why unsafe, and why it is sound
//!
//! A thread-local lives until its thread ends, and the reference stays on the thread that made it: the
//! closure takes a reference of any lifetime, so it cannot keep it, and runs to its end on this thread.
//! A thread-local with a destructor may be gone while others of its thread are destroyed; `with` then panics.

#![allow(unsafe_code, reason = "one call less in every operation; see the module's argument")]

use std::thread::LocalKey;

/// `key.with(f)`, inlined.
#[inline(always)]
pub(crate) fn with<H, R>(key: &'static LocalKey<H>, f: impl FnOnce(&H) -> R) -> R {
    let place = key.with(std::ptr::from_ref);
    // SAFETY: `place` was alive just now, and no thread-local is destroyed before `f` has returned to the end
    // of this thread; only shared references to it are ever made.
    f(unsafe { &*place })
}
