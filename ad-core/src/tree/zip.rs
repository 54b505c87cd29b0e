//! Two trees of one structure, number by number.

use super::{Each, Tree, flatten_as};
use crate::{Scalar, or_panic};

/// A tree of what `f` makes of each number of `a` and the number of `b` in its place: a step of an optimiser, a sum of gradients.
///
/// ```
/// use ad_core::{Vector, tree::zip_map};
///
/// let (parameters, gradient) = ((1.0_f64, Vector::from([2.0, 3.0])), (2.0, Vector::from([4.0, 6.0])));
/// let (bias, weights) = zip_map(&parameters, &gradient, |x, g| x - 0.5 * g);
/// assert_eq!((bias, weights.as_slice()), (0.0, &[0.0, 0.0][..]));
/// ```
///
/// # Panics
///
/// If `b` has not as many numbers as `a`, an array of another shape where `a` has an array, or a list that ends inside of one of `a`
/// where another one of `a` ends inside of one of `b`.
#[doc(alias("tree_map", "tree_multimap", "sgd"))]
#[must_use]
#[track_caller]
pub fn zip_map<T, A, B>(a: &A, b: &B, mut f: impl FnMut(T, T) -> T) -> A::Owned<T>
where
    T: Scalar,
    A: Tree<Scalar = T> + ?Sized,
    B: Tree<Scalar = T> + ?Sized,
{
    let mut rest = or_panic(flatten_as(("a tree", a), ("numbers of another", b))).into_iter();
    a.lift(&mut Each(|x| f(x, rest.next().expect("counted"))))
}
