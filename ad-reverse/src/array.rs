//! [`VarArray`]: vectors and matrices whose operations are recorded as blocks.

use crate::block::{Kind, Op, Operand, Term};
use crate::tape::{live_node, record_block, record_leaf};
use crate::var::Var;
use ad_core::{Array, Dense, Lift, Nary, Scalar, Tree, Unary};
use smallvec::{SmallVec, smallvec};
use std::ops::Range;

/// A vector (`RANK` 1) or matrix (2) of [`Var`]s: its values, and one place in the recording.
///
/// An operation on arrays is one record, however many entries it has, and keeps only what its adjoint
/// needs; weights are shared with their owner, not copied. So a generic program on arrays is swept at
/// the speed of a hand-written adjoint.
#[derive(Clone, Debug)]
pub struct VarArray<T, const RANK: usize> {
    values: Dense<T, RANK>,
    /// 0 for a constant, else unique in the process.
    id: u64,
    /// The place in the recording's list of block operations.
    op: u32,
}

impl<T: Scalar, const RANK: usize> VarArray<T, RANK> {
    /// Values that depend on no input.
    #[must_use]
    pub fn from_values(values: &Dense<T, RANK>) -> Self {
        Self { values: values.clone(), id: 0, op: 0 }
    }

    /// The values, as numbers of the scalar below.
    #[must_use]
    pub fn values(&self) -> &Dense<T, RANK> {
        &self.values
    }

    /// A new input of the open recording.
    pub(crate) fn leaf(values: Dense<T, RANK>) -> Self {
        let entries = values.as_slice().len();
        Self::recorded(values, Op::new(entries, Kind::Leaf))
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn op(&self) -> u32 {
        self.op
    }

    fn recorded(values: Dense<T, RANK>, op: Op<T>) -> Self {
        let (id, op) = record_block(op);
        Self { values, id, op }
    }

    /// The result of an operation, recorded if it has an operand that is a variable.
    fn from_kind(values: Dense<T, RANK>, kind: Option<Kind<T>>) -> Self {
        let entries = values.as_slice().len();
        match kind.filter(|_| entries > 0) {
            Some(kind) => Self::recorded(values, Op::new(entries, kind)),
            None => Self::from_values(&values),
        }
    }

    /// This array as an operand.
    ///
    /// # Panics
    ///
    /// If it belongs to another recording.
    fn operand(&self) -> Operand {
        live_node::<T>(self.id).map(|_| self.op)
    }

    fn scalar(value: T, kind: Option<Kind<T>>) -> Var<T> {
        match kind {
            Some(kind) => Var::new(value, record_block(Op::new(0, kind)).0),
            None => Var::from_value(value),
        }
    }

    fn flat(&self) -> Dense<T, 1> {
        self.values.clone().reshape([self.values.as_slice().len()])
    }

    fn rows_and_cols(&self) -> Dense<T, 2> {
        self.values.clone().reshape([self.values.rows(), self.values.cols()])
    }

    /// The factors of a product, each with the values of the other.
    fn factors(&self, rhs: &Self) -> SmallVec<[(u32, Vec<T>); 2]> {
        let by = |operand: Operand, other: &Self| Some((operand?, other.values.as_slice().to_vec()));
        [by(self.operand(), rhs), by(rhs.operand(), self)].into_iter().flatten().collect()
    }
}

impl<T: Scalar, const RANK: usize> Array<Var<T>, RANK> for VarArray<T, RANK> {
    fn constant(x: &Dense<T::Real, RANK>) -> Self {
        Self { values: Dense::lifted(x), id: 0, op: 0 }
    }

    fn from_scalars(shape: [usize; RANK], x: &[Var<T>]) -> Self {
        let values = Dense::new(shape, x.iter().map(|x| x.value()));
        let nodes = x.iter().enumerate();
        let from: Vec<_> = nodes.filter_map(|(i, x)| Some((i as u32, live_node::<T>(x.id())?))).collect();
        Self::from_kind(values, (!from.is_empty()).then_some(Kind::Gather { from }))
    }

    fn shape(&self) -> [usize; RANK] {
        self.values.shape()
    }

    fn get(&self, index: usize) -> Var<T> {
        let value = self.values.as_slice()[index];
        Self::scalar(value, self.operand().map(|x| Kind::Pick { x, index }))
    }

    fn primal(&self) -> Dense<T::Real, RANK> {
        self.values.lowered()
    }

    fn map<R: Unary>(&self, rule: R) -> Self {
        let Some(x) = self.operand() else {
            return Self::from_values(&self.values.mapped(rule));
        };
        let (values, partial) = self.values.mapped_with_partial(rule);
        Self::from_kind(values, Some(Kind::Diagonal { factors: smallvec![(x, partial.as_slice().to_vec())] }))
    }

    fn axpby(&self, a: T::Real, rhs: &Self, b: T::Real) -> Self {
        let values = self.values.combined(T::constant(a), &rhs.values, T::constant(b));
        let terms = [(self.operand(), a), (rhs.operand(), b)];
        let terms: SmallVec<[_; 2]> = terms.into_iter().filter_map(|(x, a)| Some((x?, a))).collect();
        Self::from_kind(values, (!terms.is_empty()).then_some(Kind::Linear { terms }))
    }

    fn hadamard(&self, rhs: &Self) -> Self {
        let values = self.values.multiplied(&rhs.values);
        let factors = self.factors(rhs);
        Self::from_kind(values, (!factors.is_empty()).then_some(Kind::Diagonal { factors }))
    }

    fn scale(&self, factor: Var<T>) -> Self {
        let (x, node) = (self.operand(), live_node::<T>(factor.id()));
        let kind = Kind::Scale { x, factor: factor.value(), by: node.map(|node| (node, self.flat())) };
        Self::from_kind(self.values.scaled(factor.value()), (x.is_some() || node.is_some()).then_some(kind))
    }

    fn dot(&self, rhs: &Self) -> Var<T> {
        let value = self.values.dotted(&rhs.values);
        let factors = self.factors(rhs);
        Self::scalar(value, (!factors.is_empty()).then_some(Kind::Contract { factors }))
    }

    fn sum(&self) -> Var<T> {
        Self::scalar(self.values.summed(), self.operand().map(|x| Kind::Sum { x }))
    }

    fn affine(terms: &[(&VarArray<T, 2>, &Self)], bias: &VarArray<T, 1>) -> Self {
        let values = Dense::affine_of(terms.iter().map(|(w, x)| (&w.values, &x.values)), &bias.values);
        let bias = bias.operand();
        let terms: SmallVec<[_; 2]> = terms
            .iter()
            .map(|(w, x)| {
                let (w_op, x_op) = (w.operand(), x.operand());
                let (w, x) = (x_op.map(|_| w.values.clone()), w_op.map(|_| x.rows_and_cols()));
                Term { w, x, w_op, x_op }
            })
            .collect();
        let moved = bias.is_some() || terms.iter().any(|t| t.w_op.is_some() || t.x_op.is_some());
        // An infinite weight or input makes its result infinite, or NaN.
        let (rows, finite) = (values.rows(), values.as_slice().iter().all(|y| y.is_all_finite()));
        Self::from_kind(values, moved.then_some(Kind::Affine { rows, terms, bias, finite }))
    }

    fn reduce_rows<R: Nary>(&self, rule: R) -> VarArray<T, 1> {
        let values = self.values.rows_reduced(rule);
        let kind = self.operand().map(|x| {
            let rows = self.rows_and_cols();
            let partials = rows.iter_rows().zip(values.as_slice());
            let partials = Dense::new(rows.shape(), partials.flat_map(|(row, &y)| rule.partials(row, y)));
            Kind::ReduceRows { x, partials }
        });
        VarArray::from_kind(values, kind)
    }

    fn sub_rows(&self, rhs: &VarArray<T, 1>) -> Self {
        let values = self.values.rows_subtracted(&rhs.values);
        let (cols, x, rhs) = (self.values.cols(), self.operand(), rhs.operand());
        let moved = x.is_some() || rhs.is_some();
        Self::from_kind(values, moved.then_some(Kind::SubRows { cols, x, rhs }))
    }

    fn slice(&self, range: Range<usize>) -> Self {
        let start = range.start * self.shape()[1..].iter().product::<usize>();
        Self::from_kind(self.values.sliced(range), self.operand().map(|x| Kind::Slice { x, start }))
    }

    fn stop_gradient(&self) -> Self {
        let values = Dense::new(self.shape(), self.values.as_slice().iter().map(|x| x.stop_gradient()));
        Self::from_values(&values)
    }
}

impl<T: Scalar> Tree for VarArray<T, 1> {
    type Scalar = Var<T>;
    type Over<S: Scalar<Real = T::Real>> = S::Vector;
    type Owned<S: Scalar<Real = T::Real>> = S::Vector;

    fn lift<S: Scalar<Real = T::Real>, L: Lift<Var<T>, S>>(&self, to: &mut L) -> S::Vector {
        to.vector(self)
    }
}

impl<T: Scalar> Tree for VarArray<T, 2> {
    type Scalar = Var<T>;
    type Over<S: Scalar<Real = T::Real>> = S::Matrix;
    type Owned<S: Scalar<Real = T::Real>> = S::Matrix;

    fn lift<S: Scalar<Real = T::Real>, L: Lift<Var<T>, S>>(&self, to: &mut L) -> S::Matrix {
        to.matrix(self)
    }
}

/// A new scalar input of the open recording.
pub(crate) fn scalar_leaf<T: Scalar>(value: T) -> Var<T> {
    Var::new(value, record_leaf::<T>())
}
