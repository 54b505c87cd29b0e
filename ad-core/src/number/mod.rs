//! What Rust asks of a number, written once for any number type.
//!
//! A mode's number implements [`Scalar`](crate::Scalar) and `+ - * /` on values, with itself and with plain numbers on either
//! side. The rest follows from these, and macros write it, because the number types are in other crates and the traits in yet
//! others. A method that `Float` and `Scalar` both have is the `Scalar` one, and an inherent method too, which settles which
//! of the two is meant.

mod by_value;
mod methods;
mod operators;

/// Implements for a number type that has [`impl_by_value!`](crate::impl_by_value), and `+ - * /` on values and with plain
/// numbers: all other operators, its elementary functions as inherent methods, `Default`, `Sum` and `Product` of references, and
/// [what num-traits asks for](crate::impl_num_traits).
///
/// `impl_number!(Dual<T, const N: usize>);` where `T` is the scalar below. A type that has none is given with its generic
/// parameters, `impl_number!([] Traced);`, and names the plain numbers that it works with by
/// [`impl_real_operators!`](crate::impl_real_operators).
#[doc(hidden)]
#[macro_export]
macro_rules! impl_number {
    ($name:ident<$t:ident $(, const $n:ident: $kind:ident)*>) => {
        $crate::impl_number! { [$t: $crate::Scalar $(, const $n: $kind)*] $name<$t $(, $n)*> }
        $crate::impl_real_operators! { [$t: $crate::Scalar<Real = f64> $(, const $n: $kind)*] $name<$t $(, $n)*>: f64 }
        $crate::impl_real_operators! { [$t: $crate::Scalar<Real = f32> $(, const $n: $kind)*] $name<$t $(, $n)*>: f32 }
    };
    ([$($generics:tt)*] $ty:ty) => {
        $crate::impl_assign_operators! { [$($generics)*] $ty: $ty }
        $crate::impl_reference_operators! { [$($generics)*] $ty }
        $crate::impl_methods! { [$($generics)*] $ty }
        $crate::impl_num_traits! { [$($generics)*] $ty }
        impl<'a, $($generics)*> ::core::iter::Sum<&'a $ty> for $ty {
            #[inline]
            fn sum<I: Iterator<Item = &'a $ty>>(iter: I) -> Self {
                iter.copied().sum()
            }
        }
        impl<'a, $($generics)*> ::core::iter::Product<&'a $ty> for $ty {
            #[inline]
            fn product<I: Iterator<Item = &'a $ty>>(iter: I) -> Self {
                iter.copied().product()
            }
        }
        /// 0, a constant.
        impl<$($generics)*> ::core::default::Default for $ty {
            #[inline]
            fn default() -> Self {
                <Self as $crate::num_traits::Zero>::zero()
            }
        }
    };
}
