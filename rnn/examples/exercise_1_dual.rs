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
    let x = Dual::variable(1.0);
    let y = x * x.sin() + x;
    let expected = 1.0_f64.sin() + 1.0_f64.cos() + 1.0;
    assert!((y.tangent - expected).abs() < 1e-14, "f'(1) = {expected}, not {}", y.tangent);
    println!("Right: f'(1) = {}", y.tangent);
}
