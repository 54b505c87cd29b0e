//! One function, every way to its derivatives: they agree, and their costs differ with the shape.

use ad_core::Scalar;
use ad_forward::jvp;
use ad_reverse::{grad, vjp};
use std::time::Instant;

/// From `n` inputs to `m` results, each of a few operations on all inputs.
fn mixed<S: Scalar>(x: &[S], m: usize) -> Vec<S> {
    let total: S = x.iter().map(|x| x.sin()).sum();
    (0..m).map(|i| (total * S::lit(i as f64 + 1.0) * x[i % x.len()]).tanh()).collect()
}

fn seconds<R>(f: impl Fn() -> R) -> (R, f64) {
    f(); // the first call finds cold memory
    let start = Instant::now();
    (f(), start.elapsed().as_secs_f64())
}

fn main() {
    println!("Jacobian of m results by n inputs, in microseconds");
    println!("{:>6} {:>6} {:>12} {:>12}", "n", "m", "forward", "reverse");
    for (n, m) in [(2, 500), (20, 200), (200, 20), (500, 2)] {
        let x: Vec<f64> = (0..n).map(|i| 0.01 * i as f64).collect();
        let (forward, t_forward) = seconds(|| ad_forward::jacobian(|x| mixed(x, m), &x));
        let (reverse, t_reverse) = seconds(|| ad_reverse::jacobian(|x| mixed(x, m), &x));
        println!("{n:6} {m:6} {:12.1} {:12.1}", 1e6 * t_forward, 1e6 * t_reverse);
        for (f, r) in forward.as_slice().iter().zip(reverse.as_slice()) {
            assert!((f - r).abs() <= 1e-12 * f.abs().max(1.0));
        }

        // The two modes as one identity: <w, J dx> = <J^T w, dx>.
        let (dx, w) = (vec![1.0; n], vec![0.5; m]);
        let (_, along) = jvp(|x| mixed(x, m), &x[..], &dx[..]);
        let (_, mut pullback) = vjp(|x| mixed(x, m), &x[..]);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let (left, right) = (dot(&w, &along), dot(&pullback.call(&w), &dx));
        assert!((left - right).abs() <= 1e-12 * left.abs().max(1.0));
    }

    // Second derivatives: forward mode over reverse mode gives a row of the Hessian for the price of some gradients.
    let x = [0.3, 0.7];
    let (gradient, row) = jvp(|x| grad(|x| mixed(x, 1)[0], x), &x, &[1.0, 0.0]);
    println!("gradient {gradient:.6?}, first row of the Hessian {row:.6?}");
    let h = 1e-6;
    let moved = grad(|x| mixed(x, 1)[0], &[x[0] + h, x[1]]);
    assert!((0..2).all(|i| ((moved[i] - gradient[i]) / h - row[i]).abs() < 1e-4));
}
