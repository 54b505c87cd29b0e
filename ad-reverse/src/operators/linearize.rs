//! [`linearize`]: the derivative of a function at a point, as one object that is applied from either side.

use crate::array::VarArray;
use crate::operators::linear::LinearMap;
use crate::sweep::forward::Forward;
use crate::var::Var;
use ad_core::tree::unflatten;
use ad_core::{Array, Dense, LengthMismatch, Lift, Scalar, Tree, or_panic};
use std::borrow::Borrow;

/// `f(x)`, and the derivative of `f` at `x` as a linear map: one recording, swept up or down.
///
/// Forward and reverse mode are the two ways to read a product of Jacobians, from the inputs and from the
/// results. Here both read the same recording of local partials: [`jvp`](Linearized::jvp) in the order in
/// which it was made, [`vjp`](Linearized::vjp) backwards. `f` is not run again, and the two are exact
/// transposes, `<w, J dx> = <J^T w, dx>`.
///
/// ```
/// let (y, mut derivative) = ad_reverse::linearize(|x| vec![x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]);
/// assert_eq!(y, [6.0, 5.0]);
/// assert_eq!(derivative.jvp(&[1.0, 0.0]), [3.0, 1.0]); // a column of the Jacobian
/// assert_eq!(derivative.vjp(&[1.0, 0.0]), [3.0, 2.0]); // a row
/// ```
///
/// # Panics
///
/// As [`grad`](crate::grad).
#[doc(alias = "linear_transpose")]
pub fn linearize<'x, T, P, Out>(
    f: impl FnOnce(&P::Over<Var<T>>) -> Out,
    x: &'x P,
) -> (Out::Owned<T>, Linearized<'x, T, P, Out>)
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
    Out: Tree<Scalar = Var<T>>,
{
    let run = |lifted: P::Owned<Var<T>>| f(lifted.borrow());
    let (out, y, map) = LinearMap::record(|inputs| x.lift(inputs), run);
    (y, Linearized { x, out, map, forward: None })
}

/// The derivative of a function at a point; made by [`linearize`].
#[derive(Debug)]
#[must_use = "a recording that is not swept has no derivative"]
pub struct Linearized<'x, T: Scalar, P: ?Sized, Out> {
    pub(crate) x: &'x P,
    /// For the structure of the results.
    out: Out,
    pub(crate) map: LinearMap<T>,
    /// The recording in the order in which it was made, from the first `jvp` on.
    forward: Option<Forward<T>>,
}

impl<T, P, Out> Linearized<'_, T, P, Out>
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
    Out: Tree<Scalar = Var<T>>,
{
    /// `J dx`: the derivative of `f` along `dx`, which has the structure of the inputs.
    ///
    /// The first call brings the recording into the order in which it was made; the others take about the
    /// time of a sweep back.
    ///
    /// # Panics
    ///
    /// If `dx` has not as many numbers as the inputs, or an array of another shape.
    #[must_use]
    #[track_caller]
    pub fn jvp<V: Tree<Scalar = T> + ?Sized>(&mut self, dx: &V) -> Out::Owned<T> {
        or_panic(self.try_jvp(dx))
    }

    /// [`jvp`](Self::jvp) along a direction that comes from outside.
    ///
    /// # Errors
    ///
    /// If `dx` has not as many numbers as the inputs, or an array of another shape.
    pub fn try_jvp<V: Tree<Scalar = T> + ?Sized>(&mut self, dx: &V) -> Result<Out::Owned<T>, LengthMismatch> {
        let mut dy = vec![T::zero(); self.outputs()];
        let dx = self.map.inputs.flatten("a point", ("tangents", dx))?;
        self.push(&dx, &mut dy)?;
        Ok(self.out.lift(&mut Fill(dy.into_iter())))
    }

    /// [`jvp`](Self::jvp) in slices: writes the numbers of `J dx` in the order in which the results have them. After the
    /// first call nothing is allocated; so an iteration that asks for thousands of products should use this.
    ///
    /// ```
    /// let (_, mut derivative) = ad_reverse::linearize(|x| vec![x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]);
    /// let (mut dy, mut row) = ([0.0; 2], [0.0; 2]);
    /// derivative.jvp_into(&[1.0, 0.0], &mut dy);
    /// derivative.vjp_into(&[1.0, 0.0], &mut row);
    /// assert_eq!((dy, row), ([3.0, 1.0], [3.0, 2.0]));
    /// ```
    ///
    /// # Panics
    ///
    /// If `dx` has not as many numbers as the inputs, or `dy` as the results.
    #[track_caller]
    pub fn jvp_into(&mut self, dx: &[T], dy: &mut [T]) {
        let (rows, found) = (self.outputs(), dy.len());
        assert!(rows == found, "{rows} results, a slice of {found}");
        or_panic(self.push(dx, dy));
    }

    fn push(&mut self, dx: &[T], dy: &mut [T]) -> Result<(), LengthMismatch> {
        let LinearMap { tape, inputs, outputs, .. } = &self.map;
        LengthMismatch::check(("a point", inputs.numbers), ("tangents", dx.len()))?;
        let forward = self.forward.get_or_insert_with(|| Forward::of(tape));
        forward.set(inputs, dx);
        forward.sweep(tape);
        forward.read(outputs, dy);
        Ok(())
    }

    /// `w^T J`: the cotangent of the inputs for a cotangent `w` of the results.
    ///
    /// # Panics
    ///
    /// If `w` has not as many numbers as the results, or an array of another shape.
    #[must_use]
    #[track_caller]
    pub fn vjp<W: Tree<Scalar = T> + ?Sized>(&mut self, w: &W) -> P::Owned<T> {
        or_panic(self.try_vjp(w))
    }

    /// [`vjp`](Self::vjp) of a cotangent that comes from outside.
    ///
    /// # Errors
    ///
    /// If `w` has not as many numbers as the results, or an array of another shape.
    pub fn try_vjp<W: Tree<Scalar = T> + ?Sized>(&mut self, w: &W) -> Result<P::Owned<T>, LengthMismatch> {
        let w = self.map.outputs.flatten("a pullback", ("cotangents", w))?;
        let (row, _) = self.map.pull(1, &w)?;
        Ok(unflatten(self.x, row))
    }

    /// [`vjp`](Self::vjp) in slices, as [`jvp_into`](Self::jvp_into): writes the numbers of `w^T J` in the order in which
    /// the inputs have them.
    ///
    /// # Panics
    ///
    /// If `w` has not as many numbers as the results, or `row` as the inputs.
    #[track_caller]
    pub fn vjp_into(&mut self, w: &[T], row: &mut [T]) {
        self.map.pull_row_into(w, row);
    }

    /// The number of numbers in the results, the rows of `J`.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.map.outputs.numbers
    }

    /// The number of numbers in the inputs, the columns of `J`.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.map.inputs.numbers
    }
}

/// A tree of the results' structure, of other numbers. The recording is closed: only shapes are looked at.
struct Fill<T>(std::vec::IntoIter<T>);

impl<T: Scalar> Lift<Var<T>, T> for Fill<T> {
    fn scalar(&mut self, _: Var<T>) -> T {
        self.0.next().expect("one number for each of the results")
    }
    fn array<const RANK: usize>(&mut self, x: &VarArray<T, RANK>) -> T::Array<RANK> {
        T::Array::from_dense(&Dense::new(x.shape(), self.0.by_ref().take(x.len())))
    }
}
