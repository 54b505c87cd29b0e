//! `num_traits`, and the operators on references: generic code for `T: Float` runs on dual numbers and on Taylor series.

use crate::{Dual, Taylor};

ad_core::impl_num_traits!(Dual<T, const N: usize>);
ad_core::impl_num_traits!(Taylor<T, const K: usize>);

#[cfg(test)]
mod tests {
    use crate::{Dual, derivative};
    use ad_core::num_traits::{
        self, Bounded, Float, FloatConst, FromPrimitive, Inv, MulAdd, MulAddAssign, Num, NumCast, NumRef,
        One, Pow, RefNum, Signed, ToPrimitive, Zero,
    };

    /// Code by someone else, who knows of no derivatives.
    fn horner<T: Float>(coefficients: &[T], x: T) -> T {
        coefficients.iter().rev().fold(T::zero(), |sum, &c| sum.mul_add(x, c))
    }

    fn norm<T: NumRef + Copy>(x: &[T]) -> T
    where
        for<'a> &'a T: RefNum<T>,
    {
        x.iter().fold(T::zero(), |sum, x| sum + x * x)
    }

    #[test]
    fn code_for_floats_has_derivatives() {
        let c = [1.0, -2.0, 0.5].map(Dual::<f64, 1>::from_primal);
        let y = horner(&c, Dual::variable(3.0, 0));
        assert_eq!((y.primal, y.tangent[0]), (horner(&[1.0, -2.0, 0.5], 3.0), 1.0));
        let y = norm(&[Dual::<f64, 1>::variable(3.0, 0), Dual::from_primal(2.0)]);
        assert_eq!((y.primal, y.tangent[0]), (13.0, 6.0));
        let second = derivative(|x| derivative(|x| horner(&[x, x, x], x), x), 3.0);
        assert_eq!(second, 2.0 + 6.0 * 3.0);
    }

    macro_rules! agree {
        ($x:expr; $($method:ident)*) => {
            $(
                let (float, scalar) = (Float::$method($x), ad_core::Scalar::$method($x));
                assert_eq!(float.primal.to_bits(), scalar.primal.to_bits(), stringify!($method));
                assert_eq!(float.tangent[0].to_bits(), scalar.tangent[0].to_bits(), stringify!($method));
                assert_eq!(float.primal.to_bits(), f64::$method($x.primal).to_bits(), stringify!($method));
            )*
        };
    }

    #[test]
    fn the_methods_of_float_are_those_of_scalar() {
        for x in [-2.5, -0.3, 0.0, 0.4, 1.0, 3.7] {
            let x: Dual<f64, 1> = Dual::variable(x, 0);
            agree! { x;
                floor ceil round trunc fract abs signum recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p
                sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh to_degrees to_radians
            }
        }
    }

    macro_rules! agree_on_two {
        ($x:expr, $y:expr; $($method:ident)*) => {
            $(
                let (float, scalar) = (Float::$method($x, $y), ad_core::Scalar::$method($x, $y));
                let plain = Float::$method($x.primal, $y.primal);
                assert!(is_same(float.primal, plain), stringify!($method));
                assert!(is_same(float.primal, scalar.primal), stringify!($method));
                assert!((0..2).all(|i| is_same(float.tangent[i], scalar.tangent[i])), stringify!($method));
            )*
        };
    }

    fn is_same(x: f64, y: f64) -> bool {
        x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan())
    }

    #[test]
    fn the_methods_of_several_numbers_take_them_in_the_same_order() {
        for (x, y) in [(2.5, 0.4), (0.3, 3.0), (-1.5, 2.0), (2.0, -0.5)] {
            let (x, y): (Dual<f64, 2>, Dual<f64, 2>) = (Dual::variable(x, 0), Dual::variable(y, 1));
            agree_on_two! { x, y; powf log max min abs_sub hypot atan2 copysign }
            let sum = Float::mul_add(x, y, x);
            assert_eq!(
                (sum.primal, sum.tangent),
                (x.primal.mul_add(y.primal, x.primal), [y.primal + 1.0, x.primal])
            );
            let (sin, cos) = Float::sin_cos(x);
            assert_eq!((sin.primal, sin.tangent[0]), (x.primal.sin(), x.primal.cos()));
            assert_eq!((cos.primal, cos.tangent[0]), (x.primal.cos(), -x.primal.sin()));
            assert_eq!(Float::powi(x, 3).tangent[0], 3.0 * (x.primal * x.primal));
        }
        let [low, x, high] = [1.0, 2.0, 3.0].map(|x| Dual::<f64, 1>::variable(x, 0));
        let constant = |x: Dual<f64, 1>| Dual::from_primal(x.primal);
        assert_eq!(Float::clamp(x, constant(low), constant(high)).tangent, [1.0]);
        assert_eq!(Float::clamp(low, constant(x), constant(high)).tangent, [0.0]);
        assert_eq!(
            (Float::clamp(high, constant(low), x).primal, Float::clamp(high, constant(low), x).tangent),
            (2.0, [1.0])
        );
    }

    #[test]
    fn every_number_trait_goes_by_the_primal() {
        type D = Dual<f64, 1>;
        assert_eq!(
            D::from_str_radix("-1f", 16).unwrap(),
            D::from_primal(f64::from_str_radix("-1f", 16).unwrap())
        );
        assert_eq!(D::from_str_radix("-11", 2).unwrap().tangent, [0.0]);
        assert!(D::from_str_radix("one", 10).is_err());
        let made = [D::from_i64(-3), D::from_u64(3), D::from_f32(0.5), D::from_f64(0.25)];
        assert_eq!(
            made.map(|x| (x.unwrap().primal, x.unwrap().tangent)),
            [-3.0, 3.0, 0.5, 0.25].map(|x| (x, [0.0]))
        );
        let x = D::variable(-2.75, 0);
        assert_eq!((x.to_i64(), x.to_u64(), x.to_i128(), x.to_u128()), (Some(-2), None, Some(-2), None));
        assert_eq!(
            (x.to_f32(), x.to_f64(), (-x).to_u64(), (-x).to_u128()),
            (Some(-2.75), Some(-2.75), Some(2), Some(2))
        );
        assert_eq!(<D as Bounded>::min_value().primal, f64::MIN);
        assert_eq!(<D as Bounded>::max_value().primal, f64::MAX);
        assert_eq!((Signed::signum(&x).primal, Signed::signum(&x).tangent), (-1.0, [0.0]));
        assert_eq!((Signed::abs(&x).primal, Signed::abs(&x).tangent), (2.75, [-1.0]));
        assert!(x.is_negative() && !x.is_positive() && !(-x).is_negative());
        // A value of 1 or 0, whatever its tangent is.
        assert!(
            D::variable(1.0, 0).is_one() && !x.is_one() && D::one().is_one() && D::variable(0.0, 0).is_zero()
        );
        let mut y = D::variable(2.0, 0);
        y.mul_add_assign(D::from_primal(3.0), D::variable(5.0, 0));
        assert_eq!((y.primal, y.tangent), (11.0, [4.0]));
        let x = D::variable(2.0, 0);
        let powers = [Pow::pow(x, 3_i8), Pow::pow(x, 3_u8), Pow::pow(x, 3_i16), Pow::pow(x, 3_u16)];
        assert_eq!(powers.map(|y| (y.primal, y.tangent)), [(8.0, [12.0]); 4]);
        assert_eq!((Pow::pow(x, -1_i8).tangent, Pow::pow(x, -1_i16).tangent), ([-0.25], [-0.25]));
    }

    #[test]
    fn a_dual_number_is_shown_with_its_tangents() {
        assert_eq!(Dual::new(1.5, [2.0, -3.0]).to_string(), "1.5 + [2, -3]e");
        assert_eq!(format!("{:.2}", Dual::new(1.5, [2.0])), "1.50 + [2.00]e");
        assert_eq!(
            Dual::new(Dual::new(1.0, [2.0]), [Dual::new(3.0, [4.0])]).to_string(),
            "1 + [2]e + [3 + [4]e]e"
        );
    }

    #[test]
    fn numbers_come_and_go_by_their_primal() {
        let x: Dual<f64, 1> = Dual::variable(2.5, 0);
        assert_eq!(num_traits::cast::<_, i32>(x), Some(2));
        assert_eq!(<Dual<f64, 1> as NumCast>::from(3_u8), Some(Dual::from_primal(3.0)));
        assert_eq!(Dual::<f32, 1>::PI().primal, std::f32::consts::PI);
        assert_eq!(Signed::abs_sub(&x, &Dual::from_primal(1.0)).tangent, [1.0]);
        assert!(x.is_positive() && x.is_normal() && !x.is_nan());
        assert!(<Dual<f64, 1> as Float>::max_value().is_finite() && Dual::<f64, 1>::nan().is_nan());
    }

    #[test]
    fn powers_and_operators() {
        let x: Dual<f64, 1> = Dual::variable(2.0, 0);
        assert_eq!(Pow::pow(x, 3_i32).tangent, [12.0]);
        assert_eq!(Pow::pow(x, 3.0_f64).tangent, [12.0]);
        assert_eq!(Pow::pow(x, Dual::from_primal(3.0)).tangent, [12.0]);
        assert_eq!(x.inv().tangent, [-0.25]);
        assert_eq!(MulAdd::mul_add(x, x, x).tangent, [5.0]);
        let (a, b) = (&x, &x);
        assert_eq!((a * b + x * b - a / x - -a).tangent, [9.0]);
        assert_eq!([x, x, x].iter().product::<Dual<f64, 1>>().tangent, [12.0]);
        assert_eq!([x, x, x].iter().sum::<Dual<f64, 1>>().tangent, [3.0]);
        let mut y = x;
        y += 1.0;
        y *= 2.0;
        y -= &x;
        y /= 2.0;
        y %= 10.0;
        assert_eq!((y.primal, y.tangent), (2.0, [0.5]));
        assert_eq!((7.0 % x).tangent, [-3.0]);
    }
}
