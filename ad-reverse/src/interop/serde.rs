//! `serde`: a sparse matrix as the arrays that it is kept in, looked at when they are read.
//!
//! A variable has no such form: it is worth nothing without its recording. Write its value, or the gradient.

use crate::sparse::{Csr, Sparsity};
use ::serde::Deserialize;

/// A [`Sparsity`] as a file has it.
#[derive(Deserialize)]
#[serde(rename = "Sparsity", deny_unknown_fields)]
pub(crate) struct ReadSparsity {
    cols: usize,
    starts: Vec<usize>,
    columns: Vec<usize>,
}

impl TryFrom<ReadSparsity> for Sparsity {
    type Error = String;

    fn try_from(ReadSparsity { cols, starts, columns }: ReadSparsity) -> Result<Self, String> {
        if starts.first() != Some(&0) || starts.last() != Some(&columns.len()) || !starts.is_sorted() {
            return Err(format!("the starts of rows do not go from 0 up to the {} entries", columns.len()));
        }
        for (i, bounds) in starts.windows(2).enumerate() {
            let row = &columns[bounds[0]..bounds[1]];
            if !row.is_sorted_by(|a, b| a < b) {
                return Err(format!("the columns of row {i} are not in order"));
            }
            if let Some(last) = row.last().filter(|&&last| last >= cols) {
                return Err(format!("row {i} has an entry in column {last} of {cols}"));
            }
        }
        Ok(Self { cols, starts, columns })
    }
}

/// A [`Csr`] as a file has it.
#[derive(Deserialize)]
#[serde(rename = "Csr", deny_unknown_fields)]
pub(crate) struct ReadCsr<T> {
    sparsity: Sparsity,
    values: Vec<T>,
}

impl<T> TryFrom<ReadCsr<T>> for Csr<T> {
    type Error = String;

    fn try_from(ReadCsr { sparsity, values }: ReadCsr<T>) -> Result<Self, String> {
        if values.len() != sparsity.entries() {
            return Err(format!("{} values where {} entries are expected", values.len(), sparsity.entries()));
        }
        Ok(Self { sparsity, values })
    }
}
