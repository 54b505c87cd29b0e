//! The optimiser: Adam, and a limit on the gradient's norm.

use crate::model::Parameters;

/// Adam (D. P. Kingma and J. Ba, ICLR 2015), with its customary constants.
///
/// ```
/// use rnn::{Parameters, optim::Adam};
///
/// let mut params = Parameters::<f64>::random(1, 4, 1, 1.0, 0);
/// let grad = params.clone(); // of the loss 1/2 |params|^2
/// let mut adam = Adam::new(&params);
/// adam.update(&mut params, &grad, 1e-3);
/// ```
#[derive(Clone, Debug)]
pub struct Adam {
    /// The running means of the gradient, one list for each parameter.
    mean: Slots,
    /// The running means of its square.
    square: Slots,
    updates: i32,
}

type Slots = [Vec<f64>; 5];

const MEAN_DECAY: f64 = 0.9;
const SQUARE_DECAY: f64 = 0.999;
/// Keeps a parameter whose gradient has always been 0 where it is.
const EPSILON: f64 = 1e-8;

impl Adam {
    /// An optimiser that has seen no gradient, for parameters of these shapes.
    #[must_use]
    pub fn new(like: &Parameters<f64>) -> Self {
        let zeros = || slices(like).map(|slice| vec![0.0; slice.len()]);
        Self { mean: zeros(), square: zeros(), updates: 0 }
    }

    /// Moves the parameters against the gradient, each by about `rate`.
    pub fn update(&mut self, params: &mut Parameters<f64>, grad: &Parameters<f64>, rate: f64) {
        self.updates = self.updates.saturating_add(1);
        // Both means start at 0 and are too small at first.
        let mean_share = 1.0 - MEAN_DECAY.powi(self.updates);
        let square_share = 1.0 - SQUARE_DECAY.powi(self.updates);
        let slots = self.mean.iter_mut().zip(&mut self.square);
        for ((params, grad), (mean, square)) in slices_mut(params).into_iter().zip(slices(grad)).zip(slots) {
            for (((param, g), mean), square) in params.iter_mut().zip(grad).zip(mean).zip(square) {
                *mean += (1.0 - MEAN_DECAY) * (g - *mean);
                *square += (1.0 - SQUARE_DECAY) * (g * g - *square);
                *param -= rate * (*mean / mean_share) / ((*square / square_share).sqrt() + EPSILON);
            }
        }
    }
}

/// Scales every number.
pub fn scale(params: &mut Parameters<f64>, factor: f64) {
    slices_mut(params).into_iter().flatten().for_each(|entry| *entry *= factor);
}

/// The Euclidean norm of all parameters taken as one vector.
fn norm(params: &Parameters<f64>) -> f64 {
    slices(params).into_iter().flatten().map(|entry| entry * entry).sum::<f64>().sqrt()
}

/// Shortens a gradient that is longer than `limit` to it, keeping its direction: one steep place then
/// does not undo what was learnt.
pub fn clip(grad: &mut Parameters<f64>, limit: f64) {
    let norm = norm(grad);
    if norm > limit {
        scale(grad, limit / norm);
    }
}

fn slices(params: &Parameters<f64>) -> [&[f64]; 5] {
    let (recurrent, readout) = (&params.recurrent, &params.readout);
    [
        recurrent.w_rec.as_slice(),
        recurrent.w_in.as_slice(),
        recurrent.b_rec.as_slice(),
        readout.w_out.as_slice(),
        readout.b_out.as_slice(),
    ]
}

fn slices_mut(params: &mut Parameters<f64>) -> [&mut [f64]; 5] {
    let (recurrent, readout) = (&mut params.recurrent, &mut params.readout);
    [
        recurrent.w_rec.as_mut_slice(),
        recurrent.w_in.as_mut_slice(),
        recurrent.b_rec.as_mut_slice(),
        readout.w_out.as_mut_slice(),
        readout.b_out.as_mut_slice(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use ad_core::tree::flatten;

    #[test]
    fn the_first_update_moves_every_entry_by_the_rate() {
        // The two corrections cancel the decays, which leaves g / |g|.
        let before = Parameters::<f64>::random(2, 3, 1, 1.0, 1);
        let mut after = before.clone();
        let grad = Parameters::<f64>::random(2, 3, 1, 1.0, 2);
        Adam::new(&before).update(&mut after, &grad, 0.25);
        let moved = flatten(&before).into_iter().zip(flatten(&after)).map(|(before, after)| before - after);
        for (moved, g) in moved.zip(flatten(&grad)) {
            let expected = if g == 0.0 { 0.0 } else { 0.25 * g.signum() };
            assert!((moved - expected).abs() < 1e-6, "{moved} for {g}");
        }
    }

    #[test]
    fn it_finds_the_bottom_of_a_bowl() {
        let bottom = Parameters::<f64>::random(2, 3, 1, 1.0, 3);
        let mut params = Parameters::<f64>::random(2, 3, 1, 1.0, 4);
        let mut adam = Adam::new(&params);
        for step in 0..2000 {
            let mut grad = bottom.clone();
            scale(&mut grad, -1.0);
            let grad = grad.plus(&params);
            adam.update(&mut params, &grad, 0.01 * (1.0 - f64::from(step) / 2000.0));
        }
        for (found, expected) in flatten(&params).into_iter().zip(flatten(&bottom)) {
            assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
        }
    }

    #[test]
    fn clipping_keeps_the_direction_and_leaves_short_gradients_alone() {
        let grad = Parameters::<f64>::random(2, 3, 1, 1.0, 5);
        let length = norm(&grad);
        let mut clipped = grad.clone();
        clip(&mut clipped, 2.0 * length);
        assert_eq!(flatten(&clipped), flatten(&grad));
        clip(&mut clipped, 0.5 * length);
        assert!((norm(&clipped) - 0.5 * length).abs() < 1e-12);
        for (short, long) in flatten(&clipped).into_iter().zip(flatten(&grad)) {
            assert!((short - 0.5 * long).abs() < 1e-12);
        }
    }
}
