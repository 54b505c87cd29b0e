//! A loop swept back with few states kept has the gradient of the loop recorded whole, bit for bit, for the
//! fewest repetitions that there can be.

use ad_core::tree::{flatten, unflatten};
use ad_core::{Array, Dense, Matrix, Real, Scalar, Tree, Vector, impl_tree, rules};
use ad_forward::Dual;
use ad_reverse::{Var, VarArray, checkpoint, checkpoint_online, value_and_grad};
use ad_tests::cases;
use proptest::prelude::*;
use std::cell::RefCell;

/// Parameters of every kind: scalars, a matrix that is multiplied with at every step, a vector.
#[derive(Clone, Debug)]
struct Theta<S: Scalar> {
    gain: S,
    decay: S,
    w: S::Matrix,
    b: S::Vector,
}

impl_tree!(Theta { gain: scalar, decay: scalar, w: matrix, b: vector });

/// A scalar, a vector and a matrix (which is fast weights: multiplied with, and changed by what it meets).
#[derive(Clone, Debug)]
struct State<S: Scalar> {
    speed: S,
    h: S::Vector,
    fast: S::Matrix,
}

impl_tree!(State { speed: scalar, h: vector, fast: matrix });

fn step<T: Scalar>(t: usize, theta: &Theta<Var<T>>, state: &State<Var<T>>) -> (State<Var<T>>, Var<T>) {
    let [one, tenth] = [1.0, 0.1].map(T::Real::from_literal);
    let input = VarArray::constant(&Vector::from([(t as f64).sin(), 0.5].map(T::Real::from_literal)));
    let u = VarArray::affine(&[(&theta.w, &state.h), (&state.fast, &input)], &theta.b);
    let h = u.map(rules::Tanh).scale(theta.gain);
    let fast = state.fast.scale(theta.decay).axpby(one, &state.fast, tenth);
    let speed = (state.speed * theta.decay + h.sum() * theta.gain).sin();
    // Few rows, whose products with the adjoint wait for others, and many, whose do not.
    let rows = [1, 80, 3][t % 3];
    let batch = Dense::new([rows, 2], (0..2 * rows).map(|i| T::Real::from_literal((i as f64).cos())));
    let others = VarArray::affine(&[(&theta.w, &VarArray::constant(&batch))], &theta.b);
    let loss = speed * speed + h.dot(&state.h) + theta.gain * state.speed + others.dot(&others);
    (State { speed, h, fast }, loss)
}

fn theta<R: Real>(x: &[f64]) -> Theta<R> {
    let lit = R::from_literal;
    let w = Matrix::from_rows(&[[x[0], x[1]], [x[2], 0.3]].map(|row| row.map(lit)));
    Theta { gain: lit(0.7 + x[3]), decay: lit(0.9), w, b: Vector::from([0.1, x[4]].map(lit)) }
}

fn start<R: Real>() -> State<R> {
    let lit = R::from_literal;
    let fast = Matrix::from_rows(&[[0.5, 0.1], [-0.2, 0.6]].map(|row| row.map(lit)));
    State { speed: lit(0.2), h: Vector::from([0.4, -0.3].map(lit)), fast }
}

fn bits<T: Tree<Scalar = f64>>(x: &T) -> Vec<u64> {
    flatten(x).into_iter().map(|x| (x + 0.0).to_bits()).collect()
}

/// The loop as it is written without `checkpoint`.
fn sum_of_losses<P, H: Clone, L: std::iter::Sum>(
    steps: usize,
    step: impl Fn(usize, &P, &H) -> (H, L),
    params: &P,
    start: &H,
) -> L {
    let mut state = start.clone();
    let losses = (0..steps).map(|t| {
        let (next, loss) = step(t, params, &state);
        state = next;
        loss
    });
    losses.sum()
}

/// Value and gradients of the loop recorded whole, of the checkpointed one, and of the one that ends when it is told.
fn in_three_ways<T: Scalar>(
    theta: &Theta<T>,
    start: &State<T>,
    steps: usize,
    snapshots: usize,
) -> [Vec<T>; 3] {
    let run = |(theta, start): &(Theta<Var<T>>, State<Var<T>>)| sum_of_losses(steps, step, theta, start);
    let whole = value_and_grad(run, &(theta.clone(), start.clone()));
    let known = checkpoint(step, theta, start, steps, snapshots);
    let online = checkpoint_online(step, |t, _: &State<_>| t < steps, theta, start, snapshots);
    [
        flatten(&whole),
        flatten(&(known.value, (known.params, known.start))),
        flatten(&(online.value, (online.params, online.start))),
    ]
}

proptest! {
    #![proptest_config(cases(64))]

    /// Over both plain numbers, and over numbers that carry a tangent themselves.
    #[test]
    fn the_gradient_is_that_of_the_whole_loop_bit_for_bit(
        x in proptest::collection::vec(-0.5..0.5_f64, 5), steps in 0..150_usize, snapshots in 1..12_usize,
    ) {
        let [whole, known, online] =
            in_three_ways(&theta::<f64>(&x), &start(), steps, snapshots).map(|all| bits(&all));
        prop_assert_eq!(&known, &whole);
        prop_assert_eq!(&online, &whole);

        let single = |x: f32| (x + 0.0).to_bits();
        let [whole, known, online] = in_three_ways(&theta::<f32>(&x), &start(), steps, snapshots)
            .map(|all| all.into_iter().map(single).collect::<Vec<_>>());
        prop_assert_eq!(&known, &whole);
        prop_assert_eq!(&online, &whole);

        let at = (theta::<f64>(&x), start::<f64>());
        let moving = |(k, x): (usize, f64)| Dual::<f64, 1>::new(x, [(k as f64).cos()]);
        let (theta, start) = unflatten(&at, flatten(&at).into_iter().enumerate().map(moving).collect());
        let [whole, known, online] = in_three_ways(&theta, &start, steps, snapshots)
            .map(|all| bits(&all.into_iter().flat_map(|x| [x.primal, x.tangent()[0]]).collect::<Vec<f64>>()));
        prop_assert_eq!(&known, &whole);
        prop_assert_eq!(&online, &whole);
    }

    /// Arguments that are slices: states and parameters of scalars alone.
    #[test]
    fn scalar_loops_agree_too(steps in 1..80_usize, snapshots in 1..6_usize, a in 0.1..1.0_f64) {
        let step = |t: usize, p: &[Var<f64>], h: &[Var<f64>]| {
            let next = vec![(h[1] * p[0] + p[1]).sin(), h[0] * p[0] - (t as f64) * 1e-3];
            let loss = next[0] * next[1];
            (next, loss)
        };
        let whole = |x: &[Var<f64>]| {
            let mut h = x[2..].to_vec();
            (0..steps).map(|t| { let (next, loss) = step(t, &x[..2], &h); h = next; loss }).sum::<Var<f64>>()
        };
        let (value, grad) = value_and_grad(whole, &[a, 0.5, 0.25, -0.5][..]);
        let found = checkpoint(step, &[a, 0.5][..], &[0.25, -0.5][..], steps, snapshots);
        prop_assert_eq!(found.value, value);
        prop_assert_eq!([found.params, found.start].concat(), grad);
    }
}

/// Products of weights with batches of many rows are summed before those with vectors, those with few rows among them: over all
/// steps, as in a sweep of the whole loop, and not step by step.
#[test]
fn products_of_weights_wait_for_those_of_other_steps() {
    type State = (VarArray<f64, 2>, VarArray<f64, 1>);
    let step = |_: usize, w: &VarArray<f64, 2>, (batch, h): &State| {
        let bias = VarArray::from_values(Vector::from([0.1, -0.2]));
        let batch = VarArray::affine(&[(w, batch)], &bias).map(rules::Tanh);
        let h = VarArray::affine(&[(w, h)], &bias).map(rules::Tanh);
        let loss = batch.dot(&batch) + h.sum();
        ((batch, h), loss)
    };
    let w = Matrix::from_rows(&[[0.7, -0.3], [0.2, 0.9]]);
    for (steps, rows) in
        [(1, 64), (5, 64), (11, 64), (12, 64), (40, 64), (5, 16), (40, 16), (5, 3), (40, 3), (5, 1), (40, 1)]
    {
        let batch = Matrix::new([rows, 2], (0..2 * rows).map(|i| (i as f64).sin()));
        let start = (batch, Vector::from([0.4, -0.3]));
        let whole = |(w, start): &(VarArray<f64, 2>, State)| sum_of_losses(steps, step, w, start);
        let (_, expected) = value_and_grad(whole, &(w.clone(), start.clone()));
        let found = checkpoint(step, &w, &start, steps, 3);
        assert_eq!(bits(&(found.params, found.start)), bits(&expected), "{steps} steps, {rows} rows");
    }
}

/// Results that nothing needs have no adjoint in a sweep of the whole loop, and their products with it do not wait for others:
/// the last state, and the part of each state that no step reads.
#[test]
fn a_state_that_nothing_needs_has_no_adjoint() {
    type State = (VarArray<f64, 1>, VarArray<f64, 1>);
    let step = |t: usize, w: &VarArray<f64, 2>, (h, _): &State| {
        let bias = VarArray::from_values(Vector::from([0.1, -0.2]));
        let next = VarArray::affine(&[(w, h)], &bias).map(rules::Tanh);
        let unread = VarArray::affine(&[(w, &next)], &bias);
        // Added to the adjoint of `w` at once, and so before the products that wait.
        let loss = h.dot(h) + w.dot(w) * (t as f64).cos();
        ((next, unread), loss)
    };
    let w = Matrix::from_rows(&[[0.7, -0.3], [0.2, 0.9]]);
    let start = (Vector::from([0.4, -0.3]), Vector::from([0.0, 0.0]));
    for steps in [1, 50, 150, 151, 400] {
        let whole = |(w, start): &(VarArray<f64, 2>, State)| sum_of_losses(steps, step, w, start);
        let (_, expected) = value_and_grad(whole, &(w.clone(), start.clone()));
        let found = checkpoint(step, &w, &start, steps, 3);
        assert_eq!(bits(&(found.params, found.start)), bits(&expected), "{steps} steps");
    }
}

/// How often each step is run, the recorded run included.
fn runs(
    steps: usize,
    by: impl FnOnce(&dyn Fn(usize, &Var<f64>, &Var<f64>) -> (Var<f64>, Var<f64>)),
) -> Vec<usize> {
    let counts = RefCell::new(vec![0; steps]);
    let step = |t: usize, p: &Var<f64>, h: &Var<f64>| {
        counts.borrow_mut()[t] += 1;
        (*p * *h, *h)
    };
    by(&step);
    counts.into_inner()
}

fn binomial(n: usize, k: usize) -> usize {
    (1..=k).fold(1, |product, i| product * (n - k + i) / i)
}

#[test]
fn no_step_is_run_oftener_than_the_binomial_optimum() {
    for (steps, snapshots) in
        [(1, 1), (2, 1), (20, 1), (10, 3), (100, 7), (500, 5), (500, 40), (1000, 10), (300, 300)]
    {
        // The fewest repetitions r that reach so far, and r l - C(s + r, s + 1) runs besides the recorded ones.
        let r = (0..).find(|&r| binomial(snapshots + r, snapshots) >= steps).unwrap();
        let optimum = r * steps - if r == 0 { 0 } else { binomial(snapshots + r, snapshots + 1) };
        let known = runs(steps, |step| {
            let _ = checkpoint(step, &0.9, &1.0, steps, snapshots);
        });
        let all: usize = known.iter().sum();
        assert_eq!(all, optimum + steps, "{steps} steps, {snapshots} snapshots");
        assert!(known.iter().all(|&n| n <= r + 1), "{steps} steps, {snapshots} snapshots: {known:?}");

        let more = |t: usize, _: &Var<f64>| t < steps;
        let online = runs(steps, |step| {
            let _ = checkpoint_online(step, more, &0.9, &1.0, snapshots);
        });
        let most = online.iter().copied().max().unwrap();
        assert!(
            most <= r + 2,
            "{steps} steps, {snapshots} snapshots: online up to {most} runs, {r} repetitions suffice"
        );
    }
}

#[test]
#[should_panic(expected = "has to be kept")]
fn no_snapshots_are_refused() {
    let _ = checkpoint(|_, p: &Var<f64>, h: &Var<f64>| (*p * *h, *h), &1.0, &1.0, 3, 0);
}

#[test]
#[should_panic(expected = "numbers")]
fn a_state_that_changes_its_size_is_refused() {
    let step = |_: usize, p: &Var<f64>, h: &[Var<f64>]| (vec![*p; h.len() + 1], h[0]);
    let _ = checkpoint(step, &1.0, &[1.0][..], 3, 2);
}

#[test]
#[should_panic(expected = "numbers")]
fn a_state_that_grows_from_nothing_is_refused() {
    let step = |_: usize, p: &Var<f64>, h: &[Var<f64>]| ([h, &[*p]].concat(), *p * h.len() as f64);
    let _ = checkpoint(step, &1.0, &[][..], 3, 2);
}

/// What is swept back is not what was kept.
#[test]
#[should_panic(expected = "a state of 1 numbers after step 0, and one of 2 before")]
fn a_step_that_gives_another_state_when_it_is_run_again_is_refused() {
    let runs = std::cell::Cell::new(0);
    let step = |t: usize, p: &Var<f64>, h: &[Var<f64>]| {
        runs.set(runs.get() + usize::from(t == 0));
        (vec![*p; if t == 0 && runs.get() == 1 { 2 } else { 1 }], h[0])
    };
    let _ = checkpoint(step, &1.0, &[1.0][..], 2, 2);
}

/// What is no number in a state, and the lengths of its parts.
#[derive(Clone, Debug)]
struct Changing<S: Scalar> {
    short: Vec<S>,
    long: Vec<S>,
    v: S::Vector,
    w: S::Vector,
    turned: S::Matrix,
    phase: usize,
}

impl_tree!(Changing { short: tree, long: tree, v: vector, w: vector, turned: matrix, phase: plain });

/// Parts that change places, so that the same number of numbers is divided otherwise, a matrix that is turned, and a phase
/// that is counted: all of it is there again where a kept state is taken up.
#[test]
fn a_kept_state_is_restored_with_its_lengths_and_with_what_is_no_number() {
    let step = |_: usize, p: &Var<f64>, h: &Changing<Var<f64>>| {
        let Changing { short, long, v, w, turned, phase } = h;
        let factor = if phase % 3 == 0 { *p } else { p.sin() };
        let loss = factor * (short[0] * v.sum() + long[1] * turned.get(1) * (*phase as f64 + 1.0));
        let [rows, cols] = turned.shape();
        let next = Changing {
            short: long.iter().map(|x| *x * *p).collect(),
            long: short.iter().map(|x| x.cos()).collect(),
            v: w.scale(factor),
            w: v.map(rules::Sin),
            turned: VarArray::from_scalars([cols, rows], &turned.scale(*p).to_scalars()),
            phase: phase + 1,
        };
        (next, loss)
    };
    let start = Changing {
        short: vec![0.1, 0.2],
        long: vec![0.3, 0.4, 0.5],
        v: Vector::from([0.6, 0.7]),
        w: Vector::from([0.8, 0.9, 1.0]),
        turned: Matrix::from_rows(&[[1.1, 1.2, 1.3], [1.4, 1.5, 1.6]]),
        phase: 0,
    };
    let steps = 7;
    let whole = |(p, h): &(Var<f64>, Changing<Var<f64>>)| {
        let (mut h, mut sum) = (h.clone(), Var::from(0.0));
        for t in 0..steps {
            let (next, loss) = step(t, p, &h);
            (h, sum) = (next, sum + loss);
        }
        sum
    };
    let (value, (params, first)) = value_and_grad(whole, &(0.5, start.clone()));
    for snapshots in [1, 2, 3, 10] {
        let known = checkpoint(step, &0.5, &start, steps, snapshots);
        let online = checkpoint_online(step, |t, _| t < steps, &0.5, &start, snapshots);
        for found in [known, online] {
            assert_eq!(found.value, value, "{snapshots} snapshots");
            let pairs = flatten(&found.start).into_iter().zip(flatten(&first));
            for (found, expected) in pairs.chain([(found.params, params)]) {
                assert!((found - expected).abs() < 1e-14, "{snapshots} snapshots: {found} and {expected}");
            }
        }
    }
}
