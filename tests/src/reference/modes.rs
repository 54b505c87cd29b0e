//! Every way to differentiate a [`Program`]: modes, and modes nested in modes.

use super::Program;
use ad_core::Scalar;
use ad_forward::{Dual, Taylor, derivatives};
use ad_reverse::Var;

/// What a mode gives at a point; what it does not give is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Derivatives {
    /// The value.
    pub value: f64,
    /// The gradient.
    pub gradient: Vec<f64>,
    /// The rows of the Hessian.
    pub hessian: Vec<Vec<f64>>,
    /// The third derivative of a function of one variable.
    pub third: Option<f64>,
}

/// One mode, on any scalar `T`; modes nest by putting another mode's scalar for `T`.
pub trait Mode<T: Scalar> {
    /// The scalar on which the function is run.
    type Over: Scalar<Real = T::Real>;

    /// The values of a function, and its Jacobian by rows.
    fn jacobian(f: impl Fn(&[Self::Over]) -> Vec<Self::Over>, x: &[T]) -> (Vec<T>, Vec<Vec<T>>);
}

/// Forward mode, one direction at a time.
#[derive(Clone, Copy, Debug)]
pub struct Forward;

/// Forward mode, three directions at a time.
#[derive(Clone, Copy, Debug)]
pub struct Lanes;

/// Reverse mode.
#[derive(Clone, Copy, Debug)]
pub struct Reverse;

impl<T: Scalar> Mode<T> for Forward {
    type Over = Dual<T, 1>;
    fn jacobian(f: impl Fn(&[Self::Over]) -> Vec<Self::Over>, x: &[T]) -> (Vec<T>, Vec<Vec<T>>) {
        by_lanes(f, x)
    }
}

impl<T: Scalar> Mode<T> for Lanes {
    type Over = Dual<T, 3>;
    fn jacobian(f: impl Fn(&[Self::Over]) -> Vec<Self::Over>, x: &[T]) -> (Vec<T>, Vec<Vec<T>>) {
        by_lanes(f, x)
    }
}

/// `N` columns of the Jacobian at a time.
fn by_lanes<T: Scalar, const N: usize>(
    f: impl Fn(&[Dual<T, N>]) -> Vec<Dual<T, N>>,
    x: &[T],
) -> (Vec<T>, Vec<Vec<T>>) {
    let (mut values, mut rows) = (Vec::new(), Vec::<Vec<T>>::new());
    for start in (0..x.len()).step_by(N) {
        let seeded = |(i, &x): (usize, &T)| {
            if (start..start + N).contains(&i) { Dual::variable(x, i - start) } else { Dual::from_primal(x) }
        };
        let out = f(&x.iter().enumerate().map(seeded).collect::<Vec<_>>());
        values = out.iter().map(|y| y.primal).collect();
        rows.resize(out.len(), Vec::new());
        for (row, y) in rows.iter_mut().zip(&out) {
            row.extend(&y.tangent()[..N.min(x.len() - start)]);
        }
    }
    (values, rows)
}

impl<T: Scalar> Mode<T> for Reverse {
    type Over = Var<T>;
    fn jacobian(f: impl Fn(&[Self::Over]) -> Vec<Self::Over>, x: &[T]) -> (Vec<T>, Vec<Vec<T>>) {
        let (y, mut pullback) = ad_reverse::vjp(f, x);
        let unit = |i| (0..y.len()).map(|j| if i == j { T::one() } else { T::zero() }).collect::<Vec<_>>();
        let rows = (0..y.len()).map(|i| pullback.call(&unit(i))).collect();
        (y, rows)
    }
}

/// Value and gradient by one mode.
pub fn first<M: Mode<f64>>(program: &impl Program, x: &[f64]) -> Derivatives {
    let (value, mut rows) = M::jacobian(|x| vec![program.eval(x)], x);
    Derivatives { value: value[0], gradient: rows.swap_remove(0), ..Derivatives::default() }
}

/// The value, and the Hessian as the derivative by `Outer` of the gradient by `Inner`.
pub fn second<Outer: Mode<f64>, Inner: Mode<Outer::Over>>(program: &impl Program, x: &[f64]) -> Derivatives {
    let (out, mut rows) = Outer::jacobian(
        |x| {
            let (value, gradient) = Inner::jacobian(|x| vec![program.eval(x)], x);
            [value, gradient.into_iter().next().unwrap_or_default()].concat()
        },
        x,
    );
    let hessian = rows.split_off(1);
    Derivatives { value: out[0], gradient: out[1..].to_vec(), hessian, third: None }
}

/// The value and three derivatives of a function of one variable, each by its own mode.
pub fn third<A, B, C>(program: &impl Program, x: f64) -> Derivatives
where
    A: Mode<f64>,
    B: Mode<A::Over>,
    C: Mode<B::Over>,
{
    let (out, rows) = A::jacobian(
        |x| {
            let (out, rows) = B::jacobian(
                |x| {
                    let (value, gradient) = C::jacobian(|x| vec![program.eval(x)], x);
                    vec![value[0], gradient[0][0]]
                },
                x,
            );
            vec![out[0], out[1], rows[1][0]]
        },
        &[x],
    );
    Derivatives {
        value: out[0],
        gradient: vec![out[1]],
        hessian: vec![vec![out[2]]],
        third: Some(rows[2][0]),
    }
}

/// A way to differentiate a program, by its name.
pub type Named<P> = (&'static str, fn(&P, &[f64]) -> Derivatives);

/// Every mode, and every nesting of two modes.
pub fn all<P: Program>() -> Vec<Named<P>> {
    let mut modes: Vec<Named<P>> = vec![
        ("forward", first::<Forward>),
        ("forward, three lanes", first::<Lanes>),
        ("reverse", first::<Reverse>),
    ];
    modes.extend(nested());
    modes
}

/// Every nesting of two modes.
pub fn nested<P: Program>() -> Vec<Named<P>> {
    vec![
        ("forward over forward", second::<Forward, Forward>),
        ("forward over forward, three lanes", second::<Lanes, Lanes>),
        ("forward over reverse", second::<Forward, Reverse>),
        ("reverse over forward", second::<Reverse, Forward>),
        ("reverse over reverse", second::<Reverse, Reverse>),
    ]
}

/// Taylor series, for a function of one variable: the value and three derivatives in one run.
pub fn series<P: Program>() -> Vec<Named<P>> {
    vec![("Taylor series", taylor)]
}

fn taylor(program: &impl Program, x: &[f64]) -> Derivatives {
    let [value, first, second, third] = derivatives(|x: Taylor<f64, 4>| program.eval(&[x]), x[0]);
    Derivatives { value, gradient: vec![first], hessian: vec![vec![second]], third: Some(third) }
}

/// Every nesting of three modes, for a function of one variable.
pub fn nested_twice<P: Program>() -> Vec<Named<P>> {
    vec![
        ("forward over forward over forward", |p, x| third::<Forward, Forward, Forward>(p, x[0])),
        ("forward over forward over reverse", |p, x| third::<Forward, Forward, Reverse>(p, x[0])),
        ("forward over reverse over forward", |p, x| third::<Forward, Reverse, Forward>(p, x[0])),
        ("forward over reverse over reverse", |p, x| third::<Forward, Reverse, Reverse>(p, x[0])),
        ("reverse over forward over forward", |p, x| third::<Reverse, Forward, Forward>(p, x[0])),
        ("reverse over forward over reverse", |p, x| third::<Reverse, Forward, Reverse>(p, x[0])),
        ("reverse over reverse over forward", |p, x| third::<Reverse, Reverse, Forward>(p, x[0])),
        ("reverse over reverse over reverse", |p, x| third::<Reverse, Reverse, Reverse>(p, x[0])),
    ]
}
