//! Laws between a derivative and its function, for functions that are smooth around the point.

use super::violation::{At, largest};
use super::{Laws, Violation};
use ad_core::Function;
use ad_forward::{Dual, jvp};
use ad_reverse::grad;

/// What may be rounding in a remainder, relative to the numbers that it is a difference of.
const ROUNDING: f64 = 4096.0 * f64::EPSILON;

impl Laws {
    /// The gradient is that of a central difference, component by component.
    ///
    /// The step is halved until two differences agree best; their disagreement is the allowance, so a
    /// gradient that is wrong by more than about `1e-7` is seen.
    ///
    /// # Errors
    ///
    /// The first component that differs.
    pub fn central_difference<F: Function>(&self, f: &F, x: &[f64]) -> Result<(), Violation> {
        let at = self.at("central difference", x);
        let gradient = grad(|x| f.call(x), x);
        let value = f.call(x).abs();
        for (i, &derivative) in gradient.iter().enumerate() {
            let difference = |h: f64| {
                let moved = |h: f64| {
                    let mut x = x.to_vec();
                    x[i] += h;
                    (x[i], f.call(&x))
                };
                let ((right, above), (left, below)) = (moved(h), moved(-h));
                (above - below) / (right - left)
            };
            let (found, spread) = extrapolated(difference, x[i].abs().max(1.0));
            let rounding = 1e-9 * (value + derivative.abs()).max(f64::MIN_POSITIVE);
            at.within(
                || format!("dy/dx[{i}]"),
                ("by the derivative", derivative),
                ("by a central difference", found),
                10.0 * spread + rounding,
            )?;
        }
        Ok(())
    }

    /// `f(x + h v) - f(x) - h <grad f, v>` shrinks like `h^2` when `h` is halved.
    ///
    /// For functions of numbers around 1: remainders below `1e-12` are taken for rounding.
    ///
    /// # Errors
    ///
    /// If it shrinks more slowly, along `v` and along `-v`, while it is larger than the rounding of `f`: the gradient is wrong.
    pub fn taylor_2<F: Function>(&self, f: &F, x: &[f64], v: &[f64]) -> Result<(), Violation> {
        let slope = jvp(|x: &[Dual<f64, 1>]| f.call(x), x, v).1;
        remainder_shrinks(self.at("Taylor remainder of order 2", x), 2, f, v, [slope, 0.0])
    }

    /// `f(x + h v) - f(x) - h <grad f, v> - h^2 <v, H v> / 2` shrinks like `h^3` when `h` is halved.
    ///
    /// For functions of numbers around 1: remainders below `1e-12` are taken for rounding.
    ///
    /// # Errors
    ///
    /// If it shrinks more slowly, along `v` and along `-v`, while it is larger than the rounding of `f`: a derivative is wrong.
    pub fn taylor_3<F: Function>(&self, f: &F, x: &[f64], v: &[f64]) -> Result<(), Violation> {
        let slope = |x: &[Dual<f64, 1>]| {
            let v: Vec<_> = v.iter().map(|&v| Dual::from_primal(v)).collect();
            jvp(|x: &[Dual<Dual<f64, 1>, 1>]| f.call(x), x, v.as_slice()).1
        };
        let (slope, curvature) = jvp(slope, x, v);
        remainder_shrinks(self.at("Taylor remainder of order 3", x), 3, f, v, [slope, curvature])
    }
}

/// Central differences for smaller and smaller steps, extrapolated: the value where two neighbours agree
/// best, and by how much they do.
fn extrapolated(difference: impl Fn(f64) -> f64, scale: f64) -> (f64, f64) {
    let steps = (4..18).map(|k| scale * 0.5_f64.powi(k));
    let raw: Vec<f64> = steps.map(difference).collect();
    let better: Vec<f64> = raw.windows(2).map(|d| (4.0 * d[1] - d[0]) / 3.0).collect();
    let spreads = better.windows(2).map(|d| (d[1], (d[1] - d[0]).abs()));
    spreads.filter(|s| s.1.is_finite()).min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((f64::NAN, f64::NAN))
}

fn remainder_shrinks<F: Function>(
    at: At<'_>,
    order: i32,
    f: &F,
    v: &[f64],
    [slope, curvature]: [f64; 2],
) -> Result<(), Violation> {
    let Some((rate, finest)) = power(at.input, f, v, [slope, curvature]) else {
        return Ok(()); // nothing to speak of remains
    };
    let needed = f64::from(order) - 0.5;
    // Where its first two terms cancel, a right remainder grows for a while as `h` is halved. On the other side of the point
    // they do not, and a wrong one is wrong on both.
    let back: Vec<f64> = v.iter().map(|v| -v).collect();
    let other = || power(at.input, f, &back, [-slope, curvature]);
    if rate >= needed || other().is_some_and(|(rate, _)| rate >= needed) {
        return Ok(());
    }
    let component = format!("v = {v:?}: the power of h, down to h = 2^-{finest},");
    Err(at.violation(component, ("measured", rate), ("the least allowed", needed), 0.0))
}

/// With which power of `h` the remainder of `f(x + h v)` shrinks, and down to which `h = 2^-k` it is seen.
fn power<F: Function>(x: &[f64], f: &F, v: &[f64], [slope, curvature]: [f64; 2]) -> Option<(f64, usize)> {
    let value = f.call(x);
    let reach: f64 = grad(|x| f.call(x), x).iter().zip(x).map(|(g, x)| (g * x).abs()).sum();
    let remainders = (3..40).map(|k| {
        let h = 0.5_f64.powi(k);
        let moved: Vec<f64> = x.iter().zip(v).map(|(x, v)| x + h * v).collect();
        let there = f.call(&moved);
        let remainder = (there - value - h * slope - 0.5 * h * h * curvature).abs();
        // Below this it would be rounding, of `f` or of `x + h v`, that is looked at.
        let floor = ROUNDING * largest(&[there, value, h * slope, reach, 1.0]);
        (remainder, remainder > floor || remainder.is_nan())
    });
    // Up to the last one that can be seen: one before it may be small by chance, where two terms cancel.
    let mut seen: Vec<(f64, bool)> = remainders.collect();
    seen.truncate(seen.iter().rposition(|&(_, visible)| visible).map_or(0, |last| last + 1));
    let seen: Vec<f64> = seen.into_iter().map(|(remainder, _)| remainder).collect();
    if seen.len() < 4 {
        return None;
    }
    let rates = seen.windows(2).map(|r| (r[0] / r[1]).log2());
    let mut finest: Vec<f64> = rates.rev().take(5).collect();
    finest.sort_by(f64::total_cmp);
    Some((finest[finest.len() / 2], seen.len() + 2))
}
