//! What other crates ask of a number, one file per crate.

#[cfg(feature = "approx")]
mod approx;
#[cfg(feature = "nalgebra")]
mod nalgebra;
#[cfg(feature = "ndarray")]
mod ndarray;
mod num;
#[cfg(feature = "serde")]
mod serde;

#[cfg(feature = "serde")]
pub(crate) use serde::{ReadCsr, ReadSparsity};
