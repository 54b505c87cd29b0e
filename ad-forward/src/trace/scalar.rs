//! [`Traced`]: a number that writes down what is done with it, by name.

use super::array::TracedArray;
use super::log::{D, Place, Seed, input, record};
use ad_core::kernels::Kernels;
use ad_core::{Binary, Nary, Scalar, Unary, rules};
use alloc::{vec, vec::Vec};
use core::fmt;
use core::ops::{Add, Div, Mul, Neg, Rem, Sub};

/// An `f64` in a [`Trace`](super::Trace): its value, and the row that it is the result of.
///
/// Comparisons look at the value alone.
#[derive(Clone, Copy, Debug)]
pub struct Traced {
    value: f64,
    /// `None` for a constant.
    place: Option<Place>,
}

impl Traced {
    pub(super) fn new(value: f64, place: Option<Place>) -> Self {
        Self { value, place }
    }

    pub(super) fn input(value: f64) -> Self {
        Self::new(value, Some(input(Vec::new(), vec![value])))
    }

    /// Its row in the open log.
    pub(super) fn place(self) -> Option<usize> {
        self.place.map(Place::row)
    }

    /// Itself as an operand.
    pub(super) fn operand(self) -> (Option<Place>, usize) {
        (self.place, 1)
    }

    fn unary(self, name: &'static str, op: impl Fn(D) -> D) -> Self {
        let (out, place) = record(name, &[self.operand()], |seed| op(seed.scalar(0, self.value)));
        Self::new(out.primal, place)
    }

    fn binary(self, rhs: Self, name: &'static str, op: impl Fn(D, D) -> D) -> Self {
        let run = |seed: Seed| op(seed.scalar(0, self.value), seed.scalar(1, rhs.value));
        let (out, place) = record(name, &[self.operand(), rhs.operand()], run);
        Self::new(out.primal, place)
    }
}

impl Kernels for Traced {}

impl Scalar for Traced {
    type Real = f64;
    type Array<const RANK: usize> = TracedArray<RANK>;

    fn constant(x: f64) -> Self {
        Self::new(x, None)
    }
    fn primal(self) -> f64 {
        self.value
    }
    fn apply<R: Unary>(self, rule: R) -> Self {
        self.unary(R::NAME, |x| x.apply(rule))
    }
    fn apply2<R: Binary>(self, rhs: Self, rule: R) -> Self {
        self.binary(rhs, R::NAME, |x, y| x.apply2(y, rule))
    }
    fn apply_n<R: Nary>(args: &[Self], rule: R) -> Self {
        let operands: Vec<_> = args.iter().map(|x| x.operand()).collect();
        let run = |seed: Seed| {
            let args: Vec<D> = args.iter().enumerate().map(|(k, x)| seed.scalar(k, x.value)).collect();
            D::apply_n(&args, rule)
        };
        let (out, place) = record(R::NAME, &operands, run);
        Self::new(out.primal, place)
    }
    fn with_primal(self, x: f64) -> Self {
        Self::new(x, self.place)
    }
    fn is_all_finite(self) -> bool {
        self.value.is_finite()
    }
    fn is_strong_zero(self) -> bool {
        self.place.is_none() && self.value == 0.0
    }
    fn is_zero_in_value(self) -> bool {
        self.value == 0.0
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $op:tt)*) => {
        $(
            impl $trait for Traced {
                type Output = Self;
                fn $method(self, rhs: Self) -> Self {
                    self.binary(rhs, stringify!($method), |x, y| x $op y)
                }
            }
        )*
    };
}
operators!(Add add + Sub sub - Mul mul * Div div /);

impl Rem for Traced {
    type Output = Self;
    fn rem(self, rhs: Self) -> Self {
        self.apply2(rhs, rules::Rem)
    }
}

ad_core::impl_number!([] Traced);
ad_core::impl_real_operators!([] Traced: f64);
ad_core::impl_lifted_operators!([] Traced: f64);

impl Neg for Traced {
    type Output = Self;
    fn neg(self) -> Self {
        self.unary("neg", |x| -x)
    }
}

ad_core::impl_by_value!([] Traced: f64, value, constant);

impl fmt::Display for Traced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
