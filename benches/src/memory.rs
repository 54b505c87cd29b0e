//! Memory, as the allocator counts it.
//!
//! A bin that asks for it makes [`PeakAlloc`] its global allocator:
//!
//! ```
//! use ad_benches::memory::{PeakAlloc, peak};
//!
//! #[global_allocator]
//! static ALLOCATOR: PeakAlloc = PeakAlloc;
//!
//! assert!((8_000..9_000).contains(&peak(|| (), || vec![1.0; 1000])));
//! ```

pub use peak_alloc::PeakAlloc;
use std::hint::black_box;
use std::thread;

/// The most bytes that `f` held at once beyond what was there before.
///
/// It runs on a new thread, where no tape waits in a pool, after `warm`: what that keeps for the thread is
/// not counted. No other thread may allocate meanwhile.
///
/// # Panics
///
/// If one of them does.
pub fn peak<A, B>(warm: impl FnOnce() -> A + Send, f: impl FnOnce() -> B + Send) -> usize {
    let run = || {
        drop(black_box(warm()));
        let start = PeakAlloc.current_usage();
        PeakAlloc.reset_peak_usage();
        drop(black_box(f()));
        PeakAlloc.peak_usage() - start
    };
    thread::scope(|s| s.spawn(run).join().expect("the measured function runs through"))
}
