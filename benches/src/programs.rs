//! The programs that are measured, generic in their scalar and written without array types.

use ad_core::{Function, Scalar, function};

/// `x = sin(x) 1.0001 + 0.1`, `steps` times: every step waits for the one before.
pub fn chain<S: Scalar>(x: S, steps: usize) -> S {
    let (factor, shift) = (S::lit(1.0001), S::lit(0.1));
    (0..steps).fold(x, |x, _| x.sin() * factor + shift)
}

/// `sum_i 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2`.
pub fn rosenbrock<S: Scalar>(x: &[S]) -> S {
    x.windows(2).fold(S::zero(), |sum, x| sum + rosenbrock_term(x[0], x[1]))
}

/// One term of [`rosenbrock`].
#[inline]
pub fn rosenbrock_term<S: Scalar>(x: S, next: S) -> S {
    let (a, b) = (next - x * x, S::one() - x);
    S::lit(100.0) * (a * a) + b * b
}

/// [`rosenbrock`], with each term one record on a tape.
pub fn rosenbrock_preaccumulated<S: Scalar>(x: &[S]) -> S {
    let term = function!(|x: &[S]| -> S { rosenbrock_term(x[0], x[1]) });
    x.windows(2).fold(S::zero(), |sum, x| sum + S::preaccumulate(&term, [x[0], x[1]]))
}

/// How many operations one term of [`rosenbrock`] records: its arithmetic, and the sum.
pub const ROSENBROCK_OPS: usize = 8;

/// The sizes of a recurrent network: inputs, units, outputs, steps.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Inputs at each step.
    pub n: usize,
    /// Recurrent units.
    pub d: usize,
    /// Outputs at each step.
    pub m: usize,
    /// Steps.
    pub t: usize,
}

/// A leaky recurrent network in scalar code, with its data.
///
/// `u = W_rec h + W_in x + b_rec`, `h = (1 - alpha) h + alpha tanh(u)`, `v = W_out h + b_out`, and the
/// loss is the sum of all `(v - y)^2`.
#[derive(Clone, Debug)]
pub struct Rnn {
    /// Its sizes.
    pub shape: Shape,
    /// `W_rec`, `W_in`, `b_rec`, `W_out`, `b_out`, one after the other, row-major.
    pub parameters: Vec<f64>,
    inputs: Vec<f64>,
    targets: Vec<f64>,
}

/// How the network multiplies a row of weights with a vector and adds it to a sum.
pub trait Product<S> {
    /// `sum + w . x`.
    fn add(sum: S, w: &[S], x: &[S]) -> S;
}

/// By `+` and `*`.
#[derive(Clone, Copy, Debug)]
pub struct Loops;

impl<S: Scalar> Product<S> for Loops {
    #[inline]
    fn add(sum: S, w: &[S], x: &[S]) -> S {
        w.iter().zip(x).fold(sum, |sum, (&w, &x)| sum + w * x)
    }
}

/// By `+` and `*` in a loop that is inlined wherever it stands, for [`Wide`](ad_core::function::Wide): `fold` may stay a call.
#[derive(Clone, Copy, Debug)]
pub struct InlinedLoops;

impl<S: Scalar> Product<S> for InlinedLoops {
    #[inline(always)]
    fn add(mut sum: S, w: &[S], x: &[S]) -> S {
        for (&w, &x) in w.iter().zip(x) {
            sum += w * x;
        }
        sum
    }
}

/// By the scalar's `dot_product`.
#[derive(Clone, Copy, Debug)]
pub struct Dot;

impl<S: Scalar> Product<S> for Dot {
    #[inline]
    fn add(sum: S, w: &[S], x: &[S]) -> S {
        sum + S::dot_product(w, x)
    }
}

impl Rnn {
    /// A network with fixed pseudo-random weights and data.
    pub fn new(shape: Shape) -> Self {
        let Shape { n, d, m, t } = shape;
        let mut state = 1_u64;
        let mut next = |scale: f64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5) * 2.0 * scale
        };
        let scale = 1.5 / (d as f64).sqrt();
        let parameters = (0..d * (d + n + 1) + m * (d + 1)).map(|_| next(scale)).collect();
        let inputs = (0..t * n).map(|_| next(1.0)).collect();
        let targets = (0..t * m).map(|_| next(1.0)).collect();
        Self { shape, parameters, inputs, targets }
    }

    /// The loss for other parameters.
    #[inline(always)] // for `Wide`
    pub fn loss<S: Scalar, P: Product<S>>(&self, parameters: &[S]) -> S {
        let Shape { n, d, m, .. } = self.shape;
        let (w_rec, rest) = parameters.split_at(d * d);
        let (w_in, rest) = rest.split_at(d * n);
        let (b_rec, rest) = rest.split_at(d);
        let (w_out, b_out) = rest.split_at(m * d);
        let (keep, alpha) = (S::lit(0.9), S::lit(0.1));
        let (mut h, mut next, mut x) = (vec![S::zero(); d], Vec::with_capacity(d), Vec::with_capacity(n));
        let mut loss = S::zero();
        for (input, target) in self.inputs.chunks_exact(n).zip(self.targets.chunks_exact(m)) {
            x.clear();
            x.extend(input.iter().map(|&x| S::lit(x)));
            next.clear();
            for i in 0..d {
                let u = P::add(b_rec[i], &w_rec[i * d..(i + 1) * d], &h);
                let u = P::add(u, &w_in[i * n..(i + 1) * n], &x);
                next.push(keep * h[i] + alpha * u.tanh());
            }
            std::mem::swap(&mut h, &mut next);
            for i in 0..m {
                let v = P::add(b_out[i], &w_out[i * d..(i + 1) * d], &h);
                let error = v - S::lit(target[i]);
                loss += error * error;
            }
        }
        loss
    }
}

/// The loss as a function whose loops are all inlined, so that [`Wide`](ad_core::function::Wide) reaches them.
#[derive(Clone, Debug)]
pub struct InlinedLoss<'a>(pub &'a Rnn);

impl Function for InlinedLoss<'_> {
    #[inline(always)]
    fn call<S: Scalar>(&self, parameters: &[S]) -> S {
        self.0.loss::<S, InlinedLoops>(parameters)
    }
}
