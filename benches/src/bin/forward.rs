//! What forward mode costs on scalar code, by the number of directions carried at once.
//!
//! The baseline is the program itself, instantiated for `f64`.

use ad_benches::programs::{Loops, Rnn, Shape};
use ad_benches::{Pairs, Table, wants_json};
use ad_forward::Dual;
use std::hint::black_box;

fn measure<const N: usize>(table: &mut Table, rnn: &Rnn) {
    // The first N parameters are the directions; which ones are does not change the cost.
    let p: Vec<Dual<f64, N>> =
        (0..rnn.parameters.len())
            .map(|i| {
                if i < N {
                    Dual::variable(rnn.parameters[i], i)
                } else {
                    Dual::from_primal(rnn.parameters[i])
                }
            })
            .collect();
    let ratio = Pairs::default().measure(
        || rnn.loss::<f64, Loops>(black_box(&rnn.parameters)),
        || rnn.loss::<Dual<f64, N>, Loops>(black_box(&p)),
    );
    table.row("RNN d=32 T=50", &format!("Dual<f64, {N}>"), "f64 run", ratio);
}

fn main() {
    let mut table = Table::new("forward");
    let rnn = Rnn::new(Shape { n: 4, d: 32, m: 4, t: 50 });
    measure::<1>(&mut table, &rnn);
    measure::<8>(&mut table, &rnn);
    measure::<16>(&mut table, &rnn);
    table.print(wants_json());
}
