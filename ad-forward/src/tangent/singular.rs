//! Products in which a zero may meet an infinity, as new blocks.

use super::Block;
use ad_core::kernels::add_strong_product;
use ad_core::{Dense, Scalar};

/// `diag(p) B` with strong zeros.
pub(super) fn weighted_singular<T: Scalar>(block: &Block<T>, p: &[T]) -> Block<T> {
    let rows = block.iter_rows().zip(p);
    Dense::new(block.shape(), rows.flat_map(|(row, &p)| row.iter().map(move |&t| p.strong_product(t))))
}

/// `W B` with strong zeros.
pub(super) fn product_singular<T: Scalar>(w: &[T], block: &Block<T>) -> Block<T> {
    let [inner, width] = block.shape();
    let mut out = Block::filled([w.len() / inner.max(1), width], T::zero());
    add_strong_product(w, block, out.as_mut_slice());
    out
}
