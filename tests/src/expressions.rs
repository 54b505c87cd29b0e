//! Strategies for random expression trees over the table of rules: over every row ([`any`]), or over what is
//! smooth and has a value at high precision ([`smooth`]).
//!
//! Unlike a [`Program`](crate::programs::Program), whose functions are guarded, an expression applies any
//! function to anything, so that it meets domains' edges, tails and cancellation. It is an [`Expr`], which
//! prints as it would be written and shrinks to its smallest failing part.
//!
//! ```
//! use ad_tests::reference::Program;
//! use ad_tests::{expressions, points};
//! use proptest::prelude::*;
//!
//! proptest!(|(f in expressions::smooth(3, 2), x in points::points(2, points::ordinary()))| {
//!     let (value, gradient) = ad_reverse::value_and_grad(|x: &[_]| f.eval(x), &x[..]);
//!     prop_assert_eq!(value.to_bits(), f.eval(&x).to_bits());
//!     prop_assert_eq!(gradient.len(), 2);
//! });
//! ```

use crate::reference::Expr;
use ad_core::{binary_table, special_table, unary_table};
use proptest::prelude::*;
use proptest::sample::select;

/// The functions of one variable that are smooth in their domain: what `tests/precise` has at high precision.
pub const SMOOTH: &[&str] = &[
    "recip",
    "sqrt",
    "cbrt",
    "exp",
    "exp2",
    "exp_m1",
    "ln",
    "log2",
    "log10",
    "ln_1p",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "sigmoid",
    "softplus",
    "silu",
    "neg",
    "square",
    "to_degrees",
    "to_radians",
    "gelu_tanh",
    "gaussian",
    "erf",
    "erfc",
    "normal_pdf",
    "normal_cdf",
    "gelu",
    "lgamma",
    "digamma",
];

/// The operators and functions of two variables that are smooth in their domain.
pub const SMOOTH_BINARY: &[&str] = &["add", "sub", "mul", "div", "powf", "hypot", "atan2", "log"];

macro_rules! unary_names {
    ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial:tt $samples:tt $($kernel:ident)?;)*) => {
        &[$(stringify!($method)),*]
    };
}
macro_rules! binary_names {
    ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial_x:tt $partial_y:tt $samples:tt;)*) => {
        &[$(stringify!($method)),*]
    };
}

/// Every row of one variable, and the operators that are none.
pub const UNARY: &[&[&str]] = &[unary_table!(unary_names), special_table!(unary_names), &["neg", "square"]];

/// Every row of two variables, and the operators that are none.
pub const BINARY: &[&[&str]] = &[binary_table!(binary_names), &["add", "sub", "mul", "div"]];

/// Expressions in `variables` variables, smooth wherever they have a value, of up to `depth` levels.
pub fn smooth(depth: u32, variables: usize) -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        4 => (0..variables).prop_map(Expr::Variable),
        1 => (-3.0..3.0_f64).prop_map(Expr::Constant),
    ];
    leaf.prop_recursive(depth, 1 << depth, 2, |inner| {
        let call = |name: &str, args| Expr::Call(name.to_owned(), args);
        prop_oneof![
            4 => (select(SMOOTH), inner.clone()).prop_map(move |(name, x)| call(name, vec![x])),
            4 => (select(SMOOTH_BINARY), inner.clone(), inner.clone())
                .prop_map(move |(name, x, y)| call(name, vec![x, y])),
            1 => (inner, -4..=5_i32).prop_map(|(x, n)| Expr::Powi(Box::new(x), n)),
        ]
    })
}

/// Expressions of up to `depth` levels in `variables` variables, over every row of the table, with kinks, steps and
/// singular points, and over constants that hit them.
pub fn any(depth: u32, variables: usize) -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        6 => (0..variables).prop_map(Expr::Variable),
        1 => (-3.0..3.0_f64).prop_map(Expr::Constant),
        1 => select(&[0.0, -0.0, 0.5, 1.0, -1.0, 2.0]).prop_map(Expr::Constant),
    ];
    leaf.prop_recursive(depth, 1 << depth, 3, |inner| {
        let call = |name: &str, args| Expr::Call(name.to_owned(), args);
        prop_oneof![
            8 => (select(UNARY.concat()), inner.clone()).prop_map(move |(name, x)| call(name, vec![x])),
            8 => (select(BINARY.concat()), inner.clone(), inner.clone())
                .prop_map(move |(name, x, y)| call(name, vec![x, y])),
            1 => (inner.clone(), inner.clone(), inner.clone())
                .prop_map(move |(x, y, z)| call("mul_add", vec![x, y, z])),
            1 => (inner, -4..=5_i32).prop_map(|(x, n)| Expr::Powi(Box::new(x), n)),
        ]
    })
}
