//! Series in time: read from CSV, split into a training part and a held-back part, standardised by the training part alone.
//!
//! Nothing here looks ahead: the split is one cut in time, and the mean and the standard deviation come from before it.

mod error;

pub use error::DataError;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use self::error::beginning;
use crate::compare::power_of_two;
use csv::{Position, ReaderBuilder, StringRecord, Trim};

/// The built-in data, so that the main job needs neither network nor files.
const SUNSPOTS: &str = include_str!("../../data/sunspots.csv");

/// A number for each of a row of times.
///
/// A network sees the values alone: it takes the steps of time as equal ([`first_uneven_step`](Self::first_uneven_step)).
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The name of the value's column; `column 2`, say, if it has none.
    pub name: String,
    /// The times, strictly increasing.
    pub times: Vec<f64>,
    /// The value at each time.
    pub values: Vec<f64>,
}

impl Series {
    /// The yearly mean sunspot number, 1700 to 2008, built into the program.
    ///
    /// # Panics
    /// Never: a test reads the built-in file.
    #[must_use]
    pub fn sunspots() -> Self {
        Self::from_reader("sunspots.csv", SUNSPOTS.as_bytes(), None)
            .expect("the built-in series is well formed")
    }

    /// Reads a CSV file with a header: times from the first column, values from the second, or from the column named
    /// `column`. The names may be any, but that of the times is no number, nor is that of the values if it was not asked for:
    /// else it could be a row that has lost its header.
    ///
    /// # Errors
    /// [`DataError`], naming file, line and field: the file is missing, a name is a number, no column or more than one is named `column`, a field is
    /// missing, not a number or not finite, a row has more fields than the header, time does not go forward, or there are fewer than two rows.
    pub fn from_csv(path: impl AsRef<Path>, column: Option<&str>) -> Result<Self, DataError> {
        let path = path.as_ref();
        let file = path.display().to_string();
        match File::open(path) {
            Ok(reader) => Self::from_reader(&file, reader, column),
            Err(error) => Err(DataError::Read { file, reason: error.to_string() }),
        }
    }

    /// Reads CSV as [`Series::from_csv`] does; `file` is what errors call the source.
    ///
    /// # Errors
    /// As [`Series::from_csv`].
    pub fn from_reader(file: &str, mut reader: impl Read, column: Option<&str>) -> Result<Self, DataError> {
        let mut text = Vec::new();
        reader
            .read_to_end(&mut text)
            .map_err(|error| DataError::Read { file: file.to_owned(), reason: error.to_string() })?;
        // Flexible: a short row is found below, where the error can name its field.
        let mut rows = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(&text[..]);
        let header = rows.headers().map_err(|error| malformed(file, &text, &error))?.clone();
        let value_column = find_columns(file, &header, column)?;
        let name = |column: usize| match &header[column] {
            "" => format!("column {}", column + 1),
            name => beginning(name).replace(char::is_control, " "),
        };
        let (time_name, name) = (&name(0), &name(value_column));

        let mut series = Self { name: name.clone(), times: Vec::new(), values: Vec::new() };
        for row in rows.records() {
            let row = row.map_err(|error| malformed(file, &text, &error))?;
            let place = Place { file, text: &text, row: row.position() };
            // A comma in a number would leave its second part unread. An empty field is a separator at the row's end.
            if row.iter().skip(header.len()).any(|field| !field.is_empty()) {
                let (file, line, expected) = (file.to_owned(), place.line(), header.len());
                return Err(DataError::TooManyFields { file, line, expected, found: row.len() });
            }
            let time = place.number(time_name, row.get(0))?;
            let value = place.number(name, row.get(value_column))?;
            if series.times.last().is_some_and(|&before| time <= before) {
                let (file, line) = (file.to_owned(), place.line());
                return Err(DataError::NotIncreasing { file, line, field: time_name.to_owned() });
            }
            series.times.push(time);
            series.values.push(value);
        }
        if series.len() < 2 {
            return Err(DataError::TooFewRows { file: file.to_owned(), needed: 2, found: series.len() });
        }
        Ok(series)
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The first step of time that is more than 1.5 times the usual one (the median) or less than half of it: the row that it
    /// starts from, and how many usual steps it is. The days of months and of years are no such thing.
    #[must_use]
    pub fn first_uneven_step(&self) -> Option<(usize, f64)> {
        let steps: Vec<f64> = self.times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let mut sorted = steps.clone();
        sorted.sort_by(f64::total_cmp);
        // A missing row makes a step longer: of the two in the middle the shorter is the usual one.
        let usual = sorted.get(sorted.len().saturating_sub(1) / 2)?;
        let times = steps.iter().map(|step| step / usual);
        times.enumerate().find(|&(_, times)| (times - 1.0).abs() > 0.5)
    }

    /// Cuts the series in time: all but the last `held_back` values are for training.
    ///
    /// # Errors
    /// [`DataError::TooFewRows`] unless two values are left to train on and one is held back.
    pub fn split(self, held_back: usize) -> Result<Split, DataError> {
        let held_back = held_back.max(1);
        if self.len() < held_back.saturating_add(2) {
            let needed = held_back.saturating_add(2);
            return Err(DataError::TooFewRows { file: self.name.clone(), needed, found: self.len() });
        }
        Ok(Split { train_len: self.len() - held_back, series: self })
    }
}

/// The index of the value's column: the named one, or the second.
fn find_columns(file: &str, header: &StringRecord, column: Option<&str>) -> Result<usize, DataError> {
    let file = || file.to_owned();
    if header.len() < 2 {
        let found = match header.len() {
            0 => "nothing".to_owned(),
            _ => format!("one column, {:?}", beginning(&header[0])),
        };
        return Err(DataError::Header { file: file(), found });
    }
    // A file without a header would lose its first row in silence.
    if header.iter().take(2).all(|field| field.parse::<f64>().is_ok()) {
        return Err(DataError::Header { file: file(), found: "numbers".to_owned() });
    }
    // So would one whose first row has a number and something else. A column that was asked for is a name, whatever it looks like.
    let is_number = |index: usize| header[index].parse::<f64>().is_ok_and(f64::is_finite);
    let suspects = if column.is_some() { 0..1 } else { 0..2 };
    if let Some(index) = suspects.into_iter().find(|&index| is_number(index)) {
        let found = format!(
            "the number {:?} in column {}: put a header above a row of data, and give a column a name that is no number",
            &header[index],
            index + 1
        );
        return Err(DataError::Header { file: file(), found });
    }
    let Some(column) = column else { return Ok(1) };
    let (file, named) = (file(), column.to_owned());
    let found: Vec<usize> = (0..header.len()).filter(|&index| &header[index] == column).collect();
    match found[..] {
        [index] => Ok(index),
        [] => {
            let known = header.iter().map(|name| beginning(name).escape_debug().to_string()).collect();
            Err(DataError::NoColumn { file, column: named, known })
        }
        _ => {
            let columns = found.iter().map(|index| index + 1).collect();
            Err(DataError::Ambiguous { file, column: named, columns })
        }
    }
}

/// Where a row stands, for errors.
struct Place<'a> {
    file: &'a str,
    text: &'a [u8],
    row: Option<&'a Position>,
}

impl Place<'_> {
    fn number(&self, field: &str, text: Option<&str>) -> Result<f64, DataError> {
        let (file, field) = (self.file.to_owned(), field.to_owned());
        let Some(text) = text else {
            return Err(DataError::MissingField { file, line: self.line(), field });
        };
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            // Rust reads "1e999" as an infinity, and "nan" as a NaN.
            Ok(_) => Err(DataError::NotFinite { file, line: self.line(), field }),
            Err(_) => Err(DataError::NotANumber { file, line: self.line(), field, found: text.to_owned() }),
        }
    }

    /// The row's line, from 1. The reader's own count does not see the empty lines that it passes over before a row.
    fn line(&self) -> u64 {
        let start = self.row.map_or(0, |row| row.byte() as usize).min(self.text.len());
        let (before, after) = self.text.split_at(start);
        let empty = after.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let breaks = before.iter().chain(empty).filter(|&&byte| byte == b'\n');
        breaks.count() as u64 + 1
    }
}

fn malformed(file: &str, text: &[u8], error: &csv::Error) -> DataError {
    let reason = match error.kind() {
        csv::ErrorKind::Utf8 { err, .. } => err.to_string(),
        _ => error.to_string(),
    };
    let line = error.position().map(|row| Place { file, text, row: Some(row) }.line());
    DataError::Malformed { file: file.to_owned(), line, reason }
}

/// A series cut in time: what comes before the cut trains, what comes after is held back.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    series: Series,
    train_len: usize,
}

impl Split {
    /// The whole series.
    #[must_use]
    pub fn series(&self) -> &Series {
        &self.series
    }

    /// The number of values in the training part, which is the index of the first value held back.
    #[must_use]
    pub fn train_len(&self) -> usize {
        self.train_len
    }

    /// The values of the training part.
    #[must_use]
    pub fn train(&self) -> &[f64] {
        &self.series.values[..self.train_len]
    }

    /// The values held back.
    #[must_use]
    pub fn held_back(&self) -> &[f64] {
        &self.series.values[self.train_len..]
    }

    /// The same split in units of the training part's standard deviation from its mean, and the map that gets back.
    ///
    /// # Errors
    /// [`DataError::Constant`] if the training part does not vary, [`DataError::TooFar`] if a value overflows in its units.
    pub fn standardised(&self) -> Result<(Self, Standardise), DataError> {
        let map = Standardise::fit(self.train())
            .ok_or_else(|| DataError::Constant { file: self.series.name.clone() })?;
        let mut split = self.clone();
        for value in &mut split.series.values {
            *value = map.apply(*value);
        }
        if !split.series.values.iter().all(|value| value.is_finite()) {
            return Err(DataError::TooFar { file: split.series.name });
        }
        Ok((split, map))
    }
}

/// The map value -> (value - mean) / standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standardise {
    /// The mean of the values that it was fitted to.
    pub mean: f64,
    /// Their standard deviation (divided by the number of values, so that those values get variance 1).
    pub standard_deviation: f64,
}

impl Standardise {
    /// Fits the map to `values`; `None` if they are none or do not vary by more than rounding.
    #[must_use]
    pub fn fit(values: &[f64]) -> Option<Self> {
        let count = values.len() as f64;
        // By a power of two, which changes no bit of the result, so that neither sums nor squares overflow or underflow.
        let scale = power_of_two(values);
        let scaled = || values.iter().map(|value| value / scale);
        let mean = scaled().sum::<f64>() / count;
        let variance = scaled().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        let standard_deviation = variance.sqrt();
        // The rounding of the mean leaves a constant series a variance that is tiny and not 0.
        let varies = standard_deviation.is_finite() && standard_deviation > 8.0 * f64::EPSILON * mean.abs();
        let map = Self { mean: mean * scale, standard_deviation: standard_deviation * scale };
        // Of the smallest numbers of all the deviation may round to 0.
        (varies && map.standard_deviation > 0.0).then_some(map)
    }

    /// Into standard units.
    #[must_use]
    pub fn apply(&self, value: f64) -> f64 {
        let difference = value - self.mean;
        if difference.is_finite() {
            return difference / self.standard_deviation;
        }
        value / self.standard_deviation - self.mean / self.standard_deviation
    }

    /// Back into the series' own units.
    #[must_use]
    pub fn invert(&self, value: f64) -> f64 {
        let product = value * self.standard_deviation;
        if product.is_finite() {
            return product + self.mean;
        }
        2.0 * (value * (0.5 * self.standard_deviation) + 0.5 * self.mean)
    }
}

#[cfg(test)]
mod tests;
