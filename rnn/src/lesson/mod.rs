//! The lesson: one self-contained page in which the duality of BPTT and RTRL can be seen and stepped through.
//!
//! Every number of the page is computed here, by the engine, and written into the page as JSON; the page looks numbers up and
//! computes no derivative. Each scene is a file of this folder, and a file of the same name in `page/js`.

mod chart;
mod cost;
mod horizon;
mod network;
mod online;
mod page;
mod source;
mod triangle;

use crate::case::{Case, CaseFile, TooLarge};
use crate::finite::NotFinite;
use crate::model::{Parameters, Recurrent};
use crate::report::ReportError;
use serde::Serialize;
use std::fmt;
use std::path::Path;
use std::sync::LazyLock;

/// The case that the lesson is about if no other is given: two units that are to repeat their input two steps later.
const CASE: &str = include_str!("../../data/lesson.json");

/// As many numbers of the triangle as a page holds and a reader can look at.
const MOST_CELLS: usize = 30_000;

/// The data of every scene.
#[derive(Debug, Serialize)]
pub struct Lesson {
    case: Head,
    network: network::Network,
    triangle: triangle::Triangle,
    #[serde(flatten)]
    fixed: &'static Fixed,
}

/// The scenes that no case changes.
#[derive(Debug, Serialize)]
struct Fixed {
    cost: cost::Cost,
    horizon: horizon::Horizon,
    online: online::Online,
}

/// Computed once: they take longer than all the others.
static FIXED: LazyLock<Result<Fixed, ReportError>> = LazyLock::new(|| {
    Ok(Fixed { cost: cost::cost()?, horizon: horizon::horizon()?, online: online::online()? })
});

/// What the page says about the case.
#[derive(Debug, Serialize)]
struct Head {
    n: usize,
    d: usize,
    m: usize,
    #[serde(rename = "T")]
    steps: usize,
    alpha: f64,
    f: String,
    g: String,
    loss: String,
    x: Vec<Vec<f64>>,
    y_target: Vec<Vec<f64>>,
}

/// Why there is no lesson about a case, in one line.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum LessonError {
    /// The case is too large to be looked at number by number.
    TooLarge(TooLarge),
    /// A number of the page is not finite.
    NotFinite(NotFinite),
    /// A chart could not be drawn.
    Draw(ReportError),
}

impl fmt::Display for LessonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(error) => error.fmt(f),
            Self::NotFinite(error) => error.fmt(f),
            Self::Draw(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for LessonError {}

impl Lesson {
    /// The lesson about a case.
    ///
    /// # Errors
    ///
    /// [`LessonError::TooLarge`] if the triangle has too many numbers to look at, [`LessonError::NotFinite`] if one of
    /// them, or of the network's, is a NaN or an infinity, [`LessonError::Draw`] if the drawing library fails.
    pub fn of(file: &CaseFile) -> Result<Self, LessonError> {
        let cells = file.steps.saturating_mul(file.steps.saturating_add(1)) / 2;
        let numbers = cells.saturating_mul(file.parameters());
        let (fields, what, place, most) = ("T, d, n", "the triangle", "a page", MOST_CELLS);
        TooLarge { fields, what, numbers, place, most }.check().map_err(LessonError::TooLarge)?;
        let case = Case::from(file);
        let (network, triangle) = (network::of(&case), triangle::of(&case));
        network.check_finite().and_then(|()| triangle.check_finite()).map_err(LessonError::NotFinite)?;
        let fixed = FIXED.as_ref().map_err(|error| LessonError::Draw(error.clone()))?;
        Ok(Self { case: Head::of(file), network, triangle, fixed })
    }

    /// The built-in case.
    ///
    /// # Panics
    ///
    /// Never: a test reads the built-in file.
    #[must_use]
    pub fn default_case() -> CaseFile {
        CASE.parse().expect("the built-in case is well formed")
    }

    /// The page.
    #[must_use]
    pub fn to_html(&self) -> String {
        page::html(self)
    }

    /// The numbers of the page as one line of JSON: for programs, and to hold the page against.
    ///
    /// # Panics
    ///
    /// Never: numbers and texts are JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts are JSON")
    }

    /// Writes the page, all or nothing, as [`Report::write`](crate::report::Report::write) does.
    ///
    /// # Errors
    ///
    /// [`ReportError::Write`], naming the path, if it cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), ReportError> {
        crate::report::write_page(path.as_ref(), &self.to_html())
    }
}

impl Head {
    fn of(file: &CaseFile) -> Self {
        Self {
            n: file.n,
            d: file.d,
            m: file.m,
            steps: file.steps,
            alpha: file.alpha,
            f: file.f.to_string(),
            g: file.g.to_string(),
            loss: file.loss.to_string(),
            x: file.x.clone(),
            y_target: file.y_target.clone(),
        }
    }
}

/// The names of theta's parameters in their order, with indices from 1: `W_rec[1,2]`.
fn recurrent_names(theta: &Recurrent<f64>) -> Vec<String> {
    let vector = |name: &str, len: usize| (1..=len).map(|i| format!("{name}[{i}]")).collect::<Vec<_>>();
    [
        matrix_names("W_rec", theta.w_rec.shape()),
        matrix_names("W_in", theta.w_in.shape()),
        vector("b_rec", theta.b_rec.as_slice().len()),
    ]
    .concat()
}

/// The names of all parameters in their order.
fn parameter_names(params: &Parameters<f64>) -> Vec<String> {
    let outputs = 1..=params.readout.b_out.as_slice().len();
    [
        recurrent_names(&params.recurrent),
        matrix_names("W_out", params.readout.w_out.shape()),
        outputs.map(|i| format!("b_out[{i}]")).collect(),
    ]
    .concat()
}

fn matrix_names(name: &str, [rows, cols]: [usize; 2]) -> Vec<String> {
    (1..=rows).flat_map(|i| (1..=cols).map(move |j| format!("{name}[{i},{j}]"))).collect()
}

#[cfg(test)]
mod tests;
