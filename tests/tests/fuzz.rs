//! Random programs, expressions and files, for as long as one likes.
//!
//! Each property runs a few cases with the other tests; CONTRIBUTING.md says how to run it for hours.

mod precise;

use ad_forward::jacobian;
use ad_reverse::value_and_grad;
use ad_tests::laws::{self, Laws, Tolerance};
use ad_tests::reference::{Expr, Program};
use ad_tests::{expressions, points, programs};
use precise::{Big, big, binary, derivatives, near, unary};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::Config;
use rnn::case::CaseFile;
use rnn::credit::{Case, Mode};
use serde_json::{Value, json};
use std::slice::from_ref;

/// In bits.
const PRECISION: usize = 512;

/// How many roundings a rule may make, in value or partial, each half a unit in the last place.
const ROUNDINGS: f64 = 64.0;

/// What a difference at 512 bits loses, such as the slope of `tanh` at 200.
const LOST: f64 = 1e-60;

/// A number with its gradient at high precision, and how far rounding may move an `f64`'s from them, to
/// first order.
#[derive(Clone)]
struct Exact {
    value: Big,
    gradient: Vec<Big>,
    value_error: f64,
    gradient_error: Vec<f64>,
}

/// Why an expression cannot be judged at a point: it leaves a domain or the range of an `f64`, or rounding
/// alone may move it by more than first order tells.
struct Undecided;

impl Exact {
    fn leaf(value: f64, gradient: Vec<Big>) -> Self {
        let gradient_error = vec![0.0; gradient.len()];
        Self { value: big(value), gradient, value_error: 0.0, gradient_error }
    }

    /// `f` of these numbers by the chain rule, whose partials are differences of `f`:
    ///
    /// ```text
    /// error of y        = sum_a |f_a| error of a + rounding of y
    /// error of dy/dx_i  = sum_a |f_a| error of da/dx_i + sum_ab |f_ab da/dx_i| error of b + rounding of each term
    /// ```
    ///
    /// The standard library's values are not ours to judge: `operation` measures how far they are off.
    fn applied(
        args: &[&Self],
        operation: &Expr,
        f: impl Fn(&[Big]) -> Option<Big>,
    ) -> Result<Self, Undecided> {
        let at: Vec<Big> = args.iter().map(|a| a.value.clone()).collect();
        let along = |k: usize, at: &[Big]| {
            let moved = |x: &Big| {
                let mut at = at.to_vec();
                at[k] = x.clone();
                f(&at)
            };
            derivatives(moved, &at[k])
        };
        let value = f(&at).ok_or(Undecided)?;
        let plain: Vec<f64> = at.iter().map(near).collect();
        let nearby: Vec<Big> = plain.iter().map(|&x| big(x)).collect();
        let library = near(&f(&nearby).ok_or(Undecided)?) - operation.eval(&plain);
        let eps = ROUNDINGS * f64::EPSILON;
        let mut out = Self {
            gradient: vec![big(0.0); args[0].gradient.len()],
            value_error: eps * near(&value).abs() + 4.0 * library.abs(),
            gradient_error: vec![0.0; args[0].gradient.len()],
            value,
        };
        for (a, arg) in args.iter().enumerate() {
            let [_, first, second] = along(a, &at).ok_or(Undecided)?;
            // How much rounding of the arguments moves the partial. A rule may be as far off as if its exact
            // argument had been rounded: next to a zero of the derivative, as that of silu, its terms cancel.
            let rounding = f64::EPSILON * near(&arg.value).abs();
            let mut moved = near(&second).abs() * arg.value_error.max(4.0 * rounding);
            for (b, other) in args.iter().enumerate().filter(|&(b, other)| b != a && other.value_error > 0.0)
            {
                let partial = |x: &Big| {
                    let mut at = at.clone();
                    at[b] = x.clone();
                    along(a, &at).map(|[_, first, _]| first)
                };
                let [_, mixed, _] = derivatives(partial, &at[b]).ok_or(Undecided)?;
                moved += near(&mixed).abs() * other.value_error;
            }
            let size = near(&first).abs();
            if moved > 1e-5 * size || arg.value_error > 1e-7 * near(&arg.value).abs() {
                return Err(Undecided);
            }
            out.value_error += size * arg.value_error;
            for (i, tangent) in arg.gradient.iter().enumerate() {
                let term = &first * tangent;
                out.gradient_error[i] +=
                    size * arg.gradient_error[i] + moved * near(tangent).abs() + eps * near(&term).abs();
                out.gradient[i] = &out.gradient[i] + term;
            }
        }
        // Sums of smaller and larger numbers would lose the step of a difference, at this precision.
        let ordinary = |x: &Big| near(x) == 0.0 || (1e-24..1e24).contains(&near(x).abs());
        if ordinary(&out.value) && out.gradient.iter().all(ordinary) { Ok(out) } else { Err(Undecided) }
    }

    fn of(expr: &Expr, x: &[Self]) -> Result<Self, Undecided> {
        let operation = |args: usize| (0..args).map(Expr::Variable).collect();
        match expr {
            Expr::Variable(i) => Ok(x[*i].clone()),
            Expr::Constant(c) => Ok(Self::leaf(*c, vec![big(0.0); x.len()])),
            Expr::Powi(base, n) => {
                let operation = Expr::Powi(Box::new(Expr::Variable(0)), *n);
                Self::applied(&[&Self::of(base, x)?], &operation, |x| {
                    let power = (0..n.abs()).fold(big(1.0), |y, _| y * &x[0]);
                    if *n >= 0 { Some(power) } else { (power != big(0.0)).then(|| big(1.0) / power) }
                })
            }
            Expr::Call(name, args) => {
                let operation = Expr::Call(name.clone(), operation(args.len()));
                match args.as_slice() {
                    [a] => Self::applied(&[&Self::of(a, x)?], &operation, |x| unary(name, &x[0])),
                    [a, b] => {
                        let args = [&Self::of(a, x)?, &Self::of(b, x)?];
                        Self::applied(&args, &operation, |x| binary(name, &x[0], &x[1]))
                    }
                    _ => unreachable!("one or two arguments"),
                }
            }
        }
    }
}

/// Whether rounding explains the distance between what a mode found and what is exact.
fn explained(mode: &str, found: &[f64], exact: &Exact) -> Result<(), TestCaseError> {
    for (i, &found) in found.iter().enumerate() {
        let (expected, allowed) = (near(&exact.gradient[i]), exact.gradient_error[i]);
        let off = (found - expected).abs();
        prop_assert!(
            off <= allowed + LOST,
            "{mode}: dy/dx{i} is {found:e}, exactly {expected:e}; off by {off:e}, rounding explains {allowed:e}"
        );
    }
    Ok(())
}

/// A case file in which everything fits, with any numbers.
fn good_case() -> impl Strategy<Value = Value> {
    let sizes = (1..4_usize, 1..4_usize, 1..4_usize, 1..5_usize);
    let kinds = (
        select(vec!["tanh", "sigmoid", "relu", "identity"]),
        select(vec![("identity", "squared"), ("sigmoid", "squared"), ("softmax", "cross_entropy")]),
        prop_oneof![Just(1.0), 1e-300..1.0_f64],
    );
    (sizes, kinds).prop_flat_map(|((n, d, m, steps), (f, (g, loss), alpha))| {
        let numbers = |len| points::points(len, points::any_number());
        let rows = move |rows, cols| proptest::collection::vec(numbers(cols), rows);
        let params = (rows(d, d), rows(d, n), numbers(d), rows(m, d), numbers(m));
        (params, rows(steps, n), rows(steps, m)).prop_map(
            move |((w_rec, w_in, b_rec, w_out, b_out), x, y_target)| {
                json!({
                    "format": "rnn-case-1", "n": n, "d": d, "m": m, "T": steps,
                    "alpha": alpha, "f": f, "g": g, "loss": loss,
                    "params": {"W_rec": w_rec, "W_in": w_in, "b_rec": b_rec, "W_out": w_out, "b_out": b_out},
                    "x": x, "y_target": y_target,
                })
            },
        )
    })
}

/// What is put in the place of a part of a text.
const SNIPPETS: &[&str] = &[
    "",
    "null",
    "[",
    "]",
    "{",
    "}",
    "\"",
    ",",
    ":",
    "-",
    "0",
    "1",
    "-0.0",
    "1e999",
    "1e-400",
    "NaN",
    "-inf",
    "\n",
    "\0",
    "\u{e9}",
    "\\u0000",
    "18446744073709551616",
    "-1",
    "0.5",
    "[]",
    "{}",
    "\"T\":2,",
    "\"x\":[[1]],",
    "true",
];

/// A text with some of its parts replaced: by a snippet, or by another part of it.
fn damaged(mut text: String, edits: &[(Index, usize, Option<usize>, Index)]) -> String {
    for (at, len, snippet, from) in edits {
        let boundary = |i: usize| (0..=i).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
        let start = boundary(at.index(text.len() + 1));
        let end = boundary((start + len).min(text.len())).max(start);
        let other = boundary(from.index(text.len() + 1));
        let copied = text[other..boundary((other + 2 * len).min(text.len())).max(other)].to_owned();
        let put = snippet.map_or(copied.as_str(), |k| SNIPPETS[k % SNIPPETS.len()]);
        text.replace_range(start..end, put);
    }
    text
}

proptest! {
    #![proptest_config(Config { max_global_rejects: u32::MAX, ..ad_tests::cases(64) })]

    /// Scalars and arrays, smooth or not: every mode and nesting has the same Jacobian and Hessian.
    #[test]
    fn programs_have_one_derivative(
        program in programs::any_program(40), x in points::points_of(0..=5, points::moderate()),
    ) {
        let laws = Laws { tolerance: Tolerance { relative: 1e-8, absolute: 1e-10 } };
        laws.vector_function(&program, &x)?;
        laws.hessian(&program, &x)?;
    }

    /// Whatever the numbers are, every mode computes the same primal.
    #[test]
    fn programs_have_one_primal(
        program in programs::any_program(40), x in points::points_of(1..=5, points::any_number()),
    ) {
        laws::primal_bits(&program, &x)?;
    }

    /// Expressions have the derivative that 512 bits give, in both modes.
    #[test]
    fn expressions_have_their_exact_gradient(
        f in expressions::smooth(4, 3), x in points::points(3, points::moderate()),
    ) {
        let variables: Vec<Exact> = (0..x.len())
            .map(|i| Exact::leaf(x[i], (0..x.len()).map(|j| big(f64::from(u8::from(i == j)))).collect()))
            .collect();
        prop_assume!(x.iter().all(|&x| x == 0.0 || x.abs() > 1e-24));
        let Ok(exact) = Exact::of(&f, &variables) else { return Err(TestCaseError::reject("undecided")) };
        let (value, by_reverse) = value_and_grad(|x: &[_]| f.eval(x), &x[..]);
        prop_assert_eq!(value.to_bits(), f.eval(&x).to_bits());
        let by_forward = jacobian(|x| vec![f.eval(x)], &x);
        explained("reverse mode", &by_reverse, &exact)?;
        explained("forward mode", by_forward.as_slice(), &exact)?;
    }

    /// A case file that is in order is read as it stands; a damaged one gives a case in which everything
    /// fits, or an error of one line. Nothing panics, also not what is computed from what was read.
    #[test]
    fn case_files_are_read_or_refused(
        case in good_case(),
        edits in proptest::collection::vec(any::<(Index, u8, Option<u8>, Index)>(), 0..4),
    ) {
        let whole = edits.is_empty();
        let edits: Vec<_> = edits
            .into_iter()
            .map(|(at, len, snippet, from)| (at, usize::from(len % 12), snippet.map(usize::from), from))
            .collect();
        let text = damaged(case.to_string(), &edits);
        match text.parse::<CaseFile>() {
            Ok(read) => {
                let fits = |rows: &[Vec<f64>], [height, width]: [usize; 2]| {
                    rows.len() == height
                        && rows.iter().all(|row| row.len() == width && row.iter().all(|x| x.is_finite()))
                };
                let p = &read.params;
                prop_assert!(fits(&p.w_rec, [read.d; 2]) && fits(&p.w_in, [read.d, read.n]));
                prop_assert!(fits(&p.w_out, [read.m, read.d]));
                prop_assert!(fits(from_ref(&p.b_rec), [1, read.d]) && fits(from_ref(&p.b_out), [1, read.m]));
                prop_assert!(fits(&read.x, [read.steps, read.n]) && fits(&read.y_target, [read.steps, read.m]));
                if whole {
                    prop_assert_eq!(json!(read.x), case["x"].clone());
                    prop_assert_eq!(json!(p.w_rec), case["params"]["W_rec"].clone());
                }
                let case = Case::from(&read);
                for mode in [Mode::Bptt, Mode::Rtrl, Mode::Window(2)] {
                    // Numbers may overflow; that is then an error, of one line too.
                    if let Err(error) = case.gradient(mode).to_json() {
                        prop_assert_eq!(error.to_string().lines().count(), 1);
                    }
                }
            }
            Err(error) => {
                prop_assert!(!whole, "a good case was refused: {error}");
                prop_assert_eq!(error.to_string().lines().count(), 1, "{}", error);
            }
        }
    }
}
