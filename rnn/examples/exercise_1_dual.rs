//! Exercise 1: a dual number from nothing. Fill in the four tangents, in the order in which `main` asks for them; it tells
//! whether they are right.
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
    fn check(f: &str, at: f64, found: Dual, expected: f64) {
        let found = found.tangent;
        assert!((found - expected).abs() < 1e-14, "the derivative of {f} at {at} is {expected}, not {found}");
        println!("Right: the derivative of {f} at {at} is {found}");
    }

    // One tangent after the other, at points where no two parts of a sum are the same number.
    for at in [0.7, -1.3_f64] {
        let x = Dual::variable(at);
        check("x", at, x, 1.0);
        check("sin(x)", at, x.sin(), at.cos());
        check("x + sin(x)", at, x + x.sin(), 1.0 + at.cos());
        check("sin(x + x)", at, (x + x).sin(), 2.0 * (at + at).cos());
        check("x sin(x)", at, x * x.sin(), at.sin() + at * at.cos());
        let (sin, cos) = (at * at).sin_cos();
        check("x sin(x x) + x", at, x * (x * x).sin() + x, sin + 2.0 * at * at * cos + 1.0);
    }
}
