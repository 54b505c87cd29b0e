//! Values of special functions that no library has, or not as accurately as a derivative needs.
//!
//! Methods such as `x.exp()` are those of `f64` where there is a standard library, else those of [`Scalar`].

use super::helpers::unless_nan;
use crate::rule::Unary;
use crate::scalar::{Real, Scalar};
use alloc::{vec, vec::Vec};

/// A number as the sum of two, the second at most half a unit in the last place of the first.
type Double = (f64, f64);

/// `a x^2 + b`, accurate also where the two nearly cancel.
pub(super) fn quadratic(a: f64, b: f64, x: f64) -> f64 {
    let (square, low) = product(x, x);
    if square > 1e200 {
        return a * square + b; // `low` may have overflowed, and does not matter
    }
    let (p, p_low) = product(a, square);
    (p + b) + (p_low + a * low)
}

/// The exact product, unless it overflows or underflows. (`mul_add` would be a library call.)
fn product(a: f64, b: f64) -> Double {
    let split = |x: f64| {
        let c = x * 134_217_729.0; // 2^27 + 1
        let high = c - (c - x);
        (high, x - high)
    };
    let (p, (ah, al), (bh, bl)) = (a * b, split(a), split(b));
    (p, al * bl - (((p - ah * bh) - al * bh) - ah * bl))
}

/// `2 sqrt(2 / pi)` and that times 0.044715, each in twice the precision.
const GATE: [Double; 2] = [
    (1.595_769_121_605_730_8, -9.969_308_809_110_92e-17),
    (0.071_354_816_272_600_25, -6.175_149_918_155_315e-19),
];
/// The derivative of the gate's argument is `GATE_SLOPE + GATE_CURVE x^2`.
pub(super) const GATE_SLOPE: f64 = GATE[0].0;
pub(super) const GATE_CURVE: f64 = 0.214_064_448_817_800_73;
/// Beyond, the gate is 0 or 1 and its derivatives are 0.
pub(super) const SATURATED: f64 = 32.0;

/// `v = 2 sqrt(2 / pi) (x + 0.044715 x^3)` and `exp(-|v|)`. In the tail `exp` magnifies the rounding
/// error of `v` by `v`, which is why `v` is computed in twice the precision.
#[inline]
fn gate_argument(x: f64) -> (f64, f64) {
    if x.abs() > SATURATED {
        return (f64::INFINITY.copysign(x), 0.0);
    }
    let [(c1, c1_low), (c3, c3_low)] = GATE;
    let (q, q_low) = product(x, x);
    let (w, w_low) = product(c3, q);
    let slope = c1 + w;
    let rest = if w < c1 { (c1 - slope) + w } else { (w - slope) + c1 };
    let slope_low = rest + (w_low + c3 * q_low + c3_low * q + c1_low);
    let (v, v_low) = product(x, slope);
    let v_low = v_low + x * slope_low;
    let e = (-v.abs()).exp();
    (v, e - e * (if v < 0.0 { -v_low } else { v_low }))
}

/// The logistic function of `v`.
#[inline]
pub(super) fn gelu_gate(x: f64) -> f64 {
    let (v, e) = gate_argument(x);
    (if v < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

/// The derivative of the logistic function at `v`.
#[inline]
pub(super) fn gelu_gate_bump(x: f64) -> f64 {
    let (_, e) = gate_argument(x);
    e / ((1.0 + e) * (1.0 + e))
}

/// `tanh(v / 2)`.
#[inline]
pub(super) fn gelu_gate_tilt(x: f64) -> f64 {
    (gate_argument(x).0 * 0.5).tanh()
}

/// Beyond, `exp(-x^2 / 2)` is 0.
pub(super) const FAR: f64 = 64.0;

/// `exp(-scale x^2)` for a scale that is a power of two. The square is taken exactly.
pub(super) fn exp_minus_square(x: f64, scale: f64) -> f64 {
    if x.abs() > FAR {
        return 0.0;
    }
    let (square, low) = product(x, x);
    let e = (-scale * square).exp();
    e - e * (scale * low)
}

/// `exp(-x^2 / 2) / sqrt(2 pi)`.
pub(super) fn normal_pdf(x: f64) -> f64 {
    0.398_942_280_401_432_7 * exp_minus_square(x, 0.5)
}

/// `erfc(-x / sqrt 2) / 2`, where the rounding error of the argument is put back to first order.
pub(super) fn normal_cdf(x: f64) -> f64 {
    use core::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};
    if !(-FAR..=-1.0).contains(&x) {
        return 0.5 * libm::erfc(-x * FRAC_1_SQRT_2);
    }
    let (z, low) = product(-x, FRAC_1_SQRT_2);
    let low = low - x * -4.833_646_656_726_457e-17;
    0.5 * (libm::erfc(z) - FRAC_2_SQRT_PI * exp_minus_square(z, 1.0) * low)
}

/// The Bernoulli numbers `B_2, B_4, ..`.
const BERNOULLI: [f64; 10] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
    43867.0 / 798.0,
    -174_611.0 / 330.0,
];

/// The positive zero of the digamma function.
const ROOT: Double = (1.461_632_144_968_362_2, 9.549_995_429_965_697e-17);

/// `d/dx ln gamma(x)`, accurate near its positive zero too.
pub(super) fn digamma(x: f64) -> f64 {
    const STEPS: u32 = 16;
    let coefficient = |k: usize, b: &f64| b / (2 * (k + 1)) as f64; // B_2 / 2, B_4 / 4, ..
    if x <= 0.0 {
        return match x {
            0.0 => -x.recip(),
            _ if x.floor() == x => f64::NAN, // a pole; from the two sides +inf and -inf
            _ => digamma(1.0 - x) - pi_cot_derivative(0, x),
        };
    }
    if x >= f64::from(STEPS) {
        let u = (x * x).recip();
        let series =
            BERNOULLI.iter().enumerate().rev().fold(0.0, |sum, (k, b)| (sum + coefficient(k, b)) * u);
        return x.ln() - 0.5 / x - series;
    }
    // The series, minus that of the root, divided by d = x - root term by term.
    let d = (x - ROOT.0) - ROOT.1;
    let shifted = (0..STEPS).map(|k| ((x + f64::from(k)) * (ROOT.0 + f64::from(k))).recip()).sum::<f64>();
    let (a, b) = (x + f64::from(STEPS), ROOT.0 + f64::from(STEPS));
    let (u, v) = ((a * a).recip(), (b * b).recip());
    let (quotient, _) = BERNOULLI.iter().enumerate().rev().fold((0.0, 0.0), |(quotient, value), (k, b)| {
        let value = value + coefficient(k, b); // Horner's scheme in v, and the difference quotient in u
        (quotient * u + value, value * v)
    });
    (d / b).ln_1p() + d * (shifted + 0.5 / (a * b) + (a + b) * u * v * quotient)
}

/// The `n`-th derivative of the digamma function, `psi^(n)`; NaN where `n!` is no finite `f64`, so for `n > 170`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polygamma(pub u32);

impl Unary for Polygamma {
    const NAME: &'static str = "polygamma";
    fn value<R: Real>(self, x: R) -> R {
        R::from_literal(polygamma(self.0, x.as_f64()))
    }
    fn partial<S: Scalar>(self, x: S, y: S) -> S {
        unless_nan(y, x.apply(Self(self.0.saturating_add(1)))) // at a pole of which the sides differ, the next one is infinite
    }
}

fn polygamma(n: u32, x: f64) -> f64 {
    if n == 0 {
        return digamma(x);
    }
    if n > 170 {
        return f64::NAN;
    }
    let sign = if n % 2 == 1 { 1.0 } else { -1.0 }; // (-1)^(n + 1)
    if x == 0.0 || (x < 0.0 && x.floor() == x) {
        // A pole: of the same sign from both sides for odd n.
        return if n % 2 == 1 {
            f64::INFINITY
        } else if x == 0.0 {
            -x.recip()
        } else {
            f64::NAN
        };
    }
    if x < 0.0 {
        return -sign * polygamma(n, 1.0 - x) - pi_cot_derivative(n, x);
    }
    let order = f64::from(n);
    let factorial = (1..=n).map(f64::from).product::<f64>();
    // n! / x^n, also where the power alone would underflow; powi would be off by more.
    let quotient = |x: f64| {
        let power = x.powf(-order);
        if power.is_normal() {
            return factorial * power;
        }
        let root = x.powf(-0.5 * order);
        factorial * root * root
    };
    let steps = (16.0 + order - x).ceil().max(0.0) as u32;
    let shifted = (0..steps).map(|k| x + f64::from(k)).map(|x| quotient(x) / x).sum::<f64>();
    let x = x + f64::from(steps);
    // (n-1)!/x^n (1 + n/(2x) + sum_k B_2k n (n+1) .. (n+2k-1) / ((2k)! x^2k))
    let u = (x * x).recip();
    let mut rising = 1.0;
    let mut series = 1.0 + order / (2.0 * x);
    for (b, k) in BERNOULLI.iter().zip(1_u32..) {
        let top = f64::from(n + 2 * k);
        rising *= (top - 2.0) * (top - 1.0) / f64::from((2 * k - 1) * 2 * k) * u;
        series += b * rising;
    }
    sign * (shifted + quotient(x) / order * series)
}

/// The `n`-th derivative of `pi cot(pi x)`.
fn pi_cot_derivative(n: u32, x: f64) -> f64 {
    use core::f64::consts::PI;
    let r = x - x.round();
    // Near +-1/2 the cotangent is small: there the tangent of the exact complement has full accuracy.
    let c = if r.abs() > 0.25 { (PI * (0.5_f64.copysign(r) - r)).tan() } else { (PI * r).tan().recip() };
    // cot' = -(1 + cot^2): the n-th derivative is a polynomial in the cotangent.
    let mut p = vec![0.0, 1.0];
    for _ in 0..n {
        let d: Vec<f64> = p.iter().zip(0_u32..).skip(1).map(|(a, k)| a * f64::from(k)).collect();
        p = vec![0.0; d.len() + 2];
        for (k, a) in d.iter().enumerate() {
            p[k] -= a;
            p[k + 2] -= a;
        }
    }
    // From the leading coefficient on, and not from 0: next to a pole the cotangent overflows.
    PI.powi(n as i32 + 1) * p.into_iter().rev().reduce(|sum, a| sum * c + a).unwrap_or(0.0)
}
