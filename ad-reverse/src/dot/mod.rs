//! Dot products of scalars: one record for a whole `sum x_i y_i`.
//!
//! By `+` and `*` a dot product of `n` terms is `2 n` records. Here it is one: where the operands lie
//! in the recording, and their values, which are each other's partials. Operands that were recorded at
//! regular distances (the inputs; the states of a layer, computed alike) need two numbers for their
//! places, and values that an earlier product has already kept (the row of weights, at every step; the
//! state, for every row) are not kept again. So a recurrent network in scalar code is held in the
//! memory of its weights and states.

pub(crate) use self::sums::Sums;
use crate::strong::times;
use crate::tape::local::{cold, hot};
use crate::tape::pool::held;
use crate::tape::stream::{Entry, MAX_NODES};
use crate::tape::{foreign_variable, live_node};
use crate::var::Var;
use ad_core::kernels::with_wide_vectors;
use ad_core::rules::is_plain;
use ad_core::{Real, Scalar};

mod sums;

/// All dot products of a recording.
#[derive(Debug)]
pub(crate) struct Products<T> {
    list: Vec<Product>,
    /// The values of operands.
    values: Vec<T>,
    /// The places of operands at irregular distances.
    nodes: Vec<u32>,
    /// Recent operands, by a hash of their first id.
    recent: Vec<Recent>,
}

#[derive(Clone, Copy, Debug)]
struct Product {
    len: usize,
    operands: [Side; 2],
}

impl Product {
    /// Both operands, each with the place where its partials start: they are the values of the other one.
    #[inline]
    fn sides(self) -> [(Side, usize); 2] {
        let [x, y] = self.operands;
        [(x, y.values), (y, x.values)]
    }
}

#[derive(Clone, Copy, Debug)]
enum Nodes {
    Constant,
    /// Nodes `start`, `start + stride`, .. (wrapping).
    Regular {
        start: u32,
        stride: u32,
    },
    /// Nodes from here on in [`Products::nodes`]; [`NOWHERE`] for a constant.
    Listed(usize),
}

impl Nodes {
    /// The adjoints of an operand that lies at distances, of which `nodes` are all adjoints.
    fn strided<T>(self, len: usize, nodes: &mut [T]) -> impl Iterator<Item = &mut T> {
        let Self::Regular { start, stride } = self else { unreachable!("an operand without distances") };
        let (start, stride) = (start as usize, stride as usize);
        nodes[start..=start + (len - 1) * stride].iter_mut().step_by(stride)
    }
}

const NOWHERE: u32 = u32::MAX;

/// Strides from here on wrap: they lead backwards.
const BACKWARDS: u32 = 1 << 31;

/// A kept operand: its nodes, where its values start, and the first product that has it.
#[derive(Clone, Copy, Debug)]
struct Side {
    places: Nodes,
    values: usize,
    since: u32,
}

/// An operand whose ids start at `first`, at distances of `stride`.
#[derive(Clone, Copy, Debug)]
struct Recent {
    first: u64,
    stride: u64,
    len: usize,
    kept: Side,
}

impl Recent {
    /// No operand: its first id would be a constant's.
    const NONE: Self =
        Self { first: 0, stride: 0, len: 0, kept: Side { places: Nodes::Constant, values: 0, since: 0 } };
}

const RECENT: usize = 1 << 10;

impl<T> Default for Products<T> {
    fn default() -> Self {
        Self { list: Vec::new(), values: Vec::new(), nodes: Vec::new(), recent: Vec::new() }
    }
}

/// `sum x_i y_i`, with the primal of the kernel that all modes share.
pub(crate) fn dot<T: Scalar>(x: &[Var<T>], y: &[Var<T>]) -> Var<T> {
    let len = x.len().min(y.len());
    let operands = [&x[..len], &y[..len]];
    if operands.into_iter().flatten().all(|x| x.id() == 0) {
        let [x, y] = operands;
        return Var::from_value(T::dot_of(x, y, |x| x.value()));
    }
    let (value, index) = cold::<T, _>(|cold| {
        let tape = cold.open.as_mut().unwrap_or_else(|| foreign_variable());
        hot::<T, _>(|hot| tape.keep_below_ceiling(hot));
        tape.products.record(operands)
    });
    Var::result("dot_product", value, hot::<T, _>(|hot| hot.push(Entry::product(index))))
}

/// How the ids of an operand lie.
#[derive(Clone, Copy, Debug)]
enum Ids {
    Constant,
    Regular { first: u64, stride: u64 },
    Mixed,
}

/// The first id, and the distance of the second.
fn start<T: Scalar>(x: &[Var<T>]) -> (u64, u64) {
    let first = x.first().map_or(0, |x| x.id());
    (first, x.get(1).map_or(0, |next| next.id().wrapping_sub(first)))
}

impl Ids {
    fn of<T: Scalar>(x: &[Var<T>]) -> Self {
        let (first, stride) = start(x);
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

    /// The memory of all lists, with products or without.
    pub(crate) fn held(&self) -> usize {
        held(&self.list) + held(&self.values) + held(&self.nodes) + held(&self.recent)
    }

    fn record(&mut self, operands: [&[Var<T>]; 2]) -> (T, u32) {
        let len = operands[0].len();
        let [x, y] = operands.map(|operand| self.keep(operand));
        let index = self.next();
        let value = T::dot(&self.values[x.values..x.values + len], &self.values[y.values..y.values + len]);
        self.list.push(Product { len, operands: [x, y] });
        (value, index)
    }

    /// The index of the next product.
    fn next(&self) -> u32 {
        u32::try_from(self.list.len()).expect("fewer products than nodes")
    }

    /// Where an operand is kept: where a recent product has it, if that had the same variables with
    /// the same values.
    ///
    /// # Panics
    ///
    /// If it holds a variable of another recording.
    fn keep(&mut self, operand: &[Var<T>]) -> Side {
        let (first, stride) = start(operand);
        self.recent.resize(RECENT, Recent::NONE); // empty in a new recording
        let hash = first.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - RECENT.ilog2());
        let recent = self.recent[hash as usize];
        if first != 0 && (recent.first, recent.stride, recent.len) == (first, stride, operand.len()) {
            let kept = &self.values[recent.kept.values..][..recent.len];
            if with_wide_vectors(|| is_kept(operand, (first, stride), kept)) {
                return recent.kept;
            }
        }
        let places = self.places(operand, Ids::of(operand));
        let kept = Side { places, values: self.values.len(), since: self.next() };
        self.values.extend(operand.iter().map(|x| x.value()));
        if matches!(kept.places, Nodes::Regular { .. }) && is_plain::<T>() {
            self.recent[hash as usize] = Recent { first, stride, len: operand.len(), kept };
        }
        kept
    }

    /// The nodes of an operand.
    ///
    /// # Panics
    ///
    /// If it holds a variable of another recording.
    fn places(&mut self, operand: &[Var<T>], ids: Ids) -> Nodes {
        match ids {
            Ids::Constant => Nodes::Constant,
            // Between two live variables at small distances all are live.
            Ids::Regular { first, stride } if stride.min(stride.wrapping_neg()) < MAX_NODES => {
                let last = operand.last().map_or(first, |x| x.id());
                let ends = live_node::<T>(first).zip(live_node::<T>(last));
                match ends {
                    Some((start, _)) => Nodes::Regular { start, stride: stride as u32 }, // wraps as the nodes do
                    None => self.list_nodes(operand),
                }
            }
            Ids::Regular { .. } | Ids::Mixed => self.list_nodes(operand),
        }
    }

    fn list_nodes(&mut self, operand: &[Var<T>]) -> Nodes {
        let start = self.nodes.len();
        let nodes = operand.iter().map(|x| live_node::<T>(x.id()).unwrap_or(NOWHERE));
        self.nodes.extend(nodes);
        Nodes::Listed(start)
    }

    /// The tangent of a product for those of all nodes before it.
    pub(crate) fn push(&self, index: u32, nodes: &[T]) -> T {
        let [x, y] = self.operands(index);
        let tangent = |(p, node): (T, u32)| times(p, nodes[node as usize]);
        x.map(tangent).sum::<T>() + y.map(tangent).sum::<T>()
    }

    /// The variables on both sides of a product, each with the partial by it.
    pub(crate) fn operands(&self, index: u32) -> [impl Iterator<Item = (T, u32)>; 2] {
        let product = self.list[index as usize];
        product.sides().map(|(operand, partials)| {
            let at = move |k: usize| match operand.places {
                Nodes::Constant => None,
                Nodes::Regular { start, stride } => Some(start.wrapping_add(stride.wrapping_mul(k as u32))),
                Nodes::Listed(start) => Some(self.nodes[start + k]).filter(|&node| node != NOWHERE),
            };
            (0..product.len).filter_map(move |k| Some((self.values[partials + k], at(k)?)))
        })
    }

    /// Moves one seed's adjoint of a product to its operands; `nodes` holds `width` adjoints per node.
    #[inline(never)]
    pub(crate) fn pull(
        &self,
        index: u32,
        adjoint: T,
        nodes: &mut [T],
        width: usize,
        seed: usize,
        sums: &mut Sums<T>,
    ) {
        if !adjoint.is_strong_zero() {
            self.pull_sides(index, adjoint, nodes, width, seed, sums);
        }
        sums.visited(index, nodes);
    }

    #[inline(always)]
    fn pull_sides(
        &self,
        index: u32,
        adjoint: T,
        nodes: &mut [T],
        width: usize,
        seed: usize,
        sums: &mut Sums<T>,
    ) {
        let product = self.list[index as usize];
        let len = product.len;
        let plain = width == 1 && is_plain::<T>() && adjoint.is_ordinary();
        for (side, partials) in product.sides() {
            let places = side.places;
            let mut add = |node: u32, p: T| nodes[node as usize * width + seed] += times(p, adjoint);
            match places {
                Nodes::Constant => {}
                Nodes::Regular { start, stride: 1 } if plain => {
                    let start = start as usize;
                    T::axpy(adjoint, &self.values[partials..partials + len], &mut nodes[start..start + len]);
                }
                Nodes::Regular { stride: 1..BACKWARDS, .. } if plain => {
                    let partials = &self.values[partials..partials + len];
                    if let Some(sums) = sums.of(side, len, index, nodes) {
                        T::axpy(adjoint, partials, sums);
                        continue;
                    }
                    for (node, &p) in places.strided(len, nodes).zip(partials) {
                        *node += p * adjoint;
                    }
                }
                Nodes::Regular { start, stride } => {
                    let mut node = start;
                    for &p in &self.values[partials..partials + len] {
                        add(node, p);
                        node = node.wrapping_add(stride);
                    }
                }
                Nodes::Listed(start) => {
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

/// Whether the variables have the ids from `first` on, and the values that are kept, bit for bit.
#[inline(always)]
fn is_kept<T: Scalar>(x: &[Var<T>], (first, stride): (u64, u64), kept: &[T]) -> bool {
    let bits = |x: T| x.primal().as_f64().to_bits();
    let (mut expected, mut difference) = (first, 0);
    for (x, &kept) in x.iter().zip(kept) {
        difference |= (x.id() ^ expected) | (bits(x.value()) ^ bits(kept));
        expected = expected.wrapping_add(stride);
    }
    difference == 0
}
