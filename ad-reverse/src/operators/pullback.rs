//! [`Pullback`]: a recorded function, to be swept back for any cotangent of its result.

use crate::operators::linear::LinearMap;
use crate::sweep::adjoints::Adjoints;
use crate::sweep::places::{Places, Read};
use ad_core::{LengthMismatch, Matrix, Scalar, Tree, or_panic};

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

    /// [`call`](Self::call), and the adjoints of the arrays watched by [`vjp_watching`](crate::vjp_watching), row-major.
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
