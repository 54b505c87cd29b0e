//! What forward mode costs on scalar code, by the number of directions carried at once.
//!
//! The baseline is the program itself, instantiated for `f64`.

use ad_benches::programs::{Dot, Loops, Product, Rnn, Shape};
use ad_benches::{Pairs, Table, wants_json};
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

fn measure<P, const N: usize>(table: &mut Table, rnn: &Rnn, moving: Moving, product: &str)
where
    P: Product<f64> + Product<Dual<f64, N>>,
{
    let (note, count) = match moving {
        Moving::OneEach => ("a parameter a direction moves", N),
        Moving::All => ("every parameter moves", usize::MAX),
    };
    let input = |(i, &x): (usize, &f64)| {
        if i < count { Dual::variable(x, i % N) } else { Dual::from_primal(x) }
    };
    let p: Vec<Dual<f64, N>> = rnn.parameters.iter().enumerate().map(input).collect();
    let ratio = Pairs::default().measure(
        || rnn.loss::<f64, Loops>(black_box(&rnn.parameters)),
        || rnn.loss::<Dual<f64, N>, P>(black_box(&p)),
    );
    table.row("RNN d=32 T=50", &format!("Dual<f64, {N}>, {product}"), "f64 run, + and *", ratio).note(note);
}

fn main() {
    let json = wants_json();
    let mut table = Table::new("forward");
    let rnn = Rnn::new(Shape { n: 4, d: 32, m: 4, t: 50 });
    for moving in [Moving::OneEach, Moving::All] {
        measure::<Loops, 1>(&mut table, &rnn, moving, "+ and *");
        measure::<Loops, 8>(&mut table, &rnn, moving, "+ and *");
        measure::<Loops, 16>(&mut table, &rnn, moving, "+ and *");
        measure::<Dot, 1>(&mut table, &rnn, moving, "dot");
        measure::<Dot, 8>(&mut table, &rnn, moving, "dot");
        measure::<Dot, 16>(&mut table, &rnn, moving, "dot");
    }
    table.print(json);
}
