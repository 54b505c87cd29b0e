//! The vector kernels against loops that are plainly right, and functions against two references: correctly
//! rounded points made by MPFR (`reference.csv`), and arithmetic with twice the digits on dense sweeps.
//!
//! Everything is tested as it is called, on this machine's processor, and in the portable form. A test is a function of
//! the kind of number, and [`for_both`] runs it for each.

mod exact;
mod functions;
mod loops;

use self::exact::Format;
use super::vector::lane::Lane;
use crate::scalar::Real;
use std::ops::Range;

/// `f64` or `f32`, under test.
trait Tested: Real + Lane {
    const NAME: &'static str;
    const FORMAT: Format;
    /// Arguments beyond this are far out for every function.
    const SPAN: f64;

    /// Of neighbours of one sign these are neighbours, too.
    fn bits(self) -> u64;
    fn from_bits(bits: u64) -> Self;
    /// The numbers right above and right below.
    fn neighbours(self) -> [Self; 2];
}

macro_rules! tested {
    ($real:ident: $bits:ty, $format:expr, span $span:literal) => {
        impl Tested for $real {
            const NAME: &'static str = stringify!($real);
            const FORMAT: Format = $format;
            const SPAN: f64 = $span;

            fn bits(self) -> u64 {
                self.to_bits().into()
            }
            fn from_bits(bits: u64) -> Self {
                Self::from_bits(<$bits>::try_from(bits).unwrap())
            }
            fn neighbours(self) -> [Self; 2] {
                [self.next_up(), self.next_down()]
            }
        }
    };
}
tested!(f64: u64, Format { mantissa: 52, smallest: -1074, overflow: 1024 }, span 760.0);
tested!(f32: u32, Format { mantissa: 23, smallest: -149, overflow: 128 }, span 110.0);

/// Makes tests of functions that have the kind of number as their parameter.
macro_rules! for_both {
    ($($(#[$attribute:meta])* $test:ident;)*) => {
        mod double {
            $(
                #[test]
                $(#[$attribute])*
                fn $test() {
                    super::$test::<f64>();
                }
            )*
        }
        mod single {
            $(
                #[test]
                $(#[$attribute])*
                fn $test() {
                    super::$test::<f32>();
                }
            )*
        }
    };
}
use for_both;

fn bits<T: Tested>(x: &[T]) -> Vec<u64> {
    x.iter().map(|x| x.bits()).collect()
}

/// Xorshift: the same numbers in each run.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// In [-1, 1).
    fn signed(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.bits() >> 32) as usize % bound
    }

    fn number<T: Tested>(&mut self) -> T {
        T::from_literal(self.signed())
    }

    fn numbers<T: Tested>(&mut self, len: usize) -> Vec<T> {
        (0..len).map(|_| self.number()).collect()
    }

    /// A slice of the given length somewhere in a longer one, so that its alignment is arbitrary.
    fn unaligned<T: Tested>(&mut self, len: usize) -> (Vec<T>, Range<usize>) {
        let offset = self.below(9);
        (self.numbers(offset + len + 3), offset..offset + len)
    }
}
