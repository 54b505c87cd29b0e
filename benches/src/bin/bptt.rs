//! What BPTT costs out of generic code: the unmodified `rnn` model through the public API, against the
//! same gradient written by hand.

use ad_benches::hand::{Sizes, batch, bptt::Bptt, network, parameters, sequence};
use ad_benches::{Pairs, Table, wants_json};
use rnn::credit::bptt::value_and_grad;
use std::hint::black_box;

fn main() {
    let mut table = Table::new("bptt");
    let rnn = network();
    for (n, d, m, t) in [(4, 32, 4, 50), (8, 128, 8, 100), (8, 256, 8, 200)] {
        let sizes = Sizes { n, d, m, t, b: 1 };
        let (params, data) = (parameters(sizes), sequence(sizes));
        let mut hand = Bptt::new(sizes, rnn.alpha);
        let (loss, _) = value_and_grad(&rnn, &params, &data);
        assert!((hand.run(&params, &data) - loss).abs() <= 1e-9 * loss, "the two compute different things");
        let ratio = Pairs::default().measure(
            || hand.run(black_box(&params), &data),
            || value_and_grad(&rnn, black_box(&params), &data),
        );
        table.row(&sizes.to_string(), "ad-reverse", "hand gemv+gemm", ratio);
    }
    for (n, d, m, t) in [(4, 32, 4, 50), (8, 128, 8, 100), (8, 256, 8, 200)] {
        let sizes = Sizes { n, d, m, t, b: 32 };
        let (params, data) = (parameters(sizes), batch(sizes));
        let mut hand = Bptt::new(sizes, rnn.alpha);
        let (loss, _) = value_and_grad(&rnn, &params, &data);
        assert!((hand.run(&params, &data) - loss).abs() <= 1e-9 * loss, "the two compute different things");
        let ratio = Pairs::default().measure(
            || hand.run(black_box(&params), &data),
            || value_and_grad(&rnn, black_box(&params), &data),
        );
        table.row(&sizes.to_string(), "ad-reverse", "hand gemm", ratio);
    }
    table.print(wants_json());
}
