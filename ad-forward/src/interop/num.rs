//! `num_traits`, and the operators on references: generic code for `T: Float` runs on dual numbers.

use crate::Dual;

ad_core::impl_num_traits!(Dual<T, const N: usize>);

#[cfg(test)]
mod tests {
    use crate::{Dual, derivative};
    use ad_core::num_traits::{self, Float, FloatConst, Inv, MulAdd, NumCast, NumRef, Pow, RefNum, Signed};

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

    #[test]
    fn numbers_come_and_go_by_their_primal() {
        let x: Dual<f64, 1> = Dual::variable(2.5, 0);
        assert_eq!(num_traits::cast::<_, i32>(x), Some(2));
        assert_eq!(<Dual<f64, 1> as NumCast>::from(3_u8), Some(Dual::from_primal(3.0)));
        assert_eq!(Dual::<f32, 1>::PI().primal, std::f32::consts::PI);
        assert_eq!(Signed::abs_sub(&x, &Dual::from_primal(1.0)).tangent, [1.0]);
        assert!(x.is_positive() && x.is_normal() && !x.is_nan());
        assert!(Dual::<f64, 1>::max_value().is_finite() && Dual::<f64, 1>::nan().is_nan());
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
