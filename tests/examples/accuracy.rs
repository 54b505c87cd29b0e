//! Measures how accurate each function is, and writes `docs/ACCURACY.md`:
//!
//! ```text
//! cargo run --release -p ad-tests --example accuracy > docs/ACCURACY.md
//! ```

#[path = "../tests/precise/mod.rs"]
mod precise;

use ad_forward::{Dual, jvp};
use ad_reverse::{Var, grad};
use ad_tests::expressions::{SMOOTH, SMOOTH_BINARY};
use ad_tests::reference::{Expr, Program};
use precise::{Big, big, binary, derivatives, near, unary};

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
of `silu`, `gelu_tanh` and, at -1 and 1, `normal_pdf`, and the mixed one of `powf`.

This file is written by `cargo run --release -p ad-tests --example accuracy > docs/ACCURACY.md`.

| function | value | first | second | points |
|---|---|---|---|---|";

/// Numbers that are the same in every run.
struct Digits(u64);

impl Digits {
    /// In `[1, 2)`.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        1.0 + (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The points of one variable.
fn points() -> Vec<f64> {
    let mut digits = Digits(1);
    let mut points = Vec::new();
    for e in -40..10 {
        for sign in [1.0, -1.0] {
            points.extend((0..4).map(|_| sign * digits.next() * 2.0_f64.powi(e)));
            if e < 0 {
                points.extend([1.0, -1.0].map(|one| one + sign * digits.next() * 2.0_f64.powi(e)));
            }
        }
    }
    points
}

/// The largest errors of value, first and second derivative, and at how many points.
#[derive(Default)]
struct Worst {
    ulps: [f64; 3],
    points: usize,
}

impl Worst {
    fn see(&mut self, order: usize, exact: &Big, found: f64) {
        let size = near(exact).abs();
        if (4.0 * f64::MIN_POSITIVE..f64::MAX / 4.0).contains(&size) && found.is_finite() {
            let ulp = size.next_up() - size;
            let error = near(&((big(found) - exact) / big(ulp))).abs();
            self.ulps[order] = self.ulps[order].max(error);
        } else if size > 1e-300 && size < f64::MAX / 4.0 {
            self.ulps[order] = f64::INFINITY; // an exact result that is a number, and was not found
        }
    }

    fn print(&self, name: &str) {
        let show = |ulps: f64| if ulps < 100.0 { format!("{ulps:.2}") } else { format!("{ulps:.2e}") };
        let [value, first, second] = self.ulps.map(show);
        println!("| `{name}` | {value} | {first} | {second} | {} |", self.points);
    }
}

/// `operation` along direction `j` and then `i`: the second derivative by two nestings.
fn second(operation: &Expr, x: &[f64], i: usize, j: usize) -> [f64; 2] {
    let unit = |k: usize| -> Vec<f64> { (0..x.len()).map(|n| f64::from(u8::from(n == k))).collect() };
    let lifted: Vec<_> = unit(j).into_iter().map(Dual::from_primal).collect();
    let inner = |x: &[Dual<f64, 1>]| jvp(|x: &[Dual<Dual<f64, 1>, 1>]| operation.eval(x), x, &lifted[..]).1;
    let forward = jvp(inner, x, &unit(i)[..]).1;
    let inner = |x: &[Dual<f64, 1>]| grad(|x: &[Var<Dual<f64, 1>>]| operation.eval(x), x)[j];
    [forward, jvp(inner, x, &unit(i)[..]).1]
}

fn of_one_variable(name: &str, operation: &Expr, exact: impl Fn(&Big) -> Option<Big>) {
    let mut worst = Worst::default();
    for x in points() {
        let Some([value, first, curvature]) = derivatives(&exact, &big(x)) else { continue };
        worst.points += 1;
        worst.see(0, &value, operation.eval(&[x]));
        let by_forward = jvp(|x: &[Dual<f64, 1>]| operation.eval(x), &[x][..], &[1.0][..]).1;
        let by_reverse = grad(|x: &[Var<f64>]| operation.eval(x), &[x][..])[0];
        for found in [by_forward, by_reverse] {
            worst.see(1, &first, found);
        }
        for found in second(operation, &[x], 0, 0) {
            worst.see(2, &curvature, found);
        }
    }
    worst.print(name);
}

fn of_two_variables(name: &str, operation: &Expr) {
    let mut worst = Worst::default();
    let all = points();
    // Each point with another one: a fixed shuffle.
    for (k, &x) in all.iter().enumerate() {
        let at = [x, all[(k * 37 + 11) % all.len()]];
        let exact_at = at.map(big);
        let along = |i: usize, at: &[Big; 2]| {
            let moved = |x: &Big| {
                let mut at = at.clone();
                at[i] = x.clone();
                binary(name, &at[0], &at[1])
            };
            derivatives(moved, &at[i])
        };
        let (Some(by_x), Some(by_y)) = (along(0, &exact_at), along(1, &exact_at)) else { continue };
        let by_x_at = |y: &Big| along(0, &[exact_at[0].clone(), y.clone()]).map(|[_, first, _]| first);
        let Some([_, mixed, _]) = derivatives(by_x_at, &exact_at[1]) else { continue };
        worst.points += 1;
        worst.see(0, &by_x[0], operation.eval(&at));
        let by_reverse = grad(|x: &[Var<f64>]| operation.eval(x), &at[..]);
        for (i, exact) in [&by_x[1], &by_y[1]].into_iter().enumerate() {
            let unit = [f64::from(u8::from(i == 0)), f64::from(u8::from(i == 1))];
            let by_forward = jvp(|x: &[Dual<f64, 1>]| operation.eval(x), &at[..], &unit[..]).1;
            worst.see(1, exact, by_forward);
            worst.see(1, exact, by_reverse[i]);
        }
        for (i, j, exact) in [(0, 0, &by_x[2]), (1, 1, &by_y[2]), (1, 0, &mixed)] {
            for found in second(operation, &at, i, j) {
                worst.see(2, exact, found);
            }
        }
    }
    worst.print(name);
}

fn main() {
    println!("{HEAD}");
    let variables = |n: usize| (0..n).map(Expr::Variable).collect();
    for &name in SMOOTH {
        of_one_variable(name, &Expr::Call(name.to_owned(), variables(1)), |x| unary(name, x));
    }
    for n in [3, -2] {
        let operation = Expr::Powi(Box::new(Expr::Variable(0)), n);
        of_one_variable(&format!("powi({n})"), &operation, |x| {
            let power = (0..n.abs()).fold(big(1.0), |y, _| y * x);
            Some(if n > 0 { power } else { big(1.0) / power })
        });
    }
    for &name in SMOOTH_BINARY {
        of_two_variables(name, &Expr::Call(name.to_owned(), variables(2)));
    }
}
