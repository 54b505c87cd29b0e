//! Rules of a test's own: right ones, and ones with the mistakes that people make.

use ad_core::num_traits::Float;
use ad_core::rule::Partials;
use ad_core::{Binary, Nary, Real, Scalar, Unary, rules};

/// One of them by its name: of one variable inside a function of two, of two, or of many.
pub(super) fn call<S: Scalar>(name: &str, x: &[S]) -> Option<S> {
    one(name, x).or_else(|| two(name, x)).or_else(|| many(name, x))
}

macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident: $x:ident => $value:expr; ($px:ident, $py:ident) => $partial:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            struct $name;
            impl Unary for $name {
                const NAME: &'static str = stringify!($name);
                fn value<R: Real>(self, $x: R) -> R {
                    $value
                }
                fn partial<S: Scalar>(self, $px: S, $py: S) -> S {
                    $partial
                }
            }
        )*

        fn one<S: Scalar>(name: &str, x: &[S]) -> Option<S> {
            match name {
                $(stringify!($name) => Some((x[0] * x[1]).apply($name) + x[1]),)*
                _ => None,
            }
        }
    };
}
unary! {
    RightCube: x => x * x * x; (x, _y) => S::lit(3.0) * x * x;
    WrongSign: x => Float::cos(x); (x, _y) => x.sin();
    WrongFactor: x => x * x; (x, _y) => x * S::lit(2.0001);
    DroppedTerm: x => x * Float::exp(x); (x, _y) => x.exp();
    WrongArgument: x => Float::sqrt(x * x + R::from_literal(1.0)); (x, _y) => x / (x * x + S::one());
    Forgotten: x => Float::sin(x); (_x, _y) => S::zero();
    DetachedPartial: x => Float::sin(x); (x, _y) => x.cos().stop_gradient();
    WrongSecond: x => Float::exp(x); (x, y) => y + (x - x.stop_gradient()) * S::lit(0.01);
}

macro_rules! binary {
    ($($name:ident: ($x:ident, $y:ident) => $value:expr; $by_x:expr; $by_y:expr;)*) => {
        $(
            #[derive(Clone, Copy, Debug)]
            struct $name;
            impl Binary for $name {
                const NAME: &'static str = stringify!($name);
                fn value<R: Real>(self, $x: R, $y: R) -> R {
                    $value
                }
                fn partial_x<S: Scalar>(self, $x: S, $y: S, _z: S) -> S {
                    let _ = ($x, $y);
                    $by_x
                }
                fn partial_y<S: Scalar>(self, $x: S, $y: S, _z: S) -> S {
                    let _ = ($x, $y);
                    $by_y
                }
            }
        )*

        fn two<S: Scalar>(name: &str, x: &[S]) -> Option<S> {
            match name {
                $(stringify!($name) => Some(x[0].apply2(x[1], $name) * x[1]),)*
                _ => None,
            }
        }
    };
}
binary! {
    RightProduct: (x, y) => x * y; y; x;
    WrongVariable: (x, y) => x * y; x; x;
    Swapped: (x, y) => x * x * y; x * x; x * y * S::lit(2.0);
    HalfForgotten: (x, y) => x * y; y; S::zero();
    Asymmetric: (x, y) => x * y; y.stop_gradient(); x;
}

macro_rules! nary {
    ($($name:ident: ($x:ident, $y:ident, $i:ident) => $partial:expr;)*) => {
        $(
            #[derive(Clone, Copy, Debug)]
            struct $name;
            impl Nary for $name {
                const NAME: &'static str = stringify!($name);
                fn value<R: Real>(self, x: &[R]) -> R {
                    rules::LogSumExp.value(x)
                }
                fn partials<S: Scalar>(self, $x: &[S], $y: S) -> Partials<S> {
                    (0..$x.len()).map(|$i| $partial).collect()
                }
            }
        )*

        fn many<S: Scalar>(name: &str, x: &[S]) -> Option<S> {
            match name {
                $(stringify!($name) => Some(S::apply_n(x, $name)),)*
                _ => None,
            }
        }
    };
}
nary! {
    RightLogSumExp: (x, y, i) => (x[i] - y).exp();
    Rotated: (x, y, i) => (x[(i + 1) % x.len()] - y).exp();
    LastForgotten: (x, y, i) => if i + 1 == x.len() { S::zero() } else { (x[i] - y).exp() };
    NotNormalised: (x, y, i) => if i == 0 { x[i].exp() } else { (x[i] - y).exp() };
    NormDetached: (x, y, i) => (x[i] - y.stop_gradient()).exp();
}
