//! The operators that follow from those on values.

/// The assign operators with `$rhs`.
///
/// `impl_assign_operators!([T: Scalar] Var<T>: Var<T>);`
#[doc(hidden)]
#[macro_export]
macro_rules! impl_assign_operators {
    ($generics:tt $ty:ty: $rhs:ty) => {
        $crate::impl_assign_operators! { @one $generics $ty: $rhs, AddAssign add_assign + }
        $crate::impl_assign_operators! { @one $generics $ty: $rhs, SubAssign sub_assign - }
        $crate::impl_assign_operators! { @one $generics $ty: $rhs, MulAssign mul_assign * }
        $crate::impl_assign_operators! { @one $generics $ty: $rhs, DivAssign div_assign / }
        $crate::impl_assign_operators! { @one $generics $ty: $rhs, RemAssign rem_assign % }
    };
    (@one [$($generics:tt)*] $ty:ty: $rhs:ty, $assign:ident $method:ident $op:tt) => {
        impl<$($generics)*> ::core::ops::$assign<$rhs> for $ty {
            #[inline]
            #[track_caller]
            fn $method(&mut self, rhs: $rhs) {
                *self = *self $op rhs;
            }
        }
    };
}

/// The operators with references on either side or both.
///
/// `impl_reference_operators!([T: Scalar] Var<T>);`
#[doc(hidden)]
#[macro_export]
macro_rules! impl_reference_operators {
    ([$($generics:tt)*] $ty:ty) => {
        $crate::impl_reference_operators! { @one [$($generics)*] $ty, Add add AddAssign add_assign }
        $crate::impl_reference_operators! { @one [$($generics)*] $ty, Sub sub SubAssign sub_assign }
        $crate::impl_reference_operators! { @one [$($generics)*] $ty, Mul mul MulAssign mul_assign }
        $crate::impl_reference_operators! { @one [$($generics)*] $ty, Div div DivAssign div_assign }
        $crate::impl_reference_operators! { @one [$($generics)*] $ty, Rem rem RemAssign rem_assign }
        impl<$($generics)*> ::core::ops::Neg for &$ty {
            type Output = $ty;
            #[inline]
            #[track_caller]
            fn neg(self) -> $ty {
                -*self
            }
        }
    };
    (@one [$($generics:tt)*] $ty:ty, $op:ident $method:ident $assign:ident $assign_method:ident) => {
        impl<$($generics)*> ::core::ops::$op<&$ty> for $ty {
            type Output = $ty;
            #[inline]
            #[track_caller]
            fn $method(self, rhs: &$ty) -> $ty {
                ::core::ops::$op::$method(self, *rhs)
            }
        }
        impl<$($generics)*> ::core::ops::$op<$ty> for &$ty {
            type Output = $ty;
            #[inline]
            #[track_caller]
            fn $method(self, rhs: $ty) -> $ty {
                ::core::ops::$op::$method(*self, rhs)
            }
        }
        impl<$($generics)*> ::core::ops::$op<&$ty> for &$ty {
            type Output = $ty;
            #[inline]
            #[track_caller]
            fn $method(self, rhs: &$ty) -> $ty {
                ::core::ops::$op::$method(*self, *rhs)
            }
        }
        impl<$($generics)*> ::core::ops::$assign<&$ty> for $ty {
            #[inline]
            #[track_caller]
            fn $assign_method(&mut self, rhs: &$ty) {
                ::core::ops::$assign::$assign_method(self, *rhs);
            }
        }
    };
}

/// `+ - * /` with a plain number on either side, which is lifted.
///
/// `impl_lifted_operators!([T: Scalar<Real = f64>] Var<T>: f64);`
#[doc(hidden)]
#[macro_export]
macro_rules! impl_lifted_operators {
    ($generics:tt $ty:ty: $real:ident) => {
        $crate::impl_lifted_operators! { @one $generics $ty: $real, Add add }
        $crate::impl_lifted_operators! { @one $generics $ty: $real, Sub sub }
        $crate::impl_lifted_operators! { @one $generics $ty: $real, Mul mul }
        $crate::impl_lifted_operators! { @one $generics $ty: $real, Div div }
    };
    (@one [$($generics:tt)*] $ty:ty: $real:ident, $op:ident $method:ident) => {
        impl<$($generics)*> ::core::ops::$op<$real> for $ty {
            type Output = $ty;
            #[inline]
            #[track_caller]
            fn $method(self, rhs: $real) -> $ty {
                ::core::ops::$op::$method(self, <$ty as $crate::Scalar>::constant(rhs))
            }
        }
        impl<$($generics)*> ::core::ops::$op<$ty> for $real {
            type Output = $ty;
            #[inline]
            #[track_caller]
            fn $method(self, rhs: $ty) -> $ty {
                ::core::ops::$op::$method(<$ty as $crate::Scalar>::constant(self), rhs)
            }
        }
    };
}

/// What else there is between a number and a plain one, for a type that has `+ - * /` with it: `%`, references, the assign
/// operators, comparisons, `From` and `Pow`.
///
/// `impl_real_operators!([T: Scalar<Real = f64>] Var<T>: f64);`
#[doc(hidden)]
#[macro_export]
macro_rules! impl_real_operators {
    ([$($generics:tt)*] $ty:ty: $real:ident) => {
        $crate::impl_assign_operators! { [$($generics)*] $ty: $real }
        $crate::impl_lifted_operators! { @one [$($generics)*] $ty: $real, Rem rem }
        $crate::impl_real_operators! { @one [$($generics)*] $ty: $real, Add add }
        $crate::impl_real_operators! { @one [$($generics)*] $ty: $real, Sub sub }
        $crate::impl_real_operators! { @one [$($generics)*] $ty: $real, Mul mul }
        $crate::impl_real_operators! { @one [$($generics)*] $ty: $real, Div div }
        $crate::impl_real_operators! { @one [$($generics)*] $ty: $real, Rem rem }
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
            #[track_caller]
            fn pow(self, rhs: $real) -> $ty {
                $crate::Scalar::powf(self, <$ty as $crate::Scalar>::constant(rhs))
            }
        }
    };
    (@one [$($generics:tt)*] $ty:ty: $real:ident, $op:ident $method:ident) => {
        impl<$($generics)*> ::core::ops::$op<$real> for &$ty {
            type Output = $ty;
            #[inline]
            #[track_caller]
            fn $method(self, rhs: $real) -> $ty {
                ::core::ops::$op::$method(*self, rhs)
            }
        }
        impl<$($generics)*> ::core::ops::$op<&$ty> for $real {
            type Output = $ty;
            #[inline]
            #[track_caller]
            fn $method(self, rhs: &$ty) -> $ty {
                ::core::ops::$op::$method(self, *rhs)
            }
        }
    };
}
