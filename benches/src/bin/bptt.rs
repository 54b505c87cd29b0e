//! What BPTT costs out of generic code: the unmodified `rnn` model through the public API, against the
//! same gradient written by hand. It is run as a program of one step; what it takes as a recording of all stands below.

use ad_benches::hand::{Sizes, batch, bptt::Bptt, network, parameters, sequence, single};
use ad_benches::{Pairs, Table, wants_json};
use ad_reverse::Var;
use rnn::credit::bptt::value_and_grad;
use rnn::{Parameters, Sequence};
use std::hint::black_box;

const SHAPES: [(usize, usize, usize, usize); 3] = [(4, 32, 4, 50), (8, 128, 8, 100), (8, 256, 8, 200)];

fn measure<const RANK: usize>(table: &mut Table, sizes: Sizes, data: &Sequence<f64, RANK>, baseline: &str) {
    let (rnn, params) = (network(), parameters(sizes));
    let mut hand = Bptt::new(sizes, rnn.alpha);
    let (loss, _) = value_and_grad(&rnn, &params, data);
    assert!((hand.run(&params, data) - loss).abs() <= 1e-9 * loss, "the two compute different things");
    let ratio = Pairs::default()
        .measure(|| hand.run(black_box(&params), data), || value_and_grad(&rnn, black_box(&params), data));
    table.row(&sizes.to_string(), "ad-reverse", baseline, ratio);
}

/// The model as any other program on arrays is differentiated, and not by [`scan`](ad_reverse::scan).
fn recorded(table: &mut Table, sizes: Sizes, data: &Sequence<f64, 1>) {
    let (rnn, params) = (network(), parameters(sizes));
    let mut hand = Bptt::new(sizes, rnn.alpha);
    let run = |params: &Parameters<Var<f64>>| rnn.total_loss(params, data);
    let ratio = Pairs::default().measure(
        || hand.run(black_box(&params), data),
        || ad_reverse::value_and_grad(run, black_box(&params)),
    );
    table.row(&sizes.to_string(), "ad-reverse, recorded", "hand gemv+gemm", ratio);
}

/// Half the memory to move, and twice the numbers in a register.
fn single_precision(table: &mut Table, sizes: Sizes) {
    let (rnn, params, data) = (network(), parameters(sizes), sequence(sizes));
    let (params32, data32) = single(&params, &data);
    let ratio = Pairs::default().measure(
        || value_and_grad(&rnn, black_box(&params), &data),
        || value_and_grad(&rnn, black_box(&params32), &data32),
    );
    table.row(&sizes.to_string(), "ad-reverse f32", "ad-reverse f64", ratio);
}

fn main() {
    let json = wants_json();
    let mut table = Table::new("bptt");
    let sizes = |b| SHAPES.map(|(n, d, m, t)| Sizes { n, d, m, t, b });
    for sizes in sizes(1) {
        measure(&mut table, sizes, &sequence(sizes), "hand gemv+gemm");
    }
    for sizes in sizes(32) {
        measure(&mut table, sizes, &batch(sizes), "hand gemm");
    }
    for sizes in sizes(1) {
        recorded(&mut table, sizes, &sequence(sizes));
    }
    for sizes in sizes(1) {
        single_precision(&mut table, sizes);
    }
    table.print(json);
}
