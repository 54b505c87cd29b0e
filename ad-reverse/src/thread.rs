//! A thread-local without the call that `LocalKey::with` makes.
//!
//! `with` is not inlined around a closure of the size of a record, and that call is half the time of a
//! scalar operation.
//!
//! # Why unsafe, and why it is sound
//!
//! A thread-local without a destructor lives as long as its thread, and the reference stays on the
//! thread that made it: the closure takes a reference of any lifetime, so it cannot keep it, and runs
//! to its end on this thread.

#![allow(unsafe_code, reason = "one call less in every scalar operation; see the module's argument")]

use std::thread::LocalKey;

/// `key.with(f)`, inlined.
#[inline(always)]
pub(crate) fn with<H, R>(key: &'static LocalKey<H>, f: impl FnOnce(&H) -> R) -> R {
    const { assert!(!std::mem::needs_drop::<H>(), "a thread-local with a destructor can end before its thread") };
    let place = key.with(std::ptr::from_ref);
    // SAFETY: `place` is that of a thread-local without a destructor, just asserted, so it is valid until
    // this thread ends, which is after `f`; only shared references to it are ever made.
    f(unsafe { &*place })
}
