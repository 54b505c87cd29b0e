//! The triangle of Eq. 1.6 as a heat map, with its sums along both sides.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::drawing::{Canvas, Drawing, Drawn, SCALE, Size, anchored, text};
use super::palette::{Paint, SHADES, of_shade};
use super::ticks::{Scale, range};
use super::{ReportError, Triangle};

/// More cells than this to a side cannot be told apart, so neighbours share one.
const MOST_CELLS: usize = 120;
/// How many decades below the largest norm the scale reaches at most; what lies below has the darkest colour.
const MOST_DECADES: f64 = 16.0;

const SIZE: Size = (534, 522);
/// What the bars beside the map mean.
pub(super) const KEY: [(Paint, &str); 2] = [
    (Paint::Method(0), "norm of ∂L/∂θₛ, the sum of column s"),
    (Paint::Method(1), "norm of ∂Lₜ/∂θ, the sum of row t"),
];
/// The map's place in pixels: left, top and length of a side.
const MAP: (i32, i32, i32) = (52, 14, 400);
/// From the map to the bars of the sums, and the length of the longest bar.
const GAP: i32 = 10;
const BAR: i32 = 66;

/// The heat map; `None` if there is nothing above zero to show.
pub(super) fn draw(triangle: &Triangle) -> Result<Option<Drawing>, ReportError> {
    let steps = triangle.norms.len();
    let pool = pool(steps);
    let cells = pooled(&triangle.norms, pool);
    let Some((low, high)) = decades(&cells) else { return Ok(None) };
    let of = "the norm of dL_t/dtheta_s over s and t: a triangle, since the parameters at s cannot change the loss at t < s";
    Drawing::new(of, SIZE, |root| {
        for (t, row) in cells.iter().enumerate() {
            draw_row(root, t, row, cells.len(), (low, high))?;
        }
        outline(root, cells.len())?;
        axes(root, steps, pool, cells.len())?;
        colour_bar(root, (low, high))?;
        bars(root, triangle, steps, pool, cells.len())
    })
    .map(Some)
}

/// The decades that the scale covers: those of the sizes, but not more than so many.
fn decades(cells: &[Vec<f64>]) -> Option<(f64, f64)> {
    let places = cells.iter().flatten().filter_map(|&norm| Scale::Log.place(norm));
    range(places).map(|(low, high)| (low.max(high - MOST_DECADES), high))
}

/// The colours of cells, for pages that draw them themselves.
#[derive(Debug, Default, serde::Serialize)]
pub(crate) struct Shades {
    /// For each cell the index of its shade among those of [`heat_css`](super::heat_css); `None` for 0.
    pub(super) cells: Vec<Vec<Option<i32>>>,
    /// The sizes that have the first and the last shade.
    pub(super) ends: Option<(f64, f64)>,
}

/// The colours of cells by the logarithm of their sizes.
pub(crate) fn shades(cells: &[Vec<f64>]) -> Shades {
    let sizes: Vec<Vec<f64>> = cells.iter().map(|row| row.iter().map(|x| x.abs()).collect()).collect();
    let Some(scale) = decades(&sizes) else { return Shades::default() };
    let cells = sizes.iter().map(|row| row.iter().map(|&size| shade(size, scale)).collect()).collect();
    Shades { cells, ends: Some((10_f64.powf(scale.0), 10_f64.powf(scale.1))) }
}

/// How many steps share a cell, along either side.
pub(super) fn pool(steps: usize) -> usize {
    steps.div_ceil(MOST_CELLS).max(1)
}

/// The triangle with the largest norm of every `pool` by `pool` cells in their place.
fn pooled(norms: &[Vec<f64>], pool: usize) -> Vec<Vec<f64>> {
    let side = norms.len().div_ceil(pool);
    let mut cells: Vec<Vec<f64>> = (0..side).map(|t| vec![0.0; t + 1]).collect();
    for (t, row) in norms.iter().enumerate() {
        for (s, &norm) in row.iter().take(t + 1).enumerate() {
            let cell = &mut cells[t / pool][s / pool];
            // Not f64::max: a norm that is not finite leaves the cell as it is.
            if norm.is_finite() && norm > *cell {
                *cell = norm;
            }
        }
    }
    cells
}

/// Where the edge before cell `index` lies along the map's side, in drawing units.
fn edge(index: usize, cells: usize) -> i32 {
    (f64::from(MAP.2 * SCALE) * index as f64 / cells as f64).round() as i32
}

fn shade(norm: f64, (low, high): (f64, f64)) -> Option<i32> {
    let part = (Scale::Log.place(norm)? - low) / (high - low);
    Some((part.clamp(0.0, 1.0) * f64::from(SHADES - 1)).round() as i32)
}

fn draw_row(root: &Canvas<'_>, t: usize, row: &[f64], cells: usize, scale: (f64, f64)) -> Drawn {
    let (left, top) = (MAP.0 * SCALE, MAP.1 * SCALE);
    let mut s = 0;
    while s < row.len() {
        let this = shade(row[s], scale);
        let run = row[s..].iter().take_while(|&&norm| shade(norm, scale) == this).count();
        let corners = [
            (left + edge(s, cells), top + edge(t, cells)),
            (left + edge(s + run, cells), top + edge(t + 1, cells)),
        ];
        // A norm of exactly 0 has no logarithm: its cell is grey, so that it is not taken for one outside the triangle.
        let colour = this.map_or(Paint::Grid.rgb(), of_shade);
        root.draw(&Rectangle::new(corners, colour.filled()))?;
        s += run;
    }
    Ok(())
}

/// The triangle's stairs, so that the palest cells end visibly on a white page.
fn outline(root: &Canvas<'_>, cells: usize) -> Drawn {
    let (left, top) = (MAP.0 * SCALE, MAP.1 * SCALE);
    let mut stairs = vec![(left, top)];
    for step in 0..cells {
        stairs.push((left + edge(step + 1, cells), top + edge(step, cells)));
        stairs.push((left + edge(step + 1, cells), top + edge(step + 1, cells)));
    }
    stairs.push((left, top + edge(cells, cells)));
    stairs.push((left, top));
    root.draw(&PathElement::new(stairs, Paint::Axis.rgb().stroke_width(SCALE as u32 / 2)))
}

fn axes(root: &Canvas<'_>, steps: usize, pool: usize, cells: usize) -> Drawn {
    let (left, top) = (MAP.0 * SCALE, MAP.1 * SCALE);
    let font = text(13.0, Paint::Label);
    let mut ticks: Vec<usize> = Scale::Linear
        .ticks((1.0, steps as f64), 6)
        .into_iter()
        .map(|(at, _)| at)
        .filter(|at| at.fract() == 0.0)
        .map(|at| at as usize)
        .collect();
    // Room is left between the first step's label and its neighbour.
    ticks.retain(|&step| step > steps / 10);
    ticks.insert(0, 1);
    let side = anchored(font.clone(), HPos::Right, VPos::Center);
    for step in ticks {
        let cell = (step - 1) / pool;
        let middle = (edge(cell, cells) + edge(cell + 1, cells)) / 2;
        root.draw(&Text::new(step.to_string(), (left - 7 * SCALE, top + middle), side.clone()))?;
        root.draw(&PathElement::new(
            [(left - 4 * SCALE, top + middle), (left, top + middle)],
            Paint::Axis.rgb().stroke_width(SCALE as u32),
        ))?;
    }
    let end = top + MAP.2 * SCALE;
    root.draw(&Text::new(
        "t",
        (left - 40 * SCALE, top + MAP.2 * SCALE / 2),
        anchored(text(15.0, Paint::Ink), HPos::Center, VPos::Center),
    ))?;
    let below = end + (GAP + BAR + 6) * SCALE;
    root.draw(&Text::new(
        "s",
        (left + MAP.2 * SCALE / 2, below),
        anchored(text(15.0, Paint::Ink), HPos::Center, VPos::Top),
    ))?;
    root.draw(&Text::new("1", (left, below), font.clone()))?;
    root.draw(&Text::new(
        steps.to_string(),
        (left + MAP.2 * SCALE, below),
        anchored(font, HPos::Right, VPos::Top),
    ))
}

/// The key stands in the empty half of the map, with the reason why that is empty.
fn colour_bar(root: &Canvas<'_>, (low, high): (f64, f64)) -> Drawn {
    let (left, top, width) = ((MAP.0 + MAP.2 - 206) * SCALE, (MAP.1 + 38) * SCALE, 200 * SCALE);
    let font = text(13.0, Paint::Label);
    let title = anchored(text(13.0, Paint::Ink), HPos::Right, VPos::Bottom);
    root.draw(&Text::new("norm of ∂Lₜ/∂θₛ", (left + width, top - 6 * SCALE), title.clone()))?;
    for shade in 0..SHADES {
        let x = |shade: i32| left + width * shade / SHADES;
        let corners = [(x(shade), top), (x(shade + 1), top + 12 * SCALE)];
        root.draw(&Rectangle::new(corners, of_shade(shade).filled()))?;
    }
    let under = anchored(font.clone(), HPos::Center, VPos::Top);
    for (place, label) in Scale::Log.ticks((low, high), 3) {
        let x = left + (f64::from(width) * (place - low) / (high - low)) as i32;
        let style = Paint::Axis.rgb().stroke_width(SCALE as u32);
        root.draw(&PathElement::new([(x, top + 12 * SCALE), (x, top + 16 * SCALE)], style))?;
        root.draw(&Text::new(label, (x, top + 19 * SCALE), under.clone()))?;
    }
    let note = anchored(font, HPos::Right, VPos::Top);
    root.draw(&Text::new("s > t: zero", (left + width, top + 56 * SCALE), note))
}

/// Bars of the columns' sums below the map, and of the rows' sums beside it, each side in units of its own longest.
fn bars(root: &Canvas<'_>, triangle: &Triangle, steps: usize, pool: usize, cells: usize) -> Drawn {
    let (left, top) = (MAP.0 * SCALE, MAP.1 * SCALE);
    let end = (MAP.2 + GAP) * SCALE;
    let axis = Paint::Axis.rgb().stroke_width(SCALE as u32);
    // The bars' own axes: they hang down from the one and stand out from the other.
    if !triangle.column_sums.is_empty() {
        let line = [(left, top + end), (left + MAP.2 * SCALE, top + end)];
        root.draw(&PathElement::new(line, axis))?;
    }
    if !triangle.row_sums.is_empty() {
        let line = [(left + end, top), (left + end, top + MAP.2 * SCALE)];
        root.draw(&PathElement::new(line, axis))?;
    }
    for (sums, paint, along) in
        [(&triangle.column_sums, Paint::Method(0), true), (&triangle.row_sums, Paint::Method(1), false)]
    {
        let sums: Vec<f64> = sums.iter().take(steps).copied().collect();
        let largest = sums.iter().copied().filter(|sum| sum.is_finite()).fold(0.0, f64::max);
        if largest <= 0.0 {
            continue;
        }
        for (cell, sums) in sums.chunks(pool).enumerate() {
            let sum = sums.iter().copied().filter(|sum| sum.is_finite()).fold(0.0, f64::max);
            let length = (f64::from(BAR * SCALE) * (sum / largest)).round() as i32;
            // A fifth of a cell is left between bars.
            let (from, to) = (edge(cell, cells), edge(cell + 1, cells));
            let between = (to - from) / 10;
            let (from, to) = (from + between, (to - between).max(from + between + 1));
            let corners = if along {
                [(left + from, top + end), (left + to, top + end + length)]
            } else {
                [(left + end, top + from), (left + end + length, top + to)]
            };
            root.draw(&Rectangle::new(corners, paint.rgb().filled()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn triangle(steps: usize) -> Triangle {
        Triangle {
            norms: (0..steps).map(|t| (0..=t).map(|s| 0.9_f64.powi((t - s) as i32)).collect()).collect(),
            column_sums: vec![1.0; steps],
            row_sums: vec![1.0; steps],
            difference: 0.0,
        }
    }

    #[test]
    fn cells_past_the_diagonal_are_never_drawn() {
        let mut square = triangle(3);
        let whole = draw(&square).unwrap();
        for row in &mut square.norms {
            row.resize(3, 1e9);
        }
        assert_eq!(draw(&square).unwrap(), whole);
    }

    #[test]
    fn a_large_triangle_is_pooled_by_its_largest_norms() {
        let cells = pooled(&triangle(5).norms, 2);
        assert_eq!(cells.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(cells[2], [0.9_f64.powi(3), 0.9, 1.0]);
        let large = draw(&triangle(1000)).unwrap().unwrap().inline();
        assert!(large.len() < 1_000_000, "{}", large.len());
    }

    #[test]
    fn what_is_not_finite_or_zero_is_no_error() {
        let mut odd = triangle(4);
        odd.norms[2] = vec![f64::NAN, f64::INFINITY, 0.0];
        odd.row_sums[1] = f64::NAN;
        assert!(draw(&odd).unwrap().is_some());
        assert_eq!(draw(&Triangle::default()).unwrap(), None);
        assert_eq!(draw(&Triangle { norms: vec![vec![0.0]], ..Triangle::default() }).unwrap(), None);
        assert!(draw(&triangle(1)).unwrap().is_some());
    }
}
