//! Functions, points, and the gradient and Hessian that are agreed on there.

use crate::{INF, NAN, check};
use ad_core::{Function, Scalar};
use std::f64::consts::LN_2;

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
    infinite_variable_power_that_vanishes: |x| x[0].powf(x[1]);
        [0.5, INF] => [0.0, 0.0], [0.0, 0.0, 0.0];
        [2.5, -INF] => [0.0, 0.0], [0.0, 0.0, 0.0];
        [-0.5, INF] => [0.0, NAN], [0.0, NAN, NAN];
    infinite_constant_power_that_vanishes: |x| x[0].powf(S::lit(INF));
        [0.5] => [0.0], [0.0];
        [-0.5] => [0.0], [0.0];
        [1e-310] => [0.0], [0.0];
    infinite_negative_constant_power_that_vanishes: |x| x[0].powf(S::lit(-INF));
        [2.5] => [0.0], [0.0];
        [-2.5] => [0.0], [0.0];
        [INF] => [0.0], [0.0];
    one_variable_as_base_and_exponent_at_zero: |x| x[0].powf(x[0]);
        [0.0] => [-INF], [INF];
    zero_to_a_constant_power_skips_the_logarithm: |x| (x[0] - S::one()).powf(S::lit(0.0)) + x[0];
        [1.0] => [1.0], [0.0];
    negative_base_by_constant_power: |x| x[0].powf(S::lit(3.0));
        [-2.0] => [12.0], [-12.0];
    // Without 1 these exponents are rounded, and an odd one to an even one.
    negative_base_by_an_even_power_as_large_as_an_f32_counts: |x| x[0].powf(S::lit(16_777_218.0));
        [-1.0] => [-16_777_218.0], [16_777_218.0 * 16_777_217.0];
    negative_base_by_an_even_power_as_large_as_an_f64_counts: |x| x[0].powf(S::lit(9_007_199_254_740_994.0));
        [-1.0] => [-9_007_199_254_740_994.0], [9_007_199_254_740_994.0 * 9_007_199_254_740_993.0];
    negative_base_by_an_even_power_that_overflows: |x| x[0].powf(S::lit(1e10));
        [f64::from(-1.1_f32)] => [-INF], [INF];
    negative_base_by_an_even_negative_power_that_overflows: |x| x[0].powf(S::lit(-1e10));
        [-0.5] => [INF], [INF];
    even_negative_power_of_minus_zero: |x| x[0].powf(S::lit(-9_007_199_254_740_994.0));
        [0.0] => [-INF], [INF];
        [-0.0] => [INF], [INF];
    constant_power_next_to_0_at_zero: |x| x[0].powf(S::lit(1e-17));
        [0.0] => [INF], [-INF];
        [-0.0] => [INF], [-INF];
    constant_power_0_of_a_subnormal_number: |x| x[0].powf(S::lit(0.0));
        [1e-310] => [0.0], [0.0];
        [-1e-310] => [0.0], [0.0];
    constant_power_1_of_a_subnormal_number: |x| x[0].powf(S::lit(1.0));
        [1e-310] => [1.0], [0.0];
        [-1e-310] => [1.0], [0.0];
    constant_power_2_at_infinity: |x| x[0].powf(S::lit(2.0));
        [INF] => [INF], [2.0];
        [-INF] => [-INF], [2.0];
    variable_power_of_a_subnormal_number: |x| x[0].powf(x[1]);
        [5e-324, 0.0] => [0.0, 5e-324_f64.ln()], [0.0, INF, 5e-324_f64.ln() * 5e-324_f64.ln()];
        [-5e-324, 0.0] => [0.0, NAN], [0.0, NAN, NAN];
    constant_power_whose_derivative_nearly_overflows: |x| x[0].powf(S::lit(-0.003_906_25));
        [3e-308] => [-0.003_906_25 * (3e-308_f64.powf(-0.003_906_25) / 3.0) * 1e308], [INF];
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
        [0.0, 1e-310] => [INF, 0.0], [0.0, -INF, 0.0];

    atan2_far_out: |x| x[0].atan2(x[1]);
        [2.0_f64.powi(1023), 2.0_f64.powi(1023)] => [0.5 / 2.0_f64.powi(1023), -0.5 / 2.0_f64.powi(1023)], [0.0, 0.0, 0.0];
        [-2.0_f64.powi(1023), 2.0_f64.powi(1023)] => [0.5 / 2.0_f64.powi(1023), 0.5 / 2.0_f64.powi(1023)], [0.0, 0.0, 0.0];
        [1e308, 1.2e308] => [1.2 / 2.44 / 1e308, -1.0 / 2.44 / 1e308], [0.0, 0.0, 0.0];
    atan2_of_a_subnormal_ordinate: |x| x[0].atan2(x[1]);
        [5e-324, 1.315_278_780_097_527_4e-8] =>
            [1.0 / 1.315_278_780_097_527_4e-8, -5e-324 / (1.315_278_780_097_527_4e-8 * 1.315_278_780_097_527_4e-8)], [];
        [-1e-320, -1e-6] => [-1e6, 1e-320 / 1e-12], [];
        [f64::from(1e-45_f32), f64::from(1.7e-4_f32)] =>
            [1.0 / f64::from(1.7e-4_f32), -f64::from(1e-45_f32) / (f64::from(1.7e-4_f32) * f64::from(1.7e-4_f32))], [];
    hypot_of_a_subnormal_number: |x| x[0].hypot(x[1]);
        [0.0, 1e-310] => [0.0, 1.0], [INF, 0.0, 0.0];
    hypot_of_two_subnormal_numbers: |x| x[0].hypot(x[1]);
        [-1.65e-310, 5e-324] => [-1.0, 5e-324 / 1.65e-310],
            [(5e-324 / 1.65e-310) * (5e-324 / 1.65e-310 / 1.65e-310), 5e-324 / 1.65e-310 / 1.65e-310, INF];
    norm_of_two_subnormal_numbers: |x| S::norm(x);
        [-1.65e-310, 5e-324] => [-1.0, 5e-324 / 1.65e-310],
            [(5e-324 / 1.65e-310) * (5e-324 / 1.65e-310 / 1.65e-310), 5e-324 / 1.65e-310 / 1.65e-310, INF];
    hypot_far_from_the_diagonal: |x| x[0].hypot(x[1]);
        [1e-300, 1e-100] => [1e-200, 1.0], [1e100, -1e-100, 1e-300];
    norm_that_overflows: |x| S::norm(x);
        [1.5e308, 1.5e308, 1.5e308] => [3.0_f64.sqrt() / 3.0, 3.0_f64.sqrt() / 3.0, 3.0_f64.sqrt() / 3.0], [];
        [1.5e308, 0.0, -1.5e308] => [0.5_f64.sqrt(), 0.0, -0.5_f64.sqrt()], [];
    ln_at_zero: |x| x[0].ln();
        [0.0] => [INF], [-INF];
        [-0.0] => [INF], [-INF];
        [-2.0] => [NAN], [NAN];
        [-1e170] => [NAN], [NAN];
        [f64::from(-1e25_f32)] => [NAN], [NAN];
        [-INF] => [NAN], [NAN];
    log2_at_zero: |x| x[0].log2();
        [0.0] => [INF], [-INF];
        [-2.0] => [NAN], [NAN];
        [-1e170] => [NAN], [NAN];
        [f64::from(-1e25_f32)] => [NAN], [NAN];
        [-INF] => [NAN], [NAN];
    log10_at_zero: |x| x[0].log10();
        [0.0] => [INF], [-INF];
        [-2.0] => [NAN], [NAN];
        [-1e170] => [NAN], [NAN];
        [f64::from(-1e25_f32)] => [NAN], [NAN];
        [-INF] => [NAN], [NAN];
    log_to_a_base_at_zero: |x| x[0].log(S::lit(3.0));
        [0.0] => [INF], [-INF];
        [-0.0] => [INF], [-INF];
    log_of_a_negative: |x| x[0].log(S::lit(3.0));
        [-2.0] => [NAN], [NAN];
        [-1e170] => [NAN], [NAN];
        [f64::from(-1e25_f32)] => [NAN], [NAN];
        [-INF] => [NAN], [NAN];
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
        [-1e170] => [NAN], [NAN];
        [f64::from(-1e25_f32)] => [NAN], [NAN];
        [-INF] => [NAN], [NAN];
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
        [1.0, 0.1] => [1.0, -9.0], [0.0, 0.0, 0.0];
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
    lgamma_next_to_a_pole: |x| x[0].lgamma();
        [-1e-310] => [INF], [INF];
        [-5e-324] => [INF], [INF];
        [1e-310] => [-INF], [INF];
    digamma_next_to_a_pole: |x| x[0].digamma();
        [-1e-310] => [INF], [INF];
        [-5e-324] => [INF], [INF];
        [1e-310] => [INF], [-INF];
    polygamma_next_to_a_pole: |x| x[0].polygamma(2);
        [-1e-310] => [INF], [INF];
        [1e-310] => [INF], [-INF];
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
    gaussian_far_out: |x| x[0].gaussian();
        [1e308] => [0.0], [0.0];
        [-1e308] => [0.0], [0.0];
        [INF] => [0.0], [0.0];
        [-INF] => [0.0], [0.0];
    erf_far_out: |x| x[0].erf();
        [1e308] => [0.0], [0.0];
        [-1e308] => [0.0], [0.0];
        [INF] => [0.0], [0.0];
        [-INF] => [0.0], [0.0];
    erfc_far_out: |x| x[0].erfc();
        [1e308] => [0.0], [0.0];
        [-1e308] => [0.0], [0.0];
        [INF] => [0.0], [0.0];
        [-INF] => [0.0], [0.0];
    normal_pdf_far_out: |x| x[0].normal_pdf();
        [1e308] => [0.0], [0.0];
        [-1e308] => [0.0], [0.0];
        [INF] => [0.0], [0.0];
        [-INF] => [0.0], [0.0];
    normal_cdf_far_out: |x| x[0].normal_cdf();
        [1e308] => [0.0], [0.0];
        [-1e308] => [0.0], [0.0];
        [INF] => [0.0], [0.0];
        [-INF] => [0.0], [0.0];
    silu_at_infinity: |x| x[0].silu();
        [INF] => [1.0], [0.0];
        [-INF] => [0.0], [0.0];
    gelu_at_infinity: |x| x[0].gelu();
        [INF] => [1.0], [0.0];
        [-INF] => [0.0], [0.0];
    gelu_tanh_at_infinity: |x| x[0].gelu_tanh();
        [INF] => [1.0], [0.0];
        [-INF] => [0.0], [0.0];
    atan_at_infinity: |x| x[0].atan();
        [INF] => [0.0], [0.0];
        [-INF] => [0.0], [0.0];
    asinh_at_infinity: |x| x[0].asinh();
        [INF] => [0.0], [0.0];
        [-INF] => [0.0], [0.0];
    acosh_at_infinity: |x| x[0].acosh();
        [INF] => [0.0], [0.0];
    softmax_at_infinity: |x| S::softmax(x)[1];
        [INF, 0.0, 1.0] => [NAN, NAN, NAN], [NAN, NAN, NAN, NAN, NAN, NAN];
        [-INF, -INF, -INF] => [NAN, NAN, NAN], [NAN, NAN, NAN, NAN, NAN, NAN];
    logsumexp_far_out: |x| S::log_sum_exp(x);
        [0.0, -700.0] => [1.0, (-700.0_f64).exp()],
            [(-700.0_f64).exp(), -(-700.0_f64).exp(), (-700.0_f64).exp()];
        [1000.0, 1000.0] => [0.5, 0.5], [0.25, -0.25, 0.25];
        [INF, 0.0] => [1.0, 0.0], [0.0, 0.0, 0.0];
        [INF, INF] => [0.5, 0.5], [0.0, 0.0, 0.0];
        [-INF, -INF] => [0.5, 0.5], [0.0, 0.0, 0.0];
        [-INF, 0.0] => [0.0, 1.0], [0.0, 0.0, 0.0];
        [NAN, INF] => [NAN, NAN], [NAN, NAN, NAN];
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
