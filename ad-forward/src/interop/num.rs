//! `num_traits`, and the operators on references: generic code for `T: Float` runs on dual numbers and on Taylor series.

use crate::{Dual, Taylor};

ad_core::impl_number!(Dual<T, const N: usize>);
ad_core::impl_number!(Taylor<T, const K: usize>);
