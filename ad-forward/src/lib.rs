//! Forward mode: numbers that carry their tangents along.
//!
//! # The idea
//!
//! Let `x` be an input and `dx` the direction in which it moves. Every number `u` that a program computes from `x`
//! moves with some velocity `du`, its *tangent*. Calculus says how that of a number `w = f(u_1, u_2, ..)` follows from
//! those that it is computed from,
//!
//! <math display="block">
//!   <mi>d</mi><mi>w</mi><mo>=</mo>
//!   <munder><mo>∑</mo><mi>i</mi></munder>
//!   <mfrac><mrow><mo>∂</mo><mi>f</mi></mrow><mrow><mo>∂</mo><msub><mi>u</mi><mi>i</mi></msub></mrow></mfrac>
//!   <mi>d</mi><msub><mi>u</mi><mi>i</mi></msub>
//! </math>
//!
//! which for the operations of a program means
//!
//! ```text
//! w = u + v       dw = du + dv
//! w = u v         dw = v du + u dv
//! w = f(u)        dw = f'(u) du
//! ```
//!
//! So let a number be a pair `(u, du)`, a [`Dual`], and let its operations do both columns. A program that is
//! generic in its number then yields `f(x)` and `J dx`, the Jacobian times the direction, in one run:
//!
//! ```
//! use ad_core::Scalar;
//! use ad_forward::{derivative, jvp};
//!
//! fn spiral<S: Scalar>(t: S) -> [S; 2] {
//!     [t * t.cos(), t * t.sin()]
//! }
//!
//! // The velocity at t = 0 points to the right.
//! let (position, velocity) = jvp(|t| spiral(*t), &0.0, &1.0);
//! assert_eq!((position, velocity), ([0.0, 0.0], [1.0, 0.0]));
//!
//! // A derivative is a number like any other: f'' is the derivative of the derivative.
//! assert_eq!(derivative(|t| derivative(|t| t * t * t, t), 2.0), 12.0);
//! ```
//!
//! There is no step size, and no error but rounding; the primal is bit for bit that of the plain run. A `Dual<T, N>`
//! carries `N` tangents at once, in lanes that the compiler vectorises. Its arrays ([`DualArray`]) carry as many
//! directions as were seeded, and keep their tangents as linear forms, so that a recurrent step costs
//! one matrix product, as it does by hand.
//!
//! # Operators
//!
//! | operator | gives | cost |
//! |---|---|---|
//! | [`derivative`], [`value_and_derivative`] | `f'(x)`, one variable | one run on duals |
//! | [`second_derivative`], [`third_derivative`] | the second, the third, of one variable | a run on 4, on 8 numbers |
//! | [`derivatives`] | all derivatives up to any order, of one variable | a run on [`Taylor`] series |
//! | [`jet`] | the Taylor coefficients along a curve, derivatives over `k!` | the same |
//! | [`jvp`](fn@jvp) | `f(x)` and `J dx`, for any number of results | one run on duals |
//! | [`third_directional_derivative`] | `D^3 f(x)[u, v, w]` | a run on 8 numbers |
//! | [`jacobian`](fn@jacobian), [`value_and_jacobian`], [`jacobian_by_chunks`] | all of `df_i/dx_j` | one run for each [`CHUNK`] inputs |
//! | [`implicit_root`], [`implicit_fixed_point`] | the solution of equations, without the steps of its solver; in both modes | a few runs of the equations |
//! | [`seeded`], [`constant`] | a tree of parameters with all its directions, or with none | |
//!
//! [`Jacobian`] is an object that keeps its buffers; [`try_jvp`], [`try_implicit_root`] and [`try_implicit_fixed_point`] return an
//! error where their namesakes panic.
//!
//! # Which mode?
//!
//! The cost of forward mode grows with the number of *inputs*, that of reverse mode (`ad_reverse`) with the number
//! of *results*; and forward mode needs no memory of the past. So it is the mode for a curve, for the sensitivities of
//! a simulation to a few parameters, for a direction, and for whatever has to be known while the program goes on: it
//! works online, where reverse mode has to wait for the end. For a whole Jacobian of more than eight inputs it is the
//! cheaper mode from somewhere between one result for two inputs and one for each on; the measurement is in the documentation
//! of `ad_reverse`.
//!
//! # Limitations
//!
//! * What is differentiated is the run: a branch is followed, not smoothed, and a loop that stops when it has
//!   converged yields the derivative of as many steps as it took.
//! * Two derivatives *over one type* that meet in one expression are refused: an operator panics if a number of another
//!   one has a part in its result, one of an outer derivative, one that was kept from an earlier call, or a variable made by
//!   hand. Nest by type instead, as [`derivative`] in `derivative` does; mixing the levels then does not compile.
//! * `n` inputs need `n` directions. Where there is one result, use `ad_reverse`.
//!
//! # With other crates
//!
//! [`Dual`] has the traits of `num_traits` (`Float` and its kin), so that code for `T: Float` runs on it.
//!
//! | feature | what it brings |
//! |---|---|
//! | `approx` | closeness for tests, of the primal *and* the tangents, of all coefficients |
//! | `faer` | `solve` and `try_solve`: a linear solve in any mode, differentiated by its equation |
//! | `gemm` | matrix products by the crate of that name; without it, plain loops |
//! | `nalgebra` | [`Dual`] is a `RealField`: decompositions, solvers and geometry differentiate, but for eigenvalues and singular values where an entry is exactly 0, and rotations at the identity (docs/LIMITATIONS.md) |
//! | `ndarray` | `&array * dual`; `dot` and `mapv` work without it |
//! | `rayon` | `par_jacobian`: the columns of a Jacobian on many threads |
//! | `serde` | [`Dual`] as its primal and its tangents, [`Taylor`] as its coefficients, arrays as shape and numbers |
//! | `trace` | `trace`: any run as a table and as a graph, operation by operation |
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
mod tag;
mod tangent;
mod taylor;
#[cfg(feature = "trace")]
pub mod trace;

pub use array::DualArray;
pub use dual::Dual;
pub use higher::{Dual2, Dual3, second_derivative, third_derivative, third_directional_derivative};
pub use implicit::{
    Singular, implicit_fixed_point, implicit_root, implicit_root_with, try_implicit_fixed_point,
    try_implicit_root,
};
#[cfg(feature = "faer")]
pub use interop::{solve, try_solve};
#[cfg(feature = "rayon")]
pub use jacobian::par_jacobian;
pub use jacobian::{CHUNK, Jacobian, jacobian, jacobian_by_chunks, value_and_jacobian};
pub use jvp::{derivative, jvp, jvp_with_aux, try_jvp, value_and_derivative};
pub use lu::{LinearSolve, Lu};
pub use seed::{constant, seeded};
#[doc(hidden)] // for `ad-reverse`, which seeds dual numbers too
pub use tag::Tag;
pub use taylor::{Taylor, derivatives, jet};
