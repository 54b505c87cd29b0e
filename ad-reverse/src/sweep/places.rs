//! Where the inputs and results of a recorded function lie in its recording.

use crate::array::VarArray;
use crate::sweep::adjoints::Adjoints;
use crate::tape::{Recorded, record_leaves};
use crate::var::Var;
use ad_core::tree::flatten_as_listed;
use ad_core::{Array, Dense, LengthMismatch, Lift, Scalar, Tree};
use std::ops::Range;

/// Where the leaves of a tree lie in a recording.
#[derive(Debug, Default)]
pub(crate) struct Places {
    pub(crate) leaves: Vec<Place>,
    pub(crate) numbers: usize,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// A result that depends on no input, with its number of entries.
    Constant(usize),
    /// Scalars that were recorded one after the other.
    Nodes { start: u32, count: usize },
    /// An array; its shape as rows and columns, and that of a vector as one row.
    Block { op: u32, shape: [usize; 2] },
}

impl Place {
    pub(crate) fn entries(self) -> usize {
        match self {
            Self::Constant(entries) => entries,
            Self::Block { shape: [rows, cols], .. } => rows * cols,
            Self::Nodes { count, .. } => count,
        }
    }

    pub(crate) fn watch<T: Scalar>(self, adjoints: &mut Adjoints<'_, T>) {
        if let Self::Block { op, .. } = self {
            adjoints.watch(op);
        }
    }

    pub(crate) fn watched<T: Scalar>(self, adjoints: &Adjoints<'_, T>) -> Vec<T> {
        let mut found = match self {
            Self::Block { op, .. } => adjoints.watched(op).to_vec(),
            _ => Vec::new(),
        };
        found.resize(adjoints.width() * self.entries(), T::zero());
        found
    }
}

impl Places {
    fn push(&mut self, place: Place) {
        self.numbers += place.entries();
        self.leaves.push(place);
    }

    fn push_nodes(&mut self, node: u32, more: usize) {
        match self.leaves.last_mut() {
            Some(Place::Nodes { start, count }) if *start as usize + *count == node as usize => {
                *count += more;
                self.numbers += more;
            }
            _ => self.push(Place::Nodes { start: node, count: more }),
        }
    }

    /// The numbers of a tree that stands for these; both have a name for the error.
    ///
    /// # Errors
    ///
    /// If there are not as many, or an array of another shape stands for an array.
    pub(crate) fn flatten<T: Scalar, P: Tree<Scalar = T> + ?Sized>(
        &self,
        of: &'static str,
        given: (&'static str, &P),
    ) -> Result<Vec<T>, LengthMismatch> {
        let mut begin = 0;
        let leaves = self.leaves.iter().map(|&leaf| {
            begin += leaf.entries();
            (begin - leaf.entries(), leaf)
        });
        let mut arrays = leaves.filter_map(|(begin, leaf)| match leaf {
            Place::Block { shape, .. } if leaf.entries() > 0 => Some((begin, shape)),
            _ => None,
        });
        flatten_as_listed((of, self.numbers), &mut arrays, given)
    }

    /// Seeds the arrays no more that begin at the numbers of which `unneeded` says so.
    pub(crate) fn leave_out(&mut self, unneeded: impl Fn(usize) -> bool) {
        let mut start = 0;
        for place in &mut self.leaves {
            let entries = place.entries();
            if matches!(place, Place::Block { .. }) && unneeded(start) {
                *place = Place::Constant(entries);
            }
            start += entries;
        }
    }

    /// The numbers at which the arrays begin that have entries, and whose adjoints nothing has touched; in order.
    pub(crate) fn untouched<T: Scalar>(&self, adjoints: &Adjoints<'_, T>) -> Vec<usize> {
        let mut begin = 0;
        let starts = self.leaves.iter().filter_map(|&place| {
            let (start, entries) = (begin, place.entries());
            begin += entries;
            let Place::Block { op, .. } = place else { return None };
            (entries > 0 && !adjoints.is_touched(op)).then_some(start)
        });
        starts.collect()
    }

    pub(crate) fn seed<T: Scalar>(&self, adjoints: &mut Adjoints<'_, T>, w: &[T]) {
        for seed in 0..adjoints.width() {
            let mut rest = &w[seed * self.numbers..(seed + 1) * self.numbers];
            for &place in &self.leaves {
                let (numbers, tail) = rest.split_at(place.entries());
                match place {
                    Place::Constant(_) => {}
                    Place::Nodes { start, .. } => {
                        for (node, &number) in (start..).zip(numbers) {
                            adjoints.add_to_node(node, seed, number);
                        }
                    }
                    Place::Block { op, .. } => T::axpy(T::one(), numbers, adjoints.row(op, seed)),
                }
                rest = tail;
            }
        }
    }

    /// The adjoints of the inputs, one row per seed.
    pub(crate) fn read<T: Scalar>(&self, adjoints: &mut Adjoints<'_, T>) -> Vec<T> {
        let mut rows = vec![T::zero(); adjoints.width() * self.numbers];
        self.read_into(adjoints, &mut rows);
        rows
    }

    /// [`read`](Self::read) into a slice of as many numbers.
    pub(crate) fn read_into<T: Scalar>(&self, adjoints: &mut Adjoints<'_, T>, rows: &mut [T]) {
        let mut start = 0;
        for &place in &self.leaves {
            let at = |seed: usize| seed * self.numbers + start;
            match place {
                Place::Constant(_) => unreachable!("inputs are recorded"),
                Place::Nodes { start: node, count } => {
                    adjoints.take_seeds(node..node + count as u32, |seed, i, x| rows[at(seed) + i] = x);
                }
                Place::Block { op, .. } if place.entries() > 0 => {
                    let (entries, block) = (place.entries(), adjoints.take_block(op));
                    for (seed, row) in block.as_slice().chunks_exact(entries).enumerate() {
                        rows[at(seed)..][..entries].copy_from_slice(row);
                    }
                }
                Place::Block { .. } => {}
            }
            start += place.entries();
        }
    }

    /// One matrix for each array and for each run of scalars: a row per seed.
    pub(crate) fn read_blocks<T: Scalar>(&self, adjoints: &mut Adjoints<'_, T>) -> Vec<Dense<T, 2>> {
        let width = adjoints.width();
        let read = |&place: &Place| match place {
            Place::Constant(entries) => Dense::filled([width, entries], T::zero()),
            Place::Block { op, .. } => adjoints.take_block(op).reshape([width, place.entries()]),
            Place::Nodes { start, count } => {
                let mut rows = Dense::filled([width, count], T::zero());
                let numbers = rows.as_mut_slice();
                adjoints.take_seeds(start..start + count as u32, |seed, i, x| numbers[seed * count + i] = x);
                rows
            }
        };
        self.leaves.iter().map(read).collect()
    }
}

/// Inputs become leaves of the open recording.
impl<T: Scalar> Lift<T, Var<T>> for Places {
    fn scalar(&mut self, x: T) -> Var<T> {
        Var::new(x, self.first_of::<T>(1))
    }
    fn scalars(&mut self, x: &[T]) -> Vec<Var<T>> {
        if x.is_empty() {
            return Vec::new(); // no place: whoever reads the inputs asks for no number of it
        }
        x.iter().zip(self.first_of::<T>(x.len())..).map(|(&x, id)| Var::new(x, id)).collect()
    }
    fn list<const N: usize>(&mut self, x: [T; N]) -> [Var<T>; N] {
        if N == 0 {
            return [Var::from_value(T::zero()); N]; // as above
        }
        let first = self.first_of::<T>(N);
        std::array::from_fn(|i| Var::new(x[i], first + i as u64))
    }
    fn array<const RANK: usize>(&mut self, x: &T::Array<RANK>) -> VarArray<T, RANK> {
        self.leaf(x.to_dense())
    }
}

impl Places {
    /// So many scalars become leaves of the open recording: the id of the first one.
    fn first_of<T: Scalar>(&mut self, count: usize) -> u64 {
        let (id, node) = record_leaves::<T>(count);
        self.push_nodes(node, count);
        id
    }

    /// An array becomes a leaf of the open recording.
    pub(crate) fn leaf<T: Scalar, const RANK: usize>(&mut self, values: Dense<T, RANK>) -> VarArray<T, RANK> {
        let shape = [values.rows(), values.cols()];
        let leaf = VarArray::leaf(values);
        self.push(Place::Block { op: leaf.op(), shape });
        leaf
    }
}

/// Results are found in the closed recording.
pub(crate) struct Results<'a, T: Scalar> {
    pub(crate) tape: &'a Recorded<T>,
    pub(crate) places: Places,
}

impl<T: Scalar> Results<'_, T> {
    /// Adds the place of an array.
    pub(crate) fn find<const RANK: usize>(&mut self, x: &VarArray<T, RANK>) {
        let values = x.values();
        self.places.push(match x.id() {
            0 => Place::Constant(values.as_slice().len()),
            id => {
                self.tape.node(id);
                Place::Block { op: x.op(), shape: [values.rows(), values.cols()] }
            }
        });
    }
}

impl<T: Scalar> Lift<Var<T>, T> for Results<'_, T> {
    fn scalar(&mut self, x: Var<T>) -> T {
        match x.id() {
            0 => self.places.push(Place::Constant(1)),
            id => self.places.push_nodes(self.tape.node(id), 1),
        }
        x.value()
    }
    fn array<const RANK: usize>(&mut self, x: &VarArray<T, RANK>) -> T::Array<RANK> {
        self.find(x);
        T::Array::from_dense(x.values())
    }
}

/// Lifts the inputs to their adjoints, each array in the memory in which it was found.
pub(crate) struct Read<'a, 'b, T: Scalar> {
    adjoints: &'a mut Adjoints<'b, T>,
    places: std::slice::Iter<'a, Place>,
    /// The nodes that are left of the last place.
    nodes: Range<u32>,
    /// Whether all that has been read is finite.
    pub(crate) finite: bool,
}

impl<'a, 'b, T: Scalar> Read<'a, 'b, T> {
    pub(crate) fn new(adjoints: &'a mut Adjoints<'b, T>, inputs: &'a Places) -> Self {
        Self { adjoints, places: inputs.leaves.iter(), nodes: 0..0, finite: true }
    }

    /// The nodes of the next inputs, up to so many of them.
    fn next_nodes(&mut self, most: usize) -> Range<u32> {
        if self.nodes.is_empty() {
            let Some(&Place::Nodes { start, count }) = self.places.next() else {
                unreachable!("inputs are read in the order in which they were recorded")
            };
            self.nodes = start..start + count as u32;
        }
        let start = self.nodes.start;
        self.nodes.start += self.nodes.len().min(most) as u32;
        start..self.nodes.start
    }
}

impl<T: Scalar> Lift<T, T> for Read<'_, '_, T> {
    fn scalar(&mut self, _: T) -> T {
        let node = self.next_nodes(1).start;
        let adjoint = self.adjoints.take_node(node);
        self.finite &= adjoint.is_all_finite();
        adjoint
    }
    fn scalars(&mut self, x: &[T]) -> Vec<T> {
        let mut adjoints = Vec::with_capacity(x.len());
        while adjoints.len() < x.len() {
            let nodes = self.next_nodes(x.len() - adjoints.len());
            self.adjoints.take_nodes(nodes, &mut adjoints);
        }
        self.finite &= T::all_finite(&adjoints);
        adjoints
    }
    fn array<const RANK: usize>(&mut self, x: &T::Array<RANK>) -> T::Array<RANK> {
        let Some(&Place::Block { op, .. }) = self.places.next() else {
            unreachable!("inputs are read in the order in which they were recorded")
        };
        let adjoint = self.adjoints.take_block(op);
        self.finite &= T::all_finite(adjoint.as_slice());
        T::Array::from_dense(&adjoint.reshape(x.shape()))
    }
}
