//! What RTRL and windows cost out of generic code, against RTRL written by hand.
//!
//! `P` is not pushed through the last window, after which nobody needs it: of two windows that is half of the work, of eight an eighth.

use ad_benches::hand::{Sizes, network, parameters, rtrl::Rtrl, sequence};
use ad_benches::{Pairs, Table, wants_json};
use rnn::credit::Mode;
use std::hint::black_box;

fn main() {
    let json = wants_json();
    let mut table = Table::new("rtrl");
    let rnn = network();
    let problems = [(32, 32, 256), (64, 64, 256), (128, 64, 128)];
    for (d, k, t) in problems {
        let pairs = Pairs { pairs: 9, ..Pairs::default() };
        let sizes = Sizes { n: 4, d, m: 4, t: t.min(32), b: 1 };
        let (params, data) = (parameters(sizes), sequence(sizes));
        let mut hand = Rtrl::new(sizes, rnn.alpha);
        let (loss, _) = Mode::Rtrl.value_and_grad(&rnn, &params, &data);
        assert!((hand.run(&params, &data) - loss).abs() <= 1e-9 * loss, "the two compute different things");
        let ratio = pairs.measure(
            || hand.run(black_box(&params), &data),
            || Mode::Rtrl.value_and_grad(&rnn, black_box(&params), &data),
        );
        table.row(&sizes.to_string(), "rtrl", "hand RTRL", ratio);

        let sizes = Sizes { t, ..sizes };
        let data = sequence(sizes);
        let ratio = pairs.measure(
            || hand.run(black_box(&params), &data),
            || Mode::Window(k).value_and_grad(&rnn, black_box(&params), &data),
        );
        let note = format!("P is pushed through {} windows of {}", t / k - 1, t / k);
        table.row(&sizes.to_string(), &format!("window:{k}"), "hand RTRL", ratio).note(note);
    }
    table.print(json);
}
