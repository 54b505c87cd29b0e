//! The Hessian times a vector, by forward over reverse mode.

use crate::array::VarArray;
use crate::operators::gradient::gradient;
use crate::operators::linear::LinearMap;
use crate::sweep::places::Places;
use crate::var::Var;
use ad_core::tree::{flatten_as, unflatten};
use ad_core::{Array, Dense, LengthMismatch, Lift, Scalar, Tree, or_panic};
use ad_forward::{Dual, Tag};
use std::borrow::Borrow;
use std::fmt;

/// What a Hessian-vector product is computed on: a variable whose values carry one tangent.
pub type HvpVar<T> = Var<Dual<T, 1>>;

/// The Hessian of a scalar function times a vector, `H(x) v`.
///
/// Forward over reverse: one run and one sweep, both along `v`, whatever the number of inputs. The
/// Hessian itself is never there.
///
/// ```
/// // f = x0^2 x1, H = [[2 x1, 2 x0], [2 x0, 0]]
/// let hv = ad_reverse::hvp(|x| x[0] * x[0] * x[1], &[2.0, 3.0], &[1.0, 0.0]);
/// assert_eq!(hv, [6.0, 4.0]);
/// ```
///
/// # Panics
///
/// If `v` has not as many numbers as `x`, an array of another shape, or lists of other lengths; as [`grad`](crate::grad).
#[doc(alias = "hessian_vector_product")]
#[must_use]
#[track_caller]
pub fn hvp<T, P>(f: impl FnOnce(&P::Over<HvpVar<T>>) -> HvpVar<T>, x: &P, v: &P) -> P::Owned<T>
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
{
    grad_and_hvp(f, x, v).1
}

/// The gradient, and the Hessian times a vector: `g(x)` and `H(x) v`.
///
/// # Panics
///
/// As [`hvp`].
#[doc(alias("hessian_vector_product", "composed_hvp"))]
#[must_use]
#[track_caller]
pub fn grad_and_hvp<T, P>(
    f: impl FnOnce(&P::Over<HvpVar<T>>) -> HvpVar<T>,
    x: &P,
    v: &P,
) -> (P::Owned<T>, P::Owned<T>)
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
{
    or_panic(try_grad_and_hvp(f, x, v))
}

/// [`grad_and_hvp`] with a vector that comes from outside.
///
/// # Errors
///
/// If `v` has not as many numbers as `x`, an array of another shape, or lists of other lengths.
///
/// # Panics
///
/// As [`grad`](crate::grad).
#[allow(clippy::type_complexity, reason = "the gradient and the product, of one type")]
pub fn try_grad_and_hvp<T, P>(
    f: impl FnOnce(&P::Over<HvpVar<T>>) -> HvpVar<T>,
    x: &P,
    v: &P,
) -> Result<(P::Owned<T>, P::Owned<T>), LengthMismatch>
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
{
    let tangents = flatten_as(("a point", x), ("tangents", v))?;
    let tag = Tag::fresh();
    let lift = |inputs: &mut Places| x.lift(&mut Moving { inputs, tangents: tangents.into_iter(), tag });
    let (_, _, mut map) = LinearMap::record(lift, |x: P::Owned<HvpVar<T>>| f(x.borrow()));
    let (adjoints, _) = map.pull(1, &[Dual::from_primal(T::one())])?;
    let (gradient, product) = adjoints.into_iter().map(|a| (a.primal, a.tangent_of(tag)[0])).unzip();
    Ok((unflatten(x, gradient), unflatten(x, product)))
}

/// A function's Hessian times a vector as an object that keeps its buffers: no call after the first allocates, as far
/// as `f` does not (which has to be made of scalar operations for that). It is for the inner loop of Newton's method by
/// conjugate gradients.
///
/// [`hvp`] takes any structure of arguments, this a slice alone; [`ad_forward::jacobian`] says how to come from a tree.
///
/// ```
/// let mut hvp = ad_reverse::Hvp::new(|x| x[0] * x[0] * x[1]);
/// let (mut g, mut hv) = ([0.0; 2], [0.0; 2]);
/// assert_eq!(hvp.call(&[2.0, 3.0], &[1.0, 0.0], &mut g, &mut hv), 12.0);
/// assert_eq!((g, hv), ([12.0, 4.0], [6.0, 4.0]));
/// ```
#[doc(alias = "hessian_vector_product")]
#[derive(Clone)]
pub struct Hvp<T, F> {
    f: F,
    inputs: Vec<HvpVar<T>>,
}

impl<T: Scalar, F: FnMut(&[HvpVar<T>]) -> HvpVar<T>> Hvp<T, F> {
    /// The Hessian of `f`, to be multiplied.
    #[must_use]
    pub const fn new(f: F) -> Self {
        Self { f, inputs: Vec::new() }
    }

    /// Writes the gradient at `x` and the Hessian at `x` times `v` (n numbers each), and returns the value.
    ///
    /// # Panics
    ///
    /// If the slices have other lengths than `x`; as [`grad`](crate::grad).
    #[track_caller]
    pub fn call(&mut self, x: &[T], v: &[T], gradient_at_x: &mut [T], product: &mut [T]) -> T {
        let n = x.len();
        assert!(v.len() == n, "a point of {n} numbers was given {} tangents", v.len());
        assert!(gradient_at_x.len() == n, "a gradient of {n} numbers, a slice of {}", gradient_at_x.len());
        assert!(product.len() == n, "a product of {n} numbers, a slice of {}", product.len());
        let tag = Tag::fresh();
        let moving = x.iter().zip(v).map(|(&x, &v)| Dual::input_of(tag, x, [v]));
        let value = gradient(&mut self.f, &mut self.inputs, moving, |i, adjoint| {
            (gradient_at_x[i], product[i]) = (adjoint.primal, adjoint.tangent_of(tag)[0]);
        });
        value.primal
    }
}

impl<T, F> fmt::Debug for Hvp<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hvp").finish_non_exhaustive()
    }
}

/// Numbers become inputs of the open recording whose values move along a direction.
struct Moving<'a, I> {
    inputs: &'a mut Places,
    tangents: I,
    tag: Tag,
}

impl<T: Scalar, I: Iterator<Item = T>> Moving<'_, I> {
    fn moving(&mut self, x: T) -> Dual<T, 1> {
        Dual::input_of(self.tag, x, [self.tangents.next().expect("counted")])
    }
}

impl<T: Scalar, I: Iterator<Item = T>> Lift<T, HvpVar<T>> for Moving<'_, I> {
    fn scalar(&mut self, x: T) -> HvpVar<T> {
        let moving = self.moving(x);
        self.inputs.scalar(moving)
    }
    fn array<const RANK: usize>(&mut self, x: &T::Array<RANK>) -> VarArray<Dual<T, 1>, RANK> {
        let moving = Dense::new(x.shape(), x.to_dense().as_slice().iter().map(|&x| self.moving(x)));
        self.inputs.leaf(moving)
    }
}
