//! What arrays of any scalar compute on their own storage.

use super::Dense;
use super::shape::Shape;
use crate::array::{Array, transposed_order};
use crate::kernels::{MatrixView, with_wide_vectors};
use crate::rule::{Binary, Nary, Unary};
use crate::scalar::Scalar;
use core::any::Any;
use core::ops::Range;

/// The primal operations, in kernels that every mode shares: the modes call these on *their* storage,
/// whatever its scalar, and so get the same bits as the plain run. Not for users, who have them as methods of [`Array`],
/// under names of their own because an inherent method would hide that one.
#[doc(hidden)]
impl<T: Scalar, const RANK: usize> Dense<T, RANK> {
    /// An array of this shape; as [`overwritten`](Self::overwritten), `fill` has to write all of it.
    fn like(&self, fill: impl FnOnce(&mut [T])) -> Self {
        let mut out = Self { shape: self.shape, data: self.data.unspecified_like(T::zero()) };
        fill(out.as_mut_slice());
        out
    }

    #[inline(always)]
    #[track_caller]
    fn assert_same(&self, rhs: &Self, operation: &str) {
        if self.shape != rhs.shape {
            different_shapes(self.shape(), rhs.shape(), operation);
        }
    }

    /// `f(x)` elementwise.
    #[must_use]
    pub fn mapped<R: Unary>(&self, rule: R) -> Self {
        self.like(|y| T::map(rule, &self.data, y))
    }

    /// `f(x)` and `f'(x)` elementwise.
    #[must_use]
    pub fn mapped_with_partial<R: Unary>(&self, rule: R) -> (Self, Self) {
        let mut value = None;
        let partial = self.like(|p| value = Some(self.like(|y| T::map_with_partial(rule, &self.data, y, p))));
        (value.expect("just computed"), partial)
    }

    /// `z = f(x, y)` elementwise.
    #[must_use]
    #[track_caller]
    pub fn zipped<R: Binary>(&self, rhs: &Self, rule: R) -> Self {
        self.assert_same(rhs, R::NAME);
        let pairs = self.data.iter().zip(rhs.data.iter());
        Self::new(self.shape(), pairs.map(|(&x, &y)| x.apply2(y, rule)))
    }

    /// `z = f(x, y)` and, where they are asked for, `df/dx` and `df/dy` elementwise: one by a constant may not exist.
    #[must_use]
    #[track_caller]
    pub fn zipped_with_partials<R: Binary>(
        &self,
        rhs: &Self,
        rule: R,
        [by_x, by_y]: [bool; 2],
    ) -> (Self, [Option<Self>; 2]) {
        let z = self.zipped(rhs, rule);
        let triples = || self.data.iter().zip(rhs.data.iter()).zip(z.data.iter());
        let p =
            by_x.then(|| Self::new(self.shape(), triples().map(|((&x, &y), &z)| rule.partial_x(x, y, z))));
        let q =
            by_y.then(|| Self::new(self.shape(), triples().map(|((&x, &y), &z)| rule.partial_y(x, y, z))));
        (z, [p, q])
    }

    /// `a x + b y`.
    #[must_use]
    #[track_caller]
    pub fn combined(&self, a: T, rhs: &Self, b: T) -> Self {
        self.assert_same(rhs, "axpby");
        self.like(|out| T::axpby(a, &self.data, b, &rhs.data, out))
    }

    /// `a x + b y`, rounded as [`combined`](Self::combined) is, in the memory of `y`.
    #[must_use]
    #[track_caller]
    pub fn combined_into(&self, a: T, mut rhs: Self, b: T) -> Self {
        self.assert_same(&rhs, "axpby");
        let pairs = rhs.as_mut_slice().iter_mut().zip(self.as_slice());
        with_wide_vectors(|| pairs.for_each(|(y, &x)| *y = a * x + b * *y));
        rhs
    }

    /// `x y` elementwise.
    #[must_use]
    #[track_caller]
    pub fn multiplied(&self, rhs: &Self) -> Self {
        self.assert_same(rhs, "hadamard");
        self.like(|out| T::hadamard(&self.data, &rhs.data, out))
    }

    /// `a x`.
    #[must_use]
    pub fn scaled(&self, a: T) -> Self {
        self.like(|out| {
            for (out, &x) in out.iter_mut().zip(self.data.iter()) {
                *out = x * a;
            }
        })
    }

    /// `sum x_i y_i`.
    #[must_use]
    #[track_caller]
    pub fn dotted(&self, rhs: &Self) -> T {
        self.assert_same(rhs, "dot");
        T::dot(&self.data, &rhs.data)
    }

    /// The sum of all entries, in order.
    #[must_use]
    pub fn summed(&self) -> T {
        self.data.iter().copied().sum()
    }

    /// `sum_k W_k x_k + b` along the last axis.
    #[must_use]
    #[track_caller]
    pub fn affine_of<'a>(
        terms: impl Iterator<Item = (&'a Dense<T, 2>, &'a Self)> + Clone,
        bias: &Dense<T, 1>,
    ) -> Self {
        let (_, first) = terms.clone().next().expect("affine needs at least one term");
        let (rows, outputs) = (first.rows(), bias.cols());
        let mut shape = first.shape();
        shape[RANK - 1] = outputs;
        for (w, x) in terms.clone() {
            let (found, inputs) = (x.rows(), x.cols());
            assert!(found == rows, "affine: inputs in {rows} rows, and others in {found}");
            assert!(
                w.shape() == [outputs, inputs],
                "affine: weights of shape {:?}; {inputs} inputs and a bias of {outputs} ask for [{outputs}, {inputs}], \
                 outputs x inputs",
                w.shape()
            );
        }
        if rows == 1 {
            let mut data = bias.data.copy();
            for (w, x) in terms {
                T::gemv(&w.data, &x.data, data.make_mut());
            }
            return Self { shape: Shape::of(shape), data };
        }
        Self::overwritten(shape, T::zero(), |y| {
            for row in y.chunks_exact_mut(outputs.max(1)) {
                row.copy_from_slice(&bias.data);
            }
            for (w, x) in terms {
                T::gemm(MatrixView::new(&x.data, [rows, x.cols()]), w.view().transposed(), y, true);
            }
        })
    }

    /// A rule of many variables along the last axis.
    #[must_use]
    pub fn rows_reduced<R: Nary>(&self, rule: R) -> Dense<T, 1> {
        let cols = self.cols();
        let row = |i| &self.data[i * cols..(i + 1) * cols];
        Dense::new([self.rows()], (0..self.rows()).map(|i| T::apply_n(row(i), rule)))
    }

    /// The softmax along the last axis.
    #[must_use]
    pub fn softmaxed(&self) -> Self {
        Self::new(self.shape(), self.data.chunks_exact(self.cols().max(1)).flat_map(T::softmax))
    }

    /// Subtracts `rhs[i]` from every entry of row `i`.
    #[must_use]
    #[track_caller]
    pub fn rows_subtracted(&self, rhs: &Dense<T, 1>) -> Self {
        assert!(
            rhs.cols() == self.rows(),
            "sub_rows: an array of shape {:?} has {} rows, and {} numbers are to be subtracted",
            self.shape(),
            self.rows(),
            rhs.cols()
        );
        let cols = self.cols();
        Self::new(self.shape(), self.data.iter().enumerate().map(|(i, &x)| x - rhs.data[i / cols]))
    }

    /// Rows and columns exchanged; of a vector a clone.
    #[must_use]
    pub fn transposed(&self) -> Self {
        if RANK == 1 {
            return self.clone();
        }
        let mut shape = self.shape();
        shape.reverse();
        Self::new(shape, transposed_order([self.rows(), self.cols()]).map(|i| self.data[i]))
    }

    /// Entries (of a vector) or rows (of a matrix) in a range.
    ///
    /// # Panics
    ///
    /// If the range is not within them.
    #[must_use]
    #[track_caller]
    pub fn sliced(&self, range: Range<usize>) -> Self {
        let within = range.start <= range.end && range.end <= self.shape()[0];
        assert!(within, "slice: {range:?} is not within an array of shape {:?}", self.shape());
        let mut shape = self.shape();
        let stride: usize = shape[1..].iter().product();
        shape[0] = range.len();
        Self::new(shape, self.data[range.start * stride..range.end * stride].iter().copied())
    }

    /// The entries or rows of all parts, one after the other.
    ///
    /// # Panics
    ///
    /// If there are no parts, or their rows differ in length.
    #[must_use]
    #[track_caller]
    pub fn concatenated<'a>(parts: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let first = parts.clone().next().expect("concat needs at least one part");
        let mut shape = first.shape();
        for part in parts.clone().skip(1) {
            if part.shape()[1..] != shape[1..] {
                different_shapes(first.shape(), part.shape(), "concat");
            }
            shape[0] += part.shape()[0];
        }
        Self::new(shape, parts.flat_map(|part| part.data.iter().copied()))
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn different_shapes<const RANK: usize>(left: [usize; RANK], right: [usize; RANK], operation: &str) -> ! {
    panic!("{operation}: shapes {left:?} and {right:?} differ")
}

/// The arrays of every scalar that stores its arrays densely: `f64`, `f32`, and scalars of your own.
impl<R, const RANK: usize> Array<R, RANK> for Dense<R, RANK>
where
    R: Scalar<Array<1> = Dense<R, 1>> + Scalar<Array<2> = Dense<R, 2>>,
{
    fn constant(x: &Dense<R::Real, RANK>) -> Self {
        match (x as &dyn Any).downcast_ref::<Self>() {
            Some(plain) => plain.clone(), // R is its own Real: share the storage
            None => Self::new(x.shape(), x.data.iter().map(|&x| R::constant(x))),
        }
    }
    fn from_scalars(shape: [usize; RANK], x: &[R]) -> Self {
        Self::new(shape, x.iter().copied())
    }
    fn shape(&self) -> [usize; RANK] {
        self.shape()
    }
    fn get(&self, index: usize) -> R {
        self.entry(index)
    }
    fn primal(&self) -> Dense<R::Real, RANK> {
        match (self as &dyn Any).downcast_ref() {
            Some(plain) => Dense::clone(plain),
            None => Dense::new(self.shape(), self.data.iter().map(|x| x.primal())),
        }
    }
    fn to_dense(&self) -> Self {
        self.clone()
    }
    fn from_dense(x: &Self) -> Self {
        x.clone()
    }
    fn map<U: Unary>(&self, rule: U) -> Self {
        self.mapped(rule)
    }
    fn map2<B: Binary>(&self, rhs: &Self, rule: B) -> Self {
        self.zipped(rhs, rule)
    }
    fn axpby(&self, a: R::Real, rhs: &Self, b: R::Real) -> Self {
        self.combined(R::constant(a), rhs, R::constant(b))
    }
    fn hadamard(&self, rhs: &Self) -> Self {
        self.multiplied(rhs)
    }
    fn scale(&self, factor: R) -> Self {
        self.scaled(factor)
    }
    fn dot(&self, rhs: &Self) -> R {
        self.dotted(rhs)
    }
    fn sum(&self) -> R {
        self.summed()
    }
    fn affine(terms: &[(&Dense<R, 2>, &Self)], bias: &Dense<R, 1>) -> Self {
        Self::affine_of(terms.iter().copied(), bias)
    }
    fn reduce_rows<N: Nary>(&self, rule: N) -> Dense<R, 1> {
        self.rows_reduced(rule)
    }
    fn sub_rows(&self, rhs: &Dense<R, 1>) -> Self {
        self.rows_subtracted(rhs)
    }
    fn softmax(&self) -> Self {
        self.softmaxed()
    }
    fn slice(&self, range: Range<usize>) -> Self {
        self.sliced(range)
    }
    fn concat(parts: &[&Self]) -> Self {
        Self::concatenated(parts.iter().copied())
    }
    fn reshape<const TO: usize>(&self, shape: [usize; TO]) -> R::Array<TO> {
        let reshaped = self.reshape(shape);
        let same = (&reshaped as &dyn Any).downcast_ref::<R::Array<TO>>();
        same.expect("one axis or two, of which the bound says so").clone()
    }
    fn transpose(&self) -> Self {
        self.transposed()
    }
}
