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
/// 24-bit colour; without, cells too many for numbers are told apart by signs. A line below says what patches and signs mean.
#[must_use]
pub fn triangle(triangle: &Triangle, colour: bool) -> String {
    let steps = triangle.norms.len();
    let numbered = steps <= MOST_NUMBERED;
    let shades = shades(&triangle.norms);
    let colours = &shades.cells;
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
    } else {
        out.push_str("  row t, column s: |dL_t/dtheta_s| ");
        out.push_str(&legend(shades.ends, colour));
    }
    out
}

/// What the patches mean.
fn legend(ends: Option<(f64, f64)>, colour: bool) -> String {
    let Some((low, high)) = ends else { return "is 0\n".to_owned() };
    let mut text = format!("from {} to {}, logarithmic: ", number(low), number(high));
    for part in 0..4 {
        let shade = Some(part * (SHADES - 1) / 3);
        text.push_str(&painted(patch(shade, colour), shade.filter(|_| colour)));
    }
    text + "\n"
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

/// Two digits or more, in at most nine characters.
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
        let legend = "  row t, column s: |dL_t/dtheta_s| from 7.3e-12 to 1.0000, logarithmic: ";
        assert!(patches.ends_with(&format!("\n{legend}. : + # \n")), "{patches}");
        let coloured = triangle(&falling(38), true);
        assert_eq!(coloured.split_once(legend).unwrap().1.matches("48;2;").count(), 4);
        let nothing = Triangle { norms: vec![vec![0.0; 11]; 11], ..Triangle::default() };
        assert!(triangle(&nothing, false).ends_with("  row t, column s: |dL_t/dtheta_s| is 0\n"));
    }
}
