//! Derivatives over one type that meet: a result that two have a part in is refused, by every operator that seeds dual
//! numbers, and right programs stay right.

mod kept;
mod open;
mod uses;

use ad_forward::Dual;
use std::panic::{AssertUnwindSafe, catch_unwind};

type D = Dual<f64, 1>;
type D8 = Dual<f64, 8>;

/// # Panics
///
/// Unless `f` panics and says that the two derivatives cannot be told apart.
fn refused<R>(name: &str, f: impl FnOnce() -> R) {
    let panic = catch_unwind(AssertUnwindSafe(f)).err().unwrap_or_else(|| panic!("{name} gave a number"));
    let message = panic.downcast_ref::<&str>().map(|&s| s.to_owned());
    let message = message.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    assert!(message.contains("cannot be told apart"), "{name}: {message}");
    assert!(message.contains("Dual::from_primal(x)"), "{name}: {message}");
}

fn done<R>(_: R) {}
