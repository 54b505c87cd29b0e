//! `approx`: closeness of dual numbers and of Taylor series.
//!
//! Unlike `==`, which looks at the primal alone so that programs branch as on plain numbers, these
//! traits are for tests: dual numbers are close if their primals *and all their tangents* are, series if all
//! their coefficients are.

use crate::{Dual, Taylor};
use ad_core::Scalar;

impl<T, const N: usize> Dual<T, N> {
    /// Whether `close` holds for the primals and for the tangents of each direction.
    fn pairs(&self, other: &Self, close: impl Fn(&T, &T) -> bool) -> bool {
        close(&self.primal, &other.primal)
            && self.tangent.iter().zip(&other.tangent).all(|(a, b)| close(a, b))
    }
}

ad_core::impl_approx!(Dual<T, const N: usize>);

impl<T: Scalar, const K: usize> Taylor<T, K> {
    /// Whether `close` holds for each coefficient.
    fn pairs(&self, other: &Self, close: impl Fn(&T, &T) -> bool) -> bool {
        self.coefficients().iter().zip(&other.coefficients()).all(|(a, b)| close(a, b))
    }
}

ad_core::impl_approx!(Taylor<T, const K: usize>);

#[cfg(test)]
mod tests {
    use super::{Dual, Taylor};
    use ::approx::{abs_diff_eq, relative_eq, ulps_eq};

    #[test]
    fn tangents_have_to_be_close_too() {
        let (x, y) = (Dual::new(1.0, [2.0, 3.0]), Dual::new(1.0 + 1e-12, [2.0, 3.0 - 1e-12]));
        let off = Dual::new(1.0, [2.0, 3.1]);
        assert!(x == off, "equality looks at the primal alone");
        let tolerance = 1e-11.into();
        assert!(abs_diff_eq!(x, y, epsilon = tolerance) && !abs_diff_eq!(x, off, epsilon = tolerance));
        assert!(
            relative_eq!(x, y, max_relative = tolerance) && !relative_eq!(x, off, max_relative = tolerance)
        );
        assert!(ulps_eq!(x, x) && !ulps_eq!(x, off));
        let (x, off) = (Dual::new(x, [x]), Dual::new(x, [off]));
        assert!(relative_eq!(x, x) && !relative_eq!(x, off));
    }

    #[test]
    fn all_coefficients_have_to_be_close() {
        let (x, y) = (Taylor::new([1.0, 2.0, 3.0]), Taylor::new([1.0 + 1e-12, 2.0, 3.0 - 1e-12]));
        let off = Taylor::new([1.0, 2.0, 3.1]);
        let tolerance = 1e-11.into();
        assert!(abs_diff_eq!(x, y, epsilon = tolerance) && !abs_diff_eq!(x, off, epsilon = tolerance));
        assert!(
            relative_eq!(x, y, max_relative = tolerance) && !relative_eq!(x, off, max_relative = tolerance)
        );
        assert!(ulps_eq!(x, x) && !ulps_eq!(x, off));
    }
}
