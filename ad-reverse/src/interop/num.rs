//! `num_traits`, and the operators on references: generic code for `T: Float` runs on variables.

use crate::Var;

ad_core::impl_number!(Var<T>);
