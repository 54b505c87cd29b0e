//! How large numbers are and how far they are apart, by which no NaN gets lost: what is not a number is nowhere near anything.

/// The largest of numbers that are not negative, 0 of none; NaN if one of them is.
pub fn largest(numbers: impl IntoIterator<Item = f64>) -> f64 {
    // Not f64::max, which passes over NaN.
    numbers.into_iter().fold(0.0, |most, x| if x > most || x.is_nan() { x } else { most })
}

/// The largest difference of an entry, relative to the largest entry of `a`.
#[must_use]
pub fn relative(a: &[f64], b: &[f64]) -> f64 {
    let difference = largest(a.iter().zip(b).map(|(a, b)| (a - b).abs()));
    if difference == 0.0 { 0.0 } else { difference / largest(a.iter().map(|x| x.abs())) }
}

/// The power of two at or below the largest of `x`, and no subnormal one: what is divided by it is of order one at most, and exact
/// unless it becomes subnormal.
pub(crate) fn power_of_two(x: &[f64]) -> f64 {
    const EXPONENT: u64 = 0x7ff0_0000_0000_0000;
    f64::from_bits(largest(x.iter().map(|x| x.abs())).to_bits() & EXPONENT).max(f64::MIN_POSITIVE)
}

/// The Euclidean norm, also where the squares overflow or underflow.
#[must_use]
pub fn norm(x: &[f64]) -> f64 {
    let squares: f64 = x.iter().map(|x| x * x).sum();
    if squares.is_normal() {
        return squares.sqrt();
    }
    let size = largest(x.iter().map(|x| x.abs()));
    if size == 0.0 || !size.is_finite() {
        return size;
    }
    size * x.iter().map(|x| (x / size).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_relative_to_the_largest_entry() {
        assert_eq!(relative(&[4.0, 0.0], &[4.0, 1.0]), 0.25);
        assert_eq!(relative(&[0.0], &[0.0]), 0.0);
    }

    #[test]
    fn a_norm_is_there_where_its_square_is_not() {
        assert_eq!(norm(&[3.0, -4.0]), 5.0);
        for size in [2.0_f64.powi(700), 2.0_f64.powi(-700)] {
            assert_eq!(norm(&[3.0 * size, -4.0 * size]), 5.0 * size);
        }
        assert_eq!((norm(&[]), norm(&[0.0])), (0.0, 0.0));
        assert_eq!(norm(&[1.0, f64::NEG_INFINITY]), f64::INFINITY);
        assert!(norm(&[f64::NAN, f64::INFINITY]).is_nan());
    }

    #[test]
    fn a_power_of_two_makes_the_largest_one_of_order_one() {
        assert_eq!(power_of_two(&[1.0, -5.0]), 4.0);
        assert_eq!(power_of_two(&[f64::MAX]), 2.0_f64.powi(1023));
        assert_eq!(power_of_two(&[1e-320, 0.0]), f64::MIN_POSITIVE);
        assert_eq!(power_of_two(&[]), f64::MIN_POSITIVE);
    }

    #[test]
    fn no_nan_is_lost() {
        assert!(largest([1.0, f64::NAN, 2.0]).is_nan());
        assert!(relative(&[1.0, f64::NAN], &[1.0, 2.0]).is_nan());
        assert!(relative(&[1.0, f64::INFINITY], &[1.0, f64::INFINITY]).is_nan());
    }
}
