//! The charts of a report: for its page, and each as a drawing of its own.

use super::chart::{Line, LineChart};
use super::drawing::Drawing;
use super::palette::Paint;
use super::ticks::Scale;
use super::{Forecast, LearningCurve, Report, ReportError, heat, key};

/// A chart as a file of its own, for papers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The file's name without its ending.
    pub name: &'static str,
    /// The drawing: an SVG file in the light scheme's colours.
    pub svg: String,
}

/// Every chart that has something to show.
pub(super) fn of(report: &Report) -> Result<Vec<Figure>, ReportError> {
    let forecast = &report.forecast;
    let [train, learning] = learning(&report.learning, forecast);
    let [delta, sensitivity] = norms(report);
    let methods = learning_key(&report.learning, forecast);
    let charts = [
        ("series", overview(forecast), (952, 200), vec![]),
        ("forecast", held_back(forecast), (952, 380), forecast_key(forecast)),
        ("learning-train", train, (462, 280), methods.clone()),
        ("learning-held-back", learning, (462, 280), methods),
        ("delta", delta, (462, 260), vec![]),
        ("sensitivity", sensitivity, (462, 260), vec![]),
    ];
    let mut figures = Vec::new();
    for (name, chart, size, key) in charts {
        if let Some(drawing) = chart.draw(size)? {
            figures.push(figure(name, &drawing, &key)?);
        }
    }
    if let Some(map) = heat::draw(&report.triangle)? {
        figures.push(figure("triangle", &map, &heat::KEY)?);
    }
    Ok(figures)
}

fn figure(name: &'static str, drawing: &Drawing, entries: &[(Paint, &str)]) -> Result<Figure, ReportError> {
    Ok(Figure { name, svg: drawing.standalone(&key::draw(entries, drawing.size.0)?) })
}

/// What the colours of [`held_back`] mean.
pub(super) fn forecast_key(forecast: &Forecast) -> Vec<(Paint, &str)> {
    let methods = forecast.predictions.iter().enumerate();
    let methods = methods.map(|(index, prediction)| (Paint::Method(index), prediction.method.as_str()));
    [(Paint::Ink, "observed")].into_iter().chain(methods).collect()
}

/// What the colours of [`learning`] mean.
pub(super) fn learning_key<'a>(curves: &'a [LearningCurve], forecast: &Forecast) -> Vec<(Paint, &'a str)> {
    let of =
        |(index, curve): (usize, &'a LearningCurve)| (paint(index, curve, forecast), curve.method.as_str());
    curves.iter().enumerate().map(of).collect()
}

/// The whole series, the held-back part shaded.
pub(super) fn overview(forecast: &Forecast) -> LineChart<'_> {
    LineChart {
        of: "the whole series, the held-back part shaded",
        x_label: &forecast.time_label,
        y_label: &forecast.value_label,
        y_scale: Scale::Linear,
        lines: vec![observed(forecast, 0, false)],
        shade_from: forecast.times.get(forecast.train_len).copied(),
    }
}

/// The held-back part and each method's predictions of it.
pub(super) fn held_back(forecast: &Forecast) -> LineChart<'_> {
    let times = &forecast.times[forecast.train_len.min(forecast.times.len())..];
    let prediction = |(index, values): (usize, &[f64])| Line {
        paint: Paint::Method(index),
        points: times.iter().copied().zip(values.iter().copied()).collect(),
        width: 8,
        dots: false,
    };
    let predicted: Vec<Line> = forecast
        .predictions
        .iter()
        .map(|prediction| &prediction.values[..])
        .enumerate()
        .map(prediction)
        .collect();
    LineChart {
        of: "the held-back part and each method's predictions of it",
        // The first methods are the ones the page is about: they are drawn over the others, and the observed values over all.
        lines: predicted.into_iter().rev().chain([observed(forecast, forecast.train_len, true)]).collect(),
        shade_from: None,
        ..overview(forecast)
    }
}

fn observed(forecast: &Forecast, from: usize, dots: bool) -> Line {
    let points = forecast.times.iter().copied().zip(forecast.values.iter().copied()).skip(from).collect();
    Line { paint: Paint::Ink, points, width: 6, dots }
}

/// The error on the training part, and on the held-back part, as learning goes on.
pub(super) fn learning<'a>(curves: &'a [LearningCurve], forecast: &Forecast) -> [LineChart<'a>; 2] {
    let chart = |of: &'static str, values: fn(&LearningCurve) -> &[f64]| LineChart {
        of,
        x_label: "passes over the training part",
        y_label: "RMSE",
        y_scale: Scale::Log,
        lines: curves
            .iter()
            .enumerate()
            .map(|(index, curve)| Line {
                paint: paint(index, curve, forecast),
                points: curve.passes.iter().copied().zip(values(curve).iter().copied()).collect(),
                width: 8,
                dots: false,
            })
            .collect(),
        shade_from: None,
    };
    [
        chart("the error on the training part as learning goes on", |curve| &curve.train),
        chart("the error on the held-back part as learning goes on", |curve| &curve.held_back),
    ]
}

/// The colour of the prediction of the same name; curves without one go on counting.
fn paint(index: usize, curve: &LearningCurve, forecast: &Forecast) -> Paint {
    let known = forecast.predictions.iter().position(|prediction| prediction.method == curve.method);
    Paint::Method(known.unwrap_or(forecast.predictions.len() + index))
}

/// The norms of delta_t and of P_t over time.
pub(super) fn norms(report: &Report) -> [LineChart<'_>; 2] {
    let chart = |of, y_label, index, norms: &[f64]| LineChart {
        of,
        x_label: "t",
        y_label,
        y_scale: Scale::Log,
        lines: vec![Line {
            paint: Paint::Method(index),
            points: norms.iter().enumerate().map(|(t, &norm)| ((t + 1) as f64, norm)).collect(),
            width: 8,
            dots: false,
        }],
        shade_from: None,
    };
    [
        chart("the norm of delta_t over t", "|δₜ|", 0, &report.delta_norms),
        chart("the norm of P_t over t", "|Pₜ|", 1, &report.sensitivity_norms),
    ]
}
