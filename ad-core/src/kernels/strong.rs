//! Products in which a zero may meet an infinity: a partial that is 0, on a path not taken, annihilates it (a strong zero).

use super::with_wide_vectors;
use crate::array::Matrix;
use crate::scalar::{Real, Scalar};

/// Whether an infinity or NaN of a block may meet one of these partials that is 0. The larger of the two is looked at last, if at
/// all.
#[must_use]
pub fn meets_zero<S: Scalar>(partials: &[S], block: &Matrix<S>) -> bool {
    let is_finite = || S::all_finite(block.as_slice());
    if block.as_slice().len() < partials.len() && is_finite() {
        return false;
    }
    let zero = S::Real::from_literal(0.0);
    // All are looked at: so many at once are faster than one after the other up to the first.
    let has_zero = with_wide_vectors(|| partials.iter().fold(false, |found, p| found | (p.primal() == zero)));
    has_zero && !is_finite()
}

/// `C += W B` with strong zeros, for partials `W` with as many columns as `B` has rows, row-major.
pub fn add_strong_product<S: Scalar>(w: &[S], block: &Matrix<S>, c: &mut [S]) {
    let [inner, width] = block.shape();
    for (w, c) in w.chunks_exact(inner.max(1)).zip(c.chunks_exact_mut(width.max(1))) {
        for (&w, row) in w.iter().zip(block.iter_rows()) {
            for (c, &t) in c.iter_mut().zip(row) {
                *c += w.strong_product(t);
            }
        }
    }
}
