//! `rnn`: a leaky recurrent network that learns by BPTT, by RTRL, and by windows between the two.

mod cli;

use peak_alloc::PeakAlloc;
use std::process::ExitCode;

/// Counts what the main job's table of memory shows.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

fn main() -> ExitCode {
    cli::run()
}
