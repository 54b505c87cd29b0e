//! The operators of [`Taylor`], and what else Rust asks of a number.

use super::Taylor;
use crate::dual::over;
use ad_core::{Scalar, rules};
use core::array::from_fn;
use core::fmt;
use core::ops::{Add, Div, Mul, Neg, Rem, Sub};
use num_traits::Float;

impl<T: Scalar, const K: usize> Taylor<T, K> {
    /// Coefficient by coefficient, as far as both are meant.
    #[inline]
    fn zip(self, rhs: Self, f: impl Fn(T, T) -> T) -> Self {
        let coefficients = from_fn(|k| f(self.coefficients[k], rhs.coefficients[k]));
        self.result(rhs, coefficients)
    }

    /// A result of these two.
    #[inline]
    fn result(self, rhs: Self, coefficients: [T; K]) -> Self {
        Self { coefficients, order: self.order.min(rhs.order), tag: self.tag.join(rhs.tag) }
    }
}

impl<T: Scalar, const K: usize> Neg for Taylor<T, K> {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Self { coefficients: self.coefficients.map(|c| -c), ..self }
    }
}

impl<T: Scalar, const K: usize> Add for Taylor<T, K> {
    type Output = Self;
    #[inline]
    fn add(self, rhs: Self) -> Self {
        self.zip(rhs, |a, b| a + b)
    }
}

impl<T: Scalar, const K: usize> Sub for Taylor<T, K> {
    type Output = Self;
    #[inline]
    fn sub(self, rhs: Self) -> Self {
        self.zip(rhs, |a, b| a - b)
    }
}

/// `z_k = sum_j x_j y_{k-j}`
impl<T: Scalar, const K: usize> Mul for Taylor<T, K> {
    type Output = Self;
    fn mul(self, rhs: Self) -> Self {
        let (x, y) = (&self.coefficients, &rhs.coefficients);
        let finite = self.is_all_finite() && rhs.is_all_finite();
        let product = |a: T, b: T| if finite { a * b } else { a.strong_product(b) };
        let out = self.result(rhs, [x[0] * y[0]; K]);
        let out =
            out.filled(1, |_, k| (1..=k).fold(product(x[0], y[k]), |sum, j| sum + product(x[j], y[k - j])));
        out.truncated(out.order)
    }
}

/// `z_k = (x_k - sum_{j>0} y_j z_{k-j}) / y_0`
#[allow(clippy::suspicious_arithmetic_impl, reason = "the coefficients of a quotient are of differences")]
impl<T: Scalar, const K: usize> Div for Taylor<T, K> {
    type Output = Self;
    fn div(self, rhs: Self) -> Self {
        let (x, y) = (&self.coefficients, &rhs.coefficients);
        let out = self.result(rhs, [x[0] / y[0]; K]);
        let is_constant = |k: usize| (1..=k).all(|j| x[j].is_strong_zero() && y[j].is_strong_zero());
        let out = out.filled(1, |z, k| {
            let value = z.coefficients[0];
            if Float::is_nan(value.primal()) {
                return if is_constant(k) { T::zero() } else { value }; // inf / inf and 0 / 0 have no derivative
            }
            let numerator = (1..=k).fold(x[k], |sum, j| sum - y[j].strong_product(z.coefficients[k - j]));
            over(numerator, y[0])
        });
        out.truncated(out.order)
    }
}

impl<T: Scalar, const K: usize> Rem for Taylor<T, K> {
    type Output = Self;
    #[inline]
    fn rem(self, rhs: Self) -> Self {
        self.apply2(rhs, rules::Rem)
    }
}

ad_core::impl_lifted_operators!([T: Scalar<Real = f64>, const K: usize] Taylor<T, K>: f64);
ad_core::impl_lifted_operators!([T: Scalar<Real = f32>, const K: usize] Taylor<T, K>: f32);

// By hand, because it shows what a user has put in: not the tag.
impl<T: fmt::Debug, const K: usize> fmt::Debug for Taylor<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Taylor");
        out.field("coefficients", &self.coefficients).field("order", &self.order).finish()
    }
}

ad_core::impl_by_value!([T: Scalar, const K: usize] Taylor<T, K>: T, coefficients[0], from_primal);

/// `x0 + x1 t + x2 t^2`.
impl<T: Scalar, const K: usize> fmt::Display for Taylor<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, c) in self.coefficients.iter().enumerate() {
            if k > 0 {
                f.write_str(" + ")?;
            }
            fmt::Display::fmt(c, f)?;
            match k {
                0 => {}
                1 => f.write_str(" t")?,
                _ => write!(f, " t^{k}")?,
            }
        }
        Ok(())
    }
}
