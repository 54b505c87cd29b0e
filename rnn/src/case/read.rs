//! From the text of a case file to a case in which everything fits.

use std::collections::HashMap;
use std::path::Path;
use std::str::FromStr;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::{CaseError, CaseFile, CaseParams};
use crate::finite::{Finite, NotFinite, all_finite};
use crate::kind::{Loss, Output, UnknownKind};

/// The file's own names. Every field is optional here, so that a missing one is told apart from a null and reported by name.
#[derive(Deserialize)]
#[serde(expecting = "an object with the fields of rnn-case-1")]
#[allow(non_snake_case)]
struct Raw {
    #[serde(default, deserialize_with = "present")]
    format: Option<String>,
    #[serde(default, deserialize_with = "present")]
    n: Option<usize>,
    #[serde(default, deserialize_with = "present")]
    d: Option<usize>,
    #[serde(default, deserialize_with = "present")]
    m: Option<usize>,
    #[serde(default, deserialize_with = "present")]
    T: Option<usize>,
    #[serde(default, deserialize_with = "present")]
    alpha: Option<f64>,
    #[serde(default, deserialize_with = "present")]
    f: Option<String>,
    #[serde(default, deserialize_with = "present")]
    g: Option<String>,
    #[serde(default, deserialize_with = "present")]
    loss: Option<String>,
    #[serde(default, deserialize_with = "present_object")]
    params: Option<RawParams>,
    #[serde(default, deserialize_with = "present")]
    x: Option<Vec<Vec<f64>>>,
    #[serde(default, deserialize_with = "present")]
    y_target: Option<Vec<Vec<f64>>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with the five parameters")]
#[allow(non_snake_case)]
struct RawParams {
    #[serde(default, deserialize_with = "present")]
    W_rec: Option<Vec<Vec<f64>>>,
    #[serde(default, deserialize_with = "present")]
    W_in: Option<Vec<Vec<f64>>>,
    #[serde(default, deserialize_with = "present")]
    b_rec: Option<Vec<f64>>,
    #[serde(default, deserialize_with = "present")]
    W_out: Option<Vec<Vec<f64>>>,
    #[serde(default, deserialize_with = "present")]
    b_out: Option<Vec<f64>>,
}

/// Reads a field that is there: a null is then an error of type, and only absence is `None`.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

fn present_object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(Object(from)).map(Some)
}

/// Takes objects alone: a derived `Deserialize` would also take a list and give its entries to the fields in their order.
struct Object<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Object<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl CaseFile {
    /// Reads and checks a case file.
    ///
    /// # Errors
    /// [`CaseError`], naming the field that is wrong, or the file if it cannot be read.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, CaseError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|error| CaseError::Read {
            path: path.display().to_string(),
            reason: error.to_string(),
        })?;
        text.parse()
    }
}

/// Reads and checks the text of a case file; fields that the format does not read are passed over.
impl FromStr for CaseFile {
    type Err = CaseError;

    fn from_str(text: &str) -> Result<Self, CaseError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text); // a mark that some editors put in front
        let raw = parse(text)?;
        if let Some(found) = raw.format.filter(|format| format != "rnn-case-1") {
            return Err(CaseError::Format { found });
        }
        let n = at_least_one("n", raw.n)?;
        let d = at_least_one("d", raw.d)?;
        let m = at_least_one("m", raw.m)?;
        let steps = at_least_one("T", raw.T)?;
        let alpha = required("alpha", raw.alpha)?;
        if !(alpha > 0.0 && alpha <= 1.0) {
            return Err(CaseError::Alpha { found: alpha });
        }
        let f = kind("f", raw.f)?;
        let g = kind("g", raw.g)?;
        let loss: Loss = kind("loss", raw.loss)?;
        if !loss.accepts(g) {
            return Err(CaseError::LossNeedsProbabilities { g });
        }
        let params = required("params", raw.params)?;
        let matrix = |field, value, shape| matrix(text, field, value, shape);
        let params = CaseParams {
            w_rec: matrix("params.W_rec", params.W_rec, [d, d])?,
            w_in: matrix("params.W_in", params.W_in, [d, n])?,
            b_rec: vector("params.b_rec", params.b_rec, d)?,
            w_out: matrix("params.W_out", params.W_out, [m, d])?,
            b_out: vector("params.b_out", params.b_out, m)?,
        };
        let x = matrix("x", raw.x, [steps, n])?;
        let y_target = matrix("y_target", raw.y_target, [steps, m])?;
        if loss == Loss::CrossEntropy {
            probabilities(text, g, &y_target)?;
        }
        Ok(Self { n, d, m, steps, alpha, f, g, loss, params, x, y_target })
    }
}

fn parse(text: &str) -> Result<Raw, CaseError> {
    let mut json = serde_json::Deserializer::from_str(text);
    let raw = serde_path_to_error::deserialize(Object(&mut json))
        .map_err(|error| explain(text, error.path().to_string(), error.inner()))?;
    json.end().map_err(|error| explain(text, ".".to_owned(), &error))?;
    Ok(raw)
}

/// The parser's error in this module's terms; `field` is `.` for the file as a whole.
fn explain(text: &str, field: String, error: &serde_json::Error) -> CaseError {
    let (line, column) = (error.line(), error.column());
    let whole = error.to_string();
    let position = format!(" at line {line} column {column}");
    let reason = one_line(whole.strip_suffix(&position).unwrap_or(&whole));
    if field == "." || error.classify() == Category::Eof {
        return CaseError::Json { line, column, reason };
    }
    let field = one_line(&field);
    match error.classify() {
        // A number past the range of an f64 is no number to JSON's parser, and a NaN is no JSON; people meant numbers.
        Category::Syntax
            if reason.starts_with("number out of range") || is_not_finite(text, line, column) =>
        {
            CaseError::NotFinite(NotFinite { field })
        }
        Category::Data => CaseError::Type { field, line, column, reason: in_words(&reason) },
        _ => CaseError::Json { line, column, reason },
    }
}

/// The reason with its last words, which name a type of Rust, in words of JSON.
fn in_words(reason: &str) -> String {
    let types = [("usize", "a whole number of at least 1"), ("f64", "a number"), ("a sequence", "a list")];
    let said = types.iter().find_map(|(name, words)| {
        let before = reason.strip_suffix(name)?.strip_suffix("expected ")?;
        Some(format!("{before}expected {words}"))
    });
    said.unwrap_or_else(|| reason.to_owned())
}

/// Whether the word at that place of the text is one of those that other languages write for a number that is not finite.
fn is_not_finite(text: &str, line: usize, column: usize) -> bool {
    let Some(line) = text.lines().nth(line.saturating_sub(1)) else { return false };
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+');
    let bytes = line.as_bytes();
    let at = column.saturating_sub(1).min(bytes.len());
    let start = at - bytes[..at].iter().rev().take_while(|byte| is_word(byte)).count();
    let word: Vec<u8> = bytes[start..].iter().copied().take_while(|byte| is_word(byte)).collect();
    let word = word.strip_prefix(b"-").or_else(|| word.strip_prefix(b"+")).unwrap_or(&word);
    [&b"nan"[..], b"inf", b"infinity"].iter().any(|name| word.eq_ignore_ascii_case(name))
}

/// Names and strings out of the file may hold line breaks; a message may not.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn required<T>(field: &'static str, value: Option<T>) -> Result<T, CaseError> {
    value.ok_or(CaseError::Missing { field })
}

fn at_least_one(field: &'static str, value: Option<usize>) -> Result<usize, CaseError> {
    match required(field, value)? {
        0 => Err(CaseError::Zero { field }),
        value => Ok(value),
    }
}

fn kind<T>(field: &'static str, name: Option<String>) -> Result<T, CaseError>
where
    T: FromStr<Err = UnknownKind>,
{
    required(field, name)?.parse().map_err(|unknown| CaseError::Kind { field, unknown })
}

fn vector(field: &'static str, value: Option<Vec<f64>>, expected: usize) -> Result<Vec<f64>, CaseError> {
    let value = required(field, value)?;
    if value.len() != expected {
        return Err(CaseError::Length { field, expected, found: value.len() });
    }
    finite(field, value)
}

fn matrix(
    text: &str,
    field: &'static str,
    value: Option<Vec<Vec<f64>>>,
    [rows, columns]: [usize; 2],
) -> Result<Vec<Vec<f64>>, CaseError> {
    let value = required(field, value)?;
    if value.len() != rows {
        return Err(CaseError::Rows { field, rows, columns, found: value.len() });
    }
    if let Some(row) = value.iter().position(|row| row.len() != columns) {
        let (line, found) = (line_of(text, field, row), value[row].len());
        return Err(CaseError::Row { field, row, line, expected: columns, found });
    }
    finite(field, value)
}

/// How far a sum of probabilities may be from 1: those that were written as `f32`s, or with seven digits, are not refused.
const ROUNDING: f64 = 1e-6;

/// That the cross entropy has targets which it is an entropy of.
fn probabilities(text: &str, g: Output, y_target: &[Vec<f64>]) -> Result<(), CaseError> {
    let line = |row| line_of(text, "y_target", row);
    for (row, targets) in y_target.iter().enumerate() {
        if let Some(column) = targets.iter().position(|target| !(0.0..=1.0).contains(target)) {
            return Err(CaseError::NoProbability { row, column, line: line(row), found: targets[column] });
        }
        let sum: f64 = targets.iter().sum();
        if g == Output::Softmax && (sum - 1.0).abs() > ROUNDING {
            return Err(CaseError::NoDistribution { row, line: line(row), sum });
        }
    }
    Ok(())
}

/// The line of the text, from 1, on which an entry of a list begins; the text was read before.
fn line_of(text: &str, field: &str, row: usize) -> usize {
    let entry = entry(text, field, row).map_or(text, RawValue::get);
    let start = entry.as_ptr().addr() - text.as_ptr().addr();
    text[..start].matches('\n').count() + 1
}

/// The part of the text that is an entry of a list.
fn entry<'a>(mut text: &'a str, field: &str, row: usize) -> Option<&'a RawValue> {
    for name in field.split('.') {
        let fields: HashMap<String, &RawValue> = serde_json::from_str(text).ok()?;
        text = fields.get(name)?.get();
    }
    let rows: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    rows.get(row).copied()
}

/// The parser lets no infinity pass today; that it never will is not for a case to rely on.
fn finite<T: Finite>(field: &str, value: T) -> Result<T, CaseError> {
    all_finite(&[(field, &value)]).map_err(CaseError::NotFinite)?;
    Ok(value)
}
