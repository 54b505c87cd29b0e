//! Misuse never gives a number: it is a compile error, or a panic that names the mistake.

mod allowed;
mod captured;
mod recordings;
mod shapes;

use ad_core::rule::{Partials, partials_of};
use ad_core::tree::zip_map;
use ad_core::{Array, Function, Matrix, Nary, Real, Scalar, Vector, VectorFunction, function, rules};
use ad_forward::{
    Dual, DualArray, Taylor, derivative, implicit_root, jet, jvp, seeded, third_directional_derivative,
};
use ad_reverse::{
    Gradient, Hessian, HessianVar, Var, VarArray, checkpoint, checkpoint_online, grad, linearize,
    value_and_grad, vjp,
};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Asserts that `misuse` panics, with a message that contains all of `words`.
#[track_caller]
fn refused<R>(words: &[&str], misuse: impl FnOnce() -> R) {
    let Err(panic) = catch_unwind(AssertUnwindSafe(misuse)) else {
        panic!("misuse gave a number");
    };
    let message = panic.downcast_ref::<String>().cloned();
    let message = message.or_else(|| panic.downcast_ref::<&str>().map(|&s| s.to_owned())).unwrap_or_default();
    for word in words {
        assert!(message.contains(word), "{word:?} is not in {message:?}");
    }
}

const FOREIGN: &[&str] = &["outside the recording it belongs to"];

/// A variable, and one that outlived its recording.
fn leaked() -> Var<f64> {
    let cell = Cell::new(None);
    let _ = grad(
        |x| {
            cell.set(Some(*x * *x));
            *x
        },
        &3.0,
    );
    cell.get().unwrap()
}

fn leaked_array() -> VarArray<f64, 1> {
    let cell = RefCell::new(None);
    let _ = grad(
        |x: &VarArray<f64, 1>| {
            *cell.borrow_mut() = Some(x.map(rules::Exp));
            x.sum()
        },
        &Vector::from([1.0, 2.0]),
    );
    cell.into_inner().unwrap()
}

fn product() -> impl Function {
    function!(|x: &[S]| -> S { x.iter().fold(S::one(), |y, &x| y * x) })
}

/// `x_i^2 = theta_i`
struct Roots;

impl VectorFunction for Roots {
    fn call<S: Scalar>(&self, z: &[S]) -> Vec<S> {
        (0..2).map(|i| z[i] * z[i] - z[2 + i]).collect()
    }
}
