//! Scene a: one program, three scalars. The network runs on numbers, on dual numbers and on variables, and every line's
//! value, tangent and adjoint is kept.

use super::source::{self, Line};
use crate::case::Case;
use crate::finite::{NotFinite, all_finite};
use crate::kind::Loss;
use crate::loss;
use crate::model::{Parameters, Rnn};
use crate::sequence::Sequence;
use ad_core::tree::{flatten, unflatten};
use ad_core::{Array, Dense, Lift, Scalar, Tree};
use ad_forward::Dual;
use ad_reverse::Var;
use serde::Serialize;

/// What scene a shows.
#[derive(Debug, Serialize)]
pub(super) struct Network {
    /// The lines of the model's source, one for each of Eq. 1.1-1.5.
    lines: Vec<Line>,
    /// The names of all parameters, in the order of the tangents.
    parameters: Vec<String>,
    /// One entry per step, each with what the five lines of the step have.
    steps: Vec<[Quantity; 5]>,
}

/// What one line computes at one step.
#[derive(Debug, Serialize)]
struct Quantity {
    value: Vec<f64>,
    /// For each parameter, the derivative of the value by it: the tangent, with that parameter seeded.
    tangent: Vec<Vec<f64>>,
    /// The derivative of L by the value. `None` for y where the loss is computed from v, past y.
    adjoint: Option<Vec<f64>>,
}

impl Network {
    /// That every number is finite.
    pub(super) fn check_finite(&self) -> Result<(), NotFinite> {
        let lines = ["u", "h", "v", "y", "L"];
        let quantities = || {
            let steps = self.steps.iter().zip(1..);
            steps.flat_map(|(step, t)| lines.map(|line| format!("{line}_{t}")).into_iter().zip(step))
        };
        quantities().try_for_each(|(name, quantity)| all_finite(&[(&name, &quantity.value)]))?;
        quantities().try_for_each(|(name, quantity)| {
            all_finite(&[
                (&format!("the tangents of {name}"), &quantity.tangent),
                (&format!("the adjoint of {name}"), &quantity.adjoint),
            ])
        })
    }
}

/// The results of every line of every step.
struct Run<S: Scalar> {
    u: Vec<S::Vector>,
    h: Vec<S::Vector>,
    v: Vec<S::Vector>,
    y: Vec<S::Vector>,
    loss: Vec<S>,
}

/// The program: Eq. 1.1-1.5, line by line, on any scalar.
fn run<S: Scalar>(rnn: &Rnn, params: &Parameters<S>, sequence: &Sequence<S::Real, 1>) -> Run<S> {
    let mut run = Run { u: Vec::new(), h: Vec::new(), v: Vec::new(), y: Vec::new(), loss: Vec::new() };
    let mut h = S::Vector::constant(&sequence.initial_state(params.hidden()));
    for (x, y_target) in sequence.iter() {
        let u = rnn.potential(&params.recurrent, &h, &S::Vector::constant(x));
        h = rnn.state(&h, &u);
        let v = rnn.output_potential(&params.readout, &h);
        let y: S::Vector = rnn.output(&v);
        run.loss.push(match rnn.loss {
            Loss::Squared => loss::squared(&y, &S::Vector::constant(y_target)),
            Loss::CrossEntropy => rnn.loss_at(&v, &Array::constant(y_target)),
        });
        run.u.push(u);
        run.h.push(h.clone());
        run.v.push(v);
        run.y.push(y);
    }
    run
}

/// Runs the program on three scalars.
pub(super) fn of(case: &Case) -> Network {
    let Case { rnn, params, sequence } = case;
    let (values, tangents) = forward(case);
    let adjoints = backward(rnn, params, sequence);
    let vector = |t: usize, line: usize, part: fn(&Run<f64>) -> &Vec<Dense<f64, 1>>| {
        let lost = line == 3 && rnn.loss == Loss::CrossEntropy;
        Quantity {
            value: part(&values)[t].as_slice().to_vec(),
            tangent: tangents.iter().map(|run| part(run)[t].as_slice().to_vec()).collect(),
            adjoint: (!lost).then(|| adjoints[line * sequence.steps() + t].clone()),
        }
    };
    let step = |t: usize| {
        let loss = Quantity {
            value: vec![values.loss[t]],
            tangent: tangents.iter().map(|run| vec![run.loss[t]]).collect(),
            adjoint: Some(vec![1.0]),
        };
        let [u, h, v, y] = [
            vector(t, 0, |run| &run.u),
            vector(t, 1, |run| &run.h),
            vector(t, 2, |run| &run.v),
            vector(t, 3, |run| &run.y),
        ];
        [u, h, v, y, loss]
    };
    Network {
        lines: source::lines(rnn),
        parameters: super::parameter_names(params),
        steps: (0..sequence.steps()).map(step).collect(),
    }
}

/// Forward mode: the values, and for each parameter the tangents when it alone is seeded.
fn forward(Case { rnn, params, sequence }: &Case) -> (Run<f64>, Vec<Run<f64>>) {
    let count = flatten(params).len();
    let mut values = None;
    let mut tangents = Vec::with_capacity(count);
    for seeded in 0..count {
        let one_hot = (0..count).map(|k| if k == seeded { 1.0 } else { 0.0 }).collect();
        let direction: Parameters<f64> = unflatten(params, one_hot);
        let program = |params: &Parameters<Dual<f64, 1>>| run(rnn, params, sequence);
        let (value, tangent) = ad_forward::jvp(program, params, &direction);
        values = Some(value);
        tangents.push(tangent);
    }
    (values.expect("a network has parameters"), tangents)
}

/// Reverse mode: the adjoints of all u, then of all h, all v and all y, of the sum of the losses.
fn backward(rnn: &Rnn, params: &Parameters<f64>, sequence: &Sequence<f64, 1>) -> Vec<Vec<f64>> {
    let program = |params: &Parameters<Var<f64>>| {
        let run = run(rnn, params, sequence);
        (run.loss, [run.u, run.h, run.v, run.y].concat())
    };
    let (losses, _, mut pullback) = ad_reverse::vjp_watching(program, params);
    pullback.call_watching(&vec![1.0; losses.len()]).1
}

impl<T: Scalar> Tree for Run<T> {
    type Scalar = T;
    type Over<S: Scalar<Real = T::Real>> = Run<S>;
    type Owned<S: Scalar<Real = T::Real>> = Run<S>;

    fn lift<S: Scalar<Real = T::Real>, L: Lift<T, S>>(&self, to: &mut L) -> Run<S> {
        let mut vectors = |x: &[T::Vector]| x.iter().map(|x| to.array::<1>(x)).collect();
        let (u, h, v, y) = (vectors(&self.u), vectors(&self.h), vectors(&self.v), vectors(&self.y));
        Run { u, h, v, y, loss: self.loss.iter().map(|&x| to.scalar(x)).collect() }
    }
}
