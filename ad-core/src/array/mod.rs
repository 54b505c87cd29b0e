//! Vectors and matrices of a scalar.
//!
//! Each scalar brings its own array types, so that code written on arrays runs at hand-written speed
//! in every mode: plain numbers are one slice ([`Dense`]), dual numbers a primal and a block of
//! tangents, tape variables one record for a whole operation. What an operation *means* is what the
//! loop over its scalars means.

mod dense;
mod storage;

pub use dense::Dense;
#[cfg(feature = "serde")]
pub(crate) use dense::checked_entries;

use crate::rule::{Binary, Nary, Unary};
use crate::rules;
use crate::scalar::{Real, Scalar};
use alloc::vec::Vec;
use core::fmt::Debug;
use core::ops::Range;

/// A vector of plain numbers.
pub type Vector<T> = Dense<T, 1>;
/// A matrix of plain numbers, row-major.
pub type Matrix<T> = Dense<T, 2>;

/// An array of `S` with `RANK` axes: a vector (1) or a matrix (2), row-major.
///
/// A matrix is also a batch of vectors, one per row: [`affine`](Self::affine) and the row reductions
/// act along the last axis, so that one model runs on a vector and on a batch. Arrays are values: an
/// operation never changes its operands, and a clone is cheap.
///
/// # Panics
///
/// Every operation panics with the shapes in its message where they do not fit.
pub trait Array<S: Scalar, const RANK: usize>: Clone + Debug + 'static {
    /// Lifts plain numbers that depend on no input; shares their storage.
    fn constant(x: &Dense<S::Real, RANK>) -> Self;

    /// Gathers scalars, row-major.
    #[track_caller]
    fn from_scalars(shape: [usize; RANK], x: &[S]) -> Self;

    /// The extent of each axis.
    fn shape(&self) -> [usize; RANK];

    /// The entry at a row-major index.
    #[track_caller]
    fn get(&self, index: usize) -> S;

    /// The primal: plain numbers that the `f64` run would have computed, bit for bit.
    fn primal(&self) -> Dense<S::Real, RANK>;

    /// The same values, declared constant at every level.
    #[doc(alias = "detach")]
    #[must_use]
    fn stop_gradient(&self) -> Self {
        Self::constant(&self.primal())
    }

    /// A rule of one variable, elementwise. A closure is none: of that nobody knows the derivative. A function that is no row of
    /// the table is a struct that implements [`Unary`].
    ///
    /// ```
    /// use ad_core::{Array, Vector, rules};
    ///
    /// assert_eq!(Vector::from([-1.0, 2.0]).map(rules::Relu).as_slice(), [0.0, 2.0]);
    /// ```
    #[must_use]
    fn map<R: Unary>(&self, rule: R) -> Self;

    /// A rule of two variables, elementwise.
    ///
    /// ```
    /// use ad_core::{Array, Vector, rules};
    ///
    /// let (x, y) = (Vector::from([1.0, -2.0]), Vector::from([0.0, 3.0]));
    /// assert_eq!(x.map2(&y, rules::Max).as_slice(), [1.0, 3.0]);
    /// ```
    #[doc(alias("zip_map", "maximum", "minimum"))]
    #[must_use]
    #[track_caller]
    fn map2<R: Binary>(&self, rhs: &Self, rule: R) -> Self;

    /// `a self + b rhs` for plain numbers `a` and `b`.
    #[must_use]
    #[track_caller]
    fn axpby(&self, a: S::Real, rhs: &Self, b: S::Real) -> Self;

    /// The elementwise product.
    #[must_use]
    #[track_caller]
    fn hadamard(&self, rhs: &Self) -> Self;

    /// Every entry times one scalar.
    #[must_use]
    fn scale(&self, factor: S) -> Self;

    /// `sum_i self_i rhs_i`, over all entries.
    #[track_caller]
    fn dot(&self, rhs: &Self) -> S;

    /// The sum of all entries.
    fn sum(&self) -> S;

    /// `sum_k W_k x_k + b` along the last axis: for vectors `W x + b`, for a batch of rows `X W^T + b`.
    ///
    /// `W_k` is (outputs x inputs of `x_k`), `b` has one entry per output.
    ///
    /// # Panics
    ///
    /// Also if `terms` is empty.
    #[track_caller]
    fn affine(terms: &[(&S::Matrix, &Self)], bias: &S::Vector) -> Self;

    /// A rule of many variables along the last axis: one result per row (a vector is one row).
    fn reduce_rows<R: Nary>(&self, rule: R) -> S::Vector;

    /// Subtracts `rhs[i]` from every entry of row `i` (a vector is one row).
    #[must_use]
    #[track_caller]
    fn sub_rows(&self, rhs: &S::Vector) -> Self;

    /// The entries (of a vector) or rows (of a matrix) in a range.
    #[must_use]
    #[track_caller]
    fn slice(&self, range: Range<usize>) -> Self;

    /// The entries (of vectors) or rows (of matrices) of all parts, one part after the other: what [`slice`](Self::slice) takes
    /// apart. Of parts that were seeded with a direction for each entry it evaluates the tangents, as a transpose does.
    ///
    /// ```
    /// use ad_core::{Array, Matrix, Vector};
    ///
    /// let (h, x) = (Vector::from([1.0, 2.0]), Vector::from([3.0]));
    /// let both = Vector::concat(&[&h, &x]);
    /// assert_eq!(both.as_slice(), [1.0, 2.0, 3.0]);
    /// assert_eq!(both.slice(0..2), h);
    ///
    /// // Vectors as the rows of a matrix, and a row as a vector:
    /// let rows = [[1.0, 2.0], [3.0, 4.0]].map(|row| Vector::from(row).reshape([1, 2]));
    /// let matrix = Matrix::concat(&[&rows[0], &rows[1]]);
    /// assert_eq!(matrix.slice(1..2).reshape([2]).as_slice(), [3.0, 4.0]);
    /// ```
    ///
    /// # Panics
    ///
    /// Also if there are no parts.
    #[doc(alias("cat", "concatenate", "stack", "vstack"))]
    #[must_use]
    #[track_caller]
    fn concat(parts: &[&Self]) -> Self;

    /// The same entries, row-major, in another shape.
    #[doc(alias("view", "ravel", "flatten"))]
    #[must_use]
    #[track_caller]
    fn reshape<const TO: usize>(&self, shape: [usize; TO]) -> S::Array<TO>;

    /// Rows and columns exchanged; a vector is its own transpose, as in numpy, and nothing is copied or recorded.
    #[doc(alias = "t")]
    #[must_use]
    fn transpose(&self) -> Self;

    /// The product `self b` with a matrix along the last axis: for a batch of rows `X B`, for a vector `x^T B`.
    ///
    /// It transposes `b` first, which is a copy and a record. [`affine`](Self::affine) takes `B^T` as it is: in a loop, transpose once and
    /// use that; and where `b` was seeded with a direction for each entry, because a transpose evaluates its tangents. `A x` for
    /// a vector `x` is `affine(&[(&a, &x)], &zeros)`.
    ///
    /// ```
    /// use ad_core::{Array, Matrix};
    ///
    /// let (a, b) = (Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0]]), Matrix::from_rows(&[[1.0, 0.0], [10.0, 1.0]]));
    /// assert_eq!(a.matmul(&b).as_slice(), [21.0, 2.0, 43.0, 4.0]);
    /// assert_eq!(a.transpose().as_slice(), [1.0, 3.0, 2.0, 4.0]);
    /// ```
    #[doc(alias = "mm")]
    #[must_use]
    #[track_caller]
    fn matmul(&self, b: &S::Matrix) -> Self {
        let (shape, [inputs, outputs]) = (self.shape(), b.shape());
        assert!(
            shape[RANK - 1] == inputs,
            "matmul: an array of shape {shape:?} times one of shape {:?}",
            b.shape()
        );
        let zeros = Dense::filled([outputs], S::Real::from_literal(0.0));
        Self::affine(&[(&b.transpose(), self)], &S::Vector::constant(&zeros))
    }

    /// The number of entries.
    fn len(&self) -> usize {
        self.shape().iter().product()
    }

    /// Whether there are no entries.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All entries, row-major.
    #[track_caller]
    fn to_scalars(&self) -> Vec<S> {
        let mut all = Vec::with_capacity(self.len());
        for i in 0..self.len() {
            all.push(self.get(i)); // in no closure, which would not know the line of the caller
        }
        all
    }

    /// All entries as storage of `S`.
    #[track_caller]
    fn to_dense(&self) -> Dense<S, RANK> {
        Dense::new(self.shape(), self.to_scalars())
    }

    /// An array from storage of `S`.
    #[must_use]
    #[track_caller]
    fn from_dense(x: &Dense<S, RANK>) -> Self {
        Self::from_scalars(x.shape(), x.as_slice())
    }

    /// `self + rhs`.
    #[must_use]
    #[track_caller]
    fn plus(&self, rhs: &Self) -> Self {
        self.axpby(S::Real::from_literal(1.0), rhs, S::Real::from_literal(1.0))
    }

    /// `self - rhs`.
    #[must_use]
    #[track_caller]
    fn minus(&self, rhs: &Self) -> Self {
        self.axpby(S::Real::from_literal(1.0), rhs, S::Real::from_literal(-1.0))
    }

    /// The elementwise quotient.
    ///
    /// ```
    /// use ad_core::{Array, Vector};
    ///
    /// assert_eq!(Vector::from([1.0, 3.0]).quotient(&Vector::from([2.0, -1.0])).as_slice(), [0.5, -3.0]);
    /// ```
    #[doc(alias("div", "divide", "component_div"))]
    #[must_use]
    #[track_caller]
    fn quotient(&self, rhs: &Self) -> Self {
        self.map2(rhs, rules::Quotient)
    }

    /// `a self + b f(x)` elementwise, for plain numbers `a` and `b`: bit for bit `self.axpby(a, &x.map(rule), b)`, as one
    /// operation.
    ///
    /// ```
    /// use ad_core::{Array, Vector, rules};
    ///
    /// let (h, u) = (Vector::from([1.0, 2.0]), Vector::from([-3.0, 5.0]));
    /// assert_eq!(h.axpby_map(0.5, &u, rules::Relu, 2.0).as_slice(), [0.5, 11.0]);
    /// ```
    #[must_use]
    #[track_caller]
    fn axpby_map<R: Unary>(&self, a: S::Real, x: &Self, rule: R, b: S::Real) -> Self {
        self.axpby(a, &x.map(rule), b)
    }

    /// Every entry of row `i` times `factors[i]` (a vector is one row): `diag(factors) self`. Rows are
    /// normalised by [`sub_rows`](Self::sub_rows) and this. This method is three operations: [`scale`](Self::scale),
    /// [`sub_rows`](Self::sub_rows), [`hadamard`](Self::hadamard).
    ///
    /// ```
    /// use ad_core::{Array, Matrix, Vector};
    ///
    /// let x = Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.scale_rows(&Vector::from([10.0, -1.0])).as_slice(), [10.0, 20.0, -3.0, -4.0]);
    /// ```
    #[doc(alias("diag", "broadcast"))]
    #[must_use]
    #[track_caller]
    fn scale_rows(&self, factors: &S::Vector) -> Self {
        let shape = self.shape();
        let rows = if RANK == 1 { 1 } else { shape[0] };
        assert!(
            factors.len() == rows,
            "scale_rows: an array of shape {shape:?} has {rows} rows, and there are {} factors",
            factors.len()
        );
        // From -0: what is subtracted is the factor's negative, and -0 - 0 is -0 where 0 - 0 is 0.
        let zeros = Self::constant(&Dense::filled(shape, S::Real::from_literal(-0.0)));
        let spread = zeros.sub_rows(&factors.scale(S::lit(-1.0)));
        self.hadamard(&spread)
    }

    /// `sum_i (self_i - rhs_i)^2`, over all entries: bit for bit the difference's `dot` with itself, as one operation.
    ///
    /// ```
    /// use ad_core::{Array, Vector};
    ///
    /// let (y, target) = (Vector::from([1.0, 2.0]), Vector::from([4.0, -2.0]));
    /// assert_eq!(y.squared_distance(&target), 25.0);
    /// ```
    #[track_caller]
    fn squared_distance(&self, rhs: &Self) -> S {
        let difference = self.minus(rhs);
        difference.dot(&difference)
    }

    /// `ln sum exp` along the last axis, without overflow.
    #[track_caller]
    fn log_sum_exp(&self) -> S::Vector {
        self.reduce_rows(rules::LogSumExp)
    }

    /// `exp(x_i) / sum_j exp(x_j)` along the last axis, as [`Scalar::softmax`]: without overflow, and with accurate values
    /// and derivatives where entries are large or one has nearly all.
    ///
    /// ```
    /// use ad_core::{Array, Matrix};
    ///
    /// let logits = Matrix::from_rows(&[[1e8, 1e8], [0.0, -800.0]]);
    /// assert_eq!(logits.softmax().as_slice(), [0.5, 0.5, 1.0, 0.0]);
    /// ```
    #[must_use]
    fn softmax(&self) -> Self;
}

/// For each entry of the transpose, row-major, its row-major place in the array with so many rows and columns.
#[doc(hidden)] // for the modes
pub fn transposed_order([rows, cols]: [usize; 2]) -> impl Iterator<Item = usize> {
    (0..cols).flat_map(move |col| (0..rows).map(move |row| row * cols + col))
}

/// The names of [`Scalar::Array`] by which most code calls it, `S::Vector` and `S::Matrix`: a trait of their own, because an
/// implementor of [`Scalar`] could give them other types than it gives for the ranks.
pub trait Arrays {
    /// `S::Array<1>`.
    type Vector;
    /// `S::Array<2>`, row-major.
    type Matrix;
}

impl<S: Scalar> Arrays for S {
    type Vector = S::Array<1>;
    type Matrix = S::Array<2>;
}
