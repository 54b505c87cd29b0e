//! What an operand gets from the products that share it.

use super::Side;
use ad_core::Scalar;

/// Adjoints on their way to an operand whose nodes lie at regular distances, such as the states of a layer, with which
/// every row of weights is multiplied. They are summed side by side, and added to the nodes once: at the latest when the
/// sweep has visited the first product that has the operand. The operand's own nodes were recorded before that product, so
/// the sweep has not read their adjoints yet.
#[derive(Debug)]
pub(crate) struct Sums<T> {
    operand: Option<Side>,
    numbers: Vec<T>,
}

impl<T: Scalar> Sums<T> {
    pub(crate) const fn new() -> Self {
        Self { operand: None, numbers: Vec::new() }
    }

    /// The sums for an operand of `len` numbers; those for another one are finished. `None` if nothing waits for it and no
    /// product before the one at hand, `index`, has it.
    #[inline]
    pub(super) fn of(&mut self, operand: Side, len: usize, index: u32, nodes: &mut [T]) -> Option<&mut [T]> {
        // An operand is kept once, so where its values start says which it is.
        if self.operand.is_none_or(|waiting| waiting.values != operand.values) {
            if operand.since == index {
                return None;
            }
            self.finish(nodes);
            self.operand = Some(operand);
            self.numbers.resize(len, T::zero());
        }
        Some(&mut self.numbers)
    }

    /// After product `index` has been visited: adds the sums to the nodes, if no product before it has the operand.
    #[inline]
    pub(super) fn visited(&mut self, index: u32, nodes: &mut [T]) {
        if self.operand.is_some_and(|operand| operand.since == index) {
            self.finish(nodes);
        }
    }

    fn finish(&mut self, nodes: &mut [T]) {
        if let Some(Side { places, .. }) = self.operand.take() {
            for (node, &x) in places.strided(self.numbers.len(), nodes).zip(&self.numbers) {
                *node += x;
            }
            self.numbers.clear();
        }
    }
}
