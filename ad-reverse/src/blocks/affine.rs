//! The terms of affine maps, on which a network spends its time.

use crate::blocks::{Blocks, Kept, Slot};
use crate::strong::{add, add_product, times};
use crate::sweep::adjoints::Adjoints;
use ad_core::kernels::MatrixView;
use ad_core::{Dense, Scalar};

/// How the result of an affine map depends on one of its terms, `W x` for each row `x`, and with the first one on `b`: one
/// edge for all of the three that are variables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term {
    pub(crate) of_w: Slot,
    pub(crate) of_x: Slot,
    pub(crate) of_b: Slot,
    /// Kept if `x` is a variable.
    pub(crate) w: Kept,
    /// Kept if `W` is a variable.
    pub(crate) x: Kept,
}

impl Term {
    /// Carries the adjoint `out` of the operation `op` to the operands; returns whether it has to be kept, because the
    /// product for `W` waits for others.
    #[inline]
    pub(crate) fn pull<T: Scalar>(self, op: u32, out: &Dense<T, 1>, adjoints: &mut Adjoints<'_, T>) -> bool {
        if let Some(b) = self.of_b.get() {
            pull_bias(out.as_slice(), b, adjoints);
        }
        let waits = self.of_w.get().is_some_and(|weights| adjoints.pull_weights(weights, self.x, op, out));
        if let Some(x) = self.of_x.get() {
            pull_inputs(adjoints.list().kept(self.w), out.as_slice(), x, adjoints);
        }
        waits
    }

    /// Adds what the tangents of the operands mean for that of the result to `out`.
    pub(crate) fn push<T: Scalar>(self, list: &Blocks<T>, blocks: &[Vec<T>], out: &mut [T]) {
        let tangent = |operand: Slot| operand.get().map(|op| blocks[op as usize].as_slice());
        if let Some(db) = tangent(self.of_b) {
            out.chunks_exact_mut(db.len()).for_each(|out| add(out, db.iter().copied()));
        }
        if let Some(dw) = tangent(self.of_w) {
            let x = list.kept(self.x);
            let outputs = out.len() / x.rows();
            for (x, out) in x.iter_rows().zip(out.chunks_exact_mut(outputs)) {
                add_product(dw, x, out);
            }
        }
        if let Some(dx) = tangent(self.of_x) {
            let w = list.kept(self.w);
            let [outputs, inputs] = w.shape();
            for (row, out) in out.chunks_exact_mut(outputs).enumerate() {
                add_product(w.as_slice(), &dx[row * inputs..(row + 1) * inputs], out);
            }
        }
    }
}

/// Adds the rows of `out` to the adjoint of `b`.
#[inline]
fn pull_bias<T: Scalar>(out: &[T], b: u32, adjoints: &mut Adjoints<'_, T>) {
    let (outputs, width) = (adjoints.entries(b), adjoints.width());
    if out.len() == outputs {
        return T::axpy(T::one(), out, adjoints.buffer(b));
    }
    let per_seed = if width == 1 { out.len() } else { out.len() / width };
    for (seed, out) in out.chunks(per_seed).enumerate() {
        let target = adjoints.row(b, seed);
        out.chunks(outputs).for_each(|row| T::axpy(T::one(), row, target));
    }
}

/// Adds `W^T out`, row by row, to the adjoint of `x`.
#[inline]
fn pull_inputs<T: Scalar>(w: &Dense<T, 2>, out: &[T], x: u32, adjoints: &mut Adjoints<'_, T>) {
    let outputs = w.rows();
    if adjoints.is_strict() && !(T::all_finite(w.as_slice()) && T::all_finite(out)) {
        inputs_strictly(w, out, adjoints.buffer(x));
    } else if out.len() == outputs {
        T::gemv_t(w.as_slice(), out, adjoints.buffer(x));
    } else {
        let out = MatrixView::new(out, [out.len() / outputs, outputs]);
        let (target, touched) = adjoints.overwritable(x);
        T::gemm(out, w.view(), target, touched);
    }
}

/// [`pull_inputs`] where a zero carries nothing.
fn inputs_strictly<T: Scalar>(w: &Dense<T, 2>, out: &[T], target: &mut [T]) {
    let [outputs, inputs] = w.shape();
    for (out, target) in out.chunks_exact(outputs).zip(target.chunks_exact_mut(inputs.max(1))) {
        for (&out, w) in out.iter().zip(w.iter_rows()) {
            for (target, &w) in target.iter_mut().zip(w) {
                *target += times(w, out);
            }
        }
    }
}
