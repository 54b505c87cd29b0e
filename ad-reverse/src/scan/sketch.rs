//! What a step does, found by running it once: a [`Sketch`] of its array operations.

use ad_core::{Dense, Real};
use smallvec::SmallVec;
use std::any::Any;
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

/// The place of an array among those of a step.
pub(super) type Node = u32;

/// An elementwise function: writes its values and its slopes.
pub(super) type Rule<R> = Box<dyn Fn(&[R], &mut [R], &mut [R])>;

/// An operation on arrays, or on scalars, which are numbered on their own: the result of [`Dot`](Self::Dot), and all that stands below it.
pub(super) enum Op<R> {
    /// `sum_k W_k x_k + b` for `terms` of `W` and `x`, for each of so many rows of `x`.
    Affine { terms: SmallVec<[[Node; 2]; 2]>, bias: Node, rows: usize, out: Node },
    /// `a x + b y`
    Axpby { a: R, x: Node, b: R, y: Node, out: Node },
    /// `f(x)` elementwise; the slopes are the `slope`-th.
    Map { rule: Rule<R>, x: Node, slope: u32, out: Node },
    /// `x y` elementwise.
    Hadamard { x: Node, y: Node, out: Node },
    /// `sum_i x_i y_i`
    Dot { x: Node, y: Node, out: u32 },
    /// What a plain number makes of `x`, and the slope of that, which is the same everywhere.
    By { change: Change<R>, slope: R, x: u32, out: u32 },
    /// `x + y`
    Plus { x: u32, y: u32, out: u32 },
}

/// How a plain number changes a scalar.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change<R> {
    Times(R),
    Over(R),
    Plus(R),
}

impl<R: Real> Change<R> {
    pub(super) fn of(self, x: R) -> R {
        match self {
            Self::Times(a) => a * x,
            Self::Over(a) => x / a,
            Self::Plus(a) => x + a,
        }
    }
}

impl<R> Op<R> {
    /// Calls `f` for each operand that is an array.
    pub(super) fn operands(&self, mut f: impl FnMut(Node)) {
        match *self {
            Self::Affine { ref terms, bias, .. } => {
                terms.iter().flatten().for_each(|&node| f(node));
                f(bias);
            }
            Self::Axpby { x, y, .. } | Self::Hadamard { x, y, .. } | Self::Dot { x, y, .. } => {
                [x, y].into_iter().for_each(f)
            }
            Self::Map { x, .. } => f(x),
            Self::By { .. } | Self::Plus { .. } => {}
        }
    }

    /// The result, if that is an array.
    pub(super) fn out(&self) -> Option<Node> {
        match *self {
            Self::Affine { out, .. }
            | Self::Axpby { out, .. }
            | Self::Map { out, .. }
            | Self::Hadamard { out, .. } => Some(out),
            _ => None,
        }
    }
}

/// Where an array of a step comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A parameter, by its place among them.
    Param(u32),
    /// One that is the same in all steps and depends on no parameter.
    Constant(u32),
    /// An input of the step.
    Input(u32),
    /// The state before the step.
    State,
    /// An operation.
    Op,
}

/// What is known of an array without its numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) source: Source,
    pub(super) entries: usize,
}

/// The operations of a step, in order.
pub(super) struct Sketch<R> {
    first_id: u64,
    pub(super) arrays: Vec<Known>,
    pub(super) constants: Vec<Dense<R, 2>>,
    pub(super) ops: Vec<Op<R>>,
    /// The state before the step; its inputs follow.
    pub(super) state: Node,
    pub(super) scalars: u32,
    pub(super) slopes: u32,
    /// Whether nothing was done that it does not say.
    pub(super) whole: bool,
}

/// How often a symbol was met by a thread that makes no sketch: one of another thread, whose sketch says nothing of it then.
static LOST: AtomicU64 = AtomicU64::new(0);

/// The first id of the next sketch: none gets the ids of another one. 0 is every constant's.
static NEXT: AtomicU64 = AtomicU64::new(PLACES);
/// How many ids a sketch has, which is how many arrays or scalars.
const PLACES: u64 = 1 << 20;

thread_local! {
    static OPEN: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

/// Does something to the sketch that this thread makes. Without one, the symbol that asks is lost.
pub(super) fn sketch<R: Real, A>(f: impl FnOnce(&mut Sketch<R>) -> A) -> Option<A> {
    let found = OPEN.with_borrow_mut(|open| open.as_mut()?.downcast_mut::<Sketch<R>>().map(f));
    if found.is_none() {
        LOST.fetch_add(1, Ordering::Relaxed);
    }
    found
}

/// Notes that something was done to symbols that no operation says, such as a look at a value.
pub(super) fn give_up<R: Real>() {
    let _ = sketch::<R, _>(|sketch| sketch.whole = false);
}

/// Makes a sketch of what `f` does; with it, what `f` returns.
pub(super) fn make<R: Real, A>(f: impl FnOnce() -> A) -> (Sketch<R>, A) {
    /// Puts the sketch around back, also if there is a panic.
    struct Around(Option<Box<dyn Any>>);
    impl Drop for Around {
        fn drop(&mut self) {
            OPEN.set(self.0.take());
        }
    }
    let lost = LOST.load(Ordering::Relaxed);
    let new = Sketch::<R> {
        first_id: NEXT.fetch_add(PLACES, Ordering::Relaxed),
        arrays: Vec::with_capacity(16),
        constants: Vec::new(),
        ops: Vec::with_capacity(8),
        state: 0,
        scalars: 0,
        slopes: 0,
        whole: true,
    };
    let around = Around(OPEN.replace(Some(Box::new(new))));
    let out = f();
    let made = OPEN.take().and_then(|made| made.downcast::<Sketch<R>>().ok()).expect("put there above");
    drop(around);
    let mut sketch = *made;
    sketch.whole &= LOST.load(Ordering::Relaxed) == lost;
    (sketch, out)
}

impl<R: Real> Sketch<R> {
    /// The id of what is at a place; none is 0.
    fn id(&mut self, place: u32) -> u64 {
        self.whole &= u64::from(place) < PLACES;
        self.first_id + u64::from(place)
    }

    /// The place of what has this id, if it is in this sketch.
    pub(super) fn place(&mut self, id: u64) -> Option<u32> {
        let place = Some(id.wrapping_sub(self.first_id)).filter(|&place| place < PLACES);
        self.whole &= place.is_some();
        place.map(|place| place as u32)
    }

    /// A new array; returns its place.
    fn push(&mut self, source: Source, entries: usize) -> Node {
        self.arrays.push(Known { source, entries });
        (self.arrays.len() - 1) as u32
    }

    /// An array that comes from outside; returns its id.
    pub(super) fn given(&mut self, source: Source, entries: usize) -> u64 {
        let node = self.push(source, entries);
        if source == Source::State {
            self.state = node;
        }
        self.id(node)
    }

    /// The place of an operand; one without an id is a constant.
    pub(super) fn operand<const RANK: usize>(&mut self, id: u64, values: &Dense<R, RANK>) -> Node {
        if id != 0
            && let Some(place) = self.place(id)
        {
            return place;
        }
        self.constants.push(values.to_rows());
        self.push(Source::Constant((self.constants.len() - 1) as u32), values.as_slice().len())
    }

    /// Adds an operation whose result is an array; returns its id.
    pub(super) fn array(&mut self, entries: usize, op: impl FnOnce(&mut Self, Node) -> Op<R>) -> u64 {
        let out = self.push(Source::Op, entries);
        let op = op(self, out);
        self.ops.push(op);
        self.id(out)
    }

    /// Adds an operation whose result is a scalar; returns its id.
    pub(super) fn scalar(&mut self, op: impl FnOnce(&mut Self, u32) -> Op<R>) -> u64 {
        let out = self.scalars;
        self.scalars += 1;
        let op = op(self, out);
        self.ops.push(op);
        self.id(out)
    }
}
