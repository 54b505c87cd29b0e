//! The page's tables, and numbers as people read them.

use std::fmt::Write as _;

use super::html::escape;
use super::{Agreement, Cost, Prediction};

/// A table; the first column is text, the others are numbers, and the row `best` stands out.
fn table(caption: &str, head: &[&str], rows: &[Vec<String>], best: Option<usize>) -> String {
    let mut html = format!("<div class=\"table\"><table><caption>{}</caption><thead><tr>", escape(caption));
    for name in head {
        let _ = write!(html, "<th scope=\"col\">{}</th>", escape(name));
    }
    html.push_str("</tr></thead><tbody>");
    for (index, row) in rows.iter().enumerate() {
        html.push_str(if best == Some(index) { "<tr class=\"best\">" } else { "<tr>" });
        for (column, cell) in row.iter().enumerate() {
            let cell = escape(cell);
            let _ = match column {
                0 => write!(html, "<th scope=\"row\">{cell}</th>"),
                _ => write!(html, "<td>{cell}</td>"),
            };
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table></div>\n");
    html
}

/// The error of each method, the smallest marked.
pub(super) fn errors(predictions: &[Prediction]) -> String {
    let finite = predictions.iter().enumerate().filter(|(_, prediction)| prediction.rmse.is_finite());
    let best = finite.min_by(|a, b| a.1.rmse.total_cmp(&b.1.rmse)).map(|(index, _)| index);
    let smallest = best.map_or(f64::NAN, |index| predictions[index].rmse);
    let rows: Vec<Vec<String>> = predictions
        .iter()
        .map(|prediction| {
            let ratio = prediction.rmse / smallest;
            vec![prediction.method.clone(), number(prediction.rmse), format!("{ratio:.2}")]
        })
        .collect();
    table("Error on the held-back part", &["Method", "RMSE", "to the best"], &rows, best)
}

/// How far the modes are apart.
pub(super) fn agreement(agreement: &[Agreement]) -> String {
    let rows: Vec<Vec<String>> = agreement
        .iter()
        .map(|pair| vec![pair.modes.clone(), pair.ulp.to_string(), scientific(pair.relative)])
        .collect();
    table(
        "Largest difference between gradients",
        &["Modes", "ulp of the entry", "of the largest entry"],
        &rows,
        None,
    )
}

/// What the modes cost.
pub(super) fn cost(cost: &[Cost]) -> String {
    let rows: Vec<Vec<String>> = cost
        .iter()
        .map(|cost| vec![cost.mode.clone(), duration(cost.seconds), bytes(cost.peak_bytes)])
        .collect();
    table("Cost of one gradient", &["Mode", "time", "peak memory"], &rows, None)
}

/// Four digits, however large.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e6).contains(&size) {
        return scientific(value);
    }
    let decimals = if size == 0.0 { 0 } else { (3 - size.log10().floor() as i32).max(0) as usize };
    format!("{value:.decimals$}")
}

/// Two digits and the power of ten.
pub(super) fn scientific(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let text = format!("{value:.1e}");
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let exponent = exponent.parse().unwrap_or(0);
            format!("{digits} × {}", super::ticks::power_of_ten_raised(exponent))
        }
        None => text,
    }
}

fn duration(seconds: f64) -> String {
    let (scale, unit) = match seconds {
        s if s < 1e-6 => (1e9, "ns"),
        s if s < 1e-3 => (1e6, "µs"),
        s if s < 1.0 => (1e3, "ms"),
        _ => (1.0, "s"),
    };
    format!("{} {unit}", three_digits(seconds * scale))
}

fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{} {}", three_digits(value), UNITS[unit])
}

fn three_digits(value: f64) -> String {
    let decimals = match value {
        v if v < 10.0 => 2,
        v if v < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_right() {
        assert_eq!([15.876_54, 0.0, 0.123_456, 123_456.7].map(number), ["15.88", "0", "0.1235", "123457"]);
        assert_eq!(number(f64::NAN), "NaN");
        assert_eq!(
            [3.2e-16, -1e300, 0.0, f64::INFINITY].map(scientific),
            ["3.2 × 10⁻¹⁶", "-1.0 × 10³⁰⁰", "0", "inf"]
        );
        assert_eq!(
            [2.5e-9, 4.04e-5, 0.0123, 71.26].map(duration),
            ["2.50 ns", "40.4 µs", "12.3 ms", "71.3 s"]
        );
        assert_eq!([0, 1023, 1024, 70 << 20].map(bytes), ["0 B", "1023 B", "1.00 KiB", "70.0 MiB"]);
        assert!(bytes(u64::MAX).ends_with("PiB"));
    }

    #[test]
    fn the_smallest_error_is_marked_and_a_diverged_one_is_not() {
        let prediction =
            |method: &str, rmse| Prediction { method: method.to_owned(), values: Vec::new(), rmse };
        let html = errors(&[prediction("a", f64::NAN), prediction("b", 3.0), prediction("c", 2.0)]);
        assert!(html.contains("<tr class=\"best\"><th scope=\"row\">c</th>"), "{html}");
        assert_eq!(html.matches("class=\"best\"").count(), 1);
        assert!(!errors(&[prediction("a", f64::NAN)]).contains("best\""));
    }
}
