//! What goes by the value alone.

/// Implements `PartialEq`, `PartialOrd`, `Sum`, `Product`, `Zero`, `One` and `Num`, by the field with the value, of a type below, and by
/// what makes a constant of one. Where the value is an element of a field, its index is given, too.
///
/// `impl_by_value!([T: Scalar] Var<T>: T, value, from_value);`
#[doc(hidden)]
#[macro_export]
macro_rules! impl_by_value {
    ([$($generics:tt)*] $ty:ty: $below:ty, $value:tt $([$index:tt])?, $constant:ident) => {
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
                // By a closure: an operator that names its caller, passed as a function, is a call that is not inlined.
                iter.fold(Self::$constant(start), |sum, x| sum + x)
            }
        }
        impl<$($generics)*> ::core::iter::Product for $ty {
            #[inline]
            fn product<I: Iterator<Item = Self>>(iter: I) -> Self {
                iter.fold(<Self as $crate::num_traits::One>::one(), |product, x| product * x)
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
}
