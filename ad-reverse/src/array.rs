//! [`VarArray`]: vectors and matrices whose operations are recorded as blocks.

use crate::blocks::edge::Edge;
use crate::blocks::{Edges, Operand};
use crate::tape::notes::note;
use crate::tape::{OpenRecording, live_node, record_block};
use crate::var::Var;
use ad_core::rule::partials_of;
use ad_core::{Array, Binary, Dense, Lift, Nary, Real, Scalar, Tree, Unary};
use std::ops::Range;

/// A vector (`RANK` 1) or matrix (2) of [`Var`]s: its values, and one place in the recording.
///
/// An operation on arrays is one record, however many entries it has (those that are made of others,
/// [`matmul`](Array::matmul) and [`scale_rows`](Array::scale_rows), are as many as these), and keeps only what its adjoint
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
    pub fn from_values(values: Dense<T, RANK>) -> Self {
        Self { values, id: 0, op: 0 }
    }

    /// The values, as numbers of the scalar below.
    #[must_use]
    pub fn values(&self) -> &Dense<T, RANK> {
        &self.values
    }

    /// A new input of the open recording.
    pub(crate) fn leaf(values: Dense<T, RANK>) -> Self {
        let (id, op) = record_block::<T>(values.as_slice().len(), |edges| edges.input());
        Self { values, id, op }
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn op(&self) -> u32 {
        self.op
    }

    /// The result of an operation by name, recorded if it has an operand that is a variable.
    #[inline(always)]
    fn result(
        name: &'static str,
        values: Dense<T, RANK>,
        moved: bool,
        write: impl FnOnce(&mut Edges<'_, T>),
    ) -> Self {
        let entries = values.as_slice().len();
        let (id, op) = if moved && entries > 0 { record_block(entries, write) } else { (0, 0) };
        note(id, name, &values.shape(), values.as_slice());
        Self { values, id, op }
    }

    /// The same for a scalar result.
    #[inline(always)]
    fn scalar(name: &'static str, value: T, moved: bool, write: impl FnOnce(&mut Edges<'_, T>)) -> Var<T> {
        if moved { Var::result(name, value, record_block(0, write).0) } else { Var::from_value(value) }
    }

    /// This array as an operand.
    ///
    /// # Panics
    ///
    /// If it belongs to another recording.
    #[inline]
    #[track_caller]
    fn operand(&self) -> Operand {
        self.operand_in(OpenRecording::of::<T>())
    }

    /// The [`operand`](Self::operand), where the recording is at hand.
    #[inline]
    #[track_caller]
    fn operand_in(&self, recording: OpenRecording) -> Operand {
        recording.node(self.id).map(|_| self.op)
    }

    /// The [`operand`](Self::operand) of an array that has just been found to belong to the open recording.
    #[inline]
    fn known_operand(&self) -> Operand {
        (self.id != 0).then_some(self.op)
    }
}

impl<T: Scalar, const RANK: usize> Array<Var<T>, RANK> for VarArray<T, RANK> {
    fn constant(x: &Dense<T::Real, RANK>) -> Self {
        Self::from_values(Dense::lifted(x))
    }

    #[track_caller]
    fn from_scalars(shape: [usize; RANK], x: &[Var<T>]) -> Self {
        let values = Dense::new(shape, x.iter().map(|x| x.value()));
        let mut from = Vec::new();
        for (i, x) in x.iter().enumerate() {
            from.extend(live_node::<T>(x.id()).map(|node| (i as u32, node)));
        }
        Self::result("gather", values, !from.is_empty(), |edges| edges.gather(from))
    }

    fn shape(&self) -> [usize; RANK] {
        self.values.shape()
    }

    #[track_caller]
    fn get(&self, index: usize) -> Var<T> {
        let (value, x) = (self.values.entry(index), self.operand());
        Self::scalar("get", value, x.is_some(), |edges| edges.add(x, |_, x| Edge::Pick { x, index }))
    }

    fn primal(&self) -> Dense<T::Real, RANK> {
        self.values.lowered()
    }

    #[track_caller]
    fn map<R: Unary>(&self, rule: R) -> Self {
        let Some(x) = self.operand() else {
            return Self::from_values(self.values.mapped(rule));
        };
        let (values, partial) = self.values.mapped_with_partial(rule);
        Self::result(R::NAME, values, true, |edges| {
            let p = edges.keep(partial);
            edges.push(Edge::Diagonal { x, p });
        })
    }

    #[track_caller]
    fn map2<R: Binary>(&self, rhs: &Self, rule: R) -> Self {
        let (x, y) = (self.operand(), rhs.operand());
        let moved = [x.is_some(), y.is_some()];
        let (z, [p, q]) = self.values.zipped_with_partials(&rhs.values, rule, moved);
        Self::result(R::NAME, z, moved != [false; 2], |edges| {
            for (x, partial) in x.zip(p).into_iter().chain(y.zip(q)) {
                let p = edges.keep(partial);
                edges.push(Edge::Diagonal { x, p });
            }
        })
    }

    #[track_caller]
    fn axpby(&self, a: T::Real, rhs: &Self, b: T::Real) -> Self {
        let values = self.values.combined(T::constant(a), &rhs.values, T::constant(b));
        let (x, y) = (self.operand(), rhs.operand());
        Self::result("axpby", values, x.is_some() || y.is_some(), |edges| {
            edges.add(x, |_, x| Edge::Multiple { x, a });
            edges.add(y, |_, x| Edge::Multiple { x, a: b });
        })
    }

    #[track_caller]
    fn axpby_map<R: Unary>(&self, a: T::Real, x: &Self, rule: R, b: T::Real) -> Self {
        let (y, of_x) = (self.operand(), x.operand());
        let (mapped, slopes) = match of_x {
            Some(of_x) => {
                let (mapped, partial) = x.values.mapped_with_partial(rule);
                (mapped, Some((of_x, partial)))
            }
            None => (x.values.mapped(rule), None),
        };
        let values = self.values.combined_into(T::constant(a), mapped, T::constant(b));
        Self::result("axpby_map", values, y.is_some() || of_x.is_some(), move |edges| {
            edges.add(y, |_, x| Edge::Multiple { x, a });
            if let Some((x, partial)) = slopes {
                let p = edges.keep(partial);
                edges.push(Edge::Mapped { x, p, a: b });
            }
        })
    }

    #[track_caller]
    fn squared_distance(&self, rhs: &Self) -> Var<T> {
        let (x, y) = (self.operand(), rhs.operand());
        let difference = self.values.combined(T::one(), &rhs.values, -T::one());
        let value = difference.dotted(&difference);
        Self::scalar("squared_distance", value, x.is_some() || y.is_some(), move |edges| {
            let p = edges.keep(difference);
            edges.push(Edge::Distance { x: x.into(), y: y.into(), p });
        })
    }

    #[track_caller]
    fn hadamard(&self, rhs: &Self) -> Self {
        let values = self.values.multiplied(&rhs.values);
        let (x, y) = (self.operand(), rhs.operand());
        Self::result("hadamard", values, x.is_some() || y.is_some(), |edges| {
            edges.add(x, |edges, x| Edge::Diagonal { x, p: edges.keep_values(y, &rhs.values) });
            edges.add(y, |edges, y| Edge::Diagonal { x: y, p: edges.keep_values(x, &self.values) });
        })
    }

    #[track_caller]
    fn scale(&self, factor: Var<T>) -> Self {
        let (x, node) = (self.operand(), live_node::<T>(factor.id()));
        let s = factor.value();
        Self::result("scale", self.values.scaled(s), x.is_some() || node.is_some(), |edges| {
            edges.add(node, |edges, node| Edge::Factor { node, x: edges.keep_values(x, &self.values) });
            edges.add(x, |_, x| Edge::Scaled { x, s });
        })
    }

    #[track_caller]
    fn dot(&self, rhs: &Self) -> Var<T> {
        let value = self.values.dotted(&rhs.values);
        let (x, y) = (self.operand(), rhs.operand());
        Self::scalar("dot", value, x.is_some() || y.is_some(), |edges| {
            edges.add(x, |edges, x| Edge::Contract { x, p: edges.keep_values(y, &rhs.values) });
            edges.add(y, |edges, y| Edge::Contract { x: y, p: edges.keep_values(x, &self.values) });
        })
    }

    #[track_caller]
    fn sum(&self) -> Var<T> {
        let x = self.operand();
        Self::scalar("sum", self.values.summed(), x.is_some(), |edges| edges.add(x, |_, x| Edge::Sum { x }))
    }

    #[track_caller]
    fn affine(terms: &[(&VarArray<T, 2>, &Self)], bias: &VarArray<T, 1>) -> Self {
        let values = Dense::affine_of(terms.iter().map(|(w, x)| (&w.values, &x.values)), &bias.values);
        let recording = OpenRecording::of::<T>();
        let mut of_b = bias.operand_in(recording);
        let mut moved = of_b.is_some();
        for (w, x) in terms {
            moved |= w.operand_in(recording).is_some() | x.operand_in(recording).is_some();
        }
        Self::result("affine", values, moved, |edges| {
            for (w, x) in terms {
                edges.add_term([w.known_operand(), x.known_operand(), of_b.take()], &w.values, &x.values);
            }
        })
    }

    #[track_caller]
    fn reduce_rows<R: Nary>(&self, rule: R) -> VarArray<T, 1> {
        let values = self.values.rows_reduced(rule);
        let Some(x) = self.operand() else { return VarArray::from_values(values) };
        let rows = self.values.to_rows();
        let partials = rows.iter_rows().zip(values.as_slice());
        let partials = Dense::new(rows.shape(), partials.flat_map(|(row, &y)| partials_of(rule, row, y)));
        VarArray::result(R::NAME, values, true, |edges| {
            let partials = edges.keep(partials);
            edges.push(Edge::Rows { x, partials });
        })
    }

    #[track_caller]
    fn sub_rows(&self, rhs: &VarArray<T, 1>) -> Self {
        let values = self.values.rows_subtracted(&rhs.values);
        let (cols, x, r) = (self.values.cols(), self.operand(), rhs.operand());
        let a = T::Real::from_literal(1.0);
        Self::result("sub_rows", values, x.is_some() || r.is_some(), |edges| {
            edges.add(r, |_, r| Edge::MinusRows { r, cols });
            edges.add(x, |_, x| Edge::Multiple { x, a });
        })
    }

    #[track_caller]
    fn softmax(&self) -> Self {
        let (x, values) = (self.operand(), self.values.softmaxed());
        let rows = values.to_rows();
        Self::result("softmax", values, x.is_some(), |edges| {
            edges.add(x, |edges, x| Edge::Softmax { x, y: edges.keep(rows) });
        })
    }

    #[track_caller]
    fn slice(&self, range: Range<usize>) -> Self {
        let x = self.operand();
        let values = self.values.sliced(range.clone()); // first: it refuses what is out of range
        let from = range.start * self.shape()[1..].iter().product::<usize>();
        Self::result("slice", values, x.is_some(), |edges| {
            edges.add(x, |_, x| Edge::Copied { x, from, to: 0 })
        })
    }

    #[track_caller]
    fn concat(parts: &[&Self]) -> Self {
        let values = Dense::concatenated(parts.iter().map(|part| &part.values));
        let recording = OpenRecording::of::<T>();
        let mut moved = false;
        for part in parts {
            moved |= part.operand_in(recording).is_some();
        }
        Self::result("concat", values, moved, |edges| {
            let mut to = 0;
            for part in parts {
                edges.add(part.known_operand(), |_, x| Edge::Copied { x, from: 0, to });
                to += part.values.as_slice().len();
            }
        })
    }

    #[track_caller]
    fn reshape<const TO: usize>(&self, shape: [usize; TO]) -> VarArray<T, TO> {
        let (x, values) = (self.operand(), self.values.reshape(shape));
        VarArray::result("reshape", values, x.is_some(), |edges| {
            edges.add(x, |_, x| Edge::Copied { x, from: 0, to: 0 });
        })
    }

    #[track_caller]
    fn transpose(&self) -> Self {
        let x = self.operand(); // of a vector, too: it refuses what belongs to another recording
        if RANK == 1 {
            return self.clone();
        }
        let (values, rows) = (self.values.transposed(), self.values.rows());
        Self::result("transpose", values, x.is_some(), |edges| {
            edges.add(x, |_, x| Edge::Transpose { x, rows })
        })
    }

    fn stop_gradient(&self) -> Self {
        let values = Dense::new(self.shape(), self.values.as_slice().iter().map(|x| x.stop_gradient()));
        Self::from_values(values)
    }
}

impl<T: Scalar, const RANK: usize> Tree for VarArray<T, RANK> {
    type Scalar = Var<T>;
    type Over<S: Scalar<Real = T::Real>> = S::Array<RANK>;
    type Owned<S: Scalar<Real = T::Real>> = S::Array<RANK>;

    fn lift<S: Scalar<Real = T::Real>, L: Lift<Var<T>, S>>(&self, to: &mut L) -> S::Array<RANK> {
        to.array(self)
    }
}
