//! [`SymbolArray`]: the arrays of a step that is sketched.

use super::sketch::{Op, Sketch, Source, give_up, sketch};
use super::symbol::Symbol;
use ad_core::{Array, Binary, Dense, Nary, Real, Scalar, Unary};
use std::fmt;
use std::ops::Range;

/// The values of an array in the first step, and its place in the sketch.
#[derive(Clone)]
pub(super) struct SymbolArray<R, const RANK: usize> {
    values: Dense<R, RANK>,
    /// 0 for a constant.
    id: u64,
}

impl<R: Real, const RANK: usize> SymbolArray<R, RANK> {
    /// An array that comes from outside of the step.
    pub(super) fn given(values: Dense<R, RANK>, source: Source) -> Self {
        let entries = values.as_slice().len();
        let id = sketch::<R, _>(|sketch| sketch.given(source, entries)).unwrap_or(0);
        Self { values, id }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn values(&self) -> &Dense<R, RANK> {
        &self.values
    }

    fn fixed(values: Dense<R, RANK>) -> Self {
        Self { values, id: 0 }
    }

    /// The values, to look at.
    fn seen(&self) -> &Dense<R, RANK> {
        if self.id != 0 {
            give_up::<R>();
        }
        &self.values
    }

    /// The result of an operation: a constant if no operand is known to the sketch.
    fn recorded(values: Dense<R, RANK>, known: bool, op: impl FnOnce(&mut Sketch<R>, u32) -> Op<R>) -> Self {
        if !known {
            return Self::fixed(values);
        }
        let entries = values.as_slice().len();
        Self { id: sketch(|sketch| sketch.array(entries, op)).unwrap_or(0), values }
    }

    fn operand(&self, sketch: &mut Sketch<R>) -> u32 {
        sketch.operand(self.id, &self.values)
    }
}

/// Those that a program has an instruction for are recorded. Every other one looks at the values.
impl<R: Real, const RANK: usize> Array<Symbol<R>, RANK> for SymbolArray<R, RANK> {
    fn constant(x: &Dense<R, RANK>) -> Self {
        Self::fixed(x.clone())
    }
    #[track_caller]
    fn from_scalars(shape: [usize; RANK], x: &[Symbol<R>]) -> Self {
        Self::fixed(Dense::new(shape, x.iter().map(|x| x.primal())))
    }
    fn shape(&self) -> [usize; RANK] {
        self.values.shape()
    }
    #[track_caller]
    fn get(&self, index: usize) -> Symbol<R> {
        Symbol::constant(self.seen().entry(index))
    }
    fn primal(&self) -> Dense<R, RANK> {
        self.seen().clone()
    }
    fn map<F: Unary>(&self, rule: F) -> Self {
        Self::recorded(self.values.mapped(rule), self.id != 0, |sketch, out| {
            let rule = Box::new(move |x: &[R], y: &mut [R], p: &mut [R]| R::map_with_partial(rule, x, y, p));
            sketch.slopes += 1;
            Op::Map { rule, x: self.operand(sketch), slope: sketch.slopes - 1, out }
        })
    }
    #[track_caller]
    fn map2<F: Binary>(&self, rhs: &Self, rule: F) -> Self {
        Self::fixed(self.seen().zipped(rhs.seen(), rule))
    }
    #[track_caller]
    fn axpby(&self, a: R, rhs: &Self, b: R) -> Self {
        let values = self.values.combined(a, &rhs.values, b);
        Self::recorded(values, self.id != 0 || rhs.id != 0, |sketch, out| {
            let [x, y] = [self, rhs].map(|x| x.operand(sketch));
            Op::Axpby { a, x, b, y, out }
        })
    }
    #[track_caller]
    fn hadamard(&self, rhs: &Self) -> Self {
        Self::recorded(self.values.multiplied(&rhs.values), self.id != 0 || rhs.id != 0, |sketch, out| {
            let [x, y] = [self, rhs].map(|x| x.operand(sketch));
            Op::Hadamard { x, y, out }
        })
    }
    fn scale(&self, factor: Symbol<R>) -> Self {
        Self::fixed(self.seen().scaled(factor.primal()))
    }
    #[track_caller]
    fn dot(&self, rhs: &Self) -> Symbol<R> {
        let value = self.values.dotted(&rhs.values);
        if self.id == 0 && rhs.id == 0 {
            return Symbol::constant(value);
        }
        let id = sketch(|sketch| {
            let [x, y] = [self, rhs].map(|x| x.operand(sketch));
            sketch.scalar(|_, out| Op::Dot { x, y, out })
        });
        Symbol::new(value, id.unwrap_or(0))
    }
    fn sum(&self) -> Symbol<R> {
        Symbol::constant(self.seen().summed())
    }
    #[track_caller]
    fn affine(terms: &[(&SymbolArray<R, 2>, &Self)], bias: &SymbolArray<R, 1>) -> Self {
        let values = Dense::affine_of(terms.iter().map(|(w, x)| (&w.values, &x.values)), &bias.values);
        let rows = values.rows();
        let known = bias.id != 0 || terms.iter().any(|(w, x)| w.id != 0 || x.id != 0);
        Self::recorded(values, known, |sketch, out| {
            let terms = terms.iter().map(|(w, x)| [w.operand(sketch), x.operand(sketch)]).collect();
            Op::Affine { terms, bias: bias.operand(sketch), rows, out }
        })
    }
    fn reduce_rows<F: Nary>(&self, rule: F) -> SymbolArray<R, 1> {
        SymbolArray::fixed(self.seen().rows_reduced(rule))
    }
    #[track_caller]
    fn sub_rows(&self, rhs: &SymbolArray<R, 1>) -> Self {
        Self::fixed(self.seen().rows_subtracted(rhs.seen()))
    }
    #[track_caller]
    fn slice(&self, range: Range<usize>) -> Self {
        Self::fixed(self.seen().sliced(range))
    }
    #[track_caller]
    fn concat(parts: &[&Self]) -> Self {
        Self::fixed(Dense::concatenated(parts.iter().map(|part| part.seen())))
    }
    #[track_caller]
    fn reshape<const TO: usize>(&self, shape: [usize; TO]) -> SymbolArray<R, TO> {
        SymbolArray::fixed(self.seen().reshape(shape))
    }
    fn transpose(&self) -> Self {
        Self::fixed(self.seen().transposed())
    }
    fn softmax(&self) -> Self {
        Self::fixed(self.seen().softmaxed())
    }
}

impl<R: Real, const RANK: usize> fmt::Debug for SymbolArray<R, RANK> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.seen().fmt(f)
    }
}
