//! Bundle adjustment: the camera poses and the points of a scene that best explain where the points are seen.
//!
//! A residual depends on one camera (six numbers) and one point (three), whatever the size of the scene, so almost
//! all of the Jacobian is 0. Here each residual's two rows are taken by themselves, in forward mode with nine
//! directions: the blocks of the sparse Jacobian, which Gauss and Newton's method with a damped diagonal needs.

use ad_core::Scalar;
use ad_forward::jacobian_by_chunks;
use ad_reverse::grad;
use nalgebra::{DMatrix, DVector};

const CAMERAS: usize = 4;
const POINTS: usize = 12;
const UNKNOWNS: usize = 6 * CAMERAS + 3 * POINTS;

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

fn scene() -> Vec<f64> {
    let camera = |c: usize| [0.1, 0.3 * c as f64 - 0.4, 0.05, -0.5 * c as f64, 0.1, 5.0];
    let point = |p: usize| [(p as f64).sin(), (1.7 * p as f64).cos(), 0.3 * (p as f64 * 0.9).sin()];
    (0..CAMERAS).flat_map(camera).chain((0..POINTS).flat_map(point)).collect()
}

/// The places of one residual's nine unknowns.
fn unknowns(camera: usize, point: usize) -> Vec<usize> {
    (6 * camera..6 * camera + 6).chain((0..3).map(|i| 6 * CAMERAS + 3 * point + i)).collect()
}

fn main() {
    let truth = scene();
    let pairs: Vec<(usize, usize)> = (0..CAMERAS).flat_map(|c| (0..POINTS).map(move |p| (c, p))).collect();
    let pick = |x: &[f64], (c, p)| unknowns(c, p).iter().map(|&i| x[i]).collect::<Vec<_>>();
    let seen: Vec<[f64; 2]> =
        pairs.iter().map(|&pair| pick(&truth, pair)).map(|x| project(&x[..6], &x[6..])).collect();

    let mut x: Vec<f64> = truth.iter().enumerate().map(|(i, x)| x + 0.05 * (i as f64 * 2.3).sin()).collect();
    let mut cost = f64::INFINITY;
    for step in 0..8 {
        let mut normal = DMatrix::<f64>::identity(UNKNOWNS, UNKNOWNS) * 1e-9;
        let mut right = DVector::<f64>::zeros(UNKNOWNS);
        cost = 0.0;
        for (&(c, p), seen) in pairs.iter().zip(&seen) {
            let (places, x) = (unknowns(c, p), pick(&x, (c, p)));
            let block = jacobian_by_chunks::<f64, 9>(|x| project(&x[..6], &x[6..]).to_vec(), &x);
            let found = project(&x[..6], &x[6..]);
            for (row, (found, seen)) in block.as_slice().chunks_exact(9).zip(found.iter().zip(seen)) {
                let residual = found - seen;
                cost += residual * residual;
                for (a, &i) in places.iter().enumerate() {
                    right[i] -= row[a] * residual;
                    places.iter().enumerate().for_each(|(b, &j)| normal[(i, j)] += row[a] * row[b]);
                }
            }
        }
        println!("step {step}: sum of squares {cost:.3e}");
        if step == 0 {
            agree(&x, &pairs, &seen, &right);
        }
        let change = normal.cholesky().expect("damped").solve(&right);
        x.iter_mut().zip(change.iter()).for_each(|(x, d)| *x += d);
    }
    assert!(cost < 1e-20, "what was seen is explained");
}

/// Reverse mode has the gradient of the whole sum of squares in one sweep: `-2 J^T r`.
fn agree(x: &[f64], pairs: &[(usize, usize)], seen: &[[f64; 2]], right: &DVector<f64>) {
    let gradient = grad(
        |x| {
            pairs
                .iter()
                .zip(seen)
                .map(|(&(c, p), seen)| {
                    let x: Vec<_> = unknowns(c, p).iter().map(|&i| x[i]).collect();
                    let found = project(&x[..6], &x[6..]);
                    (found[0] - seen[0]).powi(2) + (found[1] - seen[1]).powi(2)
                })
                .sum()
        },
        x,
    );
    assert!(gradient.iter().zip(right.iter()).all(|(g, r)| (g + 2.0 * r).abs() < 1e-9));
}
