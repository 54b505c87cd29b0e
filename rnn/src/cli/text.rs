//! Tables for people, on stdout.

use rnn::report::{Agreement, Cost, Prediction};
use std::fmt::Write as _;

pub(super) fn errors(predictions: &[Prediction]) -> String {
    let smallest = predictions.iter().map(|prediction| prediction.rmse).fold(f64::INFINITY, f64::min);
    let rows = predictions.iter().map(|Prediction { method, rmse, .. }| {
        let best = if *rmse == smallest { "  <- best" } else { "" };
        format!("  {method:<24} {:>8}{best}", error(*rmse))
    });
    lines(rows)
}

/// Two decimals where they say something and are not lost in digits.
fn error(rmse: f64) -> String {
    let plain = rmse == 0.0 || (0.01..1e7).contains(&rmse);
    if plain { format!("{rmse:.2}") } else { format!("{rmse:.2e}") }
}

pub(super) fn agreement(agreement: &[Agreement]) -> String {
    let rows = agreement.iter().map(|Agreement { modes, ulp, relative }| {
        format!("  {modes:<24} {ulp:>8} ulp of the entry   {relative:>8.1e} of the largest entry")
    });
    lines(rows)
}

pub(super) fn cost(cost: &[Cost]) -> String {
    let rows = cost.iter().map(|Cost { mode, seconds, peak_bytes }| {
        format!("  {mode:<24} {:>8.2} ms   {:>8.1} KiB", seconds * 1e3, *peak_bytes as f64 / 1024.0)
    });
    lines(rows)
}

fn lines(rows: impl Iterator<Item = String>) -> String {
    rows.fold(String::new(), |mut text, row| {
        let _ = writeln!(text, "{row}");
        text
    })
}
