//! Laws between the ways to compute a derivative.

use super::violation::{At, largest};
use super::{Laws, Violation, direction};
use ad_core::{Function, Scalar, VectorFunction};
use ad_forward::{CHUNK, Dual, jacobian_by_chunks, jvp};
use ad_reverse::{Var, grad, vjp};

type Nested = Dual<f64, 1>;

impl Laws {
    pub(super) fn at<'a>(&self, law: &'static str, input: &'a [f64]) -> At<'a> {
        At { law, input, tolerance: self.tolerance }
    }

    /// The value is bit for bit that of the `f64` run, in every mode and nesting.
    ///
    /// # Errors
    ///
    /// The first value that is not.
    pub fn primal_bits<F: VectorFunction>(&self, f: &F, x: &[f64]) -> Result<(), Violation> {
        let at = self.at("bit-equal primal", x);
        let plain = f.call(x);
        let check = |mode: &str, values: Vec<f64>| {
            let (left, right) = (plain.len() as f64, values.len() as f64);
            at.within(|| "the number of results".to_owned(), ("by f64", left), (mode, right), 0.0)?;
            for (i, (&a, &b)) in plain.iter().zip(&values).enumerate() {
                if a.to_bits() != b.to_bits() && !(a.is_nan() && b.is_nan()) {
                    return Err(at.violation(format!("y[{i}]"), ("by f64", a), (mode, b), 0.0));
                }
            }
            Ok(())
        };
        fn primals<S: Scalar<Real = f64>>(y: &[S]) -> Vec<f64> {
            y.iter().map(|y| y.primal()).collect()
        }
        fn duals<T: Scalar, const N: usize>(x: &[T]) -> Vec<Dual<T, N>> {
            x.iter().enumerate().map(|(i, &x)| Dual::variable(x, i % N)).collect()
        }
        check("by Dual<f64, 1>", primals(&f.call(&duals::<f64, 1>(x))))?;
        check("by Dual<f64, 8>", primals(&f.call(&duals::<f64, CHUNK>(x))))?;
        check("by Var<f64>", vjp(|x| f.call(x), x).0)?;
        let dual = duals::<f64, 1>(x);
        check("by Dual<Dual<f64, 1>, 1>", primals(&f.call(&duals::<Nested, 1>(&dual))))?;
        check("by Var<Dual<f64, 1>>", primals(&vjp(|x| f.call(x), dual.as_slice()).0))?;
        let recorded =
            vjp(|x: &[Var<f64>]| f.call(&duals::<_, 1>(x)).iter().map(|y| y.primal).collect::<Vec<_>>(), x);
        check("by Dual<Var<f64>, 1>", recorded.0)?;
        check("by Var<Var<f64>>", vjp(|x: &[Var<f64>]| vjp(|x| f.call(x), x).0, x).0)
    }

    /// Forward mode, reverse mode and all nestings of the two compute the same Jacobian.
    ///
    /// # Errors
    ///
    /// The first entry in which two of them differ.
    pub fn modes_agree<F: VectorFunction>(&self, f: &F, x: &[f64]) -> Result<(), Violation> {
        let at = self.at("modes agree", x);
        let n = x.len().max(1);
        let all = jacobians(f, x);
        let (first, reference) = &all[0];
        for (mode, other) in &all {
            let (first, mode) = (format!("by {first}"), format!("by {mode}"));
            let count = |x: &[f64]| (x.len() / n) as f64;
            let counts = ((&*first, count(reference)), (&*mode, count(other)));
            at.within(|| "the number of results".to_owned(), counts.0, counts.1, 0.0)?;
            for (i, (a, b)) in reference.chunks(n).zip(other.chunks(n)).enumerate() {
                at.all_close(|j| format!("dy[{i}]/dx[{j}]"), (&first, a), (&mode, b))?;
            }
        }
        Ok(())
    }

    /// `<w, J v> = <J^T w, v>`: the pullback is the transpose of the pushforward.
    ///
    /// # Errors
    ///
    /// If the two differ.
    pub fn duality<F: VectorFunction>(
        &self,
        f: &F,
        x: &[f64],
        v: &[f64],
        w: &[f64],
    ) -> Result<(), Violation> {
        let at = self.at("<w, J v> = <J^T w, v>", x);
        let (forward, reverse) = (pushed(f, x, v), pulled(f, x, w));
        let terms = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).collect::<Vec<_>>();
        let (left, right) = (terms(w, &forward), terms(&reverse, v));
        let scale = largest(&left).max(largest(&right));
        let sums = (left.iter().sum(), right.iter().sum());
        at.close(
            || format!("w = {w:?}, v = {v:?}: the product"),
            ("<w, J v>", sums.0),
            ("<J^T w, v>", sums.1),
            scale,
        )
    }

    /// `J (2 v - v' / 2) = 2 J v - J v' / 2` for another direction `v'`, and the same for `J^T` and `w`.
    ///
    /// # Errors
    ///
    /// The first component in which the two sides differ.
    pub fn linearity<F: VectorFunction>(
        &self,
        f: &F,
        x: &[f64],
        v: &[f64],
        w: &[f64],
    ) -> Result<(), Violation> {
        let combined =
            |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| 2.0 * a - 0.5 * b).collect::<Vec<_>>();
        let check = |law, name: &str, map: &dyn Fn(&[f64]) -> Vec<f64>, a: &[f64]| {
            let at = self.at(law, x);
            let b = direction(a.len(), 5);
            let (by_a, by_b) = (map(a), map(&b));
            let (left, right) = (map(&combined(a, &b)), combined(&by_a, &by_b));
            let scale = largest(&by_a).max(largest(&by_b));
            for (i, (&left, &right)) in left.iter().zip(&right).enumerate() {
                let (of_sum, sum) = (("of the combination", left), ("combination of both", right));
                at.close(|| format!("{name}[{i}]"), of_sum, sum, scale)?;
            }
            Ok(())
        };
        check("jvp is linear", "J v", &|v| pushed(f, x, v), v)?;
        check("vjp is linear", "J^T w", &|w| pulled(f, x, w), w)
    }

    /// The Hessian is symmetric, and the same by forward over forward, forward over reverse, reverse over
    /// forward and reverse over reverse; so is the gradient that each of them passes through.
    ///
    /// # Errors
    ///
    /// The first entry that breaks this.
    pub fn hessian<F: Function>(&self, f: &F, x: &[f64]) -> Result<(), Violation> {
        let at = self.at("Hessian", x);
        let n = x.len();
        let all = hessians(f, x);
        let (first, reference) = &all[0];
        for (mode, hessian) in &all {
            at.all_close(
                |k| format!("d2y/dx[{}]dx[{}]", k / n, k % n),
                (&format!("by {first}"), reference),
                (&format!("by {mode}"), hessian),
            )?;
            let scale = largest(hessian);
            for (i, j) in (0..n).flat_map(|i| (0..i).map(move |j| (i, j))) {
                let (a, b) = (hessian[i * n + j], hessian[j * n + i]);
                let names = (format!("d/dx[{i}] of d/dx[{j}], by {mode}"), format!("d/dx[{j}] of d/dx[{i}]"));
                at.close(|| format!("d2y/dx[{i}]dx[{j}]"), (&names.0, a), (&names.1, b), scale)?;
            }
        }
        Ok(())
    }
}

fn unit(len: usize, i: usize) -> Vec<f64> {
    let mut unit = vec![0.0; len];
    unit[i] = 1.0;
    unit
}

/// `J v`
fn pushed<F: VectorFunction>(f: &F, x: &[f64], v: &[f64]) -> Vec<f64> {
    jvp(|x: &[Dual<f64, 1>]| f.call(x), x, v).1
}

/// `J^T w`
fn pulled<F: VectorFunction>(f: &F, x: &[f64], w: &[f64]) -> Vec<f64> {
    vjp(|x| f.call(x), x).1.call(w)
}

/// The Jacobian (row-major) by every mode and nesting of modes, with its name.
///
/// ```
/// use ad_core::function;
/// use ad_tests::laws::jacobians;
///
/// let f = function!(|x: &[S]| -> Vec<S> { vec![x[0] * x[1]] });
/// assert!(jacobians(&f, &[2.0, 3.0]).iter().all(|(_, jacobian)| jacobian == &[3.0, 2.0]));
/// ```
pub fn jacobians<F: VectorFunction>(f: &F, x: &[f64]) -> [(&'static str, Vec<f64>); 8] {
    let by_rows = || {
        let (y, mut pullback) = vjp(|x| f.call(x), x);
        (0..y.len()).flat_map(|i| pullback.call(&unit(y.len(), i))).collect()
    };
    // Nestings: the outer mode moves the point too, and is then looked away from.
    let moved: Vec<Nested> = x.iter().zip(direction(x.len(), 4)).map(|(&x, v)| Dual::new(x, [v])).collect();
    let primals = |j: ad_core::Matrix<Nested>| j.as_slice().iter().map(|j| j.primal).collect();
    let forward = |x: &[Var<f64>]| jacobian_by_chunks::<Var<f64>, 1>(|x| f.call(x), x).as_slice().to_vec();
    let reverse = |x: &[Var<f64>]| ad_reverse::jacobian(|x| f.call(x), x).as_slice().to_vec();
    [
        ("forward mode", jacobian_by_chunks::<f64, 1>(|x| f.call(x), x).as_slice().to_vec()),
        (
            "forward mode, 8 directions",
            jacobian_by_chunks::<f64, CHUNK>(|x| f.call(x), x).as_slice().to_vec(),
        ),
        ("reverse mode, one sweep", ad_reverse::jacobian(|x| f.call(x), x).as_slice().to_vec()),
        ("reverse mode, row by row", by_rows()),
        ("forward over forward", primals(jacobian_by_chunks::<Nested, 1>(|x| f.call(x), &moved))),
        ("forward over reverse", primals(ad_reverse::jacobian(|x| f.call(x), &moved))),
        ("reverse over forward", vjp(forward, x).0),
        ("reverse over reverse", vjp(reverse, x).0),
    ]
}

/// The Hessian (row-major) by every nesting of modes, with its name; row `i` by moving `x[i]` in the outer mode.
pub fn hessians<F: Function>(f: &F, x: &[f64]) -> [(&'static str, Vec<f64>); 4] {
    let n = x.len();
    let forward_gradient =
        |x: &[Nested]| jacobian_by_chunks::<Nested, 1>(|x| vec![f.call(x)], x).as_slice().to_vec();
    let forward_over_forward = jacobian_by_chunks::<f64, 1>(forward_gradient, x);
    let forward_over_reverse = jacobian_by_chunks::<f64, 1>(|x| grad(|x| f.call(x), x), x);
    let forward_gradient =
        |x: &[Var<f64>]| jacobian_by_chunks::<Var<f64>, 1>(|x| vec![f.call(x)], x).as_slice().to_vec();
    let reverse_over_forward = ad_reverse::jacobian(forward_gradient, x);
    let reverse_over_reverse = ad_reverse::jacobian(|x| grad(|x| f.call(x), x), x);
    // The Jacobian of the gradient has the gradient's component as its row; the outer mode moves columns.
    let by_rows =
        |j: ad_core::Matrix<f64>| (0..n * n).map(|k| j.as_slice()[(k % n) * n + k / n]).collect::<Vec<_>>();
    [
        ("forward over forward", by_rows(forward_over_forward)),
        ("forward over reverse", by_rows(forward_over_reverse)),
        ("reverse over forward", by_rows(reverse_over_forward)),
        ("reverse over reverse", by_rows(reverse_over_reverse)),
    ]
}
