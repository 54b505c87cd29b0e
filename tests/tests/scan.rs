//! Loops whose steps are one program: the gradient is that of the recorded loop, for random steps.

use ad_core::tree::flatten;
use ad_core::{Array, Dense, Matrix, Real, Scalar, Tree, Vector, impl_tree, rules};
use ad_reverse::Var;
use ad_reverse::scan::{self, Recurrence};
use proptest::prelude::*;
use std::cell::Cell;

/// All arrays have as many columns, so that any can be an operand of any operation.
const D: usize = 3;

struct Theta<S: Scalar> {
    weights: Vec<S::Matrix>,
    bias: S::Vector,
    initial: S::Matrix,
}
impl_tree!(Theta { weights: [matrix], bias: vector, initial: matrix });

/// An operation on arrays by their numbers, modulo what there is.
#[derive(Clone, Copy, Debug)]
enum Operation {
    Affine([usize; 2], [usize; 2]),
    OneTerm(usize, usize),
    Axpby(f64, usize, f64, usize),
    AxpbyMap(f64, usize, f64, usize),
    Difference(usize, usize),
    Tanh(usize),
    Sin(usize),
    Hadamard(usize, usize),
}

/// A part of the loss: a factor, and what of two arrays.
#[derive(Clone, Copy, Debug)]
enum Part {
    Dot(f64, usize, usize),
    SquaredDistance(f64, usize, usize),
}

#[derive(Clone, Debug)]
struct Step {
    operations: Vec<Operation>,
    parts: Vec<Part>,
    rows: usize,
    next: usize,
}

fn operation() -> impl Strategy<Value = Operation> {
    let (place, number) = (0..12_usize, prop_oneof![Just(1.0), -1.0..1.0_f64]);
    let four = move || (number.clone(), place.clone(), number.clone(), place.clone());
    prop_oneof![
        (0..12_usize, 0..12_usize, 0..12_usize, 0..12_usize)
            .prop_map(|(w, x, v, y)| Operation::Affine([w, x], [v, y])),
        (0..12_usize, 0..12_usize).prop_map(|(w, x)| Operation::OneTerm(w, x)),
        four().prop_map(|(a, x, b, y)| Operation::Axpby(a, x, b, y)),
        four().prop_map(|(a, x, b, y)| Operation::AxpbyMap(a, x, b, y)),
        (0..12_usize, 0..12_usize).prop_map(|(x, y)| Operation::Difference(x, y)),
        (0..12_usize).prop_map(Operation::Tanh),
        (0..12_usize).prop_map(Operation::Sin),
        (0..12_usize, 0..12_usize).prop_map(|(x, y)| Operation::Hadamard(x, y)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let part = || {
        (any::<bool>(), -1.0..1.0_f64, 0..12_usize, 0..12_usize)
            .prop_map(|(dot, c, x, y)| if dot { Part::Dot(c, x, y) } else { Part::SquaredDistance(c, x, y) })
    };
    let operations = proptest::collection::vec(operation(), 1..9);
    (operations, proptest::collection::vec(part(), 1..4), 1..4_usize, 0..12_usize)
        .prop_map(|(operations, parts, rows, next)| Step { operations, parts, rows, next })
}

impl Step {
    fn run<S: Scalar, A: Array<S, RANK>, const RANK: usize>(
        &self,
        theta: &Theta<S>,
        arrays: Vec<A>,
    ) -> (A, S) {
        let mut arrays = arrays;
        let real = S::Real::from_literal;
        for operation in &self.operations {
            let at = |place: usize| &arrays[place % arrays.len()];
            let weights = |w: usize| &theta.weights[w % theta.weights.len()];
            let result = match *operation {
                Operation::Affine([w, x], [v, y]) => {
                    A::affine(&[(weights(w), at(x)), (weights(v), at(y))], &theta.bias)
                }
                Operation::OneTerm(w, x) => A::affine(&[(weights(w), at(x))], &theta.bias),
                Operation::Axpby(a, x, b, y) => at(x).axpby(real(a), at(y), real(b)),
                Operation::AxpbyMap(a, x, b, y) => at(x).axpby_map(real(a), at(y), rules::Tanh, real(b)),
                Operation::Difference(x, y) => at(x).minus(at(y)),
                Operation::Tanh(x) => at(x).map(rules::Tanh),
                Operation::Sin(x) => at(x).map(rules::Sin),
                Operation::Hadamard(x, y) => at(x).hadamard(&at(y).map(rules::Tanh)),
            };
            arrays.push(result);
        }
        let at = |place: usize| &arrays[place % arrays.len()];
        let part = |part: &Part| match *part {
            Part::Dot(c, x, y) => at(x).dot(at(y)) * S::lit(c),
            Part::SquaredDistance(c, x, y) => S::lit(c) * at(x).squared_distance(at(y)),
        };
        let loss = self.parts.iter().map(part).sum();
        // What comes out of the step grows no further than a bound.
        let next = at(arrays.len() - 1 - self.next % self.operations.len()).map(rules::Tanh);
        (
            if self.next.is_multiple_of(2) {
                next
            } else {
                next.plus(at(0)).axpby(real(0.5), at(1), real(0.25))
            },
            loss,
        )
    }
}

impl<R: Real> Recurrence<Theta<R>, 1, 2> for Step {
    fn start<S: Scalar<Real = R>>(&self, _: &Theta<S>) -> S::Vector {
        S::Vector::constant(&Dense::filled([D], R::from_literal(0.25)))
    }
    fn step<S: Scalar<Real = R>>(
        &self,
        theta: &Theta<S>,
        h: &S::Vector,
        [x, y]: &[S::Vector; 2],
    ) -> (S::Vector, S) {
        self.run(theta, vec![h.clone(), x.clone(), y.clone(), theta.bias.clone()])
    }
}

impl<R: Real> Recurrence<Theta<R>, 2, 2> for Step {
    fn start<S: Scalar<Real = R>>(&self, _: &Theta<S>) -> S::Matrix {
        S::Matrix::constant(&Dense::filled([self.rows, D], R::from_literal(0.25)))
    }
    fn step<S: Scalar<Real = R>>(
        &self,
        theta: &Theta<S>,
        h: &S::Matrix,
        [x, y]: &[S::Matrix; 2],
    ) -> (S::Matrix, S) {
        self.run(theta, vec![h.clone(), x.clone(), y.clone(), theta.initial.clone()])
    }
}

/// The same without a program: all steps are recorded.
fn recorded<R, P, L, const RANK: usize, const INPUTS: usize>(
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
    let run = |params: &P::Over<Var<R>>| {
        let mut h = recurrence.start::<Var<R>>(params);
        let losses = (0..steps).map(|t| {
            let (next, loss) = recurrence.step(params, &h, &inputs.map(|input| Array::constant(&input[t])));
            h = next;
            loss
        });
        losses.sum()
    };
    ad_reverse::value_and_grad(run, params)
}

fn wave<R: Real>(seed: f64) -> impl Fn(usize) -> R {
    move |i| R::from_literal((seed * (i as f64 + 1.0)).sin() * 0.7)
}

fn theta<R: Real>(rows: usize) -> Theta<R> {
    let matrix = |seed: f64, rows: usize| Matrix::new([rows, D], (0..rows * D).map(wave(seed)));
    Theta {
        weights: vec![matrix(1.3, D), matrix(2.1, D)],
        bias: Vector::new([D], (0..D).map(wave(0.4))),
        initial: matrix(0.9, rows),
    }
}

/// That the gradient by [`scan`] is that of the loop as it is recorded, and the value the same bits.
fn check<R: Real, const RANK: usize>(
    step: &Step,
    steps: usize,
    shape: [usize; RANK],
    tolerance: f64,
) -> Result<(), TestCaseError>
where
    Step: Recurrence<Theta<R>, RANK, 2>,
{
    let theta = theta::<R>(step.rows);
    let len = shape.iter().product::<usize>();
    let input = |seed: f64| -> Vec<Dense<R, RANK>> {
        (0..steps).map(|t| Dense::new(shape, (0..len).map(wave(seed + 0.3 * t as f64)))).collect()
    };
    let (x, y) = (input(0.6), input(1.7));
    let (value, gradient) = scan::value_and_grad(step, &theta, steps, [&x[..], &y[..]]);
    let (expected, recorded) = recorded(step, &theta, steps, [&x[..], &y[..]]);
    prop_assert!(value == expected || (value.is_nan() && expected.is_nan()), "{} and {}", value, expected);
    let size = flatten(&recorded).iter().fold(1.0, |size: f64, x| size.max(x.as_f64().abs()));
    for (i, (found, expected)) in flatten(&gradient).into_iter().zip(flatten(&recorded)).enumerate() {
        let (found, expected) = (found.as_f64(), expected.as_f64());
        let close = (found - expected).abs() <= tolerance * size || found.to_bits() == expected.to_bits();
        prop_assert!(close, "entry {}: {} and {}", i, found, expected);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ad_tests::cases(512))]

    #[test]
    fn the_gradient_is_that_of_the_recorded_loop(step in step(), steps in 1..6_usize) {
        check::<f64, 1>(&step, steps, [D], 1e-12)?;
        check::<f64, 2>(&step, steps, [step.rows, D], 1e-12)?;
        check::<f32, 1>(&step, steps, [D], 1e-3)?;
        check::<f32, 2>(&step, steps, [step.rows, D], 1e-3)?;
    }
}

/// A step whose input may be anything: singular at 0.
struct Root;

impl Recurrence<Vector<f64>, 1, 1> for Root {
    fn start<S: Scalar<Real = f64>>(&self, _: &S::Vector) -> S::Vector {
        S::Vector::constant(&Vector::from([0.0, 1.0]))
    }
    fn step<S: Scalar<Real = f64>>(
        &self,
        p: &S::Vector,
        h: &S::Vector,
        [x]: &[S::Vector; 1],
    ) -> (S::Vector, S) {
        let h = h.hadamard(x).plus(&p.map(rules::Sqrt).hadamard(x));
        let loss = h.dot(x);
        (h, loss)
    }
}

/// sqrt has an infinite slope at 0, and what it meets there is a strong zero.
#[test]
fn zeros_are_strong() {
    let x: Vec<Vector<f64>> = [[0.0, 1.0], [0.0, -2.0], [0.0, 0.5]].map(Vector::from).into();
    let p = Vector::from([0.0, 4.0]);
    let expected = recorded(&Root, &p, 3, [&x[..]]);
    assert_eq!(scan::value_and_grad(&Root, &p, 3, [&x[..]]), expected);
    assert_eq!(expected.1[0], 0.0);
}

/// A step that may do what no sketch of it can know.
struct Odd<F>(F);

/// What is done with a number of the step.
trait Look {
    fn look<S: Scalar>(&self, x: S) -> S;
}

impl<F: Look> Recurrence<Vector<f64>, 1, 1> for Odd<F> {
    fn start<S: Scalar<Real = f64>>(&self, p: &S::Vector) -> S::Vector {
        S::Vector::constant(&Dense::filled(p.shape(), 1.0))
    }
    fn step<S: Scalar<Real = f64>>(
        &self,
        p: &S::Vector,
        h: &S::Vector,
        [x]: &[S::Vector; 1],
    ) -> (S::Vector, S) {
        let h = h.hadamard(x).plus(p);
        let loss = self.0.look(h.dot(x));
        (h, loss)
    }
}

struct Absolute;
impl Look for Absolute {
    fn look<S: Scalar>(&self, x: S) -> S {
        if x < S::zero() { -x } else { x }
    }
}

struct OnAnotherThread;
impl Look for OnAnotherThread {
    fn look<S: Scalar>(&self, x: S) -> S {
        // A variable of a recording may not go there.
        if std::any::type_name::<S>().contains("Var<") {
            return x * (x * S::lit(2.0));
        }
        x * std::thread::spawn(move || x * S::lit(2.0)).join().unwrap()
    }
}

struct Prints;
impl Look for Prints {
    fn look<S: Scalar>(&self, x: S) -> S {
        if format!("{x}{x:?}").starts_with('-') { -x } else { x }
    }
}

/// A loop that looks at what it computes, or does it elsewhere.
fn assert_recorded<F: Look>(odd: &Odd<F>, steps: usize) {
    let x: Vec<Vector<f64>> = (0..steps).map(|t| Vector::from([(1.0 + t as f64).sin(), 0.5])).collect();
    let p = Vector::from([0.3, -0.8]);
    assert_eq!(scan::value_and_grad(odd, &p, steps, [&x[..]]), recorded(odd, &p, steps, [&x[..]]));
}

#[test]
fn what_a_sketch_does_not_say_is_recorded() {
    for steps in [0, 1, 5] {
        assert_recorded(&Odd(Absolute), steps);
        assert_recorded(&Odd(OnAnotherThread), steps);
        assert_recorded(&Odd(Prints), steps);
    }
}

thread_local!(static CALLS: Cell<u32> = const { Cell::new(0) });

struct Panics;
impl Look for Panics {
    fn look<S: Scalar>(&self, x: S) -> S {
        CALLS.set(CALLS.get() + 1);
        assert!(CALLS.get() != 1, "the first time");
        x
    }
}

#[test]
fn a_panic_in_a_step_leaves_nothing_behind() {
    let run = || scan::value_and_grad(&Odd(Panics), &Vector::from([1.0]), 1, [&[Vector::from([2.0])][..]]);
    assert!(std::panic::catch_unwind(run).is_err());
    assert_eq!(run(), (6.0, Vector::from([2.0])));
}

#[test]
#[should_panic(expected = "3 steps, and 2 arrays of input 0")]
fn an_input_has_an_array_for_each_step() {
    let x = [1.0, 2.0].map(|x| Vector::from([x]));
    let _ = scan::value_and_grad(&Odd(Absolute), &Vector::from([1.0]), 3, [&x[..]]);
}
