//! Block operations: one record for a whole array operation, and how its adjoint goes back.
//!
//! Each variant is a transposed linear map: the adjoint of the result, a row of numbers per seed,
//! is carried to the operands. The numbers that it needs were kept when it was recorded; nothing is
//! evaluated again.

use crate::sweep::Adjoints;
use ad_core::rules::is_plain;
use ad_core::{Dense, Scalar};
use smallvec::SmallVec;

/// The place of an operand in the tape's list of operations; `None` for a constant.
pub(crate) type Operand = Option<u32>;

/// An operation and the number of entries of its result (0 if that is a scalar).
#[derive(Debug)]
pub(crate) struct Op<T: Scalar> {
    pub(crate) entries: usize,
    pub(crate) kind: Kind<T>,
}

/// `W x` inside an affine map. What is not needed, because its partner is constant, is not kept.
#[derive(Debug)]
pub(crate) struct Term<T> {
    /// The weights, if `x` is a variable.
    pub(crate) w: Option<Dense<T, 2>>,
    /// The inputs, if the weights are variables.
    pub(crate) x: Option<Dense<T, 2>>,
    pub(crate) w_op: Operand,
    pub(crate) x_op: Operand,
}

#[derive(Debug)]
pub(crate) enum Kind<T: Scalar> {
    /// An input.
    Leaf,
    /// Rows of `sum_k W_k x_k + b`; `finite` if all `W_k` and `x_k` are.
    Affine { rows: usize, terms: SmallVec<[Term<T>; 2]>, bias: Operand, finite: bool },
    /// `sum_k p_k x_k` elementwise: rules and products.
    Diagonal { factors: SmallVec<[(u32, Vec<T>); 2]> },
    /// `sum_k a_k x_k` for plain numbers.
    Linear { terms: SmallVec<[(u32, T::Real); 2]> },
    /// `s x`: the node of `s`, with the entries of `x`, if it is a variable.
    Scale { x: Operand, factor: T, by: Option<(u32, Dense<T, 1>)> },
    /// `x[i, j] - r[i]`.
    SubRows { cols: usize, x: Operand, rhs: Operand },
    /// One number per row, with its partials.
    ReduceRows { x: u32, partials: Dense<T, 2> },
    /// Entries from `start` on.
    Slice { x: u32, start: usize },
    /// Entries that are scalar variables: `(entry, node)`.
    Gather { from: Vec<(u32, u32)> },
    /// A scalar, `sum_k p_k . x_k`.
    Contract { factors: SmallVec<[(u32, Vec<T>); 2]> },
    /// A scalar, the sum of all entries.
    Sum { x: u32 },
    /// A scalar, one entry.
    Pick { x: u32, index: usize },
}

impl<T: Scalar> Op<T> {
    pub(crate) const fn new(entries: usize, kind: Kind<T>) -> Self {
        Self { entries, kind }
    }

    /// The memory of what is kept for the sweep. Weights are their owner's.
    pub(crate) fn bytes(&self) -> usize {
        let numbers = match &self.kind {
            Kind::Affine { terms, .. } => terms.iter().flat_map(|t| &t.x).map(|x| x.as_slice().len()).sum(),
            Kind::Diagonal { factors } | Kind::Contract { factors } => {
                factors.iter().map(|(_, p)| p.len()).sum()
            }
            Kind::ReduceRows { partials, .. } => partials.as_slice().len(),
            Kind::Scale { by, .. } => by.as_ref().map_or(0, |(_, x)| x.as_slice().len()),
            Kind::Gather { from } => from.len(),
            _ => 0,
        };
        numbers * size_of::<T>()
    }

    /// Carries the adjoint `out` of an array result to the operands.
    ///
    /// `out` is the only buffer that is given or recycled: if others were made on the way, every sweep
    /// would leave more of them behind.
    pub(crate) fn pull(&self, out: Vec<T>, adjoints: &mut Adjoints<'_, T>) {
        match &self.kind {
            Kind::Affine { rows, terms, bias, finite } => {
                add_rows(*rows, *bias, &out, adjoints);
                let carry = if *finite && all_finite(&out) { affine } else { affine_singular };
                for term in terms {
                    carry(*rows, term, &out, adjoints);
                }
                adjoints.recycle(out);
            }
            Kind::Diagonal { factors } => {
                let (last, others) = factors.split_last().expect("an operation has an operand");
                for (x, p) in others {
                    let target = adjoints.buffer(*x).iter_mut();
                    for (target, (&p, &out)) in target.zip(p.iter().cycle().zip(&out)) {
                        *target += times(p, out);
                    }
                }
                adjoints.give(last.0, weighted(out, &last.1));
            }
            Kind::Linear { terms } => {
                let (last, others) = terms.split_last().expect("an operation has an operand");
                for &(x, a) in others {
                    let a = T::constant(a);
                    if a.is_all_finite() && all_finite(&out) {
                        adjoints.add(x, a, &out);
                    } else {
                        let target = adjoints.buffer(x).iter_mut();
                        target.zip(&out).for_each(|(target, &out)| *target += times(a, out));
                    }
                }
                adjoints.give(last.0, scaled(out, T::constant(last.1)));
            }
            Kind::Scale { x, factor, by } => {
                if let Some((node, entries)) = by {
                    let entries = entries.as_slice();
                    for (seed, out) in out.chunks_exact(entries.len().max(1)).enumerate() {
                        let products = out.iter().zip(entries).map(|(&out, &x)| times(x, out));
                        adjoints.add_to_node(*node, seed, products.sum());
                    }
                }
                match x {
                    Some(x) => adjoints.give(*x, scaled(out, *factor)),
                    None => adjoints.recycle(out),
                }
            }
            Kind::SubRows { cols, x, rhs } => {
                if let Some(rhs) = rhs {
                    let rows = out.chunks_exact((*cols).max(1));
                    for (target, row) in adjoints.buffer(*rhs).iter_mut().zip(rows) {
                        *target -= row.iter().copied().sum();
                    }
                }
                match x {
                    Some(x) => adjoints.give(*x, out),
                    None => adjoints.recycle(out),
                }
            }
            Kind::ReduceRows { x, partials } => {
                let rows = partials.iter_rows().cycle();
                let spread =
                    out.iter().zip(rows).flat_map(|(&out, row)| row.iter().map(move |&p| times(p, out)));
                for (target, spread) in adjoints.buffer(*x).iter_mut().zip(spread) {
                    *target += spread;
                }
                adjoints.recycle(out);
            }
            Kind::Slice { x, start } => {
                let width = adjoints.width();
                let target = adjoints.buffer(*x);
                let entries = target.len() / width;
                for (out, target) in out.chunks_exact(self.entries).zip(target.chunks_exact_mut(entries)) {
                    T::axpy(T::one(), out, &mut target[*start..*start + self.entries]);
                }
                adjoints.recycle(out);
            }
            Kind::Gather { from } => {
                for (seed, out) in out.chunks_exact(self.entries).enumerate() {
                    for &(entry, node) in from {
                        adjoints.add_to_node(node, seed, out[entry as usize]);
                    }
                }
                adjoints.recycle(out);
            }
            Kind::Leaf | Kind::Contract { .. } | Kind::Sum { .. } | Kind::Pick { .. } => {
                unreachable!("a leaf keeps its adjoint, and a scalar result has none of an array")
            }
        }
    }

    /// Carries the adjoint `out` of a scalar result, of one seed, to the operands.
    pub(crate) fn pull_scalar(&self, seed: usize, out: T, adjoints: &mut Adjoints<'_, T>) {
        match &self.kind {
            Kind::Contract { factors } => {
                for (x, p) in factors {
                    let row = adjoints.row(*x, seed);
                    for (row, &p) in row.iter_mut().zip(p) {
                        *row += times(p, out);
                    }
                }
            }
            Kind::Sum { x } => {
                for row in adjoints.row(*x, seed) {
                    *row += out;
                }
            }
            Kind::Pick { x, index } => adjoints.row(*x, seed)[*index] += out,
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

/// Whether products with these need no look at their zeros.
pub(crate) fn all_finite<T: Scalar>(x: &[T]) -> bool {
    x.iter().fold(true, |finite, x| finite & x.is_all_finite())
}

/// All of `out` times one number, in place.
fn scaled<T: Scalar>(mut out: Vec<T>, p: T) -> Vec<T> {
    let finite = p.is_all_finite() && all_finite(&out);
    for out in &mut out {
        *out = if finite { p * *out } else { times(p, *out) };
    }
    out
}

/// Every seed's row of `out` times `p`, in place.
fn weighted<T: Scalar>(mut out: Vec<T>, p: &[T]) -> Vec<T> {
    let finite = all_finite(p) && all_finite(&out);
    for row in out.chunks_exact_mut(p.len().max(1)) {
        for (out, &p) in row.iter_mut().zip(p) {
            *out = if finite { p * *out } else { times(p, *out) };
        }
    }
    out
}

/// Carries the adjoint of an affine map to its bias: the sum of its rows.
fn add_rows<T: Scalar>(rows: usize, bias: Operand, out: &[T], adjoints: &mut Adjoints<'_, T>) {
    let Some(bias) = bias else { return };
    let outputs = out.len() / (rows * adjoints.width()).max(1);
    for (seed, out) in out.chunks_exact((rows * outputs).max(1)).enumerate() {
        for row in out.chunks_exact(outputs) {
            T::axpy(T::one(), row, adjoints.row(bias, seed));
        }
    }
}

/// Carries the adjoint of an affine map to the weights and inputs of a term.
fn affine<T: Scalar>(rows: usize, term: &Term<T>, out: &[T], adjoints: &mut Adjoints<'_, T>) {
    let all_rows = rows * adjoints.width();
    let outputs = out.len() / all_rows.max(1);
    if let (Some(x), Some(w)) = (term.x_op, &term.w) {
        let target = adjoints.buffer(x);
        if all_rows == 1 {
            T::gemv_t(w.as_slice(), out, target);
        } else {
            let inputs = w.cols();
            let shape = [all_rows, outputs, inputs];
            T::gemm(shape, out, (outputs, 1), w.as_slice(), (inputs, 1), target, true);
        }
    }
    if let (Some(w), Some(x)) = (term.w_op, &term.x) {
        adjoints.defer_weights(w, rows, out, x.as_slice());
    }
}

/// The same where a weight, an input or an adjoint may be infinite: a zero carries nothing.
fn affine_singular<T: Scalar>(rows: usize, term: &Term<T>, out: &[T], adjoints: &mut Adjoints<'_, T>) {
    let all_rows = rows * adjoints.width();
    let outputs = out.len() / all_rows.max(1);
    let add = |target: &mut [T], p: &[T], adjoint: T| {
        for (target, &p) in target.iter_mut().zip(p) {
            *target += times(p, adjoint);
        }
    };
    for (i, out) in out.chunks_exact(outputs.max(1)).enumerate() {
        for (o, &adjoint) in out.iter().enumerate() {
            if let (Some(x), Some(w)) = (term.x_op, &term.w) {
                let inputs = w.cols();
                add(&mut adjoints.buffer(x)[i * inputs..(i + 1) * inputs], w.row(o), adjoint);
            }
            if let (Some(w), Some(x)) = (term.w_op, &term.x) {
                let inputs = x.cols();
                let target = adjoints.row(w, i / rows);
                add(&mut target[o * inputs..(o + 1) * inputs], x.row(i % rows), adjoint);
            }
        }
    }
}
