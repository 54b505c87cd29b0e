//! Taylor series: every row of the table has the derivatives of nested dual numbers, and more of them.

use ad_core::{
    Array, Binary, Matrix, Real, Scalar, Unary, Vector, binary_table, rules, special_table, unary_table,
};
use ad_forward::{Dual, Dual3, Taylor, derivative, derivatives, jet, third_directional_derivative};
use ad_reverse::{Var, grad};
use ad_tests::{cases, points};
use proptest::prelude::*;

/// The value and three derivatives by nested dual numbers.
fn nested(y: Dual3<f64>) -> [f64; 4] {
    let first = y.primal.primal.tangent()[0];
    [
        y.primal.primal.primal,
        first,
        y.primal.tangent()[0].tangent()[0],
        y.tangent()[0].tangent()[0].tangent()[0],
    ]
}

/// `x + rate t`, three times.
fn moving(x: f64, rate: f64) -> Dual3<f64> {
    let inner = Dual::new(x, [rate]);
    let middle = Dual::new(inner, [Dual::from_primal(rate)]);
    Dual::new(middle, [Dual::from_primal(Dual::from_primal(rate))])
}

#[track_caller]
fn agree(name: &str, series: [f64; 4], nested: [f64; 4]) {
    let scale = nested.iter().fold(0.0_f64, |scale, x| scale.max(x.abs()));
    assert_eq!(series[0].to_bits(), nested[0].to_bits(), "{name}: the value");
    for (order, (a, b)) in series.into_iter().zip(nested).enumerate() {
        let close = (a - b).abs() <= 1e-13 * b.abs() + 1e-15 * scale;
        assert!(close || (a.is_nan() && b.is_nan()) || a == b, "{name}, order {order}: {a:e} and {b:e}");
    }
}

fn unary<R: Unary>(rule: R, x: f64) {
    let of_series = derivatives(|t: Taylor<f64, 4>| t.apply(rule), x);
    agree(&format!("{}({x})", R::NAME), of_series, nested(moving(x, 1.0).apply(rule)));
}

fn binary<R: Binary>(rule: R, x: f64, y: f64) {
    let curve = [x, y].map(|x| Taylor::new([x, if x == y { 0.5 } else { 1.5 }, 0.0, 0.0]));
    let rate = |i: usize| curve[i].coefficients()[1];
    let z = curve[0].apply2(curve[1], rule).derivatives();
    let expected = nested(moving(x, rate(0)).apply2(moving(y, rate(1)), rule));
    agree(&format!("{}({x}, {y})", R::NAME), z, expected);
    // A constant on either side.
    let z = curve[0].apply2(Taylor::from_primal(y), rule).derivatives();
    agree(
        &format!("{}({x}, constant {y})", R::NAME),
        z,
        nested(moving(x, rate(0)).apply2(moving(y, 0.0), rule)),
    );
    let z = Taylor::from_primal(x).apply2(curve[1], rule).derivatives();
    agree(
        &format!("{}(constant {x}, {y})", R::NAME),
        z,
        nested(moving(x, 0.0).apply2(moving(y, rate(1)), rule)),
    );
}

macro_rules! every_unary_row {
    ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial:tt [$($x:expr),*] $($kernel:ident)?;)*) => {
        $($(unary(rules::$rule, $x);)*)*
    };
}

macro_rules! every_binary_row {
    ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $by_x:tt $by_y:tt [$(($x:expr, $y:expr)),*];)*) => {
        $($(binary(rules::$rule, $x, $y);)*)*
    };
}

#[test]
fn every_row_of_one_variable_has_its_derivatives() {
    unary_table!(every_unary_row);
    special_table!(every_unary_row);
    for n in [-2, 0, 1, 5] {
        unary(rules::Powi(n), 0.7);
    }
}

#[test]
fn every_row_of_two_variables_has_its_derivatives() {
    binary_table!(every_binary_row);
}

#[test]
fn rules_of_many_variables_have_their_derivatives() {
    let x = [0.3, -1.2, 0.8];
    let (series, dual) = (x.map(Taylor::<f64, 4>::variable), x.map(|x| moving(x, 1.0)));
    agree("norm", Scalar::norm(&series).derivatives(), nested(Scalar::norm(&dual)));
    agree("prod", Scalar::prod(&series).derivatives(), nested(Scalar::prod(&dual)));
    let weighted = |x: [Taylor<f64, 4>; 3]| Scalar::log_sum_exp(&[x[0], x[1] * 2.0, x[2] * x[2]]);
    let also = |x: [Dual3<f64>; 3]| Scalar::log_sum_exp(&[x[0], x[1] * 2.0, x[2] * x[2]]);
    agree("log_sum_exp", weighted(series).derivatives(), nested(also(dual)));
}

/// Far beyond what nesting can do.
#[test]
fn high_orders_of_known_series() {
    fn check<const K: usize>(name: &str, got: Taylor<f64, K>, expected: impl Fn(i32) -> f64) {
        for (k, got) in got.coefficients().into_iter().enumerate() {
            let expected = expected(k as i32);
            assert!(
                (got - expected).abs() <= 1e-13 * expected.abs() + 1e-17,
                "{name} {k}: {got:e}, {expected:e}"
            );
        }
    }
    let factorial = |k: i32| (1..=k).map(f64::from).product::<f64>();
    let t = |x| Taylor::<f64, 10>::variable(x);
    check("exp", t(1.0).exp(), |k| 1.0_f64.exp() / factorial(k));
    check("sin", t(0.0).sin(), |k| if k % 2 == 0 { 0.0 } else { f64::from(2 - k % 4) / factorial(k) });
    check("ln", t(2.0).ln(), |k| match k {
        0 => 2.0_f64.ln(),
        _ => -(-0.5_f64).powi(k) / f64::from(k),
    });
    check("1/x", t(2.0).recip(), |k| 0.5 * (-0.5_f64).powi(k));
    check("1/x by division", Taylor::from_primal(1.0) / t(2.0), |k| 0.5 * (-0.5_f64).powi(k));
    let binomial = |k: i32| (0..k).map(|j| (0.5 - f64::from(j)) / f64::from(j + 1)).product::<f64>();
    check("sqrt", t(1.0).sqrt(), binomial);
    check("powf", t(1.0).powf(Taylor::from_primal(0.5)), binomial);
    // tanh x = x - x^3/3 + 2 x^5/15 - 17 x^7/315 + 62 x^9/2835
    let tanh = [0.0, 1.0, 0.0, -1.0 / 3.0, 0.0, 2.0 / 15.0, 0.0, -17.0 / 315.0, 0.0, 62.0 / 2835.0];
    check("tanh", t(0.0).tanh(), |k| tanh[k as usize]);
    let erf = |k: i32| match k % 2 {
        0 => 0.0,
        _ => std::f64::consts::FRAC_2_SQRT_PI * (-1.0_f64).powi(k / 2) / (f64::from(k) * factorial(k / 2)),
    };
    check("erf", t(0.0).erf(), erf);
}

fn smooth<S: Scalar>(x: &[S]) -> Vec<S> {
    let n = x.len();
    let (v, w) = (
        S::Vector::from_scalars([n], x),
        S::Matrix::constant(&Matrix::filled([n, n], Real::from_literal(0.3))),
    );
    let h = S::Vector::affine(&[(&w, &v)], &v).map(rules::Tanh).softmax();
    vec![h.dot(&v), x[0].sin() / (x[1] * x[1] + S::one()), h.get(0) * S::log_sum_exp(x)]
}

proptest! {
    #![proptest_config(cases(64))]

    /// Scalars and arrays, against three nested directions.
    #[test]
    fn the_third_coefficient_along_a_line_is_the_directional_derivative(
        x in points::points(3, points::ordinary()), v in points::points(3, points::ordinary()),
    ) {
        let zero = [0.0; 3];
        let series = jet(|x: &[Taylor<f64, 4>]| smooth(x), [&x[..], &v, &zero, &zero]);
        let third = third_directional_derivative(|x: &[Dual3<f64>]| smooth(x), &x[..], [&v, &v, &v]);
        prop_assert_eq!(&series[0], &smooth(&x));
        for (a, b) in series[3].iter().zip(&third) {
            prop_assert!((6.0 * a - b).abs() <= 1e-12 * b.abs().max(1.0), "{} and {}", 6.0 * a, b);
        }
    }

    /// A curve through a curve: the series of `f(g(t))` is that of `f` along the series of `g`.
    #[test]
    fn series_compose(x in points::ordinary()) {
        let g = |t: Taylor<f64, 6>| [t.sin() * t, t.exp()];
        let f = |x: &[Taylor<f64, 6>; 2]| (x[0] + x[1]).tanh() * x[1].sqrt();
        let inner = g(Taylor::variable(x)).map(Taylor::coefficients);
        let curve: [[f64; 2]; 6] = std::array::from_fn(|k| [inner[0][k], inner[1][k]]);
        let [a, b, c, d, e, h] = &curve;
        prop_assert_eq!(jet(f, [a, b, c, d, e, h]), f(&g(Taylor::variable(x))).coefficients());
    }
}

/// At 0, where a product with an unknown coefficient may be 0 in its value and not in its derivative.
#[test]
fn the_derivative_of_a_series_is_the_next_one() {
    macro_rules! check {
        ($($f:ident)*) => {$(
            let exact = derivatives::<f64, 6>(|x| x.$f(), 0.0);
            let found = [
                derivative(|x| derivatives::<Dual<f64, 1>, 3>(|y| y.$f(), x)[2], 0.0),
                derivative(|x| derivatives::<Dual<f64, 1>, 4>(|y| y.$f(), x)[3], 0.0),
                grad(|x: &Var<f64>| derivatives::<Var<f64>, 5>(|y| y.$f(), *x)[4], &0.0),
            ];
            for (found, exact) in found.into_iter().zip(&exact[3..]) {
                let name = stringify!($f);
                assert!((found - exact).abs() <= 1e-13 * exact.abs().max(1.0), "{name}: {found} and {exact}");
            }
        )*};
    }
    check!(tan asin acos atanh tanh sigmoid softplus silu gelu gelu_tanh normal_pdf normal_cdf);
    let of_powf = derivative(|x| derivatives::<Dual<f64, 1>, 4>(|y| y.powf(y), x)[3], 1.0);
    assert!((of_powf - 8.0).abs() < 1e-13, "{of_powf}");
}

#[test]
fn zeros_are_strong_and_both_reals_and_nesting_work() {
    let t = Taylor::<f64, 3>::new([0.0, 0.0, 1.0]); // t^2: its root is singular, but not along t = 0's tangent
    assert_eq!(t.sqrt().coefficients()[1], 0.0);
    let path = Taylor::<f64, 3>::variable(-1.0).relu() * Taylor::new([f64::INFINITY, 1.0, 0.0]);
    assert_eq!(path.coefficients()[1..], [0.0, 0.0]);
    assert_eq!(derivatives::<f32, 3>(|x| x * x, 3.0), [9.0, 6.0, 2.0]);
    // The derivative of a second derivative is the third.
    let third = ad_forward::derivative(|x| derivatives::<_, 3>(|t| t.tanh(), x)[2], 0.4);
    assert!((third - derivatives::<f64, 4>(|t| t.tanh(), 0.4)[3]).abs() < 1e-14);
    let by_reverse = ad_reverse::grad(|x| derivatives::<_, 3>(|t| t.tanh(), *x)[2], &0.4);
    assert!((third - by_reverse).abs() < 1e-14);
    assert_eq!(Taylor::<f64, 3>::variable(2.0).to_string(), "2 + 1 t + 0 t^2");
    let _: Vector<f64> = jet(|x: &Dense| x.clone(), [&Vector::from([1.0]), &Vector::from([2.0])])[1].clone();
}

type Dense = ad_core::Vector<Taylor<f64, 2>>;

#[test]
#[should_panic(expected = "numbers in a coefficient")]
fn coefficients_of_other_lengths_are_refused() {
    let _ = jet(|x: &[Taylor<f64, 2>]| x[0], [&[1.0, 2.0][..], &[1.0][..]]);
}
