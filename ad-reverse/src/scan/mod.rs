//! The gradient of a loop whose steps are all the same program, which is found once and then run.
//!
//! ```text
//! h_t, L_t = step(theta, h_{t-1}, x_t),      L = sum_t L_t
//! ```
//!
//! A recording has a record for each operation of each step, though the steps are all alike. [`value_and_grad`] writes down what *one*
//! step does, and makes a program of it, with a place for every array: that is run for all steps, and then backwards for all steps, as one
//! would write it by hand. What its adjoints add to weights is added in one product for all steps.
//!
//! How it finds out what a step does is the idea of this library once more: it runs it, on a scalar of its own, whose numbers say where
//! they came from. So the model is not written for it, and is the one that every mode runs.
//!
//! ```
//! use ad_core::{Array, Matrix, Scalar, Vector, impl_tree, rules};
//! use ad_reverse::{Var, scan};
//!
//! struct Theta<S: Scalar> { w: S::Matrix, b: S::Vector }
//! impl_tree!(Theta { w: matrix, b: vector });
//!
//! /// h_t = tanh(W h_{t-1} + b) + x_t, L_t = |h_t|^2
//! struct Network;
//!
//! impl scan::Recurrence<Theta<f64>, 1, 1> for Network {
//!     fn start<S: Scalar<Real = f64>>(&self, _: &Theta<S>) -> S::Vector {
//!         S::Vector::constant(&Vector::from([0.5, -0.5]))
//!     }
//!     fn step<S: Scalar<Real = f64>>(&self, theta: &Theta<S>, h: &S::Vector, [x]: &[S::Vector; 1]) -> (S::Vector, S) {
//!         let h = S::Vector::affine(&[(&theta.w, h)], &theta.b).map(rules::Tanh).plus(x);
//!         let loss = h.dot(&h);
//!         (h, loss)
//!     }
//! }
//!
//! let theta = Theta { w: Matrix::from_rows(&[[0.5, -1.0], [1.0, 0.5]]), b: Vector::from([0.1, 0.2]) };
//! let x: Vec<Vector<f64>> = (0..20).map(|t| Vector::from([f64::from(t).sin(), 0.0])).collect();
//! let (value, gradient) = scan::value_and_grad(&Network, &theta, x.len(), [&x[..]]);
//!
//! // The same without it, as a loop that is recorded:
//! use scan::Recurrence;
//! let run = |theta: &Theta<Var<f64>>| {
//!     let mut h = Network.start(theta);
//!     let losses = x.iter().map(|x| {
//!         let (next, loss) = Network.step(theta, &h, &[Array::constant(x)]);
//!         h = next;
//!         loss
//!     });
//!     losses.sum()
//! };
//! let (expected, recorded) = ad_reverse::value_and_grad(run, &theta);
//! assert_eq!(value, expected);
//! assert!((gradient.w[[0, 1]] - recorded.w[[0, 1]]).abs() < 1e-12 * recorded.w[[0, 1]].abs());
//! ```
//!
//! # What becomes a program
//!
//! Steps of these operations: [`affine`](Array::affine) of weights and biases that are parameters or the same in all steps,
//! [`map`](Array::map), [`axpby`](Array::axpby) and what is made of it (`plus`, `minus`, `axpby_map`), [`hadamard`](Array::hadamard),
//! [`dot`](Array::dot) and `squared_distance`, and of scalars sums, and what `+ - * /` with plain numbers make of them. Any other step is recorded as
//! [`value_and_grad`](crate::value_and_grad) does, with the same result up to rounding: one that does something else, looks at a number
//! (by a comparison, by `primal`), has scalars among its parameters, a first state that depends on them, or inputs that change their shape; and
//! any one whose gradient comes out as not finite, for zeros are strong there.

mod array;
mod backward;
mod forward;
mod gradients;
mod layout;
mod memory;
mod program;
mod run;
mod sketch;
mod symbol;
#[cfg(test)]
mod tests;
mod transpose;

use crate::array::VarArray;
use crate::var::Var;
use ad_core::{Array, Dense, Lift, Real, Scalar, Tree};
use array::SymbolArray;
use program::Program;
use run::Data;
use sketch::Source;
use std::borrow::Borrow;
use symbol::Symbol;

/// A loop with a state that is an array of rank `RANK` (a vector, or a batch of them), over parameters `P`, whose steps read `INPUTS`
/// arrays each.
///
/// Both methods are functions of what they are given, and of nothing that changes between two calls: a step is called once to find out
/// what all of them do.
pub trait Recurrence<P: Tree + ?Sized, const RANK: usize, const INPUTS: usize> {
    /// `h_0`
    fn start<S>(&self, params: &P::Over<S>) -> S::Array<RANK>
    where
        S: Scalar<Real = <P::Scalar as Scalar>::Real>;

    /// `h_t` and `L_t` from `h_{t-1}` and the inputs of the step.
    fn step<S>(
        &self,
        params: &P::Over<S>,
        state: &S::Array<RANK>,
        inputs: &[S::Array<RANK>; INPUTS],
    ) -> (S::Array<RANK>, S)
    where
        S: Scalar<Real = <P::Scalar as Scalar>::Real>;
}

/// `L`, the sum of the losses of so many steps, and its gradient by the parameters.
///
/// `inputs` has for each input that of all steps. [The module](self) says what this is good for, and has an example. `L` is bit for bit
/// that of the loop on plain numbers.
///
/// # Panics
///
/// If an input has not as many arrays as there are steps; as [`grad`](crate::grad), and as the step does.
#[doc(alias("fori_loop", "unroll", "compile"))]
#[must_use]
#[track_caller]
pub fn value_and_grad<R, P, L, const RANK: usize, const INPUTS: usize>(
    recurrence: &L,
    params: &P,
    steps: usize,
    inputs: [&[Dense<R, RANK>]; INPUTS],
) -> (R, P::Owned<R>)
where
    R: Real,
    P: Tree<Scalar = R> + ?Sized,
    L: Recurrence<P, RANK, INPUTS>,
{
    for (k, input) in inputs.iter().enumerate() {
        assert!(input.len() == steps, "{steps} steps, and {} arrays of input {k}", input.len());
    }
    compiled(recurrence, params, steps, &inputs)
        .unwrap_or_else(|| recorded(recurrence, params, steps, &inputs))
}

/// By a recording of all steps.
fn recorded<R, P, L, const RANK: usize, const INPUTS: usize>(
    recurrence: &L,
    params: &P,
    steps: usize,
    inputs: &[&[Dense<R, RANK>]; INPUTS],
) -> (R, P::Owned<R>)
where
    R: Real,
    P: Tree<Scalar = R> + ?Sized,
    L: Recurrence<P, RANK, INPUTS>,
{
    let run = |params: &P::Over<Var<R>>| {
        let mut h = recurrence.start::<Var<R>>(params);
        let losses = (0..steps).map(|t| {
            let now = inputs.map(|input| VarArray::constant(&input[t]));
            let (next, loss) = recurrence.step(params, &h, &now);
            h = next;
            loss
        });
        losses.sum()
    };
    crate::value_and_grad(run, params)
}

/// By a program; `None` where there is none, or its gradient is not finite.
fn compiled<R, P, L, const RANK: usize, const INPUTS: usize>(
    recurrence: &L,
    params: &P,
    steps: usize,
    inputs: &[&[Dense<R, RANK>]; INPUTS],
) -> Option<(R, P::Owned<R>)>
where
    R: Real,
    P: Tree<Scalar = R> + ?Sized,
    L: Recurrence<P, RANK, INPUTS>,
{
    let same_shapes = |input: &&[Dense<R, RANK>]| input.iter().all(|x| x.shape() == input[0].shape());
    if steps == 0 || !inputs.iter().all(same_shapes) {
        return None;
    }
    let mut lifted = Params { arrays: Vec::new(), scalars: false };
    let (mut sketch, (start, next, loss)) = sketch::make::<R, _>(|| {
        let params = params.lift::<Symbol<R>, _>(&mut lifted);
        let start = recurrence.start::<Symbol<R>>(params.borrow());
        let state = SymbolArray::given(start.values().clone(), Source::State);
        let mut places = 0..;
        let now = inputs.map(|input| {
            let place = places.next().expect("there is no end of them");
            SymbolArray::given(input[0].clone(), Source::Input(place))
        });
        let (next, loss) = recurrence.step(params.borrow(), &state, &now);
        (start, next, loss)
    });
    if lifted.scalars || start.id() != 0 || start.shape() != next.shape() {
        return None;
    }
    let (next, loss) = (sketch.place(next.id())?, sketch.place(loss.id())?);
    let program = Program::new(sketch, next, loss, steps)?;
    let data = Data { params: &lifted.arrays, start: start.values().as_slice(), inputs };
    let (value, gradients) = program.value_and_grad(&data);
    let mut read = Read { gradients: gradients.into_iter(), finite: true };
    let gradient = params.lift::<R, _>(&mut read);
    read.finite.then_some((value, gradient))
}

/// Parameters become arrays of the sketch.
struct Params<R> {
    arrays: Vec<Dense<R, 2>>,
    /// Whether there were scalars, of which a sketch knows nothing.
    scalars: bool,
}

impl<R: Real> Lift<R, Symbol<R>> for Params<R> {
    fn scalar(&mut self, x: R) -> Symbol<R> {
        self.scalars = true;
        Symbol::constant(x)
    }
    fn array<const RANK: usize>(&mut self, x: &R::Array<RANK>) -> SymbolArray<R, RANK> {
        let x = x.to_dense();
        self.arrays.push(x.to_rows());
        SymbolArray::given(x, Source::Param((self.arrays.len() - 1) as u32))
    }
}

/// Lifts the parameters to their gradients.
struct Read<R> {
    gradients: std::vec::IntoIter<Option<Dense<R, 1>>>,
    finite: bool,
}

impl<R: Real> Lift<R, R> for Read<R> {
    fn scalar(&mut self, _: R) -> R {
        unreachable!("no parameter is a scalar")
    }
    fn array<const RANK: usize>(&mut self, x: &R::Array<RANK>) -> R::Array<RANK> {
        let gradient = match self.gradients.next().expect("one for each parameter") {
            Some(gradient) => gradient.reshape(x.shape()),
            None => Dense::filled(x.shape(), R::zero()),
        };
        self.finite &= R::all_finite(gradient.as_slice());
        R::Array::<RANK>::from_dense(&gradient)
    }
}
