//! Every operator that seeds dual numbers, with a number from elsewhere in its function.

use super::{D, D8, done};
use ad_core::{Array, Scalar, Vector};
use ad_forward::{
    Dual, Dual3, DualArray, Jacobian, derivative, jacobian, jvp, jvp_with_aux, par_jacobian,
    second_derivative, third_derivative, third_directional_derivative, try_jvp, value_and_derivative,
};
use ad_reverse::{Hessian, Hvp, Var, grad_and_hvp, hessian, hvp};

/// A function of an operator's own variable and of one from elsewhere.
pub(super) fn product<S: Scalar>(own: S, other: S) -> S {
    own * other + other
}

/// A derivative at a point, which a number from elsewhere has a part in.
type Use = fn(D, f64);

/// At 0 its part is 0 in some of them by chance.
pub(super) const OF_ONE: &[(&str, Use)] = &[
    ("derivative", |x, at| done(derivative(|y| x + y, at))),
    ("value_and_derivative", |x, at| done(value_and_derivative(|y| product(y, x), at))),
    ("a product alone", |x, at| done(value_and_derivative(|y| y * x, at))),
    ("jvp", |x, at| done(jvp(|y: &[D; 2]| y[0] * x, &[at, 0.0], &[1.0, 0.0]))),
    ("jvp, where the input does not move", |x, at| {
        done(jvp(|y: &[D; 2]| [y[0], y[1] * x], &[0.0, at], &[1.0, 0.0]))
    }),
    ("try_jvp", |x, at| done(try_jvp(|y: &D| product(*y, x), &at, &1.0))),
    ("jvp_with_aux", |x, at| done(jvp_with_aux(|y: &D| (product(*y, x), 7), &at, &1.0))),
    ("jvp of an array", |x, at| {
        let v = Vector::from([at, 2.0]);
        done(jvp(|y: &DualArray<f64, 1, 1>| y.scale(x), &v, &v));
    }),
    ("an array of a number from elsewhere", |x, at| {
        let v = Vector::from([at, 2.0]);
        let other = DualArray::<f64, 1, 1>::from_scalars([2], &[x, x * x]);
        done(jvp(|y: &DualArray<f64, 1, 1>| y.hadamard(&other), &v, &v));
    }),
    ("second_derivative, inner level", |x, at| {
        // d/dy of 1 without seeds is 0: the inner level alone shows it.
        done(second_derivative(|y| y * Dual::from_primal(x), at));
    }),
    ("second_derivative", |x, at| done(second_derivative(|y| y * y * Dual::from_primal(x), at))),
    ("third_derivative", |x, at| {
        done(third_derivative(|y| y * y * Dual::from_primal(Dual::from_primal(x)), at));
    }),
    ("third_directional_derivative", |x, at| {
        let f = |y: &Dual3<f64>| *y * *y * Dual::from_primal(Dual::from_primal(x));
        done(third_directional_derivative(f, &at, [&1.0; 3]));
    }),
    ("hvp", |x, at| done(hvp(|y: &Var<D>| *y * Var::from_value(x), &at, &1.0))),
    ("hvp of a square", |x, at| done(hvp(|y: &Var<D>| *y * *y * Var::from_value(x), &at, &1.0))),
    ("grad_and_hvp", |x, at| done(grad_and_hvp(|y: &Var<D>| *y * *y * Var::from_value(x), &at, &1.0))),
    ("Hvp", |x, at| call_hvp(|y| y * Var::from_value(x), at, 1.0)),
    ("Hvp of a square", |x, at| call_hvp(|y| y * y * Var::from_value(x), at, 1.0)),
    // Along a direction that is 0 it meets nothing that moves before it is in the result.
    ("the result of hvp", |x, at| done(hvp(|y: &Var<D>| *y * Var::from_value(x), &at, &0.0))),
    ("the result of Hvp", |x, at| call_hvp(|y| y * Var::from_value(x), at, 0.0)),
];

fn call_hvp(f: impl Fn(Var<D>) -> Var<D>, at: f64, along: f64) {
    Hvp::new(|y: &[Var<D>]| f(y[0])).call(&[at], &[along], &mut [0.0], &mut [0.0]);
}

/// Of many directions at once.
type UseOfMany = fn(D8, f64);

pub(super) const OF_MANY: &[(&str, UseOfMany)] = &[
    ("jacobian", |x, at| done(jacobian(|y| vec![product(y[0], x)], &[at]))),
    ("jacobian of a product alone", |x, at| done(jacobian(|y| vec![y[0] * x], &[at]))),
    ("the result of jacobian", |x, at| done(jacobian(|_| vec![x], &[at]))),
    ("par_jacobian", |x, at| done(par_jacobian(|y| vec![product(y[0], x)], &[at; 20]))),
    ("par_jacobian of one column", |x, at| done(par_jacobian(|y| vec![y[0] * x], &[at]))),
    ("Jacobian", |x, at| call_jacobian(|y| product(y, x), &[at; 9])),
    ("Jacobian of one column", |x, at| call_jacobian(|y| y * x, &[at])),
    ("the result of Jacobian", |x, at| call_jacobian(|_| x, &[at])),
    ("hessian", |x, at| done(hessian(|y| y[0] * Var::from_value(x), &[at]))),
    ("hessian of a square", |x, at| done(hessian(|y| y[0] * y[0] * Var::from_value(x), &[at]))),
    ("Hessian", |x, at| {
        let mut inner = Hessian::new(|y: &[Var<D8>]| y[0] * Var::from_value(x));
        inner.call(&[at; 9], &mut [0.0; 9], &mut [0.0; 81]);
    }),
];

fn call_jacobian(f: impl Fn(D8) -> D8, at: &[f64]) {
    let mut inner = Jacobian::new(|y: &[D8], out: &mut [D8]| out[0] = f(y[0]));
    inner.call(at, &mut [0.0], &mut vec![0.0; at.len()]);
}
