//! Solutions of equations have the derivatives of their solver's steps, in every mode and to every order.

use ad_core::{Matrix, Real, Scalar, VectorFunction, function};
use ad_forward::{
    Dual, LinearSolve, Lu, Taylor, derivatives, implicit_fixed_point, implicit_root, implicit_root_with,
    jacobian, try_implicit_fixed_point, try_implicit_root,
};
use ad_reverse::{Var, hessian, vjp};
use ad_tests::{cases, points};
use proptest::prelude::*;

fn close(a: &[f64], b: &[f64], tolerance: f64) -> Result<(), TestCaseError> {
    prop_assert_eq!(a.len(), b.len());
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        prop_assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "entry {}: {} and {}", i, a, b);
    }
    Ok(())
}

const N: usize = 3;

/// `M(theta) x - b(theta)`, nonlinear in `x` too; diagonally dominant.
struct System;

impl VectorFunction for System {
    fn call<S: Scalar>(&self, z: &[S]) -> Vec<S> {
        let (x, theta) = z.split_at(N);
        let row = |i: usize| {
            let off =
                (0..N).filter(|&j| j != i).map(|j| x[j] * (theta[(i + j) % theta.len()] * S::lit(0.5)).sin());
            let sum = off.fold(S::zero(), |sum, term| sum + term);
            x[i] * S::lit(4.0) + (x[i] * theta[i % theta.len()]).tanh() + sum - theta[i % theta.len()].exp()
        };
        (0..N).map(row).collect()
    }
}

/// Newton's method on any scalar: differentiated through its steps.
fn by_steps<S: Scalar>(theta: &[S]) -> Vec<S> {
    let mut x = vec![S::zero(); N];
    for _ in 0..40 {
        let plain: Vec<S::Real> = x.iter().chain(theta).map(|z| z.primal()).collect();
        let a = jacobian(
            |x| {
                System.call(
                    &x.iter()
                        .copied()
                        .chain(plain[N..].iter().map(|&c| Scalar::constant(c)))
                        .collect::<Vec<_>>(),
                )
            },
            &plain[..N],
        );
        let step = Lu::new(&a).unwrap().solve(&System.call(&[&x[..], theta].concat()));
        x = x.iter().zip(step).map(|(&x, step)| x - step).collect();
    }
    x
}

/// The solution of plain numbers, then its derivatives out of the equations.
fn by_theorem<S: Scalar>(theta: &[S]) -> Vec<S> {
    let plain: Vec<S::Real> = theta.iter().map(|theta| theta.primal()).collect();
    implicit_root(&System, &by_steps(&plain), theta)
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn the_jacobian_of_a_solution_is_that_of_its_solver(theta in points::points_of(1..=4, points::ordinary())) {
        let expected = jacobian(by_steps, &theta);
        close(jacobian(by_theorem, &theta).as_slice(), expected.as_slice(), 1e-12)?;
        close(ad_reverse::jacobian(by_theorem, &theta).as_slice(), expected.as_slice(), 1e-12)?;
        prop_assert_eq!(by_theorem(&theta), by_steps(&theta), "the value is the solver's");
        let (y, _) = vjp(by_theorem, theta.as_slice());
        prop_assert_eq!(y, by_steps(&theta));
    }

    #[test]
    fn higher_derivatives_come_from_more_steps(theta in points::points(2, points::ordinary())) {
        let h = hessian(|theta| by_theorem(theta)[0] * by_theorem(theta)[1], &theta);
        let expected = hessian(|theta| by_steps(theta)[0] * by_steps(theta)[1], &theta);
        close(h.as_slice(), expected.as_slice(), 1e-11)?;
        let along = |t: Taylor<f64, 5>| by_theorem(&[t, t * t * 0.5])[2];
        let expected = |t: Taylor<f64, 5>| by_steps(&[t, t * t * 0.5])[2];
        close(&derivatives(along, theta[0]), &derivatives(expected, theta[0]), 1e-9)?;
    }

    #[test]
    fn lu_solves(entries in points::points(9, points::ordinary()), b in points::points(3, points::ordinary())) {
        let a = Matrix::new([3, 3], entries);
        if let Some(lu) = Lu::new(&a) {
            let x = lu.solve(&b);
            let size = x.iter().fold(1.0_f64, |size, x| size.max(x.abs()));
            for (row, b) in a.iter_rows().zip(&b) {
                let product: f64 = row.iter().zip(&x).map(|(a, x)| a * x).sum();
                prop_assert!((product - b).abs() < 1e-13 * size, "{} and {}", product, b);
            }
        }
    }
}

/// A tridiagonal system solved in linear time, by its user.
struct Tridiagonal<R> {
    lower: R,
    diagonal: Vec<R>,
    upper: R,
}

impl<R: Real> LinearSolve<R> for Tridiagonal<R> {
    fn solve<S: Scalar<Real = R>>(&self, b: &[S]) -> Vec<S> {
        let (mut d, mut x) = (self.diagonal.clone(), b.to_vec());
        for i in 1..x.len() {
            let factor = self.lower / d[i - 1];
            d[i] -= factor * self.upper;
            x[i] = x[i] - x[i - 1] * S::constant(factor);
        }
        for i in (0..x.len()).rev() {
            let known = if i + 1 < x.len() { x[i + 1] * S::constant(self.upper) } else { S::zero() };
            x[i] = (x[i] - known) / S::constant(d[i]);
        }
        x
    }
}

#[test]
fn a_user_brings_the_linear_solver() {
    // x_i^3 + 4 x_i - x_{i-1} - x_{i+1} = theta_i
    let f = function!(|z: &[S]| -> Vec<S> {
        let n = z.len() / 2;
        let at = |i: usize| if (1..=n).contains(&i) { z[i - 1] } else { S::zero() };
        (1..=n)
            .map(|i| at(i) * at(i) * at(i) + at(i) * S::lit(4.0) - at(i - 1) - at(i + 1) - z[n + i - 1])
            .collect()
    });
    let solver = |x: &[f64]| Tridiagonal {
        lower: -1.0,
        diagonal: x.iter().map(|x| 3.0 * x * x + 4.0).collect(),
        upper: -1.0,
    };
    let theta = [1.0, -2.0, 0.5, 3.0, 0.25];
    let mut x = vec![0.0; theta.len()];
    for _ in 0..30 {
        let step = solver(&x).solve(&f.call(&[&x[..], &theta].concat()));
        x.iter_mut().zip(step).for_each(|(x, step)| *x -= step);
    }
    let own = jacobian(|theta| implicit_root_with(&f, &solver(&x), &x, theta), &theta);
    let dense = ad_reverse::jacobian(|theta| implicit_root(&f, &x, theta), &theta);
    close(own.as_slice(), dense.as_slice(), 1e-14).unwrap();
}

#[test]
fn fixed_points_of_both_reals() {
    let g = function!(|z: &[S]| -> Vec<S> {
        vec![(z[0] * z[2]).cos() + z[1] * S::lit(0.1), z[0] * z[3] * S::lit(0.5)]
    });
    let solve = |theta: [f64; 2]| {
        (0..200).fold([0.5; 2], |x, _| {
            let x = g.call(&[x[0], x[1], theta[0], theta[1]]);
            [x[0], x[1]]
        })
    };
    let theta = [0.8, 0.6];
    let j = ad_reverse::jacobian(|theta| implicit_fixed_point(&g, &solve([0.8, 0.6]), theta), &theta);
    for (k, step) in [[1e-6, 0.0], [0.0, 1e-6]].into_iter().enumerate() {
        let (up, down) = (solve([0.8 + step[0], 0.6 + step[1]]), solve([0.8 - step[0], 0.6 - step[1]]));
        for i in 0..2 {
            assert!((j.row(i)[k] - (up[i] - down[i]) / 2e-6).abs() < 1e-9, "dx{i}/dtheta{k}");
        }
    }
    let half = function!(|z: &[S]| -> Vec<S> { vec![z[0] * S::lit(0.5) + z[1]] }); // x = 2 theta
    let j = jacobian(|theta| implicit_fixed_point(&half, &[6.0_f32], theta), &[3.0_f32]);
    assert_eq!(j.as_slice(), [2.0]);
}

#[test]
#[should_panic(expected = "singular")]
fn equations_that_do_not_determine_the_solution_are_refused() {
    let f = function!(|z: &[S]| -> Vec<S> { vec![z[0] * z[0] - z[1]] });
    let _ = ad_forward::derivative(|theta| implicit_root(&f, &[0.0], &[theta])[0], 0.0);
}

/// In both modes, for both reasons, with the matrix that has no inverse.
#[test]
fn the_try_forms_say_what_is_singular() {
    // x1 occurs in no equation.
    let root = function!(|z: &[S]| -> Vec<S> { vec![z[0] - z[2], z[0] + z[2]] });
    // At an infinite slope nothing can be said either.
    let vertical = function!(|z: &[S]| -> Vec<S> { vec![z[0].sqrt() - z[1]] });
    let fixed = function!(|z: &[S]| -> Vec<S> { vec![z[0] * z[2], z[1]] });
    let dual = [Dual::<f64, 1>::variable(0.0, 0)];
    let mut errors = vec![
        try_implicit_root(&root, &[0.0; 2], &dual).unwrap_err(),
        try_implicit_root(&vertical, &[0.0], &dual).unwrap_err(),
        try_implicit_fixed_point(&fixed, &[0.0; 2], &dual).unwrap_err(),
    ];
    let _ = vjp(
        |theta: &[Var<f64>]| {
            errors.push(try_implicit_root(&root, &[0.0; 2], theta).unwrap_err());
            errors.push(try_implicit_root(&vertical, &[0.0], theta).unwrap_err());
            errors.push(try_implicit_fixed_point(&fixed, &[0.0; 2], theta).unwrap_err());
            theta.to_vec()
        },
        &[0.0][..],
    );
    let matrices: Vec<&str> = errors.iter().map(|error| error.matrix).collect();
    assert_eq!(matrices, ["dF/dx", "dF/dx", "1 - dg/dx", "dF/dx", "dF/dx", "1 - dg/dx"]);
    let error: &dyn std::error::Error = &errors[0];
    assert_eq!(error.to_string(), "dF/dx is singular, or not finite, at the solution");

    // What has a solution has the same one, and a plain number needs no derivative.
    let half = function!(|z: &[S]| -> Vec<S> { vec![z[0] * S::lit(0.5) + z[1]] });
    let theta = Dual::<f64, 1>::variable(3.0, 0);
    let x = try_implicit_fixed_point(&half, &[6.0], &[theta]).unwrap()[0];
    assert_eq!((x.primal, x.tangent()), (6.0, [2.0]));
    assert_eq!(try_implicit_root(&vertical, &[0.0], &[0.0]), Ok(vec![0.0]));
}
