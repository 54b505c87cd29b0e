//! Random programs, expressions and files, for as long as one likes.
//!
//! Each property runs a few cases with the other tests; CONTRIBUTING.md says how to run it for hours.

mod exact;
mod expressions;
mod files;
mod found;
mod interpreter;
mod jet;
#[path = "../precise/mod.rs"]
mod precise;
mod programs;

use proptest::test_runner::Config;

/// In bits.
const PRECISION: usize = 512;

/// So many cases have to be decided until one may be rejected, because high precision cannot judge it: else a
/// test could go on for ever, and say nothing.
fn mostly_decided(for_each_undecided: f64) -> Config {
    let config = ad_tests::cases(64);
    Config { max_global_rejects: (f64::from(config.cases) / for_each_undecided) as u32, ..config }
}
