//! Tables for people, on stdout.

use rnn::report::{Agreement, Cost, Prediction};
use std::fmt::Write as _;

pub(super) fn errors(predictions: &[Prediction]) -> String {
    let smallest = predictions.iter().map(|prediction| prediction.rmse).fold(f64::INFINITY, f64::min);
    let rows = predictions.iter().map(|Prediction { method, rmse, .. }| {
        let best = if *rmse == smallest { "  <- best" } else { "" };
        format!("  {method:<24} {:>8}{best}", two_decimals(*rmse))
    });
    lines(rows)
}

/// Two decimals where they say something and are not lost in digits.
pub(super) fn two_decimals(size: f64) -> String {
    let plain = size == 0.0 || (0.01..1e7).contains(&size);
    if plain { format!("{size:.2}") } else { format!("{size:.2e}") }
}

/// From what to what an error has grown, if the difference can be read.
pub(super) fn growth(before: f64, after: f64) -> Option<String> {
    let [from, to] = [before, after].map(two_decimals);
    (after > before && from != to).then(|| format!("from {from} to {to}"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_grown_is_told_where_it_can_be_read() {
        assert_eq!(growth(0.5, 0.75), Some("from 0.50 to 0.75".to_owned()));
        assert_eq!(growth(20.0, 1e100), Some("from 20.00 to 1.00e100".to_owned()));
        for (before, after) in [(0.75, 0.5), (0.5, 0.5), (0.5, 0.501), (f64::NAN, 1.0), (1.0, f64::NAN)] {
            assert_eq!(growth(before, after), None, "from {before} to {after}");
        }
    }
}
