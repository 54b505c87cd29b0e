//! The adjoints of a sweep: where they are kept, and how those of weights are collected.

use crate::block::{Blocks, Edge};
use crate::places::{Place, Places};
use ad_core::{Dense, Scalar};
use std::collections::HashMap;

/// How many columns of weight adjoints are collected before one matrix product adds them.
const COLUMNS: usize = 64;

/// The buffers of a sweep, kept with the tape. Between sweeps all `nodes` are zero, and all else is empty.
#[derive(Debug)]
pub(crate) struct Workspace<T: Scalar> {
    pub(crate) nodes: Vec<T>,
    blocks: Vec<Option<Dense<T, 1>>>,
    deferred: Vec<Deferred<T>>,
    /// The operations whose adjoints are kept for what is deferred.
    kept: Vec<u32>,
}

impl<T: Scalar> Default for Workspace<T> {
    fn default() -> Self {
        Self { nodes: Vec::new(), blocks: Vec::new(), deferred: Vec::new(), kept: Vec::new() }
    }
}

/// Adjoints of weights that wait to be added at once, `sum_k u_k x_k^T` over `columns` steps.
#[derive(Debug)]
struct Deferred<T> {
    weights: u32,
    columns: usize,
    /// For each step the operation whose adjoint is `u`, and the number of its edge that holds `x`.
    steps: Vec<(u32, u32)>,
    /// The columns of earlier steps, brought together: columns x (seeds x outputs).
    u: Vec<T>,
    /// Columns x inputs.
    x: Vec<T>,
}

/// The adjoints of inputs that several recordings share, between their sweeps: the loop of
/// [`checkpoint`](crate::checkpoint()).
#[derive(Debug)]
pub(crate) struct Shared<T: Scalar> {
    leaves: Vec<Option<Dense<T, 1>>>,
    deferred: Vec<Deferred<T>>,
}

impl<T: Scalar> Default for Shared<T> {
    fn default() -> Self {
        Self { leaves: Vec::new(), deferred: Vec::new() }
    }
}

impl<T: Scalar> Deferred<T> {
    /// Brings the columns of all steps together.
    fn gather(&mut self, list: &Blocks<T>, blocks: &[Option<Dense<T, 1>>], width: usize) {
        for (op, edge) in self.steps.drain(..) {
            let out = blocks[op as usize].as_ref().expect("kept for this").as_slice();
            let Edge::Weights { x, .. } = &list.edges(op)[edge as usize] else {
                unreachable!("only weights are deferred")
            };
            self.x.extend_from_slice(x.as_slice());
            let outputs = out.len() / (x.rows() * width);
            for row in 0..x.rows() {
                for seed in 0..width {
                    self.u.extend_from_slice(&out[(seed * x.rows() + row) * outputs..][..outputs]);
                }
            }
        }
    }
}

/// The adjoints of a recording, for `width` seeds at once: each array's is `width` rows of its entries.
#[derive(Debug)]
pub(crate) struct Adjoints<'a, T: Scalar> {
    width: usize,
    strict: bool,
    list: &'a Blocks<T>,
    pub(crate) space: Workspace<T>,
    /// Arrays inside the recording whose adjoints are kept when they are complete.
    watched: HashMap<u32, Dense<T, 1>>,
    /// So many of the first arrays are inputs whose adjoints another sweep completes.
    suspended: u32,
}

impl<'a, T: Scalar> Adjoints<'a, T> {
    /// All zero, for a recording of so many nodes.
    pub(crate) fn new(
        mut space: Workspace<T>,
        (list, nodes): (&'a Blocks<T>, usize),
        width: usize,
        strict: bool,
    ) -> Self {
        if space.nodes.len() < nodes * width {
            space.nodes.resize(nodes * width, T::zero());
        }
        space.blocks.resize_with(list.len(), || None);
        Self { width, strict, list, space, watched: HashMap::new(), suspended: 0 }
    }

    /// The workspace, ready for the next sweep; the adjoints of all nodes have been taken.
    pub(crate) fn into_space(mut self) -> Workspace<T> {
        self.space.blocks.clear();
        self.space.deferred.clear();
        self.space.kept.clear();
        self.space
    }

    /// The number of seeds.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Whether a zero carries nothing, whatever it meets.
    pub(crate) fn is_strict(&self) -> bool {
        self.strict
    }

    /// The number of entries of an array.
    pub(crate) fn entries(&self, op: u32) -> usize {
        self.list.entries(op)
    }

    /// The adjoint of an array; zeros at its first touch.
    pub(crate) fn buffer(&mut self, op: u32) -> &mut [T] {
        let len = self.width * self.list.entries(op);
        self.space.blocks[op as usize].get_or_insert_with(|| Dense::filled([len], T::zero())).as_mut_slice()
    }

    /// The adjoint of an array, and whether it has been touched before. If not, it holds no zeros but anything,
    /// and all of it has to be written.
    pub(crate) fn overwritable(&mut self, op: u32) -> (&mut [T], bool) {
        let len = self.width * self.list.entries(op);
        let adjoint = &mut self.space.blocks[op as usize];
        let touched = adjoint.is_some();
        (adjoint.get_or_insert_with(|| Dense::overwritten([len], T::zero(), |_| ())).as_mut_slice(), touched)
    }

    /// One seed's row of an array's adjoint.
    pub(crate) fn row(&mut self, op: u32, seed: usize) -> &mut [T] {
        let entries = self.list.entries(op);
        &mut self.buffer(op)[seed * entries..(seed + 1) * entries]
    }

    /// Adds `x` to the adjoint of an array: moved there if it is the first.
    pub(crate) fn give(&mut self, op: u32, x: Dense<T, 1>) {
        match &mut self.space.blocks[op as usize] {
            Some(adjoint) => T::axpy(T::one(), x.as_slice(), adjoint.as_mut_slice()),
            untouched => *untouched = Some(x),
        }
    }

    /// Adds to the adjoint of a scalar.
    #[inline]
    pub(crate) fn add_to_node(&mut self, node: u32, seed: usize, x: T) {
        self.space.nodes[node as usize * self.width + seed] += x;
    }

    /// Keeps the adjoint of an array when the sweep has completed it.
    pub(crate) fn watch(&mut self, op: u32) {
        self.watched.insert(op, Dense::filled([0], T::zero()));
    }

    /// The complete adjoint of a watched array; empty if the results do not depend on it.
    pub(crate) fn watched(&self, op: u32) -> &[T] {
        self.watched.get(&op).map_or(&[], Dense::as_slice)
    }

    /// Takes the adjoint of a scalar input, of a sweep with one seed.
    pub(crate) fn take_node(&mut self, node: u32) -> T {
        std::mem::replace(&mut self.space.nodes[node as usize], T::zero())
    }

    /// Takes the adjoints of a scalar input, one per seed.
    pub(crate) fn take_seeds(&mut self, node: u32, mut each: impl FnMut(usize, T)) {
        let start = node as usize * self.width;
        for (seed, adjoint) in self.space.nodes[start..start + self.width].iter_mut().enumerate() {
            each(seed, std::mem::replace(adjoint, T::zero()));
        }
    }

    /// Takes the adjoint of an array input: `width` rows of its entries.
    pub(crate) fn take_block(&mut self, op: u32) -> Dense<T, 1> {
        self.buffer(op);
        self.space.blocks[op as usize].take().expect("just touched")
    }

    /// Goes on with the adjoints of shared inputs, in a sweep with one seed.
    pub(crate) fn resume(&mut self, shared: Shared<T>, inputs: &Places) {
        for (&place, numbers) in inputs.leaves.iter().zip(shared.leaves) {
            match (place, numbers) {
                (Place::Nodes { start, count }, Some(numbers)) => {
                    self.space.nodes[start as usize..][..count].copy_from_slice(numbers.as_slice());
                }
                (Place::Block { op, .. }, numbers) => self.space.blocks[op as usize] = numbers,
                _ => {}
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
            Place::Nodes { start, count } => {
                Some(Dense::new([count], (start..start + count as u32).map(|node| self.take_node(node))))
            }
            Place::Block { op, .. } => self.space.blocks[op as usize].take(),
            Place::Constant(_) => None,
        });
        let leaves = leaves.collect();
        let Workspace { blocks, deferred, .. } = &mut self.space;
        deferred.iter_mut().for_each(|waiting| waiting.gather(self.list, blocks, self.width));
        Shared { leaves, deferred: std::mem::take(deferred) }
    }

    /// Carries the adjoint of a block operation to its operands; `node` is the place of a scalar result.
    pub(crate) fn pull_block(&mut self, op: u32, node: usize) {
        if op < self.suspended {
            return;
        }
        let list = self.list;
        let edges = list.edges(op);
        if list.entries(op) == 0 {
            for seed in 0..self.width {
                let adjoint = std::mem::replace(&mut self.space.nodes[node * self.width + seed], T::zero());
                if !adjoint.is_strong_zero() {
                    edges.iter().for_each(|edge| edge.pull_scalar(seed, adjoint, self));
                }
            }
            return;
        }
        if self.space.deferred.iter().any(|d| d.weights == op) {
            self.add_deferred();
        }
        if !self.watched.is_empty() {
            self.keep_watched(op);
        }
        let Some((last, others)) = edges.split_last() else { return };
        let Some(out) = self.space.blocks[op as usize].take() else { return };
        let mut columns = 0;
        for (i, edge) in others.iter().enumerate() {
            columns = columns.max(self.pull_edge(edge, (op, i), &out));
        }
        if columns == 0 && !matches!(last, Edge::Weights { .. }) {
            last.pull_last(out, self);
            return;
        }
        columns = columns.max(self.pull_edge(last, (op, others.len()), &out));
        if columns == 0 {
            return;
        }
        self.space.blocks[op as usize] = Some(out);
        self.space.kept.push(op);
        if columns >= COLUMNS {
            self.add_deferred();
        }
    }

    #[cold]
    fn keep_watched(&mut self, op: u32) {
        if let (Some(kept), Some(adjoint)) = (self.watched.get_mut(&op), &self.space.blocks[op as usize]) {
            kept.clone_from(adjoint);
        }
    }

    /// Carries an adjoint along one edge, or notes it for the adjoint of weights; returns how many columns
    /// wait for these.
    fn pull_edge(&mut self, edge: &Edge<T>, (op, place): (u32, usize), out: &Dense<T, 1>) -> usize {
        let Edge::Weights { w, x } = edge else {
            edge.pull(out.as_slice(), self);
            return 0;
        };
        if self.strict && !(T::all_finite(out.as_slice()) && T::all_finite(x.as_slice())) {
            edge.pull(out.as_slice(), self);
            return 0;
        }
        let deferred = &mut self.space.deferred;
        let waiting = deferred.iter().position(|d| d.weights == *w).unwrap_or_else(|| {
            deferred.push(Deferred { weights: *w, columns: 0, steps: vec![], u: vec![], x: vec![] });
            deferred.len() - 1
        });
        let waiting = &mut deferred[waiting];
        waiting.steps.push((op, place as u32));
        waiting.columns += x.rows();
        waiting.columns
    }

    /// Adds all that waits, one matrix product for each array of weights.
    fn add_deferred(&mut self) {
        let Self { width, list, space, .. } = self;
        for waiting in space.deferred.iter_mut().filter(|waiting| waiting.columns > 0) {
            waiting.gather(list, &space.blocks, *width);
            let Deferred { weights, columns, u, x, .. } = waiting;
            let (m, n) = (u.len() / *columns, x.len() / *columns);
            let adjoint = &mut space.blocks[*weights as usize];
            let touched = adjoint.is_some();
            let adjoint =
                adjoint.get_or_insert_with(|| Dense::overwritten([m * n], T::zero(), |_| ())).as_mut_slice();
            T::gemm([m, *columns, n], u, (1, m), x, (n, 1), adjoint, touched);
            *columns = 0;
            u.clear();
            x.clear();
        }
        for op in space.kept.drain(..) {
            space.blocks[op as usize] = None;
        }
    }
}
