//! The vector-Jacobian product: [`vjp`] and [`grad`], which run a function and record it.

use crate::array::VarArray;
use crate::operators::linear::LinearMap;
use crate::operators::pullback::Pullback;
use crate::tape::ceiling::{RecordingError, RecordingSize};
use crate::var::Var;
use ad_core::{Array, Dense, Lift, Scalar, Tree};
use std::borrow::Borrow;

/// The gradient of a scalar function.
///
/// One run and one sweep back, whatever the number of inputs. It takes 1.5 to 2 times as long as `f` itself where the operations
/// are costly (a chain of sines), and 8 to 30 times where each is an addition or a multiplication of two numbers; a program on
/// arrays ([`VarArray`]) takes 1.0 to 1.7 times as long as a sweep written by hand (`benches/results/RESULTS.md`).
///
/// ```
/// use ad_core::Scalar;
/// let g = ad_reverse::grad(|x| x[0].sin() * x[1], &[0.0, 3.0]);
/// assert_eq!(g, [3.0, 0.0]);
/// ```
///
/// # Panics
///
/// If `f` uses or returns a variable of another recording.
#[doc(alias("gradient", "backward"))]
#[must_use]
pub fn grad<T, P>(f: impl FnOnce(&P::Over<Var<T>>) -> Var<T>, x: &P) -> P::Owned<T>
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
{
    value_and_grad(f, x).1
}

/// The value and the gradient of a scalar function.
///
/// # Panics
///
/// As [`grad`].
#[doc(alias("gradient", "compute_gradient_rev"))]
#[must_use]
pub fn value_and_grad<T, P>(f: impl FnOnce(&P::Over<Var<T>>) -> Var<T>, x: &P) -> (T, P::Owned<T>)
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
{
    let (y, mut pullback) = vjp(f, x);
    (y, pullback.call(&T::one()))
}

/// [`value_and_grad`] of a function that returns something else besides (JAX's `has_aux`).
///
/// What it is does not matter; variables in it are of use by their values.
///
/// ```
/// use ad_core::Scalar;
/// use ad_reverse::{Var, value_and_grad_with_aux};
///
/// let f = |x: &[Var<f64>; 2]| {
///     let prediction = x[0] * x[1];
///     ((prediction - 1.0).powi(2), prediction.value())
/// };
/// let ((loss, prediction), gradient) = value_and_grad_with_aux(f, &[2.0, 3.0]);
/// assert_eq!((loss, prediction, gradient), (25.0, 6.0, [30.0, 20.0]));
/// ```
///
/// A function that may fail hands out its error in the same way, beside a number that says nothing:
///
/// ```
/// use ad_core::Scalar;
/// use ad_reverse::{Var, value_and_grad_with_aux};
///
/// fn log_density(x: Var<f64>) -> Result<Var<f64>, String> {
///     if x > 0.0 { Ok(x.ln()) } else { Err(format!("{x} is outside the support")) }
/// }
/// let f = |x: &Var<f64>| log_density(*x).map_or_else(|e| (Var::from(f64::NAN), Err(e)), |y| (y, Ok(())));
/// assert_eq!(value_and_grad_with_aux(f, &2.0), ((2.0_f64.ln(), Ok(())), 0.5));
/// assert_eq!(value_and_grad_with_aux(f, &-1.0).0.1.unwrap_err(), "-1 is outside the support");
/// ```
///
/// # Panics
///
/// As [`grad`].
#[doc(alias = "has_aux")]
#[must_use]
pub fn value_and_grad_with_aux<T, P, Aux>(
    f: impl FnOnce(&P::Over<Var<T>>) -> (Var<T>, Aux),
    x: &P,
) -> ((T, Aux), P::Owned<T>)
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
{
    let (y, mut pullback, aux) = vjp_with_aux(f, x);
    ((y, aux), pullback.call(&T::one()))
}

/// `f(x)`, and the [`Pullback`] that carries cotangents of the result back to `x`.
///
/// ```
/// let (y, mut pullback) = ad_reverse::vjp(|x| vec![x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]);
/// assert_eq!(y, [6.0, 5.0]);
/// assert_eq!(pullback.call(&vec![1.0, 0.0]), [3.0, 2.0]); // row 0 of the Jacobian
/// assert_eq!(pullback.call(&vec![0.0, 1.0]), [1.0, 1.0]); // row 1
/// ```
///
/// # Panics
///
/// As [`grad`].
#[doc(alias("pullback", "backward"))]
pub fn vjp<'x, T, P, Out>(
    f: impl FnOnce(&P::Over<Var<T>>) -> Out,
    x: &'x P,
) -> (Out::Owned<T>, Pullback<'x, T, P>)
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
    Out: Tree<Scalar = Var<T>>,
{
    let (y, _, pullback) = vjp_watching::<T, P, Out, 1>(|x| (f(x), Vec::new()), x);
    (y, pullback)
}

/// [`vjp`] of a function that returns something else besides (JAX's `has_aux`).
///
/// # Panics
///
/// As [`grad`].
#[doc(alias = "has_aux")]
pub fn vjp_with_aux<'x, T, P, Out, Aux>(
    f: impl FnOnce(&P::Over<Var<T>>) -> (Out, Aux),
    x: &'x P,
) -> (Out::Owned<T>, Pullback<'x, T, P>, Aux)
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
    Out: Tree<Scalar = Var<T>>,
{
    let mut kept = None;
    let run = |x: &P::Over<Var<T>>| {
        let (out, aux) = f(x);
        kept = Some(aux);
        out
    };
    let (y, pullback) = vjp(run, x);
    (y, pullback, kept.expect("the function has run"))
}

/// [`vjp`] of a function that also returns some of its intermediate arrays, to have their adjoints.
///
/// The adjoint of an intermediate array is the derivative of the result by it, through everything
/// that follows: for the state `h_t` of a recurrent network it is the credit vector `delta_t`.
/// Returns `f(x)`, the values of the intermediate arrays, and the pullback.
///
/// ```
/// use ad_core::{Array, Vector, rules};
/// use ad_reverse::vjp_watching;
///
/// let x = Vector::from([0.0, 1.0]);
/// let (y, states, mut pullback) = vjp_watching(
///     |x| {
///         let h = x.map(rules::Exp);
///         (h.dot(&h), vec![h])
///     },
///     &x,
/// );
/// let (_, adjoints) = pullback.call_watching(&1.0);
/// assert_eq!(adjoints[0], [2.0 * 1.0, 2.0 * states[0].as_slice()[1]]); // dy/dh = 2 h
/// # let _ = y;
/// ```
///
/// # Panics
///
/// As [`grad`].
#[allow(clippy::type_complexity, reason = "three results, each of its own type")]
pub fn vjp_watching<'x, T, P, Out, const RANK: usize>(
    f: impl FnOnce(&P::Over<Var<T>>) -> (Out, Vec<VarArray<T, RANK>>),
    x: &'x P,
) -> (Out::Owned<T>, Vec<Dense<T, RANK>>, Pullback<'x, T, P>)
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
    Out: Tree<Scalar = Var<T>>,
{
    record(f, x, RecordingSize::UNLIMITED).unwrap_or_else(|error| unreachable!("{error}"))
}

/// [`vjp_watching`] with a ceiling for the recording.
#[allow(clippy::type_complexity, reason = "three results, each of its own type")]
pub(crate) fn record<'x, T, P, Out, const RANK: usize>(
    f: impl FnOnce(&P::Over<Var<T>>) -> (Out, Vec<VarArray<T, RANK>>),
    x: &'x P,
    ceiling: RecordingSize,
) -> Result<(Out::Owned<T>, Vec<Dense<T, RANK>>, Pullback<'x, T, P>), RecordingError>
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
    Out: Tree<Scalar = Var<T>>,
{
    let mut intermediates = Vec::new();
    let run = |lifted: P::Owned<Var<T>>| {
        let (out, arrays) = f(lifted.borrow());
        intermediates = arrays;
        out
    };
    let (_, y, mut map) = LinearMap::record_below(ceiling, |inputs| x.lift(inputs), run)?;
    map.watch(&intermediates);
    let values = intermediates.iter().map(|array| array.values().clone()).collect();
    Ok((y, values, Pullback { x, map }))
}

/// A tree of constants: parameters that take part in a recorded function but are not its inputs.
///
/// ```
/// let c = ad_reverse::constant(&[2.0]);
/// assert_eq!(ad_reverse::grad(|x| *x * c[0], &3.0), 2.0);
/// ```
#[must_use]
pub fn constant<T: Scalar, P: Tree<Scalar = T> + ?Sized>(x: &P) -> P::Owned<Var<T>> {
    x.lift(&mut Constant)
}

struct Constant;

impl<T: Scalar> Lift<T, Var<T>> for Constant {
    fn scalar(&mut self, x: T) -> Var<T> {
        Var::from_value(x)
    }
    fn array<const RANK: usize>(&mut self, x: &T::Array<RANK>) -> VarArray<T, RANK> {
        VarArray::from_values(x.to_dense())
    }
}
