//! Block operations: one record for a whole array operation, and how its adjoint goes back.
//!
//! An operation is a list of [`Edge`]s, one for each operand that is a variable: each is a transposed linear
//! map, which carries the adjoint of the result, a row of numbers per seed, to that operand. The numbers that
//! it needs were kept when it was recorded; nothing is evaluated again.

use crate::adjoints::Adjoints;
use ad_core::rules::is_plain;
use ad_core::{Dense, Scalar};
use std::mem::ManuallyDrop;

/// The place of an operand in the list of operations; `None` for a constant.
pub(crate) type Operand = Option<u32>;

/// All block operations of a recording.
#[derive(Debug)]
pub(crate) struct Blocks<T: Scalar> {
    ops: Vec<Op>,
    edges: Vec<Edge<T>>,
}

#[derive(Debug)]
struct Op {
    /// The number of entries of the result; 0 if that is a scalar.
    entries: usize,
    /// Its edges are those from here to the first of the next operation; an input has none.
    first_edge: usize,
}

/// How a result depends on one operand.
#[derive(Debug)]
pub(crate) enum Edge<T: Scalar> {
    /// `W x` for each row `x`.
    Inputs { x: u32, w: Dense<T, 2> },
    /// The same, by `W`.
    Weights { w: u32, x: Dense<T, 2> },
    /// `b`, added to each row.
    Bias { b: u32 },
    /// `p x` elementwise: rules and products.
    Diagonal { x: u32, p: Dense<T, 1> },
    /// `a x` for a plain number.
    Multiple { x: u32, a: T::Real },
    /// `s x`.
    Scaled { x: u32, s: T },
    /// `s x`, by the scalar `s`.
    Factor { node: u32, x: Dense<T, 1> },
    /// `-r[i]` everywhere in row `i`.
    MinusRows { r: u32, cols: usize },
    /// One number per row, with its partials.
    Rows { x: u32, partials: Dense<T, 2> },
    /// Entries from `start` on.
    Slice { x: u32, start: usize },
    /// Entries that are scalar variables: `(entry, node)`.
    Gather { from: Vec<(u32, u32)> },
    /// A scalar, `p . x`.
    Contract { x: u32, p: Dense<T, 1> },
    /// A scalar, the sum of all entries.
    Sum { x: u32 },
    /// A scalar, one entry.
    Pick { x: u32, index: usize },
}

impl<T: Scalar> Blocks<T> {
    pub(crate) const fn new() -> Self {
        Self { ops: Vec::new(), edges: Vec::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.ops.len()
    }

    pub(crate) fn clear(&mut self) {
        self.ops.clear();
        self.edges.clear();
    }

    /// Adds an operation, whose edges `write` appends; returns its place.
    #[inline(always)]
    pub(crate) fn push(&mut self, entries: usize, write: impl FnOnce(&mut Edges<'_, T>)) -> u32 {
        let op = u32::try_from(self.ops.len()).expect("fewer operations than nodes");
        self.ops.push(Op { entries, first_edge: self.edges.len() });
        write(&mut Edges(&mut self.edges));
        op
    }

    /// The memory of the list itself.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&self.ops[..]) + size_of_val(&self.edges[..])
    }

    /// The memory of the arrays that an operation keeps.
    pub(crate) fn bytes_kept(&self, op: u32) -> usize {
        self.edges(op).iter().map(Edge::bytes).sum()
    }

    #[inline]
    pub(crate) fn entries(&self, op: u32) -> usize {
        self.ops[op as usize].entries
    }

    #[inline]
    pub(crate) fn edges(&self, op: u32) -> &[Edge<T>] {
        let start = self.ops[op as usize].first_edge;
        let end = self.ops.get(op as usize + 1).map_or(self.edges.len(), |next| next.first_edge);
        &self.edges[start..end]
    }
}

/// The edges of an operation that is being recorded.
#[derive(Debug)]
pub(crate) struct Edges<'a, T: Scalar>(&'a mut Vec<Edge<T>>);

impl<T: Scalar> Edges<'_, T> {
    #[inline(always)]
    pub(crate) fn push(&mut self, edge: Edge<T>) {
        // Where nothing can panic while the edge is held, the compiler writes its parts where they belong, and
        // not to the stack first, from where it would have to wait for them.
        let edge = ManuallyDrop::new(edge);
        if self.0.len() == self.0.capacity() {
            self.grow();
        }
        assert!(self.0.len() < self.0.capacity());
        self.0.push(ManuallyDrop::into_inner(edge));
    }

    /// Adds the edge of an operand, if that is a variable.
    #[inline(always)]
    pub(crate) fn add(&mut self, operand: Operand, edge: impl FnOnce(u32) -> Edge<T>) {
        if let Some(x) = operand {
            self.push(edge(x));
        }
    }

    #[cold]
    fn grow(&mut self) {
        self.0.reserve(1);
    }
}

impl<T: Scalar> Edge<T> {
    /// The memory of what is kept for the sweep. Weights are their owner's.
    fn bytes(&self) -> usize {
        let numbers = match self {
            Self::Weights { x, .. } => x.as_slice().len(),
            Self::Diagonal { p, .. } | Self::Contract { p, .. } => p.cols(),
            Self::Rows { partials, .. } => partials.as_slice().len(),
            Self::Factor { x, .. } => x.cols(),
            Self::Gather { from } => from.len(),
            _ => 0,
        };
        numbers * size_of::<T>()
    }

    /// Carries the adjoint `out` of an array result to the operand. The weights of an affine map are left
    /// to [`Adjoints`], which adds them many steps at once.
    pub(crate) fn pull(&self, out: &[T], adjoints: &mut Adjoints<'_, T>) {
        let strict = adjoints.is_strict();
        match self {
            Self::Inputs { x, w } if strict && !(T::all_finite(w.as_slice()) && T::all_finite(out)) => {
                inputs_strictly(w, out, adjoints.buffer(*x));
            }
            Self::Inputs { x, w } => inputs(w, out, *x, adjoints),
            Self::Weights { w, x } => weights_strictly(*w, x, out, adjoints),
            Self::Bias { b } => {
                let (outputs, width) = (adjoints.entries(*b), adjoints.width());
                let per_seed = if width == 1 { out.len() } else { out.len() / width };
                for (seed, out) in out.chunks(per_seed).enumerate() {
                    for row in out.chunks(outputs) {
                        T::axpy(T::one(), row, adjoints.row(*b, seed));
                    }
                }
            }
            Self::Diagonal { x, p } => {
                let target = adjoints.buffer(*x).chunks_mut(p.cols());
                for (target, out) in target.zip(out.chunks(p.cols())) {
                    for ((target, &p), &out) in target.iter_mut().zip(p.as_slice()).zip(out) {
                        *target += product(strict, p, out);
                    }
                }
            }
            Self::Multiple { x, a } if strict && !(a.is_all_finite() && T::all_finite(out)) => {
                add_multiple(T::constant(*a), out, adjoints.buffer(*x));
            }
            Self::Multiple { x, a } => T::axpy(T::constant(*a), out, adjoints.buffer(*x)),
            Self::Scaled { x, s } => add_multiple(*s, out, adjoints.buffer(*x)),
            Self::Factor { node, x } => {
                for (seed, out) in out.chunks_exact(x.cols()).enumerate() {
                    let products = out.iter().zip(x.as_slice()).map(|(&out, &x)| product(strict, x, out));
                    adjoints.add_to_node(*node, seed, products.sum());
                }
            }
            Self::MinusRows { r, cols } => {
                for (target, row) in adjoints.buffer(*r).iter_mut().zip(out.chunks_exact(*cols)) {
                    *target -= row.iter().copied().sum();
                }
            }
            Self::Rows { x, partials } => {
                let rows = partials.iter_rows().cycle();
                let spread = out
                    .iter()
                    .zip(rows)
                    .flat_map(|(&out, row)| row.iter().map(move |&p| product(strict, p, out)));
                for (target, spread) in adjoints.buffer(*x).iter_mut().zip(spread) {
                    *target += spread;
                }
            }
            Self::Slice { x, start } => {
                let (width, whole) = (adjoints.width(), adjoints.entries(*x));
                let part = out.len() / width;
                for (out, target) in out.chunks_exact(part).zip(adjoints.buffer(*x).chunks_exact_mut(whole)) {
                    T::axpy(T::one(), out, &mut target[*start..*start + part]);
                }
            }
            Self::Gather { from } => {
                let entries = out.len() / adjoints.width();
                for (seed, out) in out.chunks_exact(entries).enumerate() {
                    for &(entry, node) in from {
                        adjoints.add_to_node(node, seed, out[entry as usize]);
                    }
                }
            }
            Self::Contract { .. } | Self::Sum { .. } | Self::Pick { .. } => {
                unreachable!("a scalar result has no adjoint of an array")
            }
        }
    }

    /// [`pull`](Self::pull) for an adjoint that nobody else needs: it becomes the operand's, if it can.
    #[inline]
    pub(crate) fn pull_last(&self, mut out: Dense<T, 1>, adjoints: &mut Adjoints<'_, T>) {
        let strict = adjoints.is_strict();
        match self {
            Self::Diagonal { x, p } => {
                for out in out.as_mut_slice().chunks_mut(p.cols()) {
                    for (out, &p) in out.iter_mut().zip(p.as_slice()) {
                        *out = product(strict, p, *out);
                    }
                }
                adjoints.give(*x, out);
            }
            Self::Multiple { x, a } => {
                multiply(strict, T::constant(*a), out.as_mut_slice());
                adjoints.give(*x, out);
            }
            Self::Scaled { x, s } => {
                multiply(strict, *s, out.as_mut_slice());
                adjoints.give(*x, out);
            }
            _ => self.pull(out.as_slice(), adjoints),
        }
    }

    /// Carries the adjoint `out` of a scalar result, of one seed, to the operand.
    #[inline]
    pub(crate) fn pull_scalar(&self, seed: usize, out: T, adjoints: &mut Adjoints<'_, T>) {
        let strict = adjoints.is_strict();
        match self {
            Self::Contract { x, p } => {
                for (target, &p) in adjoints.row(*x, seed).iter_mut().zip(p.as_slice()) {
                    *target += product(strict, p, out);
                }
            }
            Self::Sum { x } => {
                for target in adjoints.row(*x, seed) {
                    *target += out;
                }
            }
            Self::Pick { x, index } => adjoints.row(*x, seed)[*index] += out,
            _ => unreachable!("an array result has no scalar adjoint"),
        }
    }
}

/// `p a`, where 0 times anything is 0 (a strong zero), as in forward mode: an adjoint of 0 at an infinite
/// partial, and a partial of 0 (a path not taken) at an infinite adjoint.
#[inline(always)]
pub(crate) fn times<T: Scalar>(p: T, adjoint: T) -> T {
    // Of plain numbers one look at the adjoint, which all operands share, is enough.
    if is_plain::<T>() && adjoint.is_ordinary() { p * adjoint } else { p.strong_product(adjoint) }
}

/// A partial times an adjoint, in a strict sweep or in one that may find NaN instead.
#[inline(always)]
fn product<T: Scalar>(strict: bool, p: T, adjoint: T) -> T {
    if strict { times(p, adjoint) } else { p * adjoint }
}

fn multiply<T: Scalar>(strict: bool, a: T, out: &mut [T]) {
    for out in out {
        *out = product(strict, a, *out);
    }
}

fn add_multiple<T: Scalar>(a: T, out: &[T], target: &mut [T]) {
    for (target, &out) in target.iter_mut().zip(out) {
        *target += times(a, out);
    }
}

/// Adds `W^T out`, row by row, to the adjoint of `x`.
fn inputs<T: Scalar>(w: &Dense<T, 2>, out: &[T], x: u32, adjoints: &mut Adjoints<'_, T>) {
    let [outputs, inputs] = w.shape();
    if out.len() == outputs {
        T::gemv_t(w.as_slice(), out, adjoints.buffer(x));
    } else {
        let shape = [out.len() / outputs, outputs, inputs];
        let (target, touched) = adjoints.overwritable(x);
        T::gemm(shape, out, (outputs, 1), w.as_slice(), (inputs, 1), target, touched);
    }
}

/// The same where a zero carries nothing.
fn inputs_strictly<T: Scalar>(w: &Dense<T, 2>, out: &[T], target: &mut [T]) {
    let [outputs, inputs] = w.shape();
    for (out, target) in out.chunks_exact(outputs).zip(target.chunks_exact_mut(inputs.max(1))) {
        for (&out, w) in out.iter().zip(w.iter_rows()) {
            for (target, &w) in target.iter_mut().zip(w) {
                *target += times(w, out);
            }
        }
    }
}

/// Adds `out_row x_row^T` for every row to the adjoint of the weights, where a zero carries nothing.
fn weights_strictly<T: Scalar>(w: u32, x: &Dense<T, 2>, out: &[T], adjoints: &mut Adjoints<'_, T>) {
    let (rows, inputs) = (x.rows(), x.cols());
    let outputs = out.len() / (rows * adjoints.width());
    for (i, out) in out.chunks_exact(outputs).enumerate() {
        let target = adjoints.row(w, i / rows);
        for (&out, target) in out.iter().zip(target.chunks_exact_mut(inputs.max(1))) {
            for (target, &x) in target.iter_mut().zip(x.row(i % rows)) {
                *target += times(x, out);
            }
        }
    }
}
