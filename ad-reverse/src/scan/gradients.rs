//! What is left to do for the parameters when all steps have been run back.

use super::program::Program;
use super::run::Data;
use super::sketch::{Node, Source};
use crate::blocks::weights::WAITING;
use ad_core::kernels::MatrixView;
use ad_core::{Dense, Real};
use smallvec::SmallVec;

impl<R: Real> Program<R> {
    /// Completes the gradients, with what all steps have left.
    pub(super) fn gradients<const RANK: usize>(
        &self,
        data: &Data<'_, R, RANK>,
        (kept, credits): (&[R], &[R]),
        mut gradients: Vec<Option<Dense<R, 1>>>,
    ) -> Vec<Option<Dense<R, 1>>> {
        let entries = |param: u32| data.params[param as usize].as_slice().len();
        let small = self.products.iter().all(|&(param, ..)| entries(param) < LARGE);
        for &(param, u, x) in &self.products {
            let [outputs, inputs] = data.params[param as usize].shape();
            let (u, x) = (self.credits.get(u).of(credits), self.all(x, kept));
            let gradient = &mut gradients[param as usize];
            let touched = gradient.is_some();
            let room = || Dense::overwritten([outputs * inputs], R::zero(), |_| ());
            let gradient = gradient.get_or_insert_with(room).as_mut_slice();
            if small && u.len() == self.steps * outputs {
                add_outer_products((u, outputs), (x, inputs), gradient, touched);
            } else {
                let u = MatrixView::new(u, [u.len() / outputs, outputs]).transposed();
                R::gemm(u, MatrixView::new(x, [x.len() / inputs, inputs]), gradient, touched);
            }
        }
        for &(param, u) in &self.sums {
            let len = entries(param);
            let gradient = gradients[param as usize].get_or_insert_with(|| Dense::filled([len], R::zero()));
            let gradient = gradient.as_mut_slice();
            self.credits
                .get(u)
                .of(credits)
                .chunks_exact(len)
                .for_each(|row| R::axpy(R::one(), row, gradient));
        }
        gradients
    }

    /// The values of an array in all steps.
    fn all<'v>(&self, node: Node, kept: &'v [R]) -> &'v [R] {
        let states = |skip: usize| {
            let room = self.kept(self.next);
            &room.of(kept)[skip * room.len..][..self.steps * room.len]
        };
        match self.sketch.arrays[node as usize].source {
            Source::State => states(0),
            Source::Op if node == self.next => states(1),
            Source::Input(k) => {
                let copied = self.copies.iter().find(|&&(copied, _)| copied == k);
                self.kept.get(copied.expect("was copied for this").1).of(kept)
            }
            _ => self.kept(node).of(kept),
        }
    }
}

/// From so many weights in one matrix on, or for more rows than one a step, products of matrices are worth the half megabyte that they
/// keep for themselves.
const LARGE: usize = 1 << 12;

/// Adds `sum u x^T` over all rows to a gradient, or writes it there if that has not been touched.
fn add_outer_products<R: Real>(
    (u, outputs): (&[R], usize),
    (x, inputs): (&[R], usize),
    gradient: &mut [R],
    mut touched: bool,
) {
    let mut rows = u.chunks_exact(outputs).zip(x.chunks_exact(inputs));
    loop {
        let pairs: SmallVec<[_; 128]> = rows.by_ref().take(WAITING).collect();
        if pairs.is_empty() {
            return;
        }
        R::outer_products(&pairs, gradient, touched);
        touched = true;
    }
}
