//! Products in which a zero may meet an infinity: a partial that is 0, on a path not taken, annihilates it (a strong zero).

use super::Block;
use ad_core::kernels::with_wide_vectors;
use ad_core::{Dense, Real, Scalar};

/// Whether an infinity or NaN of a block may meet one of these partials that is 0. The block may be large, so it is looked
/// at last.
pub(super) fn meets_zero<T: Scalar>(partials: &[T], block: &Block<T>) -> bool {
    let zero = T::Real::from_literal(0.0);
    // All are looked at: so many at once are faster than one after the other up to the first.
    let has_zero = with_wide_vectors(|| partials.iter().fold(false, |found, p| found | (p.primal() == zero)));
    has_zero && !T::all_finite(block.as_slice())
}

/// `diag(p) B` with strong zeros.
pub(super) fn weighted_singular<T: Scalar>(block: &Block<T>, p: &[T]) -> Block<T> {
    let rows = block.iter_rows().zip(p);
    Dense::new(block.shape(), rows.flat_map(|(row, &p)| row.iter().map(move |&t| p.strong_product(t))))
}

/// `W B` with strong zeros.
pub(super) fn product_singular<T: Scalar>(w: &[T], block: &Block<T>) -> Block<T> {
    let [inner, width] = block.shape();
    let rows = w.len() / inner.max(1);
    let mut out = Block::filled([rows, width], T::zero());
    for (w, out) in w.chunks_exact(inner.max(1)).zip(out.as_mut_slice().chunks_exact_mut(width.max(1))) {
        for (&w, row) in w.iter().zip(block.iter_rows()) {
            for (out, &t) in out.iter_mut().zip(row) {
                *out += w.strong_product(t);
            }
        }
    }
    out
}
