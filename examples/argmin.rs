//! argmin's solvers with our derivatives: a function written once brings its gradient and its Hessian.

use ad_core::Scalar;
use ad_forward::Dual;
use ad_reverse::{Var, grad};
use argmin::core::{CostFunction, Error, Executor, Gradient, Hessian, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::newton::Newton;
use argmin::solver::quasinewton::LBFGS;
use argmin::solver::trustregion::{Steihaug, TrustRegion};
use nalgebra::{DMatrix, DVector};

/// A function to be minimised, on any scalar.
trait Loss {
    fn loss<S: Scalar>(&self, x: &[S]) -> S;
}

/// A loss as argmin sees it.
#[derive(Clone, Copy)]
struct Problem<L>(L);

impl<L: Loss> CostFunction for Problem<L> {
    type Param = DVector<f64>;
    type Output = f64;
    fn cost(&self, x: &DVector<f64>) -> Result<f64, Error> {
        Ok(self.0.loss(x.as_slice()))
    }
}

impl<L: Loss> Gradient for Problem<L> {
    type Param = DVector<f64>;
    type Gradient = DVector<f64>;
    fn gradient(&self, x: &DVector<f64>) -> Result<DVector<f64>, Error> {
        Ok(grad(|x: &[Var<f64>]| self.0.loss(x), x.as_slice()).into())
    }
}

/// Forward over reverse: the Jacobian of the gradient.
impl<L: Loss> Hessian for Problem<L> {
    type Param = DVector<f64>;
    type Hessian = DMatrix<f64>;
    fn hessian(&self, x: &DVector<f64>) -> Result<DMatrix<f64>, Error> {
        let gradient = |x: &[Dual<f64, 8>]| grad(|x: &[Var<Dual<f64, 8>>]| self.0.loss(x), x);
        Ok(ad_forward::jacobian(gradient, x.as_slice()).into())
    }
}

/// Rosenbrock's valley in four dimensions.
#[derive(Clone, Copy)]
struct Rosenbrock;

impl Loss for Rosenbrock {
    fn loss<S: Scalar>(&self, x: &[S]) -> S {
        let term = |x: &[S]| (x[1] - x[0] * x[0]).powi(2) * S::lit(100.0) + (S::one() - x[0]).powi(2);
        x.windows(2).map(term).sum()
    }
}

/// Logistic regression on sixty points of the plane, some on the wrong side, with a penalty on the weights.
#[derive(Clone, Copy)]
struct Logistic;

impl Loss for Logistic {
    fn loss<S: Scalar>(&self, w: &[S]) -> S {
        let miss = |k: u32| {
            let (x, y) = (f64::from(k % 7) - 3.0, f64::from(k % 5) - 2.0);
            let side = (x + (f64::from(k) * 1.3).sin() * 2.0).signum();
            (-(w[0] * S::lit(x) + w[1] * S::lit(y) + w[2]) * S::lit(side)).softplus()
        };
        (0..60).map(miss).sum::<S>() + (w[0] * w[0] + w[1] * w[1]) * S::lit(0.05)
    }
}

/// Minimises with each solver from `start`; all arrive where the gradient is 0.
fn minimise<L: Loss + Copy>(name: &str, loss: L, start: &DVector<f64>) -> Result<(), Error> {
    let problem = Problem(loss);
    let report = |solver: &str, x: Option<&DVector<f64>>| -> Result<(), Error> {
        let x = x.expect("a solver returns a point");
        let gradient = problem.gradient(x)?.norm();
        println!("{name}, {solver}: {:.6?}, |gradient| {gradient:.0e}", x.as_slice());
        assert!(gradient < 1e-6);
        Ok(())
    };
    let solver = LBFGS::new(MoreThuenteLineSearch::new().with_c(1e-4, 0.9)?, 5);
    let run = Executor::new(problem, solver).configure(|s| s.param(start.clone()).max_iters(100)).run()?;
    report("L-BFGS", run.state.get_best_param())?;
    let solver = Newton::<f64>::new();
    let run = Executor::new(problem, solver).configure(|s| s.param(start.clone()).max_iters(20)).run()?;
    report("Newton", run.state.get_param())?;
    let solver = TrustRegion::new(Steihaug::new().with_max_iters(20));
    let run = Executor::new(problem, solver).configure(|s| s.param(start.clone()).max_iters(60)).run()?;
    report("trust region", run.state.get_best_param())
}

fn main() -> Result<(), Error> {
    minimise("Rosenbrock", Rosenbrock, &DVector::from_vec(vec![0.7, 0.6, 0.5, 0.2]))?;
    minimise("logistic", Logistic, &DVector::zeros(3))
}
