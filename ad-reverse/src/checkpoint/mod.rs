//! Reverse mode through a loop in less memory than its recording: states are kept at a few times, and the
//! steps between them are run again when the sweep gets there.
//!
//! ```text
//! h_{t+1}, L_t = step(t, theta, h_t),      L = sum_t L_t
//! ```
//!
//! [`checkpoint`] is for a known number of steps and takes the fewest repetitions that there can be
//! (A. Griewank and A. Walther, Algorithm 799: Revolve, ACM TOMS 26, 19-45, 2000); [`checkpoint_online`] is
//! for a number that only the loop itself finds out (Q. Wang, P. Moin and G. Iaccarino, Minimal repetition
//! dynamic checkpointing, SIAM J. Sci. Comput. 31, 2549-2567, 2009). One step is recorded at a time, and the
//! gradient is that of reverse mode over the whole loop, bit for bit: the adjoints of `theta` are added in
//! the same order and grouping. There are three exceptions, in which the last digits may differ:
//!
//! - [`Scalar::dot_product`] with scalars of `theta` or of the state that the step uses otherwise, too: what dot products add to them is
//!   summed apart, here for each step and in one long sweep for several;
//! - a part of `theta` that the step gives as a part of its state, just as it is: what later steps add to that is summed apart;
//! - weights in `theta` with other uses than in affine maps, or with 64 rows and more, where a part of the state is weights of
//!   affine maps, too: all products that wait are added before its adjoint is complete, which is here at the start of a step.
//!
//! Parameters and first state are plain numbers. Where they are computed from others, chain by hand, as below: a loop that is
//! checkpointed *inside* of another gradient is recorded by that, with everything that it runs again, and takes several times the memory of
//! the plain loop. A loss of the last state alone is one that the other steps do not have.
//!
//! ```
//! use ad_core::Scalar;
//! use ad_reverse::{Var, checkpoint, grad, vjp};
//!
//! // theta = exp(p), h_0 = p; h_{t+1} = sin(theta h_t), L = h_T^2
//! let steps = 100;
//! let step = |t: usize, theta: &Var<f64>, h: &Var<f64>| {
//!     let next = (*theta * *h).sin();
//!     (next, if t + 1 == steps { next * next } else { Var::from(0.0) })
//! };
//! let ([theta, start], mut encoder) = vjp(|p: &Var<f64>| [p.exp(), *p], &0.1);
//! let inner = checkpoint(step, &theta, &start, steps, 10);
//! let dp = encoder.call(&[inner.params, inner.start]);
//!
//! let whole = |p: &Var<f64>| (0..steps).fold(*p, |h, _| (p.exp() * h).sin()).powi(2);
//! assert!((dp - grad(whole, &0.1)).abs() < 1e-12 * dp.abs());
//! ```
//!
//! With `s` states kept, each of `C(s + r, s)` steps is run at most `r` times before it is recorded. So about
//! `sqrt(2 T)` states make two runs suffice, and two or three more than `log2(T) / 2` states as many runs.

mod schedule;

use crate::array::VarArray;
use crate::sweep::adjoints::{Adjoints, Shared};
use crate::sweep::places::{Places, Results};
use crate::sweep::sweep;
use crate::tape::Recording;
use crate::tape::ceiling::RecordingSize;
use crate::var::Var;
use ad_core::{Lift, Scalar, Tree};
use schedule::{Snapshots, split};
use smallvec::SmallVec;
use std::borrow::Borrow;
use std::ops::Range;

/// The sum of a loop's losses and its gradients.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct LoopGradient<T, Params, State> {
    /// `L`, the sum of all `L_t`, added in the order of time.
    pub value: T,
    /// `dL/dtheta`
    pub params: Params,
    /// `dL/dh_0`
    pub start: State,
}

/// `L` and its gradients for a loop of `steps` steps, keeping `snapshots` states at a time, the first
/// included.
///
/// `step(t, theta, h)` gives the next state and the loss `L_t` of step `t`, counted from 0; it captures the
/// inputs of all steps. It is run for each step once to record it, and for as few as possible again. It is
/// plain code on [`Var`]s: when it is not recorded, it is run on constants, which cost nothing to record. A state that is
/// kept is the one that `step` gave, with the lengths of its parts and what is no number in it (`plain` of
/// [`impl_tree!`](ad_core::impl_tree)), a phase that is counted for example.
///
/// Each step is a recording of its own, which takes about half a microsecond: where a step is a few operations, let it be several
/// of the loop's.
///
/// Not inside of another gradient: that records everything that is run again, and takes several times the memory of the plain loop.
/// [The module](self) shows how to chain the two instead.
///
/// ```
/// use ad_core::Scalar;
/// use ad_reverse::{Var, checkpoint};
///
/// // h_{t+1} = sin(theta h_t + x_t), L_t = h_{t+1}^2 / 2
/// let x: Vec<f64> = (0..1000).map(|t| f64::from(t).cos()).collect();
/// let step = |t: usize, theta: &Var<f64>, h: &Var<f64>| {
///     let next = (*theta * *h + x[t]).sin();
///     (next, next * next * 0.5)
/// };
/// let few = checkpoint(step, &0.9, &0.0, x.len(), 10);
/// let all = checkpoint(step, &0.9, &0.0, x.len(), 1000);
/// assert_eq!(few, all);
/// ```
///
/// # Panics
///
/// If `snapshots` is 0, or the state changes its number of numbers; as [`grad`](crate::grad).
#[doc(alias("remat", "grad_checkpointed"))]
#[must_use]
#[track_caller]
pub fn checkpoint<T, P, H>(
    step: impl Fn(usize, &P::Over<Var<T>>, &H::Over<Var<T>>) -> (H::Owned<Var<T>>, Var<T>),
    params: &P,
    start: &H,
    steps: usize,
    snapshots: usize,
) -> LoopGradient<T, P::Owned<T>, H::Owned<T>>
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
    H: Tree<Scalar = T> + ?Sized,
    H::Owned<Var<T>>: Tree<Scalar = Var<T>, Owned<Var<T>> = H::Owned<Var<T>>>,
{
    assert!(snapshots > 0, "0 snapshots: the first state of a loop has to be kept, so there is at least 1");
    let mut reversal = Reversal::new(step, params, start);
    if steps > 0 {
        reversal.reverse(crate::constant(start), 0..steps, snapshots);
    }
    reversal.finish()
}

/// [`checkpoint`] for a loop that ends when `more(t, h_t)` says so, keeping `snapshots` states at a time.
///
/// `more` is asked once before each step, in order. How many steps there will be is not known while the
/// states are chosen, so more steps may be run again than in [`checkpoint`]; no single one is run more than
/// once oftener. Nor does it save memory inside of another gradient, as [`checkpoint`](fn@checkpoint) says.
///
/// ```
/// use ad_core::Scalar;
/// use ad_reverse::{Var, checkpoint_online};
///
/// // Newton's method for a square root, until it stands still: derivative of what the loop computes.
/// let more = |t: usize, h: &[Var<f64>; 2]| t < 3 || (h[0].value() - h[1].value()).abs() > 1e-12;
/// let step = |t: usize, a: &Var<f64>, h: &[Var<f64>; 2]| {
///     let next = (h[0] + *a / h[0]) * 0.5;
///     // The last iterate as a telescoping sum of losses.
///     (([next, h[0]]), if t == 0 { next } else { next - h[0] })
/// };
/// let root = checkpoint_online(step, more, &2.0, &[1.0, 0.0], 3);
/// assert!((root.value - 2.0_f64.sqrt()).abs() < 1e-12);
/// assert!((root.params - 0.5 / 2.0_f64.sqrt()).abs() < 1e-12);
/// ```
///
/// # Panics
///
/// As [`checkpoint`].
#[doc(alias("remat", "grad_checkpointed_online"))]
#[must_use]
#[track_caller]
pub fn checkpoint_online<T, P, H>(
    step: impl Fn(usize, &P::Over<Var<T>>, &H::Over<Var<T>>) -> (H::Owned<Var<T>>, Var<T>),
    mut more: impl FnMut(usize, &H::Over<Var<T>>) -> bool,
    params: &P,
    start: &H,
    snapshots: usize,
) -> LoopGradient<T, P::Owned<T>, H::Owned<T>>
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
    H: Tree<Scalar = T> + ?Sized,
    H::Owned<Var<T>>: Tree<Scalar = Var<T>, Owned<Var<T>> = H::Owned<Var<T>>>,
{
    let mut reversal = Reversal::new(step, params, start);
    let mut h = crate::constant(start);
    let mut kept = Snapshots::new(crate::constant(start), snapshots);
    let mut end = 0;
    while more(end, h.borrow()) {
        h = reversal.run(end, &h);
        end += 1;
        kept.offer(end, || constants(&h));
    }
    drop(h);
    while let Some((time, state)) = kept.pop() {
        if time < end {
            reversal.reverse(state, time..end, snapshots - kept.len());
            end = time;
        }
    }
    reversal.finish()
}

/// A sweep back through a loop, on its way.
struct Reversal<'a, T: Scalar, P: Tree<Scalar = T> + ?Sized, H: ?Sized, F> {
    step: F,
    params: &'a P,
    params_as_constants: P::Owned<Var<T>>,
    start: &'a H,
    /// How many numbers every state has but the last one.
    numbers: usize,
    /// The sum of the losses of the first so many steps.
    value: T,
    valued: usize,
    /// `dL/dh` of the state that the sweep has come to; empty before its first step.
    adjoint: Vec<T>,
    /// Where in it the arrays begin that nothing needs. Zeros for them would be carried on, and make others wait less long.
    unneeded: Vec<usize>,
    /// `dL/dtheta` as far as the sweep has come.
    shared: Shared<T>,
}

impl<'a, T, P, H, F> Reversal<'a, T, P, H, F>
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
    H: Tree<Scalar = T> + ?Sized,
    H::Owned<Var<T>>: Tree<Scalar = Var<T>, Owned<Var<T>> = H::Owned<Var<T>>>,
    F: Fn(usize, &P::Over<Var<T>>, &H::Over<Var<T>>) -> (H::Owned<Var<T>>, Var<T>),
{
    fn new(step: F, params: &'a P, start: &'a H) -> Self {
        Self {
            step,
            params,
            params_as_constants: crate::constant(params),
            start,
            numbers: ad_core::tree::count(start),
            value: std::iter::empty::<T>().sum(), // where a sum of `T` starts, so that it is bit-equal
            valued: 0,
            adjoint: Vec::new(),
            unneeded: Vec::new(),
            shared: Shared::default(),
        }
    }

    /// Sweeps back through the steps `times`, of which the first begins at the state `from`; that is one of
    /// the `snapshots` states that can be kept.
    #[track_caller]
    fn reverse(&mut self, from: H::Owned<Var<T>>, times: Range<usize>, snapshots: usize) {
        // The states that are kept, each for the steps up to the next one. No recursion, because they may be many; as a rule
        // they are few.
        let mut kept: SmallVec<[_; 16]> = SmallVec::new();
        kept.push((times.start, from));
        let mut end = times.end;
        while let Some((start, state)) = kept.last() {
            let start = *start;
            if end - start == 1 {
                self.pull(state, start);
                kept.pop();
                end = start;
                continue;
            }
            let middle = start + split(end - start, snapshots - (kept.len() - 1));
            let mut h = self.run(start, state);
            for t in start + 1..middle {
                h = self.run(t, &h);
            }
            kept.push((middle, constants(&h)));
        }
    }

    /// Runs step `t` without recording it.
    fn run(&mut self, t: usize, h: &H::Owned<Var<T>>) -> H::Owned<Var<T>> {
        let (next, loss) = (self.step)(t, self.params_as_constants.borrow(), h.borrow());
        self.note(t, loss);
        next
    }

    /// Adds the loss of a step that is run for the first time.
    fn note(&mut self, t: usize, loss: Var<T>) {
        if t == self.valued {
            self.value += loss.value();
            self.valued += 1;
        }
    }

    /// Records step `t`, which begins at the state `from`, and sweeps it back.
    #[track_caller]
    fn pull(&mut self, from: &H::Owned<Var<T>>, t: usize) {
        let recording = Recording::<T>::open(RecordingSize::UNLIMITED);
        let (mut params_at, mut start_at) = (Places::default(), Places::default());
        let params = self.params.lift(&mut params_at);
        let h = from.lift(&mut Inputs(&mut start_at));
        let (next, loss) = (self.step)(t, params.borrow(), h.borrow());
        let mut tape = recording.finish();
        self.note(t, loss);

        let mut results = Results { tape: &tape, places: Places::default() };
        next.lift(&mut results);
        let state = results.places.numbers;
        results.scalar(loss);
        let mut outputs = results.places;
        let last = t + 1 == self.valued;
        outputs.leave_out(|start| last || self.unneeded.binary_search(&start).is_ok());
        let mut w = self.take_adjoint(t, state);
        w.push(T::one());

        let shared = std::mem::take(&mut self.shared);
        let seed = |adjoints: &mut Adjoints<'_, T>| {
            adjoints.resume(shared, &params_at);
            adjoints.suspend_after(&params_at);
            outputs.seed(adjoints, &w);
        };
        let read = |adjoints: &mut Adjoints<'_, T>| {
            (start_at.untouched(adjoints), start_at.read(adjoints), adjoints.take_shared(&params_at))
        };
        (self.unneeded, self.adjoint, self.shared) = sweep(&mut tape, 1, seed, read);
    }

    /// `dL/dh` of the state after step `t`, which has so many numbers: zeros if no step follows.
    #[track_caller]
    fn take_adjoint(&mut self, t: usize, numbers: usize) -> Vec<T> {
        let mut adjoint = std::mem::take(&mut self.adjoint);
        if t + 1 == self.valued {
            adjoint.resize(numbers, T::zero());
        } else {
            let first = self.numbers;
            assert!(
                numbers == first,
                "a state of {numbers} numbers after step {t}, and one of {first} at the start"
            );
        }
        let before = adjoint.len();
        assert!(before == numbers, "a state of {numbers} numbers after step {t}, and one of {before} before");
        adjoint
    }

    fn finish(self) -> LoopGradient<T, P::Owned<T>, H::Owned<T>> {
        // A recording of the parameters alone: its sweep completes what is on its way to them.
        let recording = Recording::<T>::open(RecordingSize::UNLIMITED);
        let mut params_at = Places::default();
        self.params.lift(&mut params_at);
        let mut tape = recording.finish();
        let seed = |adjoints: &mut Adjoints<'_, T>| adjoints.resume(self.shared, &params_at);
        let params = sweep(&mut tape, 1, seed, |adjoints| params_at.read(adjoints));
        let mut adjoint = self.adjoint;
        adjoint.resize(self.numbers, T::zero()); // there may have been no step
        LoopGradient {
            value: self.value,
            params: ad_core::tree::unflatten(self.params, params),
            start: ad_core::tree::unflatten(self.start, adjoint),
        }
    }
}

/// The same state, to be kept. It is no list of numbers, from which neither the lengths of its parts nor what is no number
/// in it could be restored.
fn constants<T: Scalar, H: Tree<Scalar = Var<T>>>(h: &H) -> H::Owned<Var<T>> {
    h.lift(&mut Constants)
}

struct Constants;

impl<T: Scalar> Lift<Var<T>, Var<T>> for Constants {
    fn scalar(&mut self, x: Var<T>) -> Var<T> {
        Var::from_value(x.value())
    }
    fn array<const RANK: usize>(&mut self, x: &VarArray<T, RANK>) -> VarArray<T, RANK> {
        VarArray::from_values(x.values().clone())
    }
}

/// Makes a state inputs of the open recording.
struct Inputs<'a>(&'a mut Places);

impl<T: Scalar> Lift<Var<T>, Var<T>> for Inputs<'_> {
    fn scalar(&mut self, x: Var<T>) -> Var<T> {
        self.0.scalar(x.value())
    }
    fn array<const RANK: usize>(&mut self, x: &VarArray<T, RANK>) -> VarArray<T, RANK> {
        self.0.leaf(x.values().clone())
    }
}
