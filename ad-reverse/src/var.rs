//! [`Var`]: a number that records what is done with it.

use crate::array::VarArray;
use crate::tape::notes::note;
use crate::tape::{
    live_node, record_difference, record_nary, record_partials, record_sum, record_unary, record1, record2,
};
use ad_core::kernels::Kernels;
use ad_core::rule::partials_of;
use ad_core::{Binary, Function, Nary, Scalar, Unary, rules};
use ad_forward::Dual;
use std::array::from_fn;
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

/// A variable of a recording: a value, and the name of the place where it was recorded.
///
/// Variables are made by the operators ([`grad`](crate::grad), [`vjp`](fn@crate::vjp), ..), which hand
/// them to your function. They are plain `Copy` values that borrow nothing; one that outlives its
/// recording, or reaches another one, panics when it is used, and never gives a number.
///
/// ```
/// let g = ad_reverse::grad(|x| x[0] * x[1] + 1.0, &[2.0, 3.0]);
/// assert_eq!(g, [3.0, 2.0]);
/// ```
///
/// Comparisons look at the value alone.
#[doc(alias("AReal", "Reverse"))]
#[derive(Clone, Copy)]
pub struct Var<T> {
    value: T,
    /// 0 for a constant, else unique in the process.
    id: u64,
}

impl<T: Scalar> Var<T> {
    /// A number that depends on no input.
    #[inline]
    #[must_use]
    pub const fn from_value(value: T) -> Self {
        Self { value, id: 0 }
    }

    /// The value, as a number of the scalar below.
    #[inline]
    #[must_use]
    pub const fn value(self) -> T {
        self.value
    }

    #[inline]
    pub(crate) const fn new(value: T, id: u64) -> Self {
        Self { value, id }
    }

    #[inline]
    pub(crate) const fn id(self) -> u64 {
        self.id
    }

    /// The result of an operation by name, which was recorded with this id.
    #[inline(always)]
    pub(crate) fn result(name: &'static str, value: T, id: u64) -> Self {
        note(id, name, &[], &[value]);
        Self::new(value, id)
    }

    #[inline(always)]
    #[track_caller]
    fn unary(self, name: &'static str, value: T, partial: impl FnOnce() -> T) -> Self {
        Self::result(name, value, record1(self.id, partial))
    }

    #[inline(always)]
    #[track_caller]
    fn binary(
        self,
        rhs: Self,
        (name, value): (&'static str, T),
        by_left: impl FnOnce() -> T,
        by_right: impl FnOnce() -> T,
    ) -> Self {
        Self::result(name, value, record2(self.id, rhs.id, by_left, by_right))
    }

    /// `self` moved by a constant has the same derivatives, and so the same place: nothing to record.
    #[inline(always)]
    fn moved(self, value: T) -> Self {
        Self::new(value, self.id)
    }
}

impl<T: Scalar> Kernels for Var<T> {
    fn dot(x: &[Self], y: &[Self]) -> Self {
        crate::dot::dot(x, y)
    }
}

impl<T: Scalar> Scalar for Var<T> {
    type Real = T::Real;
    type Array<const RANK: usize> = VarArray<T, RANK>;
    const ORDER: usize = T::ORDER + 1;

    #[inline]
    fn constant(x: T::Real) -> Self {
        Self::from_value(T::constant(x))
    }
    #[inline]
    fn primal(self) -> T::Real {
        self.value.primal()
    }
    #[inline]
    fn stop_gradient(self) -> Self {
        Self::from_value(self.value.stop_gradient())
    }
    #[inline]
    #[track_caller]
    fn apply<R: Unary>(self, rule: R) -> Self {
        if self.id == 0 {
            return Self::from_value(self.value.apply(rule));
        }
        let (value, id) = record_unary(self.id, || {
            let value = self.value.apply(rule);
            (value, rule.partial(self.value, value))
        });
        Self::result(R::NAME, value, id)
    }
    #[inline]
    #[track_caller]
    fn apply2<R: Binary>(self, rhs: Self, rule: R) -> Self {
        let (x, y) = (self.value, rhs.value);
        let z = x.apply2(y, rule);
        self.binary(rhs, (R::NAME, z), || rule.partial_x(x, y, z), || rule.partial_y(x, y, z))
    }
    #[track_caller]
    fn apply_n<R: Nary>(args: &[Self], rule: R) -> Self {
        let values: Vec<T> = args.iter().map(|x| x.value).collect();
        let value = T::apply_n(&values, rule);
        let mut live = Vec::with_capacity(args.len());
        for x in args {
            live.push(live_node::<T>(x.id));
        }
        if live.iter().all(Option::is_none) {
            return Self::from_value(value);
        }
        let partials = partials_of(rule, &values, value).into_iter();
        let (partials, nodes): (Vec<T>, Vec<u32>) =
            partials.zip(live).filter_map(|(p, node)| Some((p, node?))).unzip();
        Self::result(R::NAME, value, record_nary(&partials, &nodes))
    }
    #[inline]
    #[track_caller]
    fn preaccumulate<F: Function, const N: usize>(f: &F, x: [Self; N]) -> Self {
        // A constant has no direction: its partial is not needed, and may not exist.
        let y = f.call(&from_fn::<_, N, _>(|k| match x[k].id {
            0 => Dual::from_primal(x[k].value),
            _ => Dual::variable(x[k].value, k),
        }));
        Self::result("preaccumulate", y.primal, record_partials(x.map(|x| x.id), y.tangent()))
    }
    #[inline]
    fn with_primal(self, x: T::Real) -> Self {
        self.moved(self.value.with_primal(x))
    }
    #[inline]
    fn is_all_finite(self) -> bool {
        self.value.is_all_finite()
    }
    #[inline]
    fn is_strong_zero(self) -> bool {
        self.id == 0 && self.value.is_strong_zero()
    }
    fn is_zero_in_value(self) -> bool {
        self.value.is_zero_in_value()
    }
}

impl<T: Scalar> Neg for Var<T> {
    type Output = Self;
    #[inline]
    #[track_caller]
    fn neg(self) -> Self {
        self.unary("neg", -self.value, || -T::one())
    }
}

impl<T: Scalar> Add for Var<T> {
    type Output = Self;
    #[inline(always)] // where the compiler decides against it, a program takes 1.2 times as long
    #[track_caller]
    fn add(self, rhs: Self) -> Self {
        let value = self.value + rhs.value;
        match (self.id, rhs.id) {
            (_, 0) => self.moved(value),
            (0, _) => rhs.moved(value),
            (x, y) => Self::result("add", value, record_sum::<T>(x, y)),
        }
    }
}

impl<T: Scalar> Sub for Var<T> {
    type Output = Self;
    #[inline]
    #[track_caller]
    fn sub(self, rhs: Self) -> Self {
        let value = self.value - rhs.value;
        match (self.id, rhs.id) {
            (_, 0) => self.moved(value),
            (0, y) => Self::result("sub", value, record1(y, || -T::one())),
            (x, y) => Self::result("sub", value, record_difference::<T>(x, y)),
        }
    }
}

impl<T: Scalar> Mul for Var<T> {
    type Output = Self;
    #[inline(always)]
    #[track_caller]
    fn mul(self, rhs: Self) -> Self {
        let value = self.value * rhs.value;
        if self.id != rhs.id {
            self.binary(rhs, ("mul", value), || rhs.value, || self.value)
        } else {
            // By half the traffic. Not twice the value: `x (x + c)` has one node and two values.
            self.unary("mul", value, || self.value + rhs.value)
        }
    }
}

impl<T: Scalar> Div for Var<T> {
    type Output = Self;
    #[inline]
    #[track_caller]
    fn div(self, rhs: Self) -> Self {
        let (x, y) = (self.value, rhs.value);
        let (rule, z) = (rules::Quotient, x / y);
        self.binary(rhs, ("div", z), || rule.partial_x(x, y, z), || rule.partial_y(x, y, z))
    }
}

impl<T: Scalar> Rem for Var<T> {
    type Output = Self;
    #[inline]
    #[track_caller]
    fn rem(self, rhs: Self) -> Self {
        self.apply2(rhs, rules::Rem)
    }
}

// By lifting the number: a constant costs nothing to make.
ad_core::impl_lifted_operators!([T: Scalar<Real = f64>] Var<T>: f64);
ad_core::impl_lifted_operators!([T: Scalar<Real = f32>] Var<T>: f32);

ad_core::impl_by_value!([T: Scalar] Var<T>: T, value, from_value);

impl<T: fmt::Debug> fmt::Debug for Var<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.id == 0 { "Constant" } else { "Var" };
        f.debug_tuple(name).field(&self.value).finish()
    }
}

/// The value alone.
impl<T: fmt::Display> fmt::Display for Var<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::Var;
    use crate::grad;

    #[test]
    fn a_variable_is_shown_by_its_value() {
        let x = Var::from_value(2.5);
        assert_eq!(format!("{x} {x:?} {:?}", Var::from_value(1.0_f32)), "2.5 Constant(2.5) Constant(1.0)");
        let _ = grad(
            |x| {
                assert_eq!(format!("{x:.1} {x:?}"), "2.0 Var(2.0)");
                *x
            },
            &2.0,
        );
    }
}
