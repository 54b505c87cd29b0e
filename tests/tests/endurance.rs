//! Long recordings, many recordings, interrupted recordings, and recordings side by side.

use ad_core::{Array, Matrix, Scalar, Tree, Vector, rules};
use ad_forward::Dual;
use ad_reverse::{
    RecordingError, RecordingSize, Var, VarArray, checkpoint, checkpoint_online, grad, linearize, try_grad,
    vjp,
};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::thread;

/// `x` moved around by `steps` operations: the logistic map, one subtraction and two products a step.
fn orbit<S: Scalar>(x: S, rate: S, steps: usize) -> S {
    (0..steps).fold(x, |x, _| rate * x * (S::one() - x))
}

#[test]
fn ten_million_operations_in_a_thread_with_a_small_stack() {
    const STEPS: usize = 10_000_000 / 3 + 1;
    let run = || {
        // Contracting for this rate, to x = 1 - 1 / 2.5; the derivative by the rate stays: 1 / rate^2.
        grad(|p: &[Var<f64>]| orbit(p[0], p[1], STEPS), &[0.3, 2.5][..])
    };
    let g = thread::Builder::new().stack_size(64 << 10).spawn(run).unwrap().join().unwrap();
    assert!(g[0].abs() < 1e-300, "{g:?}");
    assert!((g[1] - 0.16).abs() < 1e-12, "{g:?}");
}

#[test]
fn a_million_array_operations_in_a_thread_with_a_small_stack() {
    let run = || {
        let half = Vector::from([0.5, 0.5]);
        grad(
            |x: &VarArray<f64, 1>| {
                let half = VarArray::constant(&half);
                let mut y = x.clone();
                for _ in 0..500_000 {
                    y = y.axpby(0.5, &half, 1.0).map(rules::Identity);
                }
                y.sum() + x.dot(x)
            },
            &Vector::from([1.0, 2.0]),
        )
    };
    let g = thread::Builder::new().stack_size(64 << 10).spawn(run).unwrap().join().unwrap();
    assert_eq!(g.as_slice(), [2.0, 4.0]);
}

#[test]
fn a_hundred_thousand_snapshots_in_a_thread_with_a_small_stack() {
    const STEPS: usize = 100_000;
    let run = || {
        let step = |_: usize, rate: &Var<f64>, h: &Var<f64>| (*h * *rate, *h);
        let known = checkpoint(step, &1.0, &2.0, STEPS, STEPS);
        assert_eq!(known, checkpoint_online(step, |t, _| t < STEPS, &1.0, &2.0, STEPS));
        known
    };
    let g = thread::Builder::new().stack_size(64 << 10).spawn(run).unwrap().join().unwrap();
    // L = sum of h_t = 2 rate^t for t < STEPS
    let steps = STEPS as f64;
    assert_eq!([g.value, g.params, g.start], [2.0 * steps, steps * (steps - 1.0), steps]);
}

fn bits(x: &[f64]) -> Vec<u64> {
    x.iter().map(|x| x.to_bits()).collect()
}

/// A recording with every kind of record in it.
fn mixed<S: Scalar>(x: &[S], mut at: impl FnMut()) -> S {
    let mut sum = S::zero();
    for i in 0..40 {
        at();
        let (a, b) = (x[i % x.len()], x[(i + 1) % x.len()]);
        at();
        let c = a * b - a.sin() / (b * b + S::one());
        at();
        let v = S::Vector::from_scalars([3], &[a, c, b]);
        at();
        let w = v.softmax().hadamard(&v.map(rules::Tanh));
        at();
        sum += w.sum() + S::log_sum_exp(&[a, c]) - c;
        at();
    }
    sum
}

#[test]
fn a_panic_at_every_point_of_a_recording_leaves_no_trace() {
    let x = [0.3, -0.7, 1.1, 0.2];
    let clean = grad(|x: &[Var<f64>]| mixed(x, || ()), x.as_slice());
    let points = Cell::new(0);
    mixed(&x, || points.set(points.get() + 1));
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    for stop in 0..points.get() {
        let passed = Cell::new(0);
        let interrupted = catch_unwind(AssertUnwindSafe(|| {
            let at = || {
                assert!(passed.replace(passed.get() + 1) != stop, "stop");
            };
            grad(|x: &[Var<f64>]| mixed(x, at), x.as_slice())
        }));
        assert!(interrupted.is_err());
        let again = grad(|x: &[Var<f64>]| mixed(x, || ()), x.as_slice());
        assert_eq!(bits(&again), bits(&clean), "after a panic at point {stop}");
    }
    std::panic::set_hook(hook);
}

#[test]
fn one_to_sixteen_threads_give_the_same_bits() {
    let work = |seed: usize| {
        let x: Vec<f64> = (0..4).map(|i| ((seed * 4 + i) as f64).sin()).collect();
        bits(&grad(|x: &[Var<f64>]| mixed(x, || ()), x.as_slice()))
    };
    let expected: Vec<_> = (0..64).map(work).collect();
    for threads in 1..=16 {
        // Every `threads`-th seed is that of one thread, so that none is without work.
        let share = |first: usize| (first..64).step_by(threads);
        let mut found = vec![Vec::new(); 64];
        thread::scope(|scope| {
            let run = |first| scope.spawn(move || share(first).map(work).collect::<Vec<_>>());
            let running: Vec<_> = (0..threads).map(run).collect();
            assert_eq!(running.len(), threads);
            for (first, thread) in running.into_iter().enumerate() {
                let results = thread.join().unwrap();
                assert!(!results.is_empty(), "thread {first} of {threads} had no work");
                share(first).zip(results).for_each(|(seed, result)| found[seed] = result);
            }
        });
        assert_eq!(found, expected, "{threads} threads");
    }
}

thread_local! {
    static KEPT: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// Records over `T` and keeps what can be swept to the end of the thread.
fn keep<T: Scalar>(x: &'static T) {
    let pullback = vjp(|x: &Var<T>| x.sin() * *x, x).1;
    let linearized = linearize(|x: &Var<T>| x.sin() * *x, x).1;
    KEPT.with_borrow_mut(|kept| kept.push(Box::new((pullback, linearized))));
}

static NESTED: LazyLock<Dual<f64, 1>> = LazyLock::new(|| Dual::from_primal(0.5));

/// Where thread-locals end in the order opposite to their beginning, as on Linux. A panic there would end the process.
#[test]
fn recordings_that_outlive_the_tapes_of_their_thread_are_freed() {
    let run = || {
        KEPT.with_borrow_mut(Vec::clear); // begins before those of the first recording
        keep(&0.5_f64);
        keep(&0.5_f32);
        keep(&*NESTED);
        KEPT.with_borrow(Vec::len)
    };
    assert_eq!(thread::spawn(run).join().unwrap(), 3);
}

/// What the recording of `f` needs beyond a ceiling, and the gradient below it.
fn at_ceiling(
    f: impl FnOnce(&[Var<f64>]) -> Var<f64>,
    x: &[f64],
    ceiling: RecordingSize,
) -> Result<Vec<f64>, RecordingSize> {
    try_grad(f, x, ceiling).map_err(|error| match error {
        RecordingError::Ceiling { ceiling: named, needed } if named == ceiling => needed,
        other => panic!("{other}"),
    })
}

#[test]
fn past_a_ceiling_the_primal_runs_on_and_the_error_says_how_much_was_needed() {
    let x = [0.3, -0.7, 1.1, 0.2];
    let points = Cell::new(0);
    let long = |x: &[Var<f64>]| {
        let sum: Var<f64> = (0..20).map(|_| mixed(x, || points.set(points.get() + 1))).sum();
        sum + (0..50).map(|i| Var::dot_product(&x[..1 + i % 4], &x[..1 + i % 4])).sum::<Var<f64>>()
    };
    let clean = grad(long, x.as_slice());
    let all_points = points.take();
    let needed = at_ceiling(long, &x, RecordingSize::of_bytes(0)).unwrap_err();
    assert!(needed.bytes > 100_000 && needed.operations > 10_000, "{needed:?}");
    for part in 0..10 {
        points.set(0);
        let ceiling = RecordingSize::of_bytes(needed.bytes / 10 * part);
        let error = at_ceiling(long, &x, ceiling).unwrap_err();
        assert_eq!(points.get(), all_points, "the primal stopped at {ceiling:?}");
        assert_eq!(error.operations, needed.operations);
        // What recordings share, and then do not, is the only difference.
        assert!(error.bytes.abs_diff(needed.bytes) < needed.bytes / 50, "{error:?}, {needed:?}");
        // The next recording is as good as any, also without a ceiling.
        assert_eq!(bits(&grad(long, x.as_slice())), bits(&clean));
    }
    let fits = at_ceiling(long, &x, needed).unwrap();
    assert_eq!(bits(&fits), bits(&clean));
    let few = RecordingSize { operations: needed.operations - 1, ..RecordingSize::UNLIMITED };
    assert_eq!(at_ceiling(long, &x, few).unwrap_err().operations, needed.operations);
}

#[test]
fn a_ceiling_is_that_of_one_recording() {
    let outer = |x: &Var<f64>| {
        let y = x.sin();
        let inner =
            try_grad(|z: &[Var<f64>]| mixed(z, || ()), &[0.5, 0.25][..], RecordingSize::of_bytes(100));
        let message = inner.unwrap_err().to_string();
        assert!(message.contains("and 100 bytes are allowed"), "{message}");
        y * *x
    };
    assert_eq!(grad(outer, &0.0), 0.0);
    assert_eq!(grad(outer, &1.0), 1.0_f64.sin() + 1.0_f64.cos());
    // An outer one that has passed its ceiling does not spoil an inner one.
    let spoiled = |x: &Var<f64>| {
        let y = (0..10_000).fold(*x, |y, _| y.sin());
        assert_eq!(grad(|z: &Var<f64>| *z * *z, &3.0), 6.0);
        y
    };
    assert!(try_grad(spoiled, &1.0, RecordingSize::of_bytes(1000)).is_err());
}

/// A product of matrices keeps its second factor, transposed; made once, that is kept once.
#[test]
fn a_ceiling_counts_the_transposes_of_products() {
    let (w, start) = (Matrix::filled([200, 200], 1e-3), Vector::filled([200], 1.0));
    let ceiling = RecordingSize::of_bytes(1 << 20);
    let products =
        |w: &VarArray<f64, 2>| (0..50).fold(VarArray::<f64, 1>::constant(&start), |h, _| h.matmul(w)).sum();
    let Err(RecordingError::Ceiling { needed, .. }) = try_grad(products, &w, ceiling) else {
        panic!("50 transposes of 320 kB fit into 1 MiB");
    };
    // A state for each product, and the transposes of those whose state is no constant, as the first one is.
    let numbers = 200 * (49 * 200 + 50);
    assert!((8 * numbers..9 * numbers).contains(&needed.bytes), "{needed:?}");
    let once = |w: &VarArray<f64, 2>| {
        let (turned, zeros) = (w.transpose(), VarArray::constant(&Vector::filled([200], 0.0)));
        (0..50)
            .fold(VarArray::<f64, 1>::constant(&start), |h, _| VarArray::affine(&[(&turned, &h)], &zeros))
            .sum()
    };
    let alike = try_grad(once, &w, ceiling).unwrap();
    for (a, b) in alike.as_slice().iter().zip(try_grad(products, &w, needed).unwrap().as_slice()) {
        assert!((a - b).abs() <= 1e-12 * b.abs(), "{a}, {b}");
    }
}

/// The error of a gradient with a ceiling of 1 MiB.
fn above_a_mebibyte<P: Tree<Scalar = f64> + ?Sized>(
    f: impl FnOnce(&P::Over<Var<f64>>) -> Var<f64>,
    x: &P,
) -> RecordingSize {
    match try_grad(f, x, RecordingSize::of_bytes(1 << 20)) {
        Err(RecordingError::Ceiling { needed, .. }) => needed,
        other => panic!("50 times 320 kB fit into 1 MiB: {:?}", other.map(|_| ())),
    }
}

/// Past the ceiling the places of operands, here 0 and 1, are those of operations that were given up.
#[test]
fn past_a_ceiling_products_run_on() {
    let (start, w) = (Vector::filled([200], 1.0), Matrix::filled([200, 200], 1e-3));
    let both = |(h, w): &(VarArray<f64, 1>, VarArray<f64, 2>)| {
        (0..50).fold(h.clone(), |h, _| h.matmul(w)).sum() + w.transpose().sum()
    };
    let needed = above_a_mebibyte(both, &(start, w));
    let numbers = 50 * 200 * (200 + 1);
    assert!((8 * numbers..9 * numbers).contains(&needed.bytes), "{needed:?}");
}

/// Weights that were made for one product stay with the recording, whatever made them, and whether of a variable or not.
#[test]
fn a_ceiling_counts_weights_that_have_no_other_owner() {
    let (start, w) = (Vector::filled([200], 1.0), Matrix::filled([200, 200], 1e-3));
    let zeros = VarArray::<f64, 1>::constant(&Vector::filled([200], 0.0));
    let fixed = VarArray::<f64, 2>::constant(&w);
    let by_constants = above_a_mebibyte(
        |h: &VarArray<f64, 1>| (0..50).fold(h.clone(), |h, _| h.matmul(&fixed)).sum(),
        &start,
    );
    let scaled = above_a_mebibyte(
        |(h, w, c): &(VarArray<f64, 1>, VarArray<f64, 2>, Var<f64>)| {
            (0..50).fold(h.clone(), |h, _| VarArray::affine(&[(&w.scale(*c), &h)], &zeros)).sum()
        },
        &(start.clone(), w.clone(), 0.5),
    );
    // With a state for each product where the weights are variables; `w`, an input, is its owner's also where `scale` keeps it.
    for (needed, numbers) in [(by_constants, 50 * 200 * 200), (scaled, 50 * 200 * (200 + 1))] {
        assert!((8 * numbers..9 * numbers).contains(&needed.bytes), "{needed:?}");
    }
}

#[test]
fn a_ceiling_does_not_count_what_is_not_kept() {
    let ceiling = RecordingSize::of_bytes(1 << 20);
    let (start, w) = (Vector::filled([200], 1.0), Matrix::filled([200, 200], 1e-3));
    let transposed = |w: &VarArray<f64, 2>| (0..50).fold(w.clone(), |w, _| w.transpose()).sum();
    let g = try_grad(transposed, &w, ceiling).unwrap();
    assert_eq!(g.as_slice(), [1.0; 200 * 200]);
    // The same weights in each product: those of an input are the owner's, others are kept once.
    let zeros = VarArray::<f64, 1>::constant(&Vector::filled([200], 0.0));
    let steps = |w: &VarArray<f64, 2>, h: &VarArray<f64, 1>| {
        (0..50).fold(h.clone(), |h, _| VarArray::affine(&[(w, &h)], &zeros)).sum()
    };
    type Both = (VarArray<f64, 1>, VarArray<f64, 2>);
    assert!(try_grad(|(h, w): &Both| steps(w, h), &(start.clone(), w.clone()), ceiling).is_ok());
    assert!(
        try_grad(|(h, w): &Both| steps(&w.map(rules::Tanh), h), &(start.clone(), w.clone()), ceiling).is_ok()
    );
    // Past the ceiling, too: the input is still known for one.
    let nothing = RecordingSize::of_bytes(0);
    let Err(RecordingError::Ceiling { needed, .. }) =
        try_grad(|(h, w): &Both| steps(w, h), &(start, w), nothing)
    else {
        panic!("nothing fits into no memory");
    };
    assert!(needed.bytes < 1 << 18, "{needed:?}");
}
