//! RTRL by hand: one product `J P` per step, and `P~` added where it is not zero.
//!
//! Why this is the best known: `J_t` is formed once (`d^2`), so that the step is one `gemm` of
//! `d x d x |theta|`, which writes `P_t` without reading it first; of `P~_t` only the `d (d + n + 1)`
//! entries that are not zero are touched; two blocks of `P` take turns.

use super::Sizes;
use super::buffer::Buffer;
use ad_core::kernels::{Kernels, MatrixView, RealKernels};
use rnn::{Parameters, Sequence};

/// The buffers, kept between calls.
#[derive(Debug)]
pub struct Rtrl {
    sizes: Sizes,
    alpha: f64,
    h: Buffer,
    h_prev: Buffer,
    potential: Buffer,
    activity: Buffer,
    slope: Buffer,
    error: Buffer,
    delta: Buffer,
    jacobian: Buffer,
    p: Buffer,
    p_prev: Buffer,
    /// The gradient: theta, then `W_out`, `b_out`.
    pub grad: [Buffer; 3],
}

impl Rtrl {
    /// Room for a problem.
    pub fn new(sizes: Sizes, alpha: f64) -> Self {
        let Sizes { d, m, .. } = sizes;
        let p = sizes.recurrent();
        Self {
            sizes,
            alpha,
            h: Buffer::zeros(d),
            h_prev: Buffer::zeros(d),
            potential: Buffer::zeros(d),
            activity: Buffer::zeros(d),
            slope: Buffer::zeros(d),
            error: Buffer::zeros(m),
            delta: Buffer::zeros(d),
            jacobian: Buffer::zeros(d * d),
            p: Buffer::zeros(d * p),
            p_prev: Buffer::zeros(d * p),
            grad: [Buffer::zeros(p), Buffer::zeros(m * d), Buffer::zeros(m)],
        }
    }

    /// `L`, and the gradient in [`grad`](Self::grad).
    pub fn run(&mut self, params: &Parameters<f64>, sequence: &Sequence<f64, 1>) -> f64 {
        let Sizes { n, d, m, .. } = self.sizes;
        let p = self.sizes.recurrent();
        let (theta, readout) = (&params.recurrent, &params.readout);
        self.h.fill(0.0);
        self.p.fill(0.0);
        self.grad.iter_mut().for_each(|grad| grad.fill(0.0));
        let mut loss = 0.0;
        for (x, y_target) in sequence.iter() {
            std::mem::swap(&mut self.h, &mut self.h_prev);
            std::mem::swap(&mut self.p, &mut self.p_prev);
            self.potential.copy_from_slice(theta.b_rec.as_slice());
            f64::gemv(theta.w_rec.as_slice(), &self.h_prev, &mut self.potential);
            f64::gemv(theta.w_in.as_slice(), x.as_slice(), &mut self.potential);
            f64::map_tanh(&self.potential, &mut self.activity, Some(&mut self.slope));
            f64::axpby(1.0 - self.alpha, &self.h_prev, self.alpha, &self.activity, &mut self.h);
            for i in 0..d {
                let slope = self.alpha * self.slope[i];
                let row = &mut self.jacobian[i * d..(i + 1) * d];
                for (j, w) in row.iter_mut().zip(&theta.w_rec.as_slice()[i * d..(i + 1) * d]) {
                    *j = slope * w;
                }
                row[i] += 1.0 - self.alpha;
            }
            let (jacobian, p_prev) =
                (MatrixView::new(&self.jacobian, [d, d]), MatrixView::new(&self.p_prev, [d, p]));
            f64::gemm(jacobian, p_prev, &mut self.p, false);
            for i in 0..d {
                let slope = self.alpha * self.slope[i];
                let row = &mut self.p[i * p..(i + 1) * p];
                f64::axpy(slope, &self.h_prev, &mut row[i * d..(i + 1) * d]);
                f64::axpy(slope, x.as_slice(), &mut row[d * d + i * n..d * d + (i + 1) * n]);
                row[d * d + d * n + i] += slope;
            }
            self.error.copy_from_slice(readout.b_out.as_slice());
            f64::gemv(readout.w_out.as_slice(), &self.h, &mut self.error);
            for (error, y) in self.error.iter_mut().zip(y_target.as_slice()) {
                *error -= y;
            }
            loss += 0.5 * f64::dot(&self.error, &self.error);
            self.delta.fill(0.0);
            f64::gemv_t(readout.w_out.as_slice(), &self.error, &mut self.delta);
            let [by_theta, w_out, b_out] = &mut self.grad;
            f64::gemv_t(&self.p, &self.delta, by_theta);
            for i in 0..m {
                f64::axpy(self.error[i], &self.h, &mut w_out[i * d..(i + 1) * d]);
            }
            f64::axpy(1.0, &self.error, b_out);
        }
        loss
    }
}
