//! `approx`: closeness of dual numbers.
//!
//! Unlike `==`, which looks at the primal alone so that programs branch as on plain numbers, these
//! traits are for tests: dual numbers are close if their primals *and all their tangents* are.

use crate::Dual;

impl<T, const N: usize> Dual<T, N> {
    /// Whether `close` holds for the primals and for the tangents of each direction.
    fn pairs(&self, other: &Self, close: impl Fn(&T, &T) -> bool) -> bool {
        close(&self.primal, &other.primal)
            && self.tangent.iter().zip(&other.tangent).all(|(a, b)| close(a, b))
    }
}

ad_core::impl_approx!(Dual<T, const N: usize>);

#[cfg(test)]
mod tests {
    use super::Dual;
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
}
