//! `nalgebra`: its decompositions and solvers run on variables.
//!
//! # Why unsafe, and why it is sound
//!
//! simba declares two methods of a number's one lane `unsafe`, for numbers with many; ours do nothing that
//! would need it.

#![allow(unsafe_code, reason = "two signatures of simba's; see the module's argument")]

use crate::Var;

ad_core::impl_real_field!(Var<T>);
