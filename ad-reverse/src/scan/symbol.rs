//! [`Symbol`]: the scalar on which a step is sketched.

use super::array::SymbolArray;
use super::sketch::{Change, Op, Sketch, give_up, sketch};
use ad_core::kernels::Kernels;
use ad_core::num_traits::{Num, One, Zero};
use ad_core::{Binary, Nary, Real, Scalar, Unary, rules};
use std::cmp::Ordering;
use std::fmt;
use std::iter::{Product, Sum};
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

/// A number of the step that is sketched: its value in the first step, and its place in the sketch.
///
/// The value is there so that a step runs as it would without a sketch. Whoever looks at it makes the sketch useless, for the value
/// is another one in the next step.
#[derive(Clone, Copy)]
pub(super) struct Symbol<R> {
    value: R,
    /// 0 for a constant.
    id: u64,
}

impl<R: Real> Symbol<R> {
    pub(super) fn new(value: R, id: u64) -> Self {
        Self { value, id }
    }

    pub(super) fn id(self) -> u64 {
        self.id
    }

    /// The value, to look at.
    fn seen(self) -> R {
        if self.id != 0 {
            give_up::<R>();
        }
        self.value
    }

    /// The value of a constant.
    fn fixed(self) -> Option<R> {
        (self.id == 0).then_some(self.value)
    }

    fn recorded(value: R, op: impl FnOnce(&mut Sketch<R>, u32) -> Op<R>) -> Self {
        Self { value, id: sketch(|sketch| sketch.scalar(op)).unwrap_or(0) }
    }

    /// This, changed by a plain number.
    fn changed(self, change: Change<R>, slope: R) -> Self {
        let value = change.of(self.value);
        if self.id == 0 {
            return Self::constant(value);
        }
        Self::recorded(value, |sketch, out| Op::By {
            change,
            slope,
            x: sketch.place(self.id).unwrap_or(0),
            out,
        })
    }

    /// `a self`
    fn multiple(self, a: R) -> Self {
        self.changed(Change::Times(a), a)
    }

    /// `self + a`
    fn moved(self, a: R) -> Self {
        self.changed(Change::Plus(a), R::one())
    }
}

impl<R: Real> Kernels for Symbol<R> {}

impl<R: Real> Scalar for Symbol<R> {
    type Real = R;
    type Array<const RANK: usize> = SymbolArray<R, RANK>;
    const ORDER: usize = 1; // of what it is a sketch for

    fn constant(x: R) -> Self {
        Self { value: x, id: 0 }
    }
    fn primal(self) -> R {
        self.seen()
    }
    fn apply<F: Unary>(self, rule: F) -> Self {
        Self::constant(self.seen().apply(rule))
    }
    fn apply2<F: Binary>(self, rhs: Self, rule: F) -> Self {
        Self::constant(self.seen().apply2(rhs.seen(), rule))
    }
    fn apply_n<F: Nary>(args: &[Self], rule: F) -> Self {
        let values: Vec<R> = args.iter().map(|x| x.seen()).collect();
        Self::constant(R::apply_n(&values, rule))
    }
    fn with_primal(self, x: R) -> Self {
        self.seen();
        Self::constant(x)
    }
    fn is_all_finite(self) -> bool {
        self.seen().is_all_finite()
    }
    fn is_strong_zero(self) -> bool {
        self.seen() == R::zero()
    }
}

impl<R: Real> Add for Symbol<R> {
    type Output = Self;
    fn add(self, rhs: Self) -> Self {
        match (self.fixed(), rhs.fixed()) {
            (Some(a), _) => rhs.moved(a),
            (_, Some(a)) => self.moved(a),
            _ => Self::recorded(self.value + rhs.value, |sketch, out| {
                let [x, y] = [self, rhs].map(|x| sketch.place(x.id).unwrap_or(0));
                Op::Plus { x, y, out }
            }),
        }
    }
}

impl<R: Real> Sub for Symbol<R> {
    type Output = Self;
    fn sub(self, rhs: Self) -> Self {
        self + -rhs // rounded alike
    }
}

impl<R: Real> Mul for Symbol<R> {
    type Output = Self;
    fn mul(self, rhs: Self) -> Self {
        match (self.fixed(), rhs.fixed()) {
            (Some(a), _) => rhs.multiple(a),
            (_, Some(a)) => self.multiple(a),
            _ => Self::constant(self.seen() * rhs.seen()),
        }
    }
}

impl<R: Real> Div for Symbol<R> {
    type Output = Self;
    fn div(self, rhs: Self) -> Self {
        match rhs.fixed() {
            Some(a) => {
                self.changed(Change::Over(a), rules::Quotient.partial_x(self.value, a, self.value / a))
            }
            None => Self::constant(self.seen() / rhs.seen()),
        }
    }
}

impl<R: Real> Rem for Symbol<R> {
    type Output = Self;
    fn rem(self, rhs: Self) -> Self {
        Self::constant(self.seen() % rhs.seen())
    }
}

impl<R: Real> Neg for Symbol<R> {
    type Output = Self;
    fn neg(self) -> Self {
        self.multiple(-R::one())
    }
}

ad_core::impl_assign_operators!([R: Real] Symbol<R>: Symbol<R>);

impl<R: Real> PartialEq for Symbol<R> {
    fn eq(&self, other: &Self) -> bool {
        self.seen() == other.seen()
    }
}

impl<R: Real> PartialOrd for Symbol<R> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.seen().partial_cmp(&other.seen())
    }
}

impl<R: Real> Sum for Symbol<R> {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::constant(std::iter::empty::<R>().sum()), Add::add)
    }
}

impl<R: Real> Product for Symbol<R> {
    fn product<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::one(), Mul::mul)
    }
}

impl<R: Real> Zero for Symbol<R> {
    fn zero() -> Self {
        Self::constant(R::zero())
    }
    fn is_zero(&self) -> bool {
        self.seen().is_zero()
    }
}

impl<R: Real> One for Symbol<R> {
    fn one() -> Self {
        Self::constant(R::one())
    }
}

impl<R: Real> Num for Symbol<R> {
    type FromStrRadixErr = <R as Num>::FromStrRadixErr;
    fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
        R::from_str_radix(text, radix).map(Self::constant)
    }
}

impl<R: Real> fmt::Display for Symbol<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.seen(), f)
    }
}

impl<R: Real> fmt::Debug for Symbol<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.seen(), f)
    }
}
