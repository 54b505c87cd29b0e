//! Whether a network, its parameters and what it reads fit together: looked at once a run, so that a panic names the part that
//! does not, and the line of the caller.

use crate::model::{Parameters, Rnn};
use crate::sequence::Sequence;
use ad_core::{Array, Scalar, Vector};
use std::fmt;

impl<F> Rnn<F> {
    /// That a run over a sequence is well formed, from a state of the shape `h_0` if one is given.
    #[track_caller]
    pub(crate) fn check<S: Scalar, const RANK: usize>(
        &self,
        params: &Parameters<S>,
        h_0: Option<[usize; RANK]>,
        sequence: &Sequence<S::Real, RANK>,
    ) {
        let [n, d, m] = self.check_parameters(params);
        let first = sequence.x()[0].shape();
        let with = |entries: usize| {
            let mut shape = first;
            shape[RANK - 1] = entries;
            shape
        };
        // A batch has as many sequences at every step as at the first.
        let [of_d, of_n, of_m] = match RANK {
            1 => ["b_rec asks", "W_in asks", "b_out asks"],
            _ => ["b_rec and x[0] ask", "W_in and x[0] ask", "b_out and x[0] ask"],
        };
        if let Some(h_0) = h_0 {
            compare(&"h_0", h_0, of_d, with(d));
        }
        let (inputs, targets) = (with(n), with(m));
        for (t, (x, y_target)) in sequence.iter().enumerate() {
            compare(&format_args!("x[{t}]"), x.shape(), of_n, inputs);
            compare(&format_args!("y_target[{t}]"), y_target.shape(), of_m, targets);
        }
    }

    /// That one step from a state is well formed.
    #[track_caller]
    pub(crate) fn check_step<S: Scalar>(
        &self,
        params: &Parameters<S>,
        h: &Vector<S>,
        x: &Vector<S::Real>,
        y_target: &Vector<S::Real>,
    ) {
        let [n, d, m] = self.check_parameters(params);
        compare(&"h", h.shape(), "b_rec asks", [d]);
        compare(&"x", x.shape(), "W_in asks", [n]);
        compare(&"y_target", y_target.shape(), "b_out asks", [m]);
    }

    /// That `alpha` is a rate, the loss one of `g`, and the parameters fit each other; `n`, `d` and `m`.
    #[track_caller]
    fn check_parameters<S: Scalar>(&self, params: &Parameters<S>) -> [usize; 3] {
        let alpha = self.alpha;
        assert!(alpha > 0.0 && alpha <= 1.0, "alpha: {alpha} does not lie in (0, 1]");
        assert!(
            self.loss.accepts(self.g),
            "loss: {} needs a g that gives probabilities, not {}",
            self.loss,
            self.g
        );
        let (theta, readout) = (&params.recurrent, &params.readout);
        let (n, d, m) = (theta.w_in.shape()[1], theta.b_rec.len(), readout.b_out.len());
        compare(&"W_rec", theta.w_rec.shape(), "b_rec asks", [d, d]);
        compare(&"W_in", theta.w_in.shape(), "b_rec asks", [d, n]);
        compare(&"W_out", readout.w_out.shape(), "b_rec and b_out ask", [m, d]);
        [n, d, m]
    }
}

/// That a part has the shape that others ask for. Inline, and the message is not: a short run would feel both.
#[inline(always)]
#[track_caller]
fn compare<const RANK: usize>(
    part: &dyn fmt::Display,
    found: [usize; RANK],
    others: &str,
    expected: [usize; RANK],
) {
    if found != expected {
        misfit(part, &found, others, &expected);
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn misfit(part: &dyn fmt::Display, found: &[usize], others: &str, expected: &[usize]) -> ! {
    panic!("{part}: {}, but {others} for {}", Shape(found), Shape(expected))
}

/// Extents, as a message has them.
struct Shape<'a>(&'a [usize]);

impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [1] => f.write_str("1 entry"),
            [entries] => write!(f, "{entries} entries"),
            [rows, columns] => write!(f, "{rows} x {columns}"),
            extents => write!(f, "{extents:?}"),
        }
    }
}
