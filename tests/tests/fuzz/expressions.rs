//! Expressions over the table of rules, against derivatives at high precision.

use crate::exact::{EPS, Exact, Number, Undecided, explained};
use crate::mostly_decided;
use crate::precise::{Big, big, binary, derivatives, near, unary};
use ad_forward::jacobian;
use ad_reverse::value_and_grad;
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
