//! Laws that every derivative obeys, to call on your own functions.
//!
//! A derivative cannot be checked by looking at it. What can be checked are the laws that hold between
//! ways to compute it, and between it and the function: that forward and reverse mode agree, that
//! `<w, J v> = <J^T w, v>`, that a Hessian is symmetric, that the Taylor remainder shrinks at the rate
//! it should. Each law sees other mistakes; [`laws`] says which.
//!
//! ```
//! use ad_core::function;
//! use ad_tests::laws;
//!
//! let f = function!(|x: &[S]| -> S { x[0].sin() * x[1].exp() });
//! laws::assert_function(&f, &[0.3, -1.2]); // all of them at once
//! ```
//!
//! | module | what is in it |
//! |---|---|
//! | [`laws`] | the laws, as functions that return a [`Violation`](laws::Violation), or panic with one |
//! | [`points`] | proptest strategies for points: ordinary, tiny, huge, near singular, signed zeros, denormal |
//! | [`programs`] | a proptest strategy for random programs of scalar and array operations |
//! | [`expressions`] | proptest strategies for random expressions over the whole table of rules, and over what is smooth |
//! | [`mod@reference`] | tables of exact derivatives, and every mode and nesting of modes to hold against them |

pub mod expressions;
pub mod laws;
pub mod points;
pub mod programs;
pub mod reference;

use proptest::test_runner::Config;
use std::path::{Path, PathBuf};

/// A proptest configuration of at least so many cases; the variable `PROPTEST_CASES` can ask for more.
///
/// A failure prints the input that it shrank to, and no file is written.
pub fn cases(at_least: u32) -> Config {
    let default = Config::default();
    Config { cases: default.cases.max(at_least), failure_persistence: None, ..default }
}

/// The folder that an environment variable names, as seen from the working directory or else from the project's root;
/// without the variable, a folder of this package.
pub fn data_folder(variable: &str, default: &str) -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    match std::env::var_os(variable).map(PathBuf::from) {
        None => package.join(default),
        // `cargo test` runs tests in the folder of their package, which is not where the command was given.
        Some(folder) if !folder.exists() => package.join("..").join(folder),
        Some(folder) => folder,
    }
}

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// The chapters of the guide, and the migration page, run as tests.
#[cfg(doctest)]
mod docs {
    #[doc = include_str!("../../docs/guide/1-a-dual-number.md")]
    struct DualNumber;
    #[doc = include_str!("../../docs/guide/2-a-tape.md")]
    struct Tape;
    #[doc = include_str!("../../docs/guide/3-the-same-function-twice.md")]
    struct Twice;
    #[doc = include_str!("../../docs/guide/4-nesting.md")]
    struct Nesting;
    #[doc = include_str!("../../docs/guide/5-arrays.md")]
    struct Arrays;
    #[doc = include_str!("../../docs/guide/6-custom-rules.md")]
    struct CustomRules;
    #[doc = include_str!("../../docs/guide/7-checkpointing.md")]
    struct Checkpointing;
    #[doc = include_str!("../../docs/guide/8-the-network.md")]
    struct Network;
    #[doc = include_str!("../../docs/MIGRATION.md")]
    struct Migration;
}
