//! `+ - * / %` of dual numbers, and of dual numbers with plain ones.

use super::Dual;
use super::lanes::{both, both_singular, is_inline, quotient_singular, zip};
use crate::tag::Tag;
use ad_core::{Scalar, rules};
use core::ops::{Add, Div, Mul, Neg, Rem, Sub};
use num_traits::Float;

impl<T: Scalar, const N: usize> Neg for Dual<T, N> {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        self.like(-self.primal, self.tangent.map(|t| -t))
    }
}

impl<T: Scalar, const N: usize> Add for Dual<T, N> {
    type Output = Self;
    #[inline]
    fn add(self, rhs: Self) -> Self {
        let primal = self.primal + rhs.primal; // before the tangents: the compiler keeps to the order
        let tangent = zip(self.tangent, rhs.tangent, |a, b| a + b);
        Self { primal, tangent, tag: self.tag.join(rhs.tag) }
    }
}

impl<T: Scalar, const N: usize> Sub for Dual<T, N> {
    type Output = Self;
    #[inline]
    fn sub(self, rhs: Self) -> Self {
        let primal = self.primal - rhs.primal; // before the tangents: the compiler keeps to the order
        let tangent = zip(self.tangent, rhs.tangent, |a, b| a - b);
        Self { primal, tangent, tag: self.tag.join(rhs.tag) }
    }
}

#[allow(clippy::suspicious_arithmetic_impl, reason = "the product rule is a sum")]
impl<T: Scalar, const N: usize> Mul for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, rhs: Self) -> Self {
        let (x, y) = (self.primal, rhs.primal);
        let value = x * y;
        let tag = self.tag.join(rhs.tag);
        if Self::LOOKS && !self.is_moving_for_once() {
            return rhs.chain(value, x);
        }
        if Self::LOOKS && !rhs.is_moving() {
            return self.chain(value, y);
        }
        // An ordinary product has ordinary factors: one look at it decides whether zeros must be strong.
        if value.is_ordinary() {
            return Self::new(value, zip(self.tangent, rhs.tangent, |dx, dy| y * dx + x * dy)).tagged(tag);
        }
        if is_inline::<T, N>() {
            return Self::new(value, both(y, self.tangent, x, rhs.tangent)).tagged(tag);
        }
        Self::new(value, both_singular(y, self.tangent, x, rhs.tangent)).tagged(tag)
    }
}

#[allow(clippy::suspicious_arithmetic_impl, reason = "the quotient rule is a sum")]
impl<T: Scalar, const N: usize> Div for Dual<T, N> {
    type Output = Self;
    #[inline]
    fn div(self, rhs: Self) -> Self {
        let value = self.primal / rhs.primal;
        let tag = self.tag.join(rhs.tag);
        let inverse = T::one() / rhs.primal;
        if tag == Tag::NONE {
            return Self::from_primal(value);
        }
        if value.primal().is_nan() || !(Float::is_normal(inverse.primal()) && inverse.is_all_finite()) {
            // 1 / y overflows for a subnormal y, and is rounded to one for a large y; a quotient by it need not be.
            return Self::new(value, quotient_singular(value, rhs.primal, self.tangent, rhs.tangent))
                .tagged(tag);
        }
        Self::new(value, both(inverse, self.tangent, -value * inverse, rhs.tangent)).tagged(tag)
    }
}

impl<T: Scalar, const N: usize> Rem for Dual<T, N> {
    type Output = Self;
    #[inline]
    fn rem(self, rhs: Self) -> Self {
        self.apply2(rhs, rules::Rem)
    }
}

/// `dual op number` and `number op dual`: cheaper than lifting the number.
macro_rules! mixed {
    ($($real:ty)*) => {
        $(
            impl<T: Scalar<Real = $real>, const N: usize> Add<$real> for Dual<T, N> {
                type Output = Self;
                #[inline]
                fn add(self, rhs: $real) -> Self {
                    self.like(self.primal + T::constant(rhs), self.tangent)
                }
            }
            impl<T: Scalar<Real = $real>, const N: usize> Sub<$real> for Dual<T, N> {
                type Output = Self;
                #[inline]
                fn sub(self, rhs: $real) -> Self {
                    self.like(self.primal - T::constant(rhs), self.tangent)
                }
            }
            impl<T: Scalar<Real = $real>, const N: usize> Mul<$real> for Dual<T, N> {
                type Output = Self;
                #[inline]
                fn mul(self, rhs: $real) -> Self {
                    let factor = T::constant(rhs);
                    self.chain(self.primal * factor, factor)
                }
            }
            impl<T: Scalar<Real = $real>, const N: usize> Div<$real> for Dual<T, N> {
                type Output = Self;
                #[inline]
                fn div(self, rhs: $real) -> Self {
                    let divisor = T::constant(rhs);
                    let value = self.primal / divisor;
                    self.chain(value, rules::unless_nan(value, T::one() / divisor))
                }
            }
            impl<T: Scalar<Real = $real>, const N: usize> Add<Dual<T, N>> for $real {
                type Output = Dual<T, N>;
                #[inline]
                fn add(self, rhs: Dual<T, N>) -> Dual<T, N> {
                    rhs.like(T::constant(self) + rhs.primal, rhs.tangent)
                }
            }
            impl<T: Scalar<Real = $real>, const N: usize> Sub<Dual<T, N>> for $real {
                type Output = Dual<T, N>;
                #[inline]
                fn sub(self, rhs: Dual<T, N>) -> Dual<T, N> {
                    rhs.like(T::constant(self) - rhs.primal, rhs.tangent.map(|t| -t))
                }
            }
            impl<T: Scalar<Real = $real>, const N: usize> Mul<Dual<T, N>> for $real {
                type Output = Dual<T, N>;
                #[inline]
                fn mul(self, rhs: Dual<T, N>) -> Dual<T, N> {
                    let factor = T::constant(self);
                    rhs.chain(factor * rhs.primal, factor)
                }
            }
            impl<T: Scalar<Real = $real>, const N: usize> Div<Dual<T, N>> for $real {
                type Output = Dual<T, N>;
                #[inline]
                fn div(self, rhs: Dual<T, N>) -> Dual<T, N> {
                    let value = T::constant(self) / rhs.primal;
                    rhs.chain(value, -value / rhs.primal)
                }
            }
        )*
    };
}
mixed!(f64 f32);
