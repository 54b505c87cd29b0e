//! Other crates for derivatives, on the same programs as this library.
//!
//! A program is generic in its [`Number`], and every crate's number is one: they all run the same source. How each is
//! used is said at the top of its file, and why no faster use of it is known. Results are held against ours
//! before anything is timed.

pub mod candle;
pub mod easy_ml;
pub mod echidna;
pub mod here;
pub mod hyperdual;
pub mod num_dual;
mod number;
pub mod programs;
pub mod xad_rs;

pub use number::{Directions, Number, Program};

/// How far a result is from ours: the largest difference, relative to the largest entry of ours.
///
/// # Panics
///
/// If it has another length.
pub fn difference(found: &[f64], ours: &[f64]) -> f64 {
    assert_eq!(found.len(), ours.len(), "a result of another length");
    let size = ours.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
    // A maximum that keeps NaN.
    let worst = |worst: f64, (x, y): (&f64, &f64)| {
        let difference = (x - y).abs();
        if difference <= worst { worst } else { difference }
    };
    found.iter().zip(ours).fold(0.0, worst) / size
}
