//! First derivatives: [`jvp`] and [`derivative`].

use crate::array::DualArray;
use crate::dual::Dual;
use crate::tag::Tag;
use ad_core::tree::flatten_as;
use ad_core::{Array, Dense, LengthMismatch, Lift, Scalar, Tree, or_panic};
use core::borrow::Borrow;

/// `f'(x)` for a function of one variable.
///
/// # Panics
///
/// If a number of another derivative over the same type has a part in the result: one of an outer derivative that `f` runs
/// in, one kept from an earlier call, or a variable made by hand. The sum of their tangents would be the derivative by neither.
///
/// ```
/// use ad_core::Scalar;
/// assert_eq!(ad_forward::derivative(|x| x * x * x, 2.0), 12.0);
/// // Nesting by type gives the second derivative.
/// assert_eq!(ad_forward::derivative(|x| ad_forward::derivative(|y| y * y * y, x), 2.0), 12.0);
/// ```
#[doc(alias = "first_derivative")]
#[inline]
#[must_use]
#[track_caller]
pub fn derivative<T: Scalar>(f: impl FnOnce(Dual<T, 1>) -> Dual<T, 1>, x: T) -> T {
    value_and_derivative(f, x).1
}

/// `f(x)` and `f'(x)` for a function of one variable.
///
/// # Panics
///
/// As [`derivative`].
#[doc(alias("first_derivative", "compute_derivative_fwd"))]
#[inline]
#[must_use]
#[track_caller]
pub fn value_and_derivative<T: Scalar>(f: impl FnOnce(Dual<T, 1>) -> Dual<T, 1>, x: T) -> (T, T) {
    let tag = Tag::fresh();
    let y = f(Dual::variable(x, 0).tagged(tag));
    (y.primal, y.tangent_of(tag)[0])
}

/// The Jacobian-vector product: `f(x)` and the derivative of `f` at `x` along `dx`.
///
/// Costs a few runs of `f`, whatever the number of outputs: two to six were measured.
///
/// # Panics
///
/// If `dx` has not as many numbers as `x`, an array of another shape, or lists of other lengths; as [`derivative`].
///
/// ```
/// let (y, dy) = ad_forward::jvp(|x| x[0] * x[1], &[2.0, 3.0], &[1.0, 0.0]);
/// assert_eq!((y, dy), (6.0, 3.0));
/// ```
#[doc(alias("pushforward", "compute_directional_derivative_fwd"))]
#[must_use]
#[track_caller]
pub fn jvp<T, P, Out>(
    f: impl FnOnce(&P::Over<Dual<T, 1>>) -> Out,
    x: &P,
    dx: &P,
) -> (Out::Owned<T>, Out::Owned<T>)
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
    Out: Tree<Scalar = Dual<T, 1>>,
{
    or_panic(try_jvp(f, x, dx))
}

/// [`jvp`] along a direction that comes from outside.
///
/// # Errors
///
/// If `dx` has not as many numbers as `x`, an array of another shape, or lists of other lengths; `f` has not been run then.
///
/// # Panics
///
/// As [`derivative`].
#[allow(clippy::type_complexity, reason = "the value and the derivative, of one type")]
pub fn try_jvp<T, P, Out>(
    f: impl FnOnce(&P::Over<Dual<T, 1>>) -> Out,
    x: &P,
    dx: &P,
) -> Result<(Out::Owned<T>, Out::Owned<T>), LengthMismatch>
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
    Out: Tree<Scalar = Dual<T, 1>>,
{
    let tangents = flatten_as(("a point", x), ("tangents", dx))?;
    let tag = Tag::fresh();
    let inputs = x.lift(&mut Seed { tangents: tangents.into_iter(), tag });
    let out = f(inputs.borrow());
    Ok((out.lift(&mut Primal), out.lift(&mut Tangent { tag })))
}

/// [`jvp`] of a function that returns something else besides (JAX's `has_aux`).
///
/// # Panics
///
/// As [`jvp`].
#[doc(alias = "has_aux")]
#[must_use]
#[track_caller]
pub fn jvp_with_aux<T, P, Out, Aux>(
    f: impl FnOnce(&P::Over<Dual<T, 1>>) -> (Out, Aux),
    x: &P,
    dx: &P,
) -> (Out::Owned<T>, Out::Owned<T>, Aux)
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
    Out: Tree<Scalar = Dual<T, 1>>,
{
    let mut kept = None;
    let run = |x: &P::Over<Dual<T, 1>>| {
        let (out, aux) = f(x);
        kept = Some(aux);
        out
    };
    let (y, dy) = jvp(run, x, dx);
    (y, dy, kept.expect("the function has run"))
}

/// Gives each number of a tree its tangent, of which there are as many.
struct Seed<T> {
    tangents: alloc::vec::IntoIter<T>,
    tag: Tag,
}

impl<T: Scalar> Lift<T, Dual<T, 1>> for Seed<T> {
    fn scalar(&mut self, x: T) -> Dual<T, 1> {
        Dual::input_of(self.tag, x, [self.tangents.next().expect("as many as numbers")])
    }
    fn array<const RANK: usize>(&mut self, x: &T::Array<RANK>) -> DualArray<T, 1, RANK> {
        let tangent = Dense::new([x.len(), 1], self.tangents.by_ref().take(x.len()));
        match self.tag.if_moving(tangent.as_slice()) {
            Tag::NONE => DualArray::from_primal(x.to_dense()),
            tag => DualArray::with_tangent(&x.to_dense(), tangent).tagged(tag),
        }
    }
}

/// Reads the values of a result.
struct Primal;

impl<T: Scalar> Lift<Dual<T, 1>, T> for Primal {
    fn scalar(&mut self, x: Dual<T, 1>) -> T {
        x.primal
    }
    fn array<const RANK: usize>(&mut self, x: &DualArray<T, 1, RANK>) -> T::Array<RANK> {
        T::Array::from_dense(x.values())
    }
}

/// Reads the tangents of a result.
struct Tangent {
    /// That of the run that it is the result of.
    tag: Tag,
}

impl<T: Scalar> Lift<Dual<T, 1>, T> for Tangent {
    fn scalar(&mut self, x: Dual<T, 1>) -> T {
        x.tangent_of(self.tag)[0]
    }
    fn array<const RANK: usize>(&mut self, x: &DualArray<T, 1, RANK>) -> T::Array<RANK> {
        T::Array::from_dense(&x.tangent_of(self.tag, 1).reshape(x.shape()))
    }
}
