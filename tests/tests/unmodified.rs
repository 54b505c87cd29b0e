//! Code that other people published for `T: Float` differentiates unmodified, in every mode.

use ad_core::Scalar;
use ad_forward::{Dual, Taylor, derivative, derivatives, jvp};
use ad_reverse::{Var, grad, value_and_grad};
use easer::functions::{Back, Bounce, Cubic, Easing, Elastic, Expo, Sine};
use num_complex::Complex;
use num_traits::{Float, FloatConst};
use rustfft::algorithm::MixedRadixSmall;
use rustfft::algorithm::butterflies::{Butterfly3, Butterfly5};
use rustfft::{Fft, FftDirection, FftNum};
use std::sync::Arc;

type D<T> = Dual<T, 1>;

/// Differentiates `$f`, a function generic in `T: Float` and no scalar of ours, at `$x` by both modes and
/// all four nestings of two: the value is bit-equal, and the derivatives are the expected ones.
macro_rules! in_every_mode {
    ($f:expr, $x:expr, $first:expr, $second:expr) => {{
        let (x, value): (f64, f64) = ($x, $f($x));
        let (by_forward, by_reverse) = (jvp(|x: &D<f64>| $f(*x), &x, &1.0), value_and_grad(|x| $f(*x), &x));
        assert_eq!((by_forward.0.to_bits(), by_reverse.0.to_bits()), (value.to_bits(), value.to_bits()));
        close("forward", x, by_forward.1, $first);
        close("reverse", x, by_reverse.1, $first);
        close("forward over forward", x, derivative(|x| derivative(|x| $f(x), x), x), $second);
        close("forward over reverse", x, derivative(|x| grad(|x| $f(*x), &x), x), $second);
        close("reverse over forward", x, grad(|x: &Var<f64>| derivative(|x| $f(x), *x), &x), $second);
        close("reverse over reverse", x, grad(|x: &Var<f64>| grad(|x| $f(*x), x), &x), $second);
    }};
}

#[track_caller]
fn close(mode: &str, x: f64, got: f64, expected: f64) {
    let scale = expected.abs().max(1.0);
    assert!((got - expected).abs() <= 1e-12 * scale, "{mode} at {x}: {got}, not {expected}");
}

/// The modulus of an analytic function of `num_complex` on the line `x + i c`, squared.
fn square_modulus<T: Float>(f: impl Fn(Complex<T>) -> Complex<T>, x: T) -> T {
    f(Complex::new(x, T::from(0.7).unwrap())).norm_sqr()
}

#[test]
fn complex_functions_of_num_complex() {
    let c = 0.7_f64;
    for x in [-1.3_f64, 0.2, 0.9] {
        // |e^z|^2 = e^(2x); |sin z|^2 = sin(x)^2 + sinh(c)^2; |z^3|^2 = (x^2 + c^2)^3; |sqrt(z)|^2 = |z|.
        let e = (2.0 * x).exp();
        in_every_mode!(|x| square_modulus(|z| z.exp(), x), x, 2.0 * e, 4.0 * e);
        let (s, s2) = ((2.0 * x).sin(), 2.0 * (2.0 * x).cos());
        in_every_mode!(|x| square_modulus(|z| z.sin(), x), x, s, s2);
        let r = x * x + c * c;
        let (cube, cube2) = (6.0 * x * r * r, 6.0 * r * r + 24.0 * x * x * r);
        in_every_mode!(|x| square_modulus(|z| z.powi(3), x), x, cube, cube2);
        in_every_mode!(|x| square_modulus(|z| z.powf(num_traits::cast(3.0).unwrap()), x), x, cube, cube2);
        in_every_mode!(|x| square_modulus(|z| z.sqrt(), x), x, x / r.sqrt(), c * c / (r * r.sqrt()));
        // The real part of the logarithm is ln |z|.
        in_every_mode!(
            |x| Complex::new(x, num_traits::cast(0.7).unwrap()).ln().re,
            x,
            x / r,
            (c * c - x * x) / (r * r)
        );
    }
}

/// An easing curve from 0 to 1 in unit time.
fn eased<E: Easing<T>, T: Float + FloatConst>(t: T) -> T {
    E::ease_in(t, T::zero(), T::one(), T::one())
}

#[test]
fn easing_curves_of_easer() {
    use std::f64::consts::{FRAC_PI_2, LN_2};
    for t in [0.3_f64, 0.55, 0.8] {
        in_every_mode!(eased::<Cubic, _>, t, 3.0 * t * t, 6.0 * t);
        let quarter = FRAC_PI_2 * t;
        let sine = (FRAC_PI_2 * quarter.sin(), FRAC_PI_2 * FRAC_PI_2 * quarter.cos());
        in_every_mode!(eased::<Sine, _>, t, sine.0, sine.1);
        let (rate, e) = (10.0 * LN_2, (10.0 * (t - 1.0)).exp2());
        in_every_mode!(eased::<Expo, _>, t, rate * e, rate * rate * e);
        let s = 1.70158; // t^2 ((s + 1) t - s)
        let back = (3.0 * (s + 1.0) * t * t - 2.0 * s * t, 6.0 * (s + 1.0) * t - 2.0 * s);
        in_every_mode!(eased::<Back, _>, t, back.0, back.1);
    }
    // -e sin(w (t - 1 - 0.075)) with e = 2^(10 (t - 1)), w = 2 pi / 0.3.
    let t = 0.8_f64;
    let (rate, w) = (10.0 * LN_2, 2.0 * std::f64::consts::PI / 0.3);
    let (e, (sin, cos)) = ((10.0 * (t - 1.0)).exp2(), (w * (t - 1.075)).sin_cos());
    let first = -e * (rate * sin + w * cos);
    let second = -e * (rate * rate * sin + 2.0 * rate * w * cos - w * w * sin);
    in_every_mode!(eased::<Elastic, _>, t, first, second);
    // A parabola, and at 0.9 its uppermost branch: 1 - 7.5625 (1 - t)^2.
    in_every_mode!(eased::<Bounce, _>, 0.9, 2.0 * 7.5625 * (1.0 - 0.9), -2.0 * 7.5625);
}

/// A whole series at once: the derivatives of each order are those of nested dual numbers.
#[test]
fn easing_curves_and_complex_functions_as_taylor_series() {
    macro_rules! has_the_series_of_nested_duals {
        ($f:expr, $x:expr) => {
            let (x, found): (f64, [f64; 4]) = ($x, derivatives(|t: Taylor<f64, 4>| $f(t), $x));
            assert_eq!(found[0].to_bits(), $f(x).to_bits());
            close("first order", x, found[1], derivative(|t| $f(t), x));
            close("second order", x, found[2], derivative(|t| derivative(|t| $f(t), t), x));
            let third = derivative(|t| derivative(|t| derivative(|t| $f(t), t), t), x);
            close("third order", x, found[3], third);
        };
    }
    for t in [0.3, 0.55, 0.8] {
        has_the_series_of_nested_duals!(eased::<Back, _>, t);
        has_the_series_of_nested_duals!(eased::<Bounce, _>, t);
        has_the_series_of_nested_duals!(eased::<Elastic, _>, t);
        has_the_series_of_nested_duals!(eased::<Sine, _>, t);
        has_the_series_of_nested_duals!(|x| square_modulus(|z| z.sqrt(), x), t);
    }
    // 2^(10 (t - 1)), whose derivatives are known.
    let (rate, e) = (10.0 * std::f64::consts::LN_2, (10.0_f64 * (0.3 - 1.0)).exp2());
    for (k, found) in derivatives(|t: Taylor<f64, 4>| eased::<Expo, _>(t), 0.3).into_iter().enumerate() {
        close("exponential", 0.3, found, rate.powi(k as i32) * e);
    }
}

/// `sum_k k |X_k|^2` of the spectrum `X` of `x`: a loss through the fast Fourier transform.
fn spectral_loss<T: FftNum + Float>(x: &[T]) -> T {
    let (three, five) = (Butterfly3::new(FftDirection::Forward), Butterfly5::new(FftDirection::Forward));
    let fft = MixedRadixSmall::new(Arc::new(three) as Arc<dyn Fft<T>>, Arc::new(five));
    let mut spectrum: Vec<_> = x.iter().map(|&x| Complex::new(x, T::zero())).collect();
    fft.process(&mut spectrum);
    let powers = spectrum.iter().enumerate().map(|(k, z)| T::from(k).unwrap() * z.norm_sqr());
    powers.fold(T::zero(), |sum, power| sum + power)
}

#[test]
fn a_fast_fourier_transform_of_rustfft() {
    let x: [f64; 15] = std::array::from_fn(|i| (1.3 * i as f64).sin() + 0.1 * i as f64);
    // dL/dx_n = 2 sum_k k Re(conj(X_k) e^(-2 pi i k n / 15)), from the definition of the transform.
    let root = |j: usize| Complex::from_polar(1.0, -2.0 * std::f64::consts::PI * (j % 15) as f64 / 15.0);
    let spectrum: [Complex<f64>; 15] = std::array::from_fn(|k| (0..15).map(|n| root(k * n) * x[n]).sum());
    let expected =
        |n: usize| 2.0 * (0..15).map(|k| k as f64 * (spectrum[k].conj() * root(k * n)).re).sum::<f64>();
    let (value, by_reverse) = value_and_grad(|x: &[Var<f64>; 15]| spectral_loss(x), &x);
    assert_eq!(value.to_bits(), spectral_loss(&x).to_bits());
    for n in 0..15 {
        let direction: [f64; 15] = std::array::from_fn(|i| f64::from(u8::from(i == n)));
        let by_forward = jvp(|x: &[D<f64>; 15]| spectral_loss(x), &x, &direction).1;
        close("reverse", x[n], by_reverse[n], expected(n));
        close("forward", x[n], by_forward, expected(n));
    }
}

/// A number type is a `Float` and so a `Real`, and has all that generic numerics asks of one.
#[test]
fn every_mode_has_the_traits_that_numerics_asks_of_a_number() {
    fn asks<T>()
    where
        T: Float + FloatConst + num_traits::real::Real + num_traits::Signed + num_traits::Bounded,
        T: num_traits::FromPrimitive + num_traits::NumCast + num_traits::NumRef + num_traits::NumAssignRef,
        T: num_traits::MulAdd<Output = T> + num_traits::MulAddAssign + num_traits::Inv<Output = T>,
        T: num_traits::Pow<T, Output = T> + num_traits::Pow<i32, Output = T>,
        T: std::iter::Sum
            + std::iter::Product
            + for<'a> std::iter::Sum<&'a T>
            + for<'a> std::iter::Product<&'a T>,
        T: approx::AbsDiffEq
            + approx::RelativeEq
            + approx::UlpsEq
            + std::fmt::Debug
            + std::fmt::Display
            + Default,
        for<'a> &'a T: num_traits::RefNum<T> + std::ops::Neg<Output = T>,
    {
        assert!(T::default().is_zero());
    }
    fn asks_with_numbers<T, R>()
    where
        T: Scalar<Real = R>
            + num_traits::NumAssignOps<R>
            + num_traits::NumOps<R, T>
            + num_traits::Pow<R, Output = T>,
        R: num_traits::NumOps<T, T>,
    {
    }
    macro_rules! all {
        ($($number:ty: $real:ty),*) => {
            $(asks::<$number>(); asks_with_numbers::<$number, $real>();)*
        };
    }
    all! {
        D<f64>: f64, D<f32>: f32, Var<f64>: f64, Var<f32>: f32, D<D<f64>>: f64, D<Var<f64>>: f64,
        Var<D<f64>>: f64, Var<Var<f32>>: f32, Dual<f64, 8>: f64, Taylor<f64, 4>: f64, Taylor<f32, 4>: f32,
        Taylor<Var<f64>, 2>: f64
    }
}
