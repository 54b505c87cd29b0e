//! The reverse sweep: adjoints flow from the results of a recording to its inputs.

use crate::block::{Kind, Op, times};
use crate::places::{Place, Places};
use crate::stream::{Long, Visit};
use crate::tape::Recorded;
use ad_core::Scalar;
use std::collections::HashMap;

/// How many columns of weight adjoints are collected before one matrix product adds them.
const COLUMNS: usize = 64;

/// The buffers of a sweep, kept with the tape. Between sweeps all `nodes` are zero.
#[derive(Debug)]
pub(crate) struct Workspace<T> {
    nodes: Vec<T>,
    blocks: Vec<Vec<T>>,
    free: Vec<Vec<T>>,
    deferred: Vec<Deferred<T>>,
}

impl<T> Default for Workspace<T> {
    fn default() -> Self {
        Self { nodes: Vec::new(), blocks: Vec::new(), free: Vec::new(), deferred: Vec::new() }
    }
}

/// Adjoints of weights that wait to be added at once: `sum_k u_k x_k^T` over `columns` steps.
#[derive(Debug)]
struct Deferred<T> {
    weights: u32,
    columns: usize,
    /// Columns x (seeds x outputs).
    u: Vec<T>,
    /// Columns x inputs.
    x: Vec<T>,
}

/// The adjoints of inputs that several recordings share, between their sweeps: the loop of
/// [`checkpoint`](crate::checkpoint()).
#[derive(Debug)]
pub(crate) struct Shared<T> {
    leaves: Vec<Vec<T>>,
    deferred: Vec<Deferred<T>>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { leaves: Vec::new(), deferred: Vec::new() }
    }
}

/// The adjoints of a recording, for `width` seeds at once: each array's is `width` rows of its entries.
#[derive(Debug)]
pub(crate) struct Adjoints<'a, T: Scalar> {
    width: usize,
    ops: &'a [Op<T>],
    space: Workspace<T>,
    /// Arrays inside the recording whose adjoints are kept when they are complete.
    watched: HashMap<u32, Vec<T>>,
    /// So many of the first arrays are inputs whose adjoints another sweep completes.
    suspended: u32,
}

impl<T: Scalar> Adjoints<'_, T> {
    /// The number of seeds.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// The adjoint of an array; zeros at its first touch.
    pub(crate) fn buffer(&mut self, op: u32) -> &mut Vec<T> {
        let len = self.width * self.ops[op as usize].entries;
        let buffer = &mut self.space.blocks[op as usize];
        if buffer.is_empty() && len > 0 {
            *buffer = self.space.free.pop().unwrap_or_default();
            buffer.resize(len, T::zero());
        }
        buffer
    }

    /// One seed's row of an array's adjoint.
    pub(crate) fn row(&mut self, op: u32, seed: usize) -> &mut [T] {
        let entries = self.ops[op as usize].entries;
        &mut self.buffer(op)[seed * entries..(seed + 1) * entries]
    }

    /// Adds `a x` to the adjoint of an array.
    pub(crate) fn add(&mut self, op: u32, a: T, x: &[T]) {
        T::axpy(a, x, self.buffer(op));
    }

    /// Adds `x` to the adjoint of an array: moved there if it is the first.
    pub(crate) fn give(&mut self, op: u32, x: Vec<T>) {
        if self.space.blocks[op as usize].is_empty() {
            self.space.blocks[op as usize] = x;
        } else {
            self.add(op, T::one(), &x);
            self.recycle(x);
        }
    }

    /// Keeps the memory of an adjoint that has been carried on.
    pub(crate) fn recycle(&mut self, mut buffer: Vec<T>) {
        buffer.clear();
        self.space.free.push(buffer);
    }

    /// Adds to the adjoint of a scalar.
    #[inline]
    pub(crate) fn add_to_node(&mut self, node: u32, seed: usize, x: T) {
        self.space.nodes[node as usize * self.width + seed] += x;
    }

    /// Notes `sum_rows out_row x_row^T` for the adjoint of `weights`.
    pub(crate) fn defer_weights(&mut self, weights: u32, rows: usize, out: &[T], x: &[T]) {
        let deferred = &mut self.space.deferred;
        let place = deferred.iter().position(|d| d.weights == weights).unwrap_or_else(|| {
            deferred.push(Deferred { weights, columns: 0, u: Vec::new(), x: Vec::new() });
            deferred.len() - 1
        });
        let entry = &mut deferred[place];
        let outputs = out.len() / (rows * self.width);
        for row in 0..rows {
            for seed in 0..self.width {
                let start = (seed * rows + row) * outputs;
                entry.u.extend_from_slice(&out[start..start + outputs]);
            }
        }
        entry.x.extend_from_slice(x);
        entry.columns += rows;
        if entry.columns >= COLUMNS {
            self.add_deferred(place);
        }
    }

    /// Adds what waits for the adjoint of `weights`.
    fn settle(&mut self, weights: u32) {
        if let Some(place) = self.space.deferred.iter().position(|d| d.weights == weights && d.columns > 0) {
            self.add_deferred(place);
        }
    }

    fn add_deferred(&mut self, place: usize) {
        let weights = self.space.deferred[place].weights;
        let mut target = std::mem::take(self.buffer(weights));
        let entry = &mut self.space.deferred[place];
        let (m, n) = (entry.u.len() / entry.columns, entry.x.len() / entry.columns);
        T::gemm([m, entry.columns, n], &entry.u, (1, m), &entry.x, (n, 1), &mut target, true);
        (entry.columns, self.space.blocks[weights as usize]) = (0, target);
        entry.u.clear();
        entry.x.clear();
    }

    /// Keeps the adjoint of an array when the sweep has completed it.
    pub(crate) fn watch(&mut self, op: u32) {
        self.watched.insert(op, Vec::new());
    }

    /// The complete adjoint of a watched array; empty if the results do not depend on it.
    pub(crate) fn watched(&self, op: u32) -> Vec<T> {
        // Not taken away: two handles to one array may be watched.
        self.watched.get(&op).cloned().unwrap_or_default()
    }

    /// Takes the adjoint of a scalar input, of a sweep with one seed.
    pub(crate) fn take_node(&mut self, node: u32) -> T {
        std::mem::replace(&mut self.space.nodes[node as usize], T::zero())
    }

    /// Takes the adjoints of `count` scalar inputs in a row: `width` rows.
    pub(crate) fn take_nodes(&mut self, start: u32, count: usize) -> Vec<T> {
        let start = start as usize * self.width;
        let nodes = &mut self.space.nodes[start..start + count * self.width];
        let mut rows = vec![T::zero(); nodes.len()];
        for (i, node) in nodes.chunks_exact(self.width).enumerate() {
            for (seed, &adjoint) in node.iter().enumerate() {
                rows[seed * count + i] = adjoint;
            }
        }
        nodes.fill(T::zero());
        rows
    }

    /// Takes the adjoint of an array input: `width` rows of its entries.
    pub(crate) fn take_block(&mut self, op: u32) -> Vec<T> {
        self.buffer(op);
        std::mem::take(&mut self.space.blocks[op as usize])
    }

    /// Goes on with the adjoints of shared inputs, in a sweep with one seed.
    pub(crate) fn resume(&mut self, shared: Shared<T>, inputs: &Places) {
        for (&place, numbers) in inputs.leaves.iter().zip(shared.leaves) {
            match place {
                Place::Nodes { start, .. } => {
                    self.space.nodes[start as usize..][..numbers.len()].copy_from_slice(&numbers);
                }
                Place::Block { op, .. } => self.space.blocks[op as usize] = numbers,
                Place::Constant(_) => {}
            }
        }
        self.space.deferred = shared.deferred;
    }

    /// Leaves the adjoints of these inputs, which come first in the recording, to another sweep.
    pub(crate) fn suspend_after(&mut self, inputs: &Places) {
        let arrays = inputs.leaves.iter().filter(|place| matches!(place, Place::Block { .. }));
        self.suspended = arrays.count() as u32;
    }

    /// Takes the adjoints of shared inputs, also what waits to be added to them.
    pub(crate) fn take_shared(&mut self, inputs: &Places) -> Shared<T> {
        let leaves = inputs.leaves.iter().map(|&place| match place {
            Place::Nodes { start, count } => self.take_nodes(start, count),
            Place::Block { op, .. } => std::mem::take(&mut self.space.blocks[op as usize]),
            Place::Constant(_) => Vec::new(),
        });
        Shared { leaves: leaves.collect(), deferred: std::mem::take(&mut self.space.deferred) }
    }

    fn pull_block(&mut self, index: u32, node: usize) {
        if index < self.suspended {
            return;
        }
        let ops = self.ops;
        let op = &ops[index as usize];
        if op.entries == 0 {
            for seed in 0..self.width {
                let adjoint = std::mem::replace(&mut self.space.nodes[node * self.width + seed], T::zero());
                if !adjoint.is_strong_zero() {
                    op.pull_scalar(seed, adjoint, self);
                }
            }
            return;
        }
        self.settle(index);
        if let Some(kept) = self.watched.get_mut(&index) {
            kept.clone_from(&self.space.blocks[index as usize]);
        }
        if matches!(op.kind, Kind::Leaf) {
            return;
        }
        let out = std::mem::take(&mut self.space.blocks[index as usize]);
        if !out.is_empty() {
            op.pull(out, self);
        }
    }
}

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
/// those of the inputs.
pub(crate) fn sweep<T: Scalar, R>(
    tape: &mut Recorded<T>,
    width: usize,
    seed: impl FnOnce(&mut Adjoints<'_, T>),
    read: impl FnOnce(&mut Adjoints<'_, T>) -> R,
) -> R {
    // A panic on the way loses the workspace, which may be dirty by then.
    let mut space = std::mem::take(&mut tape.workspace);
    let len = tape.len as usize;
    if space.nodes.len() < len * width {
        space.nodes.resize(len * width, T::zero());
    }
    space.blocks.clear();
    space.blocks.resize_with(tape.ops.len(), Vec::new);
    let mut adjoints = Adjoints { width, ops: &tape.ops, space, watched: HashMap::new(), suspended: 0 };
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
    let space = adjoints.space;
    tape.workspace = space;
    out
}
