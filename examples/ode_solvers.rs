//! An adaptive solver of somebody else, given the variational equations by forward mode: the state carries its
//! sensitivities `S = dx/dp` along, and `dS/dt = (df/dx) S + df/dp` is one directional derivative for each column.

use ad_core::Scalar;
use ad_forward::Dual;
use nalgebra::SVector;
use ode_solvers::{Dop853, System};

/// Van der Pol's oscillator with damping `p[0]` and stiffness `p[1]`.
fn rates<S: Scalar>(x: [S; 2], p: [S; 2]) -> [S; 2] {
    [x[1], p[0] * (S::one() - x[0] * x[0]) * x[1] - p[1] * x[0]]
}

/// Position and velocity, then their derivatives by the first and by the second parameter.
type State = SVector<f64, 6>;

struct WithSensitivities {
    p: [f64; 2],
}

impl System<f64, State> for WithSensitivities {
    fn system(&self, _time: f64, x: &State, dx: &mut State) {
        let state = [0, 1].map(|i| Dual::new(x[i], [x[2 + i], x[4 + i]]));
        let p = [0, 1].map(|k| Dual::variable(self.p[k], k));
        for (i, rate) in rates(state, p).into_iter().enumerate() {
            (dx[i], dx[2 + i], dx[4 + i]) = (rate.primal, rate.tangent()[0], rate.tangent()[1]);
        }
    }
}

fn solve(p: [f64; 2], end: f64) -> Result<State, Box<dyn std::error::Error>> {
    let start = State::from([1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let mut solver = Dop853::new(WithSensitivities { p }, 0.0, end, 0.1, start, 1e-10, 1e-10);
    solver.integrate().map_err(|error| error.to_string())?;
    Ok(*solver.y_out().last().expect("the solver returns the end"))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let p = [0.8, 1.2];
    for end in [1.0, 5.0, 20.0] {
        let x = solve(p, end)?;
        println!("t = {end:4}: x = {:+.6}, dx/dp = ({:+.6}, {:+.6})", x[0], x[2], x[4]);
        for k in 0..2 {
            let moved = |by: f64| {
                let mut p = p;
                p[k] += by;
                solve(p, end)
            };
            let difference = (moved(1e-4)? - moved(-1e-4)?) / 2e-4;
            assert!((x[2 + 2 * k] - difference[0]).abs() < 1e-4 * difference[0].abs().max(1.0));
        }
    }
    Ok(())
}
