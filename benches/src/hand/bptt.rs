//! BPTT by hand: matrix-vector products per step (matrix products for a batch), one product at the end
//! for each weight matrix.
//!
//! Why this is the best known: the two products with `W_rec` per step are all that the recurrence
//! forces to be sequential; the weight gradients, `sum_t u_t h_{t-1}^T`, are not, and one product over all
//! steps runs at the speed of `gemm`. (In its place, the kernel that sums outer products in `ad-reverse` took 0.98 to 1.04 of
//! the time, with and without rows padded against conflicts in the cache.) `tanh'` comes out of the same kernel call as `tanh`,
//! and all buffers begin where a line of the cache does (`buffer.rs`).

use super::Sizes;
use super::buffer::Buffer;
use ad_core::kernels::{Kernels, MatrixView, RealKernels, with_wide_vectors};
use rnn::{Parameters, Sequence};

/// The buffers, kept between calls. All are row-major, `T` blocks of `B` rows.
#[derive(Debug)]
pub struct Bptt {
    sizes: Sizes,
    alpha: f64,
    /// `h_0 .. h_T`
    h: Buffer,
    /// `alpha f'(u_t)`, then the adjoint of `u_t`.
    u: Buffer,
    /// `x_t`
    x: Buffer,
    /// `y_t - y*_t`
    error: Buffer,
    potential: Buffer,
    activity: Buffer,
    delta: Buffer,
    /// The gradient: `W_rec`, `W_in`, `b_rec`, `W_out`, `b_out`.
    pub grad: [Buffer; 5],
}

impl Bptt {
    /// Room for a problem.
    pub fn new(sizes: Sizes, alpha: f64) -> Self {
        let Sizes { n, d, m, t, b } = sizes;
        Self {
            sizes,
            alpha,
            h: Buffer::zeros((t + 1) * b * d),
            u: Buffer::zeros(t * b * d),
            x: Buffer::zeros(t * b * n),
            error: Buffer::zeros(t * b * m),
            potential: Buffer::zeros(b * d),
            activity: Buffer::zeros(b * d),
            delta: Buffer::zeros(b * d),
            grad: [
                Buffer::zeros(d * d),
                Buffer::zeros(d * n),
                Buffer::zeros(d),
                Buffer::zeros(m * d),
                Buffer::zeros(m),
            ],
        }
    }

    /// `L`, and the gradient in [`grad`](Self::grad).
    pub fn run<const RANK: usize>(
        &mut self,
        params: &Parameters<f64>,
        sequence: &Sequence<f64, RANK>,
    ) -> f64 {
        let Sizes { n, d, m, t, b } = self.sizes;
        let (alpha, keep) = (self.alpha, 1.0 - self.alpha);
        let buffers = [&mut self.h, &mut self.u, &mut self.x, &mut self.error];
        let [h, u, x, error] = buffers.map(|buffer| &mut **buffer);
        let buffers = [&mut self.potential, &mut self.activity, &mut self.delta];
        let [potential, activity, delta] = buffers.map(|buffer| &mut **buffer);
        let (theta, readout) = (&params.recurrent, &params.readout);
        let (hb, mb) = (b * d, b * m);
        let mut loss = 0.0;
        for (step, (input, y_target)) in sequence.iter().enumerate() {
            x[step * b * n..(step + 1) * b * n].copy_from_slice(input.as_slice());
            let (past, now) = h.split_at_mut((step + 1) * hb);
            let (h_prev, h) = (&past[step * hb..], &mut now[..hb]);
            repeat(theta.b_rec.as_slice(), potential);
            product(b, theta.w_rec.as_slice(), h_prev, potential);
            product(b, theta.w_in.as_slice(), input.as_slice(), potential);
            let slope = &mut u[step * hb..(step + 1) * hb];
            f64::map_tanh(potential, activity, Some(slope));
            f64::axpby(keep, h_prev, alpha, activity, h);
            let error = &mut error[step * mb..(step + 1) * mb];
            repeat(readout.b_out.as_slice(), error);
            product(b, readout.w_out.as_slice(), h, error);
            for (error, y) in error.iter_mut().zip(y_target.as_slice()) {
                *error -= y;
            }
            loss += 0.5 * f64::dot(error, error);
        }
        delta.fill(0.0);
        for step in (0..t).rev() {
            let error = &error[step * mb..(step + 1) * mb];
            product_transposed(b, readout.w_out.as_slice(), error, delta);
            let u = &mut u[step * hb..(step + 1) * hb];
            with_wide_vectors(|| {
                for (u, delta) in u.iter_mut().zip(&mut *delta) {
                    *u *= alpha * *delta;
                    *delta *= keep;
                }
            });
            product_transposed(b, theta.w_rec.as_slice(), u, delta);
        }
        let rows = t * b;
        let [w_rec, w_in, b_rec, w_out, b_out] = &mut self.grad;
        outer([d, rows, d], u, &h[..rows * d], w_rec);
        outer([d, rows, n], u, x, w_in);
        outer([m, rows, d], error, &h[hb..], w_out);
        column_sums(u, b_rec);
        column_sums(error, b_out);
        loss
    }
}

fn repeat(row: &[f64], rows: &mut [f64]) {
    for out in rows.chunks_exact_mut(row.len()) {
        out.copy_from_slice(row);
    }
}

/// `Y += X W^T`
fn product(b: usize, w: &[f64], x: &[f64], y: &mut [f64]) {
    if b == 1 {
        f64::gemv(w, x, y);
    } else {
        let (inputs, outputs) = (x.len() / b, y.len() / b);
        let w = MatrixView::new(w, [outputs, inputs]);
        f64::gemm(MatrixView::new(x, [b, inputs]), w.transposed(), y, true);
    }
}

/// `X += Y W`
fn product_transposed(b: usize, w: &[f64], y: &[f64], x: &mut [f64]) {
    if b == 1 {
        f64::gemv_t(w, y, x);
    } else {
        let (inputs, outputs) = (x.len() / b, y.len() / b);
        let w = MatrixView::new(w, [outputs, inputs]);
        f64::gemm(MatrixView::new(y, [b, outputs]), w, x, true);
    }
}

/// `C = A^T B`
fn outer([m, k, n]: [usize; 3], a: &[f64], b: &[f64], c: &mut [f64]) {
    f64::gemm(MatrixView::new(a, [k, m]).transposed(), MatrixView::new(b, [k, n]), c, false);
}

fn column_sums(rows: &[f64], sums: &mut [f64]) {
    sums.fill(0.0);
    for row in rows.chunks_exact(sums.len()) {
        f64::axpy(1.0, row, sums);
    }
}
