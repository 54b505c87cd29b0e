//! Products in which a zero may meet an infinity, as new blocks.

use super::Block;
use ad_core::Scalar;
use ad_core::kernels::add_strong_product;

/// `diag(p) B` with strong zeros.
pub(super) fn weighted_singular<T: Scalar>(block: &Block<T>, p: &[T]) -> Block<T> {
    // In loops: what the compiler makes of a chain of iterators reads parts of it that have not been set, and a checker of
    // memory cannot know that nothing comes of it.
    Block::build(block.shape(), T::zero(), |out| {
        let rows = out.chunks_exact_mut(block.cols().max(1)).zip(block.iter_rows());
        for ((out, row), &p) in rows.zip(p) {
            for (out, &t) in out.iter_mut().zip(row) {
                *out = p.strong_product(t);
            }
        }
    })
}

/// `W B` with strong zeros.
pub(super) fn product_singular<T: Scalar>(w: &[T], block: &Block<T>) -> Block<T> {
    let [inner, width] = block.shape();
    let mut out = Block::filled([w.len() / inner.max(1), width], T::zero());
    add_strong_product(w, block, out.as_mut_slice());
    out
}
