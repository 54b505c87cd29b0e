//! What other crates ask of a number, one file per crate.

#[cfg(feature = "approx")]
mod approx;
mod num;
