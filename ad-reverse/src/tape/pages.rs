//! Large pages, for memory that is gone through from end to end.
//!
//! A recording of tens of megabytes is written once and swept once, and in pages of 4 KiB the processor looks up a new one
//! every few hundred operations. Where the system gives large pages to those who ask, as Linux does by default, a gradient of
//! 70 MB of records and adjoints takes 0.9 of the time.
//!
//! # Why unsafe, and why it is sound
//!
//! The system is called by an address. What it is told is how to back memory that the caller has borrowed; what the memory
//! holds stays as it is, and if the call fails, so does the backing.

#![allow(unsafe_code, reason = "a system call; see the module's argument")]

/// The size of a large page on most systems. Only whole ones are asked for.
#[cfg(all(target_os = "linux", not(miri)))]
const LARGE: usize = 1 << 21;

/// Asks for large pages, best before the memory is touched.
pub(crate) fn ask_for_large<T>(memory: &mut [T]) {
    #[cfg(all(target_os = "linux", not(miri)))]
    {
        let start = memory.as_mut_ptr().cast::<u8>();
        let skipped = start.align_offset(LARGE);
        let len = size_of_val(memory).saturating_sub(skipped) / LARGE * LARGE;
        if len > 0 {
            // SAFETY: the range lies inside of `memory` and starts with a page; the advice changes no content.
            unsafe { libc::madvise(start.add(skipped).cast(), len, libc::MADV_HUGEPAGE) };
        }
    }
    #[cfg(not(all(target_os = "linux", not(miri))))]
    let _ = memory;
}
