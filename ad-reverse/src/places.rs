//! Where the inputs and results of a recorded function lie in its recording.

use crate::array::{VarArray, scalar_leaf};
use crate::sweep::Adjoints;
use crate::tape::{Recorded, live_node};
use crate::var::Var;
use ad_core::{Array, Dense, Lift, Scalar};

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
    Nodes {
        start: u32,
        count: usize,
    },
    Block {
        op: u32,
        entries: usize,
    },
}

impl Place {
    pub(crate) fn entries(self) -> usize {
        match self {
            Self::Constant(entries) | Self::Block { entries, .. } => entries,
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
            Self::Block { op, .. } => adjoints.watched(op),
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

    fn push_node(&mut self, node: u32) {
        match self.leaves.last_mut() {
            Some(Place::Nodes { start, count }) if *start as usize + *count == node as usize => {
                *count += 1;
                self.numbers += 1;
            }
            _ => self.push(Place::Nodes { start: node, count: 1 }),
        }
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

    /// One row per seed.
    pub(crate) fn read<T: Scalar>(&self, adjoints: &mut Adjoints<'_, T>) -> Vec<T> {
        let width = adjoints.width();
        let mut out = vec![T::zero(); width * self.numbers];
        let mut start = 0;
        for &place in &self.leaves {
            let entries = place.entries();
            let found = match place {
                Place::Constant(_) => vec![T::zero(); width * entries],
                Place::Nodes { start, count } => adjoints.take_nodes(start, count),
                Place::Block { op, .. } => adjoints.take_block(op),
            };
            for (seed, row) in found.chunks_exact(entries.max(1)).enumerate() {
                out[seed * self.numbers + start..][..entries].copy_from_slice(row);
            }
            start += entries;
        }
        out
    }
}

/// Inputs become leaves of the open recording.
impl<T: Scalar> Lift<T, Var<T>> for Places {
    fn scalar(&mut self, x: T) -> Var<T> {
        let leaf = scalar_leaf(x);
        self.push_node(live_node::<T>(leaf.id()).expect("just recorded"));
        leaf
    }
    fn vector(&mut self, x: &T::Vector) -> VarArray<T, 1> {
        self.array(x.to_dense())
    }
    fn matrix(&mut self, x: &T::Matrix) -> VarArray<T, 2> {
        self.array(x.to_dense())
    }
}

impl Places {
    pub(crate) fn array<T: Scalar, const RANK: usize>(
        &mut self,
        values: Dense<T, RANK>,
    ) -> VarArray<T, RANK> {
        let entries = values.as_slice().len();
        let leaf = VarArray::leaf(values);
        self.push(Place::Block { op: leaf.op(), entries });
        leaf
    }
}

/// Results are found in the closed recording.
pub(crate) struct Results<'a, T: Scalar> {
    pub(crate) tape: &'a Recorded<T>,
    pub(crate) places: Places,
}

impl<T: Scalar> Results<'_, T> {
    pub(crate) fn array<const RANK: usize>(&mut self, x: &VarArray<T, RANK>) {
        let entries = x.values().as_slice().len();
        self.places.push(match x.id() {
            0 => Place::Constant(entries),
            id => {
                self.tape.node(id);
                Place::Block { op: x.op(), entries }
            }
        });
    }
}

impl<T: Scalar> Lift<Var<T>, T> for Results<'_, T> {
    fn scalar(&mut self, x: Var<T>) -> T {
        match x.id() {
            0 => self.places.push(Place::Constant(1)),
            id => self.places.push_node(self.tape.node(id)),
        }
        x.value()
    }
    fn vector(&mut self, x: &VarArray<T, 1>) -> T::Vector {
        self.array(x);
        T::Vector::from_dense(x.values())
    }
    fn matrix(&mut self, x: &VarArray<T, 2>) -> T::Matrix {
        self.array(x);
        T::Matrix::from_dense(x.values())
    }
}
