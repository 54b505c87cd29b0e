//! All ways to assign credit agree: with each other, with differences, and with the chapter's equations.
//!
//! The chapter's recursions are evaluated here by formulas derived by hand (`by_hand.rs`), as oracles;
//! nothing outside of tests and benches may do that.

mod by_hand;
mod networks;
mod truncated;

use ad_core::tree::{Constant, flatten, unflatten};
use ad_core::{Array, Dense, Matrix, Tree, Vector};
use ad_forward::{Dual, DualArray};
use ad_reverse::Var;
use networks::{Case, F, Isru, cases, stacked, with_others};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestCaseResult;
use rnn::credit::rtrl::Rtrl;
use rnn::credit::window::Windows;
use rnn::credit::{Mode, bptt, immediate, triangle};
use rnn::{Activation, Loss, Output, Parameters, Readout, Recurrent, Rnn, Sequence};

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
        let recorded = ad_reverse::value_and_grad(|p| case.rnn.total_loss(p, &case.sequence), &case.params);
        let recorded = (recorded.0, flatten(&recorded.1));
        prop_assert_eq!(loss.to_bits(), recorded.0.to_bits(), "the loss of a recording");
        same("a recording", &recorded.1, &expected)?;
        for k in 1..=case.sequence.steps() {
            let (window_loss, windows) = by(Mode::Window(k), &case);
            same(&format!("window:{k}"), &windows, &expected)?;
            same(&format!("the loss of window:{k}"), &[window_loss], &[loss])?;
            let checkpointed = by(Mode::Checkpoint(k), &case);
            prop_assert_eq!(&checkpointed, &recorded, "checkpoint:{} is the recording to the last bit", k);
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
    fn a_batch_is_the_sum_over_its_sequences((case, others) in with_others()) {
        let all: Vec<_> = std::iter::once(&case.sequence).chain(&others).collect();
        let batch = stacked(&all);
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
fn what_a_saturated_unit_forgets_may_have_overflowed() {
    // In the state 0 the weights multiply P until it is infinite; then an input comes at which tanh' is 0.
    let rnn = Rnn { f: F::Known(Activation::Tanh), g: Output::Identity, alpha: 1.0, loss: Loss::Squared };
    let mut params = Parameters::random(1, 2, 1, 1.0, 0);
    params.recurrent.w_rec = Matrix::from_rows(&[[1e200, 0.0], [0.0, 1e200]]);
    params.recurrent.w_in = Matrix::from_rows(&[[1.0], [1.0]]);
    let x = [0.0, 0.0, 0.0, 0.0, 1000.0, 0.0, 0.0].map(|x| Vector::from([x]));
    let sequence = Sequence::new(x.to_vec(), vec![Vector::from([0.0]); x.len()]);
    let case = Case { rnn, params, sequence };
    let (_, expected) = by(Mode::Bptt, &case);
    assert!(expected.iter().all(|g| g.is_finite()));
    same("RTRL", &by(Mode::Rtrl, &case).1, &expected).unwrap();
    for k in 1..=x.len() {
        same(&format!("window:{k}"), &by(Mode::Window(k), &case).1, &expected).unwrap();
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
