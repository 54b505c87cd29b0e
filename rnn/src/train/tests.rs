use super::*;
use crate::kind::{Activation, Loss, Output};
use ad_core::tree::flatten;

fn network() -> Rnn {
    Rnn { f: Activation::Tanh, g: Output::Identity, alpha: 0.7, loss: Loss::Squared }
}

fn wave(len: usize) -> Vec<f64> {
    (0..len).map(|t| (t as f64 * 0.6).sin()).collect()
}

fn trained(schedule: &Schedule) -> Parameters<f64> {
    let mut params = Parameters::random(1, 6, 1, 0.9, 3);
    train(&network(), &mut params, &one_step_ahead(&wave(80)), schedule, |_, _| ()).unwrap();
    params
}

fn schedule(mode: Mode, passes: usize) -> Schedule {
    Schedule { mode, passes, rate: 0.02, clip: 1.0 }
}

#[test]
fn every_mode_learns_a_wave() {
    let values = wave(120);
    let error = |params: &Parameters<f64>| {
        crate::baseline::rmse(&predict(&network(), params, &values, 80), &values[80..])
    };
    let before = error(&Parameters::random(1, 6, 1, 0.9, 3));
    let after_two = |mode| flatten(&trained(&schedule(mode, 2)));
    let [few, all] = [4, usize::MAX].map(|states| after_two(Mode::Checkpoint(states)));
    assert_eq!(few, all);
    for (bptt, recorded) in after_two(Mode::Bptt).iter().zip(&all) {
        assert!((bptt - recorded).abs() < 1e-12, "bptt {bptt}, a recording {recorded}");
    }
    for (mode, passes) in [(Mode::Bptt, 300), (Mode::Rtrl, 20), (Mode::Window(10), 60)] {
        let after = error(&trained(&schedule(mode, passes)));
        assert!(after < 0.1 * before, "{mode}: from {before} to {after}");
    }
}

#[test]
fn a_window_of_one_step_learns_like_rtrl_and_one_of_all_like_bptt() {
    for (mode, same) in [(Mode::Rtrl, Mode::Window(1)), (Mode::Bptt, Mode::Window(usize::MAX))] {
        let (one, other) = (trained(&schedule(mode, 2)), trained(&schedule(same, 2)));
        for (a, b) in flatten(&one).into_iter().zip(flatten(&other)) {
            assert!((a - b).abs() < 1e-9, "{mode} {a}, {same} {b}");
        }
    }
}

#[test]
fn the_same_start_gives_the_same_end() {
    let schedule = schedule(Mode::Rtrl, 3);
    assert_eq!(flatten(&trained(&schedule)), flatten(&trained(&schedule)));
}

#[test]
fn a_prediction_does_not_look_ahead() {
    let (params, mut values) = (Parameters::random(1, 4, 1, 1.0, 0), wave(30));
    let before = predict(&network(), &params, &values, 20);
    assert_eq!(before.len(), 10);
    values[29] = 1e9;
    assert_eq!(predict(&network(), &params, &values, 20), before);
}

#[test]
fn a_loss_that_is_not_finite_ends_training() {
    let mut params = Parameters::random(1, 4, 1, 1.0, 0);
    let sequence = one_step_ahead(&[0.0, 1e200, 0.0]);
    let ended = train(&network(), &mut params, &sequence, &schedule(Mode::Bptt, 5), |_, _| ());
    assert_eq!(ended, Err(Diverged { pass: 1 }));
}

#[test]
fn the_loss_after_the_last_change_is_looked_at() {
    for mode in [Mode::Bptt, Mode::Rtrl, Mode::Window(7)] {
        let mut params = Parameters::random(1, 4, 1, 1.0, 0);
        let schedule = Schedule { rate: 1e300, ..schedule(mode, 1) };
        let ended = train(&network(), &mut params, &one_step_ahead(&wave(8)), &schedule, |_, _| ());
        assert_eq!(ended, Err(Diverged { pass: 1 }), "{mode}");
    }
}
