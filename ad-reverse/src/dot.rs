//! Dot products of scalars: one record for a whole `sum x_i y_i`.
//!
//! By `+` and `*` a dot product of `n` terms is `2 n` records. Here it is one: where the operands lie
//! in the recording, and their values, which are each other's partials. Operands that were recorded at
//! regular distances (the inputs; the states of a layer, computed alike) need two numbers for their
//! places, and values that an earlier product has already kept (the row of weights, at every step; the
//! state, for every row) are not kept again. So a recurrent network in scalar code is held in the
//! memory of its weights and states.

use crate::block::times;
use crate::local::{cold, hot};
use crate::stream::{Entry, MAX_NODES};
use crate::tape::{foreign_variable, live_node};
use crate::var::Var;
use ad_core::{Real, Scalar};
use std::any::TypeId;

/// All dot products of a recording.
#[derive(Debug)]
pub(crate) struct Products<T> {
    list: Vec<Product>,
    /// The values of operands.
    values: Vec<T>,
    /// The places of operands at irregular distances.
    nodes: Vec<u32>,
    /// Where the values of recent operands are kept, by a hash of their place.
    recent: Vec<Recent>,
    /// The values of the two operands at hand.
    scratch: [Vec<T>; 2],
}

#[derive(Clone, Copy, Debug)]
struct Product {
    len: usize,
    sides: [Side; 2],
}

/// One operand, and where the values of the other one start.
#[derive(Clone, Copy, Debug)]
struct Side {
    places: Places,
    partials: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Places {
    Constant,
    /// Nodes `start`, `start + stride`, .. (wrapping).
    Regular {
        start: u32,
        stride: u32,
    },
    /// Nodes from here on in [`Products::nodes`]; [`NOWHERE`] for a constant.
    Listed(usize),
}

const NOWHERE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug, Default)]
struct Recent {
    start: u32,
    stride: u32,
    /// 0 if nothing is kept.
    len: usize,
    values: usize,
}

const RECENT: usize = 1 << 10;

impl<T> Default for Products<T> {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            values: Vec::new(),
            nodes: Vec::new(),
            recent: Vec::new(),
            scratch: Default::default(),
        }
    }
}

/// `sum x_i y_i`, with the primal of the kernel that all modes share.
pub(crate) fn dot<T: Scalar>(x: &[Var<T>], y: &[Var<T>]) -> Var<T> {
    let len = x.len().min(y.len());
    let operands = [&x[..len], &y[..len]];
    let ids = operands.map(Ids::of);
    if let [Ids::Constant, Ids::Constant] = ids {
        let [x, y] = operands.map(|x| x.iter().map(|x| x.value()).collect::<Vec<T>>());
        return Var::from_value(T::dot(&x, &y));
    }
    let (value, index) = cold::<T, _>(|cold| {
        let tape = cold.open.as_mut().unwrap_or_else(|| foreign_variable());
        hot::<T, _>(|hot| tape.keep_below_ceiling(hot));
        tape.products.record(operands, ids)
    });
    Var::new(value, hot::<T, _>(|hot| hot.push(Entry::product(index))))
}

/// How the ids of an operand lie.
#[derive(Clone, Copy, Debug)]
enum Ids {
    Constant,
    Regular { first: u64, stride: u64 },
    Mixed,
}

impl Ids {
    fn of<T: Scalar>(x: &[Var<T>]) -> Self {
        let Some(first) = x.first().map(|x| x.id()) else { return Self::Constant };
        let stride = x.get(1).map_or(0, |next| next.id().wrapping_sub(first));
        let (mut expected, mut difference) = (first, 0);
        for x in x {
            difference |= x.id() ^ expected;
            expected = expected.wrapping_add(stride);
        }
        match (first, stride, difference) {
            (0, 0, 0) => Self::Constant,
            (1.., _, 0) => Self::Regular { first, stride },
            _ => Self::Mixed,
        }
    }
}

impl<T: Scalar> Products<T> {
    /// Forgets all products and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.list.clear();
        self.values.clear();
        self.nodes.clear();
        self.recent.clear();
    }

    /// The memory of all that is kept.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&self.list[..]) + size_of_val(&self.values[..]) + size_of_val(&self.nodes[..])
    }

    fn record(&mut self, operands: [&[Var<T>]; 2], ids: [Ids; 2]) -> (T, u32) {
        let mut scratch = std::mem::take(&mut self.scratch);
        for (values, operand) in scratch.iter_mut().zip(operands) {
            values.clear();
            values.extend(operand.iter().map(|x| x.value()));
        }
        let value = T::dot(&scratch[0], &scratch[1]);
        let [x, y] = [0, 1].map(|side| self.places(operands[side], ids[side]));
        // The values of one side are the partials of the other, and kept if that is variable.
        let by_x = if x == Places::Constant { 0 } else { self.keep(&scratch[1], y) };
        let by_y = if y == Places::Constant { 0 } else { self.keep(&scratch[0], x) };
        let sides = [Side { places: x, partials: by_x }, Side { places: y, partials: by_y }];
        self.list.push(Product { len: scratch[0].len(), sides });
        self.scratch = scratch;
        (value, u32::try_from(self.list.len() - 1).expect("fewer products than nodes"))
    }

    /// The nodes of an operand.
    ///
    /// # Panics
    ///
    /// If it holds a variable of another recording.
    fn places(&mut self, operand: &[Var<T>], ids: Ids) -> Places {
        match ids {
            Ids::Constant => Places::Constant,
            // Between two live variables at small distances all are live.
            Ids::Regular { first, stride } if stride.min(stride.wrapping_neg()) < MAX_NODES => {
                let last = operand.last().map_or(first, |x| x.id());
                let ends = live_node::<T>(first).zip(live_node::<T>(last));
                match ends {
                    Some((start, _)) => Places::Regular { start, stride: stride as u32 }, // wraps as the nodes do
                    None => self.list_nodes(operand),
                }
            }
            Ids::Regular { .. } | Ids::Mixed => self.list_nodes(operand),
        }
    }

    fn list_nodes(&mut self, operand: &[Var<T>]) -> Places {
        let start = self.nodes.len();
        let nodes = operand.iter().map(|x| live_node::<T>(x.id()).unwrap_or(NOWHERE));
        self.nodes.extend(nodes);
        Places::Listed(start)
    }

    /// Where these values of an operand are kept: if one of the recent products had the same operand
    /// with the same values, where that has them.
    fn keep(&mut self, values: &[T], places: Places) -> usize {
        let at = self.values.len();
        if let Places::Regular { start, stride } = places
            && TypeId::of::<T>() == TypeId::of::<T::Real>()
        {
            self.recent.resize(RECENT, Recent::default()); // empty in a new recording
            let hash = start.wrapping_mul(0x9E37_79B9) >> (u32::BITS - RECENT.ilog2());
            let recent = &mut self.recent[hash as usize];
            let same_place = (recent.start, recent.stride, recent.len) == (start, stride, values.len());
            if same_place && same_bits(values, &self.values[recent.values..recent.values + recent.len]) {
                return recent.values;
            }
            *recent = Recent { start, stride, len: values.len(), values: at };
        }
        self.values.extend_from_slice(values);
        at
    }

    /// The tangent of a product for those of all nodes before it.
    pub(crate) fn push(&self, index: u32, nodes: &[T]) -> T {
        let Product { len, sides } = self.list[index as usize];
        let side = |Side { places, partials }: Side| {
            let at = |k: usize| match places {
                Places::Constant => None,
                Places::Regular { start, stride } => Some(start.wrapping_add(stride.wrapping_mul(k as u32))),
                Places::Listed(start) => Some(self.nodes[start + k]).filter(|&node| node != NOWHERE),
            };
            let terms =
                (0..len).filter_map(|k| Some(times(self.values[partials + k], nodes[at(k)? as usize])));
            terms.sum::<T>()
        };
        let [x, y] = sides.map(side);
        x + y
    }

    /// Moves one seed's adjoint of a product to its operands; `nodes` holds `width` adjoints per node.
    #[inline(never)]
    pub(crate) fn pull(&self, index: u32, adjoint: T, nodes: &mut [T], (width, seed): (usize, usize)) {
        let Product { len, sides } = self.list[index as usize];
        for Side { places, partials } in sides {
            let mut add = |node: u32, p: T| nodes[node as usize * width + seed] += times(p, adjoint);
            match places {
                Places::Constant => {}
                Places::Regular { start, stride: 1 } if width == 1 && adjoint.is_all_finite() => {
                    let start = start as usize;
                    T::axpy(adjoint, &self.values[partials..partials + len], &mut nodes[start..start + len]);
                }
                Places::Regular { start, stride } => {
                    let mut node = start;
                    for &p in &self.values[partials..partials + len] {
                        add(node, p);
                        node = node.wrapping_add(stride);
                    }
                }
                Places::Listed(start) => {
                    let listed = &self.nodes[start..start + len];
                    for (&node, &p) in listed.iter().zip(&self.values[partials..partials + len]) {
                        if node != NOWHERE {
                            add(node, p);
                        }
                    }
                }
            }
        }
    }
}

fn same_bits<T: Scalar>(x: &[T], y: &[T]) -> bool {
    let bits = |x: T| x.primal().as_f64().to_bits();
    x.iter().zip(y).fold(0, |difference, (&x, &y)| difference | (bits(x) ^ bits(y))) == 0
}
