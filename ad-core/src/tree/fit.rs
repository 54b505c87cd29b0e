//! Whether a tree fits another one that it is a direction or a cotangent of.
//!
//! It may have its numbers in another structure, such as all of them in one slice. But where an array stands for an array, both
//! have one shape: a matrix of the other one's transposed shape has as many numbers, in another order. And the structure is coarser or
//! finer, not here the one and there the other: two lists that were exchanged have as many numbers, too.

use super::{Count, Flatten, Tree};
use crate::{Array, LengthMismatch, Lift, Scalar};
use alloc::vec::Vec;
use core::iter::Peekable;

/// Rows and columns; a vector is one row.
type Shape = [usize; 2];

/// Rows and columns of an array with one axis or two.
fn rows_and_cols<const RANK: usize>(shape: [usize; RANK]) -> Shape {
    if RANK == 1 { [1, shape[0]] } else { [shape[0], shape[1]] }
}

/// Counts the numbers of a tree, and lists its arrays: where each begins among them, and its shape.
struct Shapes {
    numbers: Count,
    shapes: Vec<(usize, Shape)>,
}

impl<T: Scalar> Lift<T, T> for Shapes {
    fn scalar(&mut self, x: T) -> T {
        self.numbers.scalar(x)
    }
    fn array<const RANK: usize>(&mut self, x: &T::Array<RANK>) -> T::Array<RANK> {
        if !x.is_empty() {
            self.shapes.push((self.numbers.0, rows_and_cols(x.shape())));
        }
        Lift::<T, T>::array(&mut self.numbers, x)
    }
}

/// The numbers of `given`, which stands for `of`; both have a name for the error.
///
/// # Errors
///
/// If there are not as many, an array of another shape stands for an array, or each tree has a leaf that is no part of
/// one of the other's.
pub fn flatten_as<T, Of, Given>(
    (of_name, of): (&'static str, &Of),
    given: (&'static str, &Given),
) -> Result<Vec<T>, LengthMismatch>
where
    T: Scalar,
    Of: Tree<Scalar = T> + ?Sized,
    Given: Tree<Scalar = T> + ?Sized,
{
    let mut arrays = Shapes { numbers: Count(0), shapes: Vec::new() };
    of.lift::<T, _>(&mut arrays);
    let numbers = flatten_as_listed((of_name, arrays.numbers.0), &mut arrays.shapes.into_iter(), given)?;
    match crossing(&leaves(of), &leaves(given.1)) {
        Some([expected, found]) => Err(LengthMismatch {
            of: of_name,
            expected: numbers.len(),
            given: given.0,
            found: numbers.len(),
            shapes: Some(([1, expected], [1, found])),
        }),
        None => Ok(numbers),
    }
}

/// Where the leaves of a tree end among its numbers: a list is one, as a scalar and an array are.
fn leaves<T: Scalar, P: Tree<Scalar = T> + ?Sized>(tree: &P) -> Vec<usize> {
    let mut leaves = Leaves { numbers: Count(0), ends: Vec::new() };
    tree.lift::<T, _>(&mut leaves);
    leaves.ends
}

/// The lengths of the first leaves of as many numbers in all that begin together and do not end together, if each of the two has an
/// end that the other has not.
fn crossing(of: &[usize], given: &[usize]) -> Option<[usize; 2]> {
    let lacks = |ends: &[usize], others: &[usize]| others.iter().any(|end| ends.binary_search(end).is_err());
    if !(lacks(of, given) && lacks(given, of)) {
        return None;
    }
    let together = of.iter().zip(given).take_while(|(of, given)| of == given).count();
    let start = if together == 0 { 0 } else { of[together - 1] };
    Some([of[together] - start, given[together] - start])
}

/// [`flatten_as`] for so many numbers, among them arrays: where each begins, in this order, and its shape. A recording, whose
/// numbers these are, knows of no lists.
///
/// # Errors
///
/// If there are not as many, or an array of another shape stands for an array.
pub fn flatten_as_listed<T, Given>(
    (of, expected): (&'static str, usize),
    arrays: &mut dyn Iterator<Item = (usize, Shape)>,
    (given, tree): (&'static str, &Given),
) -> Result<Vec<T>, LengthMismatch>
where
    T: Scalar,
    Given: Tree<Scalar = T> + ?Sized,
{
    let mut fit = Fit { numbers: Flatten(Vec::new()), arrays: arrays.peekable(), shapes: None };
    tree.lift::<T, _>(&mut fit);
    LengthMismatch::check((of, expected), (given, fit.numbers.0.len()))?;
    match fit.shapes {
        Some(shapes) => Err(LengthMismatch { of, expected, given, found: expected, shapes: Some(shapes) }),
        None => Ok(fit.numbers.0),
    }
}

/// Counts the numbers of a tree, and lists where its leaves end.
struct Leaves {
    numbers: Count,
    ends: Vec<usize>,
}

impl Leaves {
    /// Ends a leaf with the last number, if it has any.
    fn end(&mut self) {
        if self.ends.last() != Some(&self.numbers.0) && self.numbers.0 > 0 {
            self.ends.push(self.numbers.0);
        }
    }
}

impl<T: Scalar> Lift<T, T> for Leaves {
    fn scalar(&mut self, x: T) -> T {
        self.numbers.0 += 1;
        self.end();
        x
    }
    fn scalars(&mut self, x: &[T]) -> Vec<T> {
        self.numbers.0 += x.len();
        self.end();
        x.to_vec()
    }
    fn list<const N: usize>(&mut self, x: [T; N]) -> [T; N] {
        self.numbers.0 += N;
        self.end();
        x
    }
    fn array<const RANK: usize>(&mut self, x: &T::Array<RANK>) -> T::Array<RANK> {
        self.numbers.0 += x.len();
        self.end();
        x.clone()
    }
}

/// Collects numbers, and the first pair of shapes that differ.
struct Fit<'a, T> {
    numbers: Flatten<T>,
    arrays: Peekable<&'a mut dyn Iterator<Item = (usize, Shape)>>,
    shapes: Option<(Shape, Shape)>,
}

impl<T> Fit<'_, T> {
    /// Looks at an array that begins with the next number.
    fn look(&mut self, shape: Shape) {
        let place = self.numbers.0.len();
        while self.arrays.next_if(|array| array.0 < place).is_some() {}
        let other =
            self.arrays.peek().filter(|array| array.0 == place && array.1 != shape && !shape.contains(&0));
        self.shapes = self.shapes.or(other.map(|array| (array.1, shape)));
    }
}

impl<T: Scalar> Lift<T, T> for Fit<'_, T> {
    fn scalar(&mut self, x: T) -> T {
        self.numbers.scalar(x)
    }
    fn array<const RANK: usize>(&mut self, x: &T::Array<RANK>) -> T::Array<RANK> {
        self.look(rows_and_cols(x.shape()));
        self.numbers.array(x)
    }
}
