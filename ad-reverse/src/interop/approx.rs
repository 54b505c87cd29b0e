//! `approx`: closeness of variables, which is that of their values.
//!
//! A variable holds no derivative that could be compared; tests compare gradients.

use crate::Var;
use ad_core::Scalar;

impl<T: Scalar> Var<T> {
    /// Whether `close` holds for the values.
    fn pairs(&self, other: &Self, close: impl Fn(&T, &T) -> bool) -> bool {
        close(&self.value(), &other.value())
    }
}

ad_core::impl_approx!(Var<T>);

#[cfg(test)]
mod tests {
    use crate::{Var, grad};
    use ::approx::{abs_diff_eq, relative_eq, ulps_eq};
    use ad_forward::Dual;

    #[test]
    fn values_have_to_be_close_and_nothing_is_recorded() {
        let g = grad(
            |x| {
                let off = *x + 1e-12;
                let [zero, small, large] = [0.0, 1e-13, 1e-11].map(Var::from);
                assert!(abs_diff_eq!(*x, off, epsilon = large) && !abs_diff_eq!(*x, off, epsilon = small));
                assert!(relative_eq!(*x, off, max_relative = large));
                assert!(!relative_eq!(*x, off, epsilon = zero, max_relative = small));
                assert!(ulps_eq!(*x, *x) && !ulps_eq!(*x, off, epsilon = zero));
                *x
            },
            &1.0,
        );
        assert_eq!(g, 1.0);
        // Of nested numbers, the derivatives below are part of the value.
        let (x, off) = (Dual::new(1.0, [2.0]), Dual::new(1.0, [2.1]));
        assert!(abs_diff_eq!(Var::from_value(x), Var::from_value(x)));
        assert!(!abs_diff_eq!(Var::from_value(x), Var::from_value(off)));
    }
}
