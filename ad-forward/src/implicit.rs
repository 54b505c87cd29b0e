//! Derivatives of a solution, out of the equations that it solves.
//!
//! A solver finds `x` with `F(x, theta) = 0` on plain numbers, by whatever steps it likes. How `x` moves with
//! `theta` follows from the equations alone (the implicit function theorem),
//!
//! ```text
//! dx/dtheta = -A^-1 dF/dtheta,      A = dF/dx
//! ```
//!
//! and that is what one step of Newton's method computes, if it is made at the solution on numbers that carry
//! derivatives: `x - A^-1 F(x, theta)` with a constant `A` and `x`. The value stays, the derivatives by
//! `theta` come in. Each further step of the same kind brings the next order, because what is still missing is
//! multiplied with `1 - A^-1 dF/dx`, whose value is 0. So one short piece of generic code serves both modes
//! and every nesting, and no rule has to be written.

use crate::jacobian::jacobian;
use crate::lu::{LinearSolve, Lu};
use ad_core::{Scalar, VectorFunction, or_panic};
use alloc::vec::Vec;
use core::fmt;

/// A matrix that has to be inverted for a derivative, and has no inverse: the equations do not determine how their
/// solution moves.
///
/// ```
/// use ad_core::function;
/// use ad_forward::{Dual, try_implicit_root};
///
/// let square = function!(|z: &[S]| -> Vec<S> { vec![z[0] * z[0] - z[1]] }); // x^2 = theta, vertical at 0
/// let error = try_implicit_root(&square, &[0.0], &[Dual::<f64, 1>::variable(0.0, 0)]).unwrap_err();
/// assert_eq!(error.to_string(), "dF/dx is singular, or not finite, at the solution");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Singular {
    /// The matrix, as the equation has it.
    pub matrix: &'static str,
    /// What is said of it besides.
    whose: &'static str,
}

impl Singular {
    /// A matrix that the caller gave.
    #[cfg(feature = "faer")]
    pub(crate) const fn matrix(matrix: &'static str) -> Self {
        Self { matrix, whose: "" }
    }
}

impl fmt::Display for Singular {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is singular, or not finite{}", self.matrix, self.whose)
    }
}

impl core::error::Error for Singular {}

/// The solution `x` of `F(x, theta) = 0` as a function of `theta`.
///
/// `f` gets the numbers of `x` and then those of `theta` in one slice, and gives as many results as `x` has
/// numbers. `x` is the solution for the values of `theta`, found before, and the value of what is returned.
///
/// ```
/// use ad_core::{Scalar, function, num_traits::Float};
/// use ad_forward::{derivative, implicit_root};
///
/// // x^3 + theta x - 1 = 0, by any solver:
/// let equation = function!(|z: &[S]| -> Vec<S> { vec![z[0] * z[0] * z[0] + z[1] * z[0] - S::one()] });
/// let solve = |theta: f64| (0..50).fold(1.0, |x: f64, _| x - (x * x * x + theta * x - 1.0) / (3.0 * x * x + theta));
///
/// let dx = derivative(|theta| implicit_root(&equation, &[solve(theta.primal)], &[theta])[0], 2.0);
/// let x = solve(2.0);
/// assert!((dx + x / (3.0 * x * x + 2.0)).abs() < 1e-15);
/// ```
///
/// `x` is taken at its word: that it solves the equations is not looked at, and at another `x` the numbers mean nothing.
///
/// # Panics
///
/// If `dF/dx` is singular at the solution, or `f` does not give as many results as `x` has numbers.
#[doc(alias("implicit_derivative", "implicit_derivative_vec", "custom_root"))]
#[must_use]
#[track_caller]
pub fn implicit_root<S, F>(f: &F, x: &[S::Real], theta: &[S]) -> Vec<S>
where
    S: Scalar,
    F: VectorFunction + ?Sized,
{
    or_panic(try_implicit_root(f, x, theta))
}

/// [`implicit_root`] of equations that may not determine how their solution moves.
///
/// # Errors
///
/// If `dF/dx` is singular at the solution, or not finite: a pivot of its decomposition is exactly 0, or no number. Plain
/// numbers have no derivative that could be missing.
///
/// # Panics
///
/// If `f` does not give as many results as `x` has numbers.
#[track_caller]
pub fn try_implicit_root<S, F>(f: &F, x: &[S::Real], theta: &[S]) -> Result<Vec<S>, Singular>
where
    S: Scalar,
    F: VectorFunction + ?Sized,
{
    root(f, x, theta, "dF/dx")
}

#[track_caller]
fn root<S, F>(f: &F, x: &[S::Real], theta: &[S], matrix: &'static str) -> Result<Vec<S>, Singular>
where
    S: Scalar,
    F: VectorFunction + ?Sized,
{
    if S::ORDER == 0 {
        return Ok(x.iter().map(|&x| S::constant(x)).collect());
    }
    let at_theta: Vec<S::Real> = theta.iter().map(|theta| theta.primal()).collect();
    let a = jacobian(|x| f.call(&joined(x, &at_theta)), x);
    let lu = Lu::new(&a).ok_or(Singular { matrix, whose: ", at the solution" })?;
    Ok(implicit_root_with(f, &lu, x, theta))
}

/// [`implicit_root`] with a solver for the matrix `dF/dx` at the solution, e.g. one that uses its structure.
///
/// # Panics
///
/// If `f` or the solver do not give as many results as `x` has numbers.
#[must_use]
#[track_caller]
pub fn implicit_root_with<S, F, A>(f: &F, solver: &A, x: &[S::Real], theta: &[S]) -> Vec<S>
where
    S: Scalar,
    F: VectorFunction + ?Sized,
    A: LinearSolve<S::Real> + ?Sized,
{
    let mut solution: Vec<S> = x.iter().map(|&x| S::constant(x)).collect();
    for _ in 0..S::ORDER {
        let residual = f.call(&[&solution[..], theta].concat());
        assert!(residual.len() == x.len(), "{} equations for {} unknowns", residual.len(), x.len());
        let step = solver.solve(&residual);
        assert!(step.len() == x.len(), "a solver of {} unknowns for {}", step.len(), x.len());
        for ((s, step), &x) in solution.iter_mut().zip(step).zip(x) {
            *s = (*s - step).with_primal(x); // the residual of a solver is not quite 0
        }
    }
    solution
}

/// The fixed point `x = g(x, theta)` as a function of `theta`; `g` and `x` are as in [`implicit_root`].
///
/// ```
/// use ad_core::{Scalar, function};
/// use ad_forward::{derivative, implicit_fixed_point};
///
/// let g = function!(|z: &[S]| -> Vec<S> { vec![(z[0] * z[1]).cos()] });
/// let solve = |theta: f64| (0..500).fold(0.5, |x: f64, _| (x * theta).cos());
/// let dx = derivative(|theta| implicit_fixed_point(&g, &[solve(theta.primal)], &[theta])[0], 0.9);
/// let (x, theta) = (solve(0.9), 0.9_f64);
/// let s = (x * theta).sin();
/// assert!((dx + x * s / (1.0 + theta * s)).abs() < 1e-14);
/// ```
///
/// # Panics
///
/// If `1 - dg/dx` is singular at the solution, or `g` does not give as many results as `x` has numbers.
#[must_use]
#[track_caller]
pub fn implicit_fixed_point<S, G>(g: &G, x: &[S::Real], theta: &[S]) -> Vec<S>
where
    S: Scalar,
    G: VectorFunction + ?Sized,
{
    or_panic(try_implicit_fixed_point(g, x, theta))
}

/// [`implicit_fixed_point`] of a map that may not determine how its fixed point moves.
///
/// ```
/// use ad_core::function;
/// use ad_forward::{Dual, try_implicit_fixed_point};
///
/// let shift = function!(|z: &[S]| -> Vec<S> { vec![z[0] + z[1]] }); // for theta = 0 every x is fixed
/// let error = try_implicit_fixed_point(&shift, &[5.0], &[Dual::<f64, 1>::variable(0.0, 0)]).unwrap_err();
/// assert_eq!(error.matrix, "1 - dg/dx");
/// ```
///
/// # Errors
///
/// If `1 - dg/dx` is singular at the fixed point, or not finite, as [`try_implicit_root`] says.
///
/// # Panics
///
/// If `g` does not give as many results as `x` has numbers.
#[track_caller]
pub fn try_implicit_fixed_point<S, G>(g: &G, x: &[S::Real], theta: &[S]) -> Result<Vec<S>, Singular>
where
    S: Scalar,
    G: VectorFunction + ?Sized,
{
    root(&Moved { g }, x, theta, "1 - dg/dx")
}

/// `x - g(x, theta)`
struct Moved<'a, G: ?Sized> {
    g: &'a G,
}

impl<G: VectorFunction + ?Sized> VectorFunction for Moved<'_, G> {
    fn call<S: Scalar>(&self, z: &[S]) -> Vec<S> {
        z.iter().zip(self.g.call(z)).map(|(&x, g)| x - g).collect()
    }
}

/// Unknowns and constants in one slice.
fn joined<S: Scalar>(x: &[S], constants: &[S::Real]) -> Vec<S> {
    x.iter().copied().chain(constants.iter().map(|&c| S::constant(c))).collect()
}
