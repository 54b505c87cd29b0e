//! What memory each mode needs, counted by the allocator. One test: the counter is the process's.

use ad_core::{Array, Scalar, Vector, rules};
use ad_reverse::{Pullback, RecordingSize, Var, VarArray, grad, try_grad, vjp};
use peak_alloc::PeakAlloc;
use rnn::credit::rtrl::Rtrl;
use rnn::credit::window::Windows;
use rnn::credit::{Mode, bptt, truncated};
use rnn::{Activation, Loss, Output, Parameters, Rnn, Sequence};

#[global_allocator]
static COUNTER: PeakAlloc = PeakAlloc;

const D: usize = 8;
const NET: Rnn = Rnn { f: Activation::Tanh, g: Output::Identity, alpha: 0.5, loss: Loss::Squared };

/// The bytes that `work` had at most beyond what there was before it.
fn peak<R>(work: impl FnOnce() -> R) -> usize {
    let before = COUNTER.current_usage();
    COUNTER.reset_peak_usage();
    let result = work();
    let peak = COUNTER.peak_usage().saturating_sub(before);
    drop(result);
    peak
}

/// In a thread of its own: no pool is warm, and what it keeps is gone afterwards.
fn peak_from_cold<R: Send>(work: impl FnOnce() -> R + Send) -> usize {
    std::thread::scope(|scope| scope.spawn(|| peak(work)).join().unwrap())
}

fn at(t: usize) -> (Vector<f64>, Vector<f64>) {
    (Vector::from([(t as f64).sin()]), Vector::from([(t as f64 + 1.0).sin()]))
}

fn sequence(steps: usize) -> Sequence<f64, 1> {
    let (x, y) = (0..steps).map(at).unzip();
    Sequence::new(x, y)
}

fn online_memory_does_not_grow_with_time(params: &Parameters<f64>) {
    // Fed one step at a time, so that not even the sequence is there.
    let rtrl = |steps: usize| {
        peak_from_cold(|| {
            let mut online = Rtrl::new(NET, D);
            (0..steps)
                .map(|t| {
                    let (x, y) = at(t);
                    online.step(params, &x, &y).loss
                })
                .sum::<f64>()
        })
    };
    let windows = |steps: usize| {
        peak_from_cold(|| {
            let mut windows = Windows::new(NET, D);
            let starts = (0..steps).step_by(10);
            starts
                .map(|start| {
                    let (x, y) = (start..start + 10).map(at).unzip();
                    windows.advance(params, &Sequence::new(x, y)).0
                })
                .sum::<f64>()
        })
    };
    for (name, memory) in [("RTRL", &rtrl as &dyn Fn(usize) -> usize), ("windows", &windows)] {
        let (short, long, longer) = (memory(100), memory(1000), memory(4000));
        assert!(short > 0, "the counter counts");
        assert_eq!(
            (short, short),
            (long, longer),
            "{name}: the peak grows from {short} to {long} and {longer} bytes"
        );
    }
}

/// The peak of the gradient of a sequence that is recorded as a whole.
fn recorded(params: &Parameters<f64>, sequence: &Sequence<f64, 1>) -> usize {
    peak_from_cold(|| {
        ad_reverse::value_and_grad(|params: &Parameters<Var<f64>>| NET.total_loss(params, sequence), params).0
    })
}

fn the_whole_sequence_at_once(params: &Parameters<f64>) {
    let of = |mode: Mode, sequence: &Sequence<f64, 1>| {
        peak_from_cold(|| mode.value_and_grad(&NET, params, sequence).0)
    };
    let (short, long, longer) = (sequence(1000), sequence(2000), sequence(4000));
    // The sequence is there already: what an exact gradient by RTRL or windows adds does not grow with it.
    for mode in [Mode::Rtrl, Mode::Window(1), Mode::Window(20)] {
        let (a, b) = (of(mode, &short), of(mode, &longer));
        assert!(a == b, "{mode}: {a} bytes for 1000 steps, {b} for 4000");
    }
    // Nor does what truncation needs: the recording of as many steps as a loss reaches back over.
    let band =
        |horizon, sequence| peak_from_cold(|| truncated::value_and_grad(&NET, params, sequence, horizon).0);
    let (a, b, further) = (band(20, &short), band(20, &longer), band(200, &longer));
    assert!(a == b && b < further, "horizon 20: {a} and {b} bytes; 200: {further}");
    // BPTT's grows, and linearly: beside the buffers of a matrix product, by as much for each step.
    let [a, b, c] = [&short, &long, &longer].map(|s| of(Mode::Bptt, s) as f64);
    assert!(
        b > a && ((c - b) / (b - a) / 2.0 - 1.0).abs() < 0.01,
        "BPTT: {a}, {b}, {c} bytes for 1000, 2000, 4000 steps"
    );
    // That of a recording, too.
    let [a_recorded, b_recorded, c_recorded] = [&short, &long, &longer].map(|s| recorded(params, s) as f64);
    for (ratio, steps) in
        [(b_recorded / a_recorded, 2.0), (c_recorded / b_recorded, 2.0), (c_recorded / a_recorded, 4.0)]
    {
        assert!(
            (ratio / steps - 1.0_f64).abs() < 0.25,
            "recorded: {a_recorded}, {b_recorded}, {c_recorded} bytes for 1000, 2000, 4000 steps"
        );
    }
    // At least the states that the sweep has to see again; at most that and the records of a step.
    let states = (4000 * D * 8) as f64;
    for bytes in [c, c_recorded] {
        assert!(
            bytes > states && bytes < states + 4000.0 * 4096.0,
            "BPTT: {bytes} bytes for {states} bytes of states"
        );
    }
    // A window as long as the sequence is BPTT, also in this.
    let whole = of(Mode::Window(4000), &longer) as f64;
    assert!(whole > 0.5 * c, "window:4000 needs {whole} bytes, BPTT {c}");
    drop(bptt::credit(&NET, params, &short));
}

/// What the memory of a checkpointed gradient grows with is the number of states kept, and not that of steps.
fn checkpoints_need_the_memory_of_their_states(params: &Parameters<f64>) {
    let of = |mode: Mode, steps: usize| {
        let sequence = sequence(steps);
        peak_from_cold(|| mode.value_and_grad(&NET, params, &sequence).0) as f64
    };
    // One state and the recording of one step; the buffers of a matrix product are most of it.
    let one = of(Mode::Checkpoint(1), 100);
    let states = |snapshots: usize, steps: usize| of(Mode::Checkpoint(snapshots), steps) - one;
    let (short, long) = (states(20, 1000), states(20, 4000));
    assert!(short > 0.0 && long < 1.3 * short, "20 states: {short} bytes more than one, then {long}");
    // As many as the square root of 2 T make two runs of each step enough.
    let root = |steps: usize| states((2.0 * steps as f64).sqrt() as usize, steps);
    let (a, b, c) = (root(1000), root(4000), root(16000));
    for (ratio, expected) in [(b / a, 2.0), (c / a, 4.0)] {
        assert!(
            (ratio / expected - 1.0_f64).abs() < 0.15,
            "the roots of 2 T: {a}, {b}, {c} bytes more than one"
        );
    }
    // Two more than half of its logarithm make as many runs enough: no more than a few states' memory.
    let (few, many) = (states(7, 1000), states(9, 16000));
    assert!(few.max(many) < (9 * 2 * D * 8) as f64, "logarithms: {few} bytes more than one, and {many}");
    let whole = recorded(params, &sequence(4000)) as f64 - one;
    assert!(b < whole / 100.0, "a recording needs {whole} bytes more than one step, the root of 2 T {b}");
}

/// A gradient of scalar, block and n-ary records, and of nested recordings.
fn gradient(x: &[f64; 3]) -> f64 {
    let f = |x: &[Var<f64>; 3]| {
        let v = VarArray::<f64, 1>::from_scalars([3], x);
        v.map(rules::Tanh).dot(&v.softmax()) + x[0] * x[1].exp() + Var::log_sum_exp(x)
    };
    grad(f, x)[2] + grad(|x: &Var<f64>| grad(|y: &Var<Var<f64>>| *y * *y * y.sin(), x), &x[0])
}

fn many_gradients_do_not_accumulate() {
    let run = |n: usize| (0..n).map(|i| gradient(&[0.1, 0.2, (i % 7) as f64])).sum::<f64>();
    run(100);
    let before = COUNTER.current_usage();
    let peak = peak(|| run(100_000));
    let after = COUNTER.current_usage();
    assert_eq!(before, after, "100000 gradients left {} bytes behind", after as i64 - before as i64);
    assert!(peak < 64 << 10, "100000 gradients needed {peak} bytes at once");
    // Nor do interrupted ones, nor threads.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let interrupted = || {
        for _ in 0..1000 {
            let caught = std::panic::catch_unwind(|| {
                grad(
                    |x: &Var<f64>| {
                        let _ = x.sin();
                        panic!()
                    },
                    &1.0,
                )
            });
            assert!(caught.is_err());
        }
    };
    interrupted();
    let before = COUNTER.current_usage();
    interrupted();
    assert_eq!(COUNTER.current_usage(), before, "1000 interrupted recordings left memory behind");
    std::panic::set_hook(hook);
    let threads = || {
        (0..100).for_each(|_| {
            std::thread::scope(|s| {
                s.spawn(|| run(3)).join().unwrap();
            })
        })
    };
    threads();
    let before = COUNTER.current_usage();
    threads();
    assert_eq!(COUNTER.current_usage(), before, "100 threads left memory behind");
}

fn a_ceiling_holds() {
    const MEGABYTE: usize = 1 << 20;
    let ceiling = RecordingSize::of_bytes(8 * MEGABYTE);
    let scalars = |x: &Var<f64>| (0..2_000_000).fold(*x, |y, _| y.sin());
    let arrays = |x: &VarArray<f64, 1>| (0..4000).fold(x.clone(), |y, _| y.map(rules::Sin)).sum();
    let products = |x: &[Var<f64>]| {
        let mut y = x.to_vec();
        for i in 0..20_000 {
            y[i % 1000] = Var::dot_product(&y, x) / (1.0 + y[0] * y[0]);
        }
        y[0]
    };
    let many = Vector::from(vec![0.5; 1000]);
    let without = [
        peak_from_cold(|| grad(scalars, &1.0)),
        peak_from_cold(|| grad(arrays, &many)),
        peak_from_cold(|| grad(products, &[1e-3; 1000][..])),
    ];
    let within = [
        peak_from_cold(|| assert!(try_grad(scalars, &1.0, ceiling).is_err())),
        peak_from_cold(|| assert!(try_grad(arrays, &many, ceiling).is_err())),
        peak_from_cold(|| assert!(try_grad(products, &[1e-3; 1000][..], ceiling).is_err())),
    ];
    for (without, within) in without.into_iter().zip(within) {
        assert!(without > 24 * MEGABYTE, "{without} bytes are no test of the ceiling");
        // Vectors grow by doubling.
        assert!(within < 17 * MEGABYTE, "{within} bytes where 8 MB are allowed, {without} without a ceiling");
    }
}

/// A recording, swept once.
fn swept(f: impl FnOnce(&Var<f64>) -> Var<f64>) -> Pullback<'static, f64, f64> {
    let (_, mut pullback) = vjp(f, &0.5);
    let _ = pullback.call(&1.0);
    pullback
}

/// 16 bytes for each, and 8 for its adjoint.
fn sines(n: usize) -> Pullback<'static, f64, f64> {
    swept(|x| (0..n).fold(*x, |y, _| y.sin()))
}

fn array_operations(n: usize) -> Pullback<'static, f64, f64> {
    swept(|x| (0..n).fold(VarArray::<f64, 1>::from_scalars([1], &[*x]), |y, _| y.map(rules::Sin)).sum())
}

fn products(n: usize) -> Pullback<'static, f64, f64> {
    swept(|x| (0..n).fold(*x, |y, _| Var::dot_product(&[y, *x, y, *x], &[*x, y, y, *x])))
}

fn unused_tapes_are_bounded_and_those_in_use_find_theirs() {
    const MEGABYTE: usize = 1 << 20;
    fn of_a_thread(work: impl FnOnce() -> usize + Send) -> usize {
        std::thread::scope(|scope| scope.spawn(work).join().unwrap())
    }
    // More than the 64 MiB that a thread keeps for later recordings, and so is each of the long ones below.
    let many = || drop((0..100).map(|_| sines(40_000)).collect::<Vec<_>>());
    // The less of two: once, when a test has run for a minute, the test harness prints a message, and allocates for it.
    let less = |work: &mut dyn FnMut()| peak(&mut *work).min(peak(&mut *work));
    type Kind = (&'static str, fn(usize) -> Pullback<'static, f64, f64>, usize, usize);
    // 64 MiB, and the last four. Of arrays as much again waits in a pool of its own, and lists have room for a
    // quarter more than they held.
    let kinds: [Kind; 3] = [
        ("sines", sines, 40_000, 64 + 16),
        ("array operations", array_operations, 30_000, 64 + 80 + 16),
        ("dot products", products, 20_000, 64 + 24),
    ];
    for (name, of, n, megabytes) in kinds {
        let kept = of_a_thread(|| {
            let before = COUNTER.current_usage();
            drop((0..100).map(|_| of(n)).collect::<Vec<_>>());
            COUNTER.current_usage() - before
        });
        let within = kept > 32 * MEGABYTE && kept < megabytes * MEGABYTE;
        assert!(within, "100 recordings of {n} {name} left {kept} bytes with their thread");
    }
    // A long one, although there have been many since.
    let again = of_a_thread(|| {
        for _ in 0..2 {
            let long = sines(3_000_000);
            many();
            drop(long);
        }
        less(&mut || drop(sines(3_000_000)))
    });
    assert!(again < 256, "a long recording needs {again} bytes once more");
    // Several at once of which all are long, and many short ones.
    for (count, steps) in [(4, 3_000_000), (500, 100)] {
        let again = of_a_thread(|| {
            many();
            let mut all = Vec::with_capacity(count);
            let mut turn = || {
                all.extend((0..count).map(|_| sines(steps)));
                all.clear();
            };
            turn(); // they get their memory piece by piece,
            turn(); // and in one
            less(&mut turn)
        });
        // What a pullback has besides its tape, which is 4 KiB at least.
        assert!(again < 256 * count, "{count} recordings of {steps} steps need {again} bytes once more");
    }
}

#[test]
fn memory() {
    let params = Parameters::<f64>::random(1, D, 1, 0.9, 0);
    online_memory_does_not_grow_with_time(&params);
    the_whole_sequence_at_once(&params);
    checkpoints_need_the_memory_of_their_states(&params);
    many_gradients_do_not_accumulate();
    a_ceiling_holds();
    unused_tapes_are_bounded_and_those_in_use_find_theirs();
}
