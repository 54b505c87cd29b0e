//! [`DualArray`]: vectors and matrices of dual numbers, as a primal and a block of tangents.

use crate::dual::Dual;
use crate::tag::Tag;
use crate::tangent::{Block, Tangent};
use ad_core::array::transposed_order;
use ad_core::rule::partials_of;
use ad_core::{Array, Binary, Dense, Lift, Nary, Scalar, Tree, Unary};
use alloc::{vec, vec::Vec};
use core::fmt;
use core::ops::Range;

/// A vector (`RANK` 1) or matrix (2) of [`Dual`] numbers.
///
/// Its tangent has as many directions as the seeds that went into it, chosen at run time and not
/// bound to `N`: seed all `p` parameters of a recurrent network ([`seeded`](Self::seeded)), run its
/// step, and [`tangent`](Self::tangent) of the state is the `d x p` sensitivity matrix `P_t`. Only
/// where single [`Dual`] scalars are taken out (`get`, `sum`, `dot`) must there be `N` directions.
///
/// ```
/// use ad_core::{Array, Matrix, Vector};
/// use ad_forward::DualArray;
///
/// // d(W h) / dW: row i depends on row i of W, by h.
/// let w = DualArray::<f64, 1, 2>::seeded(&Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0]]), 0, 4);
/// let h = DualArray::constant(&Vector::from([5.0, 6.0]));
/// let b = DualArray::constant(&Vector::from([0.0, 0.0]));
/// let u = DualArray::affine(&[(&w, &h)], &b);
/// assert_eq!(u.tangent(4).as_slice(), [5.0, 6.0, 0.0, 0.0, 0.0, 0.0, 5.0, 6.0]);
/// ```
#[derive(Clone)]
pub struct DualArray<T, const N: usize, const RANK: usize> {
    primal: Dense<T, RANK>,
    tangent: Tangent<T>,
    /// Whose tangent it is.
    tag: Tag,
}

impl<T: Scalar, const N: usize, const RANK: usize> DualArray<T, N, RANK> {
    /// An input: entry `i` (row-major) moves in direction `first + i`, out of `directions`.
    ///
    /// # Panics
    ///
    /// If the entries do not fit into the directions.
    #[must_use]
    #[track_caller]
    pub fn seeded(primal: &Dense<T, RANK>, first: usize, directions: usize) -> Self {
        let tangent = Tangent::one_hot(primal.as_slice().len(), first, directions);
        Self { primal: primal.clone(), tangent, tag: Tag::BY_HAND }
    }

    /// An input with given tangents, one row per entry (row-major) and one column per direction.
    ///
    /// # Panics
    ///
    /// If there are not as many rows as entries.
    #[must_use]
    #[track_caller]
    pub fn with_tangent(primal: &Dense<T, RANK>, tangent: Dense<T, 2>) -> Self {
        let (entries, rows) = (primal.as_slice().len(), tangent.rows());
        assert!(entries == rows, "{entries} entries, but {rows} rows of tangents");
        Self { primal: primal.clone(), tangent: Tangent::dense(tangent), tag: Tag::UNKNOWN }
    }

    /// Values that no direction moves.
    #[must_use]
    pub fn from_primal(primal: Dense<T, RANK>) -> Self {
        Self { primal, tangent: Tangent::Zero, tag: Tag::NONE }
    }

    /// The values, as numbers of the scalar below.
    #[must_use]
    pub fn values(&self) -> &Dense<T, RANK> {
        &self.primal
    }

    /// The tangents: one row per entry (row-major), one column per direction.
    ///
    /// # Panics
    ///
    /// If the array has been seeded with another number of directions.
    #[must_use]
    #[track_caller]
    pub fn tangent(&self, directions: usize) -> Dense<T, 2> {
        let entries = self.primal.as_slice().len();
        let block = self.tangent.block().unwrap_or_else(|| Block::filled([entries, directions], T::zero()));
        let found = block.cols();
        assert!(found == directions, "the array has {found} directions, not {directions}");
        block
    }

    /// `w` (one number per entry) times the tangents: one number per direction. Far cheaper than
    /// [`tangent`](Self::tangent) where one combination of the rows is all that is needed.
    ///
    /// # Panics
    ///
    /// If `w` has another length, or the array another number of directions.
    #[must_use]
    #[track_caller]
    pub fn contract(&self, w: &[T], directions: usize) -> Vec<T> {
        let entries = self.primal.as_slice().len();
        assert!(w.len() == entries, "{} weights for {entries} entries", w.len());
        let mut out = self.tangent.contracted(w);
        if let Tangent::Zero = self.tangent {
            out.resize(directions, T::zero());
        }
        assert!(out.len() == directions, "the array has {} directions, not {directions}", out.len());
        out
    }

    /// The same array, with this tag.
    pub(crate) fn tagged(self, tag: Tag) -> Self {
        Self { tag, ..self }
    }

    /// [`tangent`](Self::tangent), of a result of the run with this tag.
    ///
    /// # Panics
    ///
    /// If another run has a part in it; as [`tangent`](Self::tangent).
    #[track_caller]
    pub(crate) fn tangent_of(&self, tag: Tag, directions: usize) -> Dense<T, 2> {
        self.tag.check(tag);
        self.tangent(directions)
    }

    /// The tangent of a scalar result with these partials: needs `N` directions.
    #[track_caller]
    fn scalar_tangent(&self, partials: &[T]) -> [T; N] {
        let out = self.contract(partials, N);
        core::array::from_fn(|i| out[i])
    }

    /// The tangents of all rows, one below the other, of which either each moves or none.
    fn stacked(rows: usize, per_row: impl Fn(usize) -> Tangent<T>) -> Tangent<T> {
        let blocks: Vec<Block<T>> = (0..rows).filter_map(|row| per_row(row).block()).collect();
        let Some(first) = blocks.first() else {
            return Tangent::Zero;
        };
        let [entries, directions] = first.shape();
        let numbers = blocks.iter().flat_map(|block| block.as_slice().iter().copied());
        Tangent::dense(Block::new([rows * entries, directions], numbers))
    }

    /// [`stacked`](Self::stacked), but a single row keeps its form, unevaluated.
    fn stacked_unless_one(rows: usize, per_row: impl Fn(usize) -> Tangent<T>) -> Tangent<T> {
        if rows == 1 { per_row(0) } else { Self::stacked(rows, per_row) }
    }
}

impl<T: Scalar, const N: usize, const RANK: usize> Array<Dual<T, N>, RANK> for DualArray<T, N, RANK> {
    fn constant(x: &Dense<T::Real, RANK>) -> Self {
        Self::from_primal(Dense::lifted(x))
    }

    fn from_scalars(shape: [usize; RANK], x: &[Dual<T, N>]) -> Self {
        let primal = Dense::new(shape, x.iter().map(|x| x.primal));
        if x.iter().all(|x| x.tangent.iter().all(|t| t.is_strong_zero())) {
            return Self::from_primal(primal);
        }
        let tangent = Tangent::dense(Block::new([x.len(), N], x.iter().flat_map(|x| x.tangent)));
        Self { primal, tangent, tag: Tag::join_all(x.iter().map(|x| x.tag)) }
    }

    fn shape(&self) -> [usize; RANK] {
        self.primal.shape()
    }

    fn get(&self, index: usize) -> Dual<T, N> {
        let primal = self.primal.entry(index); // first: it looks whether there is such an entry
        let block = self.tangent(N);
        let row = block.row(index);
        Dual::new(primal, core::array::from_fn(|i| row[i])).tagged(self.tag)
    }

    fn to_scalars(&self) -> Vec<Dual<T, N>> {
        let block = self.tangent(N);
        let entries = self.primal.as_slice().iter().enumerate();
        let dual = |(i, &x)| Dual::new(x, core::array::from_fn(|k| block.row(i)[k])).tagged(self.tag);
        entries.map(dual).collect()
    }

    fn primal(&self) -> Dense<T::Real, RANK> {
        self.primal.lowered()
    }

    fn map<R: Unary>(&self, rule: R) -> Self {
        if let Tangent::Zero = self.tangent {
            return Self::from_primal(self.primal.mapped(rule));
        }
        let (primal, partial) = self.primal.mapped_with_partial(rule);
        Self { primal, tangent: self.tangent.weighted(partial.as_slice()), tag: self.tag }
    }

    fn map2<R: Binary>(&self, rhs: &Self, rule: R) -> Self {
        let tag = self.tag.join(rhs.tag);
        let tangents = [&self.tangent, &rhs.tangent];
        let moves = tangents.map(|tangent| matches!(tangent, Tangent::Form(_)));
        let (primal, [p, q]) = self.primal.zipped_with_partials(&rhs.primal, rule, moves);
        let by = |tangent: &Tangent<T>, partial: Option<Dense<T, RANK>>| {
            partial.map_or(Tangent::Zero, |partial| tangent.weighted(partial.as_slice()))
        };
        Self { tangent: by(&self.tangent, p).plus(&by(&rhs.tangent, q)), primal, tag }
    }

    fn axpby(&self, a: T::Real, rhs: &Self, b: T::Real) -> Self {
        let tag = self.tag.join(rhs.tag);
        let (a, b) = (T::constant(a), T::constant(b));
        let primal = self.primal.combined(a, &rhs.primal, b);
        let len = primal.as_slice().len();
        let (left, right) = (self.tangent.weighted(&vec![a; len]), rhs.tangent.weighted(&vec![b; len]));
        Self { primal, tangent: left.plus(&right), tag }
    }

    fn hadamard(&self, rhs: &Self) -> Self {
        let tag = self.tag.join(rhs.tag);
        let primal = self.primal.multiplied(&rhs.primal);
        let (left, right) =
            (self.tangent.weighted(rhs.primal.as_slice()), rhs.tangent.weighted(self.primal.as_slice()));
        Self { primal, tangent: left.plus(&right), tag }
    }

    fn scale(&self, factor: Dual<T, N>) -> Self {
        let tag = self.tag.join(factor.tag);
        let entries = self.primal.as_slice();
        let by_array = self.tangent.weighted(&vec![factor.primal; entries.len()]);
        let by_factor = if factor.tangent.iter().all(|t| t.is_strong_zero()) {
            Tangent::Zero
        } else {
            let factors = Dense::new([1, N], factor.tangent);
            Tangent::dense(factors).through(&Dense::new([entries.len(), 1], entries.iter().copied()))
        };
        Self { primal: self.primal.scaled(factor.primal), tangent: by_array.plus(&by_factor), tag }
    }

    fn dot(&self, rhs: &Self) -> Dual<T, N> {
        let tag = self.tag.join(rhs.tag);
        let primal = self.primal.dotted(&rhs.primal); // first: it looks whether the shapes agree
        let (left, right) =
            (self.scalar_tangent(rhs.primal.as_slice()), rhs.scalar_tangent(self.primal.as_slice()));
        let tangent = core::array::from_fn(|i| left[i] + right[i]);
        Dual::new(primal, tangent).tagged(tag)
    }

    fn sum(&self) -> Dual<T, N> {
        let ones = vec![T::one(); self.primal.as_slice().len()];
        Dual::new(self.primal.summed(), self.scalar_tangent(&ones)).tagged(self.tag)
    }

    fn affine(terms: &[(&DualArray<T, N, 2>, &Self)], bias: &DualArray<T, N, 1>) -> Self {
        let tag = Tag::join_all(terms.iter().flat_map(|(w, x)| [w.tag, x.tag])).join(bias.tag);
        let primal = Dense::affine_of(terms.iter().map(|(w, x)| (&w.primal, &x.primal)), &bias.primal);
        let (rows, outputs) = (primal.rows(), primal.cols());
        let mut tangent = Self::stacked_unless_one(rows, |_| bias.tangent.clone());
        for (w, x) in terms {
            let inputs = x.primal.cols();
            let row_of = |i: usize| &x.primal.as_slice()[i * inputs..(i + 1) * inputs];
            let by_weights = Self::stacked_unless_one(rows, |i| w.tangent.applied_to(row_of(i), outputs));
            let by_inputs = Self::stacked_unless_one(rows, |i| match rows {
                1 => x.tangent.through(&w.primal),
                _ => x.tangent.sliced(i * inputs, (i + 1) * inputs).through(&w.primal),
            });
            tangent = tangent.plus(&by_inputs).plus(&by_weights);
        }
        Self { primal, tangent, tag }
    }

    fn reduce_rows<R: Nary>(&self, rule: R) -> DualArray<T, N, 1> {
        let (rows, cols) = (self.primal.rows(), self.primal.cols());
        let primal = self.primal.rows_reduced(rule);
        let tangent = Self::stacked(rows, |i| {
            let row = &self.primal.as_slice()[i * cols..(i + 1) * cols];
            let partials = partials_of(rule, row, primal.as_slice()[i]);
            let tangent = self.tangent.sliced(i * cols, (i + 1) * cols);
            tangent.through(&Dense::new([1, cols], partials))
        });
        DualArray { primal, tangent, tag: self.tag }
    }

    fn sub_rows(&self, rhs: &DualArray<T, N, 1>) -> Self {
        let tag = self.tag.join(rhs.tag);
        let primal = self.primal.rows_subtracted(&rhs.primal); // first: it looks whether the shapes fit
        let cols = primal.cols();
        let minus_ones = Dense::filled([cols, 1], -T::one());
        let by_rhs = Self::stacked(self.primal.rows(), |i| rhs.tangent.sliced(i, i + 1).through(&minus_ones));
        Self { primal, tangent: self.tangent.plus(&by_rhs), tag }
    }

    fn softmax(&self) -> Self {
        let primal = self.primal.softmaxed();
        let tangent = self.tangent.through_softmax(primal.as_slice(), primal.cols());
        Self { primal, tangent, tag: self.tag }
    }

    fn slice(&self, range: Range<usize>) -> Self {
        let stride: usize = self.shape()[1..].iter().product();
        let primal = self.primal.sliced(range.clone()); // first: it looks whether the range is within
        let tangent = self.tangent.sliced(range.start * stride, range.end * stride);
        Self { primal, tangent, tag: self.tag }
    }

    fn concat(parts: &[&Self]) -> Self {
        let primal = Dense::concatenated(parts.iter().map(|part| &part.primal));
        let tangents = parts.iter().map(|part| (&part.tangent, part.primal.as_slice().len()));
        let tag = Tag::join_all(parts.iter().map(|part| part.tag));
        Self { primal, tangent: Tangent::concatenated(tangents), tag }
    }

    fn reshape<const TO: usize>(&self, shape: [usize; TO]) -> DualArray<T, N, TO> {
        DualArray { primal: self.primal.reshape(shape), tangent: self.tangent.clone(), tag: self.tag }
    }

    fn transpose(&self) -> Self {
        if RANK == 1 {
            return self.clone();
        }
        let tangent = self.tangent.reordered(transposed_order([self.primal.rows(), self.primal.cols()]));
        Self { primal: self.primal.transposed(), tangent, tag: self.tag }
    }

    fn stop_gradient(&self) -> Self {
        Self::from_primal(Dense::new(self.shape(), self.primal.as_slice().iter().map(|x| x.stop_gradient())))
    }
}

impl<T: Scalar, const N: usize, const RANK: usize> Tree for DualArray<T, N, RANK> {
    type Scalar = Dual<T, N>;
    type Over<S: Scalar<Real = T::Real>> = S::Array<RANK>;
    type Owned<S: Scalar<Real = T::Real>> = S::Array<RANK>;

    fn lift<S: Scalar<Real = T::Real>, L: Lift<Dual<T, N>, S>>(&self, to: &mut L) -> S::Array<RANK> {
        to.array(self)
    }
}

// By hand, because it shows what a user has put in: not the tag.
impl<T: fmt::Debug, const N: usize, const RANK: usize> fmt::Debug for DualArray<T, N, RANK> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("DualArray");
        out.field("primal", &self.primal).field("tangent", &self.tangent).finish()
    }
}
