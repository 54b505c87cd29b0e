//! The vector-Jacobian product: [`vjp`], [`grad`], and the [`Pullback`] behind them.

use crate::adjoints::Adjoints;
use crate::array::VarArray;
use crate::ceiling::{RecordingError, RecordingSize};
use crate::linear::LinearMap;
use crate::places::{Places, Read};
use crate::var::Var;
use ad_core::{Array, Dense, LengthMismatch, Lift, Matrix, Scalar, Tree, or_panic};
use std::borrow::Borrow;

/// The gradient of a scalar function.
///
/// One run and one sweep back, whatever the number of inputs. Of the time of `f` itself that is little more where its
/// operations are costly (1.4 for a chain of sines), and about 20 where each is an addition or a multiplication of two numbers; a
/// program on arrays ([`VarArray`]) takes 0.9 to 1.6 times as long as a sweep written by hand
/// (`--bin scalar` and `--bin bptt` of the benches).
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

/// A recording that can be swept back, as often as wanted.
#[derive(Debug)]
#[must_use = "a recording that is not swept has no derivative"]
pub struct Pullback<'x, T: Scalar, P: ?Sized> {
    pub(crate) x: &'x P,
    pub(crate) map: LinearMap<T>,
}

impl<T: Scalar, P: Tree<Scalar = T> + ?Sized> Pullback<'_, T, P> {
    /// `w^T J`: the cotangent of the inputs for a cotangent `w` of the result, of the result's structure.
    ///
    /// # Panics
    ///
    /// If `w` has not as many numbers as the result, or an array of another shape.
    #[must_use]
    #[track_caller]
    pub fn call<W: Tree<Scalar = T> + ?Sized>(&mut self, w: &W) -> P::Owned<T> {
        self.call_watching(w).0
    }

    /// [`call`](Self::call) for a cotangent that comes from outside.
    ///
    /// # Errors
    ///
    /// If `w` has not as many numbers as the result, or an array of another shape.
    pub fn try_call<W: Tree<Scalar = T> + ?Sized>(&mut self, w: &W) -> Result<P::Owned<T>, LengthMismatch> {
        Ok(self.read(w)?.0)
    }

    /// [`call`](Self::call) in slices: writes the cotangent of the inputs, number by number in the order in which they have
    /// them. After the first call nothing is allocated, unless arrays are watched.
    ///
    /// ```
    /// let (_, mut pullback) = ad_reverse::vjp(|x| [x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]);
    /// let mut row = [0.0; 2];
    /// pullback.call_into(&[1.0, 0.0], &mut row);
    /// assert_eq!(row, [3.0, 2.0]);
    /// ```
    ///
    /// # Panics
    ///
    /// If `w` has not as many numbers as the result, or `adjoint_of_x` as the inputs.
    #[track_caller]
    pub fn call_into(&mut self, w: &[T], adjoint_of_x: &mut [T]) {
        self.map.pull_row_into(w, adjoint_of_x);
    }

    /// [`call`](Self::call), and the adjoints of the arrays watched by [`vjp_watching`], row-major.
    ///
    /// # Panics
    ///
    /// As [`call`](Self::call).
    #[must_use]
    #[track_caller]
    pub fn call_watching<W: Tree<Scalar = T> + ?Sized>(&mut self, w: &W) -> (P::Owned<T>, Vec<Vec<T>>) {
        or_panic(self.read(w))
    }

    /// The adjoints of the inputs in their structure, and those of the watched arrays.
    #[allow(clippy::type_complexity, reason = "two results, each of its own type")]
    fn read<W: Tree<Scalar = T> + ?Sized>(
        &mut self,
        w: &W,
    ) -> Result<(P::Owned<T>, Vec<Vec<T>>), LengthMismatch> {
        let x = self.x;
        let w = self.map.outputs.flatten("a pullback", ("cotangents", w))?;
        self.map.pull_and_read(1, &w, |adjoints, inputs| {
            let mut read = Read::new(adjoints, inputs);
            let tree = x.lift(&mut read);
            (tree, read.finite)
        })
    }

    /// Sweeps `seeds` cotangents back at once: `w` holds one row per seed with one number for each
    /// number of the result, the return value one row per seed with one number for each input.
    ///
    /// Many seeds at once turn matrix-vector products into matrix products.
    ///
    /// # Panics
    ///
    /// If `w` does not hold `seeds` rows of as many numbers as the result has.
    #[must_use]
    #[track_caller]
    pub fn rows(&mut self, seeds: usize, w: &[T]) -> Vec<T> {
        or_panic(self.map.pull(seeds, w)).0
    }

    /// [`rows`](Self::rows) without bringing the numbers of a row together: a matrix with a row per seed for
    /// each array of the inputs, and one for each run of scalars between them, in their order.
    ///
    /// ```
    /// use ad_core::{Array, Matrix, Vector};
    /// use ad_reverse::{VarArray, vjp};
    ///
    /// let wx = (Matrix::from_rows(&[[2.0, 3.0]]), Vector::from([5.0, 7.0]));
    /// let zero = Vector::from([0.0]);
    /// let (_, mut pullback) =
    ///     vjp(|(w, x)| VarArray::<f64, 1>::affine(&[(w, x)], &VarArray::constant(&zero)), &wx);
    /// let blocks = pullback.blocks(1, &[1.0]);
    /// assert_eq!((blocks[0].row(0), blocks[1].row(0)), (&[5.0, 7.0][..], &[2.0, 3.0][..]));
    /// ```
    ///
    /// # Panics
    ///
    /// As [`rows`](Self::rows).
    #[must_use]
    #[track_caller]
    pub fn blocks(&mut self, seeds: usize, w: &[T]) -> Vec<Matrix<T>> {
        let read = |adjoints: &mut Adjoints<'_, T>, inputs: &Places| {
            let blocks = inputs.read_blocks(adjoints);
            let finite = blocks.iter().all(|block| T::all_finite(block.as_slice()));
            (blocks, finite)
        };
        or_panic(self.map.pull_and_read(seeds, w, read)).0
    }

    /// The number of numbers in the result.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.map.outputs.numbers
    }

    /// The number of numbers in the inputs.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.map.inputs.numbers
    }
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
    fn vector(&mut self, x: &T::Vector) -> VarArray<T, 1> {
        VarArray::from_values(&x.to_dense())
    }
    fn matrix(&mut self, x: &T::Matrix) -> VarArray<T, 2> {
        VarArray::from_values(&x.to_dense())
    }
}
