//! A linear system solved by faer, differentiated by its equation: how the temperature of a rod depends on how well
//! each piece of it conducts. Nothing of the factorisation is recorded.

use ad_core::Scalar;
use ad_forward::{Dual, derivative, jvp, solve};
use ad_reverse::grad;

/// Temperatures of a rod of pieces with these conductivities, its ends held at 0, heated evenly.
fn temperatures<S: Scalar<Real = f64>>(conductivity: &[S]) -> Vec<S> {
    let n = conductivity.len() - 1; // the points between the pieces
    let mut a = vec![S::zero(); n * n];
    for i in 0..n {
        a[i * n + i] = conductivity[i] + conductivity[i + 1];
        if i + 1 < n {
            (a[i * n + i + 1], a[(i + 1) * n + i]) = (-conductivity[i + 1], -conductivity[i + 1]);
        }
    }
    solve(&a, &vec![S::lit(0.1); n])
}

fn mean<S: Scalar<Real = f64>>(conductivity: &[S]) -> S {
    let t = temperatures(conductivity);
    t.iter().copied().sum::<S>() / S::lit(t.len() as f64)
}

fn main() {
    let k: Vec<f64> = (0..10).map(|i| 1.0 + 0.5 * f64::from(i).sin()).collect();
    let gradient = grad(mean, &k[..]);
    println!("mean temperature {:.6}, by the conductivities {gradient:+.5?}", mean(&k));

    // dx = A^-1 (db - dA x): forward mode, reverse mode and differences agree.
    for (i, by_reverse) in gradient.iter().enumerate() {
        let unit: Vec<f64> = (0..k.len()).map(|j| if i == j { 1.0 } else { 0.0 }).collect();
        let (_, by_forward) = jvp(mean, &k[..], &unit[..]);
        let moved = |by: f64| mean(&k.iter().zip(&unit).map(|(k, u)| k + by * u).collect::<Vec<_>>());
        let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
        assert!((by_forward - by_reverse).abs() < 1e-13 && (by_forward - difference).abs() < 1e-8);
    }

    // A rod that conducts c times as well is 1 / c as warm; so are all its derivatives known.
    let scaled = |c: Dual<Dual<f64, 1>, 1>| temperatures(&k.iter().map(|&k| c * k).collect::<Vec<_>>())[4];
    let second = derivative(|c| derivative(scaled, c), 2.0);
    let expected = 2.0 * temperatures(&k)[4] / 8.0;
    println!("second derivative of one temperature by a factor on all: {second:.12}");
    assert!((second - expected).abs() < 1e-13);
}
