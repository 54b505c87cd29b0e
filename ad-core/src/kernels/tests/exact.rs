//! What a kernel's function ought to give, in arithmetic with twice the digits, and how far off a result is.

use crate::kernels::vector::elementary::{Elementary, Exp, Sigmoid, Softplus, Tanh};

/// Numbers with 106 digits, as unevaluated sums, just good enough to measure the error of the kernels.
mod double_double {
    #[derive(Clone, Copy)]
    pub(in crate::kernels::tests) struct Dd(pub(super) f64, pub(super) f64);

    fn two_sum(a: f64, b: f64) -> Dd {
        let sum = a + b;
        let b_part = sum - a;
        Dd(sum, (a - (sum - b_part)) + (b - b_part))
    }

    fn two_product(a: f64, b: f64) -> Dd {
        let split = |v: f64| {
            let high = 134_217_729.0 * v;
            let high = high - (high - v);
            (high, v - high)
        };
        let ((a1, a2), (b1, b2), product) = (split(a), split(b), a * b);
        Dd(product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2)
    }

    impl std::ops::Add for Dd {
        type Output = Self;
        fn add(self, b: Self) -> Self {
            let (high, low) = (two_sum(self.0, b.0), two_sum(self.1, b.1));
            let high = two_sum(high.0, high.1 + low.0);
            two_sum(high.0, high.1 + low.1)
        }
    }

    impl std::ops::Mul for Dd {
        type Output = Self;
        fn mul(self, b: Self) -> Self {
            let product = two_product(self.0, b.0);
            two_sum(product.0, product.1 + (self.0 * b.1 + self.1 * b.0))
        }
    }

    impl std::ops::Neg for Dd {
        type Output = Self;
        fn neg(self) -> Self {
            Self(-self.0, -self.1)
        }
    }

    impl std::ops::Div for Dd {
        type Output = Self;
        fn div(self, b: Self) -> Self {
            let first = self.0 / b.0;
            let rest = self + -(b * Dd(first, 0.0));
            let second = rest.0 / b.0;
            let rest = rest + -(b * Dd(second, 0.0));
            two_sum(first, second) + Dd(rest.0 / b.0, 0.0)
        }
    }

    /// `e^z` as `(m, k)`, meaning `m 2^k`.
    pub(super) fn exp(z: f64) -> (Dd, i32) {
        const LN2: [f64; 3] = [0.693_147_180_559_890_3, 5.497_923_018_708_371e-14, 1.947_045_092_380_75e-31];
        let k = (z / std::f64::consts::LN_2).round();
        let r = Dd(z - k * LN2[0], 0.0) + -two_product(k, LN2[1]) + Dd(-k * LN2[2], 0.0);
        let mut sum = Dd(1.0, 0.0);
        for n in (1..=24).rev() {
            sum = Dd(1.0, 0.0) + r * sum / Dd(f64::from(n), 0.0);
        }
        (sum, k as i32)
    }
}

use double_double::Dd;

/// `v 2^n`, rounded at most once.
fn scale(mut v: f64, mut n: i32) -> f64 {
    while n > 0 {
        v *= f64::from_bits((1023 + n.min(1000) as u64) << 52);
        n -= n.min(1000);
    }
    while n < 0 {
        v /= f64::from_bits((1023 + (-n).min(1000) as u64) << 52);
        n += (-n).min(1000);
    }
    v
}

/// A reference value `m 2^k`.
pub(super) type Scaled = (Dd, i32);

/// A function under test, with the value and the derivative it ought to have.
pub(super) trait Reference: Elementary {
    const NAME: &'static str;
    fn exact(x: f64) -> [Scaled; 2];
}

const ONE: Dd = Dd(1.0, 0.0);

/// `e^-|z|` as `m 2^k`, and as a number that is 0 where it would not matter to `1 + e`.
fn decaying_exp(z: f64) -> (Dd, i32, Dd) {
    let (m, k) = double_double::exp(-z.abs().min(3000.0));
    let e = if k < -200 { Dd(0.0, 0.0) } else { Dd(scale(m.0, k), scale(m.1, k)) };
    (m, k, e)
}

impl Reference for Exp {
    const NAME: &'static str = "exp";
    fn exact(x: f64) -> [Scaled; 2] {
        [double_double::exp(x.clamp(-3000.0, 3000.0)); 2]
    }
}

impl Reference for Tanh {
    const NAME: &'static str = "tanh";
    fn exact(x: f64) -> [Scaled; 2] {
        let (m, k, e) = decaying_exp(2.0 * x.abs().min(3000.0));
        let value = if x.abs() < 1e-20 {
            Dd(x.abs(), 0.0)
        } else if x.abs() < 1e-6 {
            // Cancellation in the formula leaves too few digits here.
            let x = Dd(x.abs(), 0.0);
            x + -(x * x * x / Dd(3.0, 0.0)) + x * x * x * x * x * Dd(2.0, 0.0) / Dd(15.0, 0.0)
        } else {
            (ONE + -e) / (ONE + e)
        };
        let value = if x < 0.0 { -value } else { value };
        let derivative = Dd(4.0, 0.0) * m / ((ONE + e) * (ONE + e));
        [(value, 0), (derivative, k)]
    }
}

impl Reference for Sigmoid {
    const NAME: &'static str = "sigmoid";
    fn exact(x: f64) -> [Scaled; 2] {
        let (m, k, e) = decaying_exp(x);
        let value = if x < 0.0 { (m / (ONE + e), k) } else { (ONE / (ONE + e), 0) };
        [value, (m / ((ONE + e) * (ONE + e)), k)]
    }
}

impl Reference for Softplus {
    const NAME: &'static str = "softplus";
    fn exact(x: f64) -> [Scaled; 2] {
        let (m, k, e) = decaying_exp(x);
        // ln(1 + e) as m 2^k: a few terms of the series, or one step of Newton's method.
        let (m, k) = if k < -40 {
            (m * (ONE + -(e * Dd(0.5, 0.0)) + e * e / Dd(3.0, 0.0)), k)
        } else {
            let near = e.0.ln_1p();
            let (inverse, power) = double_double::exp(-near);
            let inverse = Dd(scale(inverse.0, power), scale(inverse.1, power));
            (Dd(near, 0.0) + ((ONE + e) * inverse + -ONE), 0)
        };
        let value = if x < 0.0 { (m, k) } else { (Dd(x, 0.0) + Dd(scale(m.0, k), scale(m.1, k)), 0) };
        [value, Sigmoid::exact(x)[0]]
    }
}

/// A binary format: bits after the leading one, and the exponents of the smallest number and of overflow.
pub(super) struct Format {
    pub(super) mantissa: i32,
    pub(super) smallest: i32,
    pub(super) overflow: i32,
}

impl Format {
    fn exponent(&self, (m, k): Scaled) -> i32 {
        ((m.0.abs().to_bits() >> 52) as i32 - 1023).saturating_add(k)
    }

    /// The distance of a result from the exact value, in units of the last place of the exact value.
    pub(super) fn ulps(&self, got: f64, (m, k): Scaled) -> f64 {
        let exponent = self.exponent((m, k));
        if m.0 == 0.0 || exponent >= self.overflow {
            let limit = if m.0 == 0.0 { 0.0 } else { f64::INFINITY };
            return if got == limit { 0.0 } else { f64::INFINITY };
        }
        let unit = (exponent - self.mantissa).max(self.smallest);
        scale(((scale(got, -k) - m.0) - m.1).abs(), k - unit)
    }

    pub(super) fn is_normal(&self, exact: Scaled) -> bool {
        self.exponent(exact) >= self.smallest + self.mantissa
    }
}
