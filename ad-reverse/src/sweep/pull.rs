//! How the adjoint of a scalar operation moves to its operands.

use crate::strong::times;
use crate::tape::prefetch::prefetch;
use crate::tape::stream::{STRETCH, Visit};
use ad_core::Scalar;
use std::marker::PhantomData;

/// How a sweep treats zeros.
///
/// In a *strict* sweep 0 times anything is 0, so every product has to be looked at. A *plain* one, over plain
/// numbers, multiplies as if all were finite. Each adjoint that it computes is that of the strict sweep, or NaN: a
/// product of the same two numbers differs only if it is 0 times an infinity or NaN, and then it is NaN in the plain
/// sweep. Sums and products keep NaN on its way to the inputs. Only a step that is strict in both sweeps, such as that of
/// a dot product, turns it into 0, where the partial is 0; and there the strict sweep finds 0, too. (The sign of a zero
/// may differ, until it is added to an adjoint; those start at +0, which no sum makes -0.)
pub(crate) trait Zeros<T> {
    /// The same, bit for bit, and faster where most adjoints are subnormal.
    type Small: Zeros<T>;
    /// The adjoint of an operand: a partial times the adjoint of the result.
    fn product(p: T, adjoint: T) -> T;
    /// Whether an adjoint need not be moved.
    fn annihilates(adjoint: T) -> bool;
}

/// Multiplies as if all numbers were finite; for plain numbers only.
#[derive(Debug)]
pub(crate) struct Plain;
/// As [`Plain`], bit for bit, and faster where most adjoints are subnormal.
#[derive(Debug)]
pub(crate) struct Subnormal;
/// 0 times anything is 0.
#[derive(Debug)]
pub(crate) struct Strict;

impl<T: Scalar> Zeros<T> for Plain {
    type Small = Subnormal;
    #[inline(always)]
    fn product(p: T, adjoint: T) -> T {
        p * adjoint
    }
    #[inline(always)]
    fn annihilates(_: T) -> bool {
        false
    }
}

impl<T: Scalar> Zeros<T> for Subnormal {
    type Small = Self;
    #[inline(always)]
    fn product(p: T, adjoint: T) -> T {
        p.product_with_subnormal(adjoint)
    }
    #[inline(always)]
    fn annihilates(_: T) -> bool {
        false
    }
}

impl<T: Scalar> Zeros<T> for Strict {
    type Small = Self;
    #[inline(always)]
    fn product(p: T, adjoint: T) -> T {
        times(p, adjoint)
    }
    #[inline(always)]
    fn annihilates(adjoint: T) -> bool {
        adjoint.is_strong_zero()
    }
}

/// Moves the adjoints of scalar operations to their operands, for one seed.
///
/// All adjoints but those of the inputs are zero again afterwards, ready for the next sweep.
///
/// Most results are used by the operation right after theirs, whose adjoint they then need at once.
/// Through memory that takes longer than the arithmetic, so it is handed over in a register.
#[derive(Debug)]
pub(crate) struct PullOne<'a, T, Z> {
    /// The adjoints of all nodes that have not been visited.
    pub(crate) nodes: &'a mut [T],
    /// What the last of them still has to get.
    carry: T,
    zeros: PhantomData<Z>,
}

impl<'a, T: Scalar, Z: Zeros<T>> PullOne<'a, T, Z> {
    pub(crate) fn new(nodes: &'a mut [T]) -> Self {
        Self { nodes, carry: T::zero(), zeros: PhantomData }
    }

    /// The adjoint of the next node.
    #[inline(always)]
    fn take(&mut self) -> T {
        let (node, rest) = std::mem::take(&mut self.nodes).split_last_mut().expect(TOO_FEW_NODES);
        self.nodes = rest;
        std::mem::replace(node, T::zero()) + std::mem::replace(&mut self.carry, T::zero())
    }

    /// The adjoint of the next record's result, which may have been added to the node before.
    #[inline(always)]
    fn take_added(&mut self, added: bool) -> T {
        if !added {
            return self.take();
        }
        let (rest, last) = std::mem::take(&mut self.nodes).split_last_chunk_mut::<2>().expect(TOO_FEW_NODES);
        self.nodes = rest;
        let [result, sum] = std::mem::replace(last, [T::zero(); 2]);
        self.carry += sum;
        result + self.carry
    }

    #[inline(always)]
    fn add(&mut self, node: u32, x: T) {
        self.nodes[node as usize] += x;
    }

    /// [`add`](Self::add) for the operand that is most likely the next node; the last one of a record. If
    /// the result was `added`, that node already has something to get.
    #[inline(always)]
    fn hand_over(&mut self, node: u32, x: T, added: bool) {
        if node as usize + 1 != self.nodes.len() {
            self.add(node, x);
        } else if added {
            self.carry += x;
        } else {
            self.carry = x;
        }
    }

    /// Brings the adjoints up to date, for someone else to read.
    #[inline(always)]
    pub(crate) fn settle(&mut self) {
        if let Some(node) = self.nodes.last_mut() {
            *node += std::mem::replace(&mut self.carry, T::zero());
        }
    }
}

const TOO_FEW_NODES: &str = "every record has its nodes";

impl<T: Scalar, Z: Zeros<T>> Visit<T> for PullOne<'_, T, Z> {
    #[inline(always)]
    fn look_ahead(&self) {
        let end = self.nodes.as_ptr_range().end.cast::<u8>();
        prefetch(end.wrapping_sub(2 * STRETCH), STRETCH);
    }
    #[inline(always)]
    fn leaves(&mut self, count: usize) {
        self.settle();
        let nodes = std::mem::take(&mut self.nodes);
        self.nodes = nodes.split_at_mut(nodes.len() - count).0; // they keep their adjoints
    }
    #[inline(always)]
    fn sum(&mut self, i: u32, j: u32) {
        let adjoint = self.take();
        self.add(i, adjoint);
        self.hand_over(j, adjoint, false);
    }
    #[inline(always)]
    fn difference(&mut self, i: u32, j: u32) {
        let adjoint = self.take();
        self.add(i, adjoint);
        self.hand_over(j, -adjoint, false);
    }
    #[inline(always)]
    fn unary(&mut self, p: T, i: u32, added: bool) {
        let adjoint = self.take_added(added);
        if !Z::annihilates(adjoint) {
            self.hand_over(i, Z::product(p, adjoint), added);
        }
    }
    #[inline(always)]
    fn binary(&mut self, p: T, i: u32, q: T, j: u32, added: bool) {
        let adjoint = self.take_added(added);
        if !Z::annihilates(adjoint) {
            self.add(i, Z::product(p, adjoint));
            let last = Z::product(q, adjoint);
            if added { self.add(j, last) } else { self.hand_over(j, last, false) }
        }
    }
}

/// The same for any number of seeds and operands: each node has one adjoint per seed, side by side.
#[derive(Debug)]
pub(crate) struct PullMany<'a, T, Z> {
    /// The adjoints of all nodes that have not been visited.
    pub(crate) nodes: &'a mut [T],
    width: usize,
    zeros: PhantomData<Z>,
}

impl<'a, T: Scalar, Z: Zeros<T>> PullMany<'a, T, Z> {
    pub(crate) fn new(nodes: &'a mut [T], width: usize) -> Self {
        Self { nodes, width, zeros: PhantomData }
    }

    /// The adjoints of the next node, and of those before it.
    #[inline(always)]
    pub(crate) fn split(&mut self) -> (&'a mut [T], &'a mut [T]) {
        let nodes = std::mem::take(&mut self.nodes);
        nodes.split_at_mut(nodes.len().checked_sub(self.width).expect(TOO_FEW_NODES))
    }

    /// Moves the adjoints of the next record's result to `operands`, each with its partial.
    #[inline(always)]
    pub(crate) fn pull(&mut self, operands: impl Iterator<Item = (T, u32)>) {
        let (rest, result) = self.split();
        for (p, i) in operands {
            let operand = &mut rest[i as usize * self.width..][..self.width];
            for (operand, &adjoint) in operand.iter_mut().zip(result.iter()) {
                if !Z::annihilates(adjoint) {
                    *operand += Z::product(p, adjoint);
                }
            }
        }
        result.fill(T::zero());
        self.nodes = rest;
    }

    /// Moves the adjoint of a record's result, which was added to the node before, to both.
    #[inline(always)]
    fn pull_added(&mut self, added: bool) {
        if added {
            let last = (self.nodes.len() / self.width) as u32;
            self.sum(last - 3, last - 2);
        }
    }
}

impl<T: Scalar, Z: Zeros<T>> Visit<T> for PullMany<'_, T, Z> {
    fn leaves(&mut self, count: usize) {
        let nodes = std::mem::take(&mut self.nodes);
        self.nodes = nodes.split_at_mut(nodes.len() - count * self.width).0;
    }
    fn sum(&mut self, i: u32, j: u32) {
        self.pull([(T::one(), i), (T::one(), j)].into_iter());
    }
    fn difference(&mut self, i: u32, j: u32) {
        self.pull([(T::one(), i), (-T::one(), j)].into_iter());
    }
    fn unary(&mut self, p: T, i: u32, added: bool) {
        self.pull_added(added);
        self.pull(std::iter::once((p, i)));
    }
    fn binary(&mut self, p: T, i: u32, q: T, j: u32, added: bool) {
        self.pull_added(added);
        self.pull([(p, i), (q, j)].into_iter());
    }
}
