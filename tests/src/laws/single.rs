//! The law of single precision.

use super::{Laws, Tolerance, Violation};
use ad_core::VectorFunction;
use ad_forward::jacobian_by_chunks;
use ad_reverse::vjp;

/// What single precision can keep, for functions that lose no more than three digits.
const SINGLE: Tolerance = Tolerance { relative: 1e-4, absolute: 1e-4 };

impl Laws {
    /// In `f32`, forward and reverse mode find the Jacobian that `f64` has at the same point (`x` rounded),
    /// to single precision, and the primal of the plain `f32` run bit for bit.
    ///
    /// The tolerance is that of single precision, whatever [`tolerance`](Self::tolerance) is.
    ///
    /// # Errors
    ///
    /// The first number that is another.
    pub fn single_precision<F: VectorFunction>(&self, f: &F, x: &[f64]) -> Result<(), Violation> {
        let rounded: Vec<f32> = x.iter().map(|&x| x as f32).collect();
        let at_rounded: Vec<f64> = rounded.iter().map(|&x| f64::from(x)).collect();
        let at = Self { tolerance: SINGLE }.at("single precision", &at_rounded);
        let widened = |x: &[f32]| x.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();

        let plain = f.call(&rounded);
        let recorded = vjp(|x| f.call(x), &rounded[..]).0;
        for (i, (&a, &b)) in plain.iter().zip(&recorded).enumerate() {
            if a.to_bits() != b.to_bits() && !(a.is_nan() && b.is_nan()) {
                let (a, b) = (("by f32", f64::from(a)), ("by Var<f32>", f64::from(b)));
                return Err(at.violation(format!("y[{i}]"), a, b, 0.0));
            }
        }
        let double = ad_reverse::jacobian(|x| f.call(x), &at_rounded);
        let forward = jacobian_by_chunks::<f32, 1>(|x| f.call(x), &rounded);
        let reverse = ad_reverse::jacobian(|x| f.call(x), &rounded);
        let name = |k: usize| format!("dy[{}]/dx[{}]", k / x.len(), k % x.len());
        for (mode, single) in [("by forward mode in f32", forward), ("by reverse mode in f32", reverse)] {
            at.all_close(name, ("in f64", double.as_slice()), (mode, &widened(single.as_slice())))?;
        }
        Ok(())
    }
}
