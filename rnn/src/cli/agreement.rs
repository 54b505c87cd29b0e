//! How far the modes' gradients are apart.

use ad_core::tree::flatten;
use rnn::compare::relative;
use rnn::credit::Mode;
use rnn::report::Agreement;
use rnn::{Parameters, Rnn, Sequence};

/// The gradient by the first mode beside that by each of the others.
pub(super) fn with_first(
    modes: &[Mode],
    rnn: &Rnn,
    params: &Parameters<f64>,
    sequence: &Sequence<f64, 1>,
) -> Vec<Agreement> {
    let gradient = |mode: &Mode| flatten(&mode.value_and_grad(rnn, params, sequence).1);
    let Some((first, others)) = modes.split_first() else { return Vec::new() };
    let reference = gradient(first);
    let compare = |mode: &Mode| {
        let other = gradient(mode);
        let pairs = || reference.iter().copied().zip(other.iter().copied());
        Agreement {
            modes: format!("{first} and {mode}"),
            ulp: pairs().map(|(a, b)| ulp(a, b)).max().unwrap_or(0),
            relative: relative(&reference, &other),
        }
    };
    others.iter().map(compare).collect()
}

/// The number of steps between neighbouring f64 that lead from one number to the other.
fn ulp(a: f64, b: f64) -> u64 {
    // The bits of a negative number count downwards; this puts all numbers on one line.
    let place = |x: f64| {
        let bits = x.to_bits() as i64;
        if bits < 0 { i64::MIN - bits } else { bits }
    };
    place(a).abs_diff(place(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ulp_is_a_step_to_the_next_number() {
        assert_eq!(ulp(1.0, 1.0), 0);
        assert_eq!(ulp(0.0, -0.0), 0);
        assert_eq!(ulp(1.0, 1.0 + f64::EPSILON), 1);
        assert_eq!(ulp(-1.0 - f64::EPSILON, -1.0), 1);
        assert_eq!(ulp(f64::from_bits(1), -f64::from_bits(2)), 3);
    }
}
