//! What the vector kernels ask of a number: a few bit tricks, and the coefficients that depend on the
//! format.

use core::ops::{Add, Div, Mul, Neg, Sub};

/// `f64` or `f32`, as the elementary functions see it.
///
/// Only operations that every vector unit has (no call, no branch): a loop over code written with them
/// is vectorised by the compiler, and gives each element the same bits whatever lane it lands in.
pub(in crate::kernels) trait Lane:
    Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + From<f32>
    + 'static
{
    /// Numbers in a vector register of 32 bytes.
    const LANES: usize = 32 / size_of::<Self>();
    /// `1 / ln 2`.
    const LOG2_E: Self;
    /// `ln 2` to so few bits that its product with any exponent is exact.
    const LN2_HIGH: Self;
    /// `ln 2 - LN2_HIGH`.
    const LN2_LOW: Self;
    /// Adding this to a small number rounds it to an integer `k`, and leaves `k + 2 bias` in the lowest
    /// bits of the sum.
    const ROUNDER: Self;
    /// Arguments of `exp` beyond this overflow, or underflow; [`Lane::ROUNDER`] works up to here.
    const EXP_RANGE: Self;
    /// `P` of `e^r - 1 = r + r^2 P(r)` for `|r| <= ln 2 / 2`, constant term first.
    const EXP_M1: &'static [Self];
    /// `T` of `tanh h = h + h^3 T(h^2)` for `|h| <= 0.2556`, constant term first.
    const TANH: &'static [Self];
    /// `R` of `2 atanh s = 2 s + s^3 R(s^2)` for `0 <= s <= 1/3`, constant term first.
    const TWO_ATANH: &'static [Self];

    /// The number with the sign of another.
    fn with_sign(self, sign: Self) -> Self;

    /// `2^k` as a product of two normal numbers, from a sum with [`Lane::ROUNDER`].
    ///
    /// One factor would not do: `2^k` itself may be subnormal, or too large, where `2^k (1 + q)` is not.
    fn power_of_two(rounded: Self) -> (Self, Self);

    /// `self * a + b`, rounded once. Fast only where the target has the instruction.
    #[cfg_attr(not(all(target_arch = "x86_64", feature = "std")), allow(dead_code))]
    fn fused_mul_add(self, a: Self, b: Self) -> Self;
}

macro_rules! lane {
    (
        $real:ty: $bits:ty, $mantissa:literal bits, bias $bias:literal, range $range:literal,
        ln2 $high:literal + $low:literal, exp_m1 $exp_m1:expr, tanh $tanh:expr, two_atanh $two_atanh:expr
    ) => {
        impl Lane for $real {
            const LOG2_E: Self = core::f64::consts::LOG2_E as Self;
            const LN2_HIGH: Self = $high;
            const LN2_LOW: Self = $low;
            const ROUNDER: Self = ((3u64 << ($mantissa - 1)) + 2 * $bias) as Self;
            const EXP_RANGE: Self = $range;
            const EXP_M1: &'static [Self] = &$exp_m1;
            const TANH: &'static [Self] = &$tanh;
            const TWO_ATANH: &'static [Self] = &$two_atanh;

            #[inline(always)]
            fn with_sign(self, sign: Self) -> Self {
                self.copysign(sign)
            }

            #[inline(always)]
            fn power_of_two(rounded: Self) -> (Self, Self) {
                // Both biased exponents are halves of k + 2 bias; the shift to the left drops all but
                // them, so the upper bits of `rounded` need no masking.
                let sum = rounded.to_bits();
                let half = sum >> 1;
                let other = sum.wrapping_sub(half);
                (Self::from_bits(half << $mantissa), Self::from_bits(other << $mantissa))
            }

            #[inline(always)]
            fn fused_mul_add(self, a: Self, b: Self) -> Self {
                num_traits::Float::mul_add(self, a, b)
            }
        }
    };
}

// The polynomials are minimax in the relative error of the whole function (by Remez exchange with 80 digits, then
// rounded), which is 2^-60.7, 2^-56.4 and 2^-59.4 for f64, 2^-31.3, 2^-35.4 and 2^-32.2 for f32, in their order.
lane!(
    f64: u64, 52 bits, bias 1023, range 1416.0,
    ln2 0.6931471805598903 + 5.497923018708371e-14,
    exp_m1 [
        0.5,
        0.16666666666666674,
        0.04166666666666667,
        0.008333333333322172,
        0.0013888888888880918,
        0.00019841269886699926,
        2.480158733403087e-05,
        2.755724221351069e-06,
        2.755726422638177e-07,
        2.511009630403349e-08,
        2.091817130916585e-09,
    ],
    tanh [
        -0.3333333333333287,
        0.1333333333310016,
        -0.053968253621496404,
        0.021869465483585232,
        -0.008862439126327813,
        0.0035772068805098806,
        -0.0013109434629563679,
    ],
    two_atanh [
        0.6666666666666631,
        0.40000000000156616,
        0.28571428547916217,
        0.22222223966873195,
        0.18181743991128932,
        0.15386559215773415,
        0.13300974073248528,
        0.12106148653994867,
        0.08339553316249809,
        0.17020077892752924,
    ]
);
lane!(
    f32: u32, 23 bits, bias 127, range 174.0,
    ln2 0.69314575 + 1.4286068e-06,
    exp_m1 [0.5, 0.16666666, 0.04166648, 0.008333419, 0.0013933289, 0.00019824112],
    tanh [-0.3333333, 0.13333176, -0.05389498, 0.020516127],
    two_atanh [0.66666675, 0.3999895, 0.28617033, 0.21409306, 0.2441692]
);

/// How `a b + c` is rounded: the one thing in which the kernels for AVX2 differ from the portable ones.
pub(in crate::kernels) trait Contraction {
    /// `a * b + c`.
    fn mul_add<T: Lane>(a: T, b: T, c: T) -> T;
}

/// One rounding, by the instruction. To be used inside functions compiled for a target that has it.
#[cfg_attr(not(all(target_arch = "x86_64", feature = "std")), allow(dead_code))]
pub(in crate::kernels) enum Fused {}

/// Two roundings, on any machine.
pub(in crate::kernels) enum Separate {}

impl Contraction for Fused {
    #[inline(always)]
    fn mul_add<T: Lane>(a: T, b: T, c: T) -> T {
        a.fused_mul_add(b, c)
    }
}

impl Contraction for Separate {
    #[inline(always)]
    fn mul_add<T: Lane>(a: T, b: T, c: T) -> T {
        a * b + c
    }
}
