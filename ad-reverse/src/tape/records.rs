//! A recording in the order in which it was made.
//!
//! Its records stand in a stream that can only be read backwards, because that is what makes writing them
//! cheap; so they are copied once, for whoever reads them forwards.

use crate::tape::Tape;
use crate::tape::stream::{Long, Visit};
use ad_core::Scalar;

/// The records of a recording, one for each of its nodes.
#[derive(Debug)]
pub(crate) struct Records<T> {
    /// From the last record to the first.
    backwards: Vec<Record<T>>,
    /// The operands of n-ary records, each with its partial.
    operands: Vec<(T, u32)>,
}

/// How a node came about, with the nodes of the operands and the partials by them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Record<T> {
    Leaf,
    /// The sum of the two nodes before.
    Added,
    Sum(u32, u32),
    Difference(u32, u32),
    Unary(T, u32),
    Binary((T, u32), (T, u32)),
    /// So many operands from a place on: see [`Records::operands`].
    Nary(usize, usize),
    Block(u32),
    Product(u32),
}

/// Short records are collected as they are visited.
impl<T: Scalar> Visit<T> for Vec<Record<T>> {
    fn leaves(&mut self, count: usize) {
        self.resize(self.len() + count, Record::Leaf);
    }
    fn sum(&mut self, i: u32, j: u32) {
        self.push(Record::Sum(i, j));
    }
    fn difference(&mut self, i: u32, j: u32) {
        self.push(Record::Difference(i, j));
    }
    fn unary(&mut self, p: T, i: u32, added: bool) {
        self.extend(added.then_some(Record::Added));
        self.push(Record::Unary(p, i));
    }
    fn binary(&mut self, p: T, i: u32, q: T, j: u32, added: bool) {
        self.extend(added.then_some(Record::Added));
        self.push(Record::Binary((p, i), (q, j)));
    }
}

impl<T: Scalar> Records<T> {
    pub(crate) fn of(tape: &Tape<T>) -> Self {
        let mut backwards = Vec::with_capacity(tape.len as usize);
        let mut operands = Vec::new();
        let mut stream = tape.stream.backwards();
        while let Some(long) = stream.next_long(&mut backwards) {
            backwards.push(match long {
                Long::Pause => continue,
                Long::Block(op) => Record::Block(op),
                Long::Product(index) => Record::Product(index),
                Long::Nary(list) => {
                    let start = operands.len();
                    operands.extend(list.iter());
                    Record::Nary(start, operands.len() - start)
                }
            });
        }
        Self { backwards, operands }
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.backwards.len()
    }

    /// All records, each at the place that is its node.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Record<T>> {
        self.backwards.iter().rev().copied()
    }

    /// The operands of a [`Record::Nary`], each with its partial.
    pub(crate) fn operands(&self, start: usize, count: usize) -> &[(T, u32)] {
        &self.operands[start..start + count]
    }
}
