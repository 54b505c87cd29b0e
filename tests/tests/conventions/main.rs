//! What the derivative is where calculus does not say: every convention, in every mode and nesting.
//!
//! Each test gives a function and, at a point, the gradient and the Hessian that every mode has to
//! find: forward and reverse mode and their nestings, on `f64` and, where an `f32` can say the same, on
//! `f32`; Taylor series, for one variable. All follow one convention, and the primal is that of the plain run.

mod points;
mod rows;

use ad_core::num_traits::Zero;
use ad_core::{Array, Function, Scalar, Vector, rules};
use ad_forward::{Dual, derivative, derivatives, second_derivative, third_derivative};
use ad_tests::reference::Program;
use ad_tests::reference::modes::{self, Derivatives, Forward, Mode, Reverse};

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// How far off a result in the working precision may be, relative to it.
const ULPS: f64 = 4.0;

/// Whether two numbers are the same, up to rounding in the last places and the sign of a zero.
fn same(got: f64, expected: f64, epsilon: f64) -> bool {
    (got.is_nan() && expected.is_nan())
        || got == expected
        || (expected.is_finite() && (got - expected).abs() <= ULPS * epsilon * expected.abs())
}

/// A function of either width, as a program on `f64`.
struct Wide<'a, F>(&'a F);

impl<F: Function> Program for Wide<'_, F> {
    fn eval<S: Scalar<Real = f64>>(&self, x: &[S]) -> S {
        self.0.call(x)
    }
}

/// Holds every mode against the gradient and the upper triangle of the Hessian (if there is one).
fn check<F: Function>(f: &F, x: &[f64], gradient: &[f64], hessian: &[f64]) {
    let plain = f.call(x);
    let mut ways = modes::all();
    if let [_] = x {
        ways.extend(modes::series());
    }
    for (mode, differentiate) in ways {
        let found = differentiate(&Wide(f), x);
        hold(&format!("{mode} at {x:?}"), &found, (plain, gradient, hessian), f64::EPSILON);
    }
    let Some(narrow) = narrowed(x, gradient, hessian) else { return };
    let plain = f64::from(f.call(&narrow));
    for (mode, differentiate) in single_precision() {
        let found = differentiate(f, &narrow);
        hold(&format!("{mode} at {x:?}"), &found, (plain, gradient, hessian), f64::from(f32::EPSILON));
    }
}

/// Holds what a mode found against value, gradient and Hessian.
fn hold(mode: &str, found: &Derivatives, (plain, gradient, hessian): (f64, &[f64], &[f64]), epsilon: f64) {
    let value = found.value;
    assert!(
        value.to_bits() == plain.to_bits() || (value.is_nan() && plain.is_nan()),
        "{mode}: the value is {value}, not {plain}"
    );
    for (i, (&got, &expected)) in found.gradient.iter().zip(gradient).enumerate() {
        assert!(same(got, expected, epsilon), "{mode}: df/dx{i} is {got}, not {expected}");
    }
    if found.hessian.is_empty() || hessian.is_empty() {
        return;
    }
    let n = gradient.len();
    let entries = (0..n).flat_map(|i| (i..n).map(move |j| (i, j)));
    for ((i, j), &expected) in entries.zip(hessian) {
        for (i, j) in [(i, j), (j, i)] {
            let got = found.hessian[i][j];
            assert!(same(got, expected, epsilon), "{mode}: d2f/dx{i}dx{j} is {got}, not {expected}");
        }
    }
}

/// The point in `f32`, if it is the same there and the derivatives are numbers that an `f32` has.
fn narrowed(x: &[f64], gradient: &[f64], hessian: &[f64]) -> Option<Vec<f32>> {
    let exact = x.iter().all(|&x| x.is_nan() || f64::from(x as f32) == x);
    let fits = |x: f64| x == 0.0 || !x.is_finite() || (x as f32).is_normal();
    (exact && gradient.iter().chain(hessian).all(|&x| fits(x))).then(|| x.iter().map(|&x| x as f32).collect())
}

/// A way to differentiate a function on `f32`, by its name.
type Narrow<F> = (&'static str, fn(&F, &[f32]) -> Derivatives);

/// Every nesting of two modes, on `f32`.
fn single_precision<F: Function>() -> Vec<Narrow<F>> {
    vec![
        ("f32, forward over forward", by_nesting::<Forward, Forward>),
        ("f32, forward over reverse", by_nesting::<Forward, Reverse>),
        ("f32, reverse over forward", by_nesting::<Reverse, Forward>),
        ("f32, reverse over reverse", by_nesting::<Reverse, Reverse>),
    ]
}

fn by_nesting<Outer: Mode<f32>, Inner: Mode<Outer::Over>>(f: &impl Function, x: &[f32]) -> Derivatives {
    let (out, rows) = Outer::jacobian(
        |x| {
            let (value, gradient) = Inner::jacobian(|x| vec![f.call(x)], x);
            [value, gradient.concat()].concat()
        },
        x,
    );
    let wide = |row: &[f32]| row.iter().map(|&x| x.into()).collect::<Vec<f64>>();
    let hessian = rows[1..].iter().map(|row| wide(row)).collect();
    Derivatives { value: out[0].into(), gradient: wide(&out[1..]), hessian, third: None }
}

/// `x^n` at 0 has one derivative that is not 0, the `n`-th, and the one after it is 0 again.
#[test]
fn a_power_at_zero_differentiated_once_more_than_its_order() {
    struct Power(i32, bool);
    impl Program for Power {
        fn eval<S: Scalar<Real = f64>>(&self, x: &[S]) -> S {
            match self.1 {
                true => x[0].powi(self.0),
                false => x[0].powf(S::lit(f64::from(self.0))),
            }
        }
    }
    for by_integer in [true, false] {
        for (n, expected) in
            [(0, [0.0, 0.0, 0.0]), (1, [1.0, 0.0, 0.0]), (2, [0.0, 2.0, 0.0]), (3, [0.0, 0.0, 6.0])]
        {
            for (mode, differentiate) in modes::nested_twice() {
                let got = differentiate(&Power(n, by_integer), &[0.0]);
                let got = [got.gradient[0], got.hessian[0][0], got.third.unwrap()];
                assert_eq!(got, expected, "{mode}: x^{n}, by powi: {by_integer}");
            }
        }
    }
}

/// So it has of a subnormal number, of which a power below 0 overflows.
#[test]
fn three_derivatives_of_a_power_of_a_subnormal_number() {
    const X: f64 = 1e-310;
    for (n, expected) in [
        (0.0, [0.0, 0.0, 0.0]),
        (1.0, [1.0, 0.0, 0.0]),
        (2.0, [2.0 * X, 2.0, 0.0]),
        (3.0, [0.0, 6.0 * X, 6.0]),
    ] {
        assert_eq!(
            derivatives::<_, 4>(|x| x.powf(Scalar::lit(n)), X)[1..],
            expected,
            "x^{n}, by Taylor series"
        );
        let nested =
            [derivative(|x| x.powf(Scalar::lit(n)), X), second_derivative(|x| x.powf(Scalar::lit(n)), X)];
        assert_eq!(nested, expected[..2], "x^{n}");
        assert_eq!(third_derivative(|x| x.powf(Scalar::lit(n)), X), expected[2], "x^{n}");
    }
}

/// Where the factors before a power overflow, and the power is 0.
#[test]
fn derivatives_of_a_large_power_in_single_precision() {
    let found = derivatives::<f32, 6>(|x| x.powi(i32::MAX), 0.5);
    assert_eq!(found, [0.0; 6]);
}

/// References: `psi(n, x)` of mpmath, with 50 digits.
#[test]
fn polygamma_where_a_power_alone_underflows() {
    for (n, x, exact) in [
        (150, 150.0, -2.325_151_905_593_796e-66),
        (80, 1e4, -8.982_015_168_634_815e-204),
        (21, 1e15, 2.432_902_008_176_666_6e-297),
        (60, 3e5, -3.271_837_641_874_830_3e-249),
        (170, 200.0, -4.235_542_800_112_51e-87),
    ] {
        let value = Scalar::polygamma(x, n);
        assert!((value / exact - 1.0).abs() < 1e-14, "polygamma({n}, {x}) is {value:e}, not {exact:e}");
    }
}

/// Where `1 / x` overflows.
#[test]
fn digamma_and_polygamma_just_below_0_are_infinite() {
    for n in 0..8 {
        for x in [-1e-310, -5e-324] {
            assert_eq!(Scalar::polygamma(x, n), INF, "polygamma({n}, {x:e})");
        }
    }
}

/// Comparisons look at the primal alone; whether something is zero is no question of constants.
#[test]
fn comparisons_ignore_tangents() {
    let (x, y) = (Dual::<f64, 1>::variable(0.0, 0), Dual::from_primal(0.0));
    assert!(x == y && x.is_zero() && x <= y && !x.is_strong_zero() && y.is_strong_zero());
}

/// Arrays follow the scalars: a zero annihilates an infinity on either side, in both modes.
#[test]
fn arrays_have_strong_zeros_too() {
    fn behind<S: Scalar>(x: &S::Vector) -> S {
        Array::<S, 1>::sum(&x.map(rules::Relu).map(rules::Sqrt))
    }
    fn before<S: Scalar>(x: &S::Vector) -> S {
        Array::<S, 1>::sum(&x.map(rules::Sqrt).scale(-S::one()).map(rules::Relu))
    }
    fn masked<S: Scalar<Real = f64>>(x: &S::Vector) -> S {
        x.map(rules::Sqrt).hadamard(&S::Vector::constant(&Vector::from([0.0, 1.0]))).sum()
    }
    macro_rules! check {
        ($f:ident, $at:expr, $expected:expr) => {
            let (x, expected): (Vector<f64>, [f64; 2]) = (Vector::from($at), $expected);
            let reverse = ad_reverse::grad($f::<ad_reverse::Var<f64>>, &x);
            assert_eq!(reverse.as_slice(), expected, "reverse mode of {}", stringify!($f));
            for (i, &expected) in expected.iter().enumerate() {
                let dx = Vector::from([0, 1].map(|j| if i == j { 1.0 } else { 0.0 }));
                let (_, forward) = ad_forward::jvp($f::<ad_forward::Dual<f64, 1>>, &x, &dx);
                assert_eq!(forward, expected, "forward mode of {} along {i}", stringify!($f));
            }
        };
    }
    check!(behind, [-1.0, 4.0], [0.0, 0.25]);
    check!(before, [0.0, 4.0], [0.0, 0.0]);
    check!(masked, [0.0, 4.0], [0.0, 0.25]);
}
