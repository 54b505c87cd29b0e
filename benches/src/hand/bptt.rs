//! BPTT by hand: matrix-vector products per step (matrix products for a batch), one product at the end
//! for each weight matrix.
//!
//! Why this is the best known: the two products with `W_rec` per step are all that the recurrence
//! forces to be sequential; the weight gradients, `sum_t u_t h_{t-1}^T`, are not, and one product over all
//! steps runs at the speed of `gemm`. (In its place, the kernel that sums outer products in `ad-reverse` took 0.98 to 1.04 of
//! the time, with and without rows padded against conflicts in the cache.) `tanh'` comes out of the same kernel call as `tanh`.

use super::Sizes;
use ad_core::kernels::Kernels;
use ad_core::kernels::vector::with_wide_vectors;
use rnn::{Parameters, Sequence};

/// The buffers, kept between calls. All are row-major, `T` blocks of `B` rows.
#[derive(Debug)]
pub struct Bptt {
    sizes: Sizes,
    alpha: f64,
    /// `h_0 .. h_T`
    h: Vec<f64>,
    /// `alpha f'(u_t)`, then the adjoint of `u_t`.
    u: Vec<f64>,
    /// `x_t`
    x: Vec<f64>,
    /// `y_t - y*_t`
    error: Vec<f64>,
    potential: Vec<f64>,
    activity: Vec<f64>,
    delta: Vec<f64>,
    /// The gradient: `W_rec`, `W_in`, `b_rec`, `W_out`, `b_out`.
    pub grad: [Vec<f64>; 5],
}

impl Bptt {
    /// Room for a problem.
    pub fn new(sizes: Sizes, alpha: f64) -> Self {
        let Sizes { n, d, m, t, b } = sizes;
        let zeros = |len: usize| vec![0.0; len];
        Self {
            sizes,
            alpha,
            h: zeros((t + 1) * b * d),
            u: zeros(t * b * d),
            x: zeros(t * b * n),
            error: zeros(t * b * m),
            potential: zeros(b * d),
            activity: zeros(b * d),
            delta: zeros(b * d),
            grad: [zeros(d * d), zeros(d * n), zeros(d), zeros(m * d), zeros(m)],
        }
    }

    /// `L`, and the gradient in [`grad`](Self::grad).
    pub fn run<const RANK: usize>(
        &mut self,
        params: &Parameters<f64>,
        sequence: &Sequence<f64, RANK>,
    ) -> f64 {
        let Sizes { n, d, m, t, b } = self.sizes;
        let (theta, readout) = (&params.recurrent, &params.readout);
        let (hb, mb) = (b * d, b * m);
        let mut loss = 0.0;
        for (step, (x, y_target)) in sequence.iter().enumerate() {
            self.x[step * b * n..(step + 1) * b * n].copy_from_slice(x.as_slice());
            let (past, now) = self.h.split_at_mut((step + 1) * hb);
            let (h_prev, h) = (&past[step * hb..], &mut now[..hb]);
            repeat(theta.b_rec.as_slice(), &mut self.potential);
            product(b, theta.w_rec.as_slice(), h_prev, &mut self.potential);
            product(b, theta.w_in.as_slice(), x.as_slice(), &mut self.potential);
            let slope = &mut self.u[step * hb..(step + 1) * hb];
            f64::map_tanh(&self.potential, &mut self.activity, Some(slope));
            f64::axpby(1.0 - self.alpha, h_prev, self.alpha, &self.activity, h);
            let error = &mut self.error[step * mb..(step + 1) * mb];
            repeat(readout.b_out.as_slice(), error);
            product(b, readout.w_out.as_slice(), h, error);
            for (error, y) in error.iter_mut().zip(y_target.as_slice()) {
                *error -= y;
            }
            loss += 0.5 * f64::dot(error, error);
        }
        self.delta.fill(0.0);
        for step in (0..t).rev() {
            product_transposed(
                b,
                readout.w_out.as_slice(),
                &self.error[step * mb..(step + 1) * mb],
                &mut self.delta,
            );
            let u = &mut self.u[step * hb..(step + 1) * hb];
            with_wide_vectors(|| {
                for (u, delta) in u.iter_mut().zip(&mut self.delta) {
                    *u *= self.alpha * *delta;
                    *delta *= 1.0 - self.alpha;
                }
            });
            product_transposed(b, theta.w_rec.as_slice(), u, &mut self.delta);
        }
        let rows = t * b;
        let [w_rec, w_in, b_rec, w_out, b_out] = &mut self.grad;
        outer([d, rows, d], &self.u, &self.h[..rows * d], w_rec);
        outer([d, rows, n], &self.u, &self.x, w_in);
        outer([m, rows, d], &self.error, &self.h[hb..], w_out);
        column_sums(&self.u, b_rec);
        column_sums(&self.error, b_out);
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
        f64::gemm([b, inputs, outputs], x, (inputs, 1), w, (1, inputs), y, true);
    }
}

/// `X += Y W`
fn product_transposed(b: usize, w: &[f64], y: &[f64], x: &mut [f64]) {
    if b == 1 {
        f64::gemv_t(w, y, x);
    } else {
        let (inputs, outputs) = (x.len() / b, y.len() / b);
        f64::gemm([b, outputs, inputs], y, (outputs, 1), w, (inputs, 1), x, true);
    }
}

/// `C = A^T B`
fn outer([m, k, n]: [usize; 3], a: &[f64], b: &[f64], c: &mut [f64]) {
    f64::gemm([m, k, n], a, (1, m), b, (n, 1), c, false);
}

fn column_sums(rows: &[f64], sums: &mut [f64]) {
    sums.fill(0.0);
    for row in rows.chunks_exact(sums.len()) {
        f64::axpy(1.0, row, sums);
    }
}
