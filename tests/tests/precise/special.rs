//! The special functions at high precision.

use super::{Big, big, near, rounded};
use crate::PRECISION;
use std::sync::OnceLock;

/// Bits to work with where numbers cancel: `erfc(27)` is `2^-1056` of the terms that it is made of.
const WORKING: usize = PRECISION + 1200;

fn wide(x: &Big) -> Big {
    x.clone().with_precision(WORKING).value()
}

/// `pi`
fn pi(bits: usize) -> Big {
    Big::pi(bits)
}

/// `erf(x) = 2 / sqrt(pi) e^(-x^2) sum_n 2^n x^(2 n + 1) / (2 n + 1)!!`, whose terms have one sign.
pub(super) fn erf(x: &Big) -> Big {
    let x = wide(x);
    if x == big(0.0) {
        return x; // a zero has no relative size that terms could be held against
    }
    let square = &x * &x;
    let (mut term, mut sum, mut n) = (x.clone(), x.clone(), 0_u32);
    // Terms grow until n is about x^2 and then fall faster than a geometric series.
    while n < 40 || near(&(&term / &sum)).abs() > 0.0 {
        n += 1;
        term = term * &square * big(2.0) / big(f64::from(2 * n + 1));
        sum += &term;
    }
    big(2.0) * sum * (-square).exp() / pi(WORKING).sqrt()
}

pub(super) fn erfc(x: &Big) -> Big {
    wide(&big(1.0)) - erf(x)
}

/// `exp(-x^2 / 2) / sqrt(2 pi)`
pub(super) fn normal_pdf(x: &Big) -> Big {
    (-(x * x) / big(2.0)).exp() / (big(2.0) * pi(PRECISION)).sqrt()
}

/// `erfc(-x / sqrt(2)) / 2`
pub(super) fn normal_cdf(x: &Big) -> Big {
    erfc(&(-wide(x) / wide(&big(2.0)).sqrt())) / big(2.0)
}

/// `x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3))`
pub(super) fn gelu_tanh(x: &Big) -> Big {
    let inner = x + x * x * x * big(44715.0) / big(1e6);
    let slope = big(2.0) * (big(2.0) / pi(PRECISION)).sqrt();
    x / (big(1.0) + rounded((-(slope * inner)).exp()))
}

/// How many Bernoulli numbers the series of Stirling are cut off after, for arguments beyond [`FAR`].
const TERMS: usize = 110;
const FAR: f64 = 130.0;

/// `B_2, B_4, ..`, from `sum_k (m + 1 over k) B_k = 0`.
fn bernoulli() -> &'static [Big] {
    static NUMBERS: OnceLock<Vec<Big>> = OnceLock::new();
    NUMBERS.get_or_init(|| {
        let mut b = vec![wide(&big(1.0))];
        for m in 1..=2 * TERMS {
            let (mut choose, mut sum) = (wide(&big(1.0)), wide(&big(0.0)));
            for (k, b) in b.iter().enumerate() {
                sum += &choose * b;
                choose = choose * big((m + 1 - k) as f64) / big((k + 1) as f64);
            }
            b.push(-sum / big((m + 1) as f64));
        }
        (1..=TERMS).map(|k| rounded(b[2 * k].clone())).collect()
    })
}

/// `x` moved up by steps of 1 until it is far out, with what `each` makes of all that it passed.
fn moved_far(x: &Big, mut each: impl FnMut(&Big)) -> Big {
    let mut x = x.clone();
    while near(&x) < FAR {
        each(&x);
        x += big(1.0);
    }
    x
}

/// `ln |gamma(x)|`, by Stirling's series and, below 0, by reflection.
pub(super) fn lgamma(x: &Big) -> Big {
    if *x <= big(0.0) {
        let sine = (pi(PRECISION) * x).sin();
        let product = if sine < big(0.0) { -sine } else { sine };
        return (pi(PRECISION) / product).ln() - lgamma(&(big(1.0) - x));
    }
    let mut passed = big(1.0);
    let z = moved_far(x, |x| passed *= x);
    let square = &z * &z;
    let mut power = z.clone();
    let mut sum = (&z - big(0.5)) * z.ln() - &z + (big(2.0) * pi(PRECISION)).ln() / big(2.0);
    for (k, b) in bernoulli().iter().enumerate() {
        sum += b / (&power * big(((2 * k + 1) * (2 * k + 2)) as f64));
        power *= &square;
    }
    sum - rounded(passed.ln())
}

/// `gamma'(x) / gamma(x)`, likewise.
pub(super) fn digamma(x: &Big) -> Big {
    if *x <= big(0.0) {
        return digamma(&(big(1.0) - x)) - pi(PRECISION) / (pi(PRECISION) * x).tan();
    }
    let mut passed = big(0.0);
    let z = moved_far(x, |x| passed += big(1.0) / x);
    let square = &z * &z;
    let mut power = square.clone();
    let mut sum = z.ln() - big(0.5) / &z;
    for (k, b) in bernoulli().iter().enumerate() {
        sum -= b / (&power * big((2 * k + 2) as f64));
        power *= &square;
    }
    sum - passed
}
