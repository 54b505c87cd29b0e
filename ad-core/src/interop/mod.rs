//! What other crates ask of a number, written once for any number type, one file per crate; and their arrays as
//! arguments. `ad_forward`'s `Dual` and `Taylor` and `ad_reverse::Var` have their traits from here.

mod approx;
#[cfg(feature = "nalgebra")]
mod nalgebra;
#[cfg(feature = "ndarray")]
mod ndarray;
mod num;
#[cfg(feature = "serde")]
mod serde;
