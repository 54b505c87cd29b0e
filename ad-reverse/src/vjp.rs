//! The vector-Jacobian product: [`vjp`], [`grad`], and the [`Pullback`] behind them.

use crate::array::{VarArray, scalar_leaf};
use crate::ceiling::{RecordingError, RecordingSize};
use crate::sweep::{Adjoints, sweep};
use crate::tape::{Recorded, Recording, live_node};
use crate::var::Var;
use ad_core::tree::{flatten, unflatten};
use ad_core::{Array, Dense, Lift, Scalar, Tree};
use std::borrow::Borrow;

/// The gradient of a scalar function.
///
/// One run and one sweep back, about two to four runs of `f`, whatever the number of inputs.
///
/// ```
/// use ad_core::Scalar;
/// let g = ad_reverse::grad(|x| x[0].sin() * x[1], &[0.0, 3.0]);
/// assert_eq!(g, [3.0, 0.0]);
/// ```
///
/// # Panics
///
/// If `f` uses or returns a variable of another recording.
pub fn grad<T, P>(f: impl FnOnce(&P::Over<Var<T>>) -> Var<T>, x: &P) -> P::Owned<T>
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
{
    value_and_grad(f, x).1
}

/// The value and the gradient of a scalar function.
///
/// # Panics
///
/// As [`grad`].
pub fn value_and_grad<T, P>(f: impl FnOnce(&P::Over<Var<T>>) -> Var<T>, x: &P) -> (T, P::Owned<T>)
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
{
    let (y, mut pullback) = vjp(f, x);
    (y, pullback.call(&T::one()))
}

/// `f(x)`, and the [`Pullback`] that carries cotangents of the result back to `x`.
///
/// ```
/// let (y, mut pullback) = ad_reverse::vjp(|x| vec![x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]);
/// assert_eq!(y, [6.0, 5.0]);
/// assert_eq!(pullback.call(&vec![1.0, 0.0]), [3.0, 2.0]); // row 0 of the Jacobian
/// assert_eq!(pullback.call(&vec![0.0, 1.0]), [1.0, 1.0]); // row 1
/// ```
///
/// # Panics
///
/// As [`grad`].
pub fn vjp<'x, T, P, Out>(
    f: impl FnOnce(&P::Over<Var<T>>) -> Out,
    x: &'x P,
) -> (Out::Owned<T>, Pullback<'x, T, P>)
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
    Out: Tree<Scalar = Var<T>>,
{
    let (y, _, pullback) = vjp_watching::<T, P, Out, 1>(|x| (f(x), Vec::new()), x);
    (y, pullback)
}

/// [`vjp`] of a function that also returns some of its intermediate arrays, to have their adjoints.
///
/// The adjoint of an intermediate array is the derivative of the result by it, through everything
/// that follows: for the state `h_t` of a recurrent network it is the credit vector `delta_t`.
/// Returns `f(x)`, the values of the intermediate arrays, and the pullback.
///
/// ```
/// use ad_core::{Array, Vector, rules};
/// use ad_reverse::vjp_watching;
///
/// let x = Vector::from([0.0, 1.0]);
/// let (y, states, mut pullback) = vjp_watching(
///     |x| {
///         let h = x.map(rules::Exp);
///         (h.dot(&h), vec![h])
///     },
///     &x,
/// );
/// let (_, adjoints) = pullback.call_watching(&1.0);
/// assert_eq!(adjoints[0], [2.0 * 1.0, 2.0 * states[0].as_slice()[1]]); // dy/dh = 2 h
/// # let _ = y;
/// ```
///
/// # Panics
///
/// As [`grad`].
#[allow(clippy::type_complexity, reason = "three results, each of its own type")]
pub fn vjp_watching<'x, T, P, Out, const RANK: usize>(
    f: impl FnOnce(&P::Over<Var<T>>) -> (Out, Vec<VarArray<T, RANK>>),
    x: &'x P,
) -> (Out::Owned<T>, Vec<Dense<T, RANK>>, Pullback<'x, T, P>)
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
    Out: Tree<Scalar = Var<T>>,
{
    record(f, x, RecordingSize::UNLIMITED).unwrap_or_else(|error| unreachable!("{error}"))
}

/// [`vjp_watching`] with a ceiling for the recording.
#[allow(clippy::type_complexity, reason = "three results, each of its own type")]
pub(crate) fn record<'x, T, P, Out, const RANK: usize>(
    f: impl FnOnce(&P::Over<Var<T>>) -> (Out, Vec<VarArray<T, RANK>>),
    x: &'x P,
    ceiling: RecordingSize,
) -> Result<(Out::Owned<T>, Vec<Dense<T, RANK>>, Pullback<'x, T, P>), RecordingError>
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
    Out: Tree<Scalar = Var<T>>,
{
    let recording = Recording::<T>::open(ceiling);
    let mut inputs = Places::default();
    let lifted = x.lift(&mut inputs);
    let (out, intermediates) = f(lifted.borrow());
    let tape = recording.close()?;
    let mut outputs = Results { tape: &tape, places: Places::default() };
    let y = out.lift(&mut outputs);
    let mut watched = Results { tape: &tape, places: Places::default() };
    for array in &intermediates {
        watched.array(array);
    }
    let (outputs, watched) = (outputs.places, watched.places.leaves);
    let values = intermediates.iter().map(|array| array.values().clone()).collect();
    Ok((y, values, Pullback { x, tape, inputs, outputs, watched }))
}

/// A recording that can be swept back, as often as wanted.
#[derive(Debug)]
pub struct Pullback<'x, T: Scalar, P: ?Sized> {
    x: &'x P,
    tape: Recorded<T>,
    inputs: Places,
    outputs: Places,
    watched: Vec<Place>,
}

impl<T: Scalar, P: Tree<Scalar = T> + ?Sized> Pullback<'_, T, P> {
    /// `w^T J`: the cotangent of the inputs for a cotangent `w` of the result, of the result's structure.
    ///
    /// # Panics
    ///
    /// If `w` has not as many numbers as the result.
    pub fn call<W: Tree<Scalar = T> + ?Sized>(&mut self, w: &W) -> P::Owned<T> {
        self.call_watching(w).0
    }

    /// [`call`](Self::call), and the adjoints of the arrays watched by [`vjp_watching`], row-major.
    ///
    /// # Panics
    ///
    /// As [`call`](Self::call).
    pub fn call_watching<W: Tree<Scalar = T> + ?Sized>(&mut self, w: &W) -> (P::Owned<T>, Vec<Vec<T>>) {
        let (row, watched) = self.sweep(1, &flatten(w));
        (unflatten(self.x, row), watched)
    }

    /// Sweeps `seeds` cotangents back at once: `w` holds one row per seed with one number for each
    /// number of the result, the return value one row per seed with one number for each input.
    ///
    /// Many seeds at once turn matrix-vector products into matrix products.
    ///
    /// # Panics
    ///
    /// If `w` does not hold `seeds` rows of as many numbers as the result has.
    pub fn rows(&mut self, seeds: usize, w: &[T]) -> Vec<T> {
        if seeds == 0 && w.is_empty() {
            return Vec::new();
        }
        self.sweep(seeds, w).0
    }

    fn sweep(&mut self, seeds: usize, w: &[T]) -> (Vec<T>, Vec<Vec<T>>) {
        let expected = seeds * self.outputs.numbers;
        assert!(
            w.len() == expected,
            "a pullback of {} numbers was called with {} cotangents, not {expected}",
            self.outputs.numbers,
            w.len()
        );
        let (inputs, outputs, watched) = (&self.inputs, &self.outputs, &self.watched);
        let seed = |adjoints: &mut Adjoints<'_, T>| {
            for place in watched {
                place.watch(adjoints);
            }
            outputs.seed(adjoints, w);
        };
        let read = |adjoints: &mut Adjoints<'_, T>| {
            let kept = watched.iter().map(|place| place.watched(adjoints)).collect();
            (inputs.read(adjoints), kept)
        };
        sweep(&mut self.tape, seeds, seed, read)
    }

    /// The number of numbers in the result.
    pub fn outputs(&self) -> usize {
        self.outputs.numbers
    }

    /// The number of numbers in the inputs.
    pub fn inputs(&self) -> usize {
        self.inputs.numbers
    }
}

/// Where the leaves of a tree lie in a recording.
#[derive(Debug, Default)]
struct Places {
    leaves: Vec<Place>,
    numbers: usize,
}

#[derive(Clone, Copy, Debug)]
enum Place {
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
    fn entries(self) -> usize {
        match self {
            Self::Constant(entries) | Self::Block { entries, .. } => entries,
            Self::Nodes { count, .. } => count,
        }
    }

    fn watch<T: Scalar>(self, adjoints: &mut Adjoints<'_, T>) {
        if let Self::Block { op, .. } = self {
            adjoints.watch(op);
        }
    }

    fn watched<T: Scalar>(self, adjoints: &Adjoints<'_, T>) -> Vec<T> {
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

    fn seed<T: Scalar>(&self, adjoints: &mut Adjoints<'_, T>, w: &[T]) {
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
    fn read<T: Scalar>(&self, adjoints: &mut Adjoints<'_, T>) -> Vec<T> {
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
    fn array<T: Scalar, const RANK: usize>(&mut self, values: Dense<T, RANK>) -> VarArray<T, RANK> {
        let entries = values.as_slice().len();
        let leaf = VarArray::leaf(values);
        self.push(Place::Block { op: leaf.op(), entries });
        leaf
    }
}

/// Results are found in the closed recording.
struct Results<'a, T: Scalar> {
    tape: &'a Recorded<T>,
    places: Places,
}

impl<T: Scalar> Results<'_, T> {
    fn array<const RANK: usize>(&mut self, x: &VarArray<T, RANK>) {
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

/// A tree of constants: parameters that take part in a recorded function but are not its inputs.
///
/// ```
/// let c = ad_reverse::constant(&[2.0]);
/// assert_eq!(ad_reverse::grad(|x| *x * c[0], &3.0), 2.0);
/// ```
pub fn constant<T: Scalar, P: Tree<Scalar = T> + ?Sized>(x: &P) -> P::Owned<Var<T>> {
    x.lift(&mut Constant)
}

struct Constant;

impl<T: Scalar> Lift<T, Var<T>> for Constant {
    fn scalar(&mut self, x: T) -> Var<T> {
        Var::from_value(x)
    }
    fn vector(&mut self, x: &T::Vector) -> VarArray<T, 1> {
        VarArray::from_values(&x.to_dense())
    }
    fn matrix(&mut self, x: &T::Matrix) -> VarArray<T, 2> {
        VarArray::from_values(&x.to_dense())
    }
}
