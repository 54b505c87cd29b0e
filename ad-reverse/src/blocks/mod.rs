//! Block operations: one record for a whole array operation.
//!
//! An operation is a list of [`Edge`]s, one for each operand that is a variable: each is a transposed linear map, which
//! carries the adjoint of the result, a row of numbers per seed, to that operand. (A [`Term`] is one edge for up to three
//! operands, [`Edge::Distance`] for up to two, [`Edge::Gather`] for any number of scalars.) The numbers that it needs were kept when it was recorded;
//! nothing is evaluated again.
//!
//! Edges refer to the arrays that they need by place. So the result of an operation is kept once, however many
//! operations need it: each owner of an array more is two atomic operations, which in a small network take as long as
//! the arithmetic.

pub(crate) mod affine;
pub(crate) mod edge;
pub(crate) mod weights;

use crate::blocks::affine::Term;
use crate::blocks::edge::Edge;
use crate::tape::pool::held;
use ad_core::{Dense, Scalar};
use std::mem::ManuallyDrop;

/// The place of an operand in the list of operations; `None` for a constant.
pub(crate) type Operand = Option<u32>;

/// An [`Operand`] in half the space.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot(u32);

impl Slot {
    const NONE: u32 = u32::MAX; // more than there are operations

    #[inline(always)]
    pub(crate) fn get(self) -> Operand {
        (self.0 != Self::NONE).then_some(self.0)
    }
}

impl From<Operand> for Slot {
    #[inline(always)]
    fn from(operand: Operand) -> Self {
        Self(operand.unwrap_or(Self::NONE))
    }
}

/// The place of an array among those that are kept for the sweep.
pub(crate) type Kept = u32;

/// All block operations of a recording.
#[derive(Debug)]
pub(crate) struct Blocks<T: Scalar> {
    ops: Vec<Op>,
    edges: Vec<Edge<T>>,
    kept: Vec<Dense<T, 2>>,
    /// For each array that was made of scalars its entries that are variables: `(entry, node)`.
    gathered: Vec<Vec<(u32, u32)>>,
    /// How many of `ops`, the first ones, are inputs.
    inputs: usize,
    /// How many of `kept` and `gathered` have been counted.
    counted: [usize; 2],
}

#[derive(Debug)]
struct Op {
    /// The number of entries of the result; 0 if that is a scalar.
    entries: usize,
    /// Its edges are those from here to the first of the next operation; an input has none.
    first_edge: u32,
    /// Where its result is kept; [`NOWHERE`] as long as no edge needs it.
    result: Kept,
}

const NOWHERE: Kept = Kept::MAX;

impl<T: Scalar> Blocks<T> {
    pub(crate) const fn new() -> Self {
        Self {
            ops: Vec::new(),
            edges: Vec::new(),
            kept: Vec::new(),
            gathered: Vec::new(),
            inputs: 0,
            counted: [0; 2],
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.ops.len()
    }

    pub(crate) fn clear(&mut self) {
        self.inputs = 0;
        self.clear_but_inputs();
    }

    /// Forgets what was recorded, in a recording that goes on: the inputs keep their places, by which what follows finds them.
    pub(crate) fn clear_but_inputs(&mut self) {
        self.ops.truncate(self.inputs);
        self.ops.iter_mut().for_each(|input| input.result = NOWHERE);
        self.edges.clear();
        self.kept.clear();
        self.gathered.clear();
        self.counted = [0; 2];
    }

    /// Adds an operation, whose edges `write` appends; returns its place.
    #[inline(always)]
    pub(crate) fn push(&mut self, entries: usize, write: impl FnOnce(&mut Edges<'_, T>)) -> u32 {
        let (op, first_edge) = (place(&self.ops), place(&self.edges));
        push(&mut self.ops, Op { entries, first_edge, result: NOWHERE });
        write(&mut Edges(self));
        op
    }

    /// The memory of the lists themselves.
    pub(crate) fn bytes(&self) -> usize {
        let lists = size_of_val(&self.ops[..]) + size_of_val(&self.edges[..]) + size_of_val(&self.kept[..]);
        lists + size_of_val(&self.gathered[..])
    }

    /// The memory of the lists, with operations or without.
    pub(crate) fn held(&self) -> usize {
        held(&self.ops) + held(&self.edges) + held(&self.kept) + held(&self.gathered)
    }

    /// The memory of what has been kept since this was last asked; but the values of inputs are their owner's.
    pub(crate) fn bytes_newly_kept(&mut self) -> usize {
        let [kept, gathered] = std::mem::replace(&mut self.counted, [self.kept.len(), self.gathered.len()]);
        let bytes = |kept: &Dense<T, 2>| size_of_val(kept.as_slice());
        let arrays: usize = self.kept[kept..].iter().map(bytes).sum();
        let places = self.ops[..self.inputs].iter().map(|input| input.result as usize);
        let of_inputs = places.filter_map(|place| self.kept[kept..].get(place.checked_sub(kept)?));
        let lists = self.gathered[gathered..].iter().map(|list| size_of_val(&list[..]));
        arrays - of_inputs.map(bytes).sum::<usize>() + lists.sum::<usize>()
    }

    #[inline]
    pub(crate) fn entries(&self, op: u32) -> usize {
        self.ops[op as usize].entries
    }

    #[inline]
    pub(crate) fn edges(&self, op: u32) -> &[Edge<T>] {
        let start = self.ops[op as usize].first_edge;
        let end = self.ops.get(op as usize + 1).map_or(self.edges.len(), |next| next.first_edge as usize);
        &self.edges[start as usize..end]
    }

    /// An array that was kept.
    #[inline]
    pub(crate) fn kept(&self, place: Kept) -> &Dense<T, 2> {
        &self.kept[place as usize]
    }

    /// What an array was made of: `(entry, node)`.
    pub(crate) fn gathered(&self, place: u32) -> &[(u32, u32)] {
        &self.gathered[place as usize]
    }
}

/// Adds to a list that grows by a quarter: doubled, it would hold up to twice of what the recording needs, and it stays
/// with the tape.
#[inline(always)]
fn push<A>(list: &mut Vec<A>, item: A) {
    // Where nothing can panic while the item is held, the compiler writes its parts where they belong, and
    // not to the stack first, from where it would have to wait for them.
    let item = ManuallyDrop::new(item);
    if list.len() == list.capacity() {
        grow(list);
    }
    assert!(list.len() < list.capacity());
    list.push(ManuallyDrop::into_inner(item));
}

#[cold]
#[inline(never)]
fn grow<A>(list: &mut Vec<A>) {
    list.reserve_exact((list.len() / 4).max(64));
}

/// The place of what is pushed next.
#[inline(always)]
fn place<A>(list: &[A]) -> u32 {
    u32::try_from(list.len()).expect("fewer records than 2^32")
}

/// The edges of an operation that is being recorded.
#[derive(Debug)]
pub(crate) struct Edges<'a, T: Scalar>(&'a mut Blocks<T>);

impl<T: Scalar> Edges<'_, T> {
    #[inline(always)]
    pub(crate) fn push(&mut self, edge: Edge<T>) {
        push(&mut self.0.edges, edge);
    }

    /// Adds the edge of an operand, if that is a variable.
    #[inline(always)]
    pub(crate) fn add(&mut self, operand: Operand, edge: impl FnOnce(&mut Self, u32) -> Edge<T>) {
        if let Some(x) = operand {
            let edge = edge(self, x);
            self.push(edge);
        }
    }

    /// Keeps an array for the sweep.
    #[inline(always)]
    pub(crate) fn keep<const RANK: usize>(&mut self, array: Dense<T, RANK>) -> Kept {
        let kept = place(&self.0.kept);
        push(&mut self.0.kept, array.into_rows());
        kept
    }

    /// Keeps the values of an operand, if no other edge has done so before.
    #[inline(always)]
    pub(crate) fn keep_values<const RANK: usize>(&mut self, x: Operand, values: &Dense<T, RANK>) -> Kept {
        // A recording that has passed its ceiling may have another operation at this place, or none.
        let op = x.and_then(|op| self.0.ops.get(op as usize));
        let before = op.map_or(NOWHERE, |op| op.result);
        if self.0.kept.get(before as usize).is_some_and(|kept| kept.shares_storage(values)) {
            return before;
        }
        self.keep_new_values(x, values)
    }

    #[inline(never)]
    fn keep_new_values<const RANK: usize>(&mut self, x: Operand, values: &Dense<T, RANK>) -> Kept {
        let kept = self.keep(values.clone());
        if let Some(op) = x.and_then(|op| self.0.ops.get_mut(op as usize)) {
            op.result = kept;
        }
        kept
    }

    /// Adds the edge of a term `W x + b`, if any of the three is a variable.
    #[inline]
    pub(crate) fn add_term<const RANK: usize>(
        &mut self,
        [of_w, of_x, of_b]: [Operand; 3],
        w: &Dense<T, 2>,
        x: &Dense<T, RANK>,
    ) {
        if of_w.or(of_x).or(of_b).is_none() {
            return;
        }
        let x = of_w.map_or(NOWHERE, |_| self.keep_values(of_x, x));
        let w = of_x.map_or(NOWHERE, |_| self.keep_values(of_w, w));
        self.push(Edge::Affine(Term { of_w: of_w.into(), of_x: of_x.into(), of_b: of_b.into(), w, x }));
    }

    /// Says that the operation is an input. All of them come first.
    pub(crate) fn input(&mut self) {
        self.0.inputs += 1;
        debug_assert_eq!(self.0.inputs, self.0.ops.len());
    }

    /// Adds the edge of an array that was made of scalars.
    pub(crate) fn gather(&mut self, from: Vec<(u32, u32)>) {
        let edge = Edge::Gather { from: place(&self.0.gathered) };
        self.0.gathered.push(from);
        self.push(edge);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ad_core::Vector;

    /// The places of arrays kept by an operation.
    fn keep<const N: usize>(blocks: &mut Blocks<f64>, arrays: [(Operand, &Vector<f64>); N]) -> [Kept; N] {
        let mut kept = [NOWHERE; N];
        blocks.push(0, |edges| kept = arrays.map(|(of, values)| edges.keep_values(of, values)));
        kept
    }

    #[test]
    fn a_result_is_kept_once_however_many_operations_need_it() {
        let mut blocks = Blocks::new();
        let (x, y) = (Vector::from([1.0, 2.0]), Vector::from([3.0, 4.0]));
        let [of_x, of_y] = [0, 0].map(|_| Some(blocks.push(2, |_| ())));
        assert_eq!(keep(&mut blocks, [(of_x, &x), (of_x, &x)]), [0, 0]);
        assert_eq!(keep(&mut blocks, [(of_y, &y), (of_x, &x)]), [1, 0]);
        assert_eq!(keep(&mut blocks, [(None, &x), (None, &x)]), [2, 3], "of constants nothing is known");
        assert!(blocks.kept(0).shares_storage(&x) && blocks.kept(1).shares_storage(&y));
    }

    #[test]
    fn what_is_kept_at_a_place_that_was_given_up_is_not_taken_for_another_array() {
        let mut blocks = Blocks::new();
        let (x, y) = (Vector::from([1.0, 2.0]), Vector::from([3.0, 4.0]));
        let first = Some(blocks.push(2, |_| ()));
        keep(&mut blocks, [(first, &x)]);
        blocks.clear();
        assert_eq!(Some(blocks.push(2, |_| ())), first);
        for array in [&y, &x, &y] {
            let [kept] = keep(&mut blocks, [(first, array)]);
            assert!(blocks.kept(kept).shares_storage(array));
        }
        let [kept] = keep(&mut blocks, [(Some(100), &x)]);
        assert!(blocks.kept(kept).shares_storage(&x));
    }
}
