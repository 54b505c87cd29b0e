//! [`Program`]: a step, ready to be run and run back.

use super::layout::Layout;
use super::memory::Rooms;
use super::sketch::{Node, Sketch, Source};
use super::transpose::Transpose;
use ad_core::Real;

/// A step that can be run a number of times, and back.
pub(super) struct Program<R> {
    pub(super) sketch: Sketch<R>,
    pub(super) steps: usize,
    /// The loss, among the scalars of the sketch.
    pub(super) loss: u32,
    /// The state after the step.
    pub(super) next: Node,
    /// Where the values of each array are.
    pub(super) places: Vec<Place>,
    /// The values that the way back needs.
    pub(super) kept: Rooms,
    /// The values that it does not.
    pub(super) scratch: Rooms,
    /// The inputs whose values are kept, too, because those of all steps are wanted in one piece, and where.
    pub(super) copies: Vec<(u32, u32)>,
    /// What each step leaves for the end: first the slopes of the elementwise functions, in order.
    pub(super) credits: Rooms,
    /// All other adjoints: first those of the states after and before the step.
    pub(super) adjoints: Rooms,
    /// The parameters that get something in each step, and where.
    pub(super) direct: Vec<(u32, u32)>,
    /// What is done on the way back in each step, in order.
    pub(super) pulls: Vec<Pull<R>>,
    /// The weights whose adjoint is `sum u x^T` over all rows of all steps: the parameter, the credit `u`, and `x`.
    pub(super) products: Vec<(u32, u32, Node)>,
    /// The biases whose adjoint is the sum of all rows of all steps: the parameter and the credit.
    pub(super) sums: Vec<(u32, u32)>,
}

/// Where the values of an array are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// They are given.
    Outside,
    Kept(u32),
    Scratch(u32),
}

/// Where an adjoint is: among the credits, or behind them among the others.
pub(super) type Home = u32;

/// Where a part of an adjoint goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) home: Home,
    /// Whether that holds nothing yet.
    pub(super) first: bool,
}

/// How the adjoint `out` of a result goes to an operand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pull<R> {
    /// `a out`
    Multiple { out: Home, a: R, to: Target },
    /// `slope a out` elementwise, which takes the place of the slopes.
    Slope { out: Home, a: R, slope: Home },
    /// `p a out` elementwise.
    Diagonal { out: Home, a: R, p: Node, to: Target },
    /// `W^T out`, for each of so many rows.
    Weights { out: Home, w: Node, rows: usize, to: Target },
    /// `a p`, for the adjoint `a` of a scalar.
    Values { a: R, p: Node, to: Target },
    /// 0
    Nothing { to: Home },
}

impl<R: Real> Program<R> {
    /// `None` where no program does what the sketch says.
    pub(super) fn new(sketch: Sketch<R>, next: Node, loss: u32, steps: usize) -> Option<Self> {
        let whole = sketch.whole && sketch.arrays[next as usize].source == Source::Op;
        if !whole || sketch.arrays.iter().any(|array| array.entries == 0) {
            return None;
        }
        let mut layout = Layout::new(&sketch, next, steps);
        let (kept, scratch, places) = layout.values();
        let credits = layout.credits();
        let behind = credits.count();
        let adjoints = layout.adjoints(behind);
        let mut transpose = Transpose::new(layout, kept, adjoints, behind);
        transpose.find(loss)?;
        let Transpose { kept, adjoints, copies, direct, pulls, products, sums, .. } = transpose;
        Some(Self {
            sketch,
            steps,
            loss,
            next,
            places,
            kept,
            scratch,
            copies,
            credits,
            adjoints,
            direct,
            pulls,
            products,
            sums,
        })
    }
}
