//! The charts of the scenes: frames by the report's drawing code, at two widths, into which the page puts the lines.

use crate::report::{Frame, Line, LineChart, Paint, ReportError, Scale};
use serde::Serialize;

/// A chart at the two widths that the page has.
#[derive(Debug, Serialize)]
pub(super) struct Chart {
    wide: Option<Frame>,
    narrow: Option<Frame>,
}

/// How a chart's axes are labelled and divided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axes<'a> {
    pub(super) of: &'a str,
    pub(super) x: &'a str,
    pub(super) y: &'a str,
    pub(super) scale: Scale,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// Draws the frame that fits all `lines`.
pub(super) fn frame(axes: Axes<'_>, lines: Vec<Vec<(f64, f64)>>) -> Result<Chart, ReportError> {
    // The page gives the lines their colours.
    let line = |points| Line { paint: Paint::Ink, points, width: 0, dots: false };
    let chart = LineChart {
        of: axes.of,
        x_label: axes.x,
        y_label: axes.y,
        y_scale: axes.scale,
        lines: lines.into_iter().map(line).collect(),
        shade_from: None,
    };
    Ok(Chart { wide: chart.frame((axes.width, axes.height))?, narrow: chart.frame((340, 230))? })
}

/// The points of values at 1, 2, .., those outside `from..=to` having no place.
pub(super) fn over_time(values: &[f64], (from, to): (f64, f64)) -> Vec<(f64, f64)> {
    let shown = |value: f64| if (from..=to).contains(&value) { value } else { f64::NAN };
    values.iter().enumerate().map(|(t, &value)| ((t + 1) as f64, shown(value))).collect()
}
