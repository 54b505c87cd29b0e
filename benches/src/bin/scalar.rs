//! What reverse mode costs on scalar code: gradients against the plain `f64` run of the same program.
//!
//! The baseline of every row is the program itself, instantiated for `f64`: nothing that computes the
//! value can be faster without changing the program (its order of summation, above all). The two rows
//! of the network by dot products differ in that: against the loops, what a user gains over `+` and
//! `*`; against the vectorised dot product of `f64`, which sums in another order, what the tape costs.
//!
//! The adjoint of the long chain falls below the smallest normal number after a few thousand steps, and stays there
//! to the end. Where the processor multiplies subnormal numbers in microcode, a sweep by plain products takes several
//! times as long as this one, which gives the same bits; the chain of 1000 steps has none.

use ad_benches::programs::{
    Dot, Loops, ROSENBROCK_OPS, Rnn, Shape, chain, rosenbrock, rosenbrock_preaccumulated,
};
use ad_benches::{Pairs, Table, seconds, wants_json};
use ad_reverse::grad;
use std::hint::black_box;
use std::thread;

fn main() {
    let pairs = Pairs::default();
    let json = wants_json();
    let mut table = Table::new("scalar");

    for (name, steps) in [("chain 1e3", 1000), ("chain 1e6", 1_000_000)] {
        let ratio =
            pairs.measure(|| chain(black_box(0.5), steps), || grad(|&x| chain(x, steps), &black_box(0.5)));
        let plain = ratio.baseline_seconds / steps as f64 * 1e9;
        table.row(name, "grad", "f64 run", ratio).note(format!("f64: {plain:.1} ns a step"));
    }

    let x: Vec<f64> = (0..1000).map(|i| 0.5 + 0.001 * f64::from(i)).collect();
    let ratio = pairs.measure(|| rosenbrock(black_box(&x[..])), || grad(rosenbrock, &x[..]));
    let ops = ((x.len() - 1) * ROSENBROCK_OPS) as f64;
    let each = (ratio.candidate_seconds - ratio.baseline_seconds) / ops * 1e9;
    let note = format!("f64: {:.2} us; {each:.2} ns an operation", ratio.baseline_seconds * 1e6);
    table.row("Rosenbrock 1000", "grad", "f64 run", ratio).note(note);
    let ratio = pairs.measure(|| rosenbrock(black_box(&x[..])), || grad(rosenbrock_preaccumulated, &x[..]));
    table.row("Rosenbrock 1000", "grad, preaccumulated", "f64 run", ratio);

    let rnn = Rnn::new(Shape { n: 8, d: 128, m: 8, t: 100 });
    let p = &rnn.parameters[..];
    let gradient = || grad(|p| rnn.loss::<_, Loops>(p), p);
    let loops = || rnn.loss::<_, Loops>(black_box(p));
    table.row("RNN d=128 T=100", "grad, + and *", "f64 run", pairs.measure(loops, gradient));
    let by_dots = || grad(|p| rnn.loss::<_, Dot>(p), p);
    table.row("RNN d=128 T=100", "grad, dot", "f64 run, + and *", pairs.measure(loops, by_dots));
    let dots = || rnn.loss::<_, Dot>(black_box(p));
    table.row("RNN d=128 T=100", "grad, dot", "f64 run, dot", pairs.measure(dots, by_dots));
    // A new thread has no tape in its pool, and its allocator no memory.
    let cold = || thread::scope(|s| s.spawn(|| seconds(gradient)).join().expect("a gradient"));
    let ratio = pairs.compare(|| seconds(gradient), cold);
    table.row("RNN d=128 T=100, cold", "grad, + and *", "warm", ratio);

    table.print(json);
}
