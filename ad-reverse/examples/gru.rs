//! A cell of your own: a gated recurrent unit (K. Cho et al., EMNLP 2014) learns to add the two marked numbers of a sequence.
//!
//! The cell is written once. On tape variables its gradient is that of backpropagation through time. On dual numbers the
//! tangent of its state is the sensitivity matrix `P_t`, which gives the gradient of real-time recurrent learning. They agree.

use ad_core::tree::{flatten, zip_map};
use ad_core::{Array, Matrix, Scalar, Vector, impl_tree, rules};
use ad_forward::{DualArray, seeded};
use ad_reverse::{Var, grad, value_and_grad};

/// What a gate sees of the input and of the state.
#[derive(Clone, Debug)]
struct Gate<S: Scalar> {
    /// d x n
    w: S::Matrix,
    /// d x d
    u: S::Matrix,
    /// d
    b: S::Vector,
}
impl_tree!(Gate { w: matrix, u: matrix, b: vector });

/// The cell.
#[derive(Clone, Debug)]
struct Gru<S: Scalar> {
    update: Gate<S>,
    reset: Gate<S>,
    candidate: Gate<S>,
}
impl_tree!(Gru { update: tree, reset: tree, candidate: tree });

impl<S: Scalar<Real = f64>> Gate<S> {
    fn potential(&self, x: &S::Vector, h: &S::Vector) -> S::Vector {
        S::Vector::affine(&[(&self.w, x), (&self.u, h)], &self.b)
    }
}

impl<S: Scalar<Real = f64>> Gru<S> {
    /// `h_t` from `h_{t-1}` and `x_t`: what the update gate lets pass moves towards the candidate.
    ///
    /// (So J. Chung et al., arXiv:1412.3555; in Cho's paper the gate is one minus this one, and lets the old state pass.)
    fn step(&self, h: &S::Vector, x: &Vector<f64>) -> S::Vector {
        let x = S::Vector::constant(x);
        let update = self.update.potential(&x, h).map(rules::Sigmoid);
        let reset = self.reset.potential(&x, h).map(rules::Sigmoid);
        let candidate = self.candidate.potential(&x, &reset.hadamard(h)).map(rules::Tanh);
        h.plus(&update.hadamard(&candidate.minus(h)))
    }

    /// `h_T`.
    fn run(&self, task: &Task) -> S::Vector {
        let start = S::Vector::constant(&Vector::filled([UNITS], 0.0));
        task.xs.iter().fold(start, |h, x| self.step(&h, x))
    }
}

/// How far what is read from the last state is from the sum, squared.
fn error<S: Scalar<Real = f64>>(readout: &S::Vector, h: &S::Vector, task: &Task) -> S {
    let off = readout.dot(h) - S::lit(task.sum);
    off * off
}

/// The cell, and the weights that read its last state (d).
type Model<S> = (Gru<S>, <S as Scalar>::Array<1>);

fn loss<S: Scalar<Real = f64>>((gru, readout): &Model<S>, tasks: &[Task]) -> S {
    tasks.iter().map(|task| error(readout, &gru.run(task), task)).sum::<S>() / S::lit(tasks.len() as f64)
}

/// A sequence of numbers, one of them marked in each half, and the sum of these two.
struct Task {
    xs: Vec<Vector<f64>>,
    sum: f64,
}

const UNITS: usize = 10;
const STEPS: usize = 8;

/// Numbers of `[0, 1)` without a pattern that could be learned.
fn scatter(k: usize) -> f64 {
    (((k + 1) as f64).sin() * 43_758.547).rem_euclid(1.0)
}

fn task(k: usize) -> Task {
    let half = STEPS / 2;
    let marked = [0, 1].map(|side| side * half + (scatter(2 * k + side) * half as f64) as usize);
    let number = |t: usize| scatter(1_000_000 + STEPS * k + t);
    let x = |t: usize| Vector::from([number(t), f64::from(u8::from(marked.contains(&t)))]);
    Task { xs: (0..STEPS).map(x).collect(), sum: marked.into_iter().map(number).sum() }
}

/// `dL/dtheta = delta_T P_T`: the tangent of the state is `P_t` (d x |theta|), and nothing is swept back through time.
fn by_rtrl(gru: &Gru<f64>, readout: &Vector<f64>, task: &Task) -> Vec<f64> {
    let theta = flatten(gru).len();
    let h: DualArray<f64, 1, 1> = seeded::<_, _, 1>(gru, 0, theta).run(task);
    let last = |h: &_| error::<Var<f64>>(&Array::constant(readout), h, task);
    h.contract(grad(last, h.values()).as_slice(), theta)
}

fn main() {
    let gate = |first: usize| {
        let small = |from: usize| move |k: usize| 0.8 * (scatter(from + k) - 0.5);
        Gate {
            w: Matrix::new([UNITS, 2], (0..2 * UNITS).map(small(first))),
            u: Matrix::new([UNITS, UNITS], (0..UNITS * UNITS).map(small(first + 100))),
            b: Vector::filled([UNITS], 0.0),
        }
    };
    let gru = Gru::<f64> { update: gate(0), reset: gate(300), candidate: gate(600) };
    let mut model = (gru, Vector::filled([UNITS], 0.1));

    // The same gradient by columns, from the end, and by rows, as time goes on.
    let first = [task(0)];
    let by_rows = by_rtrl(&model.0, &model.1, &first[0]);
    let by_columns = grad(|model: &Model<Var<f64>>| loss(model, &first), &model).0;
    let off = by_rows.iter().zip(flatten(&by_columns)).map(|(a, b)| (a - b).abs());
    assert!(off.fold(0.0, f64::max) < 1e-14);

    // Adam (D. P. Kingma and J. Ba, ICLR 2015).
    let zeros = zip_map(&model, &model, |_, _| 0.0);
    let (mut mean, mut square) = (zeros.clone(), zeros);
    let mut recent = 1.0 / 6.0; // that of a guess of 1
    for update in 1..=1500 {
        let tasks: Vec<Task> = (4 * update..4 * update + 4).map(task).collect();
        let (now, gradient) = value_and_grad(|model: &Model<Var<f64>>| loss(model, &tasks), &model);
        mean = zip_map(&mean, &gradient, |mean, g| 0.9 * mean + 0.1 * g);
        square = zip_map(&square, &gradient, |square, g| 0.999 * square + 0.001 * g * g);
        let [of_mean, of_square] = [0.9_f64, 0.999].map(|decay| 1.0 - decay.powi(update as i32));
        let step = zip_map(&mean, &square, |m, s| 0.005 * (m / of_mean) / ((s / of_square).sqrt() + 1e-8));
        model = zip_map(&model, &step, |x, step| x - step);
        recent = 0.98 * recent + 0.02 * now;
        if update % 250 == 0 {
            println!("after {update:4} updates: squared error {recent:.5}");
        }
    }
    assert!(recent < 0.01, "learned nothing: {recent}");
}
