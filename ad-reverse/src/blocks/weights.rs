//! The adjoints of weights, `sum_k u_k x_k^T` over all uses: added for many uses at once.

use crate::blocks::{Blocks, Kept};
use crate::strong::times;
use ad_core::kernels::MatrixView;
use ad_core::{Dense, Scalar};
use smallvec::SmallVec;

/// How many outer products wait before they are added to the adjoints of weights. More would be faster by no more than 1 %
/// (192, at 32 units), and take memory: 7 % more of all that a gradient takes at 128 units.
pub(crate) const WAITING: usize = 112;

/// Outer products `u x^T` (one for each row of `x`) that wait to be added to the adjoint of the same weights: that
/// is loaded and written once for many products, and not once for each.
#[derive(Debug)]
pub(crate) struct Waiting<T> {
    pub(crate) weights: u32,
    /// From sweeps whose recordings are gone.
    earlier: Vec<Outer<T>>,
    uses: Vec<Use>,
    /// Whether each `x` has one row.
    single: bool,
}

/// A product of the recording that is being swept.
#[derive(Clone, Copy, Debug)]
struct Use {
    /// The operation whose adjoint is `u`.
    op: u32,
    x: Kept,
}

/// `u` (for all seeds and rows) and `x`.
pub(crate) type Outer<T> = (Dense<T, 1>, Dense<T, 2>);

/// The same, by reference.
type Factors<'a, T> = (&'a Dense<T, 1>, &'a Dense<T, 2>);

/// Where the factors are found: the operations, and the adjoints of arrays.
pub(crate) type Sources<'a, T> = (&'a Blocks<T>, &'a [Option<Dense<T, 1>>]);

impl<T: Scalar> Waiting<T> {
    pub(crate) fn new(weights: u32) -> Self {
        Self { weights, earlier: Vec::new(), uses: Vec::new(), single: true }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.earlier.is_empty() && self.uses.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.earlier.clear();
        self.uses.clear();
        self.single = true;
    }

    /// Adds a product, by the operation whose adjoint is `u` and the place of `x`, which has so many rows.
    #[inline]
    pub(crate) fn push(&mut self, op: u32, x: Kept, rows: usize) {
        self.uses.push(Use { op, x });
        self.single &= rows == 1;
    }

    /// Adds a product of an earlier sweep.
    pub(crate) fn push_earlier(&mut self, product: Outer<T>) {
        self.single &= product.1.rows() == 1;
        self.earlier.push(product);
    }

    /// Adds all products to the adjoint of the weights, for each of `seeds` seeds; if that has not been touched before, it
    /// is overwritten.
    pub(crate) fn add_to(&self, adjoint: &mut [T], touched: bool, seeds: usize, sources: Sources<'_, T>) {
        if adjoint.is_empty() {
            return;
        }
        let mut pairs = SmallVec::<[(&[T], &[T]); 128]>::new();
        if self.single {
            // All seeds are one `u`.
            pairs.extend(self.earlier().map(|(u, x)| (u.as_slice(), x.as_slice())));
            pairs.extend(self.used(sources).map(|(u, x)| (u.as_slice(), x.as_slice())));
            return T::outer_products(&pairs, adjoint, touched);
        }
        let all = adjoint.len() / seeds;
        for (seed, adjoint) in adjoint.chunks_exact_mut(all).enumerate() {
            for (u, x) in self.earlier().chain(self.used(sources)) {
                let per_seed = u.cols() / seeds;
                let u = &u.as_slice()[per_seed * seed..][..per_seed];
                let (outputs, inputs) = (per_seed / x.rows(), x.cols());
                pairs.extend(u.chunks_exact(outputs).zip(x.as_slice().chunks_exact(inputs)));
            }
            T::outer_products(&pairs, adjoint, touched);
            pairs.clear();
        }
    }

    /// The operations whose adjoints are kept for this.
    pub(crate) fn ops(&self) -> impl Iterator<Item = u32> {
        self.uses.iter().map(|used| used.op)
    }

    /// All products, which do not need the recording any more.
    pub(crate) fn products(&self, sources: Sources<'_, T>) -> Vec<Outer<T>> {
        self.earlier().chain(self.used(sources)).map(|(u, x)| (u.clone(), x.clone())).collect()
    }

    fn earlier(&self) -> impl ExactSizeIterator<Item = Factors<'_, T>> {
        self.earlier.iter().map(|(u, x)| (u, x))
    }

    fn used<'a>(&'a self, (list, blocks): Sources<'a, T>) -> impl ExactSizeIterator<Item = Factors<'a, T>> {
        let adjoint = move |op: u32| blocks[op as usize].as_ref().expect("kept for this");
        self.uses.iter().map(move |&Use { op, x }| (adjoint(op), list.kept(x)))
    }
}

/// From so many rows on, a product of matrices does not wait: by itself it has enough to add at once. (32 rows at 32 units take
/// 1.10 of the time by hand where they wait, and 1.16 where they do not; at 128 units there is no difference.)
pub(crate) const MANY_ROWS: usize = 64;

/// Adds `sum u x^T`, over all rows of `x`, to the adjoint of weights, for each of `seeds` seeds; if that has not been
/// touched before, it is overwritten.
pub(crate) fn add_product<T: Scalar>((u, x): Factors<'_, T>, seeds: usize, adjoint: &mut [T], touched: bool) {
    if adjoint.is_empty() {
        return;
    }
    let (rows, per_seed) = (x.rows(), u.cols() / seeds);
    let outputs = per_seed / rows;
    let all = adjoint.len() / seeds;
    for (u, adjoint) in u.as_slice().chunks_exact(per_seed).zip(adjoint.chunks_exact_mut(all)) {
        T::gemm(MatrixView::new(u, [rows, outputs]).transposed(), x.view(), adjoint, touched);
    }
}

/// [`add_product`] to an adjoint that holds numbers, where a zero carries nothing.
pub(crate) fn add_product_strictly<T: Scalar>((u, x): Factors<'_, T>, seeds: usize, adjoint: &mut [T]) {
    let (rows, inputs) = (x.rows(), x.cols());
    let (outputs, all) = (u.cols() / (rows * seeds), adjoint.len() / seeds);
    for (i, u) in u.as_slice().chunks_exact(outputs).enumerate() {
        let adjoint = adjoint[i / rows * all..][..all].chunks_exact_mut(inputs.max(1));
        for (&u, adjoint) in u.iter().zip(adjoint) {
            for (adjoint, &x) in adjoint.iter_mut().zip(x.row(i % rows)) {
                *adjoint += times(x, u);
            }
        }
    }
}
