//! This library and its peers from crates.io on the same programs, in one process and one run.
//!
//! The baseline of a row is this library, so a ratio above 1 says that the peer is slower; the note has the time of the peer beside
//! the plain `f64` run of the program. A peer whose result is not ours, to rounding, is marked so.
//!
//! ```text
//! cargo run --release --ignore-rust-version -p ad-benches --features peers --bin peers
//! ```
//!
//! `xad-rs` states a newer compiler than it needs: hence the flag. `candle-core` spreads products over threads, and the time is that of
//! one: so the program starts itself again with `RAYON_NUM_THREADS=1`.

use ad_benches::hand::{Sizes, batch, network, parameters, sequence};
use ad_benches::peers::programs::{Chain, Network, Rosenbrock, flatten};
use ad_benches::peers::{Directions, Program, candle, difference, easy_ml, echidna, here, xad_rs};
use ad_benches::programs::rosenbrock_preaccumulated;
use ad_benches::{Pairs, Table, seconds, wants_json};
use ad_forward::Dual;
use ad_reverse::Var;
use rnn::Sequence;
use rnn::credit::{Mode, bptt};
use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::thread;

/// A problem, and how it is solved here.
struct Case<'a, O> {
    table: &'a mut Table,
    name: &'a str,
    pairs: Pairs,
    way: &'a str,
    ours: O,
    /// The time of `ours`, relative to the `f64` run of the program.
    cost: f64,
}

impl<'a, O: FnMut() -> Vec<f64>> Case<'a, O> {
    /// Measures `ours` against the plain run of the program.
    fn new(
        table: &'a mut Table,
        name: &'a str,
        pairs: Pairs,
        plain: impl FnMut() -> f64,
        (way, mut ours): (&'a str, O),
    ) -> Self {
        let ratio = pairs.measure(plain, &mut ours);
        table.row(name, way, "f64 run", ratio);
        Self { table, name, pairs, way, ours, cost: ratio.median }
    }

    /// Measures how a peer solves it.
    fn peer(mut self, name: &str, mut theirs: impl FnMut() -> Vec<f64>) -> Self {
        let difference = difference(&theirs(), &(self.ours)());
        let ratio = self.pairs.measure(&mut self.ours, theirs);
        let cost = format!("{:.2} of the f64 run", ratio.median * self.cost);
        let note = if difference <= 1e-9 { cost } else { format!("WRONG by {difference:.1e}; {cost}") };
        self.table.row(self.name, name, self.way, ratio).note(note);
        self
    }
}

/// Gradients of scalar code by tapes.
fn scalar(table: &mut Table, name: &str, f: &impl Program, x: &[f64]) {
    let (mut tape, list, mut recorded) = (xad_rs::tape(), easy_ml::list(), echidna::Recorded::new(f, x));
    let x = || black_box(x);
    Case::new(table, name, Pairs::default(), || f.run(x()), ("ad-reverse", || here::gradient(f, x())))
        .peer("xad-rs", || xad_rs::gradient(&mut tape, f, x()))
        .peer("echidna", || echidna::gradient(f, x()))
        .peer("echidna, recorded once", || recorded.gradient(x()))
        .peer("easy-ml", || easy_ml::gradient(&list, f, x()));
}

/// The sum of Rosenbrock's function by what each library has for such sums.
fn rosenbrock_fused(table: &mut Table, x: &[f64]) {
    let mut tape = xad_rs::tape();
    let x = || black_box(x);
    let ours = || ad_reverse::grad(rosenbrock_preaccumulated, x());
    Case::new(
        table,
        "Rosenbrock 1000, fused",
        Pairs::default(),
        || Rosenbrock.run(x()),
        ("ad-reverse", ours),
    )
    .peer("xad-rs", || xad_rs::gradient_of_rosenbrock(&mut tape, x()));
}

/// The network in scalar code whose products are the libraries' own dot products of scalars.
fn dots(table: &mut Table, name: &str, network: &Network) {
    let (mut tape, f) = (xad_rs::tape(), network.with_dots());
    let x = || black_box(&network.parameters[..]);
    Case::new(table, name, Pairs::default(), || network.run(x()), ("ad-reverse", || here::gradient(&f, x())))
        .peer("xad-rs", || xad_rs::gradient(&mut tape, &f, x()));
}

/// The first gradient on a new thread, whose tape has no memory yet.
fn cold(table: &mut Table, case: &str, network: &Network) {
    fn first<A>(gradient: impl FnOnce() -> A + Send) -> f64 {
        thread::scope(|s| s.spawn(|| seconds(gradient)).join().unwrap_or(f64::NAN))
    }
    let x = || black_box(&network.parameters[..]);
    let ours = || first(|| here::gradient(network, x()));
    let pairs = Pairs::default();
    let own = pairs.compare(|| seconds(|| network.run(x())), ours);
    table.row(case, "ad-reverse", "f64 run", own);
    let mut peer = |name: &str, gradient: &(dyn Fn() -> Vec<f64> + Sync)| {
        let ratio = pairs.compare(ours, || first(gradient));
        let note = format!("{:.2} of the f64 run", ratio.median * own.median);
        table.row(case, name, "ad-reverse", ratio).note(note);
    };
    peer("xad-rs", &|| xad_rs::gradient(&mut xad_rs::tape(), network, x()));
    peer("echidna", &|| echidna::gradient(network, x()));
    peer("easy-ml", &|| easy_ml::gradient(&easy_ml::list(), network, x()));
}

/// Backpropagation through time on arrays.
fn arrays<const RANK: usize>(table: &mut Table, sizes: Sizes, data: &Sequence<f64, RANK>) {
    let (rnn, params) = (network(), parameters(sizes));
    let tensors = candle::Network::new(sizes, data).expect("tensors of the network");
    let (matrices, list) = (easy_ml::Network::new(sizes), easy_ml::list());
    let plain = || rnn.total_loss(black_box(&params), data);
    let ours = || flatten(&bptt::value_and_grad(&rnn, black_box(&params), data).1);
    let case = sizes.to_string();
    let case = Case::new(table, &case, Pairs::default(), plain, ("bptt", ours))
        .peer("candle", || tensors.gradient().expect("a gradient"));
    if RANK == 1 {
        case.peer("easy-ml, matrices", || matrices.gradient(&list));
    }
}

/// Real-time recurrent learning: the tangents of all recurrent parameters, carried along with the network.
fn rtrl(table: &mut Table, sizes: Sizes) {
    let (rnn, params, data) = (network(), parameters(sizes), sequence(sizes));
    let (f, count) = (Network::new(sizes), sizes.recurrent());
    let x = || black_box(&f.parameters[..]);
    let mut ours = || {
        let (_, gradient) = Mode::Rtrl.value_and_grad(&rnn, black_box(&params), &data);
        let mut flat = flatten(&gradient);
        flat.truncate(count);
        flat
    };
    let pairs = Pairs { pairs: 9, ..Pairs::default() };
    Case::new(table, &sizes.to_string(), pairs, || f.run(x()), ("rtrl", &mut ours))
        .peer("xad-rs", || f.forward_gradient::<::xad_rs::JetK<f64, 8>, 8>(x(), count))
        .peer("echidna", || f.forward_gradient::<::echidna::DualVec<f64, 8>, 8>(x(), count))
        .peer("hyperdual", || f.forward_gradient::<::hyperdual::Hyperdual<f64, 9>, 8>(x(), count))
        .peer("num-dual", || f.forward_gradient::<::num_dual::DualSVec64<8>, 8>(x(), count));
}

/// Eight directions at once by dual numbers.
fn forward(table: &mut Table, name: &str, f: &Network) {
    fn run<S: Directions<8>>(f: &Network) -> impl FnMut() -> Vec<f64> {
        let x = f.seeded::<S, 8>(&f.parameters, 0);
        move || f.run(black_box(&x)).tangents().to_vec()
    }
    let plain = || f.run(black_box(&f.parameters[..]));
    Case::new(table, name, Pairs::default(), plain, ("ad-forward", run::<Dual<f64, 8>>(f)))
        .peer("xad-rs", run::<::xad_rs::JetK<f64, 8>>(f))
        .peer("echidna", run::<::echidna::DualVec<f64, 8>>(f))
        .peer("hyperdual", run::<::hyperdual::Hyperdual<f64, 9>>(f))
        .peer("num-dual", run::<::num_dual::DualSVec64<8>>(f));
}

fn main() -> ExitCode {
    let json = wants_json();
    if std::env::var("RAYON_NUM_THREADS").as_deref() != Ok("1") {
        return again();
    }
    let mut table = Table::new("peers");
    scalar(&mut table, "chain 1e6", &Chain(1_000_000), &[0.5]);
    let x: Vec<f64> = (0..1000).map(|i| 0.5 + 0.001 * f64::from(i)).collect();
    scalar(&mut table, "Rosenbrock 1000", &Rosenbrock, &x);
    rosenbrock_fused(&mut table, &x);
    let shape = |(n, d, m, t), b| Sizes { n, d, m, t, b };
    let (small, middle, large) = ((4, 32, 4, 50), (8, 128, 8, 100), (8, 256, 8, 200));
    for (name, sizes) in [("RNN d=32 T=50", small), ("RNN d=128 T=100", middle)] {
        let network = Network::new(shape(sizes, 1));
        scalar(&mut table, name, &network, &network.parameters);
        dots(&mut table, &format!("{name}, dot"), &network);
        forward(&mut table, &format!("{name}, 8 directions"), &network);
        cold(&mut table, &format!("{name}, cold"), &network);
    }
    for sizes in [small, middle, large] {
        let (one, many) = (shape(sizes, 1), shape(sizes, 32));
        arrays(&mut table, one, &sequence(one));
        arrays(&mut table, many, &batch(many));
    }
    for d in [32, 64] {
        rtrl(&mut table, Sizes { n: 4, d, m: 4, t: 50, b: 1 });
    }
    table.print(json);
    ExitCode::SUCCESS
}

/// Runs this program with the one thread that it needs.
fn again() -> ExitCode {
    let child = std::env::current_exe().and_then(|program| {
        Command::new(program).args(std::env::args_os().skip(1)).env("RAYON_NUM_THREADS", "1").status()
    });
    match child {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(status) => {
            eprintln!("{status}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("this program could not be started again: {error}");
            ExitCode::FAILURE
        }
    }
}
