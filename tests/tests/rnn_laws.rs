//! All ways to assign credit agree: with each other, with differences, and with the chapter's equations.
//!
//! The chapter's recursions are evaluated here by formulas derived by hand (module `by_hand`), as oracles;
//! nothing outside of tests and benches may do that.

use ad_core::tree::{Constant, flatten, unflatten};
use ad_core::{Array, Dense, Matrix, Real, Scalar, Tree, Unary, Vector};
use ad_forward::{Dual, DualArray};
use ad_reverse::Var;
use ad_tests::points;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestCaseResult;
use rnn::credit::rtrl::Rtrl;
use rnn::credit::window::Windows;
use rnn::credit::{Mode, bptt, immediate, triangle};
use rnn::{Activation, Loss, Output, Parameters, Readout, Recurrent, Rnn, Sequence};

/// A user's own activation, `u / sqrt(1 + u^2)`: its rule knows its partial, as the user wrote it.
#[derive(Clone, Copy, Debug)]
struct Isru;
impl Unary for Isru {
    const NAME: &'static str = "isru";
    fn value<R: Real>(self, u: R) -> R {
        u / num_traits::Float::sqrt(u * u + R::from_literal(1.0))
    }
    fn partial<S: Scalar>(self, u: S, _y: S) -> S {
        let square = u * u + S::one();
        (square * square.sqrt()).recip()
    }
}

/// One of the network's activations, or the user's.
#[derive(Clone, Copy, Debug)]
enum F {
    Known(Activation),
    Own,
}
impl Unary for F {
    const NAME: &'static str = "any activation";
    fn value<R: Real>(self, u: R) -> R {
        match self {
            Self::Known(f) => f.value(u),
            Self::Own => Isru.value(u),
        }
    }
    fn partial<S: Scalar>(self, u: S, y: S) -> S {
        match self {
            Self::Known(f) => f.partial(u, y),
            Self::Own => Isru.partial(u, y),
        }
    }
    fn values<R: Real>(self, x: &[R], y: &mut [R]) {
        match self {
            Self::Known(f) => f.values(x, y),
            Self::Own => Isru.values(x, y),
        }
    }
    fn values_and_partials<R: Real>(self, x: &[R], y: &mut [R], p: &mut [R]) {
        match self {
            Self::Known(f) => f.values_and_partials(x, y, p),
            Self::Own => Isru.values_and_partials(x, y, p),
        }
    }
}

/// A network, its parameters and a sequence.
#[derive(Clone, Debug)]
struct Case {
    rnn: Rnn<F>,
    params: Parameters<f64>,
    sequence: Sequence<f64, 1>,
}

fn networks() -> impl Strategy<Value = Rnn<F>> {
    let known = Activation::ALL.iter().map(|&f| F::Known(f));
    let f = select(known.chain([F::Own]).collect::<Vec<_>>());
    let alpha = prop_oneof![1 => Just(1.0), 3 => 0.02..1.0_f64];
    let valid = Output::ALL.iter().flat_map(|&g| Loss::ALL.iter().map(move |&loss| (g, loss)));
    let judged = select(valid.filter(|(g, loss)| loss.accepts(*g)).collect::<Vec<_>>());
    (f, alpha, judged).prop_map(|(f, alpha, (g, loss))| Rnn { f, g, alpha, loss })
}

/// Weights of about `1 / sqrt(fan-in)`, so that no sequence blows up.
fn parameters(n: usize, d: usize, m: usize) -> impl Strategy<Value = Parameters<f64>> {
    let matrix = |rows: usize, cols: usize| {
        let scale = 0.7 / (cols.max(1) as f64).sqrt();
        points::points(rows * cols, points::ordinary())
            .prop_map(move |x| Matrix::new([rows, cols], x.into_iter().map(move |x| x * scale)))
    };
    let vector = |len| points::points(len, points::ordinary()).prop_map(Vector::from);
    (matrix(d, d), matrix(d, n), vector(d), matrix(m, d), vector(m)).prop_map(
        |(w_rec, w_in, b_rec, w_out, b_out)| Parameters {
            recurrent: Recurrent { w_rec, w_in, b_rec },
            readout: Readout { w_out, b_out },
        },
    )
}

/// Targets that the loss can have: probabilities for the cross entropy.
fn targets(rnn: &Rnn<F>, raw: &[f64]) -> Vector<f64> {
    let positive: Vec<f64> = raw.iter().map(|y| y.abs() / 2.0).collect();
    match (rnn.loss, rnn.g) {
        (Loss::Squared, _) => Vector::from(raw),
        (Loss::CrossEntropy, Output::Softmax) => {
            let sum: f64 = positive.iter().sum();
            Vector::from(positive.iter().map(|y| y / sum).collect::<Vec<_>>())
        }
        (Loss::CrossEntropy, _) => Vector::from(positive),
    }
}

fn sequences(rnn: Rnn<F>, n: usize, m: usize, steps: usize) -> impl Strategy<Value = Sequence<f64, 1>> {
    let of = |len| proptest::collection::vec(points::points(len, points::ordinary()), steps);
    (of(n), of(m)).prop_map(move |(x, y)| {
        let y = y.iter().map(|y| targets(&rnn, y)).collect();
        Sequence::new(x.into_iter().map(Vector::from).collect(), y)
    })
}

/// Any case: n, d, m from 1 to 8, `T` from 1 to 20.
fn cases() -> impl Strategy<Value = Case> {
    (networks(), 1..=8_usize, 1..=8_usize, 1..=8_usize, 1..=20_usize).prop_flat_map(
        |(rnn, n, d, m, steps)| {
            (Just(rnn), parameters(n, d, m), sequences(rnn, n, m, steps))
                .prop_map(|(rnn, params, sequence)| Case { rnn, params, sequence })
        },
    )
}

/// Agreement relative to `max(1, |x|)`, where the numbers that are summed up may be larger than their sum.
#[track_caller]
fn same(what: &str, left: &[f64], right: &[f64]) -> TestCaseResult {
    within(1e-12, what, left, right)
}

fn within(tolerance: f64, what: &str, left: &[f64], right: &[f64]) -> TestCaseResult {
    prop_assert_eq!(left.len(), right.len(), "{}", what);
    let scale = left.iter().chain(right).fold(1.0_f64, |scale, x| scale.max(x.abs()));
    for (i, (a, b)) in left.iter().zip(right).enumerate() {
        let error = (a - b).abs() / scale;
        prop_assert!(error <= tolerance, "{what}, entry {i}: {a} and {b}, off by {error:e}");
    }
    Ok(())
}

fn by(mode: Mode, case: &Case) -> (f64, Vec<f64>) {
    let (loss, grad) = mode.value_and_grad(&case.rnn, &case.params, &case.sequence);
    (loss, flatten(&grad))
}

/// The chapter's equations, differentiated by hand: oracles.
mod by_hand {
    use super::*;

    /// One step of a plain run: `h_{t-1}`, `f'(u_t)`, `delta~_t`.
    pub(crate) struct Step {
        pub(crate) h_prev: Vec<f64>,
        pub(crate) x: Vec<f64>,
        pub(crate) slope: Vec<f64>,
        pub(crate) delta_immediate: Vec<f64>,
    }

    /// The derivative of each activation, written down anew.
    fn slope(f: F, u: f64) -> f64 {
        match f {
            F::Known(Activation::Tanh) => 1.0 / u.cosh().powi(2),
            F::Known(Activation::Sigmoid) => 1.0 / ((1.0 + (-u).exp()) * (1.0 + u.exp())),
            F::Known(Activation::Relu) => f64::from(u8::from(u > 0.0)),
            F::Known(Activation::Softplus) => 1.0 / (1.0 + (-u).exp()),
            F::Known(Activation::Identity) => 1.0,
            F::Own => (1.0 + u * u).powf(-1.5),
        }
    }

    /// `dL_t/dv_t`.
    fn error(rnn: &Rnn<F>, v: &[f64], target: &[f64]) -> Vec<f64> {
        let sigmoid = |v: f64| 1.0 / (1.0 + (-v).exp());
        let top = v.iter().fold(f64::NEG_INFINITY, |a, &v| a.max(v));
        let sum: f64 = v.iter().map(|v| (v - top).exp()).sum();
        let softmax: Vec<f64> = v.iter().map(|v| (v - top).exp() / sum).collect();
        let pairs = || v.iter().zip(target);
        match (rnn.loss, rnn.g) {
            (Loss::Squared, Output::Identity) => pairs().map(|(v, y)| v - y).collect(),
            (Loss::Squared, Output::Sigmoid) => {
                pairs().map(|(&v, y)| (sigmoid(v) - y) * sigmoid(v) * sigmoid(-v)).collect()
            }
            (Loss::Squared, Output::Softmax) => {
                let e: Vec<f64> = softmax.iter().zip(target).map(|(p, y)| p - y).collect();
                let mean: f64 = softmax.iter().zip(&e).map(|(p, e)| p * e).sum();
                softmax.iter().zip(&e).map(|(p, e)| p * (e - mean)).collect()
            }
            (Loss::CrossEntropy, Output::Sigmoid) => pairs().map(|(&v, y)| sigmoid(v) - y).collect(),
            (Loss::CrossEntropy, Output::Softmax) => {
                let mass: f64 = target.iter().sum();
                softmax.iter().zip(target).map(|(p, y)| mass * p - y).collect()
            }
            (Loss::CrossEntropy, Output::Identity) => unreachable!("not valid"),
        }
    }

    pub(crate) fn run(case: &Case) -> Vec<Step> {
        let w_out = &case.params.readout.w_out;
        let mut h_prev = vec![0.0; case.params.hidden()];
        let steps = case.rnn.unroll::<f64, 1>(&case.params, &case.sequence).zip(case.sequence.iter());
        steps
            .map(|(step, (x, target))| {
                let error = error(&case.rnn, step.v.as_slice(), target.as_slice());
                let d = h_prev.len();
                let back = |j: usize| error.iter().enumerate().map(|(k, e)| e * w_out.row(k)[j]).sum();
                Step {
                    h_prev: std::mem::replace(&mut h_prev, step.h.as_slice().to_vec()),
                    x: x.as_slice().to_vec(),
                    slope: step.u.as_slice().iter().map(|&u| slope(case.rnn.f, u)).collect(),
                    delta_immediate: (0..d).map(back).collect(),
                }
            })
            .collect()
    }

    /// `J_t = (1 - alpha) I + alpha diag(f'(u_t)) W_rec`
    pub(crate) fn jacobian(case: &Case, step: &Step) -> Vec<Vec<f64>> {
        let (alpha, d) = (case.rnn.alpha, step.slope.len());
        let w = &case.params.recurrent.w_rec;
        let entry = |i: usize, j: usize| {
            (if i == j { 1.0 - alpha } else { 0.0 }) + alpha * step.slope[i] * w.row(i)[j]
        };
        (0..d).map(|i| (0..d).map(|j| entry(i, j)).collect()).collect()
    }

    /// `P~_t`: row `i` is touched by row `i` of `W_rec`, row `i` of `W_in` and entry `i` of `b_rec`.
    pub(crate) fn immediate_sensitivity(case: &Case, step: &Step) -> Vec<Vec<f64>> {
        let (d, n) = (step.slope.len(), step.x.len());
        let row = |i: usize| {
            let mut row = vec![0.0; d * d + d * n + d];
            let factor = case.rnn.alpha * step.slope[i];
            for j in 0..d {
                row[i * d + j] = factor * step.h_prev[j];
            }
            for j in 0..n {
                row[d * d + i * n + j] = factor * step.x[j];
            }
            row[d * d + d * n + i] = factor;
            row
        };
        (0..d).map(row).collect()
    }
}

fn rows(matrix: &Matrix<f64>) -> Vec<Vec<f64>> {
    matrix.iter_rows().map(<[f64]>::to_vec).collect()
}

proptest! {
    #![proptest_config(ad_tests::cases(256))]

    #[test]
    fn every_mode_gives_the_same_gradient(case in cases()) {
        let (loss, expected) = by(Mode::Bptt, &case);
        let (rtrl_loss, rtrl) = by(Mode::Rtrl, &case);
        same("RTRL", &rtrl, &expected)?;
        prop_assert_eq!(loss.to_bits(), rtrl_loss.to_bits(), "the loss of RTRL");
        for k in 1..=case.sequence.steps() {
            let (window_loss, windows) = by(Mode::Window(k), &case);
            same(&format!("window:{k}"), &windows, &expected)?;
            same(&format!("the loss of window:{k}"), &[window_loss], &[loss])?;
            let checkpointed = by(Mode::Checkpoint(k), &case);
            prop_assert_eq!(&checkpointed, &(loss, expected.clone()), "checkpoint:{} is bptt to the last bit", k);
        }
    }

    #[test]
    fn the_triangle_has_the_sums_of_both_programmes(case in cases()) {
        let by_adjoints = triangle::by_adjoints(&case.rnn, &case.params, &case.sequence);
        let by_tangents = triangle::by_tangents(&case.rnn, &case.params, &case.sequence);
        let grad = flatten(&bptt::value_and_grad(&case.rnn, &case.params, &case.sequence).1.recurrent);
        let mut online = Rtrl::new(case.rnn, case.params.hidden());
        let steps = case.sequence.iter().map(|(x, y)| flatten(&online.step(&case.params, x, y).grad.recurrent));
        let by_row: Vec<_> = steps.collect();
        for (t, (a, b)) in by_adjoints.cells.iter().zip(&by_tangents.cells).enumerate() {
            for (s, (a, b)) in a.iter().zip(b).enumerate() {
                same(&format!("dL_{t}/dtheta_{s}"), a, b)?;
                if s > t {
                    prop_assert!(a.iter().chain(b).all(|&x| x == 0.0), "dL_{t}/dtheta_{s} is not zero: {a:?} {b:?}");
                }
            }
        }
        for (name, triangle) in [("by adjoints", &by_adjoints), ("by tangents", &by_tangents)] {
            for (t, (sum, row)) in triangle.row_sums().iter().zip(&by_row).enumerate() {
                same(&format!("row {t} {name}"), sum, row)?;
            }
            let total = triangle.column_sums().into_iter().reduce(|a, b| a.iter().zip(&b).map(|(a, b)| a + b).collect());
            same(&format!("columns {name}"), &total.unwrap(), &grad)?;
            same(&format!("total {name}"), &triangle.total(), &grad)?;
        }
        // What BPTT gives to the parameters of time s alone is column s.
        let steps = by_hand::run(&case);
        let delta = bptt::credit(&case.rnn, &case.params, &case.sequence).delta;
        for (s, (column, step)) in by_adjoints.column_sums().iter().zip(&steps).enumerate() {
            let immediate = by_hand::immediate_sensitivity(&case, step);
            let credit = (0..column.len()).map(|k| {
                immediate.iter().zip(delta[s].as_slice()).map(|(row, delta)| delta * row[k]).sum()
            });
            same(&format!("column {s}"), column, &credit.collect::<Vec<_>>())?;
        }
    }

    #[test]
    fn tangents_and_adjoints_obey_the_recursions_of_the_chapter(case in cases()) {
        let steps = by_hand::run(&case);
        let p = case.params.recurrent.count();
        let d = case.params.hidden();
        let theta = &case.params.recurrent;
        // Forwards: P_t = P~_t + J_t P_{t-1} (1.17).
        let mut online = Rtrl::new(case.rnn, d);
        let mut expected = vec![vec![0.0; p]; d];
        for ((t, step), (x, target)) in steps.iter().enumerate().zip(case.sequence.iter()) {
            let (j, immediate) = (by_hand::jacobian(&case, step), by_hand::immediate_sensitivity(&case, step));
            let pushed = |i: usize, k: usize| immediate[i][k] + (0..d).map(|l| j[i][l] * expected[l][k]).sum::<f64>();
            expected = (0..d).map(|i| (0..p).map(|k| pushed(i, k)).collect()).collect();
            let now = online.step(&case.params, x, target);
            same(&format!("P_{t}"), &rows(&online.sensitivity(&case.params)).concat(), &expected.concat())?;
            same(&format!("delta~_{t}"), now.delta_immediate.as_slice(), &step.delta_immediate)?;
            let h_prev = Vector::from(step.h_prev.as_slice());
            let found = immediate::sensitivity(&case.rnn, theta, &h_prev, x);
            same(&format!("P~_{t}"), found.as_slice(), &immediate.concat())?;
            let forward = immediate::jacobian_by_tangents(&case.rnn, theta, &h_prev, x);
            same(&format!("J_{t} by tangents"), forward.as_slice(), &j.concat())?;
            let reverse = immediate::jacobian_by_adjoints(&case.rnn, theta, &h_prev, x);
            same(&format!("J_{t} by adjoints"), reverse.as_slice(), &j.concat())?;
        }
        // Backwards: delta_t = delta~_t + delta_{t+1} J_{t+1} (1.12).
        let delta = bptt::credit(&case.rnn, &case.params, &case.sequence).delta;
        let mut expected = vec![0.0; d];
        for t in (0..steps.len()).rev() {
            let from_future = |i: usize| match steps.get(t + 1) {
                Some(next) => {
                    let j = by_hand::jacobian(&case, next);
                    (0..d).map(|l| expected[l] * j[l][i]).sum()
                }
                None => 0.0,
            };
            expected = (0..d).map(|i| steps[t].delta_immediate[i] + from_future(i)).collect();
            same(&format!("delta_{t}"), delta[t].as_slice(), &expected)?;
        }
    }

    #[test]
    fn windows_carry_the_sensitivity_of_rtrl(case in cases(), k in 1..=7_usize) {
        let mut windows = Windows::new(case.rnn, case.params.hidden());
        let mut online = Rtrl::new(case.rnn, case.params.hidden());
        for start in (0..case.sequence.steps()).step_by(k) {
            let window = case.sequence.window(start..case.sequence.steps().min(start + k));
            windows.advance(&case.params, &window);
            for (x, y) in window.iter() {
                online.step(&case.params, x, y);
            }
            prop_assert_eq!(windows.state(), online.state());
            let p = online.sensitivity(&case.params);
            same("P", windows.sensitivity().unwrap().as_slice(), p.as_slice())?;
        }
    }

    #[test]
    fn the_gradient_is_that_of_a_difference(case in cases(), which in any::<u64>()) {
        // Away from kinks: no potential of a rectifier close to 0.
        let steps: Vec<_> = case.rnn.unroll::<f64, 1>(&case.params, &case.sequence).collect();
        let kink = steps.iter().flat_map(|step| step.u.as_slice()).any(|u| u.abs() < 2e-3);
        prop_assume!(!(kink && matches!(case.rnn.f, F::Known(Activation::Relu))));
        let theta = flatten(&case.params);
        let (_, grad) = by(Mode::Bptt, &case);
        let loss = |theta: Vec<f64>| {
            let params: Parameters<f64> = unflatten(&case.params, theta);
            case.rnn.total_loss::<f64, 1>(&params, &case.sequence)
        };
        let at_most = 12;
        for i in 0..theta.len().min(at_most) {
            let i = (which as usize % theta.len() + i * 7) % theta.len();
            let moved = |h: f64| {
                let mut theta = theta.clone();
                theta[i] += h;
                loss(theta)
            };
            let central = |h: f64| (moved(h) - moved(-h)) / (2.0 * h);
            let h = 1e-4;
            let difference = (4.0 * central(h) - central(2.0 * h)) / 3.0; // the error of order h^2 taken out
            within(1e-6, &format!("parameter {i}"), &[grad[i]], &[difference])?;
        }
    }

    #[test]
    fn the_loss_is_bit_equal_in_every_mode(case in cases()) {
        let Case { rnn, params, sequence } = &case;
        let plain: Vec<f64> = rnn.unroll::<f64, 1>(params, sequence).map(|step| step.loss).collect();
        let bits = |losses: &[f64]| losses.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        let p = params.recurrent.count() + params.readout.w_out.len() + params.readout.b_out.len();
        // Dual, with every parameter moving in one direction.
        let tangent = |x: &Dense<f64, 2>| DualArray::with_tangent(x, Dense::filled([x.len(), 1], 1.0));
        let vector = |x: &Dense<f64, 1>| DualArray::with_tangent(x, Dense::filled([x.len(), 1], 1.0));
        let moving: Parameters<Dual<f64, 1>> = Parameters {
            recurrent: Recurrent {
                w_rec: tangent(&params.recurrent.w_rec),
                w_in: tangent(&params.recurrent.w_in),
                b_rec: vector(&params.recurrent.b_rec),
            },
            readout: Readout { w_out: tangent(&params.readout.w_out), b_out: vector(&params.readout.b_out) },
        };
        let duals: Vec<f64> = rnn.unroll::<Dual<f64, 1>, 1>(&moving, sequence).map(|step| step.loss.primal).collect();
        prop_assert_eq!(bits(&duals), bits(&plain), "Dual");
        let (vars, pullback) = ad_reverse::vjp(
            |params: &Parameters<Var<f64>>| rnn.unroll(params, sequence).map(|step| step.loss).collect::<Vec<_>>(),
            params,
        );
        prop_assert_eq!(bits(&vars), bits(&plain), "Var");
        prop_assert_eq!(pullback.inputs(), p);
        // Nested, and RTRL's own losses.
        let nested = |params: &Parameters<Var<Dual<f64, 1>>>| {
            rnn.unroll(params, sequence).map(|step| step.loss).collect::<Vec<_>>()
        };
        let losses = ad_reverse::vjp(nested, &moving).0;
        prop_assert_eq!(bits(&losses.iter().map(|l| l.primal).collect::<Vec<_>>()), bits(&plain), "Var<Dual>");
        let mut online = Rtrl::new(*rnn, params.hidden());
        let losses: Vec<f64> = sequence.iter().map(|(x, y)| online.step(params, x, y).loss).collect();
        prop_assert_eq!(bits(&losses), bits(&plain), "RTRL");
        prop_assert_eq!(bits(&bptt::credit(rnn, params, sequence).losses), bits(&plain), "BPTT");
        let total = rnn.total_loss::<f64, 1>(params, sequence);
        prop_assert_eq!(by(Mode::Bptt, &case).0.to_bits(), total.to_bits());
        // A user's rule inside an enum is the user's rule.
        if let F::Own = rnn.f {
            let own = Rnn { f: Isru, g: rnn.g, alpha: rnn.alpha, loss: rnn.loss };
            let (a, b) = (Mode::Rtrl.value_and_grad(&own, params, sequence), by(Mode::Rtrl, &case));
            prop_assert_eq!(a.0.to_bits(), b.0.to_bits());
            prop_assert_eq!(flatten(&a.1), b.1);
        }
    }

    #[test]
    fn single_precision_works(case in cases()) {
        let narrow = |x: &[f64]| x.iter().map(|&x| x as f32).collect::<Vec<_>>();
        let like: Parameters<f32> = {
            let matrix = |x: &Matrix<f64>| Matrix::new(x.shape(), narrow(x.as_slice()));
            let Parameters { recurrent: theta, readout } = &case.params;
            Parameters {
                recurrent: Recurrent {
                    w_rec: matrix(&theta.w_rec),
                    w_in: matrix(&theta.w_in),
                    b_rec: narrow(theta.b_rec.as_slice()).into(),
                },
                readout: Readout { w_out: matrix(&readout.w_out), b_out: narrow(readout.b_out.as_slice()).into() },
            }
        };
        let vectors = |x: &[Vector<f64>]| x.iter().map(|x| Vector::from(narrow(x.as_slice()))).collect();
        let sequence = Sequence::new(vectors(case.sequence.x()), vectors(case.sequence.y_target()));
        let steps: Vec<_> = case.rnn.unroll::<f64, 1>(&case.params, &case.sequence).collect();
        let kink = steps.iter().flat_map(|step| step.u.as_slice()).any(|u| u.abs() < 1e-4);
        prop_assume!(!(kink && matches!(case.rnn.f, F::Known(Activation::Relu))));
        let (_, expected) = by(Mode::Bptt, &case);
        for mode in [Mode::Bptt, Mode::Rtrl, Mode::Window(3)] {
            let (loss, grad) = mode.value_and_grad(&case.rnn, &like, &sequence);
            prop_assert!(loss.is_finite());
            let wide: Vec<f64> = flatten(&grad).iter().map(|&g| f64::from(g)).collect();
            within(2e-4, &format!("{mode} in f32"), &wide, &expected)?;
        }
    }

    #[test]
    fn a_batch_is_the_sum_over_its_sequences(
        (case, others) in cases().prop_flat_map(|case| {
            let (n, m) = (case.sequence.x()[0].len(), case.sequence.y_target()[0].len());
            let others = proptest::collection::vec(sequences(case.rnn, n, m, case.sequence.steps()), 0..4);
            (Just(case), others)
        }),
    ) {
        let all: Vec<_> = std::iter::once(&case.sequence).chain(&others).collect();
        let stack = |part: &dyn Fn(&Sequence<f64, 1>) -> Vec<Vector<f64>>| {
            let parts: Vec<_> = all.iter().map(|s| part(s)).collect();
            (0..case.sequence.steps())
                .map(|t| Matrix::from_rows(&parts.iter().map(|p| p[t].as_slice().to_vec()).collect::<Vec<_>>()))
                .collect::<Vec<_>>()
        };
        let batch = Sequence::new(stack(&|s| s.x().to_vec()), stack(&|s| s.y_target().to_vec()));
        let (loss, grad) = bptt::value_and_grad(&case.rnn, &case.params, &batch);
        let single = |s: &&Sequence<f64, 1>| bptt::value_and_grad(&case.rnn, &case.params, *s);
        let (sum, expected) =
            all.iter().map(single).reduce(|a, b| (a.0 + b.0, a.1.plus(&b.1))).unwrap();
        same("loss", &[loss], &[sum])?;
        same("gradient", &flatten(&grad), &flatten(&expected))?;
        // By forward mode, the loss of the batch moved along the gradient of the sum.
        let direction = flatten(&expected);
        let dual = ad_forward::jvp(
            |p: &Parameters<Dual<f64, 1>>| case.rnn.total_loss(p, &batch),
            &case.params,
            &unflatten(&case.params, direction.clone()),
        );
        let square: f64 = direction.iter().map(|g| g * g).sum();
        within(1e-11, "along the gradient", &[dual.1], &[square])?;
        prop_assert_eq!(dual.0.to_bits(), loss.to_bits());
    }
}

#[test]
fn the_comparison_has_teeth() {
    // Another alpha is another network: all of its credit differs, and is seen to.
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = 0;
    for _ in 0..50 {
        let case = cases().new_tree(&mut runner).unwrap().current();
        let other = Case { rnn: Rnn { alpha: case.rnn.alpha * (1.0 - 1e-6), ..case.rnn }, ..case.clone() };
        seen += usize::from(same("alpha", &by(Mode::Bptt, &other).1, &by(Mode::Bptt, &case).1).is_err());
        let constant: Parameters<Var<f64>> = case.params.lift(&mut Constant);
        let loss: Var<f64> = case.rnn.total_loss(&constant, &case.sequence);
        assert_eq!(loss.value(), by(Mode::Bptt, &case).0, "also on variables that are constants");
    }
    assert!(seen > 40, "only {seen} of 50 wrong networks were seen (a dead rectifier has no gradient)");
}
