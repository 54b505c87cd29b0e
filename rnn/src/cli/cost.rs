//! What one gradient costs by each mode.

use crate::MEMORY;
use rnn::credit::Mode;
use rnn::report::Cost;
use rnn::{Parameters, Rnn, Sequence};
use std::hint::black_box;
use std::time::Instant;

/// How often a gradient is timed; the shortest time counts, being the least disturbed one.
const REPEATS: usize = 7;

/// The time of one gradient of the whole sequence, and the most memory that it had in use beyond what
/// was there before.
pub(super) fn of(mode: Mode, rnn: &Rnn, params: &Parameters<f64>, sequence: &Sequence<f64, 1>) -> Cost {
    let once = || black_box(mode.value_and_grad(rnn, params, sequence));
    // In a thread of its own, no tape of an earlier gradient is there to be used again.
    let measured = std::thread::scope(|scope| {
        let measure = || {
            let before = MEMORY.current_usage();
            MEMORY.reset_peak_usage();
            once();
            let peak_bytes = MEMORY.peak_usage().saturating_sub(before) as u64;
            let seconds = (0..REPEATS).map(|_| {
                let start = Instant::now();
                once();
                start.elapsed().as_secs_f64()
            });
            (seconds.fold(f64::INFINITY, f64::min), peak_bytes)
        };
        scope.spawn(measure).join()
    });
    let (seconds, peak_bytes) = measured.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    Cost { mode: mode.to_string(), seconds, peak_bytes }
}
