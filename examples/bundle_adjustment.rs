//! Bundle adjustment: the camera poses and the points of a scene that best explain where the points are seen.
//!
//! A residual depends on one camera (six numbers) and one point (three), whatever the size of the scene, so almost
//! all of the Jacobian is 0. Which entries are not is detected by a run; columns that share no row get one color, and
//! one directional derivative for each color gives them all.

use ad_core::{Scalar, VectorFunction};
use ad_reverse::grad;
use ad_reverse::sparse::{SparseJacobian, jacobian_sparsity};
use nalgebra::{DMatrix, DVector};

const CAMERAS: usize = 4;
const POINTS: usize = 12;

/// Where the camera (rotation vector, translation) sees the point, in units of the focal length.
fn project<S: Scalar>(camera: &[S], point: &[S]) -> [S; 2] {
    let cross = |a: &[S], b: &[S]| [1, 2, 0].map(|i| a[i] * b[(i + 1) % 3] - a[(i + 1) % 3] * b[i]);
    let angle = S::norm(&camera[..3]);
    let axis = [0, 1, 2].map(|i| camera[i] / angle);
    // Rodrigues' formula.
    let across = cross(&axis, point);
    let along = (axis[0] * point[0] + axis[1] * point[1] + axis[2] * point[2]) * (S::one() - angle.cos());
    let p =
        [0, 1, 2].map(|i| point[i] * angle.cos() + across[i] * angle.sin() + axis[i] * along + camera[3 + i]);
    [p[0] / p[2], p[1] / p[2]]
}

/// For each camera and point, what is seen minus what was measured.
struct Residuals {
    seen: Vec<[f64; 2]>,
}

impl VectorFunction for Residuals {
    fn call<S: Scalar>(&self, x: &[S]) -> Vec<S> {
        let (cameras, points) = x.split_at(6 * CAMERAS);
        let pairs = cameras.chunks_exact(6).flat_map(|c| points.chunks_exact(3).map(move |p| (c, p)));
        let found = pairs.map(|(camera, point)| project(camera, point));
        found.zip(&self.seen).flat_map(|(found, seen)| [0, 1].map(|i| found[i] - S::lit(seen[i]))).collect()
    }
}

/// Cameras on an arc around a cloud of points.
fn scene() -> Vec<f64> {
    let camera = |c: usize| [0.1, 0.3 * c as f64 - 0.4, 0.05, -0.5 * c as f64, 0.1, 5.0];
    let point = |p: usize| [(p as f64).sin(), (1.7 * p as f64).cos(), 0.3 * (p as f64 * 0.9).sin()];
    (0..CAMERAS).flat_map(camera).chain((0..POINTS).flat_map(point)).collect()
}

fn main() {
    // What the true scene looks like, and a guess that is off.
    let truth = scene();
    let blank = Residuals { seen: vec![[0.0; 2]; CAMERAS * POINTS] };
    let residuals = Residuals { seen: blank.call(&truth).chunks_exact(2).map(|xy| [xy[0], xy[1]]).collect() };
    let mut x: Vec<f64> = truth.iter().enumerate().map(|(i, x)| x + 0.05 * (i as f64 * 2.3).sin()).collect();

    let sparsity = jacobian_sparsity(&residuals, &x);
    let mut jacobian = SparseJacobian::new(sparsity);
    let (entries, numbers) = (jacobian.sparsity().entries(), jacobian.sparsity().rows() * x.len());
    println!("{entries} of {numbers} entries, {} colors for {} columns", jacobian.colors(), x.len());

    // Gauss and Newton's method, damped a little because the whole scene may move.
    let mut cost = f64::INFINITY;
    for step in 0..7 {
        let (r, j) = (residuals.call(&x), jacobian.call(&residuals, &x));
        let mut normal = DMatrix::<f64>::identity(x.len(), x.len()) * 1e-9;
        let mut downhill = DVector::<f64>::zeros(x.len());
        for (i, residual) in r.iter().enumerate() {
            let row = || j.sparsity().row(i).iter().zip(&j.values()[j.starts()[i]..]);
            for (&a, by_a) in row() {
                downhill[a] -= by_a * residual;
                row().for_each(|(&b, by_b)| normal[(a, b)] += by_a * by_b);
            }
        }
        cost = r.iter().map(|r| r * r).sum();
        println!("step {step}: sum of squares {cost:.1e}");

        // Reverse mode has the gradient of half of that sum, J^T r, in one sweep.
        let half = |x: &[_]| residuals.call(x).iter().map(|r| *r * *r * 0.5).sum();
        assert!(grad(half, &x[..]).iter().zip(downhill.iter()).all(|(g, d)| (g + d).abs() < 1e-12));

        let change = normal.cholesky().expect("damped").solve(&downhill);
        x.iter_mut().zip(change.iter()).for_each(|(x, d)| *x += d);
    }
    assert!(cost < 1e-20, "what was seen is explained");
}
