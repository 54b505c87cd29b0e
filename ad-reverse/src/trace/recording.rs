//! A recording as a [`Trace`]: its records as rows, one for each node.

use crate::blocks::Blocks;
use crate::blocks::affine::Term;
use crate::blocks::edge::Edge;
use crate::operators::linear::LinearMap;
use crate::operators::linearize::Linearized;
use crate::operators::pullback::Pullback;
use crate::sweep::places::Place;
use crate::tape::Tape;
use crate::tape::notes::Note;
use crate::tape::records::{Record, Records};
use crate::var::Var;
use ad_core::{Array, Dense, Lift, Real, Tree};
use ad_forward::trace::{Row, Trace};

impl<T: Real, P: Tree<Scalar = T> + ?Sized> Pullback<'_, T, P> {
    /// The recording, to be looked at: a row for each record, with the partials that a sweep multiplies.
    ///
    /// [`trace`](crate::trace) says what a recording knows of a run. An array operation shows its whole Jacobian: this is
    /// not for large ones.
    ///
    /// ```
    /// use ad_reverse::{Var, vjp};
    ///
    /// let (_, pullback) = vjp(|x: &[Var<f64>; 2]| x[0] * x[1], &[2.0, 3.0]);
    /// let trace = pullback.trace();
    /// assert_eq!(trace.rows().iter().map(|row| row.name).collect::<Vec<_>>(), ["input", "input", "binary"]);
    /// assert_eq!(trace.adjoints(&[1.0]), [[3.0], [2.0], [1.0]]);
    /// ```
    #[must_use]
    pub fn trace(&self) -> Trace {
        self.map.trace(self.x)
    }
}

impl<T: Real, P: Tree<Scalar = T> + ?Sized, Out: Tree<Scalar = Var<T>>> Linearized<'_, T, P, Out> {
    /// The recording, to be looked at; as [`Pullback::trace`].
    #[must_use]
    pub fn trace(&self) -> Trace {
        self.map.trace(self.x)
    }
}

impl<T: Real> LinearMap<T> {
    /// The recording, made at `x`.
    fn trace<P: Tree<Scalar = T> + ?Sized>(&self, x: &P) -> Trace {
        let reader = Reader::new(&self.tape);
        let mut still = Still::new(&self.tape);
        let mut rows: Vec<Row> = Vec::with_capacity(reader.records.len());
        for (node, record) in reader.records.iter().enumerate() {
            rows.push(reader.row(node, record, &mut still));
        }
        for Note { id, name, shape, values } in &self.tape.notes {
            let row = &mut rows[self.tape.node(*id) as usize];
            (row.name, row.shape, row.value) = (name, shape.clone(), values.clone());
        }
        let inputs = reader.rows_of(&self.inputs.leaves).filter_map(|(row, _)| row).collect::<Vec<_>>();
        let mut leaves = Leaves(Vec::new());
        x.lift(&mut leaves);
        for (&input, (shape, value)) in inputs.iter().zip(leaves.0) {
            (rows[input].shape, rows[input].value) = (shape, value);
        }
        let results = reader.rows_of(&self.outputs.leaves).collect();
        Trace::new(rows, inputs, results)
    }
}

/// What it takes to make rows of records.
struct Reader<'a, T: Real> {
    tape: &'a Tape<T>,
    records: Records<T>,
    /// The node of each block operation.
    nodes: Vec<usize>,
}

/// An operand of a block operation.
#[derive(Clone, Copy, PartialEq)]
enum Source {
    Scalar(u32),
    Array(u32),
}

impl<'a, T: Real> Reader<'a, T> {
    fn new(tape: &'a Tape<T>) -> Self {
        let records = Records::of(tape);
        let mut nodes = vec![0; tape.blocks.len()];
        for (node, record) in records.iter().enumerate() {
            if let Record::Block(op) = record {
                nodes[op as usize] = node;
            }
        }
        Self { tape, records, nodes }
    }

    /// The rows of inputs or results, each with its number of numbers; no row for a constant.
    fn rows_of(&self, places: &[Place]) -> impl Iterator<Item = (Option<usize>, usize)> {
        places.iter().flat_map(|&place| {
            let (first, rows, entries) = match place {
                Place::Constant(entries) => (None, 1, entries),
                Place::Nodes { start, count } => (Some(start as usize), count, 1),
                Place::Block { op, .. } => (Some(self.nodes[op as usize]), 1, place.entries()),
            };
            (0..rows).map(move |k| (first.map(|first| first + k), entries))
        })
    }

    fn row(&self, node: usize, record: Record<T>, still: &mut Still<T>) -> Row {
        let (one, before) = (T::one(), |k: usize| (node - k) as u32);
        match record {
            Record::Leaf => scalar::<T>("input", []),
            Record::Added => scalar("add", [(one, before(2)), (one, before(1))]),
            Record::Sum(i, j) => scalar("add", [(one, i), (one, j)]),
            Record::Difference(i, j) => scalar("sub", [(one, i), (-one, j)]),
            Record::Unary(p, i) => scalar("unary", [(p, i)]),
            Record::Binary(x, y) => scalar("binary", [x, y]),
            Record::Nary(start, count) => {
                scalar("n-ary", self.records.operands(start, count).iter().copied())
            }
            Record::Product(index) => {
                scalar("dot_product", self.tape.products.operands(index).into_iter().flatten())
            }
            Record::Block(op) => self.block(op, still),
        }
    }

    fn block(&self, op: u32, still: &mut Still<T>) -> Row {
        let (edges, entries) = (self.tape.blocks.edges(op), self.tape.blocks.entries(op));
        let (mut operands, mut partials) = (Vec::new(), Vec::new());
        for edge in edges {
            for operand in edge.operands(&self.tape.blocks) {
                operands.push(match operand {
                    Source::Scalar(node) => node as usize,
                    Source::Array(op) => self.nodes[op as usize],
                });
                partials.push(still.jacobian(&self.tape.blocks, edge, (operand, entries)));
            }
        }
        // No entries are a scalar's.
        let shape = if entries == 0 { Vec::new() } else { vec![entries] };
        let mut names = edges.iter().map(Edge::name);
        // Other operations have an edge like that of `axpby`, and one of their own.
        let name = names.clone().find(|&name| name != "axpby").or(names.next()).unwrap_or("input");
        Row { name, operands, shape, value: Vec::new(), partials }
    }
}

/// Tangents of all operands, which are 0 except while one number moves.
struct Still<T> {
    nodes: Vec<T>,
    blocks: Vec<Vec<T>>,
}

impl<T: Real> Still<T> {
    fn new(tape: &Tape<T>) -> Self {
        let blocks = (0..tape.blocks.len()).map(|op| vec![T::zero(); tape.blocks.entries(op as u32)]);
        Self { nodes: vec![T::zero(); tape.len as usize], blocks: blocks.collect() }
    }

    /// What one edge means for a result of so many entries (0 for a scalar), by one of its operands: a column is where the
    /// forward sweep pushes one number of that.
    fn jacobian(
        &mut self,
        list: &Blocks<T>,
        edge: &Edge<T>,
        (operand, entries): (Source, usize),
    ) -> Dense<f64, 2> {
        let numbers = match operand {
            Source::Scalar(_) => 1,
            Source::Array(op) => self.blocks[op as usize].len(),
        };
        let columns: Vec<Vec<T>> = (0..numbers)
            .map(|number| {
                *self.number(operand, number) = T::one();
                let mut out = vec![T::zero(); entries];
                let scalar = edge.push(list, (&self.nodes, &self.blocks), &mut out);
                *self.number(operand, number) = T::zero();
                if entries == 0 { vec![scalar] } else { out }
            })
            .collect();
        let rows = entries.max(1);
        let by_row = (0..rows).flat_map(|i| columns.iter().map(move |column| column[i].as_f64()));
        Dense::new([rows, numbers], by_row)
    }

    fn number(&mut self, operand: Source, number: usize) -> &mut T {
        match operand {
            Source::Scalar(node) => &mut self.nodes[node as usize],
            Source::Array(op) => &mut self.blocks[op as usize][number],
        }
    }
}

/// A row whose result and operands are scalars.
fn scalar<T: Real>(name: &'static str, operands: impl IntoIterator<Item = (T, u32)>) -> Row {
    let partial = |p: T| Dense::new([1, 1], [p.as_f64()]);
    let (operands, partials) = operands.into_iter().map(|(p, node)| (node as usize, partial(p))).unzip();
    Row { name, operands, shape: Vec::new(), value: Vec::new(), partials }
}

impl<T: Real> Edge<T> {
    /// What an operation with this edge is called.
    fn name(&self) -> &'static str {
        match self {
            Self::Affine(_) => "affine",
            Self::Diagonal { .. } => "elementwise",
            Self::Mapped { .. } => "axpby_map",
            Self::Multiple { .. } => "axpby",
            Self::Scaled { .. } | Self::Factor { .. } => "scale",
            Self::MinusRows { .. } => "sub_rows",
            Self::Rows { .. } => "reduce_rows",
            Self::Softmax { .. } => "softmax",
            Self::Copied { .. } => "copy",
            Self::Transpose { .. } => "transpose",
            Self::Gather { .. } => "gather",
            Self::Contract { .. } => "dot",
            Self::Distance { .. } => "squared_distance",
            Self::Sum { .. } => "sum",
            Self::Pick { .. } => "get",
        }
    }

    /// Its operands, each once: what it means by one, it means by all places where that stands.
    fn operands(&self, list: &Blocks<T>) -> Vec<Source> {
        let all = match self {
            Self::Gather { from } => {
                list.gathered(*from).iter().map(|&(_, node)| Source::Scalar(node)).collect()
            }
            Self::Affine(Term { of_w, of_x, of_b, .. }) => {
                let operands = [of_b, of_w, of_x].into_iter().filter_map(|operand| operand.get());
                operands.map(Source::Array).collect()
            }
            Self::Distance { x, y, .. } => {
                [x, y].into_iter().filter_map(|operand| operand.get()).map(Source::Array).collect()
            }
            Self::Factor { node, .. } => vec![Source::Scalar(*node)],
            Self::MinusRows { r: x, .. }
            | Self::Diagonal { x, .. }
            | Self::Mapped { x, .. }
            | Self::Multiple { x, .. }
            | Self::Scaled { x, .. }
            | Self::Rows { x, .. }
            | Self::Softmax { x, .. }
            | Self::Copied { x, .. }
            | Self::Transpose { x, .. }
            | Self::Contract { x, .. }
            | Self::Sum { x }
            | Self::Pick { x, .. } => vec![Source::Array(*x)],
        };
        let mut operands = Vec::new();
        for operand in all {
            if !operands.contains(&operand) {
                operands.push(operand);
            }
        }
        operands
    }
}

/// The extents and the numbers of a tree, leaf by leaf.
struct Leaves(Vec<(Vec<usize>, Vec<f64>)>);

impl<T: Real> Lift<T, T> for Leaves {
    fn scalar(&mut self, x: T) -> T {
        self.0.push((Vec::new(), vec![x.as_f64()]));
        x
    }
    fn array<const RANK: usize>(&mut self, x: &T::Array<RANK>) -> T::Array<RANK> {
        self.0.push((x.shape().to_vec(), x.to_scalars().into_iter().map(T::as_f64).collect()));
        x.clone()
    }
}
