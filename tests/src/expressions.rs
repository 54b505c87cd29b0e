//! A strategy for random expression trees over the table of rules.
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
use proptest::prelude::*;
use proptest::sample::select;

/// The functions of one variable that are smooth in their domain.
pub const SMOOTH: &[&str] = &[
    "recip", "sqrt", "cbrt", "exp", "exp2", "exp_m1", "ln", "log2", "log10", "ln_1p", "sin", "cos", "tan",
    "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "sigmoid", "softplus", "silu",
    "neg", "square",
];

/// The operators and functions of two variables that are smooth in their domain.
pub const SMOOTH_BINARY: &[&str] = &["add", "sub", "mul", "div", "powf", "hypot", "atan2", "log"];

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
