//! Forward mode: numbers that carry their tangents along.
//!
//! [`Dual`] is a number with its derivatives in `N` directions, and a
//! [`Scalar`](ad_core::Scalar) like any other: run a generic program on it and the derivatives fall
//! out. Its arrays ([`DualArray`]) carry as many directions as were seeded and keep their tangents
//! as linear forms, so that a recurrent step costs one matrix product, as it does by hand.
//!
//! | operator | gives | cost |
//! |---|---|---|
//! | [`derivative`] | `f'(x)`, one variable | about 1-2 runs |
//! | [`second_derivative`], [`third_derivative`] | the second, the third, of one variable | a run on 4, on 8 numbers |
//! | [`jvp`] | `f(x)` and its derivative along `dx` | 2-3 runs, any number of outputs |
//! | [`third_directional_derivative`] | `D^3 f(x)[u, v, w]` | a run on 8 numbers |
//! | [`derivatives`], [`jet`] | all derivatives up to any order, of one variable or along a curve | a run on [`Taylor`] series |
//! | [`jacobian`] | all of `df_i/dx_j` | one run for each [`CHUNK`] inputs |
//!
//! [`Jacobian`] is an object that keeps its buffers; [`try_jvp`] returns an error where [`jvp`] panics.
//!
//! [`implicit_root`] and [`implicit_fixed_point`] differentiate the solution of equations without the steps of
//! the solver, in both modes.
//!
//! # Which mode?
//!
//! Forward mode's cost grows with the number of *inputs*, reverse mode's (`ad_reverse`) with the
//! number of *outputs*. Forward mode needs no memory of the past: it is the one that works online.
//!
//! # With other crates
//!
//! [`Dual`] has the traits of `num_traits` (`Float` and its kin), so that code for `T: Float` runs on it.
//!
//! | feature | what it brings |
//! |---|---|
//! | `approx` | closeness for tests, of the primal *and* the tangents |
//! | `nalgebra` | [`Dual`] is a `RealField`: decompositions, solvers and geometry differentiate |
//! | `ndarray` | `&array * dual`; `dot` and `mapv` work without it |
//! | `rayon` | `par_jacobian`: the columns of a Jacobian on many threads |
//! | `serde` | [`Dual`] as its primal and its tangents |
//!
//! Without the default feature `std` the crate is `no_std`, as `ad_core` is.

#![cfg_attr(not(test), no_std)]

extern crate alloc;
#[cfg(all(feature = "std", not(test)))]
extern crate std;

mod array;
mod dual;
mod higher;
mod implicit;
mod interop;
mod jacobian;
mod jvp;
mod lu;
mod seed;
mod tangent;
mod taylor;

pub use array::DualArray;
pub use dual::Dual;
pub use higher::{Dual2, Dual3, second_derivative, third_derivative, third_directional_derivative};
pub use implicit::{implicit_fixed_point, implicit_root, implicit_root_with};
#[cfg(feature = "rayon")]
pub use jacobian::par_jacobian;
pub use jacobian::{CHUNK, Jacobian, jacobian, jacobian_by_chunks};
pub use jvp::{derivative, jvp, jvp_with_aux, try_jvp, value_and_derivative};
pub use lu::{LinearSolve, Lu};
pub use seed::{constant, seeded};
pub use taylor::{Taylor, derivatives, jet};
