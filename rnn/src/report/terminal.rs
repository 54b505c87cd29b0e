//! The triangle of Eq. 1.6 as a table in a terminal, in the heat map's colours.

use std::fmt::Write as _;

use plotters::style::RGBColor;

use super::Triangle;
use super::heat::shades;
use super::palette::{SHADES, of_shade};

/// More steps than this have no room for their numbers: each cell is a patch of colour.
const MOST_NUMBERED: usize = 10;
/// From this shade on a cell is light, and its number dark.
const LIGHT: i32 = 25;

/// The table: a row for each t, a column for each s, the norms of the sums at its sides. In `colour` by escape sequences of
/// 24-bit colour; without, cells too many for numbers are told apart by signs.
#[must_use]
pub fn triangle(triangle: &Triangle, colour: bool) -> String {
    let steps = triangle.norms.len();
    let numbered = steps <= MOST_NUMBERED;
    let colours = shades(&triangle.norms).cells;
    let mut out = String::from(if numbered { " t\\s" } else { "   " });
    if numbered {
        (1..=steps).for_each(|s| {
            let _ = write!(out, "{s:>9} ");
        });
        out.push_str("   |dL_t/dtheta|");
    }
    out.push('\n');
    for (t, row) in triangle.norms.iter().enumerate() {
        let _ = write!(out, "{:>4}", t + 1);
        for (s, &norm) in row.iter().take(t + 1).enumerate() {
            let shade = colours.get(t).and_then(|row| row[s]);
            let text =
                if numbered { format!("{:>9} ", number(norm)) } else { patch(shade, colour).to_owned() };
            out.push_str(&painted(&text, shade.filter(|_| colour)));
        }
        if numbered {
            let empty = 10 * (steps - t - 1);
            let _ = write!(out, "{:empty$}   {:>13}", "", number(triangle.row_sums[t]));
        }
        out.push('\n');
    }
    if numbered {
        out.push_str("  |dL/dtheta_s|\n    ");
        triangle.column_sums.iter().for_each(|&sum| {
            let _ = write!(out, "{:>9} ", number(sum));
        });
        out.push('\n');
    }
    out
}

fn patch(shade: Option<i32>, colour: bool) -> &'static str {
    const SIGNS: [&str; 4] = [". ", ": ", "+ ", "# "];
    match shade {
        None => "  ",
        Some(_) if colour => "  ",
        Some(shade) => SIGNS[(shade * 4 / SHADES).clamp(0, 3) as usize],
    }
}

fn painted(text: &str, shade: Option<i32>) -> String {
    let Some(shade) = shade else { return text.to_owned() };
    let RGBColor(r, g, b) = of_shade(shade);
    let ink = if shade >= LIGHT { "38;2;0;0;0" } else { "38;2;255;255;255" };
    format!("\x1b[{ink};48;2;{r};{g};{b}m{text}\x1b[0m")
}

/// Three digits in at most eight characters.
fn number(x: f64) -> String {
    if x == 0.0 || (1e-3..1e4).contains(&x.abs()) { format!("{x:.4}") } else { format!("{x:.1e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn falling(steps: usize) -> Triangle {
        let norms = (0..steps).map(|t| (0..=t).map(|s| 0.5_f64.powi((t - s) as i32)).collect()).collect();
        let sums = vec![1.5; steps];
        Triangle { norms, column_sums: sums.clone(), row_sums: sums, difference: 0.0 }
    }

    #[test]
    fn colours_change_no_text() {
        for steps in [1, 8, 10] {
            let (plain, coloured) = (triangle(&falling(steps), false), triangle(&falling(steps), true));
            assert!(!plain.contains('\x1b'));
            let stripped: String = coloured
                .split('\x1b')
                .enumerate()
                .map(|(i, part)| if i == 0 { part } else { part.split_once('m').unwrap().1 })
                .collect();
            assert_eq!(stripped, plain);
            assert_eq!(coloured.matches("48;2;").count(), steps * (steps + 1) / 2);
        }
    }

    #[test]
    fn no_line_is_too_wide_and_many_steps_are_patches() {
        let table = triangle(&falling(10), false);
        assert!(table.lines().all(|line| line.len() <= 120), "{table}");
        let patches = triangle(&falling(38), false);
        assert!(patches.lines().all(|line| line.len() <= 80), "{patches}");
        assert!(patches.contains('#') && patches.contains('.'));
    }
}
