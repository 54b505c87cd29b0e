//! Exercise 1: a dual number from nothing. Fill in the four tangents; `main` tells whether they are right.
#![allow(unused_variables, unreachable_code, reason = "they will be used and reached when you are done")]

use std::ops::{Add, Mul};

/// `value + tangent e` with `e e = 0`.
#[derive(Clone, Copy, Debug)]
struct Dual {
    value: f64,
    tangent: f64,
}

impl Dual {
    fn variable(value: f64) -> Self {
        Self { value, tangent: todo!("how fast does x move when x moves?") }
    }

    fn sin(self) -> Self {
        Self { value: self.value.sin(), tangent: todo!("the chain rule") }
    }
}

impl Add for Dual {
    type Output = Self;
    fn add(self, rhs: Self) -> Self {
        Self { value: self.value + rhs.value, tangent: todo!("the sum rule") }
    }
}

impl Mul for Dual {
    type Output = Self;
    fn mul(self, rhs: Self) -> Self {
        Self { value: self.value * rhs.value, tangent: todo!("the product rule") }
    }
}

fn main() {
    // f(x) = x sin(x x) + x, at points where no two of its parts are the same number.
    for at in [0.7, -1.3_f64] {
        let x = Dual::variable(at);
        let found = (x * (x * x).sin() + x).tangent;
        let (sin, cos) = (at * at).sin_cos();
        let expected = sin + 2.0 * at * at * cos + 1.0;
        assert!((found - expected).abs() < 1e-14, "f'({at}) = {expected}, not {found}");
        println!("Right: f'({at}) = {found}");
    }
}
