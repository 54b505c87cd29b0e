//! What the scalar tape holds, in bytes per record, and what the modes of the network need beside derivatives
//! by hand, by a counting allocator. With the feature `peers`, also what a gradient needs with other libraries.

use ad_benches::hand::{Sizes, bptt::Bptt, network as network_of_measurements, parameters, sequence};
use ad_benches::memory::{PeakAlloc, peak};
use ad_benches::programs::{Dot, Loops, Product, Rnn, Shape, chain};
use ad_benches::{say, wants_json};
use ad_reverse::{Var, vjp};
use rnn::credit::Mode;
use rnn::{Parameters, Sequence};
use std::thread;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// What recording `f` holds, and what the first sweep adds to it, on a new thread.
fn held(f: impl FnOnce(&[Var<f64>]) -> Var<f64> + Send, x: &[f64]) -> (usize, usize) {
    let run = || {
        let start = PeakAlloc.current_usage();
        let (_, mut pullback) = vjp(f, x);
        let recorded = PeakAlloc.current_usage();
        let gradient = pullback.call(&1.0);
        let swept = PeakAlloc.current_usage() - size_of_val(&gradient[..]);
        (recorded - start, swept - recorded)
    };
    thread::scope(|s| s.spawn(run).join().expect("a gradient"))
}

fn beside(case: &str, name: &str, bytes: usize, baseline: &str, baseline_bytes: usize) {
    let ratio = bytes as f64 / baseline_bytes as f64;
    if wants_json() {
        say(format_args!(
            "{{\"bench\": \"memory\", \"case\": {case:?}, \"name\": {name:?}, \"baseline\": {baseline:?}, \
             \"ratio\": {ratio:.3}, \"low\": {ratio:.3}, \"high\": {ratio:.3}, \"bytes\": {bytes}}}"
        ));
    } else {
        say(format_args!(
            "{case:<40} {name:<12} {bytes:>11} bytes, {ratio:>6.3} of {baseline} ({baseline_bytes})"
        ));
    }
}

/// The modes of the network, each with all that it allocates, the gradient included.
fn modes() {
    let rnn = network_of_measurements();
    // What the matrix products keep for the thread is there before.
    let by_hand = |sizes: Sizes, params: &Parameters<f64>, data: &Sequence<f64, 1>| {
        let mut hand = Bptt::new(sizes, rnn.alpha);
        hand.run(params, data);
        hand
    };
    for (n, d, m, t) in [(4, 32, 4, 50), (8, 128, 8, 100), (8, 256, 8, 200)] {
        let sizes = Sizes { n, d, m, t, b: 1 };
        let (params, data) = (parameters(sizes), sequence(sizes));
        let warm = || by_hand(sizes, &params, &data);
        let bptt = peak(warm, || Mode::Bptt.value_and_grad(&rnn, &params, &data));
        let run = |params: &Parameters<Var<f64>>| rnn.total_loss(params, &data);
        let recorded = peak(warm, || ad_reverse::value_and_grad(run, &params));
        let hand = peak(warm, warm);
        beside(&sizes.to_string(), "bptt", bptt, "hand", hand);
        beside(&sizes.to_string(), "recorded", recorded, "hand", hand);
    }
    for (d, k) in [(32, 32), (64, 64), (128, 64)] {
        let sizes = Sizes { n: 4, d, m: 4, t: 2 * k, b: 1 };
        let (params, data) = (parameters(sizes), sequence(sizes));
        let two_blocks = 2 * d * sizes.recurrent() * size_of::<f64>();
        for mode in [Mode::Rtrl, Mode::Window(k)] {
            let warm = || by_hand(sizes, &params, &data);
            let bytes = peak(warm, || mode.value_and_grad(&rnn, &params, &data));
            beside(&sizes.to_string(), &mode.to_string(), bytes, "two blocks of P", two_blocks);
        }
    }
}

fn row(case: &str, records: usize, (recorded, swept): (usize, usize)) {
    let each = |bytes: usize| bytes as f64 / records as f64;
    if wants_json() {
        say(format_args!(
            "{{\"bench\": \"memory\", \"case\": {case:?}, \"name\": \"ad-reverse\", \"baseline\": \"records\", \
             \"ratio\": {:.3}, \"low\": {:.3}, \"high\": {:.3}, \"bytes\": {}}}",
            each(recorded),
            each(recorded),
            each(recorded),
            recorded + swept
        ));
    } else {
        say(format_args!(
            "{case:<40} {records:>9} records {:>7.2} bytes each, {:>5.2} for adjoints, {:>11} in all",
            each(recorded),
            each(swept),
            recorded + swept
        ));
    }
}

fn network<P: Product<Var<f64>>>(case: &str, records: usize) {
    let rnn = Rnn::new(Shape { n: 8, d: 128, m: 8, t: 100 });
    row(case, records, held(|p| rnn.loss::<_, P>(p), &rnn.parameters));
}

fn main() {
    let _ = wants_json(); // before anything is measured
    let n = 1_000_000;
    row("unary: chain", 2 * n, held(|x| chain(x[0], n), &[0.5]));
    let products = |x: &[Var<f64>]| (0..n).fold(x[0], |y, _| y * x[1]);
    row("binary: product", n, held(products, &[0.5, 1.0]));
    let Shape { n, d, m, t } = Shape { n: 8, d: 128, m: 8, t: 100 };
    network::<Loops>("RNN d=128 T=100, + and *", 2 * t * d * (d + n + m));
    network::<Dot>("RNN d=128 T=100, dot (per term)", 2 * t * d * (d + n + m));
    modes();
    #[cfg(feature = "peers")]
    peers();
}

/// What a gradient of the network in scalar code needs with the libraries that others would take.
#[cfg(feature = "peers")]
fn peers() {
    use ad_benches::peers::{easy_ml, echidna, here, programs::Network, xad_rs};
    let f = Network::new(Sizes { n: 8, d: 128, m: 8, t: 100, b: 1 });
    let x = &f.parameters[..];
    let ours = peak(|| (), || here::gradient(&f, x));
    let dots = f.with_dots();
    let ours_by_dots = peak(|| (), || here::gradient(&dots, x));
    let case = "RNN d=128 T=100, + and *";
    beside(case, "xad-rs", peak(|| (), || xad_rs::gradient(&mut xad_rs::tape(), &f, x)), "ad-reverse", ours);
    beside(case, "echidna", peak(|| (), || echidna::gradient(&f, x)), "ad-reverse", ours);
    beside(case, "easy-ml", peak(|| (), || easy_ml::gradient(&easy_ml::list(), &f, x)), "ad-reverse", ours);
    let theirs = peak(|| (), || xad_rs::gradient(&mut xad_rs::tape(), &dots, x));
    beside("RNN d=128 T=100, dot", "xad-rs", theirs, "ad-reverse", ours_by_dots);
}
