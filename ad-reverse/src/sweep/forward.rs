//! The forward sweep: tangents flow from the inputs of a recording to its results.
//!
//! It is the transpose of the reverse sweep, over the same records.

use crate::blocks::Blocks;
use crate::blocks::edge::{Edge, times};
use crate::sweep::places::{Place, Places};
use crate::tape::Tape;
use crate::tape::records::{Record, Records};
use ad_core::Scalar;
use ad_core::rules::softmax_jacobian;

/// A recording in the order in which it was made, and the buffers of a forward sweep.
#[derive(Debug)]
pub(crate) struct Forward<T> {
    records: Records<T>,
    nodes: Vec<T>,
    blocks: Vec<Vec<T>>,
}

impl<T: Scalar> Forward<T> {
    pub(crate) fn of(tape: &Tape<T>) -> Self {
        let records = Records::of(tape);
        let (nodes, blocks) = (vec![T::zero(); records.len()], vec![Vec::new(); tape.blocks.len()]);
        Self { records, nodes, blocks }
    }

    /// Writes the tangents `dy` of the results for those `dx` of the inputs.
    pub(crate) fn push(
        &mut self,
        tape: &Tape<T>,
        (inputs, dx): (&Places, &[T]),
        (outputs, dy): (&Places, &mut [T]),
    ) {
        let Self { records, nodes, blocks } = self;
        let mut rest = dx;
        for &place in &inputs.leaves {
            let (numbers, tail) = rest.split_at(place.entries());
            match place {
                Place::Constant(_) => {}
                Place::Nodes { start, count } => nodes[start as usize..][..count].copy_from_slice(numbers),
                Place::Block { op, .. } => numbers.clone_into(&mut blocks[op as usize]),
            }
            rest = tail;
        }
        for (node, record) in records.iter().enumerate() {
            let at = |i: u32| nodes[i as usize];
            nodes[node] = match record {
                Record::Leaf => continue,
                Record::Added => nodes[node - 1] + nodes[node - 2],
                Record::Sum(i, j) => at(i) + at(j),
                Record::Difference(i, j) => at(i) - at(j),
                Record::Unary(p, i) => times(p, at(i)),
                Record::Binary((p, i), (q, j)) => times(p, at(i)) + times(q, at(j)),
                Record::Nary(start, count) => {
                    records.operands(start, count).iter().map(|&(p, i)| times(p, at(i))).sum()
                }
                Record::Product(index) => tape.products.push(index, nodes),
                Record::Block(index) => {
                    let edges = tape.blocks.edges(index);
                    if edges.is_empty() {
                        continue; // an input has its tangent
                    }
                    let mut out = std::mem::take(&mut blocks[index as usize]);
                    out.clear();
                    out.resize(tape.blocks.entries(index), T::zero());
                    let scalar =
                        edges.iter().map(|edge| edge.push(&tape.blocks, (nodes, blocks), &mut out)).sum();
                    blocks[index as usize] = out;
                    scalar
                }
            };
        }
        let mut rest = dy;
        for &place in &outputs.leaves {
            let (numbers, tail) = rest.split_at_mut(place.entries());
            match place {
                Place::Constant(_) => numbers.fill(T::zero()),
                Place::Nodes { start, count } => numbers.copy_from_slice(&nodes[start as usize..][..count]),
                Place::Block { op, .. } => numbers.copy_from_slice(&blocks[op as usize]),
            }
            rest = tail;
        }
    }
}

impl<T: Scalar> Edge<T> {
    /// Adds what the tangent of the operand, among those of scalar nodes and of arrays, means for that of an
    /// array result, to `out`; returns what it means for a scalar result.
    pub(crate) fn push(&self, list: &Blocks<T>, (nodes, blocks): (&[T], &[Vec<T>]), out: &mut [T]) -> T {
        let block = |op: u32| blocks[op as usize].as_slice();
        match *self {
            Self::Affine(term) => term.push(list, blocks, out),
            Self::Diagonal { x, p } => {
                add(out, numbers(list.kept(p).as_slice()).zip(block(x)).map(|(p, &dx)| times(p, dx)))
            }
            Self::Mapped { x, p, a } => add(
                out,
                numbers(list.kept(p).as_slice())
                    .zip(block(x))
                    .map(|(p, &dx)| times(T::constant(a), times(p, dx))),
            ),
            Self::Multiple { x, a } => add(out, numbers(block(x)).map(|dx| times(T::constant(a), dx))),
            Self::Scaled { x, s } => add(out, numbers(block(x)).map(|dx| times(s, dx))),
            Self::Factor { node, x } => {
                add(out, numbers(list.kept(x).as_slice()).map(|x| times(x, nodes[node as usize])))
            }
            Self::MinusRows { r, cols } => {
                add(out, numbers(block(r)).flat_map(|r| std::iter::repeat_n(-r, cols)));
            }
            Self::Rows { x, partials } => {
                let partials = list.kept(partials);
                let rows = partials.iter_rows().zip(block(x).chunks_exact(partials.cols().max(1)));
                add(out, rows.map(|(p, dx)| contract(p, dx)));
            }
            Self::Softmax { x, y } => {
                let y = list.kept(y);
                let rows = block(x).chunks_exact(y.cols()).zip(out.chunks_exact_mut(y.cols()));
                for (y, (dx, out)) in y.iter_rows().zip(rows) {
                    softmax_jacobian(y, |k| dx[k], times, |k, dy| out[k] += dy);
                }
            }
            Self::Slice { x, start } => add(out, numbers(&block(x)[start..])),
            Self::Gather { from } => {
                for &(entry, node) in list.gathered(from) {
                    out[entry as usize] = nodes[node as usize];
                }
            }
            Self::Contract { x, p } => return contract(list.kept(p).as_slice(), block(x)),
            Self::Distance { x, p, minus } => {
                let half = contract(list.kept(p).as_slice(), block(x));
                let whole = half + half;
                return if minus { -whole } else { whole };
            }
            Self::Sum { x } => return numbers(block(x)).sum(),
            Self::Pick { x, index } => return block(x)[index],
        }
        T::zero()
    }
}

pub(crate) fn numbers<T: Copy>(x: &[T]) -> impl Iterator<Item = T> {
    x.iter().copied()
}

pub(crate) fn add<T: Scalar>(out: &mut [T], numbers: impl Iterator<Item = T>) {
    for (out, number) in out.iter_mut().zip(numbers) {
        *out += number;
    }
}

/// `sum_i p_i dx_i`
fn contract<T: Scalar>(p: &[T], dx: &[T]) -> T {
    p.iter().zip(dx).map(|(&p, &dx)| times(p, dx)).sum()
}

/// `out += A x`, where one of the two is a tangent and the other a partial.
pub(crate) fn add_product<T: Scalar>(a: &[T], x: &[T], out: &mut [T]) {
    if T::all_finite(a) && T::all_finite(x) {
        T::gemv(a, x, out);
    } else {
        add(out, a.chunks_exact(x.len().max(1)).map(|row| contract(row, x)));
    }
}
