//! Newton's method: `x <- x - J(x)^-1 f(x)`, where forward mode brings `J`.
//!
//! The function is written once, on any scalar. On dual numbers one run gives its values and all columns of the
//! Jacobian, so that there is nothing to derive by hand, and the convergence is quadratic.

use ad_core::Scalar;
use ad_forward::{jacobian, value_and_derivative};

/// Where a circle of radius 2 meets the curve `y = exp(x) - 1`.
fn system<S: Scalar>(x: &[S]) -> Vec<S> {
    vec![x[0] * x[0] + x[1] * x[1] - S::lit(4.0), x[0].exp_m1() - x[1]]
}

/// The solution of `A x = b` for a 2 x 2 matrix, row-major.
fn solve(a: &[f64], b: &[f64]) -> [f64; 2] {
    let det = a[0] * a[3] - a[1] * a[2];
    [(b[0] * a[3] - a[1] * b[1]) / det, (a[0] * b[1] - b[0] * a[2]) / det]
}

fn main() {
    println!("Kepler's equation E - e sin E = M, for e = 0.9 and M = 0.5");
    let (e, m, mut anomaly) = (0.9, 0.5, 1.5_f64);
    for step in 0..6 {
        let (residual, slope) = value_and_derivative(|x| x - x.sin() * e - m, anomaly);
        println!("  step {step}: E = {anomaly:.15}, residual {residual:+.1e}");
        anomaly -= residual / slope;
    }
    assert!((anomaly - e * anomaly.sin() - m).abs() < 1e-15);

    println!("A circle and an exponential curve");
    let mut x = [1.0, 1.0];
    for step in 0..7 {
        let residual = system(&x);
        println!(
            "  step {step}: x = ({:.15}, {:.15}), residual {:+.1e}",
            x[0],
            x[1],
            residual[0].hypot(residual[1])
        );
        let change = solve(jacobian(system, &x).as_slice(), &residual);
        x = [x[0] - change[0], x[1] - change[1]];
    }
    assert!(system(&x).iter().all(|r| r.abs() < 1e-14));
}
