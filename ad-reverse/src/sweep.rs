//! The reverse sweep: adjoints flow from the results of a recording to its inputs.

use crate::adjoints::Adjoints;
use crate::block::times;
use crate::stream::{Long, Visit};
use crate::tape::Recorded;
use ad_core::Scalar;

/// Moves the adjoints of scalar operations to their operands, for one seed.
///
/// An adjoint that is exactly zero stays behind, whatever the partials are. All adjoints but those of
/// the inputs are zero again afterwards, ready for the next sweep.
///
/// Most results are used by the operation right after theirs, whose adjoint they then need at once.
/// Through memory that takes longer than the arithmetic, so it is handed over in a register.
struct PullOne<'a, T> {
    nodes: &'a mut [T],
    /// The node of the last record that was visited.
    node: usize,
    /// What the node before it still has to get.
    carry: T,
}

impl<T: Scalar> PullOne<'_, T> {
    /// The adjoint of the next record's node, unless it is zero.
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.node -= 1;
        let carry = std::mem::replace(&mut self.carry, T::zero());
        let adjoint = std::mem::replace(&mut self.nodes[self.node], T::zero()) + carry;
        (!adjoint.is_strong_zero()).then_some(adjoint)
    }

    #[inline(always)]
    fn add(&mut self, node: u32, x: T) {
        self.nodes[node as usize] += x;
    }

    /// [`add`](Self::add) for the operand that is most likely the node before; the last one of a record.
    #[inline(always)]
    fn hand_over(&mut self, node: u32, x: T) {
        if node as usize + 1 == self.node {
            self.carry = x;
        } else {
            self.add(node, x);
        }
    }

    /// Brings the adjoints up to date, for someone else to read.
    #[inline(always)]
    fn settle(&mut self) {
        if let Some(before) = self.node.checked_sub(1) {
            self.nodes[before] += std::mem::replace(&mut self.carry, T::zero());
        }
    }
}

impl<T: Scalar> Visit<T> for PullOne<'_, T> {
    #[inline(always)]
    fn leaf(&mut self) {
        self.settle();
        self.node -= 1; // an input keeps its adjoint
    }
    #[inline(always)]
    fn sum(&mut self, i: u32, j: u32) {
        if let Some(adjoint) = self.take() {
            self.add(i, adjoint);
            self.hand_over(j, adjoint);
        }
    }
    #[inline(always)]
    fn difference(&mut self, i: u32, j: u32) {
        if let Some(adjoint) = self.take() {
            self.add(i, adjoint);
            self.hand_over(j, -adjoint);
        }
    }
    #[inline(always)]
    fn unary(&mut self, p: T, i: u32) {
        if let Some(adjoint) = self.take() {
            self.hand_over(i, times(p, adjoint));
        }
    }
    #[inline(always)]
    fn binary(&mut self, p: T, i: u32, q: T, j: u32) {
        if let Some(adjoint) = self.take() {
            self.add(i, times(p, adjoint));
            self.hand_over(j, times(q, adjoint));
        }
    }
}

/// The same for any number of seeds and operands: each node has one adjoint per seed, side by side.
struct PullMany<'a, T> {
    nodes: &'a mut [T],
    width: usize,
    /// The node of the last record that was visited.
    node: usize,
}

impl<T: Scalar> PullMany<'_, T> {
    /// Takes the adjoints of the next record's node, seed by seed, and moves those that are not zero.
    #[inline(always)]
    fn pull_seeds(&mut self, mut pull: impl FnMut(&mut [T], usize, T)) {
        self.node -= 1;
        for seed in 0..self.width {
            let adjoint = std::mem::replace(&mut self.nodes[self.node * self.width + seed], T::zero());
            if !adjoint.is_strong_zero() {
                pull(self.nodes, seed, adjoint);
            }
        }
    }

    /// Moves them to `operands`, each with its partial.
    #[inline(always)]
    fn pull<I: Iterator<Item = (T, u32)>>(&mut self, operands: impl Fn() -> I) {
        let width = self.width;
        self.pull_seeds(|nodes, seed, adjoint| {
            for (p, i) in operands() {
                nodes[i as usize * width + seed] += times(p, adjoint);
            }
        });
    }
}

impl<T: Scalar> Visit<T> for PullMany<'_, T> {
    fn leaf(&mut self) {
        self.node -= 1;
    }
    fn sum(&mut self, i: u32, j: u32) {
        self.pull(|| [(T::one(), i), (T::one(), j)].into_iter());
    }
    fn difference(&mut self, i: u32, j: u32) {
        self.pull(|| [(T::one(), i), (-T::one(), j)].into_iter());
    }
    fn unary(&mut self, p: T, i: u32) {
        self.pull(|| std::iter::once((p, i)));
    }
    fn binary(&mut self, p: T, i: u32, q: T, j: u32) {
        self.pull(|| [(p, i), (q, j)].into_iter());
    }
}

/// Sweeps the recording once for `width` seeds: `seed` sets the adjoints of the results, `read` takes
/// those of the inputs. A zero carries nothing, also where it meets an infinity.
pub(crate) fn sweep<T: Scalar, R>(
    tape: &mut Recorded<T>,
    width: usize,
    seed: impl FnOnce(&mut Adjoints<'_, T>),
    read: impl FnOnce(&mut Adjoints<'_, T>) -> R,
) -> R {
    sweep_as(tape, width, true, seed, read)
}

/// [`sweep`] without a look at the zeros of arrays, which is faster: every adjoint is what `sweep` finds, or NaN.
///
/// For a product of equal factors is the same in both, unless it is 0 times infinity or NaN, and NaN here;
/// and NaN stays NaN on its way through arrays. A scalar operation stops it with a partial of 0, but there
/// `sweep` finds that 0, too. So only results that are not finite have to be looked for again.
pub(crate) fn optimistic_sweep<T: Scalar, R>(
    tape: &mut Recorded<T>,
    width: usize,
    seed: impl FnOnce(&mut Adjoints<'_, T>),
    read: impl FnOnce(&mut Adjoints<'_, T>) -> R,
) -> R {
    sweep_as(tape, width, false, seed, read)
}

fn sweep_as<T: Scalar, R>(
    tape: &mut Recorded<T>,
    width: usize,
    strict: bool,
    seed: impl FnOnce(&mut Adjoints<'_, T>),
    read: impl FnOnce(&mut Adjoints<'_, T>) -> R,
) -> R {
    // A panic on the way loses the workspace, which may be dirty by then.
    let space = std::mem::take(&mut tape.workspace);
    let len = tape.len as usize;
    let mut adjoints = Adjoints::new(space, (&tape.blocks, len), width, strict);
    seed(&mut adjoints);
    let (mut stream, products) = (tape.stream.backwards(), &tape.products);
    let mut node = len;
    loop {
        // A slice of its own, so that its place and length stay in registers from record to record.
        let nodes = &mut adjoints.space.nodes[..len * width];
        let long = if width == 1 {
            let mut pull = PullOne { nodes, node, carry: T::zero() };
            let long = stream.next_long(&mut pull);
            pull.settle();
            node = pull.node;
            long
        } else {
            let mut pull = PullMany { nodes, width, node };
            let long = stream.next_long(&mut pull);
            node = pull.node;
            long
        };
        let mut pull = PullMany { nodes, width, node };
        match long {
            None => break,
            Some(Long::Nary(operands)) => pull.pull(|| operands.iter()),
            Some(Long::Product(index)) => pull.pull_seeds(|nodes, seed, adjoint| {
                products.pull(index, adjoint, nodes, (width, seed));
            }),
            Some(Long::Block(op)) => adjoints.pull_block(op, node - 1),
        }
        node -= 1;
    }
    let out = read(&mut adjoints);
    let space = adjoints.into_space();
    tape.workspace = space;
    out
}
