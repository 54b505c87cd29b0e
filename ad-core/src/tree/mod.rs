//! Arguments with structure: a scalar, a slice, a tuple, or a struct of parameters.
//!
//! An operator such as `grad` does not care how a function takes its arguments; it needs to replace
//! every number in them by one that is differentiated, and to read results back in the same order.
//! That is one method, [`Tree::lift`]. A struct of parameters implements it by lifting its fields, by hand or with
//! [`impl_tree!`](crate::impl_tree):
//!
//! ```
//! use ad_core::{Lift, Scalar, Tree};
//!
//! struct Line<S> { slope: S, offset: S }
//!
//! impl<T: Scalar> Tree for Line<T> {
//!     type Scalar = T;
//!     type Over<S: Scalar<Real = T::Real>> = Line<S>;
//!     type Owned<S: Scalar<Real = T::Real>> = Line<S>;
//!     fn lift<S: Scalar<Real = T::Real>, L: Lift<T, S>>(&self, to: &mut L) -> Line<S> {
//!         Line { slope: to.scalar(self.slope), offset: to.scalar(self.offset) }
//!     }
//! }
//! ```
//!
//! Operators that give a matrix (`jacobian`, `hessian` and their kin) or keep buffers take a slice instead: [`flatten`] makes
//! one of a tree, and [`unflatten`] brings the numbers that the operator passes to the function back into the structure.
//! [`zip_map`] moves a tree along its gradient.

use crate::length::or_panic;
use crate::{Array, Dense, LengthMismatch, Real, Scalar};
use alloc::vec::Vec;
use core::borrow::Borrow;

mod fit;
mod zip;

pub use zip::zip_map;

#[doc(hidden)] // for the operators of the modes, which take trees that stand for others
pub use fit::{flatten_as, flatten_as_listed};

/// How the leaves of a [`Tree`] over `T` become leaves over `S`. Implemented by the operators.
pub trait Lift<T: Scalar, S: Scalar<Real = T::Real>> {
    /// Lifts a scalar.
    fn scalar(&mut self, x: T) -> S;
    /// Lifts scalars that follow one another.
    fn scalars(&mut self, x: &[T]) -> Vec<S> {
        x.iter().map(|&x| self.scalar(x)).collect()
    }
    /// [`scalars`](Self::scalars) for as many as their type says, one by one unless the lift knows better.
    fn list<const N: usize>(&mut self, x: [T; N]) -> [S; N] {
        x.map(|x| self.scalar(x))
    }
    /// Lifts a vector or a matrix.
    fn array<const RANK: usize>(&mut self, x: &T::Array<RANK>) -> S::Array<RANK>;
}

/// A value made of scalars, vectors and matrices over [`Tree::Scalar`].
///
/// A scalar is one; slices, `Vec`s and arrays of scalars are; so are [`Vector`](crate::Vector) and [`Matrix`](crate::Matrix);
/// tuples of one to six trees; and structs for which [`impl_tree!`](crate::impl_tree) writes it.
///
/// ```
/// use ad_core::{Vector, tree::flatten};
/// assert_eq!(flatten(&(Vector::from([1.0, 2.0]),)), [1.0, 2.0]);
/// assert_eq!(flatten(&(1.0, [2.0, 3.0], (4.0,))), [1.0, 2.0, 3.0, 4.0]);
/// ```
#[doc(alias = "pytree")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no argument of an operator: it is no tree of numbers",
    note = "trees are numbers, vectors, matrices, slices, `Vec`s and arrays of numbers, and tuples of trees",
    note = "a struct is made one by `ad_core::impl_tree!`, whose kind `[tree]` is for a field that is a `Vec` of trees"
)]
pub trait Tree {
    /// What the leaves are made of.
    type Scalar: Scalar;
    /// The same tree over another scalar, as a function borrows it: `[S]` for `[T]`.
    type Over<S: Scalar<Real = <Self::Scalar as Scalar>::Real>>: ?Sized;
    /// The same tree over another scalar, owned: `Vec<S>` for `[T]`.
    type Owned<S: Scalar<Real = <Self::Scalar as Scalar>::Real>>: Borrow<Self::Over<S>>;

    /// Lifts every leaf, in a fixed order.
    fn lift<S, L>(&self, to: &mut L) -> Self::Owned<S>
    where
        S: Scalar<Real = <Self::Scalar as Scalar>::Real>,
        L: Lift<Self::Scalar, S>;
}

impl<T: Scalar> Tree for T {
    type Scalar = T;
    type Over<S: Scalar<Real = T::Real>> = S;
    type Owned<S: Scalar<Real = T::Real>> = S;

    fn lift<S: Scalar<Real = T::Real>, L: Lift<T, S>>(&self, to: &mut L) -> S {
        to.scalar(*self)
    }
}

impl<T: Scalar> Tree for [T] {
    type Scalar = T;
    type Over<S: Scalar<Real = T::Real>> = [S];
    type Owned<S: Scalar<Real = T::Real>> = Vec<S>;

    fn lift<S: Scalar<Real = T::Real>, L: Lift<T, S>>(&self, to: &mut L) -> Vec<S> {
        to.scalars(self)
    }
}

impl<T: Scalar> Tree for Vec<T> {
    type Scalar = T;
    type Over<S: Scalar<Real = T::Real>> = [S];
    type Owned<S: Scalar<Real = T::Real>> = Vec<S>;

    fn lift<S: Scalar<Real = T::Real>, L: Lift<T, S>>(&self, to: &mut L) -> Vec<S> {
        self.as_slice().lift(to)
    }
}

impl<T: Scalar, const N: usize> Tree for [T; N] {
    type Scalar = T;
    type Over<S: Scalar<Real = T::Real>> = [S; N];
    type Owned<S: Scalar<Real = T::Real>> = [S; N];

    fn lift<S: Scalar<Real = T::Real>, L: Lift<T, S>>(&self, to: &mut L) -> [S; N] {
        to.list(*self)
    }
}

/// Of plain numbers, and of every scalar that stores its arrays densely.
impl<R: Scalar<Array<RANK> = Dense<R, RANK>>, const RANK: usize> Tree for Dense<R, RANK> {
    type Scalar = R;
    type Over<S: Scalar<Real = R::Real>> = S::Array<RANK>;
    type Owned<S: Scalar<Real = R::Real>> = S::Array<RANK>;

    fn lift<S: Scalar<Real = R::Real>, L: Lift<R, S>>(&self, to: &mut L) -> S::Array<RANK> {
        to.array(self)
    }
}

macro_rules! tuple {
    ($first:ident $($name:ident)*) => {
        impl<$first: Tree, $($name: Tree<Scalar = $first::Scalar>),*> Tree for ($first, $($name,)*)
        where
            $first: Sized, $($name: Sized),*
        {
            type Scalar = $first::Scalar;
            type Over<S: Scalar<Real = <$first::Scalar as Scalar>::Real>> =
                ($first::Owned<S>, $($name::Owned<S>,)*);
            type Owned<S: Scalar<Real = <$first::Scalar as Scalar>::Real>> =
                ($first::Owned<S>, $($name::Owned<S>,)*);

            #[allow(non_snake_case, reason = "a tuple's fields are named after their types")]
            fn lift<S, L>(&self, to: &mut L) -> Self::Owned<S>
            where
                S: Scalar<Real = <Self::Scalar as Scalar>::Real>,
                L: Lift<Self::Scalar, S>,
            {
                let ($first, $($name,)*) = self;
                ($first.lift(to), $($name.lift(to),)*)
            }
        }
    };
}
tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);

/// Implements [`Tree`] for a struct that is generic in its scalar, from the kind of each field:
///
/// | kind | field |
/// |---|---|
/// | `scalar`, `vector`, `matrix` | `S`, `S::Vector`, `S::Matrix` |
/// | `tree` | a tree of its own: another such struct, a tuple, `[S; 3]`, `Vec<S>` |
/// | `[tree]`, `[matrix]`, .. | a `Vec` of that kind, as long in every run as in the parameters |
/// | `plain` | what is not differentiated, and cloned: a size, a flag, a name |
///
/// ```
/// use ad_core::{Scalar, Tree, impl_tree, tree::flatten, Vector};
///
/// struct Line<S> { slope: S, offset: S }
/// struct Model<S: Scalar> { line: Line<S>, weights: S::Vector }
/// impl_tree!(Line { slope: scalar, offset: scalar });
/// impl_tree!(Model { line: tree, weights: vector });
///
/// let model = Model { line: Line { slope: 2.0, offset: 1.0 }, weights: Vector::from([3.0, 4.0]) };
/// assert_eq!(flatten(&model), [2.0, 1.0, 3.0, 4.0]);
/// ```
///
/// Layers, as many as there are, and a size that stays what it is:
///
/// ```
/// use ad_core::{Scalar, impl_tree, tree::{flatten, unflatten}};
///
/// struct Layer<S> { gain: S, offset: S }
/// impl_tree!(Layer { gain: scalar, offset: scalar });
/// struct Network<S> { layers: Vec<Layer<S>>, repeats: usize }
/// impl_tree!(Network { layers: [tree], repeats: plain });
///
/// let layers = vec![Layer { gain: 2.0, offset: 1.0 }, Layer { gain: 3.0, offset: 4.0 }];
/// let network = Network { layers, repeats: 7 };
/// assert_eq!(flatten(&network), [2.0, 1.0, 3.0, 4.0]);
/// let other = unflatten(&network, vec![5.0, 6.0, 7.0, 8.0]);
/// assert_eq!((other.layers[1].gain, other.repeats), (7.0, 7));
/// ```
#[macro_export]
macro_rules! impl_tree {
    // The names of the parameters are ones that no struct has.
    ($name:ident { $($field:tt: $kind:tt),* $(,)? }) => {
        impl<ScalarOfTree: $crate::Scalar> $crate::Tree for $name<ScalarOfTree> {
            type Scalar = ScalarOfTree;
            type Over<OtherScalar: $crate::Scalar<Real = ScalarOfTree::Real>> = $name<OtherScalar>;
            type Owned<OtherScalar: $crate::Scalar<Real = ScalarOfTree::Real>> = $name<OtherScalar>;

            fn lift<OtherScalar, LiftOfTree>(&self, to: &mut LiftOfTree) -> $name<OtherScalar>
            where
                OtherScalar: $crate::Scalar<Real = ScalarOfTree::Real>,
                LiftOfTree: $crate::Lift<ScalarOfTree, OtherScalar>,
            {
                $name { $($field: $crate::impl_tree!(@ $kind to &self.$field)),* }
            }
        }
    };
    (@ scalar $to:ident $x:expr) => { $to.scalar(*$x) };
    (@ vector $to:ident $x:expr) => { $to.array::<1>($x) };
    (@ matrix $to:ident $x:expr) => { $to.array::<2>($x) };
    (@ tree $to:ident $x:expr) => { $crate::Tree::lift($x, $to) };
    (@ plain $to:ident $x:expr) => { ::core::clone::Clone::clone($x) };
    // What was meant, where the compiler would say that no rule expects a comma.
    ($name:ident { $($field:ident),* $(,)? }) => {
        ::core::compile_error!("say the kind of each field: `impl_tree!(Model { weights: matrix, offset: scalar })`");
    };
    (@ [$kind:tt] $to:ident $x:expr) => { $x.iter().map(|each| $crate::impl_tree!(@ $kind $to each)).collect() };
    (@ $kind:tt $to:ident $x:expr) => {
        ::core::compile_error!(::core::concat!(
            "`", ::core::stringify!($kind),
            "` is no kind of field: scalar, vector, matrix, tree, plain, or a Vec of one, as [tree]"
        ))
    };
}

/// Lifts every leaf as a constant: data that is not differentiated.
///
/// ```
/// use ad_core::{tree::Constant, Tree};
/// let x: Vec<f64> = [1.0, 2.0][..].lift(&mut Constant);
/// assert_eq!(x, [1.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Constant;

impl<R: Real, S: Scalar<Real = R>> Lift<R, S> for Constant {
    fn scalar(&mut self, x: R) -> S {
        S::constant(x)
    }
    fn array<const RANK: usize>(&mut self, x: &R::Array<RANK>) -> S::Array<RANK> {
        S::Array::constant(&x.primal())
    }
}

/// All numbers of a tree, in order.
///
/// ```
/// use ad_core::{tree::flatten, Matrix};
/// assert_eq!(flatten(&(1.0, Matrix::from_rows(&[[2.0, 3.0]]))), [1.0, 2.0, 3.0]);
/// ```
#[doc(alias("ravel_pytree", "tree_flatten"))]
#[must_use]
pub fn flatten<T: Scalar, P: Tree<Scalar = T> + ?Sized>(tree: &P) -> Vec<T> {
    let mut numbers = Flatten(Vec::new());
    tree.lift::<T, _>(&mut numbers);
    numbers.0
}

/// A tree of the structure of `like`, filled with other numbers, of any scalar.
///
/// ```
/// use ad_core::{Scalar, tree::{flatten, unflatten}};
///
/// // A function of a slice out of one of a tree, for an operator that takes a slice.
/// fn area<S: Scalar>((width, heights): &(S, [S; 2])) -> S {
///     *width * (heights[0] + heights[1])
/// }
/// let at = (2.0, [3.0, 4.0]);
/// fn of_slice<S: Scalar<Real = f64>>(at: &(f64, [f64; 2]), x: &[S]) -> S {
///     area(&unflatten(at, x.to_vec()))
/// }
/// assert_eq!(of_slice(&at, &flatten(&at)), 14.0);
/// ```
///
/// # Panics
///
/// If there are not as many numbers as `like` has.
#[doc(alias = "tree_unflatten")]
#[must_use]
#[track_caller]
pub fn unflatten<T, P>(like: &P, numbers: Vec<T>) -> P::Owned<T>
where
    T: Scalar<Real = <P::Scalar as Scalar>::Real>,
    P: Tree + ?Sized,
{
    or_panic(try_unflatten(like, numbers))
}

/// [`unflatten`] for numbers that come from outside.
///
/// # Errors
///
/// If there are not as many numbers as `like` has.
pub fn try_unflatten<T, P>(like: &P, numbers: Vec<T>) -> Result<P::Owned<T>, LengthMismatch>
where
    T: Scalar<Real = <P::Scalar as Scalar>::Real>,
    P: Tree + ?Sized,
{
    LengthMismatch::check(("a tree", count(like)), ("numbers", numbers.len()))?;
    Ok(like.lift(&mut Unflatten(&numbers)))
}

/// Lifts every leaf to the next numbers, of which there are enough.
struct Unflatten<'a, S>(&'a [S]);

impl<S> Unflatten<'_, S> {
    fn next(&mut self, count: usize) -> &[S] {
        let (next, rest) = self.0.split_at(count);
        self.0 = rest;
        next
    }
}

impl<T: Scalar, S: Scalar<Real = T::Real>> Lift<T, S> for Unflatten<'_, S> {
    fn scalar(&mut self, _: T) -> S {
        self.next(1)[0]
    }
    fn scalars(&mut self, x: &[T]) -> Vec<S> {
        self.next(x.len()).to_vec()
    }
    fn array<const RANK: usize>(&mut self, x: &T::Array<RANK>) -> S::Array<RANK> {
        S::Array::from_scalars(x.shape(), self.next(x.len()))
    }
}

/// How many numbers a tree has.
#[must_use]
pub fn count<T: Scalar, P: Tree<Scalar = T> + ?Sized>(tree: &P) -> usize {
    let mut count = Count(0);
    tree.lift::<T, _>(&mut count);
    count.0
}

struct Count(usize);

impl<T: Scalar> Lift<T, T> for Count {
    fn scalar(&mut self, x: T) -> T {
        self.0 += 1;
        x
    }
    fn array<const RANK: usize>(&mut self, x: &T::Array<RANK>) -> T::Array<RANK> {
        self.0 += x.len();
        x.clone()
    }
}

/// Lifts every number by a function, in order.
///
/// ```
/// use ad_core::{Tree, Vector, tree::Each};
///
/// let (a, b) = (1.0, Vector::from([2.0, 3.0])).lift(&mut Each(|x: f64| 10.0 * x));
/// assert_eq!((a, b.as_slice()), (10.0, &[20.0, 30.0][..]));
/// ```
#[doc(alias = "tree_map")]
#[derive(Clone, Copy, Debug)]
pub struct Each<F>(pub F);

impl<T: Scalar, S: Scalar<Real = T::Real>, F: FnMut(T) -> S> Lift<T, S> for Each<F> {
    fn scalar(&mut self, x: T) -> S {
        self.0(x)
    }
    fn array<const RANK: usize>(&mut self, x: &T::Array<RANK>) -> S::Array<RANK> {
        S::Array::from_dense(&Dense::new(x.shape(), x.to_scalars().into_iter().map(&mut self.0)))
    }
}

struct Flatten<T>(Vec<T>);

impl<T: Scalar> Lift<T, T> for Flatten<T> {
    fn scalar(&mut self, x: T) -> T {
        self.0.push(x);
        x
    }
    fn array<const RANK: usize>(&mut self, x: &T::Array<RANK>) -> T::Array<RANK> {
        self.0.extend(x.to_scalars());
        x.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_struct_may_have_the_name_of_any_parameter() {
        struct L<A> {
            x: A,
        }
        struct S<A> {
            x: L<A>,
        }
        struct T<A> {
            x: S<A>,
        }
        impl_tree!(L { x: scalar });
        impl_tree!(S { x: tree });
        impl_tree!(T { x: tree });
        let tree = unflatten(&T { x: S { x: L { x: 1.0 } } }, vec![2.0]);
        assert_eq!(flatten(&tree), [2.0]);
    }
}
