//! Line charts.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, ValueFormatter};
use plotters::prelude::*;

use super::ReportError;
use super::drawing::{Drawing, Drawn, SCALE, Size, text};
use super::palette::Paint;
use super::ticks::{Scale, padded, range};

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;

/// Neighbouring points, each of which has a place.
type Run = Vec<(f64, f64)>;

/// One line of a chart.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) paint: Paint,
    pub(crate) points: Vec<(f64, f64)>,
    /// Its width in quarters of a pixel.
    pub(crate) width: u32,
    /// Whether each point has a dot.
    pub(crate) dots: bool,
}

/// Lines over one axis.
#[derive(Debug, Clone)]
pub(crate) struct LineChart<'a> {
    /// What the chart is of, for those who cannot see it.
    pub(crate) of: &'a str,
    pub(crate) x_label: &'a str,
    pub(crate) y_label: &'a str,
    pub(crate) y_scale: Scale,
    pub(crate) lines: Vec<Line>,
    /// From here on the ground is shaded.
    pub(crate) shade_from: Option<f64>,
}

/// A chart for a page that shows its lines a few at a time: axes that fit all of them, and where their points lie.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Frame {
    svg: String,
    /// For each line the places of its points in the drawing's units; `None` for a point that has none.
    lines: Vec<Vec<Option<(i32, i32)>>>,
}

impl LineChart<'_> {
    /// The chart at one size; `None` if no point can be shown.
    pub(super) fn draw(&self, size: Size) -> Result<Option<Drawing>, ReportError> {
        let lines: Vec<(&Line, Vec<Run>)> = self.lines.iter().map(|line| (line, self.runs(line))).collect();
        self.plot(size, |chart| {
            for (line, runs) in &lines {
                let style = line.paint.rgb().stroke_width(line.width);
                for run in runs {
                    chart.draw_series([PathElement::new(run.clone(), style)])?;
                    // A point with no neighbour would be a line without length.
                    if line.dots || run.len() == 1 {
                        let dot = |point: &(f64, f64)| Circle::new(*point, 9, line.paint.rgb().filled());
                        chart.draw_series(run.iter().map(dot))?;
                    }
                }
            }
            Ok(())
        })
    }

    /// The chart without its lines, and their places in it; `None` if no point can be shown.
    pub(crate) fn frame(&self, size: Size) -> Result<Option<Frame>, ReportError> {
        let mut lines = Vec::new();
        let drawing = self.plot(size, |chart| {
            let place = |&point| Some(chart.backend_coord(&self.place(point)?));
            lines = self.lines.iter().map(|line| line.points.iter().map(place).collect()).collect();
            Ok(())
        })?;
        Ok(drawing.map(|drawing| Frame { svg: drawing.inline(), lines }))
    }

    /// Axes that fit every line, and on them whatever `draw` draws.
    fn plot(
        &self,
        size: Size,
        draw: impl FnOnce(&mut Chart<'_, '_>) -> Drawn,
    ) -> Result<Option<Drawing>, ReportError> {
        let places =
            || self.lines.iter().flat_map(|line| &line.points).filter_map(|&point| self.place(point));
        let (Some(x), Some(y)) = (range(places().map(|point| point.0)), range(places().map(|point| point.1)))
        else {
            return Ok(None);
        };
        let y = padded(y, 0.06);
        let x_axis = Axis { range: x, ticks: Scale::Linear.ticks(x, size.0 as usize / 75) };
        let y_axis = Axis { range: y, ticks: self.y_scale.ticks(y, size.1 as usize / 45) };
        Drawing::new(self.of, size, |root| {
            let font = text(12.5, Paint::Label);
            root.draw(&Text::new(self.y_label.to_owned(), (2 * SCALE, 2 * SCALE), font.clone()))?;
            let mut chart = ChartBuilder::on(root)
                .margin_top(28 * SCALE)
                .margin_right(14 * SCALE)
                .margin_bottom(4 * SCALE)
                .y_label_area_size(48 * SCALE)
                .x_label_area_size(40 * SCALE)
                .build_cartesian_2d(x_axis, y_axis)?;
            if let Some(from) = self.shade_from.filter(|from| *from < x.1) {
                let ground = [(from.max(x.0), y.1), (x.1, y.0)];
                chart.draw_series([Rectangle::new(ground, Paint::Shade.rgb().filled())])?;
            }
            chart
                .configure_mesh()
                .light_line_style(TRANSPARENT)
                .bold_line_style(Paint::Grid.rgb().stroke_width(SCALE as u32))
                .axis_style(Paint::Axis.rgb().stroke_width(SCALE as u32))
                .label_style(font.clone())
                .axis_desc_style(font)
                .set_all_tick_mark_size(4 * SCALE)
                .x_desc(self.x_label)
                .draw()?;
            draw(&mut chart)
        })
        .map(Some)
    }

    /// Where a point lies on the axes, if it lies anywhere.
    fn place(&self, (x, y): (f64, f64)) -> Option<(f64, f64)> {
        Some((Scale::Linear.place(x)?, self.y_scale.place(y)?))
    }

    /// A line's places, broken where a point has none.
    fn runs(&self, line: &Line) -> Vec<Run> {
        let mut runs = vec![Vec::new()];
        for &point in &line.points {
            match self.place(point) {
                Some(place) => runs.last_mut().expect("never empty").push(place),
                None => runs.push(Vec::new()),
            }
        }
        runs.retain(|run| !run.is_empty());
        runs
    }
}

/// An axis whose ticks are chosen here.
struct Axis {
    range: (f64, f64),
    ticks: Vec<(f64, String)>,
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let part = (value - self.range.0) / (self.range.1 - self.range.0);
        from + (part * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // The light points lie between the ticks: there are none.
        if hint.weight().allow_light_points() {
            return Vec::new();
        }
        self.ticks.iter().map(|tick| tick.0).collect()
    }

    fn range(&self) -> Range<f64> {
        self.range.0..self.range.1
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        self.ticks.iter().find(|tick| tick.0 == *value).map_or(String::new(), |tick| tick.1.clone())
    }
}
