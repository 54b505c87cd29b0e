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

fn source(file: &str) -> String {
    let core = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../ad-core/src");
    std::fs::read_to_string(core.join(file)).expect(file)
}

/// The names in the list of what a number can do, on the page of the crate.
fn methods_on_the_page() -> Vec<String> {
    let page = source("lib.rs");
    let (_, listed) = page.split_once("//! | of [`Scalar`] | |").expect("the list of methods");
    let (listed, _) = listed.split_once("//!\n").expect("its end");
    let names = listed.split('`').skip(1).step_by(2).flat_map(str::split_whitespace);
    names.filter(|name| name.len() > 1 && *name != "Array").map(str::to_owned).collect()
}

#[test]
fn every_method_on_the_page_of_the_crate_is_there() {
    let sources = ["scalar.rs", "array/mod.rs", "rules/table.rs"].map(source).concat();
    let methods = methods_on_the_page();
    assert!(methods.len() > 70, "{} methods were found", methods.len());
    for method in methods {
        // By hand, or by a row of the table.
        let there = ["fn NAME(", "fn NAME<", " NAME {"].map(|form| form.replace("NAME", &method));
        assert!(there.iter().any(|form| sources.contains(form)), "`{method}` is no method");
    }
}

/// The methods of the rows, without those that the documentation hides.
macro_rules! methods_of_rows {
    ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $by_x:tt $last:tt $([$($of_two:tt)*])? $($kernel:ident)?;)*) => {
        [$((stringify!($method), stringify!($(#[$doc])*))),*]
            .into_iter().filter(|(_, docs)| !docs.contains("doc(hidden)")).map(|(method, _)| method)
    };
}

#[test]
fn every_function_of_a_scalar_is_on_the_page_of_the_crate() {
    /// What is no function: a number comes in or goes out, or is asked for its kind.
    const OTHERS: [&str; 6] = ["constant", "primal", "lit", "with_primal", "is_all_finite", "is_strong_zero"];

    let page = methods_on_the_page();
    let text = source("scalar.rs");
    let (_, text) = text.split_once("\npub trait Scalar:").expect("the trait");
    let (text, _) = text.split_once("\n}\n").expect("its end");
    // Before each method stand the one before, an empty line, and its own documentation.
    let pieces: Vec<&str> = text.split("\n    fn ").collect();
    let by_hand =
        pieces.windows(2).filter(|pair| !pair[0].rsplit("\n\n").next().unwrap().contains("doc(hidden)"));
    let by_hand = by_hand.map(|pair| pair[1].split(['(', '<']).next().unwrap());
    let by_hand: Vec<_> = by_hand.filter(|method| !OTHERS.contains(method)).collect();
    assert!(by_hand.len() >= 15, "{by_hand:?} were found");
    let rows = unary_table!(methods_of_rows)
        .chain(special_table!(methods_of_rows))
        .chain(binary_table!(methods_of_rows));
    for method in by_hand.into_iter().chain(rows) {
        assert!(page.iter().any(|listed| listed == method), "`{method}` is not on the page");
    }
}
