//! `nalgebra`: its algorithms on our numbers, and its arrays from and to ours.
//!
//! The traits that nalgebra asks of a number are those of the crate `simba`. They are written once, for any
//! mode ([`impl_real_field!`](crate::impl_real_field)); every function of theirs is the row of the table.

use crate::array::{Matrix, Vector};
use crate::scalar::Scalar;
use crate::tree::{Lift, Tree};
use ::nalgebra::allocator::Allocator;
use ::nalgebra::{DMatrix, DVector, DefaultAllocator, Dim, OMatrix};

impl<T: ::nalgebra::Scalar + Copy> From<DVector<T>> for Vector<T> {
    fn from(x: DVector<T>) -> Self {
        Self::new([x.len()], x.iter().copied())
    }
}

impl<T: ::nalgebra::Scalar + Copy> From<Vector<T>> for DVector<T> {
    fn from(x: Vector<T>) -> Self {
        Self::from_column_slice(x.as_slice())
    }
}

/// nalgebra's matrices lie column by column, ours row by row.
impl<T: ::nalgebra::Scalar + Copy> From<DMatrix<T>> for Matrix<T> {
    fn from(x: DMatrix<T>) -> Self {
        Self::new([x.nrows(), x.ncols()], x.transpose().iter().copied())
    }
}

impl<T: ::nalgebra::Scalar + Copy> From<Matrix<T>> for DMatrix<T> {
    fn from(x: Matrix<T>) -> Self {
        Self::from_row_slice(x.rows(), x.cols(), x.as_slice())
    }
}

/// A matrix or vector of numbers is an argument like any other, of fixed size or not:
/// `grad(|x: &Vector3<Var<f64>>| x.norm(), &x)`. Its numbers are taken column by column.
impl<T: Scalar, R: Dim, C: Dim> Tree for OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    type Scalar = T;
    type Over<S: Scalar<Real = T::Real>> = OMatrix<S, R, C>;
    type Owned<S: Scalar<Real = T::Real>> = OMatrix<S, R, C>;

    fn lift<S: Scalar<Real = T::Real>, L: Lift<T, S>>(&self, to: &mut L) -> OMatrix<S, R, C> {
        self.map(|x| to.scalar(x))
    }
}

/// Implements simba's `RealField` and what belongs to it for a number type that has [`impl_number!`] and
/// [`impl_approx!`]. The crate `simba` is that of the caller.
///
/// `impl_real_field!(Dual<T, const N: usize>);` where `T` is the scalar below.
#[doc(hidden)]
#[macro_export]
macro_rules! impl_real_field {
    ($name:ident<$t:ident $(, const $n:ident: $kind:ident)*>) => {
        $crate::impl_real_field! { @subset f64 [$t $(, const $n: $kind)*] $name<$t $(, $n)*> }
        $crate::impl_real_field! { @subset f32 [$t $(, const $n: $kind)*] $name<$t $(, $n)*> }
        $crate::impl_real_field! { @all [$t $(, const $n: $kind)*] [$t] $name<$t $(, $n)*> }
    };

    (@subset $real:ident [$t:ident $(, const $n:ident: $kind:ident)*] $ty:ty) => {
        /// Plain numbers are the constants.
        impl<$t: $crate::Scalar $(, const $n: $kind)*> ::simba::scalar::SubsetOf<$ty> for $real {
            #[inline]
            fn to_superset(&self) -> $ty {
                $crate::Scalar::lit(f64::from(*self))
            }
            #[inline]
            fn from_superset_unchecked(x: &$ty) -> $real {
                $crate::Real::as_f64($crate::Scalar::primal(*x)) as $real
            }
            /// Of any number there is the primal. (The matrix exponential decides by it how often to square.)
            #[inline]
            fn is_in_subset(_: &$ty) -> bool {
                true
            }
        }
    };

    (@all [$($generics:tt)*] [$t:ident] $ty:ty) => {
        impl<$($generics)*> ::simba::scalar::SubsetOf<$ty> for $ty
        where
            $t: $crate::Scalar,
        {
            #[inline]
            fn to_superset(&self) -> $ty {
                *self
            }
            #[inline]
            fn from_superset_unchecked(x: &$ty) -> $ty {
                *x
            }
            #[inline]
            fn is_in_subset(_: &$ty) -> bool {
                true
            }
        }

        /// One lane, which is the number itself.
        impl<$($generics)*> ::simba::simd::SimdValue for $ty
        where
            $t: $crate::Scalar,
        {
            const LANES: usize = 1;
            type Element = Self;
            type SimdBool = bool;
            #[inline]
            fn splat(x: Self) -> Self {
                x
            }
            #[inline]
            fn extract(&self, lane: usize) -> Self {
                assert!(lane == 0, "lane {lane} of a number");
                *self
            }
            #[inline]
            unsafe fn extract_unchecked(&self, _: usize) -> Self {
                *self
            }
            #[inline]
            fn replace(&mut self, lane: usize, x: Self) {
                assert!(lane == 0, "lane {lane} of a number");
                *self = x;
            }
            #[inline]
            unsafe fn replace_unchecked(&mut self, _: usize, x: Self) {
                *self = x;
            }
            #[inline]
            fn select(self, this: bool, other: Self) -> Self {
                if this { self } else { other }
            }
        }

        impl<$($generics)*> ::simba::scalar::Field for $ty where $t: $crate::Scalar {}

        impl<$($generics)*> ::simba::scalar::ComplexField for $ty
        where
            $t: $crate::Scalar + ::simba::scalar::RealField,
        {
            type RealField = Self;
            #[inline]
            fn from_real(x: Self) -> Self {
                x
            }
            #[inline]
            fn real(self) -> Self {
                self
            }
            #[inline]
            fn conjugate(self) -> Self {
                self
            }
            #[inline]
            fn norm1(self) -> Self {
                $crate::Scalar::abs(self)
            }
            #[inline]
            fn modulus(self) -> Self {
                $crate::Scalar::abs(self)
            }
            $crate::scalar_methods! { unary
                abs floor ceil round trunc fract signum recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p
                sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh
            }
            $crate::scalar_methods! { binary powf log hypot }
            #[inline]
            fn imaginary(self) -> Self {
                $crate::num_traits::Zero::zero()
            }
            #[inline]
            fn modulus_squared(self) -> Self {
                self * self
            }
            #[inline]
            fn argument(self) -> Self {
                if self >= $crate::num_traits::Zero::zero() {
                    $crate::num_traits::Zero::zero()
                } else {
                    $crate::num_traits::FloatConst::PI()
                }
            }
            /// The sign is that of the branch, so that the absolute value keeps a derivative of `+-1` at 0.
            #[inline]
            fn to_exp(self) -> (Self, Self) {
                let one: Self = $crate::num_traits::One::one();
                if self >= $crate::num_traits::Zero::zero() { (self, one) } else { (-self, -one) }
            }
            #[inline]
            fn scale(self, factor: Self) -> Self {
                self * factor
            }
            #[inline]
            fn unscale(self, divisor: Self) -> Self {
                self / divisor
            }
            #[inline]
            fn powi(self, n: i32) -> Self {
                $crate::Scalar::powi(self, n)
            }
            #[inline]
            fn powc(self, n: Self) -> Self {
                $crate::Scalar::powf(self, n)
            }
            #[inline]
            fn sin_cos(self) -> (Self, Self) {
                $crate::Scalar::sin_cos(self)
            }
            #[inline]
            fn mul_add(self, factor: Self, summand: Self) -> Self {
                $crate::Scalar::mul_add(self, factor, summand)
            }
            #[inline]
            fn try_sqrt(self) -> Option<Self> {
                (self >= $crate::num_traits::Zero::zero()).then(|| $crate::Scalar::sqrt(self))
            }
            #[inline]
            fn is_finite(&self) -> bool {
                $crate::num_traits::Float::is_finite(*self)
            }
        }

        impl<$($generics)*> ::simba::scalar::RealField for $ty
        where
            $t: $crate::Scalar + ::simba::scalar::RealField,
        {
            $crate::scalar_methods! { binary copysign max min atan2 }
            $crate::impl_real_field! { @constants
                pi = PI, two_pi = TAU, frac_pi_2 = FRAC_PI_2, frac_pi_3 = FRAC_PI_3, frac_pi_4 = FRAC_PI_4,
                frac_pi_6 = FRAC_PI_6, frac_pi_8 = FRAC_PI_8, frac_1_pi = FRAC_1_PI, frac_2_pi = FRAC_2_PI,
                frac_2_sqrt_pi = FRAC_2_SQRT_PI, e = E, log2_e = LOG2_E, log10_e = LOG10_E, ln_2 = LN_2, ln_10 = LN_10
            }
            #[inline]
            fn is_sign_positive(&self) -> bool {
                $crate::num_traits::Float::is_sign_positive(*self)
            }
            #[inline]
            fn is_sign_negative(&self) -> bool {
                $crate::num_traits::Float::is_sign_negative(*self)
            }
            #[inline]
            fn clamp(self, low: Self, high: Self) -> Self {
                $crate::Scalar::clamp(self, low, high)
            }
            #[inline]
            fn min_value() -> Option<Self> {
                Some($crate::num_traits::Bounded::min_value())
            }
            #[inline]
            fn max_value() -> Option<Self> {
                Some($crate::num_traits::Bounded::max_value())
            }
        }
    };

    (@constants $($method:ident = $constant:ident),*) => {
        $(
            #[inline]
            fn $method() -> Self {
                $crate::num_traits::FloatConst::$constant()
            }
        )*
    };
}
