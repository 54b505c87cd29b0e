//! Methods that are those of [`Scalar`](crate::Scalar).

/// The elementary functions as inherent methods.
///
/// `Scalar` and `Float` have many methods in common. An inherent method is found before either, so that `x.sin()` is clear
/// where both are in scope (and where neither is).
///
/// `impl_methods!([T: Scalar] Var<T>);`
#[doc(hidden)]
#[macro_export]
macro_rules! impl_methods {
    ([$($generics:tt)*] $ty:ty) => {
        /// The elementary functions, as in the trait `Scalar`.
        impl<$($generics)*> $ty {
            $crate::unary_table! { ($crate::row_methods) [unary] }
            $crate::special_table! { ($crate::row_methods) [unary] }
            $crate::binary_table! { ($crate::row_methods) [binary] }

            /// `x^n` for a fixed integer. `x^0` is constant, also at 0.
            #[inline]
            #[must_use]
            #[track_caller]
            pub fn powi(self, n: i32) -> Self {
                $crate::Scalar::powi(self, n)
            }
            /// `self * factor + summand`, rounded once.
            #[inline]
            #[must_use]
            #[track_caller]
            pub fn mul_add(self, factor: Self, summand: Self) -> Self {
                $crate::Scalar::mul_add(self, factor, summand)
            }
            /// Sine and cosine.
            #[inline]
            #[must_use]
            #[track_caller]
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
}

/// The rows of a table as inherent methods.
#[doc(hidden)]
#[macro_export]
macro_rules! row_methods {
    ([unary] $($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial:tt $samples:tt $($kernel:ident)?;)*) => {
        $(
            $(#[$doc])*
            #[inline]
            #[must_use]
            #[track_caller]
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
            #[track_caller]
            pub fn $method(self, rhs: Self) -> Self {
                $crate::Scalar::$method(self, rhs)
            }
        )*
    };
}

/// Methods of another trait, of these names.
///
/// `scalar_methods! { unary abs sqrt }`
#[doc(hidden)]
#[macro_export]
macro_rules! scalar_methods {
    (unary $($method:ident)*) => {
        $(
            #[inline]
            #[track_caller]
            fn $method(self) -> Self {
                $crate::Scalar::$method(self)
            }
        )*
    };
    (binary $($method:ident)*) => {
        $(
            #[inline]
            #[track_caller]
            fn $method(self, rhs: Self) -> Self {
                $crate::Scalar::$method(self, rhs)
            }
        )*
    };
}
