//! Whether a state has the structure of the first one.
//!
//! A state that is kept is its numbers in order, and they are put into the structure of the first state when it is
//! restored. In another one, such as two vectors of different lengths that have changed places, they would be other numbers.

use ad_core::{Array, Lift, Scalar, Tree};

/// A part of a state, as its [`Lift`] sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaf {
    Scalar,
    Scalars(usize),
    Vector(usize),
    Matrix([usize; 2]),
}

/// The parts of a state, in order.
#[derive(Debug)]
pub(super) struct Structure(Vec<Leaf>);

impl Structure {
    pub(super) fn of<T: Scalar, H: Tree<Scalar = T> + ?Sized>(state: &H) -> Self {
        let mut leaves = Vec::new();
        state.lift::<T, _>(&mut Leaves(|leaf| leaves.push(leaf)));
        Self(leaves)
    }

    /// # Panics
    ///
    /// If the state after step `t` has another structure than this.
    #[track_caller]
    pub(super) fn check<T: Scalar, H: Tree<Scalar = T>>(&self, t: usize, state: &H) {
        let (mut expected, mut same) = (self.0.iter(), true);
        state.lift::<T, _>(&mut Leaves(|leaf| same &= expected.next() == Some(&leaf)));
        if !same || expected.next().is_some() {
            let (first, found) = (&self.0, Self::of(state).0);
            panic!(
                "the state after step {t} has not the numbers and shapes of the first one: {found:?}, and not {first:?}"
            );
        }
    }
}

/// Shows each leaf to a function.
struct Leaves<F>(F);

impl<T: Scalar, F: FnMut(Leaf)> Lift<T, T> for Leaves<F> {
    fn scalar(&mut self, x: T) -> T {
        (self.0)(Leaf::Scalar);
        x
    }
    fn scalars(&mut self, x: &[T]) -> Vec<T> {
        (self.0)(Leaf::Scalars(x.len()));
        x.to_vec()
    }
    fn vector(&mut self, x: &T::Vector) -> T::Vector {
        (self.0)(Leaf::Vector(x.len()));
        x.clone()
    }
    fn matrix(&mut self, x: &T::Matrix) -> T::Matrix {
        (self.0)(Leaf::Matrix(x.shape()));
        x.clone()
    }
}
