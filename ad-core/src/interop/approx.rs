//! `approx`: closeness of numbers, for tests.

/// Implements `approx`'s `AbsDiffEq`, `RelativeEq` and `UlpsEq` for a number type with a method
/// `pairs(&self, &Self, impl Fn(&T, &T) -> bool) -> bool` that visits all that has to be close. The
/// crate `approx` is that of the caller.
///
/// Tolerances are numbers of the same type, of which the primal counts: nalgebra asks for that.
///
/// `impl_approx!(Dual<T, const N: usize>);` where `T` is the scalar below.
#[doc(hidden)]
#[macro_export]
macro_rules! impl_approx {
    ($name:ident<$t:ident $(, const $n:ident: $kind:ident)*>) => {
        impl<$t $(, const $n: $kind)*> ::approx::AbsDiffEq for $name<$t $(, $n)*>
        where
            $t: $crate::Scalar + ::approx::AbsDiffEq<Epsilon = $t>,
        {
            type Epsilon = Self;
            fn default_epsilon() -> Self {
                $crate::Scalar::constant($t::default_epsilon().primal())
            }
            fn abs_diff_eq(&self, other: &Self, epsilon: Self) -> bool {
                let epsilon = $t::constant($crate::Scalar::primal(epsilon));
                self.pairs(other, |a, b| a.abs_diff_eq(b, epsilon))
            }
        }
        impl<$t $(, const $n: $kind)*> ::approx::RelativeEq for $name<$t $(, $n)*>
        where
            $t: $crate::Scalar + ::approx::RelativeEq<Epsilon = $t>,
        {
            fn default_max_relative() -> Self {
                $crate::Scalar::constant($t::default_max_relative().primal())
            }
            fn relative_eq(&self, other: &Self, epsilon: Self, max_relative: Self) -> bool {
                let [epsilon, max_relative] =
                    [epsilon, max_relative].map(|x| $t::constant($crate::Scalar::primal(x)));
                self.pairs(other, |a, b| a.relative_eq(b, epsilon, max_relative))
            }
        }
        impl<$t $(, const $n: $kind)*> ::approx::UlpsEq for $name<$t $(, $n)*>
        where
            $t: $crate::Scalar + ::approx::UlpsEq<Epsilon = $t>,
        {
            fn default_max_ulps() -> u32 {
                $t::default_max_ulps()
            }
            fn ulps_eq(&self, other: &Self, epsilon: Self, max_ulps: u32) -> bool {
                let epsilon = $t::constant($crate::Scalar::primal(epsilon));
                self.pairs(other, |a, b| a.ulps_eq(b, epsilon, max_ulps))
            }
        }
    };
}
