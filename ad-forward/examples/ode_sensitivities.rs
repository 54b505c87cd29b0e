//! Sensitivities of an ODE: how a predator and its prey depend on the four rates that govern them.
//!
//! The integrator knows nothing of derivatives. Run on dual numbers with one direction for each rate, it solves the
//! variational equations `d/dt (dx/dp) = (df/dx) (dx/dp) + df/dp` along with `x`, in the same steps.

use ad_core::Scalar;
use ad_forward::Dual;

/// Lotka and Volterra: prey `x[0]`, predators `x[1]`, rates `p`.
fn rates<S: Scalar>(x: [S; 2], p: [S; 4]) -> [S; 2] {
    [x[0] * (p[0] - p[1] * x[1]), x[1] * (p[2] * x[0] - p[3])]
}

/// The classical method of Runge and Kutta.
fn integrate<S: Scalar>(mut x: [S; 2], p: [S; 4], time: f64, steps: usize) -> [S; 2] {
    let dt = time / steps as f64;
    let ahead = |x: [S; 2], k: [S; 2], dt: f64| [0, 1].map(|i| x[i] + k[i] * S::lit(dt));
    for _ in 0..steps {
        let k1 = rates(x, p);
        let k2 = rates(ahead(x, k1, dt / 2.0), p);
        let k3 = rates(ahead(x, k2, dt / 2.0), p);
        let k4 = rates(ahead(x, k3, dt), p);
        let mean = [0, 1].map(|i| (k1[i] + (k2[i] + k3[i]) * S::lit(2.0) + k4[i]) / S::lit(6.0));
        x = ahead(x, mean, dt);
    }
    x
}

fn main() {
    let (start, p) = ([1.0, 0.5], [1.1, 0.4, 0.1, 0.4]);
    let p_seeded: [Dual<f64, 4>; 4] = std::array::from_fn(|i| Dual::variable(p[i], i));

    println!("time   prey  predators   d prey / d(birth, hunt, feed, death)");
    for time in [5.0, 10.0, 20.0, 40.0] {
        let x = integrate(start.map(Dual::from_primal), p_seeded, time, 2000);
        let [a, b, c, d] = x[0].tangent();
        println!("{time:4}  {:5.2}  {:9.2}   {a:+8.2} {b:+8.2} {c:+8.2} {d:+8.2}", x[0].primal, x[1].primal);

        // What finite differences say, with as many digits as they have.
        for (i, tangent) in x[0].tangent().iter().enumerate() {
            let moved = |by: f64| {
                let mut p = p;
                p[i] += by;
                integrate(start, p, time, 2000)[0]
            };
            let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!((tangent - difference).abs() < 1e-4 * difference.abs().max(1.0));
        }
    }
}
