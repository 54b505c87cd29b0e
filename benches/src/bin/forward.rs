//! What forward mode costs on scalar code, by the number of directions carried at once.
//!
//! The baseline is the program itself, instantiated for `f64`; in the rows that show what [`Wide`] does, the program on the same
//! dual numbers, as it was compiled.

use ad_benches::programs::{Dot, InlinedLoss, Loops, Product, Rnn, Shape};
use ad_benches::{Pairs, Table, wants_json};
use ad_core::Function;
use ad_core::function::Wide;
use ad_forward::Dual;
use std::hint::black_box;

/// Which parameters move.
#[derive(Clone, Copy)]
enum Moving {
    /// As many as there are directions, as when the columns of a Jacobian are computed: the others are constants.
    OneEach,
    /// All of them, each in one direction: no factor of a product is a constant.
    All,
}

impl Moving {
    fn note(self) -> &'static str {
        match self {
            Self::OneEach => "a parameter a direction moves",
            Self::All => "every parameter moves",
        }
    }

    fn parameters<const N: usize>(self, rnn: &Rnn) -> Vec<Dual<f64, N>> {
        let count = match self {
            Self::OneEach => N,
            Self::All => usize::MAX,
        };
        let input = |(i, &x): (usize, &f64)| {
            if i < count { Dual::variable(x, i % N) } else { Dual::from_primal(x) }
        };
        rnn.parameters.iter().enumerate().map(input).collect()
    }
}

const PROGRAM: &str = "RNN d=32 T=50";

fn measure<P, const N: usize>(table: &mut Table, rnn: &Rnn, moving: Moving, product: &str)
where
    P: Product<f64> + Product<Dual<f64, N>>,
{
    let p = moving.parameters::<N>(rnn);
    let ratio = Pairs::default().measure(
        || rnn.loss::<f64, Loops>(black_box(&rnn.parameters)),
        || rnn.loss::<Dual<f64, N>, P>(black_box(&p)),
    );
    table.row(PROGRAM, &format!("Dual<f64, {N}>, {product}"), "f64 run, + and *", ratio).note(moving.note());
}

/// The program as one function with `for` loops in place of `fold`, all of them inlined: in both modes as it was compiled, in
/// both run as [`Wide`], and the second against the first, which differ in nothing but that.
fn measure_inlined<const N: usize>(table: &mut Table, rnn: &Rnn, moving: Moving) {
    let (loss, x, p) = (InlinedLoss(rnn), &rnn.parameters, moving.parameters::<N>(rnn));
    let [inlined, wide] = ["inlined", "wide"].map(|how| format!("Dual<f64, {N}>, {how}"));
    let pairs = Pairs::default();

    let ratio = pairs.measure(|| loss.call(black_box(x)), || loss.call(black_box(&p)));
    table.row(PROGRAM, &inlined, "f64 run, inlined", ratio).note(moving.note());
    let ratio = pairs.measure(|| Wide(&loss).call(black_box(x)), || Wide(&loss).call(black_box(&p)));
    table.row(PROGRAM, &wide, "f64 run, wide", ratio).note(moving.note());
    let ratio = pairs.measure(|| loss.call(black_box(&p)), || Wide(&loss).call(black_box(&p)));
    table.row(PROGRAM, &wide, "the same, inlined", ratio).note(moving.note());
}

fn main() {
    let json = wants_json();
    let mut table = Table::new("forward");
    let rnn = Rnn::new(Shape { n: 4, d: 32, m: 4, t: 50 });
    for moving in [Moving::OneEach, Moving::All] {
        measure::<Loops, 1>(&mut table, &rnn, moving, "+ and *");
        measure::<Loops, 8>(&mut table, &rnn, moving, "+ and *");
        measure::<Loops, 16>(&mut table, &rnn, moving, "+ and *");
        measure_inlined::<1>(&mut table, &rnn, moving);
        measure_inlined::<8>(&mut table, &rnn, moving);
        measure_inlined::<16>(&mut table, &rnn, moving);
        measure::<Dot, 1>(&mut table, &rnn, moving, "dot");
        measure::<Dot, 8>(&mut table, &rnn, moving, "dot");
        measure::<Dot, 16>(&mut table, &rnn, moving, "dot");
    }
    table.print(json);
}
