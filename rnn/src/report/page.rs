//! The page: its parts in order, each with what one should see in it.

use std::fmt::Write as _;

use super::chart::LineChart;
use super::drawing::SCALE;
use super::html::escape;
use super::palette::{self, Paint};
use super::{Forecast, LearningCurve, Report, ReportError, figures, heat, table};

const STYLE: &str = include_str!("page.css");

pub(super) fn html(report: &Report) -> Result<String, ReportError> {
    let title = escape(&report.title);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{}{STYLE}</style>\n</head>\n<body>\n<main>\n<header>\n<h1>{title}</h1>\n",
        palette::css(),
    );
    for paragraph in &report.introduction {
        let _ = writeln!(page, "<p>{}</p>", escape(paragraph));
    }
    if !report.settings.is_empty() {
        page.push_str("<ul class=\"settings\">");
        for (name, value) in &report.settings {
            let _ = write!(page, "<li><span>{}</span> <b>{}</b></li>", escape(name), escape(value));
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</header>\n");
    page.push_str(&forecast(&report.forecast)?);
    page.push_str(&learning(&report.learning, &report.forecast)?);
    page.push_str(&triangle(report)?);
    page.push_str(&norms(report)?);
    page.push_str(&modes(report));
    page.push_str("</main>\n</body>\n</html>\n");
    Ok(page)
}

fn section(title: &str, body: &str) -> String {
    format!("<section>\n<h2>{}</h2>\n{body}</section>\n", escape(title))
}

fn figure(drawings: &str, caption: &str) -> String {
    format!("<figure>\n{drawings}<figcaption>{caption}</figcaption>\n</figure>\n")
}

/// A chart twice: text that is to be read on a narrow screen cannot be shrunk with the drawing.
fn both(chart: &LineChart<'_>, wide: i32, height: i32) -> Result<String, ReportError> {
    let (Some(large), Some(small)) = (chart.draw((wide, height))?, chart.draw((370, height.min(260)))?)
    else {
        return Ok(String::new());
    };
    let (large, small) = (large.inline(), small.inline());
    Ok(format!("<div class=\"wide\">{large}</div><div class=\"narrow\">{small}</div>"))
}

/// What the lines' colours mean.
fn keys(keys: &[(Paint, &str)]) -> String {
    let mut list = String::from("<ul class=\"keys\">");
    for (paint, name) in keys {
        let (hex, width) = (paint.hex(), 2 * SCALE);
        let _ = write!(
            list,
            "<li><svg viewBox=\"0 0 120 32\" aria-hidden=\"true\"><line x1=\"2\" y1=\"16\" x2=\"118\" y2=\"16\" stroke=\"{hex}\" \
             stroke-width=\"{width}\"/></svg>{}</li>",
            escape(name)
        );
    }
    list.push_str("</ul>\n");
    list
}

fn forecast(forecast: &Forecast) -> Result<String, ReportError> {
    let overview = both(&figures::overview(forecast), 952, 200)?;
    if overview.is_empty() {
        return Ok(String::new());
    }
    let caption = "The whole series. The shaded part is held back from training.";
    let mut body = figure(&overview, caption);
    if !forecast.predictions.is_empty() {
        let names = figures::forecast_key(forecast);
        let caption = "One step ahead: each prediction is made from the true values before it.";
        body.push_str(&figure(&(keys(&names) + &both(&figures::held_back(forecast), 952, 380)?), caption));
        body.push_str(&table::errors(&forecast.predictions));
    }
    Ok(section("The held-back part, one step ahead", &body))
}

fn learning(curves: &[LearningCurve], forecast: &Forecast) -> Result<String, ReportError> {
    let [train, held_back] = figures::learning(curves, forecast);
    let (train, held_back) = (both(&train, 462, 280)?, both(&held_back, 462, 280)?);
    if train.is_empty() && held_back.is_empty() {
        return Ok(String::new());
    }
    let mut body = keys(&figures::learning_key(curves, forecast));
    body.push_str("<div class=\"pair\">\n");
    for (drawings, caption) in
        [(train, "Error on the training part."), (held_back, "Error on the held-back part.")]
    {
        if !drawings.is_empty() {
            body.push_str(&figure(&drawings, caption));
        }
    }
    body.push_str("</div>\n");
    Ok(section("Learning", &body))
}

fn triangle(report: &Report) -> Result<String, ReportError> {
    let triangle = &report.triangle;
    let Some(map) = heat::draw(triangle)? else { return Ok(String::new()) };
    let (steps, all) = (triangle.norms.len(), report.delta_norms.len().max(report.sensitivity_norms.len()));
    let mut text = String::new();
    if steps < all {
        let _ = writeln!(
            text,
            "<p>These are the first {steps} of the {all} training steps, and their losses: in this section L is the sum of those \
             alone, and the gradient is that of this sum.</p>"
        );
    }
    text.push_str(
        "<p>Each cell is the norm of ∂L<sub>t</sub>/∂θ<sub>s</sub>: what the parameters used at step s did to the loss at \
         step t. Parameters cannot change a loss that came before them, so the cells with s &gt; t are empty. The gradient is the \
         sum of all cells, and there are two orders to add them up in.</p>\n\
         <p><span class=\"swatch columns\"></span><b>Columns = BPTT.</b> Down a column, over all t ≥ s: ∂L/∂θ<sub>s</sub>, \
         future-facing. The bars below the map are the norms of these sums.</p>\n\
         <p><span class=\"swatch rows\"></span><b>Rows = RTRL.</b> Along a row, over all s ≤ t: ∂L<sub>t</sub>/∂θ, \
         past-facing. The bars beside the map are the norms of these sums.</p>\n",
    );
    let _ = writeln!(
        text,
        "<p>Both add up to ∂L/∂θ; their largest difference here is {} of the largest entry.</p>",
        escape(&table::scientific(triangle.difference))
    );
    let mut caption = String::from(
        "The colours are logarithmic; the bars on either side are drawn to the longest of them.",
    );
    if let Some((columns, rows)) = largest(&triangle.column_sums).zip(largest(&triangle.row_sums)) {
        let (columns, rows) = (escape(&table::number(columns)), escape(&table::number(rows)));
        let _ = write!(caption, " That is {columns} below the map and {rows} beside it.");
    }
    let pool = heat::pool(triangle.norms.len());
    if pool > 1 {
        let _ = write!(caption, " A cell stands for {pool} by {pool} and shows their largest norm.");
    }
    let body = format!(
        "<div class=\"triangle\">\n{}<div>\n{text}</div>\n</div>\n",
        figure(&format!("<div class=\"map\">{}</div>", map.inline()), &caption)
    );
    Ok(section("One triangle, summed two ways (Eq. 1.6 and 1.7)", &body))
}

fn largest(sums: &[f64]) -> Option<f64> {
    sums.iter().copied().filter(|sum| sum.is_finite()).max_by(f64::total_cmp)
}

fn norms(report: &Report) -> Result<String, ReportError> {
    let [delta, sensitivity] = figures::norms(report);
    let (delta, sensitivity) = (both(&delta, 462, 260)?, both(&sensitivity, 462, 260)?);
    let mut body = String::new();
    if !delta.is_empty() {
        body.push_str(&figure(
            &delta,
            "The credit vector δ<sub>t</sub> = ∂L/∂h<sub>t</sub> (Eq. 1.12), computed from the \
             last step back: an adjoint of reverse mode.",
        ));
    }
    if !sensitivity.is_empty() {
        body.push_str(&figure(
            &sensitivity,
            "The sensitivity matrix P<sub>t</sub> = ∂h<sub>t</sub>/∂θ (Eq. 1.17), computed from \
             the first step on: a tangent of forward mode.",
        ));
    }
    if body.is_empty() {
        return Ok(body);
    }
    Ok(section("What the two modes carry through time", &format!("<div class=\"pair\">\n{body}</div>\n")))
}

fn modes(report: &Report) -> String {
    let mut body = String::new();
    if !report.agreement.is_empty() {
        body.push_str(&table::agreement(&report.agreement));
    }
    if !report.cost.is_empty() {
        body.push_str(&table::cost(&report.cost));
    }
    if body.is_empty() {
        return body;
    }
    let names = "<p>window:K is BPTT inside of windows of K steps, and RTRL from one to the next. An ulp is the distance between \
        neighbouring numbers of 64 bits where the entry is, so it is small for a small entry.</p>\n";
    section("The exact modes side by side", &format!("{names}<div class=\"pair\">\n{body}</div>\n"))
}
