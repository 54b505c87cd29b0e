//! `num_traits`, and the operators on references.
//!
//! A mode's number implements [`Scalar`](crate::Scalar), the four operators on values (with itself and
//! with plain numbers on either side), and what goes by the value alone: comparisons, `Sum`, `Zero`, `One`
//! and `Num`, which the arm `@by_value` of [`impl_num_traits!`](crate::impl_num_traits) writes for it. The
//! rest follows from these, and the macro writes it: `Float` and what belongs to it, so that code
//! written by others for `T: Float` can be differentiated. A method that `Float` and `Scalar` both have
//! is the `Scalar` one, and an inherent method too, which settles which of the two is meant.

/// Implements, for a number type that is a `Scalar`: its elementary functions as inherent methods, the
/// assign operators, operators on references and with plain numbers, `Sum`, `Product`, `Default`, and num-traits'
/// `Float`, `FloatConst`, `Signed`, `Bounded`, `FromPrimitive`, `ToPrimitive`, `NumCast`, `MulAdd`,
/// `MulAddAssign`, `Inv` and `Pow`.
///
/// `impl_num_traits!(Dual<T, const N: usize>);` where `T` is the scalar below.
///
/// What a number type may ask for by itself:
/// - `@by_value [T: Scalar] Var<T>: T, value, from_value`: `PartialEq`, `PartialOrd`, `Sum`, `Zero`, `One` and `Num`, by
///   the field with the value, of the type `T`, and by what makes a constant of one;
/// - `@lifted_all f64 [T: Scalar<Real = f64>] Var<T>`: `+ - * /` with a plain number on either side, by lifting it;
/// - `@assign_all Var<T> [T: Scalar] Var<T>`: the assign operators with what is named first, by those on values.
#[doc(hidden)]
#[macro_export]
macro_rules! impl_num_traits {
    ($name:ident<$t:ident $(, const $n:ident: $kind:ident)*>) => {
        $crate::impl_num_traits! {
            @all [$t: $crate::Scalar $(, const $n: $kind)*] $name<$t $(, $n)*>
        }
        $crate::impl_num_traits! {
            @inherent [$t: $crate::Scalar $(, const $n: $kind)*] $name<$t $(, $n)*>
        }
        $crate::impl_num_traits! {
            @real f64 [$t: $crate::Scalar<Real = f64> $(, const $n: $kind)*] $name<$t $(, $n)*>
        }
        $crate::impl_num_traits! {
            @real f32 [$t: $crate::Scalar<Real = f32> $(, const $n: $kind)*] $name<$t $(, $n)*>
        }
    };

    // Where the value is an element of a field, its index is given, too.
    (@by_value [$($generics:tt)*] $ty:ty: $below:ty, $value:tt $([$index:tt])?, $constant:ident) => {
        impl<$($generics)*> ::core::cmp::PartialEq for $ty {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.$value$([$index])? == other.$value$([$index])?
            }
        }
        impl<$($generics)*> ::core::cmp::PartialOrd for $ty {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> Option<::core::cmp::Ordering> {
                self.$value$([$index])?.partial_cmp(&other.$value$([$index])?)
            }
        }
        impl<$($generics)*> ::core::iter::Sum for $ty {
            #[inline]
            fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
                // Start where the sum of values starts (that of `f64` starts at -0.0), so that the primal is bit-equal.
                let start = <$below as ::core::iter::Sum>::sum(::core::iter::empty());
                iter.fold(Self::$constant(start), ::core::ops::Add::add)
            }
        }
        impl<$($generics)*> $crate::num_traits::Zero for $ty {
            #[inline]
            fn zero() -> Self {
                Self::$constant(<$below as $crate::num_traits::Zero>::zero())
            }
            #[inline]
            fn is_zero(&self) -> bool {
                $crate::num_traits::Zero::is_zero(&self.$value$([$index])?)
            }
        }
        impl<$($generics)*> $crate::num_traits::One for $ty {
            #[inline]
            fn one() -> Self {
                Self::$constant(<$below as $crate::num_traits::One>::one())
            }
        }
        impl<$($generics)*> $crate::num_traits::Num for $ty {
            type FromStrRadixErr = <$below as $crate::num_traits::Num>::FromStrRadixErr;
            fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
                <$below as $crate::num_traits::Num>::from_str_radix(text, radix).map(Self::$constant)
            }
        }
    };

    (@all $generics:tt $ty:ty) => {
        $crate::impl_num_traits! { @assign_all $ty $generics $ty }
        $crate::impl_num_traits! { @by_reference $generics [$ty] Add add AddAssign add_assign }
        $crate::impl_num_traits! { @by_reference $generics [$ty] Sub sub SubAssign sub_assign }
        $crate::impl_num_traits! { @by_reference $generics [$ty] Mul mul MulAssign mul_assign }
        $crate::impl_num_traits! { @by_reference $generics [$ty] Div div DivAssign div_assign }
        $crate::impl_num_traits! { @by_reference $generics [$ty] Rem rem RemAssign rem_assign }
        $crate::impl_num_traits! { @iterators $generics [$ty] }
        $crate::impl_num_traits! { @numbers $generics [$ty] }
        $crate::impl_num_traits! { @float $generics [$ty] }
        $crate::impl_num_traits! { @power $generics [$ty] i8 }
        $crate::impl_num_traits! { @power $generics [$ty] u8 }
        $crate::impl_num_traits! { @power $generics [$ty] i16 }
        $crate::impl_num_traits! { @power $generics [$ty] u16 }
        $crate::impl_num_traits! { @power $generics [$ty] i32 }
    };

    // `Scalar` and `Float` have many methods in common. An inherent method is found before either, so
    // that `x.sin()` is clear where both are in scope (and where neither is).
    (@inherent [$($generics:tt)*] $ty:ty) => {
        /// The elementary functions, as in the trait `Scalar`.
        impl<$($generics)*> $ty {
            $crate::unary_table! { ($crate::impl_methods) [unary] }
            $crate::special_table! { ($crate::impl_methods) [unary] }
            $crate::binary_table! { ($crate::impl_methods) [binary] }

            /// `x^n` for a fixed integer. `x^0` is constant, also at 0.
            #[inline]
            #[must_use]
            pub fn powi(self, n: i32) -> Self {
                $crate::Scalar::powi(self, n)
            }
            /// `self * factor + summand`, rounded once.
            #[inline]
            #[must_use]
            pub fn mul_add(self, factor: Self, summand: Self) -> Self {
                $crate::Scalar::mul_add(self, factor, summand)
            }
            /// Sine and cosine.
            #[inline]
            #[must_use]
            pub fn sin_cos(self) -> (Self, Self) {
                $crate::Scalar::sin_cos(self)
            }
            /// `self`, or the bound that it is beyond.
            ///
            /// # Panics
            ///
            /// Unless `low <= high`.
            #[inline]
            #[must_use]
            #[track_caller]
            pub fn clamp(self, low: Self, high: Self) -> Self {
                $crate::Scalar::clamp(self, low, high)
            }
        }
    };

    (@by_reference [$($generics:tt)*] [$ty:ty] $op:ident $method:ident $assign:ident $assign_method:ident) => {
        impl<$($generics)*> ::core::ops::$op<&$ty> for $ty {
            type Output = $ty;
            #[inline]
            fn $method(self, rhs: &$ty) -> $ty {
                ::core::ops::$op::$method(self, *rhs)
            }
        }
        impl<$($generics)*> ::core::ops::$op<$ty> for &$ty {
            type Output = $ty;
            #[inline]
            fn $method(self, rhs: $ty) -> $ty {
                ::core::ops::$op::$method(*self, rhs)
            }
        }
        impl<$($generics)*> ::core::ops::$op<&$ty> for &$ty {
            type Output = $ty;
            #[inline]
            fn $method(self, rhs: &$ty) -> $ty {
                ::core::ops::$op::$method(*self, *rhs)
            }
        }
        impl<$($generics)*> ::core::ops::$assign<&$ty> for $ty {
            #[inline]
            fn $assign_method(&mut self, rhs: &$ty) {
                ::core::ops::$assign::$assign_method(self, *rhs);
            }
        }
    };

    (@iterators [$($generics:tt)*] [$ty:ty]) => {
        impl<$($generics)*> ::core::ops::Neg for &$ty {
            type Output = $ty;
            #[inline]
            fn neg(self) -> $ty {
                -*self
            }
        }
        impl<'a, $($generics)*> ::core::iter::Sum<&'a $ty> for $ty {
            #[inline]
            fn sum<I: Iterator<Item = &'a $ty>>(iter: I) -> Self {
                iter.copied().sum()
            }
        }
        impl<$($generics)*> ::core::iter::Product for $ty {
            #[inline]
            fn product<I: Iterator<Item = Self>>(iter: I) -> Self {
                iter.fold(<Self as $crate::num_traits::One>::one(), |product, x| product * x)
            }
        }
        impl<'a, $($generics)*> ::core::iter::Product<&'a $ty> for $ty {
            #[inline]
            fn product<I: Iterator<Item = &'a $ty>>(iter: I) -> Self {
                iter.copied().product()
            }
        }
    };

    // Operators with a plain number that every number type would write alike.
    (@real $real:ident [$($generics:tt)*] $ty:ty) => {
        $crate::impl_num_traits! { @assign_all $real [$($generics)*] $ty }
        $crate::impl_num_traits! { @lifted $real [$($generics)*] [$ty] Rem rem }
        $crate::impl_num_traits! { @reference_and_real $real [$($generics)*] [$ty] Add add }
        $crate::impl_num_traits! { @reference_and_real $real [$($generics)*] [$ty] Sub sub }
        $crate::impl_num_traits! { @reference_and_real $real [$($generics)*] [$ty] Mul mul }
        $crate::impl_num_traits! { @reference_and_real $real [$($generics)*] [$ty] Div div }
        $crate::impl_num_traits! { @reference_and_real $real [$($generics)*] [$ty] Rem rem }
        impl<$($generics)*> ::core::cmp::PartialEq<$real> for $ty {
            #[inline]
            fn eq(&self, other: &$real) -> bool {
                $crate::Scalar::primal(*self) == *other
            }
        }
        impl<$($generics)*> ::core::cmp::PartialOrd<$real> for $ty {
            #[inline]
            fn partial_cmp(&self, other: &$real) -> Option<::core::cmp::Ordering> {
                $crate::Scalar::primal(*self).partial_cmp(other)
            }
        }
        /// A constant.
        impl<$($generics)*> From<$real> for $ty {
            #[inline]
            fn from(x: $real) -> $ty {
                $crate::Scalar::constant(x)
            }
        }
        impl<$($generics)*> $crate::num_traits::Pow<$real> for $ty {
            type Output = $ty;
            #[inline]
            fn pow(self, rhs: $real) -> $ty {
                $crate::Scalar::powf(self, <$ty as $crate::Scalar>::constant(rhs))
            }
        }
    };
    (@reference_and_real $real:ident [$($generics:tt)*] [$ty:ty] $op:ident $method:ident) => {
        impl<$($generics)*> ::core::ops::$op<$real> for &$ty {
            type Output = $ty;
            #[inline]
            fn $method(self, rhs: $real) -> $ty {
                ::core::ops::$op::$method(*self, rhs)
            }
        }
        impl<$($generics)*> ::core::ops::$op<&$ty> for $real {
            type Output = $ty;
            #[inline]
            fn $method(self, rhs: &$ty) -> $ty {
                ::core::ops::$op::$method(self, *rhs)
            }
        }
    };
    (@assign_all $rhs:ty [$($generics:tt)*] $ty:ty) => {
        $crate::impl_num_traits! { @assign $rhs [$($generics)*] [$ty] AddAssign add_assign + }
        $crate::impl_num_traits! { @assign $rhs [$($generics)*] [$ty] SubAssign sub_assign - }
        $crate::impl_num_traits! { @assign $rhs [$($generics)*] [$ty] MulAssign mul_assign * }
        $crate::impl_num_traits! { @assign $rhs [$($generics)*] [$ty] DivAssign div_assign / }
        $crate::impl_num_traits! { @assign $rhs [$($generics)*] [$ty] RemAssign rem_assign % }
    };
    (@assign $rhs:ty [$($generics:tt)*] [$ty:ty] $assign:ident $method:ident $op:tt) => {
        impl<$($generics)*> ::core::ops::$assign<$rhs> for $ty {
            #[inline]
            fn $method(&mut self, rhs: $rhs) {
                *self = *self $op rhs;
            }
        }
    };

    // A plain number on either side, lifted.
    (@lifted_all $real:ident $generics:tt $ty:ty) => {
        $crate::impl_num_traits! { @lifted $real $generics [$ty] Add add }
        $crate::impl_num_traits! { @lifted $real $generics [$ty] Sub sub }
        $crate::impl_num_traits! { @lifted $real $generics [$ty] Mul mul }
        $crate::impl_num_traits! { @lifted $real $generics [$ty] Div div }
    };
    (@lifted $real:ident [$($generics:tt)*] [$ty:ty] $op:ident $method:ident) => {
        impl<$($generics)*> ::core::ops::$op<$real> for $ty {
            type Output = $ty;
            #[inline]
            fn $method(self, rhs: $real) -> $ty {
                ::core::ops::$op::$method(self, <$ty as $crate::Scalar>::constant(rhs))
            }
        }
        impl<$($generics)*> ::core::ops::$op<$ty> for $real {
            type Output = $ty;
            #[inline]
            fn $method(self, rhs: $ty) -> $ty {
                ::core::ops::$op::$method(<$ty as $crate::Scalar>::constant(self), rhs)
            }
        }
    };

    (@power [$($generics:tt)*] [$ty:ty] $integer:ident) => {
        impl<$($generics)*> $crate::num_traits::Pow<$integer> for $ty {
            type Output = $ty;
            #[inline]
            fn pow(self, rhs: $integer) -> $ty {
                $crate::Scalar::powi(self, i32::from(rhs))
            }
        }
    };

    // From and to other numbers, by the primal.
    (@numbers [$($generics:tt)*] [$ty:ty]) => {
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
        /// 0, a constant.
        impl<$($generics)*> ::core::default::Default for $ty {
            #[inline]
            fn default() -> Self {
                <Self as $crate::num_traits::Zero>::zero()
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
            fn abs(&self) -> Self {
                $crate::Scalar::abs(*self)
            }
            #[inline]
            fn abs_sub(&self, other: &Self) -> Self {
                $crate::Scalar::abs_sub(*self, *other)
            }
            #[inline]
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
            fn inv(self) -> $ty {
                $crate::Scalar::recip(self)
            }
        }
        impl<$($generics)*> $crate::num_traits::MulAdd for $ty {
            type Output = $ty;
            #[inline]
            fn mul_add(self, factor: Self, summand: Self) -> $ty {
                $crate::Scalar::mul_add(self, factor, summand)
            }
        }
        impl<$($generics)*> $crate::num_traits::MulAddAssign for $ty {
            #[inline]
            fn mul_add_assign(&mut self, factor: Self, summand: Self) {
                *self = $crate::Scalar::mul_add(*self, factor, summand);
            }
        }
        impl<$($generics)*> $crate::num_traits::Pow<$ty> for $ty {
            type Output = $ty;
            #[inline]
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
    };
    (@constants $($constant:ident)*) => {
        $(
            #[inline]
            fn $constant() -> Self {
                $crate::Scalar::constant($crate::num_traits::FloatConst::$constant())
            }
        )*
    };

    (@float [$($generics:tt)*] [$ty:ty]) => {
        impl<$($generics)*> $crate::num_traits::Float for $ty {
            $crate::impl_num_traits! { @limits
                nan infinity neg_infinity neg_zero min_value min_positive_value max_value epsilon
            }
            $crate::impl_num_traits! { @questions
                is_nan is_infinite is_finite is_normal is_subnormal is_sign_positive is_sign_negative
            }
            $crate::impl_num_traits! { @unary
                floor ceil round trunc fract abs signum recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p
                sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh to_degrees to_radians
            }
            $crate::impl_num_traits! { @binary powf log max min abs_sub hypot atan2 copysign }
            #[inline]
            fn classify(self) -> ::core::num::FpCategory {
                $crate::num_traits::Float::classify($crate::Scalar::primal(self))
            }
            #[inline]
            fn integer_decode(self) -> (u64, i16, i8) {
                $crate::num_traits::Float::integer_decode($crate::Scalar::primal(self))
            }
            #[inline]
            fn mul_add(self, factor: Self, summand: Self) -> Self {
                $crate::Scalar::mul_add(self, factor, summand)
            }
            #[inline]
            fn powi(self, n: i32) -> Self {
                $crate::Scalar::powi(self, n)
            }
            #[inline]
            fn clamp(self, low: Self, high: Self) -> Self {
                $crate::Scalar::clamp(self, low, high)
            }
            #[inline]
            fn sin_cos(self) -> (Self, Self) {
                $crate::Scalar::sin_cos(self)
            }
        }
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
    (@unary $($method:ident)*) => {
        $(
            #[inline]
            fn $method(self) -> Self {
                $crate::Scalar::$method(self)
            }
        )*
    };
    (@binary $($method:ident)*) => {
        $(
            #[inline]
            fn $method(self, rhs: Self) -> Self {
                $crate::Scalar::$method(self, rhs)
            }
        )*
    };
}

/// The rows of a table as inherent methods.
#[doc(hidden)]
#[macro_export]
macro_rules! impl_methods {
    ([unary] $($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial:tt $samples:tt $($kernel:ident)?;)*) => {
        $(
            $(#[$doc])*
            #[inline]
            #[must_use]
            pub fn $method(self) -> Self {
                $crate::Scalar::$method(self)
            }
        )*
    };
    ([binary] $($(#[$doc:meta])* $rule:ident $method:ident $value:tt $by_x:tt $by_y:tt $samples:tt;)*) => {
        $(
            $(#[$doc])*
            #[inline]
            #[must_use]
            pub fn $method(self, rhs: Self) -> Self {
                $crate::Scalar::$method(self, rhs)
            }
        )*
    };
}
