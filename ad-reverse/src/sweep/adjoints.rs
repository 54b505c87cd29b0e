//! The adjoints of a sweep: where they are kept, and how they are moved.

use crate::blocks::edge::Edge;
use crate::blocks::weights::{MANY_ROWS, Outer, WAITING, Waiting, add_product, add_product_strictly};
use crate::blocks::{Blocks, Kept};
use crate::sweep::places::{Place, Places};
use crate::tape::pages::ask_for_large;
use crate::tape::pool::held;
use ad_core::{Dense, Scalar};
use std::collections::HashMap;
use std::ops::Range;

/// The buffers of a sweep, kept with the tape. Between sweeps all `nodes` are zero, and all else is empty.
#[derive(Debug)]
pub(crate) struct Workspace<T: Scalar> {
    pub(crate) nodes: Vec<T>,
    blocks: Vec<Option<Dense<T, 1>>>,
    /// What waits to be added to adjoints of weights; some wait for nothing.
    waiting: Vec<Waiting<T>>,
}

impl<T: Scalar> Default for Workspace<T> {
    fn default() -> Self {
        Self { nodes: Vec::new(), blocks: Vec::new(), waiting: Vec::new() }
    }
}

impl<T: Scalar> Workspace<T> {
    /// The memory of its lists; those of what waits are short.
    pub(crate) fn held(&self) -> usize {
        held(&self.nodes) + held(&self.blocks)
    }
}

/// The adjoints of inputs that several recordings share, between their sweeps: the loop of
/// [`checkpoint`](crate::checkpoint()).
#[derive(Debug)]
pub(crate) struct Shared<T: Scalar> {
    leaves: Vec<Option<Dense<T, 1>>>,
    /// What waits to be added, by the weights.
    waiting: Vec<(u32, Vec<Outer<T>>)>,
}

impl<T: Scalar> Default for Shared<T> {
    fn default() -> Self {
        Self { leaves: Vec::new(), waiting: Vec::new() }
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
    /// How many outer products wait: one for each row of what weights were multiplied with.
    rows_waiting: usize,
    /// The weights for which something waits come no later than this operation.
    last_weights: u32,
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
        let (before, needed) = (space.nodes.len(), nodes * width);
        if before < needed {
            space.nodes = Vec::new(); // first, so that not both are there at once
            space.nodes = vec![T::zero(); needed.max(before + before / 8)]; // recordings may grow step by step
            ask_for_large(&mut space.nodes);
        }
        space.blocks.resize_with(list.len(), || None);
        Self {
            width,
            strict,
            list,
            space,
            watched: HashMap::new(),
            rows_waiting: 0,
            last_weights: 0,
            suspended: 0,
        }
    }

    /// The workspace, ready for the next sweep; the adjoints of all nodes have been taken.
    pub(crate) fn into_space(mut self) -> Workspace<T> {
        self.space.blocks.clear();
        self.space.waiting.iter_mut().for_each(Waiting::clear);
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

    /// The operations of the recording.
    pub(crate) fn list(&self) -> &'a Blocks<T> {
        self.list
    }

    /// The number of entries of an array.
    pub(crate) fn entries(&self, op: u32) -> usize {
        self.list.entries(op)
    }

    /// The adjoint of an array; zeros at its first touch.
    #[inline]
    pub(crate) fn buffer(&mut self, op: u32) -> &mut [T] {
        let (width, list) = (self.width, self.list);
        let zeros = || Dense::filled([width * list.entries(op)], T::zero());
        self.space.blocks[op as usize].get_or_insert_with(zeros).as_mut_slice()
    }

    /// The adjoint of an array, and whether it has been touched before. If not, it holds no zeros but anything,
    /// and all of it has to be written.
    pub(crate) fn overwritable(&mut self, op: u32) -> (&mut [T], bool) {
        let len = self.width * self.list.entries(op);
        let adjoint = &mut self.space.blocks[op as usize];
        let touched = adjoint.is_some();
        (adjoint.get_or_insert_with(|| Dense::overwritten([len], T::zero(), |_| ())).as_mut_slice(), touched)
    }

    /// Whether anything has been added to the adjoint of an array.
    pub(crate) fn is_touched(&self, op: u32) -> bool {
        self.space.blocks[op as usize].is_some()
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

    /// Takes the adjoints of these scalar inputs, of a sweep with one seed, to the end of `to`.
    pub(crate) fn take_nodes(&mut self, nodes: Range<u32>, to: &mut Vec<T>) {
        let adjoints = &mut self.space.nodes[nodes.start as usize..nodes.end as usize];
        to.extend_from_slice(adjoints);
        adjoints.fill(T::zero());
    }

    /// Takes the adjoints of these scalar inputs, for each seed: `each` gets the seed, the place among them, and the adjoint.
    pub(crate) fn take_seeds(&mut self, nodes: Range<u32>, mut each: impl FnMut(usize, usize, T)) {
        let place = |node: u32| node as usize * self.width;
        let adjoints = &mut self.space.nodes[place(nodes.start)..place(nodes.end)];
        for (i, seeds) in adjoints.chunks_exact_mut(self.width.max(1)).enumerate() {
            for (seed, adjoint) in seeds.iter_mut().enumerate() {
                each(seed, i, std::mem::replace(adjoint, T::zero()));
            }
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
        for (weights, products) in shared.waiting {
            for product in products {
                let rows = product.1.rows();
                self.waiting_for(weights, rows).push_earlier(product);
            }
        }
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
        let Workspace { blocks, waiting, .. } = &self.space;
        let waiting = waiting.iter().map(|waits| (waits.weights, waits.products((self.list, blocks))));
        Shared { leaves, waiting: waiting.collect() }
    }

    /// Carries the adjoint of a block operation to its operands; `node` is the place of a scalar result.
    pub(crate) fn pull_block(&mut self, op: u32, node: usize) {
        if op < self.suspended {
            return;
        }
        let list = self.list;
        let edges = list.edges(op);
        if list.entries(op) == 0 {
            return self.pull_scalar(edges, node);
        }
        if op <= self.last_weights && self.rows_waiting > 0 {
            self.add_waiting();
        }
        if !self.watched.is_empty() {
            self.keep_watched(op);
        }
        if edges.is_empty() {
            return;
        }
        let Some(out) = self.space.blocks[op as usize].take() else { return };
        let (last, mut kept) = (edges.len() - 1, false);
        for (k, edge) in edges.iter().enumerate() {
            match *edge {
                Edge::Affine(term) => kept |= term.pull(op, &out, self),
                _ if k == last && !kept => return edge.pull_last(out, self),
                _ => edge.pull(out.as_slice(), self),
            }
        }
        if !kept {
            return;
        }
        self.space.blocks[op as usize] = Some(out);
        if self.rows_waiting >= WAITING {
            self.add_waiting();
        }
    }

    /// Carries the adjoint of a block operation whose result is the scalar at `node` to its operands.
    #[inline(never)] // so that it takes no registers from the other way
    fn pull_scalar(&mut self, edges: &[Edge<T>], node: usize) {
        for seed in 0..self.width {
            let adjoint = std::mem::replace(&mut self.space.nodes[node * self.width + seed], T::zero());
            if !adjoint.is_strong_zero() {
                edges.iter().for_each(|edge| edge.pull_scalar(seed, adjoint, self));
            }
        }
    }

    #[cold]
    fn keep_watched(&mut self, op: u32) {
        if let (Some(kept), Some(adjoint)) = (self.watched.get_mut(&op), &self.space.blocks[op as usize]) {
            kept.clone_from(adjoint);
        }
    }

    /// Adds `out x^T` to the adjoint of weights; or notes that it waits for that, and returns `true`.
    #[inline(always)]
    pub(crate) fn pull_weights(&mut self, weights: u32, place: Kept, op: u32, out: &Dense<T, 1>) -> bool {
        let x = self.list.kept(place);
        if self.strict && !(T::all_finite(out.as_slice()) && T::all_finite(x.as_slice())) {
            let width = self.width;
            add_product_strictly((out, x), width, self.buffer(weights));
            return false;
        }
        if x.rows() >= MANY_ROWS {
            if self.rows_waiting > 0 {
                self.add_waiting(); // so that the order of a sum is that of the sweep
            }
            let width = self.width;
            let (adjoint, touched) = self.overwritable(weights);
            add_product((out, x), width, adjoint, touched);
            return false;
        }
        self.waiting_for(weights, x.rows()).push(op, place, x.rows());
        true
    }

    /// What waits for these weights, among it soon a product of so many rows.
    #[inline(always)]
    fn waiting_for(&mut self, weights: u32, rows: usize) -> &mut Waiting<T> {
        self.rows_waiting += rows;
        self.last_weights = self.last_weights.max(weights);
        let all = &mut self.space.waiting;
        let place = all.iter().position(|waits| waits.weights == weights);
        match place {
            Some(place) => &mut all[place],
            None => start_waiting(all, weights),
        }
    }

    /// Adds all that waits to the adjoints of the weights, each of which is read and written once.
    fn add_waiting(&mut self) {
        let Self { width, list, space, .. } = self;
        let Workspace { blocks, waiting, .. } = space;
        for waits in waiting.iter().filter(|waits| !waits.is_empty()) {
            let adjoint = blocks[waits.weights as usize].take();
            let touched = adjoint.is_some();
            let len = *width * list.entries(waits.weights);
            let mut adjoint = adjoint.unwrap_or_else(|| Dense::overwritten([len], T::zero(), |_| ()));
            waits.add_to(adjoint.as_mut_slice(), touched, *width, (list, blocks));
            blocks[waits.weights as usize] = Some(adjoint);
        }
        for waits in waiting {
            waits.ops().for_each(|op| blocks[op as usize] = None);
            waits.clear();
        }
        (self.rows_waiting, self.last_weights) = (0, 0);
    }
}

/// The first place where nothing waits, for these weights.
#[cold]
fn start_waiting<T: Scalar>(all: &mut Vec<Waiting<T>>, weights: u32) -> &mut Waiting<T> {
    let place = all.iter().position(Waiting::is_empty).unwrap_or_else(|| {
        all.push(Waiting::new(weights));
        all.len() - 1
    });
    all[place].weights = weights;
    &mut all[place]
}
