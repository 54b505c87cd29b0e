//! What can be wrong with a series, one line each.

use std::fmt;

/// What is wrong with a data file, or with a split of it, in one line.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum DataError {
    /// The file cannot be opened or read.
    Read {
        /// The file.
        file: String,
        /// What the system says.
        reason: String,
    },
    /// The text is not CSV, or not UTF-8.
    Malformed {
        /// The file.
        file: String,
        /// The line, from 1, where that is known.
        line: Option<u64>,
        /// What the reader says.
        reason: String,
    },
    /// The header has fewer than two columns, is missing, or has a number where it may be a row of data.
    Header {
        /// The file.
        file: String,
        /// What was found in its place.
        found: String,
    },
    /// No column has the name asked for.
    NoColumn {
        /// The file.
        file: String,
        /// The name asked for.
        column: String,
        /// The names that the header has.
        known: Vec<String>,
    },
    /// More than one column has the name asked for.
    Ambiguous {
        /// The file.
        file: String,
        /// The name asked for.
        column: String,
        /// Which columns have it, from 1.
        columns: Vec<usize>,
    },
    /// A row ends before the column that is read.
    MissingField {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column's name.
        field: String,
    },
    /// A row has more fields than the header: another separator stands inside of its numbers.
    TooManyFields {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The number of fields in the header.
        expected: usize,
        /// The number of fields in the row.
        found: usize,
    },
    /// A field is not a number.
    NotANumber {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column's name.
        field: String,
        /// The text that stands there.
        found: String,
    },
    /// A field is a NaN or an infinity.
    NotFinite {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column's name.
        field: String,
    },
    /// Time does not go forward from the row before.
    NotIncreasing {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The time column's name.
        field: String,
    },
    /// There are fewer rows than the use asks for.
    TooFewRows {
        /// The file or series.
        file: String,
        /// The number of rows needed.
        needed: usize,
        /// The number of rows there are.
        found: usize,
    },
    /// The training part does not vary, so it cannot be standardised.
    Constant {
        /// The series.
        file: String,
    },
    /// A value held back overflows in units of the training part's standard deviation.
    TooFar {
        /// The series.
        file: String,
    },
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { file, reason } => write!(f, "{file}: cannot read: {reason}"),
            Self::Malformed { file, line: Some(line), reason } => write!(f, "{file}: line {line}: {reason}"),
            Self::Malformed { file, line: None, reason } => write!(f, "{file}: {reason}"),
            Self::Header { file, found } => {
                write!(f, "{file}: line 1: expected a header with at least two column names, found {found}")
            }
            Self::NoColumn { file, column, known } => {
                write!(f, "{file}: line 1: no column {column:?} ({})", known.join(", "))
            }
            Self::Ambiguous { file, column, columns } => {
                let columns: Vec<_> = columns.iter().map(usize::to_string).collect();
                write!(f, "{file}: line 1: columns {} are all named {column:?}", columns.join(", "))
            }
            Self::MissingField { file, line, field } => write!(f, "{file}: line {line}: {field}: missing"),
            Self::TooManyFields { file, line, expected, found } => {
                write!(f, "{file}: line {line}: expected {expected} fields, as in the header, found {found}")
            }
            Self::NotANumber { file, line, field, found } => {
                write!(f, "{file}: line {line}: {field}: not a number: {:?}", beginning(found))
            }
            Self::NotFinite { file, line, field } => {
                write!(f, "{file}: line {line}: {field}: not a finite number")
            }
            Self::NotIncreasing { file, line, field } => {
                write!(f, "{file}: line {line}: {field}: not later than the row before")
            }
            Self::TooFewRows { file, needed, found } => {
                write!(f, "{file}: needs at least {needed} rows, found {found}")
            }
            Self::Constant { file } => {
                write!(f, "{file}: the training part is constant to rounding: nothing to standardise")
            }
            Self::TooFar { file } => {
                write!(f, "{file}: a value is too far from the training part to be standardised by it")
            }
        }
    }
}

impl std::error::Error for DataError {}

/// As much of a field as can be told in a line: a quotation mark without its pair takes in the rest of a file.
pub(super) fn beginning(field: &str) -> String {
    const MOST: usize = 60;
    let end = field.char_indices().nth(MOST);
    end.map_or_else(|| field.to_owned(), |(end, _)| format!("{}...", &field[..end]))
}
