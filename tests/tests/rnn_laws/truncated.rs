//! Truncated BPTT sums a band of the triangle.

use crate::networks::{Case, cases, stacked, with_others};
use crate::{by, by_hand, same};
use ad_core::tree::flatten;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use rnn::credit::{Mode, triangle, truncated};

fn at(horizon: usize, case: &Case) -> (f64, Vec<f64>) {
    let (loss, grad) = truncated::value_and_grad(&case.rnn, &case.params, &case.sequence, horizon);
    (loss, flatten(&grad))
}

/// The sum of the cells with `t - s < horizon`.
fn band(cells: &[Vec<Vec<f64>>], horizon: usize) -> Vec<f64> {
    let rows = cells.iter().enumerate();
    let inside = rows.flat_map(|(t, row)| row[..=t].iter().enumerate().filter(move |(s, _)| t - s < horizon));
    let mut sum = vec![0.0; cells[0][0].len()];
    inside.for_each(|(_, cell)| sum.iter_mut().zip(cell).for_each(|(sum, x)| *sum += x));
    sum
}

proptest! {
    #![proptest_config(ad_tests::cases(256))]

    #[test]
    fn every_horizon_sums_its_band_of_the_triangle(case in cases()) {
        let theta = case.params.recurrent.count();
        let (loss, whole) = by(Mode::Bptt, &case);
        let cells = triangle::by_tangents(&case.rnn, &case.params, &case.sequence).cells;
        for horizon in 1..=case.sequence.steps() + 1 {
            let (same_loss, grad) = at(horizon, &case);
            prop_assert_eq!(same_loss.to_bits(), loss.to_bits(), "the loss at horizon {}", horizon);
            same(&format!("the band {horizon}"), &grad[..theta], &band(&cells, horizon))?;
            same("the readout, which acts within a step", &grad[theta..], &whole[theta..])?;
        }
    }

    #[test]
    fn a_horizon_past_the_start_leaves_nothing_out(case in cases(), beyond in 0..=40_usize) {
        let whole = by(Mode::Bptt, &case).1;
        same("T and more", &at(case.sequence.steps() + beyond, &case).1, &whole)?;
        same("no end", &at(usize::MAX, &case).1, &whole)?;
    }

    #[test]
    fn a_horizon_of_one_step_is_what_acts_at_once(case in cases()) {
        let theta = case.params.recurrent.count();
        let mut expected = vec![0.0; theta];
        for step in by_hand::run(&case) {
            let rows = by_hand::immediate_sensitivity(&case, &step); // delta~_t P~_t
            for (delta, row) in step.delta_immediate.iter().zip(rows) {
                expected.iter_mut().zip(row).for_each(|(sum, x)| *sum += delta * x);
            }
        }
        same("the immediate terms", &at(1, &case).1[..theta], &expected)?;
    }

    #[test]
    fn a_batch_is_truncated_like_its_sequences((case, others) in with_others(), horizon in 1..=8_usize) {
        let all: Vec<_> = std::iter::once(&case.sequence).chain(&others).collect();
        let (loss, grad) = truncated::value_and_grad(&case.rnn, &case.params, &stacked(&all), horizon);
        let single = all.iter().map(|s| truncated::value_and_grad(&case.rnn, &case.params, *s, horizon));
        let (sum, expected) = single.reduce(|a, b| (a.0 + b.0, a.1.plus(&b.1))).unwrap();
        same("loss", &[loss], &[sum])?;
        same("gradient", &flatten(&grad), &flatten(&expected))?;
    }
}

#[test]
fn neighbouring_bands_are_told_apart() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut seen, mut all) = (0, 0);
    for case in (0..50).map(|_| cases().new_tree(&mut runner).unwrap().current()) {
        let theta = case.params.recurrent.count();
        let cells = triangle::by_adjoints(&case.rnn, &case.params, &case.sequence).cells;
        for horizon in 1..case.sequence.steps() {
            let found = at(horizon, &case).1;
            all += 1;
            seen += usize::from(
                same("one step less or more", &found[..theta], &band(&cells, horizon + 1)).is_err(),
            );
        }
    }
    assert!(2 * seen > all, "only {seen} of {all} bands were told from the next");
}

#[test]
#[should_panic(expected = "its own")]
fn no_horizon_is_none() {
    let case = cases().new_tree(&mut proptest::test_runner::TestRunner::deterministic()).unwrap().current();
    at(0, &case);
}
