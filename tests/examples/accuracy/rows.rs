//! A row of the table: a function by every mode and nesting, against its exact derivatives.

use crate::points::{Worst, points};
use crate::precise::{Big, big, derivatives};
use ad_forward::{Dual, jvp};
use ad_reverse::{Var, grad};
use ad_tests::reference::Program;

/// `operation` along direction `j` and then `i`: the second derivative by two nestings.
fn second(operation: &impl Program, x: &[f64], i: usize, j: usize) -> [f64; 2] {
    let unit = |k: usize| -> Vec<f64> { (0..x.len()).map(|n| f64::from(u8::from(n == k))).collect() };
    let lifted: Vec<_> = unit(j).into_iter().map(Dual::from_primal).collect();
    let inner = |x: &[Dual<f64, 1>]| jvp(|x: &[Dual<Dual<f64, 1>, 1>]| operation.eval(x), x, &lifted[..]).1;
    let forward = jvp(inner, x, &unit(i)[..]).1;
    let inner = |x: &[Dual<f64, 1>]| grad(|x: &[Var<Dual<f64, 1>>]| operation.eval(x), x)[j];
    [forward, jvp(inner, x, &unit(i)[..]).1]
}

pub(crate) fn of_one_variable(name: &str, operation: &impl Program, exact: impl Fn(&Big) -> Option<Big>) {
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

pub(crate) fn of_two_variables(
    name: &str,
    operation: &impl Program,
    exact: impl Fn(&Big, &Big) -> Option<Big>,
) {
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
                exact(&at[0], &at[1])
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
