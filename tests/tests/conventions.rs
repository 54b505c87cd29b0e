//! What the derivative is where calculus does not say: every convention, in every mode and nesting.
//!
//! Each test gives a function and, at a point, the gradient and the Hessian that every mode has to
//! find: forward and reverse mode and their nestings, on `f64` and, where an `f32` can say the same, on
//! `f32`; Taylor series, for one variable. All follow one convention, and the primal is that of the plain run.

use ad_core::num_traits::Zero;
use ad_core::{Array, Function, Matrix, Scalar, Vector, rules, special_table, unary_table};
use ad_forward::{Dual, DualArray, jvp};
use ad_reverse::{Var, grad};
use ad_tests::reference::Program;
use ad_tests::reference::modes::{self, Derivatives, Forward, Mode, Reverse};
use std::f64::consts::LN_2;

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

/// `Table: name: |x| function; [point] => [gradient], [Hessian]; ..`
///
/// All functions of a table are one [`Function`], so that every mode is compiled once and not for each of them.
macro_rules! conventions {
    ($table:ident:
        $($name:ident: |$x:ident| $body:expr; $([$($at:expr),*] => [$($g:expr),*], [$($h:expr),*];)*)*) => {
        #[allow(non_camel_case_types, reason = "they are called as their tests")]
        #[derive(Clone, Copy, Debug)]
        enum $table { $($name),* }

        impl Function for $table {
            fn call<S: Scalar>(&self, x: &[S]) -> S {
                match self {
                    $(Self::$name => {
                        let $x = x;
                        $body
                    })*
                }
            }
        }

        $(#[test]
        fn $name() {
            $(check(&$table::$name, &[$($at),*], &[$($g),*], &[$($h),*]);)*
        })*
    };
}

conventions! {
    Convention:
    abs_at_zero: |x| x[0].abs();
        [0.0] => [0.0], [0.0];
        [-0.0] => [0.0], [0.0];
    sqrt_at_zero: |x| x[0].sqrt();
        [0.0] => [INF], [-INF];
        [-0.0] => [INF], [-INF];
        [-1.0] => [NAN], [NAN];
    cbrt_at_zero: |x| x[0].cbrt();
        [0.0] => [INF], [NAN];
        [-8.0] => [1.0 / 12.0], [1.0 / 144.0];
    max_at_a_tie: |x| x[0].max(x[1]);
        [2.0, 2.0] => [0.5, 0.5], [0.0, 0.0, 0.0];
        [0.0, -0.0] => [0.5, 0.5], [0.0, 0.0, 0.0];
        [INF, INF] => [0.5, 0.5], [];
    max_of_a_nan_follows_the_other: |x| x[0].max(x[1]);
        [NAN, 2.0] => [0.0, 1.0], [0.0, 0.0, 0.0];
        [2.0, NAN] => [1.0, 0.0], [0.0, 0.0, 0.0];
    max_of_two_nans: |x| x[0].max(x[1]);
        [NAN, NAN] => [NAN, NAN], [NAN, NAN, NAN];
    min_of_two_nans: |x| x[0].min(x[1]);
        [NAN, NAN] => [NAN, NAN], [NAN, NAN, NAN];
    min_at_a_tie: |x| x[0].min(x[1]);
        [2.0, 2.0] => [0.5, 0.5], [0.0, 0.0, 0.0];
    min_of_a_nan_follows_the_other: |x| x[0].min(x[1]);
        [NAN, 2.0] => [0.0, 1.0], [0.0, 0.0, 0.0];
        [2.0, NAN] => [1.0, 0.0], [0.0, 0.0, 0.0];
    relu_at_zero: |x| x[0].relu();
        [0.0] => [0.0], [0.0];
        [-0.0] => [0.0], [0.0];
        [INF] => [1.0], [0.0];
        [-INF] => [0.0], [0.0];
        [NAN] => [NAN], [NAN];
    a_difference_of_relus_is_not_the_identity: |x| x[0].relu() - (-x[0]).relu();
        [0.0] => [0.0], [0.0];
        [-2.0] => [1.0], [0.0];
    max_with_zero_differs_from_relu: |x| x[0].max(S::zero());
        [0.0] => [0.5], [0.0];
    abs_sub_at_a_tie: |x| x[0].abs_sub(x[1]);
        [2.0, 2.0] => [0.0, 0.0], [0.0, 0.0, 0.0];
        [3.0, 2.0] => [1.0, -1.0], [0.0, 0.0, 0.0];
        [NAN, 2.0] => [NAN, NAN], [NAN, NAN, NAN];
        [2.0, NAN] => [NAN, NAN], [NAN, NAN, NAN];
        [INF, INF] => [0.0, 0.0], [0.0, 0.0, 0.0];
    copysign_at_zero: |x| x[0].copysign(x[1]);
        [0.0, -1.0] => [0.0, 0.0], [0.0, 0.0, 0.0];
        [2.0, -1.0] => [-1.0, 0.0], [0.0, 0.0, 0.0];
        [NAN, -1.0] => [NAN, NAN], [NAN, NAN, NAN];
        [-2.0, NAN] => [-1.0, 0.0], [0.0, 0.0, 0.0];
        [-2.0, -NAN] => [1.0, 0.0], [0.0, 0.0, 0.0];
    clamp_at_the_bounds: |x| x[0].clamp(S::lit(-1.0), S::lit(2.0));
        [-1.0] => [1.0], [0.0];
        [2.0] => [1.0], [0.0];
        [-1.5] => [0.0], [0.0];
        [2.5] => [0.0], [0.0];
        [NAN] => [NAN], [NAN];
    clamp_by_variables: |x| x[0].clamp(x[1], x[2]);
        [0.0, 1.0, 2.0] => [0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        [3.0, 1.0, 2.0] => [0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        [NAN, 1.0, 2.0] => [NAN, 0.0, 0.0], [NAN, 0.0, 0.0, 0.0, 0.0, 0.0];

    constant_power_0_at_zero: |x| x[0].powf(S::lit(0.0));
        [0.0] => [0.0], [0.0];
    constant_power_half_at_zero: |x| x[0].powf(S::lit(0.5));
        [0.0] => [INF], [-INF];
    constant_power_1_at_zero: |x| x[0].powf(S::lit(1.0));
        [0.0] => [1.0], [0.0];
    constant_power_three_halves_at_zero: |x| x[0].powf(S::lit(1.5));
        [0.0] => [0.0], [INF];
    constant_power_2_at_zero: |x| x[0].powf(S::lit(2.0));
        [0.0] => [0.0], [2.0];
    constant_power_minus_1_at_zero: |x| x[0].powf(S::lit(-1.0));
        [0.0] => [-INF], [INF];
    zero_to_a_variable_power: |x| S::zero().powf(x[0]);
        [2.0] => [0.0], [0.0];
        [0.0] => [-INF], [INF];
        [-1.0] => [-INF], [INF];
    zero_to_a_variable_power_in_both: |x| x[0].powf(x[1]);
        [0.0, 3.0] => [0.0, 0.0], [0.0, 0.0, 0.0];
        [0.0, 2.0] => [0.0, 0.0], [2.0, 0.0, 0.0];
        [0.0, 1.5] => [0.0, 0.0], [INF, 0.0, 0.0];
        [0.0, 1.0] => [1.0, 0.0], [0.0, -INF, 0.0];
        [0.0, 0.5] => [INF, 0.0], [-INF, -INF, 0.0];
        [0.0, 0.0] => [0.0, -INF], [0.0, INF, INF];
        [0.0, -1.0] => [-INF, -INF], [INF, INF, INF];
        [0.0, NAN] => [NAN, NAN], [NAN, NAN, NAN];
    one_variable_as_base_and_exponent_at_zero: |x| x[0].powf(x[0]);
        [0.0] => [-INF], [INF];
    zero_to_a_constant_power_skips_the_logarithm: |x| (x[0] - S::one()).powf(S::lit(0.0)) + x[0];
        [1.0] => [1.0], [0.0];
    negative_base_by_constant_power: |x| x[0].powf(S::lit(3.0));
        [-2.0] => [12.0], [-12.0];
    negative_base_by_variable_power: |x| x[0].powf(x[1]);
        [-2.0, 3.0] => [12.0, NAN], [-12.0, NAN, NAN];
    root_of_a_negative_by_powf: |x| x[0].powf(S::lit(0.5));
        [-2.0] => [NAN], [NAN];
    root_of_a_negative_by_variable_power: |x| x[0].powf(x[1]);
        [-2.0, 0.5] => [NAN, NAN], [NAN, NAN, NAN];
        [NAN, 1.0] => [NAN, NAN], [NAN, NAN, NAN];
        [2.0, NAN] => [NAN, NAN], [NAN, NAN, NAN];
    constant_power_1_of_nan: |x| x[0].powf(S::lit(1.0));
        [NAN] => [NAN], [NAN];
    constant_power_2_of_nan: |x| x[0].powf(S::lit(2.0));
        [NAN] => [NAN], [NAN];
    powi_0: |x| x[0].powi(0);
        [0.0] => [0.0], [0.0];
        [NAN] => [0.0], [0.0];
    powi_1: |x| x[0].powi(1);
        [0.0] => [1.0], [0.0];
        [NAN] => [NAN], [NAN];
    powi_2: |x| x[0].powi(2);
        [0.0] => [0.0], [2.0];
        [5e-324] => [1e-323], [2.0];
        [NAN] => [NAN], [NAN];
    powi_smallest_exponent: |x| x[0].powi(i32::MIN);
        [1.0] => [f64::from(i32::MIN)], [f64::from(i32::MIN) * (f64::from(i32::MIN) - 1.0)];
        [-1.0] => [-f64::from(i32::MIN)], [f64::from(i32::MIN) * (f64::from(i32::MIN) - 1.0)];
    powi_largest_exponent: |x| x[0].powi(i32::MAX);
        [-1.0] => [f64::from(i32::MAX)], [-f64::from(i32::MAX) * (f64::from(i32::MAX) - 1.0)];

    hypot_at_the_origin: |x| x[0].hypot(x[1]);
        [0.0, 0.0] => [0.0, 0.0], [];
        [-0.0, 0.0] => [0.0, 0.0], [];
        [NAN, 2.0] => [NAN, NAN], [NAN, NAN, NAN];
        [0.0, NAN] => [NAN, NAN], [NAN, NAN, NAN];
    norm_of_the_zero_vector: |x| S::norm(x);
        [0.0, 0.0, 0.0] => [0.0, 0.0, 0.0], [];
        [0.0, 2.0, 0.0] => [0.0, 1.0, 0.0], [0.5, 0.0, 0.0, 0.0, 0.0, 0.5];
    atan2_at_the_origin: |x| x[0].atan2(x[1]);
        [0.0, 0.0] => [NAN, NAN], [];
        [NAN, 2.0] => [NAN, NAN], [NAN, NAN, NAN];
        [2.0, NAN] => [NAN, NAN], [NAN, NAN, NAN];
    atan2_on_the_axes: |x| x[0].atan2(x[1]);
        [1.0, 0.0] => [0.0, -1.0], [0.0, 1.0, 0.0];
        [0.0, 1.0] => [1.0, 0.0], [0.0, -1.0, 0.0];
        [0.0, -2.0] => [-0.5, 0.0], [0.0, -0.25, 0.0];

    ln_at_zero: |x| x[0].ln();
        [0.0] => [INF], [-INF];
        [-0.0] => [INF], [-INF];
        [-2.0] => [NAN], [NAN];
    log2_at_zero: |x| x[0].log2();
        [0.0] => [INF], [-INF];
        [-2.0] => [NAN], [NAN];
    log10_at_zero: |x| x[0].log10();
        [0.0] => [INF], [-INF];
        [-2.0] => [NAN], [NAN];
    log_of_a_negative: |x| x[0].log(S::lit(3.0));
        [-2.0] => [NAN], [NAN];
    log_with_a_bad_base: |x| x[0].log(x[1]);
        [2.0, -3.0] => [NAN, NAN], [NAN, NAN, NAN];
        [-2.0, 3.0] => [NAN, NAN], [NAN, NAN, NAN];
        [INF, INF] => [NAN, NAN], [NAN, NAN, NAN];
        [1.0, 1.0] => [NAN, NAN], [NAN, NAN, NAN];
        [0.0, 0.0] => [NAN, NAN], [NAN, NAN, NAN];
        [2.0, NAN] => [NAN, NAN], [NAN, NAN, NAN];
    ln_1p_at_minus_1: |x| x[0].ln_1p();
        [-1.0] => [INF], [-INF];
        [-2.0] => [NAN], [NAN];
    asin_at_the_ends: |x| x[0].asin();
        [1.0] => [INF], [INF];
        [-1.0] => [INF], [-INF];
        [1.5] => [NAN], [NAN];
    acos_at_the_ends: |x| x[0].acos();
        [1.0] => [-INF], [-INF];
        [-1.0] => [-INF], [INF];
        [-1.5] => [NAN], [NAN];
    atanh_at_the_ends: |x| x[0].atanh();
        [1.0] => [INF], [INF];
        [-1.0] => [INF], [-INF];
        [1.5] => [NAN], [NAN];
    acosh_at_1: |x| x[0].acosh();
        [1.0] => [INF], [-INF];
        [0.5] => [NAN], [NAN];
        [-3.0] => [NAN], [NAN];

    floor_is_flat: |x| x[0].floor();
        [2.0] => [0.0], [0.0];
        [2.5] => [0.0], [0.0];
        [NAN] => [NAN], [NAN];
    ceil_is_flat: |x| x[0].ceil();
        [2.0] => [0.0], [0.0];
        [NAN] => [NAN], [NAN];
    round_is_flat: |x| x[0].round();
        [2.5] => [0.0], [0.0];
        [NAN] => [NAN], [NAN];
    trunc_is_flat: |x| x[0].trunc();
        [-2.0] => [0.0], [0.0];
        [NAN] => [NAN], [NAN];
    signum_is_flat: |x| x[0].signum();
        [0.0] => [0.0], [0.0];
        [NAN] => [NAN], [NAN];
    fract_at_a_break: |x| x[0].fract();
        [2.0] => [1.0], [0.0];
        [-2.0] => [1.0], [0.0];
    rem_at_a_break: |x| x[0] % x[1];
        [5.0, 2.5] => [1.0, -2.0], [0.0, 0.0, 0.0];
        [-5.0, 2.5] => [1.0, 2.0], [0.0, 0.0, 0.0];
        [-5.5, 2.0] => [1.0, 2.0], [0.0, 0.0, 0.0];
        [5.5, INF] => [1.0, 0.0], [0.0, 0.0, 0.0];
        [5.5, 0.0] => [NAN, NAN], [NAN, NAN, NAN];
        [INF, 2.0] => [NAN, NAN], [NAN, NAN, NAN];
        [NAN, 2.0] => [NAN, NAN], [NAN, NAN, NAN];
    recip_at_zero: |x| x[0].recip();
        [0.0] => [-INF], [INF];
        [-0.0] => [-INF], [-INF];
    one_over_zero: |x| S::one() / x[0];
        [0.0] => [-INF], [INF];
        [-0.0] => [-INF], [-INF];

    a_quotient_without_a_value: |x| x[0] / x[1];
        [INF, INF] => [NAN, NAN], [NAN, NAN, NAN];
        [0.0, 0.0] => [NAN, NAN], [NAN, NAN, NAN];
        [NAN, 2.0] => [NAN, NAN], [NAN, NAN, NAN];
        [2.0, NAN] => [NAN, NAN], [NAN, NAN, NAN];
        [2.0, INF] => [0.0, 0.0], [0.0, 0.0, 0.0];
    a_quotient_by_a_constant_without_a_value: |x| x[0] / S::lit(0.0);
        [0.0] => [NAN], [NAN];
        [1.0] => [INF], [];

    sin_at_infinity: |x| x[0].sin();
        [INF] => [NAN], [NAN];
        [-INF] => [NAN], [NAN];
    cos_at_infinity: |x| x[0].cos();
        [INF] => [NAN], [NAN];
    tan_at_infinity: |x| x[0].tan();
        [INF] => [NAN], [NAN];
    fract_at_infinity: |x| x[0].fract();
        [INF] => [NAN], [NAN];
    digamma_at_its_poles: |x| x[0].digamma();
        [-1.0] => [NAN], [NAN];
        [-2.0] => [NAN], [NAN];
        [-INF] => [NAN], [NAN];
    lgamma_at_its_poles: |x| x[0].lgamma();
        [-1.0] => [NAN], [NAN];
    polygamma_at_a_pole: |x| x[0].polygamma(2);
        [-1.0] => [NAN], [NAN];

    prod_with_one_zero: |x| S::prod(x);
        [2.0, 0.0, 3.0] => [0.0, 6.0, 0.0], [0.0, 3.0, 0.0, 0.0, 2.0, 0.0];
    prod_with_two_zeros: |x| S::prod(x);
        [0.0, 0.0, 3.0] => [0.0, 0.0, 0.0], [0.0, 3.0, 0.0, 0.0, 0.0, 0.0];
    product_by_multiplication_with_one_zero: |x| x[0] * x[1] * x[2];
        [2.0, 0.0, 3.0] => [0.0, 6.0, 0.0], [0.0, 3.0, 0.0, 0.0, 2.0, 0.0];

    sigmoid_far_out: |x| x[0].sigmoid();
        [-700.0] => [(-700.0_f64).exp()], [(-700.0_f64).exp()];
        [700.0] => [(-700.0_f64).exp()], [-(-700.0_f64).exp()];
        [INF] => [0.0], [0.0];
    softplus_far_out: |x| x[0].softplus();
        [-700.0] => [(-700.0_f64).exp()], [(-700.0_f64).exp()];
        [700.0] => [1.0], [(-700.0_f64).exp()];
        [INF] => [1.0], [0.0];
    tanh_far_out: |x| x[0].tanh();
        [300.0] => [4.0 * (-600.0_f64).exp()], [-8.0 * (-600.0_f64).exp()];
        [-300.0] => [4.0 * (-600.0_f64).exp()], [8.0 * (-600.0_f64).exp()];
        [-INF] => [0.0], [0.0];
    logsumexp_far_out: |x| S::log_sum_exp(x);
        [0.0, -700.0] => [1.0, (-700.0_f64).exp()],
            [(-700.0_f64).exp(), -(-700.0_f64).exp(), (-700.0_f64).exp()];
        [1000.0, 1000.0] => [0.5, 0.5], [0.25, -0.25, 0.25];
}

// Strong zeros, and zeros that are no constants.
conventions! {
    StrongZero:
    an_unselected_branch_with_an_infinite_partial: |x| x[0].sqrt().max(S::one());
        [0.0] => [0.0], [];
    an_unselected_branch_of_min: |x| (-x[0].ln()).min(x[0]);
        [0.0] => [1.0], [];
    an_infinite_partial_behind_relu: |x| x[0].relu().sqrt();
        [-1.0] => [0.0], [];
    an_infinite_partial_before_a_path_not_taken: |x| (-x[0].sqrt()).relu();
        [0.0] => [0.0], [];
    zero_times_an_infinite_derivative: |x| S::zero() * x[0].sqrt() + x[0];
        [0.0] => [1.0], [];
    a_variable_zero_times_an_infinite_derivative: |x| x[1] * x[0].sqrt();
        [0.0, 0.0] => [0.0, 0.0], [];
    // No convention speaks of a sum with a constant that is NaN: the value is NaN, and the sum's partial is 1.
    a_constant_nan_in_a_sum: |x| S::zero().ln() * S::zero() + x[0].exp();
        [0.0] => [1.0], [1.0];
    a_variable_nan_in_a_sum: |x| x[0] + x[1] - x[2];
        [NAN, 2.0, 3.0] => [1.0, 1.0, -1.0], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    a_variable_nan_in_a_product: |x| x[0] * x[1];
        [NAN, 2.0] => [2.0, NAN], [0.0, 1.0, 0.0];
        [INF, 0.0] => [0.0, INF], [0.0, 1.0, 0.0];
    a_variable_nan_in_a_product_and_sum: |x| x[0].mul_add(x[1], x[2]);
        [NAN, 2.0, 3.0] => [2.0, NAN, 1.0], [0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    // Found by random expressions.
    a_quotient_by_zero_beside_a_direction_that_does_not_move: |x| x[0].recip() / S::zero();
        [0.5, 1.0] => [-INF, 0.0], [];
    an_infinite_derivative_by_infinity: |x| x[0].sqrt() / S::lit(INF);
        [0.0] => [0.0], [];
    a_constant_at_its_singular_point: |x| S::zero().sqrt() * x[0] + x[0];
        [2.0] => [1.0], [0.0];
    an_inactive_input_at_its_singular_point: |x| x[0] * S::one() + (x[1] - x[1].stop_gradient()).sqrt().stop_gradient();
        [3.0, 0.0] => [1.0, 0.0], [0.0, 0.0, 0.0];
    a_power_whose_exponent_is_zero_here_and_no_constant: |x| S::lit(2.0).powf(x[0] * x[0]);
        [0.0] => [0.0], [2.0 * LN_2];
    a_factor_that_is_zero_here_and_no_constant: |x| (x[0] * x[0]) * x[1].exp();
        [0.0, 1.0] => [0.0, 0.0], [2.0 * 1.0_f64.exp(), 0.0, 0.0];
}

/// A row of the table, as a function and on arrays.
trait Row: Function + Copy + std::fmt::Debug {
    fn map<S: Scalar>(self, x: &S::Vector) -> S::Vector;
}

/// The rows of a table as a type, and a list of them.
macro_rules! rows {
    ([$table:ident $list:ident]
        $($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial:tt $samples:tt $($kernel:ident)?;)*) => {
        #[derive(Clone, Copy, Debug)]
        enum $table { $($rule),* }

        const $list: &[$table] = &[$($table::$rule),*];

        impl Row for $table {
            fn map<S: Scalar>(self, x: &S::Vector) -> S::Vector {
                match self {
                    $(Self::$rule => x.map(rules::$rule)),*
                }
            }
        }

        impl Function for $table {
            fn call<S: Scalar>(&self, x: &[S]) -> S {
                match self {
                    $(Self::$rule => x[0].apply(rules::$rule)),*
                }
            }
        }
    };
}
unary_table! { (rows) [Elementary ELEMENTARY] }
special_table! { (rows) [Special SPECIAL] }

/// At NaN, first and second derivative are NaN.
#[test]
fn every_function_of_one_variable_has_no_derivative_at_nan() {
    ELEMENTARY.iter().for_each(|row| check(row, &[NAN], &[NAN], &[NAN]));
    SPECIAL.iter().for_each(|row| check(row, &[NAN], &[NAN], &[NAN]));
}

/// Where the rows of one variable are singular, have a kink or leave their domain, and far out.
const SINGULAR: [f64; 21] = [
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, -1.5, 2.0, -2.0, 3.0, -3.0, 2.5, -7.5, 300.0, -300.0, 700.0,
    -700.0, INF, -INF, NAN,
];

/// `map` has, in each mode, the derivatives of the scalar function: so it follows the conventions.
fn on_arrays_as_on_scalars(row: impl Row) {
    let x = Vector::from(SINGULAR);
    let ones = Vector::from([1.0; SINGULAR.len()]);
    let lifted_ones = DualArray::<f64, 1, 1>::from_primal(&ones);
    let lifted = DualArray::with_tangent(&x, Matrix::new([SINGULAR.len(), 1], [1.0; SINGULAR.len()]));
    let forward = jvp(|x| row.map::<Dual<f64, 1>>(x), &x, &ones).1;
    let reverse = grad(|x| row.map::<Var<f64>>(x).sum(), &x);
    let over_forward = jvp(|x| row.map::<Dual<Dual<f64, 1>, 1>>(x), &lifted, &lifted_ones).1;
    let over_reverse = grad(|x| row.map::<Var<Dual<f64, 1>>>(x).sum(), &lifted);
    for (i, x) in SINGULAR.into_iter().enumerate() {
        let expected = modes::second::<Forward, Reverse>(&Wide(&row), &[x]);
        let (first, second) = (expected.gradient[0], expected.hessian[0][0]);
        let at = |way: &str, got: f64, expected: f64| {
            assert!(same(got, expected, 4.0 * f64::EPSILON), "{row:?} at {x}, {way}: {got}, not {expected}");
        };
        at("forward mode", forward.as_slice()[i], first);
        at("reverse mode", reverse.as_slice()[i], first);
        for (way, found) in [("forward over forward", &over_forward), ("forward over reverse", &over_reverse)]
        {
            at(way, found.values().as_slice()[i], first);
            at(way, found.tangent(1).as_slice()[i], second);
        }
    }
}

#[test]
fn mapped_arrays_follow_the_scalars() {
    ELEMENTARY.iter().for_each(|&row| on_arrays_as_on_scalars(row));
    SPECIAL.iter().for_each(|&row| on_arrays_as_on_scalars(row));
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
