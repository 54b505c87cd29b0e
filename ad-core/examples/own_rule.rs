//! An activation of one's own, as a rule: its value once, its partial once, and a program that is generic in its
//! number. Nothing here knows of a mode; `rnn/examples/solution_4_activation.rs` differentiates such a rule.
//!
//! ```text
//! cargo run -p ad-core --example own_rule
//! ```

use ad_core::{Array, Real, Scalar, Unary, Vector};
use num_traits::Float;

/// `x / (1 + |x|)`: a sigmoid without an exponential function.
#[derive(Clone, Copy, Debug)]
struct Softsign;

impl Unary for Softsign {
    const NAME: &'static str = "softsign";

    fn value<R: Real>(self, x: R) -> R {
        x / (R::one() + Float::abs(x))
    }

    /// `1 / (1 + |x|)^2`, in any number: so a mode that is nested in another differentiates it again.
    fn partial<S: Scalar>(self, x: S, _y: S) -> S {
        (S::one() + x.abs()).powi(-2)
    }
}

/// A leaky unit that is driven by a constant input, for so many steps.
fn unit<S: Scalar>(weight: S, input: S, steps: usize) -> S {
    let (keep, alpha) = (S::lit(0.9), S::lit(0.1));
    (0..steps).fold(S::zero(), |h, _| keep * h + alpha * (weight * h + input).apply(Softsign))
}

fn main() {
    let double = unit(0.5_f64, 1.0, 200);
    let single = unit(0.5_f32, 1.0, 200);
    println!("after 200 steps: {double:.12} in f64, {single:.6} in f32");
    assert!((double - f64::from(single)).abs() < 1e-5);
    // A fixed point is what one step more does not change.
    assert!((unit(0.5_f64, 1.0, 2000) - unit(0.5, 1.0, 2001)).abs() < 1e-15);

    // On arrays the same rule is applied to every number.
    let h = Vector::from([-3.0, 0.0, 1.0]).map(Softsign);
    println!("softsign of (-3, 0, 1): {:?}", h.as_slice());
    assert_eq!(h.as_slice(), [-0.75, 0.0, 0.5]);

    // The partial is code on any number; on a plain one it can be compared with a difference quotient.
    let (x, step) = (0.7_f64, 1e-6);
    let quotient = ((x + step).apply(Softsign) - (x - step).apply(Softsign)) / (2.0 * step);
    let partial = Softsign.partial(x, x.apply(Softsign));
    println!("derivative at {x}: {partial:.9}, by differences {quotient:.9}");
    assert!((partial - quotient).abs() < 1e-9);
}
