//! [`Dense`]: plain numbers in row-major order, shared until written to.

pub(crate) use self::shape::checked_entries;
use self::shape::{Shape, entries};
use super::Array;
use super::storage::Storage;
use crate::kernels::MatrixView;
use crate::length::LengthMismatch;
use crate::scalar::Scalar;
use alloc::vec::Vec;
use core::any::Any;
use core::ops::Index;

mod operations;
mod shape;

/// Row-major storage with `RANK` axes, one or two. A clone shares the numbers; writing to a shared one copies.
///
/// There is room for any shape of up to `2^56` entries: where one is too large, whatever makes an array panics, and
/// [`try_new`](Self::try_new) returns an error.
///
/// ```
/// use ad_core::{Array, Matrix, Vector};
///
/// let w = Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0]]);
/// let x = Vector::from(vec![1.0, 1.0]);
/// let y = Vector::affine(&[(&w, &x)], &Vector::from(vec![0.5, 0.0]));
/// assert_eq!(y.as_slice(), [3.5, 7.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dense<T, const RANK: usize> {
    shape: Shape<RANK>,
    data: Storage<T>,
}

impl<T: Copy + 'static, const RANK: usize> Dense<T, RANK> {
    /// Numbers in row-major order.
    ///
    /// # Panics
    ///
    /// If there are not as many numbers as the shape has entries, or if it is too large.
    #[must_use]
    #[track_caller]
    pub fn new(shape: [usize; RANK], data: impl IntoIterator<Item = T>) -> Self {
        let expected = entries(shape);
        let (data, exact) = Storage::collected(expected, data);
        let (found, or_more) = (data.len(), if data.len() < expected { "" } else { " and more" });
        assert!(exact, "shape {shape:?} has {expected} entries, got {found}{or_more}");
        Self { shape: Shape::of(shape), data }
    }

    /// [`new`](Self::new) for numbers that come from outside.
    ///
    /// ```
    /// use ad_core::Matrix;
    ///
    /// let w = Matrix::try_new([2, 2], vec![1.0, 2.0, 3.0, 4.0]).unwrap();
    /// assert_eq!(w.row(1), [3.0, 4.0]);
    /// let error = Matrix::try_new([2, 2], vec![1.0, 2.0, 3.0]).unwrap_err();
    /// assert_eq!(error.to_string(), "an array of 4 numbers was given 3 numbers");
    /// ```
    ///
    /// # Errors
    ///
    /// If there are not as many numbers as the shape has entries, or if it is too large.
    pub fn try_new(shape: [usize; RANK], data: Vec<T>) -> Result<Self, LengthMismatch> {
        let entries = checked_entries(shape).unwrap_or(usize::MAX); // more than there can be
        LengthMismatch::check(("an array", entries), ("numbers", data.len()))?;
        Ok(Self::new(shape, data))
    }

    /// One number everywhere.
    ///
    /// # Panics
    ///
    /// If the shape is too large.
    #[must_use]
    #[track_caller]
    pub fn filled(shape: [usize; RANK], value: T) -> Self {
        let data = Storage::filled(entries(shape), value);
        Self { shape: Shape::of(shape), data }
    }

    /// The extent of each axis.
    #[must_use]
    pub fn shape(&self) -> [usize; RANK] {
        self.shape.get()
    }

    /// The number of rows; a vector is one row.
    #[must_use]
    pub fn rows(&self) -> usize {
        if RANK == 1 { 1 } else { self.shape.get()[0] }
    }

    /// The length of a row.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.shape.get()[RANK - 1]
    }

    /// All numbers, row-major.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.data
    }

    /// All numbers, row-major, to write to; copies them first if they are shared.
    #[inline]
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        self.data.make_mut()
    }

    /// The number at a row-major index, as [`Array::get`] gives it.
    #[doc(hidden)] // for the arrays of the modes
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn entry(&self, index: usize) -> T {
        match self.data.get(index) {
            Some(&entry) => entry,
            None => no_entry(index, &self.shape()),
        }
    }

    /// Whether both share the same storage, and so are equal without a look at the numbers.
    #[must_use]
    pub fn shares_storage<const OTHER: usize>(&self, other: &Dense<T, OTHER>) -> bool {
        self.data.is_same(&other.data)
    }

    /// The same numbers, row-major, in another shape.
    ///
    /// # Panics
    ///
    /// If the shapes have different numbers of entries, or the new one is too large.
    #[must_use]
    #[track_caller]
    pub fn reshape<const TO: usize>(&self, shape: [usize; TO]) -> Dense<T, TO> {
        let fits = checked_entries(shape) == Some(self.data.len());
        assert!(fits, "cannot reshape {:?} to {shape:?}", self.shape());
        Dense { shape: Shape::of(shape), data: self.data.clone() }
    }

    /// The same numbers as a matrix: of a vector its only row.
    ///
    /// # Panics
    ///
    /// If that is too large.
    #[must_use]
    #[track_caller]
    pub fn to_rows(&self) -> Dense<T, 2> {
        self.clone().into_rows()
    }

    /// [`to_rows`](Self::to_rows) of an array that is not needed any more.
    ///
    /// # Panics
    ///
    /// If that is too large.
    #[must_use]
    #[track_caller]
    pub fn into_rows(self) -> Dense<T, 2> {
        Dense { shape: Shape::of([self.rows(), self.cols()]), data: self.data }
    }

    /// The same numbers as a vector.
    #[must_use]
    pub fn to_vector(&self) -> Dense<T, 1> {
        Dense { shape: Shape::of([self.data.len()]), data: self.data.clone() }
    }

    /// One number everywhere, and then what `write` makes of it.
    ///
    /// ```
    /// # use ad_core::Vector;
    /// # drop(Vector::from([7.0; 3])); // the memory that is used again
    /// let x = Vector::build([3], 1.0, |x| x[1] = 5.0);
    /// assert_eq!(x.as_slice(), [1.0, 5.0, 1.0]);
    /// ```
    ///
    /// # Panics
    ///
    /// If the shape is too large.
    #[must_use]
    #[track_caller]
    pub fn build(shape: [usize; RANK], value: T, write: impl FnOnce(&mut [T])) -> Self {
        let mut out = Self::filled(shape, value);
        write(out.as_mut_slice());
        out
    }

    /// Storage that `fill` writes: *all* of it, for what stands there before is unspecified (`value`, or numbers
    /// of an array that is gone). Not for users: operations whose results cover all entries spare themselves the
    /// time in which [`build`](Self::build) fills them.
    #[doc(hidden)]
    pub fn overwritten(shape: [usize; RANK], value: T, fill: impl FnOnce(&mut [T])) -> Self {
        let data = Storage::unspecified(entries(shape), value);
        let mut out = Self { shape: Shape::of(shape), data };
        fill(out.as_mut_slice());
        out
    }
}

impl<T: Copy + 'static> Dense<T, 2> {
    /// A matrix of this shape, of which entry `(i, j)` is `f(i, j)`.
    ///
    /// ```
    /// use ad_core::Matrix;
    /// let hilbert = Matrix::from_fn([2, 2], |i, j| 1.0 / (i + j + 1) as f64);
    /// assert_eq!(hilbert.row(0), [1.0, 0.5]);
    /// ```
    ///
    /// # Panics
    ///
    /// If the shape is too large.
    #[must_use]
    #[track_caller]
    pub fn from_fn(shape: [usize; 2], mut f: impl FnMut(usize, usize) -> T) -> Self {
        let [rows, cols] = shape;
        let places = (0..rows).flat_map(|i| (0..cols).map(move |j| (i, j)));
        Self::new(shape, places.map(|(i, j)| f(i, j)))
    }

    /// A matrix from its rows.
    ///
    /// # Panics
    ///
    /// If the rows differ in length.
    #[must_use]
    #[track_caller]
    pub fn from_rows<Row: AsRef<[T]>>(rows: &[Row]) -> Self {
        let cols = rows.first().map_or(0, |row| row.as_ref().len());
        for (i, row) in rows.iter().enumerate() {
            let len = row.as_ref().len();
            assert!(len == cols, "row 0 has length {cols}, row {i} has length {len}");
        }
        Self::new([rows.len(), cols], rows.iter().flat_map(|row| row.as_ref()).copied())
    }

    /// As an operand of [`Kernels::gemm`](crate::kernels::Kernels::gemm).
    #[doc(hidden)]
    #[must_use]
    pub fn view(&self) -> MatrixView<'_, T> {
        MatrixView::new(&self.data, self.shape())
    }

    /// The rows, as slices.
    #[must_use]
    pub fn iter_rows(&self) -> impl ExactSizeIterator<Item = &[T]> + Clone {
        (0..self.rows()).map(|i| self.row(i))
    }

    /// Row `i`.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[must_use]
    #[track_caller]
    pub fn row(&self, i: usize) -> &[T] {
        let [rows, cols] = self.shape();
        if i >= rows {
            no_row(i, self.shape());
        }
        &self.data[i * cols..(i + 1) * cols]
    }
}

impl<T: Copy + 'static> From<Vec<T>> for Dense<T, 1> {
    fn from(data: Vec<T>) -> Self {
        Self::from(&data[..])
    }
}

impl<T: Copy + 'static> From<&[T]> for Dense<T, 1> {
    fn from(data: &[T]) -> Self {
        Self { shape: Shape::of([data.len()]), data: Storage::copied(data) }
    }
}

impl<T: Copy + 'static, const N: usize> From<[T; N]> for Dense<T, 1> {
    fn from(data: [T; N]) -> Self {
        Self::from(&data[..])
    }
}

/// ```
/// use ad_core::Vector;
/// let squares: Vector<f64> = (0..4).map(|i| f64::from(i * i)).collect();
/// assert_eq!(squares.as_slice(), [0.0, 1.0, 4.0, 9.0]);
/// ```
impl<T: Copy + 'static> FromIterator<T> for Dense<T, 1> {
    fn from_iter<I: IntoIterator<Item = T>>(numbers: I) -> Self {
        Self::from(Vec::from_iter(numbers))
    }
}

/// ```
/// use ad_core::Vector;
/// assert_eq!(Vec::from(Vector::from([1.0, 2.0])), [1.0, 2.0]);
/// ```
impl<T: Copy + 'static> From<Dense<T, 1>> for Vec<T> {
    fn from(x: Dense<T, 1>) -> Self {
        x.data.to_vec()
    }
}

/// All numbers, row-major.
impl<T: Copy + 'static, const RANK: usize> AsRef<[T]> for Dense<T, RANK> {
    fn as_ref(&self) -> &[T] {
        &self.data
    }
}

/// An entry by its place on each axis.
///
/// ```
/// use ad_core::Matrix;
/// let w = Matrix::from_rows(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// assert_eq!((w[[0, 2]], w[[1, 0]]), (3.0, 4.0));
/// ```
///
/// # Panics
///
/// If there is no such entry.
impl<T: Copy + 'static, const RANK: usize> Index<[usize; RANK]> for Dense<T, RANK> {
    type Output = T;

    #[inline]
    #[track_caller]
    fn index(&self, index: [usize; RANK]) -> &T {
        let mut place = 0;
        for (extent, i) in self.shape().into_iter().zip(index) {
            assert!(i < extent, "no entry {index:?} in an array of shape {:?}", self.shape());
            place = place * extent + i;
        }
        &self.data[place]
    }
}

/// An entry of a vector by its place alone.
///
/// ```
/// use ad_core::Vector;
///
/// assert_eq!(Vector::from([1.0, 2.0])[1], 2.0);
/// ```
///
/// # Panics
///
/// If there is no such entry.
impl<T: Copy + 'static> Index<usize> for Dense<T, 1> {
    type Output = T;

    #[inline]
    #[track_caller]
    fn index(&self, index: usize) -> &T {
        &self[[index]]
    }
}

impl<T: Scalar, const RANK: usize> Dense<T, RANK> {
    /// Lifts plain numbers to constants of `T`; for a plain `T` the storage is shared.
    #[must_use]
    pub fn lifted(x: &Dense<T::Real, RANK>) -> Self {
        if let Some(plain) = (x as &dyn Any).downcast_ref::<Self>() {
            return plain.clone(); // one more owner, and not three
        }
        let flat = T::Vector::constant(&x.to_vector());
        flat.to_dense().reshape(x.shape())
    }

    /// The plain numbers at the bottom; for a plain `T` the storage is shared.
    #[must_use]
    pub fn lowered(&self) -> Dense<T::Real, RANK> {
        if let Some(plain) = (self as &dyn Any).downcast_ref::<Dense<T::Real, RANK>>() {
            return plain.clone();
        }
        let flat = T::Vector::from_dense(&self.to_vector());
        flat.primal().reshape(self.shape())
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn no_row(i: usize, shape: [usize; 2]) -> ! {
    panic!("no row {i} in a matrix of shape {shape:?}");
}

#[cold]
#[inline(never)]
#[track_caller]
fn no_entry(index: usize, shape: &[usize]) -> ! {
    panic!("no entry {index} in an array of shape {shape:?}");
}
