//! Measures how accurate each function is, and writes `docs/ACCURACY.md`:
//!
//! ```text
//! cargo run --release -p ad-tests --example accuracy > docs/ACCURACY.md
//! ```
//!
//! Names of functions after `--` ask for their rows alone.

mod operations;
mod points;
#[path = "../../tests/precise/mod.rs"]
mod precise;
mod rows;

use ad_tests::expressions::{SMOOTH, SMOOTH_BINARY};
use ad_tests::reference::Expr;
use operations::{Kernel, OfTwo};
use precise::{big, binary, unary};
use rows::{of_one_variable, of_two_variables};

/// In bits: enough for differences of `tanh` where its slope is `1e-300`.
const PRECISION: usize = 2048;

const HEAD: &str = "# Accuracy

How far value, first and second derivative of each function are from the exact ones, in units in the last place (ulp) of the
exact one as an `f64`: half an ulp is the best there is. Each number is the largest over the points where the exact result is a
normal `f64`; the last column says how many there were. The first derivative is the worse one of forward and reverse mode, the second
one that of forward over forward and forward over reverse; of two variables, the worst partial.

The points are the same in every run: magnitudes from `2^-40` to `2^9` of both signs, with random digits, and points down to
`2^-40` from -1 and 1, as far as they are in the function's domain. The exact results have 2048 bits and are computed by another crate;
the derivatives are differences, not rules.

The value is that of the standard library or of `libm`, bit for bit that of a run on plain numbers, so its error is theirs: that of
`acosh` next to 1 and of `atanh` next to -1 is the standard library's. Next to a zero of a derivative its terms cancel, and the error
is small against the terms and not against their sum: so it is with the first derivatives of `silu` and the `gelu`s, the second ones
of `silu`, `gelu_tanh` and, at -1 and 1, `normal_pdf`, and the mixed one of `powf`; and so with the value of `log_sum_exp` next to its own.
The second derivatives of the softmax of arrays have it where two entries are nearly equal: they are made of the rounded values, `y (1 - y) (1 - 2 y)`,
where the softmax of scalars is differentiated again. The error there is below `1e-16`.

The names are those of methods, but for `square`, which is `x * x`, and for `gaussian`, `exp(-x^2)`, of which others are made.
`log_sum_exp`, `softmax` (its first component), both also of arrays, `norm` and `prod` are shown for two arguments, `mul_add` for the third being 0.75. What is
made of exact operations (`abs`, `max`, `floor`, `clamp` and the like) has no error and is not listed; `polygamma` is what `digamma` has
as derivatives.

This file is written by `cargo run --release -p ad-tests --example accuracy > docs/ACCURACY.md`.

| function | value | first | second | points |
|---|---|---|---|---|";

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    if wanted.is_empty() {
        println!("{HEAD}");
    }
    let variables = |n: usize| (0..n).map(Expr::Variable).collect();
    for &name in SMOOTH.iter().filter(|name| is_wanted(name)) {
        of_one_variable(name, &Expr::Call(name.to_owned(), variables(1)), |x| unary(name, x));
    }
    for n in [3, -2].into_iter().filter(|_| is_wanted("powi")) {
        let operation = Expr::Powi(Box::new(Expr::Variable(0)), n);
        of_one_variable(&format!("powi({n})"), &operation, |x| {
            let power = (0..n.abs()).fold(big(1.0), |y, _| y * x);
            Some(if n > 0 { power } else { big(1.0) / power })
        });
    }
    for &name in SMOOTH_BINARY.iter().filter(|name| is_wanted(name)) {
        of_two_variables(name, &Expr::Call(name.to_owned(), variables(2)), |x, y| binary(name, x, y));
    }
    for (name, operation) in OfTwo::ALL.into_iter().filter(|(name, _)| is_wanted(name)) {
        of_two_variables(name, &operation, |x, y| operation.exact(x, y));
    }
    for kernel in Kernel::ALL.into_iter().filter(|kernel| is_wanted(kernel.0)) {
        of_one_variable(&format!("{} of arrays", kernel.0), &kernel, |x| unary(kernel.0, x));
    }
    for (name, operation) in OfTwo::OF_ARRAYS.into_iter().filter(|(name, _)| is_wanted(name)) {
        of_two_variables(name, &operation, |x, y| operation.exact(x, y));
    }
}
