//! What `num_traits` and the operators promise of a number, which one macro writes for every mode: generic code for `T: Float`
//! runs on it and has derivatives.

use ad_core::Scalar;
use ad_forward::{Dual, Taylor, derivative, derivatives};
use ad_reverse::{Var, grad, value_and_grad};
use num_traits::{
    Bounded, Float, FloatConst, FromPrimitive, Inv, MulAdd, MulAddAssign, Num, NumAssignRef, NumCast, NumRef,
    Pow, RefNum, Signed,
};
use std::array::from_fn;
use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};

/// A number whose derivatives can be had, over the numbers below.
trait Mode<T>: Scalar {
    /// The value of `f` at `x`, and its partials.
    fn at<const N: usize>(f: impl Fn([Self; N]) -> Self, x: [T; N]) -> (T, [T; N]);
}

/// In as many runs as it takes to have every variable move in a direction of its own.
impl<T: Scalar, const M: usize> Mode<T> for Dual<T, M> {
    fn at<const N: usize>(f: impl Fn([Self; N]) -> Self, x: [T; N]) -> (T, [T; N]) {
        let run = |chunk: usize| {
            let input = |k: usize| {
                if k / M == chunk { Self::variable(x[k], k % M) } else { Self::from_primal(x[k]) }
            };
            f(from_fn(input))
        };
        (run(0).primal, from_fn(|k| run(k / M).tangent()[k % M]))
    }
}

impl<T: Scalar> Mode<T> for Var<T> {
    fn at<const N: usize>(f: impl Fn([Self; N]) -> Self, x: [T; N]) -> (T, [T; N]) {
        value_and_grad(|x: &[Self; N]| f(*x), &x)
    }
}

/// In a run for each variable.
impl<T: Scalar, const K: usize> Mode<T> for Taylor<T, K> {
    fn at<const N: usize>(f: impl Fn([Self; N]) -> Self, x: [T; N]) -> (T, [T; N]) {
        let run = |moving: usize| {
            let input = |k: usize| if k == moving { Self::variable(x[k]) } else { Self::from_primal(x[k]) };
            f(from_fn(input)).coefficients()
        };
        (run(0)[0], from_fn(|k| run(k)[1]))
    }
}

/// A number over `R`, with all that the macro and the operators give it.
trait Number<R>:
    Mode<R>
    + Scalar<Real = R>
    + Default
    + From<R>
    + Float
    + FloatConst
    + FromPrimitive
    + Signed
    + Bounded
    + NumRef
    + NumAssignRef
    + Inv<Output = Self>
    + MulAdd<Output = Self>
    + MulAddAssign
    + Pow<Self, Output = Self>
    + Pow<R, Output = Self>
    + Pow<i8, Output = Self>
    + Pow<u8, Output = Self>
    + Pow<i16, Output = Self>
    + Pow<u16, Output = Self>
    + Pow<i32, Output = Self>
    + Add<R, Output = Self>
    + Sub<R, Output = Self>
    + Mul<R, Output = Self>
    + Div<R, Output = Self>
    + Rem<R, Output = Self>
    + AddAssign<R>
    + SubAssign<R>
    + MulAssign<R>
    + DivAssign<R>
    + RemAssign<R>
    + PartialOrd<R>
    + Product
    + for<'a> Sum<&'a Self>
    + for<'a> Product<&'a Self>
{
}
impl<const M: usize> Number<f64> for Dual<f64, M> {}
impl<const M: usize> Number<f32> for Dual<f32, M> {}
impl Number<f64> for Var<f64> {}
impl Number<f32> for Var<f32> {}
impl<const K: usize> Number<f64> for Taylor<f64, K> {}
impl<const K: usize> Number<f32> for Taylor<f32, K> {}

/// All below, on one type.
fn check<S: Number<f64>>()
where
    for<'a> &'a S: RefNum<S> + Neg<Output = S> + Add<f64, Output = S> + Mul<f64, Output = S>,
    f64: Rem<S, Output = S> + for<'a> Sub<&'a S, Output = S> + for<'a> Div<&'a S, Output = S>,
{
    code_for_floats_has_derivatives::<S>();
    the_methods_of_float_are_those_of_scalar::<S>();
    the_methods_of_several_numbers_take_them_in_the_same_order::<S>();
    every_number_trait_goes_by_the_value::<S>();
    numbers_come_and_go_by_their_value::<S>();
    powers_and_operators::<S>();
    assign_operators_take_numbers_references_and_reals::<S>();
}

#[test]
fn dual_numbers() {
    check::<Dual<f64, 1>>();
    check::<Dual<f64, 2>>();
    check::<Dual<f64, 3>>();
}

#[test]
fn variables() {
    check::<Var<f64>>();
}

#[test]
fn taylor_series() {
    check::<Taylor<f64, 2>>();
    check::<Taylor<f64, 4>>();
}

#[test]
fn over_single_precision() {
    over_f32::<Dual<f32, 1>>();
    over_f32::<Var<f32>>();
    over_f32::<Taylor<f32, 2>>();
}

#[test]
fn code_for_floats_has_second_derivatives() {
    let expected = 2.0 + 6.0 * 3.0;
    assert_eq!(derivative(|x| derivative(|x| horner(&[x, x, x], x), x), 3.0), expected);
    assert_eq!(grad(|x| grad(|x| horner(&[*x, *x, *x], *x), x), &3.0), expected);
    assert_eq!(derivatives::<f64, 3>(|x| horner(&[x, x, x], x), 3.0)[2], expected);
}

/// Code by someone else, who knows of no derivatives.
fn horner<T: Float>(coefficients: &[T], x: T) -> T {
    coefficients.iter().rev().fold(T::zero(), |sum, &c| sum.mul_add(x, c))
}

fn square_norm<T: NumRef + Copy>(x: &[T]) -> T
where
    for<'a> &'a T: RefNum<T>,
{
    x.iter().fold(T::zero(), |sum, x| sum + x * x)
}

fn code_for_floats_has_derivatives<S: Number<f64>>()
where
    for<'a> &'a S: RefNum<S>,
{
    let c = [1.0, -2.0, 0.5];
    let value = horner(&c, 3.0);
    assert_eq!(S::at(|[x]| horner(&c.map(S::constant), x), [3.0]), (value, [1.0]));
    assert_eq!(S::at(|c| horner(&c, S::constant(3.0)), c), (value, [1.0, 3.0, 9.0]));
    assert_eq!(S::at(|x| square_norm(&x), [3.0, 2.0]), (13.0, [6.0, 4.0]));
}

macro_rules! agree {
    ($x:expr; $($method:ident)*) => {
        $(
            let (float, [by_float]) = S::at(|[x]| Float::$method(x), [$x]);
            let (scalar, [by_scalar]) = S::at(|[x]| Scalar::$method(x), [$x]);
            assert_eq!(float.to_bits(), f64::$method($x).to_bits(), stringify!($method));
            assert_eq!(float.to_bits(), scalar.to_bits(), stringify!($method));
            assert_eq!(by_float.to_bits(), by_scalar.to_bits(), stringify!($method));
        )*
    };
}

fn the_methods_of_float_are_those_of_scalar<S: Number<f64>>() {
    for x in [-2.5_f64, -0.3, 0.0, 0.4, 1.0, 3.7] {
        agree! { x;
            floor ceil round trunc fract abs signum recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p
            sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh to_degrees to_radians
        }
    }
}

macro_rules! agree_on_two {
    ($x:expr, $y:expr; $($method:ident)*) => {
        $(
            let (float, by_float) = S::at(|[x, y]| Float::$method(x, y), [$x, $y]);
            let (scalar, by_scalar) = S::at(|[x, y]| Scalar::$method(x, y), [$x, $y]);
            assert!(is_same(float, Float::$method($x, $y)), stringify!($method));
            assert!(is_same(float, scalar), stringify!($method));
            assert!((0..2).all(|i| is_same(by_float[i], by_scalar[i])), stringify!($method));
        )*
    };
}

fn is_same(x: f64, y: f64) -> bool {
    x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan())
}

fn the_methods_of_several_numbers_take_them_in_the_same_order<S: Number<f64>>() {
    for (x, y) in [(2.5_f64, 0.4_f64), (0.3, 3.0), (-1.5, 2.0), (2.0, -0.5)] {
        agree_on_two! { x, y; powf log max min abs_sub hypot atan2 copysign }
        let sum = S::at(|[x, y]| Float::mul_add(x, y, x), [x, y]);
        assert_eq!(sum, (x.mul_add(y, x), [y + 1.0, x]));
        assert_eq!(S::at(|[x]| Float::sin_cos(x).0, [x]), (x.sin(), [x.cos()]));
        assert_eq!(S::at(|[x]| Float::sin_cos(x).1, [x]), (x.cos(), [-x.sin()]));
        assert_eq!(S::at(|[x]| Float::powi(x, 3), [x]).1, [3.0 * (x * x)]);
    }
    let clamped = |[x, low, high]: [S; 3]| Float::clamp(x, low, high);
    assert_eq!(S::at(clamped, [2.0, 1.0, 3.0]), (2.0, [1.0, 0.0, 0.0]));
    assert_eq!(S::at(clamped, [1.0, 2.0, 3.0]), (2.0, [0.0, 1.0, 0.0]));
    assert_eq!(S::at(clamped, [3.0, 1.0, 2.0]), (2.0, [0.0, 0.0, 1.0]));
}

/// The value of a number that must be a constant.
#[track_caller]
fn constant<S: Number<f64>>(x: Option<S>) -> f64 {
    let x = x.expect("a number");
    let (value, partials) = S::at(|[_]| x, [7.0]);
    assert_eq!(partials, [0.0]);
    value
}

fn every_number_trait_goes_by_the_value<S: Number<f64>>() {
    for (text, radix) in [("-1f", 16), ("-11", 2)] {
        assert_eq!(constant(S::from_str_radix(text, radix).ok()), f64::from_str_radix(text, radix).unwrap());
    }
    assert!(S::from_str_radix("one", 10).is_err());
    let made = [S::from_i64(-3), S::from_u64(3), S::from_f32(0.5), S::from_f64(0.25)];
    assert_eq!(made.map(constant), [-3.0, 3.0, 0.5, 0.25]);
    let looked_at = |[x]: [S; 1]| {
        assert_eq!((x.to_i64(), x.to_u64(), x.to_i128(), x.to_u128()), (Some(-2), None, Some(-2), None));
        assert_eq!(
            (x.to_f32(), x.to_f64(), (-x).to_u64(), (-x).to_u128()),
            (Some(-2.75), Some(-2.75), Some(2), Some(2))
        );
        assert!(x.is_negative() && !x.is_positive() && !(-x).is_negative() && !x.is_one());
        x
    };
    S::at(looked_at, [-2.75]);
    looked_at([S::constant(-2.75)]);
    assert_eq!(<S as Bounded>::min_value().primal(), f64::MIN);
    assert_eq!(<S as Bounded>::max_value().primal(), f64::MAX);
    assert_eq!(S::at(|[x]| Signed::signum(&x), [-2.75]), (-1.0, [0.0]));
    assert_eq!(S::at(|[x]| Signed::abs(&x), [-2.75]), (2.75, [-1.0]));
    // A value of 1 or 0, also of what moves.
    let looked_at = |[x]: [S; 1]| {
        assert!(x.is_one() && !(x + 1.0).is_one() && (x - 1.0).is_zero() && !x.is_zero());
        x
    };
    S::at(looked_at, [1.0]);
    assert!(S::one().is_one() && S::zero().is_zero() && S::default().is_zero());
}

fn numbers_come_and_go_by_their_value<S: Number<f64>>() {
    let looked_at = |[x]: [S; 1]| {
        assert_eq!(num_traits::cast::<_, i32>(x), Some(2));
        assert!(x.is_positive() && x.is_normal() && !x.is_nan());
        x
    };
    S::at(looked_at, [2.5]);
    looked_at([S::constant(2.5)]);
    assert_eq!(<S as NumCast>::from(3_u8), Some(S::constant(3.0)));
    assert_eq!(constant(<S as NumCast>::from(3_u8)), 3.0);
    assert_eq!(S::at(|[x]| Signed::abs_sub(&x, &S::constant(1.0)), [2.5]), (1.5, [1.0]));
    assert!(<S as Float>::max_value().is_finite() && S::nan().is_nan());
}

fn powers_and_operators<S: Number<f64>>()
where
    for<'a> &'a S: RefNum<S> + Neg<Output = S> + Add<f64, Output = S> + Mul<f64, Output = S>,
    f64: Rem<S, Output = S> + for<'a> Sub<&'a S, Output = S> + for<'a> Div<&'a S, Output = S>,
{
    let cubes: [fn(S) -> S; 7] = [
        |x| Pow::pow(x, 3_i8),
        |x| Pow::pow(x, 3_u8),
        |x| Pow::pow(x, 3_i16),
        |x| Pow::pow(x, 3_u16),
        |x| Pow::pow(x, 3_i32),
        |x| Pow::pow(x, 3.0_f64),
        |x| Pow::pow(x, S::constant(3.0)),
    ];
    for cube in cubes {
        assert_eq!(S::at(|[x]| cube(x), [2.0]), (8.0, [12.0]));
    }
    let inverses: [fn(S) -> S; 3] = [|x| Pow::pow(x, -1_i8), |x| Pow::pow(x, -1_i16), |x| x.inv()];
    for inverse in inverses {
        assert_eq!(S::at(|[x]| inverse(x), [2.0]), (0.5, [-0.25]));
    }
    assert_eq!(S::at(|[x]| MulAdd::mul_add(x, x, x), [2.0]), (6.0, [5.0]));
    let by_reference = |a: &S, b: &S| a * b + *a * b - a / *b - -a;
    assert_eq!(S::at(|[x]| by_reference(&x, &x), [2.0]), (9.0, [9.0]));
    assert_eq!(S::at(|[x]| [x, x, x].iter().product(), [2.0]), (8.0, [12.0]));
    assert_eq!(S::at(|[x]| [x, x, x].into_iter().product(), [2.0]), (8.0, [12.0]));
    assert_eq!(S::at(|[x]| [x, x, x].iter().sum(), [2.0]), (6.0, [3.0]));
    assert_eq!(S::at(|[x]| 7.0 % x, [2.0]), (1.0, [-3.0]));
    let with_reals = |x: &S| (x * 3.0 + 1.0) - 8.0 / x + (5.0 - x) * (x + 1.0);
    assert_eq!(S::at(|[x]| with_reals(&x), [2.0]), (12.0, [5.0]));
    assert_eq!(S::at(|[x]| if x > 1.0 && x == 2.0 && x <= 2.0 { x } else { -x }, [2.0]), (2.0, [1.0]));
}

fn assign_operators_take_numbers_references_and_reals<S: Number<f64>>() {
    let assigned = |[x]: [S; 1]| {
        let mut y = x;
        y += 1.0;
        y *= 2.0;
        y -= &x;
        y /= 2.0;
        y %= 10.0;
        y
    };
    assert_eq!(S::at(assigned, [2.0]), (2.0, [0.5])); // (x + 2) / 2
    let times_itself = |[x]: [S; 1]| {
        let mut y = assigned([x]);
        y *= x;
        y
    };
    assert_eq!(S::at(times_itself, [2.0]), (4.0, [3.0]));
    assert_eq!(times_itself([S::constant(2.0)]).primal(), 4.0);
    let fused = |[x, y]: [S; 2]| {
        let mut z = x;
        z.mul_add_assign(S::constant(3.0), y);
        z
    };
    assert_eq!(S::at(fused, [2.0, 5.0]), (11.0, [3.0, 1.0]));
    assert_eq!(S::at(|[x]| fused([x, x]), [2.0]), (8.0, [4.0]));
}

fn over_f32<S: Number<f32>>()
where
    f32: Mul<S, Output = S>,
{
    assert_eq!(S::PI().primal(), std::f32::consts::PI);
    let single = |[x]: [S; 1]| {
        let mut y = 3.0_f32 * x;
        y -= 1.0_f32;
        y * x
    };
    assert_eq!(S::at(single, [2.0]), (10.0, [11.0]));
}
