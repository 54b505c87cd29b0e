//! Sparse matrices, row by row.

use ad_core::{Matrix, Scalar};

/// Where the entries of a sparse matrix are: the columns of each row, in order (CSR without the values).
///
/// ```
/// use ad_reverse::sparse::Sparsity;
/// let arrow = Sparsity::from_rows(3, [[0, 1, 2].as_slice(), &[0, 1], &[2, 0, 2]]);
/// assert_eq!((arrow.rows(), arrow.cols(), arrow.entries()), (3, 3, 7));
/// assert_eq!(arrow.row(2), [0, 2]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "crate::interop::ReadSparsity"))]
pub struct Sparsity {
    pub(crate) cols: usize,
    /// Row `i` has the entries `starts[i]..starts[i + 1]`.
    pub(crate) starts: Vec<usize>,
    pub(crate) columns: Vec<usize>,
}

impl Sparsity {
    /// The entries of each row by their columns, in any order, repetitions allowed.
    ///
    /// # Panics
    ///
    /// If there are fewer columns than an entry asks for.
    #[must_use]
    #[track_caller]
    pub fn from_rows<R: AsRef<[usize]>>(cols: usize, rows: impl IntoIterator<Item = R>) -> Self {
        let (mut starts, mut columns) = (vec![0], Vec::new());
        for row in rows {
            let start = columns.len();
            columns.extend_from_slice(row.as_ref());
            columns[start..].sort_unstable();
            if let Some(&last) = columns[start..].last() {
                assert!(last < cols, "an entry in column {last} of {cols}");
            }
            let mut kept = start;
            for at in start..columns.len() {
                if kept == start || columns[kept - 1] != columns[at] {
                    columns[kept] = columns[at];
                    kept += 1;
                }
            }
            columns.truncate(kept);
            starts.push(kept);
        }
        Self { cols, starts, columns }
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// The number of columns.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// The number of entries.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.columns.len()
    }

    /// The columns of row `i`, in order.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[must_use]
    #[track_caller]
    pub fn row(&self, i: usize) -> &[usize] {
        assert!(i < self.rows(), "no row {i} in a pattern of {} rows", self.rows());
        &self.columns[self.starts[i]..self.starts[i + 1]]
    }

    /// All entries `(row, column)`, in order.
    pub fn iter(&self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.rows()).flat_map(|i| self.row(i).iter().map(move |&j| (i, j)))
    }

    /// The entries of the transpose.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let mut rows = vec![Vec::new(); self.cols];
        self.iter().for_each(|(i, j)| rows[j].push(i));
        Self::from_rows(self.rows(), rows)
    }

    /// The entries of this square pattern and of its transpose.
    pub(super) fn symmetric(&self) -> Self {
        let other = self.transposed();
        Self::from_rows(self.cols, (0..self.rows()).map(|i| [self.row(i), other.row(i)].concat()))
    }
}

/// A sparse matrix, row by row (CSR).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "crate::interop::ReadCsr<T>"))]
pub struct Csr<T> {
    pub(crate) sparsity: Sparsity,
    pub(crate) values: Vec<T>,
}

impl<T: Scalar> Csr<T> {
    /// A matrix whose entries are 0.
    pub(super) fn zero(sparsity: Sparsity) -> Self {
        let values = vec![T::zero(); sparsity.entries()];
        Self { sparsity, values }
    }

    /// The place and the value of each entry.
    pub(super) fn entries_mut(&mut self) -> impl Iterator<Item = ((usize, usize), &mut T)> {
        self.sparsity.iter().zip(&mut self.values)
    }

    /// Where the entries are.
    #[must_use]
    pub fn sparsity(&self) -> &Sparsity {
        &self.sparsity
    }

    /// The values of the entries, in the order of [`Sparsity::iter`].
    #[must_use]
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// The start of each row in [`values`](Self::values) and [`columns`](Self::columns), and their length: the
    /// first of the three arrays that other crates take.
    #[must_use]
    pub fn starts(&self) -> &[usize] {
        &self.sparsity.starts
    }

    /// The column of each entry.
    #[must_use]
    pub fn columns(&self) -> &[usize] {
        &self.sparsity.columns
    }

    /// All entries `(row, column, value)`, in order (COO).
    pub fn triplets(&self) -> impl Iterator<Item = (usize, usize, T)> {
        self.sparsity.iter().zip(&self.values).map(|((i, j), &value)| (i, j, value))
    }

    /// The same matrix with all its zeros.
    #[must_use]
    pub fn to_dense(&self) -> Matrix<T> {
        let cols = self.sparsity.cols;
        Matrix::build([self.sparsity.rows(), cols], T::zero(), |dense| {
            self.triplets().for_each(|(i, j, value)| dense[i * cols + j] = value);
        })
    }
}
