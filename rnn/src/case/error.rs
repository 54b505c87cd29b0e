//! What can be wrong with a case, one line each.

use std::fmt;

use crate::finite::NotFinite;
use crate::kind::{Output, UnknownKind};

/// What is wrong with a case file: one line that names the field as the file does.
///
/// What stands in brackets counts from 0, as JSON's readers count: `x[3][1]`. Lines and columns of the text count from 1, as editors do.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum CaseError {
    /// The file cannot be opened or read.
    Read {
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// The text is not JSON.
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What the parser says.
        reason: String,
    },
    /// A field is not there.
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A field holds something of another type.
    Type {
        /// The field.
        field: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What was expected and what was found.
        reason: String,
    },
    /// The file says that it has another format.
    Format {
        /// The format that it names.
        found: String,
    },
    /// A number is a NaN or an infinity, or past the range of an f64.
    NotFinite(NotFinite),
    /// A dimension is 0.
    Zero {
        /// The field.
        field: &'static str,
    },
    /// alpha lies outside (0, 1].
    Alpha {
        /// The value found.
        found: f64,
    },
    /// f, g or loss has a name that is not known.
    Kind {
        /// The field.
        field: &'static str,
        /// The name, and those that are known.
        unknown: UnknownKind,
    },
    /// The loss is cross entropy, but g gives no probabilities.
    LossNeedsProbabilities {
        /// g as the file has it.
        g: Output,
    },
    /// A vector has another length than the dimensions say.
    Length {
        /// The field.
        field: &'static str,
        /// The length that the dimensions give.
        expected: usize,
        /// The length found.
        found: usize,
    },
    /// A matrix has another number of rows than the dimensions say.
    Rows {
        /// The field.
        field: &'static str,
        /// The number of rows that the dimensions give.
        rows: usize,
        /// The length of each.
        columns: usize,
        /// The number of rows found.
        found: usize,
    },
    /// A row of a matrix has another length than the dimensions say.
    Row {
        /// The field.
        field: &'static str,
        /// The row's index, from 0.
        row: usize,
        /// The line on which it begins, from 1.
        line: usize,
        /// The length that the dimensions give.
        expected: usize,
        /// The length found.
        found: usize,
    },
    /// The loss is cross entropy, but a target is no probability.
    NoProbability {
        /// The step's index, from 0.
        row: usize,
        /// The index of the number, from 0.
        column: usize,
        /// The line on which the step's targets begin, from 1.
        line: usize,
        /// The number found.
        found: f64,
    },
    /// The loss is cross entropy of a softmax, but the targets of a step do not sum to 1.
    NoDistribution {
        /// The step's index, from 0.
        row: usize,
        /// The line on which its targets begin, from 1.
        line: usize,
        /// Their sum.
        sum: f64,
    },
}

impl fmt::Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, reason } => write!(f, "{path}: cannot read: {reason}"),
            Self::Json { line, column, reason } => write!(f, "line {line} column {column}: {reason}"),
            Self::Missing { field } => write!(f, "{field}: missing"),
            Self::Type { field, line, column, reason } => {
                write!(f, "{field}: {reason} at line {line} column {column}")
            }
            Self::Format { found } => write!(f, "format: must be \"rnn-case-1\", found {found:?}"),
            Self::NotFinite(error) => error.fmt(f),
            Self::Zero { field } => write!(f, "{field}: must be at least 1"),
            Self::Alpha { found } => write!(f, "alpha: must lie in (0, 1], found {found}"),
            Self::Kind { field, unknown } => write!(f, "{field}: {unknown}"),
            Self::LossNeedsProbabilities { g } => {
                write!(f, "loss: cross_entropy needs g = sigmoid or softmax, found g = {g}")
            }
            Self::Length { field, expected, found } => {
                write!(f, "{field}: expected {expected} entries, found {found}")
            }
            Self::Rows { field, rows, columns, found } => {
                write!(f, "{field}: expected {rows} rows of {columns}, found {found} rows")
            }
            Self::Row { field, row, line, expected, found } => {
                write!(f, "{field}[{row}]: expected {expected} entries, found {found} at line {line}")
            }
            Self::NoProbability { row, column, line, found } => write!(
                f,
                "y_target[{row}][{column}]: cross_entropy needs probabilities, found {found} at line {line}"
            ),
            Self::NoDistribution { row, line, sum } => write!(
                f,
                "y_target[{row}]: cross_entropy of a softmax needs probabilities that sum to 1, found the sum {sum} \
                 at line {line}"
            ),
        }
    }
}

impl std::error::Error for CaseError {}
