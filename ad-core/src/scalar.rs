//! The trait [`Scalar`]: what a number must do so that a program on it can be differentiated.
//!
//! # A scalar of your own
//!
//! Whatever is `Copy` and has a plain number at its bottom can be one; here an `f64` that counts what is done with it. It
//! says what a constant and a primal are, how a rule is applied, and what array operations and modes ask of it; its arrays
//! are [`Dense`], on which the default loops of [`Kernels`] serve any scalar. The rest are operators and what
//! `num_traits::Num` wants. Modes nest over it as over `f64`: so `rnn/src/credit/count.rs` counts their operations.
//!
//! ```
//! use ad_core::kernels::Kernels;
//! use ad_core::num_traits::{Num, One, Zero};
//! use ad_core::{Binary, Dense, Nary, Scalar, Unary};
//! use std::{cell::Cell, fmt, iter::{Product, Sum}, ops::*};
//!
//! thread_local!(static OPERATIONS: Cell<u32> = const { Cell::new(0) });
//!
//! #[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
//! struct Counted(f64);
//!
//! fn counted(x: f64) -> Counted {
//!     OPERATIONS.set(OPERATIONS.get() + 1);
//!     Counted(x)
//! }
//!
//! impl Kernels for Counted {}
//! impl Scalar for Counted {
//!     type Real = f64;
//!     type Array<const RANK: usize> = Dense<Self, RANK>;
//!
//!     fn constant(x: f64) -> Self { Self(x) }
//!     fn primal(self) -> f64 { self.0 }
//!     fn apply<R: Unary>(self, rule: R) -> Self { counted(rule.value(self.0)) }
//!     fn apply2<R: Binary>(self, rhs: Self, rule: R) -> Self { counted(rule.value(self.0, rhs.0)) }
//!     fn apply_n<R: Nary>(args: &[Self], rule: R) -> Self {
//!         counted(rule.value(&args.iter().map(|x| x.0).collect::<Vec<_>>()))
//!     }
//!     fn with_primal(self, x: f64) -> Self { Self(x) }
//!     fn is_all_finite(self) -> bool { self.0.is_finite() }
//!     fn is_strong_zero(self) -> bool { self.0 == 0.0 }
//! }
//!
//! macro_rules! operators {
//!     ($($op:ident $method:ident $assign_op:ident $assign:ident $sign:tt)*) => { $(
//!         impl $op for Counted {
//!             type Output = Self;
//!             fn $method(self, rhs: Self) -> Self { counted(self.0 $sign rhs.0) }
//!         }
//!         impl $assign_op for Counted {
//!             fn $assign(&mut self, rhs: Self) { *self = *self $sign rhs; }
//!         }
//!     )* };
//! }
//! operators!(Add add AddAssign add_assign + Sub sub SubAssign sub_assign - Mul mul MulAssign mul_assign *
//!     Div div DivAssign div_assign / Rem rem RemAssign rem_assign %);
//! impl Neg for Counted { type Output = Self; fn neg(self) -> Self { counted(-self.0) } }
//! impl Sum for Counted { fn sum<I: Iterator<Item = Self>>(all: I) -> Self { all.fold(Self(-0.0), Add::add) } }
//! impl Product for Counted { fn product<I: Iterator<Item = Self>>(all: I) -> Self { all.fold(Self(1.0), Mul::mul) } }
//! impl Zero for Counted { fn zero() -> Self { Self(0.0) } fn is_zero(&self) -> bool { self.0 == 0.0 } }
//! impl One for Counted { fn one() -> Self { Self(1.0) } }
//! impl Num for Counted {
//!     type FromStrRadixErr = <f64 as Num>::FromStrRadixErr;
//!     fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
//!         f64::from_str_radix(text, radix).map(Self)
//!     }
//! }
//! impl fmt::Display for Counted {
//!     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
//! }
//!
//! fn damped<S: Scalar>(t: S) -> S {
//!     (-t).exp() * (t * S::lit(3.0)).cos()
//! }
//! assert_eq!(damped(Counted(0.5)).0, damped(0.5));
//! assert_eq!(OPERATIONS.get(), 5);
//! ```

use crate::array::{Array, Arrays, Dense};
use crate::function::Function;
use crate::kernels::{Kernels, RealKernels};
use crate::rule::{Binary, Nary, Unary};
use crate::rules::{self, binary_table, special_table, unary_table};
use alloc::vec::Vec;
use core::fmt::{Debug, Display, LowerExp};
use core::iter::{Product, Sum};
use core::ops::Neg;
use num_traits::{Float, FloatConst, FromPrimitive, NumAssign, Zero};

/// Expands the table's unary rows into provided methods, inside the trait.
macro_rules! unary_methods {
    ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial:tt $samples:tt $($kernel:ident)?;)*) => {
        $(
            $(#[$doc])*
            #[inline]
            #[must_use]
            #[track_caller]
            fn $method(self) -> Self {
                self.apply(rules::$rule)
            }
        )*
    };
}

/// Expands the table's binary rows into provided methods, inside the trait.
macro_rules! binary_methods {
    ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial_x:tt $partial_y:tt $samples:tt;)*) => {
        $(
            $(#[$doc])*
            #[inline]
            #[must_use]
            #[track_caller]
            fn $method(self, rhs: Self) -> Self {
                self.apply2(rhs, rules::$rule)
            }
        )*
    };
}

/// A number on which programs are written once and differentiated by any mode.
///
/// `f64` and `f32` run the program. `ad_forward::Dual<T, N>` carries tangents, `ad_reverse::Var<T>`
/// records; both are scalars over any scalar `T`, so modes nest by type.
///
/// A mode implements `+ - * /` and negation, and *how to apply a rule* ([`apply`](Self::apply),
/// [`apply2`](Self::apply2), [`apply_n`](Self::apply_n)). Every elementary function is then a
/// provided method generated from the table in [`crate::rules`]; no derivative stands anywhere else.
/// [The module](crate::scalar#a-scalar-of-your-own) shows how a scalar of your own is written.
///
/// Comparisons look at the primal alone, so that every mode takes the branches of the plain run.
#[doc(alias = "DualNum")]
#[diagnostic::on_unimplemented(
    note = "a struct of parameters is made an argument by `ad_core::impl_tree!`",
    note = "a function of numbers is generic, `fn f<S: Scalar>(x: &[S]) -> S`, and its literals are `S::lit(2.0)`"
)]
pub trait Scalar:
    Copy
    + Debug
    + Display
    + PartialOrd
    + Send
    + Sync
    + 'static
    + NumAssign
    + Neg<Output = Self>
    + Sum
    + Product
    + Kernels
    + Arrays<Vector = <Self as Scalar>::Array<1>, Matrix = <Self as Scalar>::Array<2>>
{
    /// The plain number at the bottom of any nesting: `f64` or `f32`.
    type Real: Real;
    /// The arrays of this scalar by their number of axes, 1 or 2, so that one function serves vectors and batches. `S::Vector` and
    /// `S::Matrix` are those of one and of two; a type alias, which knows of no bound, writes `<S as Scalar>::Array<1>`.
    ///
    /// ```
    /// use ad_core::{Array, Dense, Scalar};
    ///
    /// fn total<S: Scalar, const RANK: usize>(x: &Dense<S::Real, RANK>) -> S {
    ///     S::Array::constant(x).sum()
    /// }
    /// assert_eq!(total::<f64, 1>(&Dense::from([1.0, 2.0])), 3.0);
    /// ```
    type Array<const RANK: usize>: Array<Self, RANK>;

    /// The highest order of the derivatives that this number carries: 0 for a plain one, one more for each
    /// level of a nesting. A scalar of your own that carries derivatives has to say so.
    const ORDER: usize = 0;

    /// Lifts a number that does not depend on any input.
    fn constant(x: Self::Real) -> Self;

    /// The plain number at the bottom: what the `f64` run would have computed.
    fn primal(self) -> Self::Real;

    /// The same value, declared constant at every level (JAX's `stop_gradient`, PyTorch's `detach`).
    ///
    /// ```
    /// use ad_core::Scalar;
    /// fn straight_through<S: Scalar>(x: S) -> S {
    ///     x + (x.abs() - x).stop_gradient() // value |x|, derivative 1
    /// }
    /// assert_eq!(straight_through(-2.0), 2.0);
    /// ```
    #[doc(alias = "detach")]
    #[must_use]
    fn stop_gradient(self) -> Self {
        Self::constant(self.primal())
    }

    /// Applies a rule of one variable.
    #[must_use]
    fn apply<R: Unary>(self, rule: R) -> Self;

    /// Applies a rule of two variables.
    #[must_use]
    fn apply2<R: Binary>(self, rhs: Self, rule: R) -> Self;

    /// Applies a rule of many variables.
    #[must_use]
    fn apply_n<R: Nary>(args: &[Self], rule: R) -> Self;

    /// The same derivatives around another primal: array operations take theirs from the kernel that all modes share.
    #[must_use]
    fn with_primal(self, x: Self::Real) -> Self;

    /// Whether the primal and every derivative component are finite: only then may a product with it spare the look at strong zeros.
    fn is_all_finite(self) -> bool;

    /// Whether this is zero in every component and depends on nothing: the *strong zero* that
    /// annihilates even an infinite partial.
    fn is_strong_zero(self) -> bool;

    /// Whether this is zero in every component, whatever it depends on.
    #[doc(hidden)]
    fn is_zero_in_value(self) -> bool {
        self.is_strong_zero()
    }

    /// Whether this, as a partial, can simply be multiplied with: every component is finite, and the
    /// primal is not 0.
    #[doc(hidden)]
    #[inline]
    fn is_ordinary(self) -> bool {
        (self.primal() != <Self::Real as Zero>::zero()) & self.is_all_finite()
    }

    /// A partial times a tangent or an adjoint: 0 times anything is 0, also times infinity or NaN,
    /// so that a path that is not taken never spoils a derivative.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    fn strong_product(self, tangent: Self) -> Self {
        if self.is_ordinary() { self * tangent } else { self.apply2(tangent, rules::StrongProduct) }
    }

    /// `self * x` bit for bit, faster where `x` is subnormal and the product rounds to `x` again.
    ///
    /// That is where an adjoint ends that shrinks at every step, and processors that multiply subnormal numbers in
    /// microcode take a hundred cycles for each product.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    fn product_with_subnormal(self, x: Self) -> Self {
        self * x
    }

    /// A literal of the source code, e.g. `S::lit(0.5)`; rounded to nearest for `f32`.
    #[inline]
    #[must_use]
    fn lit(x: f64) -> Self {
        Self::constant(Self::Real::from_literal(x))
    }

    /// `x^n` for a fixed integer. `x^0` is constant, also at 0; no `n` overflows, `i32::MIN` included.
    #[inline]
    #[must_use]
    #[track_caller]
    fn powi(self, n: i32) -> Self {
        self.apply(rules::Powi(n))
    }

    /// `ln(exp(x_0) + .. + exp(x_{n-1}))` without overflow; minus infinity for no arguments.
    #[must_use]
    #[track_caller]
    fn log_sum_exp(args: &[Self]) -> Self {
        Self::apply_n(args, rules::LogSumExp)
    }

    /// `x_0 y_0 + .. + x_{n-1} y_{n-1}` as one operation, whose order of summation is the kernel's.
    ///
    /// On a tape it is one record, where the loop makes two for each term; dual numbers in several directions add up their
    /// tangents with the widest vectors of the processor.
    ///
    /// # Panics
    ///
    /// If the lengths differ.
    #[must_use]
    #[track_caller]
    fn dot_product(x: &[Self], y: &[Self]) -> Self {
        assert!(x.len() == y.len(), "dot product of {} and {} numbers", x.len(), y.len());
        <Self as Kernels>::dot(x, y)
    }

    /// `f(x)`, differentiated on the spot where that is cheaper than later.
    ///
    /// On a tape `f` becomes one record: its partials are taken right away by forward mode, and what
    /// it does inside is not recorded. That pays for functions of a few inputs with several operations;
    /// other scalars just call `f`.
    ///
    /// ```
    /// use ad_core::{Scalar, function};
    ///
    /// fn path_length<S: Scalar>(points: &[[S; 2]]) -> S {
    ///     let length = function!(|x: &[S]| -> S {
    ///         let (dx, dy) = (x[2] - x[0], x[3] - x[1]);
    ///         (dx * dx + dy * dy).sqrt()
    ///     });
    ///     points.windows(2).map(|p| S::preaccumulate(&length, [p[0][0], p[0][1], p[1][0], p[1][1]])).sum()
    /// }
    /// assert_eq!(path_length(&[[0.0, 0.0], [3.0, 4.0], [3.0, 5.0]]), 6.0);
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    fn preaccumulate<F: Function, const N: usize>(f: &F, x: [Self; N]) -> Self {
        f.call(&x)
    }

    /// `softmax(x)_i = exp(x_i) / sum_j exp(x_j)`, without overflow and with accurate derivatives where
    /// one entry has nearly all.
    #[must_use]
    #[track_caller]
    fn softmax(args: &[Self]) -> Vec<Self> {
        rules::softmax(args).into_vec()
    }

    /// The length of a vector, `sqrt(x_0^2 + .. + x_{n-1}^2)`, without overflow. Its derivative at the
    /// zero vector is 0.
    #[must_use]
    #[track_caller]
    fn norm(args: &[Self]) -> Self {
        Self::apply_n(args, rules::Norm)
    }

    /// The product of all arguments; right also where one of them is 0.
    #[must_use]
    #[track_caller]
    fn prod(args: &[Self]) -> Self {
        Self::apply_n(args, rules::Prod)
    }

    /// `self * factor + summand`, rounded once. On a CPU without such an instruction, or in a build
    /// that does not use it, this is a slow library call.
    #[inline]
    #[must_use]
    #[track_caller]
    fn mul_add(self, factor: Self, summand: Self) -> Self {
        Self::apply_n(&[self, factor, summand], rules::MulAdd)
    }

    /// Sine and cosine.
    #[inline]
    #[must_use]
    #[track_caller]
    fn sin_cos(self) -> (Self, Self) {
        (self.sin(), self.cos())
    }

    /// `self`, or the bound that it is beyond. The derivative is that of what is returned: 1 in `self`
    /// inside the closed interval, 0 outside, and NaN where `self` is NaN.
    ///
    /// # Panics
    ///
    /// Unless `low <= high`.
    #[inline]
    #[must_use]
    #[track_caller]
    fn clamp(self, low: Self, high: Self) -> Self {
        assert!(low <= high, "clamp: the bounds {low} and {high} leave nothing in between");
        if self >= low && self <= high {
            self
        } else if self < low {
            low
        } else if self > high {
            high
        } else {
            rules::undefined(self)
        }
    }

    /// The `n`-th derivative of [`digamma`](Self::digamma); NaN for `n > 170`, where `n!` is no finite `f64`.
    #[must_use]
    #[track_caller]
    fn polygamma(self, n: u32) -> Self {
        self.apply(rules::Polygamma(n))
    }

    unary_table!(unary_methods);
    special_table!(unary_methods);
    binary_table!(binary_methods);
}

/// A plain number: `f64` or `f32`, the bottom of every nesting.
pub trait Real:
    Scalar<Real = Self, Array<1> = Dense<Self, 1>>
    + Scalar<Array<2> = Dense<Self, 2>> // once more: older compilers take one rank at a time
    + RealKernels
    + Float
    + FloatConst
    + FromPrimitive
    + LowerExp
    + Default
{
    /// The nearest number to a literal.
    fn from_literal(x: f64) -> Self;

    /// This number as an `f64`, exactly.
    fn as_f64(self) -> f64;
}

macro_rules! real {
    ($t:ty) => {
        impl Scalar for $t {
            type Real = $t;
            type Array<const RANK: usize> = Dense<$t, RANK>;

            #[inline]
            fn constant(x: $t) -> Self {
                x
            }
            #[inline]
            fn primal(self) -> $t {
                self
            }
            #[inline]
            fn apply<R: Unary>(self, rule: R) -> Self {
                rule.value(self)
            }
            #[inline]
            fn apply2<R: Binary>(self, rhs: Self, rule: R) -> Self {
                rule.value(self, rhs)
            }
            #[inline]
            fn apply_n<R: Nary>(args: &[Self], rule: R) -> Self {
                rule.value(args)
            }
            #[inline]
            fn with_primal(self, x: $t) -> Self {
                x
            }
            #[inline]
            fn is_all_finite(self) -> bool {
                self.is_finite()
            }
            #[inline]
            fn is_strong_zero(self) -> bool {
                self == 0.0
            }
            #[inline]
            fn is_ordinary(self) -> bool {
                // One compare: without its sign bit, 0 wraps to the top, where infinity and NaN are.
                (self.to_bits() << 1).wrapping_sub(1) < (<$t>::INFINITY.to_bits() << 1) - 1
            }
            #[inline]
            fn product_with_subnormal(self, x: $t) -> $t {
                // A subnormal number (or 0) is a multiple of the smallest one. The product rounds to it again if it is
                // less than half of that away; for a factor from 1/2 to 2 the difference is exact, and no other comes near.
                let multiple = x.abs().to_bits();
                if multiple < <$t>::MIN_POSITIVE.to_bits()
                    && multiple.cast_signed() as $t * (self.abs() - 1.0).abs() < 0.5
                {
                    return if self.is_sign_negative() { -x } else { x };
                }
                self * x
            }
        }

        impl Real for $t {
            #[inline]
            fn from_literal(x: f64) -> Self {
                x as $t
            }
            #[inline]
            fn as_f64(self) -> f64 {
                f64::from(self)
            }
        }
    };
}
real!(f64);
real!(f32);
