//! The rows. Read [`crate::rules`] first: it says what a row is and which principles the rows follow.

/// The rows of one variable. `callback!` receives all of them, so that each reader (the rule types,
/// the methods of `Scalar`, the tests) expands what it needs.
///
/// `Rule method { x => value } { (x, y) => partial } [samples] kernel;`
///
/// A row that is there because the partial of another one is written with it is `#[doc(hidden)]`: it may go when that
/// partial finds a better form.
#[doc(hidden)]
#[macro_export]
macro_rules! unary_table {
    ($callback:ident) => {
        $crate::unary_table! { ($callback) }
    };
    // A callback by its path, and a token that it gets before the rows.
    (($($callback:tt)+) $($first:tt)?) => {
        $($callback)+! {
            $($first)?
            /// `1 / x`. At `+-0` the derivative is `-inf`.
            Recip recip { x => Float::recip(x) } { (_x, y) => -(y * y) } [-3.0, 0.25, 7.0];
            /// Square root. At `+-0` the derivatives are `+inf`, `-inf`.
            Sqrt sqrt { x => Float::sqrt(x) } { (_x, y) => S::lit(0.5) / positive_zero(y) } [0.04, 2.0, 900.0];
            /// Cube root, also of negative numbers. At 0 the derivatives are `+inf`, NaN.
            Cbrt cbrt { x => Float::cbrt(x) } { (x, y) => if is_plain::<S>() {
                    (S::lit(3.0) * (y * y)).recip()
                } else {
                    x.cbrt_prime()
                } } [-8.0, 0.04, 900.0];
            /// `cbrt'(x) = 1 / (3 cbrt(x)^2)`. At 0 it is `+inf` and its derivative NaN.
            #[doc(hidden)]
            CbrtPrime cbrt_prime { x => { let y = Float::cbrt(x); Float::recip(real::<R>(3.0) * (y * y)) } }
                { (x, y) => if is_zero(x) {
                    undefined(y)
                } else {
                    S::lit(-2.0 / 3.0) * (y / x) // in powers of y, a factor would overflow before the product
                } } [-8.0, 0.04, 900.0];

            /// `e^x`.
            Exp exp { x => Float::exp(x) } { (_x, y) => y } [-3.0, 0.0, 2.5] map_exp;
            /// `2^x`.
            Exp2 exp2 { x => Float::exp2(x) } { (_x, y) => y * S::constant(FloatConst::LN_2()) } [-3.0, 0.0, 2.5];
            /// `e^x - 1`, accurate near 0.
            ExpM1 exp_m1 { x => Float::exp_m1(x) } { (x, _y) => x.exp() } [-3.0, 1e-9, 2.5];
            /// Natural logarithm. At 0 the derivatives are `inf`, `-inf`; NaN below.
            Ln ln { x => Float::ln(x) } { (x, _y) => not_below(0.0, x, positive_zero(x).recip()) } [0.1, 1.0, 40.0];
            /// Logarithm in base 2; at 0 and below as `ln`.
            Log2 log2 { x => Float::log2(x) }
                { (x, _y) => not_below(0.0, x, S::constant(FloatConst::LOG2_E()) / positive_zero(x)) } [0.1, 1.0, 40.0];
            /// Logarithm in base 10; at 0 and below as `ln`.
            Log10 log10 { x => Float::log10(x) }
                { (x, _y) => not_below(0.0, x, S::constant(FloatConst::LOG10_E()) / positive_zero(x)) } [0.1, 1.0, 40.0];
            /// `ln(1 + x)`, accurate near 0. At -1 the derivatives are `inf`, `-inf`; NaN below.
            Ln1p ln_1p { x => Float::ln_1p(x) } { (x, _y) => not_below(-1.0, x, (x + S::one()).recip()) } [-0.7, 1e-9, 3.0];

            /// Sine, in radians.
            Sin sin { x => Float::sin(x) } { (x, _y) => x.cos() } [-2.0, 0.3, 5.0];
            /// Cosine, in radians.
            Cos cos { x => Float::cos(x) } { (x, _y) => -x.sin() } [-2.0, 0.3, 5.0];
            /// Tangent, in radians.
            Tan tan { x => Float::tan(x) } { (_x, y) => y * y + S::one() } [-1.2, 0.3, 2.5];
            /// Arc sine. At `+-1` the derivatives are `inf`, `+-inf`; NaN outside `[-1, 1]`.
            Asin asin { x => Float::asin(x) } { (x, _y) => x.asin_prime() } [-0.9, 0.0, 0.3];
            /// `asin'(x) = 1 / sqrt(1 - x^2)`, without cancellation at `+-1`.
            #[doc(hidden)]
            AsinPrime asin_prime { x => Float::recip(Float::sqrt((real::<R>(1.0) - x) * (real::<R>(1.0) + x))) }
                { (x, y) => x * y * y * y } [-0.9, 0.0, 0.3];
            /// Arc cosine. At `+-1` the derivatives are those of `asin`, negated; NaN outside `[-1, 1]`.
            Acos acos { x => Float::acos(x) } { (x, _y) => -x.asin_prime() } [-0.9, 0.0, 0.3];
            /// Arc tangent.
            Atan atan { x => Float::atan(x) } { (x, _y) => x.atan_prime() } [-3.0, 0.0, 40.0];
            /// `atan'(x) = 1 / (1 + x^2)`, also where `x^2` overflows.
            #[doc(hidden)]
            AtanPrime atan_prime { x => {
                let square = x * x;
                if square.is_infinite() { Float::recip(x) * Float::recip(x) } else { Float::recip(real::<R>(1.0) + square) }
            } } { (x, _y) => x.atan_second() } [-3.0, 0.0, 40.0];
            /// `atan''(x) = -2 x / (1 + x^2)^2`; its derivative does not cancel at its own zeros.
            #[doc(hidden)]
            AtanSecond atan_second { x => { let y = Scalar::atan_prime(x); real::<R>(-2.0) * (gated(x, y) * y) } }
                { (x, _y) => {
                    let y = x.atan_prime();
                    let factor = if is_large(x) {
                        S::lit(3.0) - S::lit(4.0) * y // (3 x^2 - 1) / (1 + x^2), without the overflow
                    } else {
                        x.apply(Quadratic { a: 3.0, b: -1.0 }) * y
                    };
                    S::lit(2.0) * (factor * y * y)
                } } [-3.0, 0.0, 40.0];

            /// Hyperbolic sine.
            Sinh sinh { x => Float::sinh(x) } { (x, _y) => x.cosh() } [-2.0, 0.3, 4.0];
            /// Hyperbolic cosine.
            Cosh cosh { x => Float::cosh(x) } { (x, _y) => x.sinh() } [-2.0, 0.3, 4.0];
            /// Hyperbolic tangent; its derivative keeps full relative accuracy in the tails.
            Tanh tanh { x => Float::tanh(x) }
                { (x, y) => if is_plain::<S>() && Float::abs(y.primal()) <= real(0.5) {
                    S::one() - y * y // does not cancel here, and takes no second exponential
                } else {
                    x.tanh_prime()
                } } [-2.0, 0.3, 20.0] map_tanh;
            /// `tanh'(x) = 4 e / (1 + e)^2` with `e = exp(-2 |x|)`, never 0 while the exact value is a normal number.
            #[doc(hidden)]
            TanhPrime tanh_prime { x => {
                let e = Float::exp(-(Float::abs(x) + Float::abs(x)));
                real::<R>(4.0) * e / ((real::<R>(1.0) + e) * (real::<R>(1.0) + e))
            } } { (x, y) => S::lit(-2.0) * x.tanh() * y } [-2.0, 0.3, 20.0];
            /// Inverse hyperbolic sine.
            Asinh asinh { x => Float::asinh(x) } { (x, _y) => x.asinh_prime() } [-3.0, 0.0, 40.0];
            /// `asinh'(x) = 1 / sqrt(1 + x^2)`, also where `x^2` overflows.
            #[doc(hidden)]
            AsinhPrime asinh_prime { x => {
                let square = x * x;
                Float::recip(if square.is_infinite() { Float::abs(x) } else { Float::sqrt(real::<R>(1.0) + square) })
            } } { (x, _y) => x.asinh_second() } [-3.0, 0.0, 40.0];
            /// `asinh''(x) = -x / (1 + x^2)^(3/2)`; its derivative does not cancel at its own zeros.
            #[doc(hidden)]
            AsinhSecond asinh_second { x => { let y = Scalar::asinh_prime(x); -(gated(x, y) * y * y) } }
                { (x, _y) => {
                    let y = x.asinh_prime();
                    let factor = if is_large(x) {
                        S::lit(2.0) - S::lit(3.0) * (y * y) // (2 x^2 - 1) / (1 + x^2), without the overflow
                    } else {
                        x.apply(Quadratic { a: 2.0, b: -1.0 }) * (y * y)
                    };
                    factor * y * y * y
                } } [-3.0, 0.0, 40.0];
            /// Inverse hyperbolic cosine. At 1 the derivatives are `inf`, `-inf`; NaN below.
            Acosh acosh { x => Float::acosh(x) } { (x, _y) => x.acosh_prime() } [1.1, 3.0, 40.0];
            /// `acosh'(x) = 1 / sqrt(x^2 - 1)`, without cancellation at 1 and without overflow.
            #[doc(hidden)]
            AcoshPrime acosh_prime { x => {
                Float::recip(Float::sqrt(x - real(1.0)) * Float::sqrt(x + real(1.0)))
            } } { (x, y) => -(y.strong_product(x) * y * y) } [1.1, 3.0, 40.0];
            /// Inverse hyperbolic tangent. At `+-1` the derivatives are `inf`, `+-inf`; NaN outside `[-1, 1]`.
            Atanh atanh { x => Float::atanh(x) } { (x, _y) => x.atanh_prime() } [-0.9, 0.0, 0.3];
            /// `atanh'(x) = 1 / (1 - x^2)`, without cancellation at `+-1`; NaN outside `[-1, 1]`.
            #[doc(hidden)]
            AtanhPrime atanh_prime { x => if Float::abs(x) > real(1.0) {
                Float::nan()
            } else {
                Float::recip((real::<R>(1.0) - x) * (real::<R>(1.0) + x))
            } } { (x, y) => S::lit(2.0) * (x * y * y) } [-0.9, 0.0, 0.3];

            /// Absolute value. At `+-0` the derivatives are 0, 0.
            Abs abs { x => Float::abs(x) } { (x, y) => unless_nan(y, S::constant(sign(x.primal()))) } [-2.0, 0.3];
            /// The sign, `+-1`, that of a zero included. Its derivative is 0 everywhere.
            Signum signum { x => Float::signum(x) } { (_x, y) => flat(y) } [-2.0, 0.3];
            /// The largest integer that is not above. Its derivative is 0 everywhere.
            Floor floor { x => Float::floor(x) } { (_x, y) => flat(y) } [-2.5, 0.3];
            /// The smallest integer that is not below. Its derivative is 0 everywhere.
            Ceil ceil { x => Float::ceil(x) } { (_x, y) => flat(y) } [-2.4, 0.3];
            /// The nearest integer, halves away from 0. Its derivative is 0 everywhere.
            Round round { x => Float::round(x) } { (_x, y) => flat(y) } [-2.4, 0.3];
            /// The integer part, towards 0. Its derivative is 0 everywhere.
            Trunc trunc { x => Float::trunc(x) } { (_x, y) => flat(y) } [-2.4, 0.3];
            /// `x - trunc(x)`. Its derivative is 1 everywhere, at a break too.
            Fract fract { x => Float::fract(x) } { (_x, y) => unless_nan(y, S::one()) } [-2.4, 0.3];
            /// Radians to degrees.
            ToDegrees to_degrees { x => Float::to_degrees(x) }
                { (_x, y) => unless_nan(y, S::constant(Float::to_degrees(real::<S::Real>(1.0)))) } [-2.4, 0.3];
            /// Degrees to radians.
            ToRadians to_radians { x => Float::to_radians(x) }
                { (_x, y) => unless_nan(y, S::constant(Float::to_radians(real::<S::Real>(1.0)))) } [-200.0, 30.0];

            /// The logistic function `1 / (1 + e^-x)`, accurate in both tails.
            Sigmoid sigmoid { x => {
                let e = Float::exp(-Float::abs(x));
                (if x < real(0.0) { e } else { real(1.0) }) / (real::<R>(1.0) + e)
            } } { (x, _y) => x.sigmoid_prime() } [-30.0, -2.0, 0.3, 20.0] map_sigmoid;
            /// `sigmoid'(x) = e / (1 + e)^2` with `e = exp(-|x|)`.
            #[doc(hidden)]
            SigmoidPrime sigmoid_prime { x => {
                let e = Float::exp(-Float::abs(x));
                e / ((real::<R>(1.0) + e) * (real::<R>(1.0) + e))
            } } { (x, y) => -(x * S::lit(0.5)).tanh() * y } [-30.0, -2.0, 0.3, 20.0];
            /// `ln(1 + e^x)`, without overflow.
            Softplus softplus { x => {
                Float::max(x, real(0.0)) + Float::ln_1p(Float::exp(-Float::abs(x)))
            } } { (x, _y) => x.sigmoid() } [-30.0, -2.0, 0.3, 20.0] map_softplus;
            /// `max(x, 0)`. At 0 the derivative is 0, where that of `max(x, 0)` is 1/2.
            Relu relu { x => if x < real(0.0) { real(0.0) } else { x } } { (x, y) => unless_nan(y, S::constant(step(x.primal()))) } [-2.0, 0.3];
            /// `x sigmoid(x)`, also called swish.
            Silu silu { x => gated(x, Scalar::sigmoid(x)) }
                { (x, _y) => if Float::abs(x.primal()) > real(64.0) {
                    // sigmoid(x) would be subnormal where (1 + x) e^x is not: halve the exponent.
                    let half = (reflect(x) * S::lit(-0.5)).exp();
                    if x.primal() > real(0.0) {
                        S::one() + half.strong_product(x - S::one()) * half
                    } else {
                        half.strong_product(x + S::one()) * half
                    }
                } else {
                    x.sigmoid() + x * x.sigmoid_prime()
                } } [-70.0, -30.0, -2.0, 0.3, 20.0, 70.0];
            /// `x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2`, the cheap approximation of `gelu`.
            GeluTanh gelu_tanh { x => gated(x, Scalar::gelu_gate(x)) }
                { (x, _y) => x.gelu_gate() + x.gelu_gate_bump().strong_product(x) * gate_slope(x) } [-3.0, -0.7, 0.3, 5.0];
            /// `sigmoid(v(x))` for `v(x) = 2 sqrt(2 / pi) (x + 0.044715 x^3)`: what `gelu_tanh` multiplies `x` by.
            #[doc(hidden)]
            GeluGate gelu_gate { x => real(special::gelu_gate(x.as_f64())) }
                { (x, _y) => x.gelu_gate_bump() * gate_slope(x) } [-3.0, -0.7, 0.3, 5.0];
            /// `sigmoid'(v(x))` for the `v` of `gelu_gate`, accurate in both tails.
            #[doc(hidden)]
            GeluGateBump gelu_gate_bump { x => real(special::gelu_gate_bump(x.as_f64())) }
                { (x, y) => -(x.gelu_gate_tilt() * y * gate_slope(x)) } [-3.0, -0.7, 0.3, 5.0];
            /// `tanh(v(x) / 2)` for the `v` of `gelu_gate`.
            #[doc(hidden)]
            GeluGateTilt gelu_gate_tilt { x => real(special::gelu_gate_tilt(x.as_f64())) }
                { (x, _y) => S::lit(2.0) * x.gelu_gate_bump() * gate_slope(x) } [-3.0, -0.7, 0.3, 5.0];
        }
    };
}
#[doc(hidden)]
pub use unary_table;

/// The special functions, whose values come from the crate `libm`.
///
/// Rows as in `unary_table!`.
#[doc(hidden)]
#[macro_export]
macro_rules! special_table {
    ($callback:ident) => {
        $crate::special_table! { ($callback) }
    };
    // A callback by its path, and a token that it gets before the rows.
    (($($callback:tt)+) $($first:tt)?) => {
        $($callback)+! {
            $($first)?
            /// The error function.
            Erf erf { x => real(libm::erf(x.as_f64())) }
                { (x, _y) => S::constant(FloatConst::FRAC_2_SQRT_PI()) * x.gaussian() } [-3.0, 0.0, 0.3, 1.5];
            /// `1 - erf(x)`, accurate in the right tail.
            Erfc erfc { x => real(libm::erfc(x.as_f64())) }
                { (x, _y) => -(S::constant(FloatConst::FRAC_2_SQRT_PI()) * x.gaussian()) } [-3.0, 0.0, 0.3, 15.0];
            /// `exp(-x^2)`, accurate in the tails.
            Gaussian gaussian { x => real(special::exp_minus_square(x.as_f64(), 1.0)) }
                { (x, _y) => x.gaussian_prime() } [-3.0, 0.0, 0.3, 15.0];
            /// `-2 x exp(-x^2)`; its derivative does not cancel at its own zeros.
            #[doc(hidden)]
            GaussianPrime gaussian_prime { x => gated(real::<R>(-2.0) * x, Scalar::gaussian(x)) }
                { (x, _y) => if is_far(x) {
                    S::zero()
                } else {
                    x.apply(Quadratic { a: 4.0, b: -2.0 }) * x.gaussian()
                } } [-3.0, 0.0, 0.3, 15.0];
            /// The density of the standard normal distribution, accurate in the tails.
            NormalPdf normal_pdf { x => real(special::normal_pdf(x.as_f64())) }
                { (x, y) => if is_far(x) { S::zero() } else { -(x * y) } } [-3.0, 0.0, 0.3, 15.0];
            /// The distribution function of the standard normal distribution, accurate in the left tail.
            NormalCdf normal_cdf { x => real(special::normal_cdf(x.as_f64())) }
                { (x, _y) => x.normal_pdf() } [-15.0, 0.0, 0.3, 3.0];
            /// `x normal_cdf(x)`, the exact form (with erf, not with tanh).
            Gelu gelu { x => gated(x, Scalar::normal_cdf(x)) }
                { (x, y) => if is_plain::<S>() && y.primal().is_normal() {
                    y / x + x * x.normal_pdf()
                } else {
                    x.gelu_prime()
                } } [-3.0, -0.7, 0.3, 5.0];
            /// `gelu'(x)`, the distribution function plus `x` times the density.
            #[doc(hidden)]
            GeluPrime gelu_prime { x => Scalar::normal_cdf(x) + gated(x, Scalar::normal_pdf(x)) }
                { (x, _y) => if is_far(x) {
                    S::zero()
                } else {
                    x.apply(Quadratic { a: -1.0, b: 2.0 }) * x.normal_pdf()
                } } [-3.0, -0.7, 0.3, 5.0];
            /// `ln |gamma(x)|`.
            Lgamma lgamma { x => real(libm::lgamma(x.as_f64())) } { (x, _y) => x.digamma() } [-2.5, 0.3, 1.7, 40.0];
            /// The logarithmic derivative of the gamma function; its derivatives are `polygamma`.
            Digamma digamma { x => real(special::digamma(x.as_f64())) }
                { (x, y) => unless_nan(y, x.apply(rules::Polygamma(1))) } [-2.5, 0.3, 1.7, 40.0];
        }
    };
}
#[doc(hidden)]
pub use special_table;

/// The rows of two variables.
///
/// `Rule method { (x, y) => value } { (x, y, z) => partial by x } { (x, y, z) => partial by y } [samples];`
#[doc(hidden)]
#[macro_export]
macro_rules! binary_table {
    ($callback:ident) => {
        $crate::binary_table! { ($callback) }
    };
    // A callback by its path, and a token that it gets before the rows.
    (($($callback:tt)+) $($first:tt)?) => {
        $($callback)+! {
            $($first)?
            /// `x^y`. A constant exponent never takes the logarithm of the base; `x^0` is constant in `x`, also at 0.
            /// At `x = 0` the derivatives are the limits from above: `0^y` is constant in `y > 0`.
            Powf powf { (x, y) => Float::powf(x, y) }
                { (x, y, z) => if is_zero(x) {
                    x.apply2(y, PowerAtZero::BY_BASE)
                } else if is_plain::<S>() && z.primal().is_normal() {
                    // No second power; differentiated again, it would cancel near y = 1.
                    if Float::abs(x.primal()) < real(1.0) { y * z / x } else { y * (z / x) }
                } else {
                    unless_nan(z, times_power(y, x, y, z)) // NaN^0 is 1
                } }
                { (x, y, z) => if is_zero(x) {
                    x.apply2(y, PowerAtZero::BY_EXPONENT)
                } else if is_plain::<S>() {
                    z * x.ln()
                } else {
                    x.pow_ln(y)
                } } [(0.5, -2.0), (2.0, 3.5), (3.0, 0.0)];
            /// `x^y ln(x)`, the derivative of the power by its exponent.
            #[doc(hidden)]
            PowLn pow_ln { (x, y) => Float::powf(x, y) * Float::ln(x) }
                { (x, y, z) => times_power(y * x.ln() + S::one(), x, y, z) }
                { (x, _y, z) => z * x.ln() } [(0.5, -2.0), (2.0, 3.5), (3.0, 0.0)];
            /// The logarithm of `x` in base `y`; in `x` as `ln`. NaN where `ln(x) / ln(y)` is.
            Log log { (x, y) => Float::log(x, y) }
                { (x, y, z) => unless_nan(z, y.ln().recip() / positive_zero(x)) }
                { (_x, y, z) => -z / (y * y.ln()) } [(0.5, 3.0), (2.0, 0.2), (40.0, 10.0)];
            /// The angle of the point `(y, x)`: the *first* argument is the ordinate. NaN derivatives at the origin.
            Atan2 atan2 { (y, x) => Float::atan2(y, x) }
                { (y, x, _z) => x.over_square(y) }
                { (y, x, _z) => -y.over_square(x) } [(0.5, -2.0), (3.0, 1.0), (-1.0, 0.0)];
            /// `sqrt(x^2 + y^2)` without overflow. At the origin the derivatives are 0, 0.
            Hypot hypot { (x, y) => Float::hypot(x, y) }
                { (x, y, z) => if is_plain::<S>() && z.primal().is_normal() { x / z } else { x.unit_x(y) } }
                { (x, y, z) => if is_plain::<S>() && z.primal().is_normal() { y / z } else { y.unit_x(x) } }
                [(0.5, -2.0), (3.0, 1.0), (-1.0, 0.0)];
            /// `x / hypot(x, y)`: the first component of the unit vector along `(x, y)`; all 0 at the origin.
            #[doc(hidden)]
            UnitX unit_x { (x, y) => unit_x(x, y) }
                { (x, y, z) => { let s = y.unit_x(x); s * over_length(s, (x, z), (y, s)) } }
                { (x, y, z) => { let s = y.unit_x(x); -over_length(z * s, (x, z), (y, s)) } }
                [(0.5, -2.0), (3.0, 1.0), (-1.0, 0.5)];
            /// `x / (x^2 + y^2)`, the real part of `1 / (x - iy)`, without overflow; NaN at the origin.
            #[doc(hidden)]
            OverSquare over_square { (x, y) => over_square(x, y) }
                { (x, y, z) => {
                    // (y^2 - x^2) / (x^2 + y^2)^2 in factors: nothing cancels near |x| = |y|, and no sum overflows.
                    let (a, b) = (reflect(x), reflect(y));
                    let (longer, shorter, by_square) =
                        if a >= b { (a, b, z) } else { (b, a, y.over_square(x)) };
                    let product = ((b - a) / longer) * (S::one() + shorter / longer);
                    product.strong_product(by_square).strong_product(by_square)
                } }
                { (x, y, z) => S::lit(-2.0) * z.strong_product(y.over_square(x)) }
                [(0.5, -2.0), (3.0, 1.0), (-1.0, 0.0)];
            /// `x / (x + y)`: the portion of `x` in the sum, as in the softmax.
            #[doc(hidden)]
            Portion portion { (x, y) => x / (x + y) }
                { (x, y, _z) => y.portion(x) / (x + y) }
                { (x, y, z) => -z / (x + y) } [(0.5, 2.0), (3.0, 1.0)];
            /// The larger one, as `f64::max`. At a tie each gets 1/2; the derivative of a NaN goes to the other.
            Max max { (x, y) => Float::max(x, y) }
                { (x, y, z) => unless_nan(z, S::constant(share(x.primal(), y.primal()))) }
                { (x, y, z) => unless_nan(z, S::constant(share(y.primal(), x.primal()))) } [(0.5, -2.0), (2.0, 3.5)];
            /// The smaller one, as `f64::min`. At a tie each gets 1/2; the derivative of a NaN goes to the other.
            Min min { (x, y) => Float::min(x, y) }
                { (x, y, z) => unless_nan(z, S::constant(share(-x.primal(), -y.primal()))) }
                { (x, y, z) => unless_nan(z, S::constant(share(-y.primal(), -x.primal()))) } [(0.5, -2.0), (2.0, 3.5)];
            /// `x - y` if that is positive, else 0. At a tie the derivative is 0, as that of `relu`.
            AbsSub abs_sub { (x, y) => Float::abs_sub(x, y) }
                { (x, y, z) => unless_nan(z, if x > y { S::one() } else { S::zero() }) }
                { (x, y, z) => unless_nan(z, if x > y { -S::one() } else { S::zero() }) } [(0.5, -2.0), (2.0, 3.5)];
            /// The magnitude of `x` with the sign of `y`. At `x = +-0` the derivative is 0, as that of `abs`.
            Copysign copysign { (x, y) => Float::copysign(x, y) }
                { (x, y, z) => {
                    // Of a NaN the sign counts, too.
                    let sign_of_y = Float::copysign(real::<S::Real>(1.0), y.primal());
                    unless_nan(z, S::constant(sign(x.primal()) * sign_of_y))
                } }
                { (_x, _y, z) => flat(z) } [(0.5, -2.0), (-2.0, -3.5)];
            /// `x % y`, with the sign of `x`; right-continuous at the breaks. The operator `%`.
            Rem remainder { (x, y) => x % y }
                { (_x, _y, z) => unless_nan(z, S::one()) }
                { (x, y, z) => {
                    // The quotient is the integer (x - z) / y; trunc(x / y) can be off by one.
                    let quotient = Float::round((x.primal() - z.primal()) / y.primal());
                    unless_nan(z, S::constant(-quotient))
                } } [(5.5, 2.0), (-5.5, 2.0)];
        }
    };
}
#[doc(hidden)]
pub use binary_table;
