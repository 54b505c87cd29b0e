//! Expressions over the table of rules: smooth ones against derivatives at high precision, and those over every
//! row in every mode against each other.

use crate::exact::{EPS, Exact, Number, Undecided, explained};
use crate::mostly_decided;
use crate::precise::{Big, big, binary, derivatives, near, unary};
use ad_core::Scalar;
use ad_forward::jacobian;
use ad_reverse::value_and_grad;
use ad_tests::reference::modes::{self, Forward};
use ad_tests::reference::{Expr, Program};
use ad_tests::{expressions, points};
use proptest::prelude::*;

impl Exact {
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
        let at: Vec<Big> = args.iter().map(|a| a.value.exact.clone()).collect();
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
        let mut error = EPS * near(&value).abs() + 4.0 * library.abs();
        let mut terms = Vec::new();
        for (a, arg) in args.iter().enumerate() {
            let [_, first, second] = along(a, &at).ok_or(Undecided)?;
            // How much rounding of the arguments moves the partial. A rule may be as far off as if its exact
            // argument had been rounded: next to a zero of the derivative, as that of silu, its terms cancel.
            let rounding = f64::EPSILON * arg.value.size();
            let mut moved = near(&second).abs() * arg.value.error.max(4.0 * rounding);
            for (b, other) in args.iter().enumerate().filter(|&(b, other)| b != a && other.value.error > 0.0)
            {
                let partial = |x: &Big| {
                    let mut at = at.clone();
                    at[b] = x.clone();
                    along(a, &at).map(|[_, first, _]| first)
                };
                let [_, mixed, _] = derivatives(partial, &at[b]).ok_or(Undecided)?;
                moved += near(&mixed).abs() * other.value.error;
            }
            let size = near(&first).abs();
            if moved > 1e-5 * size || arg.value.error > 1e-7 * arg.value.size() {
                return Err(Undecided);
            }
            error += size * arg.value.error;
            let partial = Number { exact: first, error: moved + EPS * size };
            terms.push(arg.gradient.iter().map(|tangent| &partial * tangent).collect::<Vec<_>>());
        }
        let gradient = (0..terms[0].len()).map(|i| terms.iter().map(|term| term[i].clone()).sum());
        let out = Self { gradient: gradient.collect(), value: Number { exact: value, error } };
        // Sums of smaller and larger numbers would lose the step of a difference, at this precision.
        let ordinary = |x: &Number| x.size() == 0.0 || (1e-24..1e24).contains(&x.size());
        if ordinary(&out.value) && out.gradient.iter().all(ordinary) { Ok(out) } else { Err(Undecided) }
    }

    fn of(expr: &Expr, x: &[Self]) -> Result<Self, Undecided> {
        let operation = |args: usize| (0..args).map(Expr::Variable).collect();
        match expr {
            Expr::Variable(i) => Ok(x[*i].clone()),
            Expr::Constant(c) => Ok(Self::constant(*c, x.len())),
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

proptest! {
    #![proptest_config(mostly_decided(0.5))]

    /// Expressions have the derivative that 512 bits give, in both modes.
    #[test]
    fn expressions_have_their_exact_gradient(
        f in expressions::smooth(4, 3), x in points::points(3, points::moderate()),
    ) {
        prop_assume!(x.iter().all(|&x| x == 0.0 || x.abs() > 1e-24));
        let Ok(exact) = Exact::of(&f, &Exact::variables(&x)) else { return Err(TestCaseError::reject("undecided")) };
        let (value, by_reverse) = value_and_grad(|x: &[_]| f.eval(x), &x[..]);
        prop_assert_eq!(value.to_bits(), f.eval(&x).to_bits());
        let by_forward = jacobian(|x| vec![f.eval(x)], &x);
        for (i, exact) in exact.gradient.iter().enumerate() {
            explained(&format!("dy/dx{i} by reverse mode"), by_reverse[i], exact)?;
            explained(&format!("dy/dx{i} by forward mode"), by_forward.as_slice()[i], exact)?;
        }
    }
}

/// How often a variable is used.
fn uses(f: &Expr, variable: usize) -> usize {
    match f {
        Expr::Variable(i) => usize::from(*i == variable),
        Expr::Constant(_) => 0,
        Expr::Powi(base, _) => uses(base, variable),
        Expr::Call(_, args) => args.iter().map(|arg| uses(arg, variable)).sum(),
    }
}

/// Whether a sign is asked of a NaN, which no language promises.
fn asks_nan_for_its_sign(f: &Expr, x: &[f64]) -> bool {
    match f {
        Expr::Variable(_) | Expr::Constant(_) => false,
        Expr::Powi(base, _) => asks_nan_for_its_sign(base, x),
        Expr::Call(name, args) => {
            (name == "copysign" && args[1].eval(x).is_nan())
                || args.iter().any(|arg| asks_nan_for_its_sign(arg, x))
        }
    }
}

/// How far rounding may move a gradient: `sum |p_1| .. |p_n|` over the paths from each variable, with local
/// partials `p`, to each of which is added what it changes by when its argument is rounded.
///
/// Infinite or NaN where a partial is; `None` where the range of an `f64` may be left on the way, or where a partial is
/// a number and its slope is not: what modes do there depends on the order in which they multiply.
fn reach(f: &Expr, x: &[f64]) -> Option<Vec<f64>> {
    let (args, operation) = match f {
        Expr::Variable(i) => return Some((0..x.len()).map(|j| f64::from(u8::from(j == *i))).collect()),
        Expr::Constant(_) => return Some(vec![0.0; x.len()]),
        Expr::Powi(base, n) => (vec![&**base], Expr::Powi(Box::new(Expr::Variable(0)), *n)),
        Expr::Call(name, args) => {
            (args.iter().collect(), Expr::Call(name.clone(), (0..args.len()).map(Expr::Variable).collect()))
        }
    };
    let values: Vec<f64> = args.iter().map(|arg| arg.eval(x)).collect();
    let local = modes::second::<Forward, Forward>(&operation, &values);
    let mut sum = vec![0.0; x.len()];
    for ((arg, &partial), slopes) in args.into_iter().zip(&local.gradient).zip(&local.hessian) {
        let reach = reach(arg, x)?;
        if reach.iter().all(|&r| r == 0.0) {
            continue; // a constant
        }
        let rounded =
            slopes.iter().zip(&values).map(|(slope, x)| slope.strong_product(*x).abs()).sum::<f64>();
        let ordinary = |x: f64| x == 0.0 || (1e-12..1e12).contains(&x.abs());
        if partial.is_finite() && !(ordinary(partial) && rounded < 1e12) {
            return None;
        }
        let partial = if partial.is_finite() { partial.abs() + rounded } else { partial.abs() };
        sum.iter_mut().zip(reach).for_each(|(sum, reach)| *sum += partial.strong_product(reach));
    }
    Some(sum)
}

proptest! {
    #![proptest_config(mostly_decided(1.0))]

    /// Every row, at kinks, steps and singular points too: all modes and nestings have the same value and gradient.
    #[test]
    fn expressions_have_one_gradient(
        f in expressions::any(4, 3), x in points::points(3, points::moderate()),
    ) {
        prop_assume!(!asks_nan_for_its_sign(&f, &x));
        let (plain, reach) = (f.eval(&x), reach(&f, &x));
        let found: Vec<_> = modes::all().into_iter().map(|(mode, run)| (mode, run(&f, &x))).collect();
        for (mode, found) in &found {
            let same = found.value.to_bits() == plain.to_bits() || (found.value.is_nan() && plain.is_nan());
            prop_assert!(same, "the value by {mode} is {}, not {plain}", found.value);
        }
        let Some(reach) = reach else { return Err(TestCaseError::reject("undecided")) };
        let (first, others) = found.split_first().expect("there are modes");
        for (mode, other) in others {
            for (i, (&a, &b)) in first.1.gradient.iter().zip(&other.gradient).enumerate() {
                // Of two paths that meet, forward mode sees their sum before an infinite partial, reverse mode after it.
                if !reach[i].is_finite() && uses(&f, i) > 1 {
                    continue;
                }
                let same = a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 64.0 * EPS * reach[i];
                prop_assert!(same, "dy/dx{i} is {a:e} by {}, and {b:e} by {mode}; reach {:e}", first.0, reach[i]);
            }
        }
    }
}
