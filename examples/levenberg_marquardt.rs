//! The crate levenberg-marquardt with our Jacobian, and then the other way round: the fit itself, run on our
//! numbers by the unmodified crate, tells how its result depends on each measurement.

use ad_core::Scalar;
use ad_core::num_traits::Float;
use ad_forward::Dual;
use ad_reverse::{Var, grad};
use levenberg_marquardt::{LeastSquaresProblem, LevenbergMarquardt};
use nalgebra::{DMatrix, DVector, Dyn, Owned, RealField};

/// `a exp(-b t) + c` at the times `t = 0, 1/4, ..`.
fn model<S: Scalar>(p: &[S], k: usize) -> S {
    p[0] * (-p[1] * S::lit(k as f64 / 4.0)).exp() + p[2]
}

/// The fit of the model's three parameters to measurements.
struct Fit<S> {
    parameters: DVector<S>,
    measured: Vec<S>,
}

impl<S: Scalar + RealField> LeastSquaresProblem<S, Dyn, Dyn> for Fit<S> {
    type ResidualStorage = Owned<S, Dyn>;
    type JacobianStorage = Owned<S, Dyn, Dyn>;
    type ParameterStorage = Owned<S, Dyn>;

    fn set_params(&mut self, x: &DVector<S>) {
        self.parameters.copy_from(x);
    }
    fn params(&self) -> DVector<S> {
        self.parameters.clone()
    }
    fn residuals(&self) -> Option<DVector<S>> {
        let residual = |(k, y): (usize, &S)| model(self.parameters.as_slice(), k) - *y;
        Some(DVector::from_vec(self.measured.iter().enumerate().map(residual).collect()))
    }
    /// By forward mode over whatever the fit runs on.
    fn jacobian(&self) -> Option<DMatrix<S>> {
        let values = |p: &[_]| (0..self.measured.len()).map(|k| model(p, k)).collect();
        Some(ad_forward::jacobian(values, self.parameters.as_slice()).into())
    }
}

fn fit<S: Scalar + RealField + Float>(measured: Vec<S>) -> DVector<S> {
    let start = [1.0, 1.0, 0.0].map(S::lit);
    let problem = Fit { parameters: DVector::from_row_slice(&start), measured };
    let (problem, report) = LevenbergMarquardt::new().minimize(problem);
    assert!(report.termination.was_successful());
    problem.parameters
}

fn main() {
    let noise = |k: usize| 0.05 * (7.0 * k as f64).sin();
    let measured: Vec<f64> = (0..12).map(|k| model(&[2.0, 0.8, 0.5], k) + noise(k)).collect();
    let best = fit(measured.clone());
    println!("a exp(-b t) + c with a, b, c = {:.6?}", best.as_slice());

    // In reverse mode the whole fit is one recording; b by all measurements from one sweep.
    let by_reverse = grad(|measured: &[Var<f64>]| fit(measured.to_vec())[1], &measured[..]);

    println!("and how they move with each measurement:");
    for k in 0..measured.len() {
        let seeded =
            measured.iter().enumerate().map(|(i, &y)| Dual::new(y, [if i == k { 1.0 } else { 0.0 }]));
        let along: Vec<f64> = fit::<Dual<f64, 1>>(seeded.collect()).iter().map(|p| p.tangent()[0]).collect();
        println!("  t = {:4.2}: {along:+.4?}", k as f64 / 4.0);
        assert!((along[1] - by_reverse[k]).abs() < 1e-12);
        let moved = |by: f64| {
            let mut measured = measured.clone();
            measured[k] += by;
            fit(measured)
        };
        let difference = (moved(1e-4) - moved(-1e-4)) / 2e-4;
        assert!(along.iter().zip(difference.iter()).all(|(a, d)| (a - d).abs() < 1e-4));
    }
}
