//! Backpropagation through time for a batch, on several cores.
//!
//! The gradient of a sum over sequences is the sum of their gradients. The batch is cut into groups of
//! [`ROWS`] sequences, however many threads there are; each group is a smaller batch for [`bptt`], on any
//! thread; and their gradients are added in the order of the groups. So the number of threads changes the
//! time, and not a bit of the result.

use crate::credit::{bptt, summed};
use crate::model::{Parameters, Rnn};
use crate::sequence::Sequence;
use ad_core::{Real, Unary};
use rayon::prelude::*;

/// The sequences that one core takes at a time: enough for matrix products at nearly full speed.
pub const ROWS: usize = 16;

/// `L`, summed over the batch, and `dL/dtheta`, on the threads of the current `rayon` pool.
///
/// The same bits for any number of threads. They are not quite those of [`bptt::value_and_grad`], which
/// adds the sequences in one product: with `ROWS` sequences or fewer they are.
///
/// ```
/// use ad_core::Matrix;
/// use rnn::credit::{bptt, parallel};
/// use rnn::{Activation, Loss, Output, Parameters, Rnn, Sequence};
///
/// let rnn = Rnn { f: Activation::Tanh, g: Output::Identity, alpha: 0.5, loss: Loss::Squared };
/// let params = Parameters::<f64>::random(1, 4, 1, 1.0, 0);
/// let wave = |t: usize| Matrix::new([50, 1], (0..50).map(|b| (0.3 * t as f64 + b as f64).sin()));
/// let batch = Sequence::new((0..20).map(wave).collect(), (1..21).map(wave).collect());
///
/// let (loss, grad) = parallel::value_and_grad(&rnn, &params, &batch);
/// let (expected, _) = bptt::value_and_grad(&rnn, &params, &batch);
/// assert!((loss - expected).abs() < 1e-12 * expected);
/// # let _ = grad;
/// ```
///
/// # Panics
///
/// If the batch is empty, the shapes of parameters and sequences do not fit, `alpha` lies outside of (0, 1], or the loss is none of `g`.
#[track_caller]
pub fn value_and_grad<R: Real, F: Unary>(
    rnn: &Rnn<F>,
    params: &Parameters<R>,
    batch: &Sequence<R, 2>,
) -> (R, Parameters<R>) {
    rnn.check(params, None, batch);
    let all = batch.batch();
    let group = |i: usize| batch.rows(i * ROWS..all.min((i + 1) * ROWS));
    let groups = (0..all.div_ceil(ROWS)).into_par_iter();
    let found: Vec<_> = groups.map(|i| bptt::value_and_grad(rnn, params, &group(i))).collect();
    summed(found.into_iter()).expect("a batch has at least one sequence")
}
