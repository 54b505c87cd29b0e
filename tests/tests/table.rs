//! Every row of the table of rules, at its sample arguments: the partial is the derivative of the value.

use ad_core::{Binary, Scalar, Unary, Vector, binary_table, rules, special_table, unary_table};
use ad_forward::Dual;
use ad_reverse::Var;
use approx::assert_relative_eq;

/// Truncation is of order `step^2`, rounding of order `epsilon / step`.
const TOLERANCE: f64 = 1e-7;

fn central(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    let step = 1e-5 * x.abs().max(1e-3);
    (f(x + step) - f(x - step)) / (2.0 * step)
}

fn unary<R: Unary>(rule: R, x: f64) {
    let expected = central(|x| x.apply(rule), x);
    let forward = ad_forward::derivative(|x| x.apply(rule), x);
    assert_eq!(
        forward.to_bits(),
        ad_reverse::grad(|x: &Var<f64>| x.apply(rule), &x).to_bits(),
        "{}({x})",
        R::NAME
    );
    assert_relative_eq!(
        forward,
        expected,
        max_relative = TOLERANCE,
        epsilon = TOLERANCE * x.abs().powi(-1).min(1e-2)
    );
}

/// Arrays, whose row may name a vectorised kernel, have the row's derivative too.
fn on_arrays<R: Unary>(rule: R, samples: &[f64]) {
    let (_, partials) = Vector::from(samples).mapped_with_partial(rule);
    for (&x, &got) in samples.iter().zip(partials.as_slice()) {
        let row = rule.partial(x, x.apply(rule));
        let close = (got - row).abs() <= 8.0 * f64::EPSILON * row.abs();
        assert!(close || got == row, "{}'({x}): arrays have {got:e}, the row {row:e}", R::NAME);
    }
}

fn binary<R: Binary>(rule: R, x: f64, y: f64) {
    let z = Dual::<f64, 2>::variable(x, 0).apply2(Dual::variable(y, 1), rule);
    assert_relative_eq!(
        z.tangent()[0],
        central(|x| x.apply2(y, rule), x),
        max_relative = TOLERANCE,
        epsilon = TOLERANCE
    );
    assert_relative_eq!(
        z.tangent()[1],
        central(|y| x.apply2(y, rule), y),
        max_relative = TOLERANCE,
        epsilon = TOLERANCE
    );
}

macro_rules! every_unary_row {
    ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial:tt [$($x:expr),*] $($kernel:ident)?;)*) => {
        $($(unary(rules::$rule, $x);)*)*
        $(on_arrays(rules::$rule, &[$($x),*]);)*
    };
}

macro_rules! every_binary_row {
    ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $by_x:tt $by_y:tt [$(($x:expr, $y:expr)),*];)*) => {
        $($(binary(rules::$rule, $x, $y);)*)*
    };
}

#[test]
fn the_partial_of_every_row_of_one_variable_is_its_derivative() {
    unary_table!(every_unary_row);
    special_table!(every_unary_row);
}

/// More points for the rows that name a kernel, out into the tails, where a careless form loses all digits.
#[test]
fn kernels_have_the_partial_of_their_row_far_out() {
    let points: Vec<f64> = (-600..=600).map(|i| f64::from(i) * 0.5 + 0.125).collect();
    on_arrays(rules::Tanh, &points);
    on_arrays(rules::Sigmoid, &points);
    on_arrays(rules::Softplus, &points);
    on_arrays(rules::Exp, &points);
}

#[test]
fn the_partials_of_every_row_of_two_variables_are_its_derivatives() {
    binary_table!(every_binary_row);
}

#[test]
fn every_method_on_the_page_of_the_crate_is_there() {
    let core = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../ad-core/src");
    let read = |file: &str| std::fs::read_to_string(core.join(file)).expect(file);
    let sources = ["scalar.rs", "array/mod.rs", "rules/table.rs"].map(read).concat();
    let page = read("lib.rs");
    let (_, listed) = page.split_once("//! | of [`Scalar`] | |").expect("the list of methods");
    let (listed, _) = listed.split_once("//!\n").expect("its end");
    let names = listed.split('`').skip(1).step_by(2).flat_map(str::split_whitespace);
    let methods: Vec<_> = names.filter(|name| name.len() > 1 && *name != "Array").collect();
    assert!(methods.len() > 70, "{} methods were found", methods.len());
    for method in methods {
        // By hand, or by a row of the table.
        let there = ["fn NAME(", "fn NAME<", " NAME {"].map(|form| form.replace("NAME", method));
        assert!(there.iter().any(|form| sources.contains(form)), "`{method}` is no method");
    }
}
