//! The rows of the table by their names.

use super::{Mutated, Mutation};
use ad_core::Scalar;
use ad_core::rules::{self, binary_table, special_table, unary_table};

macro_rules! unary_by_name {
    ($name:ident $($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial:tt $samples:tt $($kernel:ident)?;)*) => {
        fn $name<S: Scalar>(name: &str, x: S, mutation: Mutation) -> Option<S> {
            match name {
                $(stringify!($method) => Some(x.apply(Mutated(rules::$rule, mutation))),)*
                _ => None,
            }
        }
    };
}
macro_rules! binary_by_name {
    ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial_x:tt $partial_y:tt $samples:tt;)*) => {
        /// A row of two variables.
        pub(super) fn binary<S: Scalar>(name: &str, x: S, y: S, mutation: Mutation) -> Option<S> {
            match name {
                $(stringify!($method) => Some(x.apply2(y, Mutated(rules::$rule, mutation))),)*
                _ => None,
            }
        }
    };
}
unary_table!((unary_by_name) elementary);
special_table!((unary_by_name) special);
binary_table!(binary_by_name);

/// A row of one variable.
pub(super) fn unary<S: Scalar>(name: &str, x: S, mutation: Mutation) -> Option<S> {
    elementary(name, x, mutation).or_else(|| special(name, x, mutation)).or_else(|| match name {
        "powi" => Some(x.apply(Mutated(rules::Powi(3), mutation))),
        "polygamma" => Some(x.apply(Mutated(rules::Polygamma(2), mutation))),
        _ => None,
    })
}

/// A rule of many variables.
pub(super) fn nary<S: Scalar>(name: &str, x: &[S], mutation: Mutation) -> Option<S> {
    match name {
        "log_sum_exp" => Some(S::apply_n(x, Mutated(rules::LogSumExp, mutation))),
        "norm" => Some(S::apply_n(x, Mutated(rules::Norm, mutation))),
        "prod" => Some(S::apply_n(x, Mutated(rules::Prod, mutation))),
        "mul_add" => Some(S::apply_n(x, Mutated(rules::MulAdd, mutation))),
        _ => None,
    }
}

macro_rules! each_of_one {
    ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial:tt $samples:tt $($kernel:ident)?;)*) => {
        [$((stringify!($method), &$samples as &[f64])),*]
    };
}
macro_rules! each_of_two {
    ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial_x:tt $partial_y:tt $samples:tt;)*) => {
        [$((stringify!($method), &$samples as &[(f64, f64)])),*]
    };
}

/// Every row of one variable, with its samples.
pub(crate) fn every_row_of_one() -> Vec<(&'static str, &'static [f64])> {
    let rows = unary_table!(each_of_one).into_iter().chain(special_table!(each_of_one));
    rows.chain([("powi", &[-2.0, 0.3] as &[f64]), ("polygamma", &[0.3, 1.7, 40.0])]).collect()
}

/// Every row of two variables, with its samples.
pub(crate) fn every_row_of_two() -> Vec<(&'static str, &'static [(f64, f64)])> {
    binary_table!(each_of_two).to_vec()
}
