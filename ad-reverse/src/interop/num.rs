//! `num_traits`, and the operators on references: generic code for `T: Float` runs on variables.

use crate::Var;

ad_core::impl_num_traits!(Var<T>);

#[cfg(test)]
mod tests {
    use crate::{Var, grad};
    use ad_core::num_traits::{
        self, Bounded, Float, FloatConst, FromPrimitive, Inv, MulAdd, MulAddAssign, Num, NumCast, NumRef,
        One, Pow, RefNum, Signed, ToPrimitive, Zero,
    };

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

    #[test]
    fn code_for_floats_has_derivatives() {
        let c = [1.0, -2.0, 0.5];
        assert_eq!(grad(|x| horner(&c.map(Var::from_value), *x), &3.0), 1.0);
        assert_eq!(grad(|c: &[Var<f64>; 3]| horner(c, Var::from_value(3.0)), &c), [1.0, 3.0, 9.0]);
        assert_eq!(grad(|x: &[Var<f64>; 2]| square_norm(x), &[3.0, 2.0]), [6.0, 4.0]);
        let second = grad(|x| grad(|x| horner(&[*x, *x, *x], *x), x), &3.0);
        assert_eq!(second, 2.0 + 6.0 * 3.0);
    }

    macro_rules! agree {
        ($x:expr; $($method:ident)*) => {
            $(
                let by_float = crate::value_and_grad(|x| Float::$method(*x), &$x);
                let by_scalar = crate::value_and_grad(|x| ad_core::Scalar::$method(*x), &$x);
                assert_eq!(by_float.0.to_bits(), f64::$method($x).to_bits(), stringify!($method));
                assert_eq!(by_float.0.to_bits(), by_scalar.0.to_bits(), stringify!($method));
                assert_eq!(by_float.1.to_bits(), by_scalar.1.to_bits(), stringify!($method));
            )*
        };
    }

    #[test]
    fn the_methods_of_float_are_those_of_scalar() {
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
                let by_float = crate::value_and_grad(|p| Float::$method(p[0], p[1]), &[$x, $y]);
                let by_scalar = crate::value_and_grad(|p| ad_core::Scalar::$method(p[0], p[1]), &[$x, $y]);
                assert!(is_same(by_float.0, Float::$method($x, $y)), stringify!($method));
                assert!(is_same(by_float.0, by_scalar.0), stringify!($method));
                assert!((0..2).all(|i| is_same(by_float.1[i], by_scalar.1[i])), stringify!($method));
            )*
        };
    }

    fn is_same(x: f64, y: f64) -> bool {
        x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan())
    }

    #[test]
    fn the_methods_of_several_numbers_take_them_in_the_same_order() {
        for (x, y) in [(2.5_f64, 0.4_f64), (0.3, 3.0), (-1.5, 2.0), (2.0, -0.5)] {
            agree_on_two! { x, y; powf log max min abs_sub hypot atan2 copysign }
            let (value, gradient) = crate::value_and_grad(|p| Float::mul_add(p[0], p[1], p[0]), &[x, y]);
            assert_eq!((value, gradient), (x.mul_add(y, x), [y + 1.0, x]));
            assert_eq!(crate::value_and_grad(|x| Float::sin_cos(*x).0, &x), (x.sin(), x.cos()));
            assert_eq!(crate::value_and_grad(|x| Float::sin_cos(*x).1, &x), (x.cos(), -x.sin()));
            assert_eq!(grad(|x| Float::powi(*x, 3), &x), 3.0 * (x * x));
        }
        let clamped = |p: &[Var<f64>; 3]| Float::clamp(p[0], p[1], p[2]);
        assert_eq!(grad(clamped, &[2.0, 1.0, 3.0]), [1.0, 0.0, 0.0]);
        assert_eq!(grad(clamped, &[1.0, 2.0, 3.0]), [0.0, 1.0, 0.0]);
        assert_eq!(grad(clamped, &[3.0, 1.0, 2.0]), [0.0, 0.0, 1.0]);
    }

    #[test]
    fn every_number_trait_goes_by_the_value() {
        type V = Var<f64>;
        assert_eq!(V::from_str_radix("-11", 2).unwrap().value(), f64::from_str_radix("-11", 2).unwrap());
        assert!(V::from_str_radix("one", 10).is_err());
        let made = [V::from_i64(-3), V::from_u64(3), V::from_f32(0.5), V::from_f64(0.25)];
        assert_eq!(made.map(|x| x.unwrap().value()), [-3.0, 3.0, 0.5, 0.25]);
        let x = V::from_value(-2.75);
        assert_eq!((x.to_i64(), x.to_u64(), x.to_i128(), x.to_u128()), (Some(-2), None, Some(-2), None));
        assert_eq!(
            (x.to_f32(), x.to_f64(), (-x).to_u64(), (-x).to_u128()),
            (Some(-2.75), Some(-2.75), Some(2), Some(2))
        );
        assert_eq!(<V as Bounded>::min_value().value(), f64::MIN);
        assert_eq!(<V as Bounded>::max_value().value(), f64::MAX);
        assert_eq!(crate::value_and_grad(Signed::signum, &-2.75), (-1.0, 0.0));
        assert_eq!(crate::value_and_grad(Signed::abs, &-2.75), (2.75, -1.0));
        assert!(x.is_negative() && !x.is_positive() && !(-x).is_negative());
        let _ = grad(
            |x: &V| {
                // A value of 1 or 0, also of a variable.
                assert!(x.is_one() && !(*x + 1.0).is_one() && (*x - 1.0).is_zero());
                *x
            },
            &1.0,
        );
        let assigned = |x: V| {
            let mut y = x;
            y.mul_add_assign(V::from_value(3.0), x);
            y
        };
        assert_eq!(at_2(assigned), 4.0);
        let powers: [fn(V) -> V; 4] =
            [|x| Pow::pow(x, 3_i8), |x| Pow::pow(x, 3_u8), |x| Pow::pow(x, 3_i16), |x| Pow::pow(x, 3_u16)];
        assert_eq!(powers.map(at_2), [12.0; 4]);
        assert_eq!(at_2(|x| Pow::pow(x, -1_i8)), -0.25);
    }

    #[test]
    fn numbers_come_and_go_by_their_primal() {
        let x = Var::from_value(2.5);
        assert_eq!(num_traits::cast::<_, i32>(x), Some(2));
        assert_eq!(<Var<f64> as NumCast>::from(3_u8), Some(Var::from_value(3.0)));
        assert_eq!(Var::<f32>::PI().value(), std::f32::consts::PI);
        assert_eq!(grad(|x| Signed::abs_sub(x, &Var::from_value(1.0)), &2.5), 1.0);
        assert!(x.is_positive() && x.is_normal() && !x.is_nan());
        assert!(<Var<f64> as Float>::max_value().is_finite() && Var::<f64>::nan().is_nan());
        assert_eq!(format!("{x} {x:?} {:?}", Var::from_value(1.0_f32)), "2.5 Constant(2.5) Constant(1.0)");
        let _ = grad(
            |x| {
                assert_eq!(format!("{x:.1} {x:?}"), "2.0 Var(2.0)");
                *x
            },
            &2.0,
        );
    }

    /// The derivative at 2.
    fn at_2(f: impl FnOnce(Var<f64>) -> Var<f64>) -> f64 {
        grad(|x| f(*x), &2.0)
    }

    #[test]
    fn powers_and_operators() {
        assert_eq!(at_2(|x| Pow::pow(x, 3_i32)), 12.0);
        assert_eq!(at_2(|x| Pow::pow(x, 3.0_f64)), 12.0);
        assert_eq!(at_2(|x| Pow::pow(x, Var::from_value(3.0))), 12.0);
        assert_eq!(at_2(|x| x.inv()), -0.25);
        assert_eq!(at_2(|x| MulAdd::mul_add(x, x, x)), 5.0);
        let by_reference = |a: &Var<f64>, b: &Var<f64>| a * b + *a * b - a / *b - -a;
        assert_eq!(at_2(|x| by_reference(&x, &x)), 9.0);
        assert_eq!(at_2(|x| [x, x, x].iter().product()), 12.0);
        assert_eq!(at_2(|x| [x, x, x].into_iter().product()), 12.0);
        assert_eq!(at_2(|x| [x, x, x].iter().sum()), 3.0);
        assert_eq!(at_2(|x| 7.0 % x), -3.0);
    }

    #[test]
    fn assign_operators_take_variables_references_and_numbers() {
        let assigned = |x: Var<f64>| {
            let mut y = x;
            y += 1.0;
            y *= 2.0;
            y -= &x;
            y /= 2.0;
            y %= 10.0;
            y *= x;
            y
        };
        assert_eq!(assigned(Var::from_value(2.0)).value(), 4.0); // (x + 2) x / 2
        assert_eq!(at_2(assigned), 3.0);
        let single = grad(
            |x: &Var<f32>| {
                let mut y = 3.0_f32 * *x;
                y -= 1.0_f32;
                y * *x
            },
            &2.0_f32,
        );
        assert_eq!(single, 11.0);
    }
}
