//! Right and wrong rules, and every row of the table, mutated or not, as *one* type of function: the laws
//! are compiled once per type.

mod rows;
mod wrong;

pub(crate) use rows::{every_row_of_one, every_row_of_two};

use ad_core::rule::Partials;
use ad_core::{Binary, Function, Nary, Real, Scalar, Unary};

/// What is done to a partial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Change {
    /// Nothing.
    Intact,
    /// A number is added.
    Added(f64),
    /// It is multiplied with a number.
    Scaled(f64),
    /// Its value is right, its derivative is not there.
    Detached,
}

/// A change of the partial by one argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mutation {
    pub(crate) change: Change,
    pub(crate) argument: usize,
}

impl Mutation {
    pub(crate) const NONE: Self = Self { change: Change::Intact, argument: 0 };

    fn of<S: Scalar>(self, argument: usize, partial: S) -> S {
        match self.change {
            _ if argument != self.argument => partial,
            Change::Intact => partial,
            Change::Added(number) => partial + S::lit(number),
            Change::Scaled(factor) => partial * S::lit(factor),
            Change::Detached => partial.stop_gradient(),
        }
    }
}

/// A rule with one of its partials changed.
#[derive(Clone, Copy, Debug)]
struct Mutated<R>(R, Mutation);

impl<R: Unary> Unary for Mutated<R> {
    const NAME: &'static str = R::NAME;
    fn value<N: Real>(self, x: N) -> N {
        self.0.value(x)
    }
    fn partial<S: Scalar>(self, x: S, y: S) -> S {
        self.1.of(0, self.0.partial(x, y))
    }
}

impl<R: Binary> Binary for Mutated<R> {
    const NAME: &'static str = R::NAME;
    fn value<N: Real>(self, x: N, y: N) -> N {
        self.0.value(x, y)
    }
    fn partial_x<S: Scalar>(self, x: S, y: S, z: S) -> S {
        self.1.of(0, self.0.partial_x(x, y, z))
    }
    fn partial_y<S: Scalar>(self, x: S, y: S, z: S) -> S {
        self.1.of(1, self.0.partial_y(x, y, z))
    }
}

impl<R: Nary> Nary for Mutated<R> {
    const NAME: &'static str = R::NAME;
    fn value<N: Real>(self, x: &[N]) -> N {
        self.0.value(x)
    }
    fn partials<S: Scalar>(self, x: &[S], y: S) -> Partials<S> {
        self.0.partials(x, y).into_iter().enumerate().map(|(i, p)| self.1.of(i, p)).collect()
    }
}

/// A rule by its name, in a function of as many variables as there are: a row of the table by its method,
/// of one variable times that variable, so that it has a second derivative; or a rule of [`wrong`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case(pub(crate) &'static str, pub(crate) Mutation);

/// A rule as it is.
pub(crate) fn case(name: &'static str) -> Case {
    Case(name, Mutation::NONE)
}

impl Function for Case {
    fn call<S: Scalar>(&self, x: &[S]) -> S {
        let Self(name, mutation) = *self;
        let row = match *x {
            [x] => rows::unary(name, x, mutation).map(|y| y * x),
            [x, y] => rows::binary(name, x, y, mutation),
            _ => None,
        };
        row.or_else(|| rows::nary(name, x, mutation)).or_else(|| wrong::call(name, x)).expect(name)
    }
}
