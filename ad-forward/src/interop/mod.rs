//! What other crates ask of a number, one file per crate.

#[cfg(feature = "approx")]
mod approx;
#[cfg(feature = "faer")]
mod faer;
#[cfg(feature = "nalgebra")]
mod nalgebra;
#[cfg(feature = "ndarray")]
mod ndarray;
mod num;
#[cfg(feature = "serde")]
mod serde;

#[cfg(feature = "faer")]
pub use faer::{solve, try_solve};
