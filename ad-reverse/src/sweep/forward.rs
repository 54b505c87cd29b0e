//! The forward sweep: tangents flow from the inputs of a recording to its results.
//!
//! It is the transpose of the reverse sweep, over the same records.

use crate::strong::times;
use crate::sweep::places::{Place, Places};
use crate::tape::Tape;
use crate::tape::records::{Record, Records};
use ad_core::Scalar;

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

    /// Sets the tangents of the inputs.
    pub(crate) fn set(&mut self, inputs: &Places, dx: &[T]) {
        let mut rest = dx;
        for &place in &inputs.leaves {
            let (numbers, tail) = rest.split_at(place.entries());
            match place {
                Place::Constant(_) => {}
                Place::Nodes { start, count } => {
                    self.nodes[start as usize..][..count].copy_from_slice(numbers);
                }
                Place::Block { op, .. } => numbers.clone_into(&mut self.blocks[op as usize]),
            }
            rest = tail;
        }
    }

    /// Computes the tangent of every record from those of the inputs.
    pub(crate) fn sweep(&mut self, tape: &Tape<T>) {
        let Self { records, nodes, blocks } = self;
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
    }

    /// Reads the tangents of the results.
    pub(crate) fn read(&self, outputs: &Places, dy: &mut [T]) {
        let mut rest = dy;
        for &place in &outputs.leaves {
            let (numbers, tail) = rest.split_at_mut(place.entries());
            match place {
                Place::Constant(_) => numbers.fill(T::zero()),
                Place::Nodes { start, count } => {
                    numbers.copy_from_slice(&self.nodes[start as usize..][..count])
                }
                Place::Block { op, .. } => numbers.copy_from_slice(&self.blocks[op as usize]),
            }
            rest = tail;
        }
    }
}
