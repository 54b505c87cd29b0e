//! Trees of dual numbers: all inputs seeded at once, or none.

use crate::array::DualArray;
use crate::dual::Dual;
use ad_core::{Array, Lift, Scalar, Tree};

/// A tree whose numbers move in the directions `first`, `first + 1`, .., out of `directions`.
///
/// This is how one asks for *all* derivatives by the parameters of a model at once: the tangent of an
/// array computed from them is its sensitivity matrix, one column per parameter.
///
/// ```
/// use ad_core::{Array, Matrix, Vector};
/// use ad_forward::{DualArray, constant, seeded};
///
/// let w = Matrix::from_rows(&[[1.0, 2.0]]);
/// let (w, h, b) = (seeded::<_, _, 1>(&w, 0, 2), constant(&Vector::from([5.0, 6.0])), constant(&Vector::from([0.0])));
/// let u = DualArray::affine(&[(&w, &h)], &b);
/// assert_eq!(u.tangent(2).as_slice(), [5.0, 6.0]);
/// ```
///
/// They are variables made by hand: in the result of an operator, such as [`jvp`](crate::jvp()), they may have no part.
///
/// # Panics
///
/// If the numbers do not fit into the directions, or the tree has single scalars and `directions`
/// is not `N`.
#[must_use]
#[track_caller]
pub fn seeded<T, P, const N: usize>(x: &P, first: usize, directions: usize) -> P::Owned<Dual<T, N>>
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
{
    let numbers = ad_core::tree::count(x);
    let fit = first.checked_add(numbers).is_some_and(|end| end <= directions);
    assert!(fit, "{numbers} numbers do not fit into {directions} directions from {first} on");
    let mut seeds = Seeds { next: first, directions, misfit: false };
    let seeded = x.lift(&mut seeds);
    assert!(!seeds.misfit, "seeded: a number that stands by itself has {N} directions, not {directions}");
    seeded
}

/// A tree of constants: numbers that no direction moves.
#[must_use]
pub fn constant<T, P, const N: usize>(x: &P) -> P::Owned<Dual<T, N>>
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
{
    x.lift(&mut Constant)
}

struct Seeds {
    next: usize,
    directions: usize,
    /// Whether there was a scalar, which has other directions.
    misfit: bool,
}

impl<T: Scalar, const N: usize> Lift<T, Dual<T, N>> for Seeds {
    fn scalar(&mut self, x: T) -> Dual<T, N> {
        self.next += 1;
        if self.directions != N {
            self.misfit = true; // said later, where the caller is known
            return Dual::from_primal(x);
        }
        Dual::variable(x, self.next - 1)
    }
    fn array<const RANK: usize>(&mut self, x: &T::Array<RANK>) -> DualArray<T, N, RANK> {
        let first = self.next;
        self.next += x.len();
        DualArray::seeded(&x.to_dense(), first, self.directions)
    }
}

struct Constant;

impl<T: Scalar, const N: usize> Lift<T, Dual<T, N>> for Constant {
    fn scalar(&mut self, x: T) -> Dual<T, N> {
        Dual::from_primal(x)
    }
    fn array<const RANK: usize>(&mut self, x: &T::Array<RANK>) -> DualArray<T, N, RANK> {
        DualArray::from_primal(x.to_dense())
    }
}
