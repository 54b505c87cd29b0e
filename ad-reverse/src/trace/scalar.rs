//! [`Traced`]: a number that writes down what is done with it, by name.

use super::array::TracedArray;
use super::log::{D, Place, Seed, input, record};
use ad_core::kernels::Kernels;
use ad_core::{Binary, Nary, Scalar, Unary};
use num_traits::{Num, One, Zero};
use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};

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
    type Vector = TracedArray<1>;
    type Matrix = TracedArray<2>;

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
    ($($trait:ident $method:ident $assign_trait:ident $assign:ident $op:tt)*) => {
        $(
            impl $trait for Traced {
                type Output = Self;
                fn $method(self, rhs: Self) -> Self {
                    self.binary(rhs, stringify!($method), |x, y| x $op y)
                }
            }
            impl $assign_trait for Traced {
                fn $assign(&mut self, rhs: Self) {
                    *self = *self $op rhs;
                }
            }
        )*
    };
}
operators!(Add add AddAssign add_assign + Sub sub SubAssign sub_assign - Mul mul MulAssign mul_assign *
    Div div DivAssign div_assign / Rem rem RemAssign rem_assign %);

impl Neg for Traced {
    type Output = Self;
    fn neg(self) -> Self {
        self.unary("neg", |x| -x)
    }
}

impl Sum for Traced {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        // Start where the sum of f64 starts, so that the value is bit-equal.
        iter.fold(Self::constant(std::iter::empty::<f64>().sum()), Add::add)
    }
}

impl PartialEq for Traced {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl PartialOrd for Traced {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl Zero for Traced {
    fn zero() -> Self {
        Self::constant(0.0)
    }
    fn is_zero(&self) -> bool {
        self.value == 0.0
    }
}

impl One for Traced {
    fn one() -> Self {
        Self::constant(1.0)
    }
}

impl Num for Traced {
    type FromStrRadixErr = <f64 as Num>::FromStrRadixErr;
    fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
        f64::from_str_radix(text, radix).map(Self::constant)
    }
}

impl fmt::Display for Traced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
