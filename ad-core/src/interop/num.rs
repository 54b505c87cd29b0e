//! `num_traits`: its traits for any number type, so that code written by others for `T: Float` can be differentiated.

/// Implements, for a number type that is a `Scalar` and has its operators: `Float`, `FloatConst`, `Signed`, `Bounded`,
/// `FromPrimitive`, `ToPrimitive`, `NumCast`, `MulAdd`, `MulAddAssign`, `Inv` and `Pow`. All go by the primal, or are methods
/// of `Scalar`.
///
/// `impl_num_traits!([T: Scalar] Var<T>);`
#[doc(hidden)]
#[macro_export]
macro_rules! impl_num_traits {
    ([$($generics:tt)*] $ty:ty) => {
        impl<$($generics)*> $crate::num_traits::ToPrimitive for $ty {
            #[inline]
            fn to_i64(&self) -> Option<i64> {
                $crate::num_traits::ToPrimitive::to_i64(&$crate::Scalar::primal(*self))
            }
            #[inline]
            fn to_u64(&self) -> Option<u64> {
                $crate::num_traits::ToPrimitive::to_u64(&$crate::Scalar::primal(*self))
            }
            #[inline]
            fn to_i128(&self) -> Option<i128> {
                $crate::num_traits::ToPrimitive::to_i128(&$crate::Scalar::primal(*self))
            }
            #[inline]
            fn to_u128(&self) -> Option<u128> {
                $crate::num_traits::ToPrimitive::to_u128(&$crate::Scalar::primal(*self))
            }
            #[inline]
            fn to_f32(&self) -> Option<f32> {
                $crate::num_traits::ToPrimitive::to_f32(&$crate::Scalar::primal(*self))
            }
            #[inline]
            fn to_f64(&self) -> Option<f64> {
                $crate::num_traits::ToPrimitive::to_f64(&$crate::Scalar::primal(*self))
            }
        }
        impl<$($generics)*> $crate::num_traits::FromPrimitive for $ty {
            #[inline]
            fn from_i64(n: i64) -> Option<Self> {
                $crate::num_traits::FromPrimitive::from_i64(n).map($crate::Scalar::constant)
            }
            #[inline]
            fn from_u64(n: u64) -> Option<Self> {
                $crate::num_traits::FromPrimitive::from_u64(n).map($crate::Scalar::constant)
            }
            #[inline]
            fn from_f32(x: f32) -> Option<Self> {
                $crate::num_traits::FromPrimitive::from_f32(x).map($crate::Scalar::constant)
            }
            #[inline]
            fn from_f64(x: f64) -> Option<Self> {
                $crate::num_traits::FromPrimitive::from_f64(x).map($crate::Scalar::constant)
            }
        }
        impl<$($generics)*> $crate::num_traits::NumCast for $ty {
            #[inline]
            fn from<X: $crate::num_traits::ToPrimitive>(x: X) -> Option<Self> {
                $crate::num_traits::NumCast::from(x).map($crate::Scalar::constant)
            }
        }
        impl<$($generics)*> $crate::num_traits::Bounded for $ty {
            #[inline]
            fn min_value() -> Self {
                $crate::Scalar::constant($crate::num_traits::Float::min_value())
            }
            #[inline]
            fn max_value() -> Self {
                $crate::Scalar::constant($crate::num_traits::Float::max_value())
            }
        }
        impl<$($generics)*> $crate::num_traits::Signed for $ty {
            #[inline]
            #[track_caller]
            fn abs(&self) -> Self {
                $crate::Scalar::abs(*self)
            }
            #[inline]
            #[track_caller]
            fn abs_sub(&self, other: &Self) -> Self {
                $crate::Scalar::abs_sub(*self, *other)
            }
            #[inline]
            #[track_caller]
            fn signum(&self) -> Self {
                $crate::Scalar::signum(*self)
            }
            #[inline]
            fn is_positive(&self) -> bool {
                $crate::num_traits::Float::is_sign_positive($crate::Scalar::primal(*self))
            }
            #[inline]
            fn is_negative(&self) -> bool {
                $crate::num_traits::Float::is_sign_negative($crate::Scalar::primal(*self))
            }
        }
        impl<$($generics)*> $crate::num_traits::Inv for $ty {
            type Output = $ty;
            #[inline]
            #[track_caller]
            fn inv(self) -> $ty {
                $crate::Scalar::recip(self)
            }
        }
        impl<$($generics)*> $crate::num_traits::MulAdd for $ty {
            type Output = $ty;
            #[inline]
            #[track_caller]
            fn mul_add(self, factor: Self, summand: Self) -> $ty {
                $crate::Scalar::mul_add(self, factor, summand)
            }
        }
        impl<$($generics)*> $crate::num_traits::MulAddAssign for $ty {
            #[inline]
            #[track_caller]
            fn mul_add_assign(&mut self, factor: Self, summand: Self) {
                *self = $crate::Scalar::mul_add(*self, factor, summand);
            }
        }
        impl<$($generics)*> $crate::num_traits::Pow<$ty> for $ty {
            type Output = $ty;
            #[inline]
            #[track_caller]
            fn pow(self, rhs: $ty) -> $ty {
                $crate::Scalar::powf(self, rhs)
            }
        }
        impl<$($generics)*> $crate::num_traits::FloatConst for $ty {
            $crate::impl_num_traits! { @constants
                E FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4 FRAC_PI_6
                FRAC_PI_8 LN_10 LN_2 LOG10_E LOG2_E PI SQRT_2 TAU LOG10_2 LOG2_10
            }
        }
        impl<$($generics)*> $crate::num_traits::Float for $ty {
            $crate::impl_num_traits! { @limits
                nan infinity neg_infinity neg_zero min_value min_positive_value max_value epsilon
            }
            $crate::impl_num_traits! { @questions
                is_nan is_infinite is_finite is_normal is_subnormal is_sign_positive is_sign_negative
            }
            $crate::scalar_methods! { unary
                floor ceil round trunc fract abs signum recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p
                sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh to_degrees to_radians
            }
            $crate::scalar_methods! { binary powf log max min abs_sub hypot atan2 copysign }
            #[inline]
            fn classify(self) -> ::core::num::FpCategory {
                $crate::num_traits::Float::classify($crate::Scalar::primal(self))
            }
            #[inline]
            fn integer_decode(self) -> (u64, i16, i8) {
                $crate::num_traits::Float::integer_decode($crate::Scalar::primal(self))
            }
            #[inline]
            #[track_caller]
            fn mul_add(self, factor: Self, summand: Self) -> Self {
                $crate::Scalar::mul_add(self, factor, summand)
            }
            #[inline]
            #[track_caller]
            fn powi(self, n: i32) -> Self {
                $crate::Scalar::powi(self, n)
            }
            #[inline]
            #[track_caller]
            fn clamp(self, low: Self, high: Self) -> Self {
                $crate::Scalar::clamp(self, low, high)
            }
            #[inline]
            #[track_caller]
            fn sin_cos(self) -> (Self, Self) {
                $crate::Scalar::sin_cos(self)
            }
        }
        $crate::impl_num_traits! { @power [$($generics)*] $ty: i8 }
        $crate::impl_num_traits! { @power [$($generics)*] $ty: u8 }
        $crate::impl_num_traits! { @power [$($generics)*] $ty: i16 }
        $crate::impl_num_traits! { @power [$($generics)*] $ty: u16 }
        $crate::impl_num_traits! { @power [$($generics)*] $ty: i32 }
    };
    (@power [$($generics:tt)*] $ty:ty: $integer:ident) => {
        impl<$($generics)*> $crate::num_traits::Pow<$integer> for $ty {
            type Output = $ty;
            #[inline]
            #[track_caller]
            fn pow(self, rhs: $integer) -> $ty {
                $crate::Scalar::powi(self, i32::from(rhs))
            }
        }
    };
    (@constants $($constant:ident)*) => {
        $(
            #[inline]
            fn $constant() -> Self {
                $crate::Scalar::constant($crate::num_traits::FloatConst::$constant())
            }
        )*
    };
    (@limits $($limit:ident)*) => {
        $(
            #[inline]
            fn $limit() -> Self {
                $crate::Scalar::constant($crate::num_traits::Float::$limit())
            }
        )*
    };
    (@questions $($question:ident)*) => {
        $(
            #[inline]
            fn $question(self) -> bool {
                $crate::num_traits::Float::$question($crate::Scalar::primal(self))
            }
        )*
    };
}
