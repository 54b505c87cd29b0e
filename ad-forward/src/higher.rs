//! Higher derivatives by nesting: one level of [`Dual`] for each order.

use crate::dual::Dual;
use crate::jvp::derivative;
use crate::tag::Tag;
use ad_core::tree::{Each, flatten_as};
use ad_core::{Scalar, Tree, or_panic};
use core::borrow::Borrow;

/// A dual number of dual numbers: what second derivatives are computed on.
#[doc(alias = "HyperDual")]
pub type Dual2<T> = Dual<Dual<T, 1>, 1>;
/// Three levels of dual numbers: what third derivatives are computed on.
#[doc(alias = "HyperHyperDual")]
pub type Dual3<T> = Dual<Dual<Dual<T, 1>, 1>, 1>;

/// `f''(x)` for a function of one variable.
///
/// ```
/// use ad_core::Scalar;
/// assert_eq!(ad_forward::second_derivative(|x| x * x * x, 2.0), 12.0);
/// ```
///
/// # Panics
///
/// As [`derivative`].
#[must_use]
pub fn second_derivative<T: Scalar>(f: impl FnOnce(Dual2<T>) -> Dual2<T>, x: T) -> T {
    derivative(|x| derivative(f, x), x)
}

/// `f'''(x)` for a function of one variable.
///
/// ```
/// use ad_core::Scalar;
/// assert_eq!(ad_forward::third_derivative(|x| x * x * x, 2.0), 6.0);
/// ```
///
/// # Panics
///
/// As [`derivative`].
#[must_use]
pub fn third_derivative<T: Scalar>(f: impl FnOnce(Dual3<T>) -> Dual3<T>, x: T) -> T {
    derivative(|x| second_derivative(f, x), x)
}

/// The third derivative of `f` at `x` along three directions, `D^3 f(x)[u, v, w]`: the derivative along
/// `w` of the derivative along `v` of the derivative along `u`, whose order does not matter.
///
/// One run of `f` on numbers of eight components, whatever the number of inputs and outputs.
///
/// ```
/// let f = |x: &[_]| x[0] * x[0] * x[1];
/// let d3 = ad_forward::third_directional_derivative(f, &[2.0, 3.0][..], [&[1.0, 0.0], &[1.0, 0.0], &[0.0, 1.0]]);
/// assert_eq!(d3, 2.0); // d^3 f / dx0 dx0 dx1
/// ```
///
/// # Panics
///
/// If a direction has not as many numbers as `x`, an array of another shape, or lists of other lengths; as [`derivative`].
#[doc(alias = "third_partial_derivative_vec")]
#[must_use]
#[track_caller]
pub fn third_directional_derivative<T, P, Out>(
    f: impl FnOnce(&P::Over<Dual3<T>>) -> Out,
    x: &P,
    directions: [&P; 3],
) -> Out::Owned<T>
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
    Out: Tree<Scalar = Dual3<T>>,
{
    let [u, v, w] = directions.map(|direction| flatten_as(("a point", x), ("tangents", direction)));
    let directions = [or_panic(u), or_panic(v), or_panic(w)];
    let tags = [Tag::fresh(), Tag::fresh(), Tag::fresh()];
    let mut place = 0;
    let inputs = x.lift(&mut Each(|x: T| {
        let [u, v, w] = [0, 1, 2].map(|k: usize| directions[k][place]);
        place += 1;
        let first = Dual::input_of(tags[0], x, [u]);
        let second = Dual::input_of(tags[1], first, [Dual::from_primal(v)]);
        Dual::input_of(tags[2], second, [Dual::from_primal(Dual::from_primal(w))])
    }));
    let third = |y: Dual3<T>| y.tangent_of(tags[2])[0].tangent_of(tags[1])[0].tangent_of(tags[0])[0];
    f(inputs.borrow()).lift(&mut Each(third))
}
