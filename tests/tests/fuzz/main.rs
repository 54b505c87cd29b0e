//! Random programs, expressions and files, for as long as one likes.
//!
//! Each property runs a few cases with the other tests; CONTRIBUTING.md says how to run it for hours.

mod exact;
mod expressions;
mod files;
mod interpreter;
#[path = "../precise/mod.rs"]
mod precise;
mod programs;

/// In bits.
const PRECISION: usize = 512;
