//! Exact derivatives, rounded once: tables to hold every mode against.
//!
//! A table is a directory with `elementary.csv` (one elementary function per row) and `trees.csv`
//! (random expressions). [`Elementary`] and [`Tree`] read a row; both are a [`Program`], written once
//! on any scalar, which [`modes`] differentiates in every mode and nesting of modes. What comes out is
//! compared by [`Row::failures`] within the tolerances that a careful `f64` implementation can keep.
//!
//! The tables of this repository are in `tests/data/reference`; the environment variable
//! `AD_REFERENCE_DIR` names another directory of the same format.

pub mod modes;
mod row;
mod tree;

pub use row::{Bound, Failure, Quantity, Row};
pub use tree::{Expr, Tree};

use ad_core::Scalar;
use std::path::{Path, PathBuf};

/// A function of several variables, written once on any scalar.
pub trait Program {
    /// The value at `x`.
    fn eval<S: Scalar<Real = f64>>(&self, x: &[S]) -> S;
}

/// Where the tables are: `AD_REFERENCE_DIR`, or the ones of this repository.
pub fn directory() -> PathBuf {
    crate::data_folder("AD_REFERENCE_DIR", "data/reference")
}

/// Where the tables of this repository are.
pub fn own_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/reference")
}

/// One row of `elementary.csv`: a function, a point, and the exact value and derivatives there.
#[derive(Clone, Debug)]
pub struct Elementary {
    /// The function's name, as in `num_traits::Float` where it is there.
    pub func: String,
    /// `powi`: the exponent; `softmax`: the component.
    pub param: i32,
    /// The point and the derivatives.
    pub row: Row,
}

impl Elementary {
    /// Reads all rows of `elementary.csv`.
    ///
    /// # Errors
    ///
    /// A message that names the file and the line, if it cannot be read.
    pub fn read(directory: &Path) -> Result<Vec<Self>, String> {
        row::read(&directory.join("elementary.csv"), |field| {
            let func = field("func")?;
            let tolerance = |tight: f64| match func {
                "powi" => 16.0,
                "lgamma" | "digamma" | "gelu" | "gelu_tanh" | "erf" | "erfc" | "logsumexp" | "softmax" => {
                    64.0
                }
                _ => tight,
            };
            let bound = |quantity: Quantity| {
                Bound::Ulp(match (func, quantity) {
                    ("silu", Quantity::G(_)) => 8.0,
                    // These two cancel (the README of the tables).
                    ("atan2", Quantity::H(0, 1)) | ("log", Quantity::H(1, 1)) => 64.0,
                    (_, Quantity::G(_)) => tolerance(4.0),
                    (_, Quantity::H(..)) => tolerance(8.0),
                    (_, Quantity::T) => tolerance(16.0),
                })
            };
            Ok(Self {
                func: func.to_owned(),
                param: field("param")?.parse().unwrap_or(0),
                row: Row::parse(&field, bound)?,
            })
        })
    }
}

impl Program for Elementary {
    fn eval<S: Scalar<Real = f64>>(&self, x: &[S]) -> S {
        let (a, b) = (x[0], *x.get(1).unwrap_or(&x[0]));
        match self.func.as_str() {
            "powi" => a.powi(self.param),
            "div" => a / b,
            "mul" => a * b,
            "rem" => a % b,
            "mul_add" => a.mul_add(b, x[2]),
            "logsumexp" => S::log_sum_exp(x),
            "softmax" => S::softmax(x)[usize::try_from(self.param).expect("a component")],
            "norm2" => S::norm(x),
            name => {
                let found = if x.len() == 2 { binary(name, a, b) } else { unary(name, a) };
                found.unwrap_or_else(|| panic!("the tables have an unknown function {name}"))
            }
        }
    }
}

/// A function of one variable, by its name.
fn unary<S: Scalar>(name: &str, x: S) -> Option<S> {
    macro_rules! by_name {
        ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial:tt $samples:tt $($kernel:ident)?;)*) => {
            match name {
                $(stringify!($method) => Some(x.$method()),)*
                _ => None,
            }
        };
    }
    let elementary = ad_core::rules::unary_table!(by_name);
    elementary.or_else(|| ad_core::rules::special_table!(by_name))
}

/// A function of two variables, by its name.
fn binary<S: Scalar>(name: &str, x: S, y: S) -> Option<S> {
    macro_rules! by_name {
        ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial_x:tt $partial_y:tt $samples:tt;)*) => {
            match name {
                $(stringify!($method) => Some(x.$method(y)),)*
                _ => None,
            }
        };
    }
    ad_core::rules::binary_table!(by_name)
}
