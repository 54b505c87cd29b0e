//! How many operations each way through the triangle takes, counted and not derived.
//!
//! [`Counted`] is a fourth scalar: an `f64` that counts what is done with it. Every mode runs on it as
//! it runs on `f64`, `Var<Counted>` and `Dual<Counted, N>` included, so what is counted is what the modes
//! do: the double sum of Eq. 1.6 takes a number of operations that grows with `T^2`, the dynamic
//! programmes of Eq. 1.12 and 1.17 one that grows with `T`.

use crate::credit::{Mode, triangle};
use crate::model::{Parameters, Rnn};
use crate::sequence::Sequence;
use ad_core::kernels::Kernels;
use ad_core::tree::Constant;
use ad_core::{Binary, Dense, Nary, Scalar, Tree, Unary};
use std::cell::Cell;
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

thread_local! {
    static OPERATIONS: Cell<u64> = const { Cell::new(0) };
}

/// An `f64` that counts the operations done with it, on this thread: arithmetic, and elementary
/// functions as one each.
#[derive(Clone, Copy, Debug)]
pub struct Counted(pub f64);

/// The result of `f`, and how many operations on [`Counted`] numbers it took.
pub fn operations<R>(f: impl FnOnce() -> R) -> (R, u64) {
    let before = OPERATIONS.get();
    let result = f();
    (result, OPERATIONS.get() - before)
}

/// Operations for the gradient of one sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Operations {
    /// The double sum of Eq. 1.6, cell by cell, by reverse mode: one sweep for each `L_t`.
    #[serde(rename = "double_adjoints")]
    pub double_sum_by_adjoints: u64,
    /// The double sum of Eq. 1.6, cell by cell, by forward mode: one run for each `theta_s`.
    #[serde(rename = "double_tangents")]
    pub double_sum_by_tangents: u64,
    /// Eq. 1.12
    pub bptt: u64,
    /// Eq. 1.17
    pub rtrl: u64,
    /// Windows of `k` steps.
    pub window: u64,
}

/// Runs every way through the triangle, and counts.
///
/// # Panics
///
/// If the shapes of parameters and sequence do not fit, `alpha` lies outside of (0, 1], the loss is none of `g`, or `k` is 0.
#[track_caller]
pub fn count<F: Unary>(
    rnn: &Rnn<F>,
    params: &Parameters<f64>,
    sequence: &Sequence<f64, 1>,
    k: usize,
) -> Operations {
    assert!(k > 0, "a window has at least one step");
    rnn.check(params, None, sequence);
    let params: Parameters<Counted> = params.lift(&mut Constant);
    let by = |mode: Mode| operations(|| mode.value_and_grad(rnn, &params, sequence)).1;
    Operations {
        double_sum_by_adjoints: operations(|| triangle::by_adjoints(rnn, &params, sequence).total()).1,
        double_sum_by_tangents: operations(|| triangle::by_tangents(rnn, &params, sequence).total()).1,
        bptt: by(Mode::Bptt),
        rtrl: by(Mode::Rtrl),
        window: by(Mode::Window(k)),
    }
}

fn counted(x: f64) -> Counted {
    OPERATIONS.set(OPERATIONS.get() + 1);
    Counted(x)
}

impl Kernels for Counted {}

impl Scalar for Counted {
    type Real = f64;
    type Array<const RANK: usize> = Dense<Self, RANK>;

    fn constant(x: f64) -> Self {
        Self(x)
    }
    fn primal(self) -> f64 {
        self.0
    }
    fn apply<R: Unary>(self, rule: R) -> Self {
        counted(rule.value(self.0))
    }
    fn apply2<R: Binary>(self, rhs: Self, rule: R) -> Self {
        counted(rule.value(self.0, rhs.0))
    }
    fn apply_n<R: Nary>(args: &[Self], rule: R) -> Self {
        let values: Vec<f64> = args.iter().map(|x| x.0).collect();
        OPERATIONS.set(OPERATIONS.get() + args.len() as u64);
        Self(rule.value(&values))
    }
    fn with_primal(self, x: f64) -> Self {
        Self(x)
    }
    fn is_all_finite(self) -> bool {
        self.0.is_finite()
    }
    fn is_strong_zero(self) -> bool {
        self.0 == 0.0
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $op:tt)*) => {
        $(
            impl $trait for Counted {
                type Output = Self;
                fn $method(self, rhs: Self) -> Self {
                    counted(self.0 $op rhs.0)
                }
            }
        )*
    };
}
operators!(Add add + Sub sub - Mul mul * Div div / Rem rem %);
ad_core::impl_assign_operators!([] Counted: Counted);

impl Neg for Counted {
    type Output = Self;
    fn neg(self) -> Self {
        counted(-self.0)
    }
}

ad_core::impl_by_value!([] Counted: f64, 0, constant);

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::{Activation, Loss, Output};
    use ad_core::Vector;

    fn at(steps: usize) -> Operations {
        let rnn = Rnn { f: Activation::Tanh, g: Output::Identity, alpha: 0.5, loss: Loss::Squared };
        let params = Parameters::random(2, 4, 1, 1.0, 7);
        let x = (0..steps).map(|t| Vector::from([t as f64, 1.0])).collect();
        let y_target = (0..steps).map(|t| Vector::from([(t as f64).sin()])).collect();
        count(&rnn, &params, &Sequence::new(x, y_target), 4)
    }

    /// Doubling T doubles the programmes, and quadruples the double sum.
    #[test]
    fn dynamic_programming_takes_the_square_away() {
        let (short, long) = (at(64), at(128));
        let growth = |of: fn(&Operations) -> u64| of(&long) as f64 / of(&short) as f64;
        for linear in [growth(|o| o.bptt), growth(|o| o.rtrl), growth(|o| o.window)] {
            assert!((1.9..2.1).contains(&linear), "grew by {linear}");
        }
        for square in [growth(|o| o.double_sum_by_adjoints), growth(|o| o.double_sum_by_tangents)] {
            assert!((3.4..4.2).contains(&square), "grew by {square}");
        }
    }
}
