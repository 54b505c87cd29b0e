//! The adjoints of weights, `sum_k u_k x_k^T` over all uses: added for many uses at once.

use crate::operations::{Blocks, Kept};
use ad_core::{Dense, Scalar};
use smallvec::SmallVec;

/// How many outer products wait before they are added to the adjoints of weights. More would be faster by no more than 1 %
/// (192, at 32 units), and take memory: 1.14 of the hand-written sweep's at 128 units, where this takes 1.07.
pub(crate) const WAITING: usize = 112;

/// An outer product `u x^T` (one for each row of `x`) that waits to be added to the adjoint of weights: that
/// is left and written once for many products, and not once for each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    pub(crate) weights: u32,
    /// The operation whose adjoint is `u`.
    pub(crate) op: u32,
    pub(crate) x: Kept,
}

/// What [`Waiting`] stands for, when its recording is gone: the weights, `u` and `x`.
pub(crate) type Product<T> = (u32, Dense<T, 1>, Dense<T, 2>);

/// A product's `u` (for all seeds and rows) and `x`.
pub(crate) type Factors<'a, T> = (&'a Dense<T, 1>, &'a Dense<T, 2>);

impl Waiting {
    /// `u` and `x`.
    pub(crate) fn factors<'a, T: Scalar>(
        self,
        list: &'a Blocks<T>,
        blocks: &'a [Option<Dense<T, 1>>],
    ) -> Factors<'a, T> {
        (blocks[self.op as usize].as_ref().expect("kept for this"), list.kept(self.x))
    }
}

/// From so many rows on, a product of matrices is faster by itself than as a sum of outer products, and does not wait.
pub(crate) const MANY_ROWS: usize = 16;

/// Adds `sum u x^T`, over all rows of `x`, to the adjoint of weights, for each of `seeds` seeds; if that has not been
/// touched before, it is overwritten.
pub(crate) fn add_product<T: Scalar>((u, x): Factors<'_, T>, seeds: usize, adjoint: &mut [T], touched: bool) {
    if adjoint.is_empty() {
        return;
    }
    let (rows, inputs, per_seed) = (x.rows(), x.cols(), u.cols() / seeds);
    let outputs = per_seed / rows;
    let all = adjoint.len() / seeds;
    for (u, adjoint) in u.as_slice().chunks_exact(per_seed).zip(adjoint.chunks_exact_mut(all)) {
        let shape = [outputs, rows, inputs];
        T::gemm(shape, u, (1, outputs), x.as_slice(), (inputs, 1), adjoint, touched);
    }
}

/// [`add_product`] for many products, of few rows each.
pub(crate) fn add_products<T: Scalar>(
    products: &[Factors<'_, T>],
    seeds: usize,
    adjoint: &mut [T],
    touched: bool,
) {
    // With one row each, all seeds are one `u`.
    let seeds = if products.iter().all(|(_, x)| x.rows() == 1) { 1 } else { seeds };
    if adjoint.is_empty() {
        return;
    }
    let mut pairs = SmallVec::<[(&[T], &[T]); 64]>::new();
    let all = adjoint.len() / seeds;
    for (seed, adjoint) in adjoint.chunks_exact_mut(all).enumerate() {
        for (u, x) in products {
            let (rows, per_seed) = (x.rows(), u.cols() / seeds);
            let u = &u.as_slice()[per_seed * seed..][..per_seed];
            if rows == 1 {
                pairs.push((u, x.as_slice()));
            } else {
                pairs.extend(u.chunks_exact(per_seed / rows).zip(x.iter_rows()));
            }
        }
        T::outer_products(&pairs, adjoint, touched);
        pairs.clear();
    }
}
