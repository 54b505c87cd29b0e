//! Operators between a number that is differentiated and a plain one: what lifting the plain number gives.

use ad_core::Scalar;
use ad_forward::{Dual, Taylor};
use ad_reverse::{Var, value_and_grad};

/// A form by its name, mixed and lifted.
type Form<S> = (&'static str, S, S);

/// `c`, as a number like this one.
fn lift<S: Scalar>(_: S, c: S::Real) -> S {
    S::constant(c)
}

/// Every operator with a plain number on either side, and every assignment.
macro_rules! forms {
    ($x:expr, $c:expr) => {{
        let (x, c) = ($x, $c);
        let lifted = lift(x, c);
        let mut forms = vec![
            ("x + c", x + c, x + lifted),
            ("x - c", x - c, x - lifted),
            ("x * c", x * c, x * lifted),
            ("x / c", x / c, x / lifted),
            ("x % c", x % c, x % lifted),
            ("c + x", c + x, lifted + x),
            ("c - x", c - x, lifted - x),
            ("c * x", c * x, lifted * x),
            ("c / x", c / x, lifted / x),
            ("c % x", c % x, lifted % x),
        ];
        forms!(forms, x, c, lifted; += -= *= /= %=);
        forms
    }};
    ($forms:ident, $x:ident, $c:ident, $lifted:ident; $($op:tt)*) => {
        $(
            let (mut mixed, mut by_lifting) = ($x, $x);
            mixed $op $c;
            by_lifting $op $lifted;
            $forms.push((concat!("x ", stringify!($op), " c"), mixed, by_lifting));
        )*
    };
}

const POINTS: [f64; 6] = [0.75, -2.5, 3.0, 0.0, -0.0, f64::INFINITY];
const NUMBERS: [f64; 5] = [2.0, -0.375, 1.0, 0.0, f64::INFINITY];

/// The value and all derivatives of a number, from the value on.
trait Components: Scalar {
    fn components(self) -> Vec<f64>;
}

macro_rules! plain {
    ($($real:ty)*) => {
        $(impl Components for $real {
            fn components(self) -> Vec<f64> {
                vec![self.into()]
            }
        })*
    };
}
plain!(f64 f32);

impl<T: Components, const N: usize> Components for Dual<T, N> {
    fn components(self) -> Vec<f64> {
        std::iter::once(self.primal).chain(self.tangent()).flat_map(T::components).collect()
    }
}

impl<T: Components, const K: usize> Components for Taylor<T, K> {
    fn components(self) -> Vec<f64> {
        self.coefficients().into_iter().flat_map(T::components).collect()
    }
}

/// Asserts that both are the same, up to rounding in the last places and the sign of a zero.
fn same(form: &str, (x, c): (f64, f64), mixed: &[f64], lifted: &[f64], epsilon: f64) {
    assert_eq!(mixed.len(), lifted.len());
    for (&a, &b) in mixed.iter().zip(lifted) {
        let close = b.is_finite() && (a - b).abs() <= 4.0 * epsilon * b.abs();
        assert!(
            a == b || (a.is_nan() && b.is_nan()) || close,
            "{form} at x = {x}, c = {c}: {mixed:?} and, lifted, {lifted:?}"
        );
    }
}

fn pairs() -> impl Iterator<Item = (f64, f64)> {
    POINTS.into_iter().flat_map(|x| NUMBERS.map(|c| (x, c)))
}

/// Numbers that carry their derivatives.
fn carried<S: Components>(variable: impl Fn(f64) -> S, forms: impl Fn(S, f64) -> Vec<Form<S>>, epsilon: f64) {
    for (x, c) in pairs() {
        for (name, mixed, lifted) in forms(variable(x), c) {
            same(name, (x, c), &mixed.components(), &lifted.components(), epsilon);
        }
    }
}

/// Variables of a recording over `T`.
fn recorded<T: Components>(
    variable: impl Fn(f64) -> T,
    forms: impl Fn(Var<T>, f64) -> Vec<Form<Var<T>>>,
    epsilon: f64,
) {
    for (x, c) in pairs() {
        let count = forms(Var::from_value(variable(x)), c).len();
        for i in 0..count {
            let components = |(value, gradient): (T, T)| [value, gradient].map(T::components).concat();
            let mixed = components(value_and_grad(|y: &Var<T>| forms(*y, c)[i].1, &variable(x)));
            let lifted = components(value_and_grad(|y: &Var<T>| forms(*y, c)[i].2, &variable(x)));
            let name = forms(Var::from_value(variable(x)), c)[i].0;
            same(name, (x, c), &mixed, &lifted, epsilon);
        }
    }
}

#[test]
fn a_mixed_operator_is_that_of_the_lifted_number() {
    carried(|x| Dual::<f64, 2>::variable(x, 1), |x, c| forms!(x, c), f64::EPSILON);
    carried(
        |x| Dual::<Dual<f64, 1>, 1>::variable(Dual::variable(x, 0), 0),
        |x, c| forms!(x, c),
        f64::EPSILON,
    );
    carried(Taylor::<f64, 4>::variable, |x, c| forms!(x, c), f64::EPSILON);
    recorded(|x: f64| x, |x, c| forms!(x, c), f64::EPSILON);
    recorded(|x| Dual::<f64, 1>::variable(x, 0), |x, c| forms!(x, c), f64::EPSILON);
}

#[test]
fn a_mixed_operator_in_single_precision_is_that_of_the_lifted_number() {
    let epsilon = f32::EPSILON.into();
    carried(|x| Dual::<f32, 1>::variable(x as f32, 0), |x, c| forms!(x, c as f32), epsilon);
    carried(|x| Taylor::<f32, 3>::variable(x as f32), |x, c| forms!(x, c as f32), epsilon);
    recorded(|x| x as f32, |x, c| forms!(x, c as f32), epsilon);
    recorded(|x| Dual::<f32, 1>::variable(x as f32, 0), |x, c| forms!(x, c as f32), epsilon);
}
