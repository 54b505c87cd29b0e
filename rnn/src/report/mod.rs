//! The main job's result as one self-contained HTML file: charts, tables and how to read them.
//!
//! A [`Report`] is plain numbers; nothing here computes a gradient or knows how one is taken. The page needs no network
//! and no script, and follows the reader's light or dark scheme.

mod chart;
mod drawing;
mod figures;
mod heat;
mod html;
mod key;
mod page;
mod palette;
mod table;
mod terminal;
mod ticks;
mod write;

pub use figures::Figure;
pub use terminal::triangle as terminal_triangle;
pub use write::replaceable;

pub(crate) use chart::{Frame, Line, LineChart};
pub(crate) use heat::{Shades, shades};
pub(crate) use palette::{Paint, css, heat_css};
pub(crate) use ticks::Scale;

use crate::finite::{NotFinite, all_finite};
use std::fmt;
use std::path::Path;

/// Why a report could not be made, in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReportError {
    /// The file cannot be written.
    Write {
        /// The path.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// A chart could not be drawn.
    Draw {
        /// What the chart is of.
        chart: String,
        /// What the drawing library says.
        reason: String,
    },
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write { path, reason } => write!(f, "{path}: cannot write the report: {reason}"),
            Self::Draw { chart, reason } => write!(f, "cannot draw the chart of {chart}: {reason}"),
        }
    }
}

impl std::error::Error for ReportError {}

/// Everything that the page shows. A part whose lists are empty is left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// The page's title.
    pub title: String,
    /// A few paragraphs under it, as plain text.
    pub introduction: Vec<String>,
    /// What it takes to make the same numbers again, as name and value: seed, sizes, learning rates.
    pub settings: Vec<(String, String)>,
    /// The series and what each method predicted of it.
    pub forecast: Forecast,
    /// How the error fell, for each network. A curve has the colour of the prediction of the same name.
    pub learning: Vec<LearningCurve>,
    /// The triangle of Eq. 1.6: of all steps, or of fewer at their beginning, which the page then says.
    pub triangle: Triangle,
    /// The norm of delta_t, for t = 1 to T.
    pub delta_norms: Vec<f64>,
    /// The norm of P_t, for t = 1 to T.
    pub sensitivity_norms: Vec<f64>,
    /// How far the modes' gradients are apart.
    pub agreement: Vec<Agreement>,
    /// What each mode costs.
    pub cost: Vec<Cost>,
}

/// A series, its cut in time, and the predictions beyond the cut.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Forecast {
    /// What time is counted in, as the axis calls it.
    pub time_label: String,
    /// What the values are, as the axis calls them.
    pub value_label: String,
    /// The times of the whole series.
    pub times: Vec<f64>,
    /// The values of the whole series.
    pub values: Vec<f64>,
    /// The index of the first value held back.
    pub train_len: usize,
    /// One for each method.
    pub predictions: Vec<Prediction>,
}

/// What one method predicted of the values held back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prediction {
    /// The method's name.
    pub method: String,
    /// The prediction of each held-back value, from the first.
    pub values: Vec<f64>,
    /// The root of its mean squared error on them.
    pub rmse: f64,
}

/// The error of a network as it learns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LearningCurve {
    /// The method's name.
    pub method: String,
    /// How far learning had come at each point, in passes over the training part.
    pub passes: Vec<f64>,
    /// The root mean squared error on the training part at each point.
    pub train: Vec<f64>,
    /// The same on the held-back part; may be empty.
    pub held_back: Vec<f64>,
}

/// Norms over the triangle of Eq. 1.6 and over its sums, Eq. 1.7.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Triangle {
    /// `norms[t][s]` for s <= t: the norm of dL_t/dtheta_s. Entries past s = t are not looked at.
    pub norms: Vec<Vec<f64>>,
    /// For each s the norm of the column's sum, dL/dtheta_s: future-facing.
    pub column_sums: Vec<f64>,
    /// For each t the norm of the row's sum, dL_t/dtheta: past-facing.
    pub row_sums: Vec<f64>,
    /// The largest difference between the gradient that the columns add up to and the one that the rows do, relative to
    /// the gradient's largest entry.
    pub difference: f64,
}

/// How far two gradients of one loss are apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Agreement {
    /// What is compared, as `BPTT and RTRL`.
    pub modes: String,
    /// The largest difference of an entry in units in the last place of that entry, which may be a small one.
    pub ulp: u64,
    /// The largest difference of an entry, relative to the gradient's largest entry.
    pub relative: f64,
}

/// What one gradient costs by one mode.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cost {
    /// The mode's name.
    pub mode: String,
    /// The time of one gradient, in seconds.
    pub seconds: f64,
    /// The most memory in use at one time, in bytes.
    pub peak_bytes: u64,
}

impl Report {
    /// The page as HTML.
    ///
    /// # Errors
    /// [`ReportError::Draw`] if the drawing library fails; numbers that are not finite are left out of charts and are no error.
    pub fn to_html(&self) -> Result<String, ReportError> {
        page::html(self)
    }

    /// That every norm of the triangle, of delta_t and of P_t is finite; drawings leave out what is not.
    ///
    /// # Errors
    /// [`NotFinite`], naming the first that is a NaN or an infinity.
    pub fn check_finite(&self) -> Result<(), NotFinite> {
        all_finite(&[
            ("|dL_t/dtheta_s|", &self.triangle.norms),
            ("|dL_t/dtheta|", &self.triangle.row_sums),
            ("|dL/dtheta_s|", &self.triangle.column_sums),
            ("difference", &self.triangle.difference),
            ("|delta_t|", &self.delta_norms),
            ("|P_t|", &self.sensitivity_norms),
        ])
    }

    /// The page's charts, each as a drawing of its own.
    ///
    /// # Errors
    /// As [`Report::to_html`].
    pub fn figures(&self) -> Result<Vec<Figure>, ReportError> {
        figures::of(self)
    }

    /// Writes the page's charts as SVG files into a folder, which is made if it is not there.
    ///
    /// # Errors
    /// As [`Report::write`].
    pub fn write_figures(&self, folder: impl AsRef<Path>) -> Result<(), ReportError> {
        let folder = folder.as_ref();
        let failed = |path: &Path, error: std::io::Error| ReportError::Write {
            path: path.display().to_string(),
            reason: error.to_string(),
        };
        std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
        for Figure { name, svg } in self.figures()? {
            let path = folder.join(name).with_extension("svg");
            write::atomically(&path, svg.as_bytes()).map_err(|error| failed(&path, error))?;
        }
        Ok(())
    }

    /// Writes the page, all or nothing: to a new file in the same folder, which then takes the place of `path`.
    ///
    /// # Errors
    /// [`ReportError::Write`], naming the path, if it cannot be written; what stood there before then still does.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), ReportError> {
        write_page(path.as_ref(), &self.to_html()?)
    }
}

/// Writes a page as [`Report::write`] does.
pub(crate) fn write_page(path: &Path, html: &str) -> Result<(), ReportError> {
    write::atomically(path, html.as_bytes())
        .map_err(|error| ReportError::Write { path: path.display().to_string(), reason: error.to_string() })
}

#[cfg(test)]
mod tests;
