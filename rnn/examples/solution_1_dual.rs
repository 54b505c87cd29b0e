//! Exercise 1, solved: a dual number from nothing.

use std::ops::{Add, Mul};

/// `value + tangent e` with `e e = 0`.
#[derive(Clone, Copy, Debug)]
struct Dual {
    value: f64,
    tangent: f64,
}

impl Dual {
    fn variable(value: f64) -> Self {
        Self { value, tangent: 1.0 }
    }

    fn sin(self) -> Self {
        Self { value: self.value.sin(), tangent: self.value.cos() * self.tangent }
    }
}

impl Add for Dual {
    type Output = Self;
    fn add(self, rhs: Self) -> Self {
        Self { value: self.value + rhs.value, tangent: self.tangent + rhs.tangent }
    }
}

#[allow(clippy::suspicious_arithmetic_impl, reason = "the product rule is a sum")]
impl Mul for Dual {
    type Output = Self;
    fn mul(self, rhs: Self) -> Self {
        Self { value: self.value * rhs.value, tangent: self.tangent * rhs.value + self.value * rhs.tangent }
    }
}

fn main() {
    let x = Dual::variable(1.0);
    let y = x * x.sin() + x;
    let expected = 1.0_f64.sin() + 1.0_f64.cos() + 1.0;
    assert!((y.tangent - expected).abs() < 1e-14, "f'(1) = {expected}, not {}", y.tangent);
    println!("Right: f'(1) = {}", y.tangent);
}

#[test]
fn it_agrees_with_the_library() {
    for x in [-2.0, 0.0, 0.3, 5.0] {
        let expected = ad_forward::derivative(|x| x * x.sin() + x, x);
        let x = Dual::variable(x);
        assert!(((x * x.sin() + x).tangent - expected).abs() < 1e-14);
    }
}
