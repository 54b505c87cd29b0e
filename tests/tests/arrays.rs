//! Array operations mean the loop over their scalars, in every mode and nesting.

use ad_core::rule::Partials;
use ad_core::{
    Array, Dense, Function, Matrix, Nary, Real, Scalar, Unary, Vector, VectorFunction, function, num_traits,
    rules,
};
use ad_forward::{Dual, DualArray, constant, seeded};
use ad_reverse::{Var, grad, vjp};
use ad_tests::laws::{self, Laws, Tolerance};
use ad_tests::{points, programs};
use num_traits::Float;
use proptest::prelude::*;

/// A user's rule, that no kernel knows.
#[derive(Clone, Copy, Debug)]
struct Bump;
impl Unary for Bump {
    const NAME: &'static str = "bump";
    fn value<R: Real>(self, x: R) -> R {
        x / (x * x + R::from_literal(1.0))
    }
    fn partial<S: Scalar>(self, x: S, y: S) -> S {
        (S::one() - x * y * S::lit(2.0)) / (x * x + S::one())
    }
}

/// A user's rule of many variables: the sum of squares.
#[derive(Clone, Copy, Debug)]
struct Squares;
impl Nary for Squares {
    const NAME: &'static str = "squares";
    fn value<R: Real>(self, x: &[R]) -> R {
        x.iter().map(|&x| x * x).sum()
    }
    fn partials<S: Scalar>(self, x: &[S], _y: S) -> Partials<S> {
        x.iter().map(|&x| x + x).collect()
    }
}

/// The operations of [`Array`], by number, on two arrays of a shape made of the inputs.
#[derive(Clone, Copy, Debug)]
struct Operation {
    number: usize,
    shape: [usize; 2],
    outputs: usize,
    a: f64,
    b: f64,
}
const OPERATIONS: usize = 19;

impl Operation {
    /// How many scalars it takes: two arrays, weights, a bias, one more.
    fn inputs(&self) -> usize {
        let [rows, cols] = self.shape;
        2 * rows * cols + 2 * self.outputs * cols + self.outputs + 1
    }

    fn parts<'s, S>(&self, s: &'s [S]) -> [&'s [S]; 6] {
        let [rows, cols] = self.shape;
        let (x, s) = s.split_at(rows * cols);
        let (y, s) = s.split_at(rows * cols);
        let (w, s) = s.split_at(self.outputs * cols);
        let (v, s) = s.split_at(self.outputs * cols);
        let (bias, last) = s.split_at(self.outputs);
        [x, y, w, v, bias, last]
    }

    /// With the array operation.
    fn by_array<S: Scalar, A: Array<S, RANK>, const RANK: usize>(
        &self,
        s: &[S],
        shape: [usize; RANK],
    ) -> Vec<S> {
        let [x, y, w, v, bias, last] = self.parts(s);
        let [rows, cols] = self.shape;
        let (x, y) = (A::from_scalars(shape, x), A::from_scalars(shape, y));
        let matrix = |w| S::Matrix::from_scalars([self.outputs, cols], w);
        let (w, v, bias) = (matrix(w), matrix(v), S::Vector::from_scalars([self.outputs], bias));
        let (a, b) = (S::Real::from_literal(self.a), S::Real::from_literal(self.b));
        let numbers = A::constant(&Dense::new(shape, (0..rows * cols).map(number)));
        let first = |x: &S::Vector| x.slice(0..rows);
        match self.number {
            0 => x.map(rules::Tanh).to_scalars(),
            1 => x.map(rules::Exp).to_scalars(),
            2 => x.map(rules::Sigmoid).to_scalars(),
            3 => x.map(Bump).to_scalars(),
            4 => x.axpby(a, &y, b).to_scalars(),
            5 => x.plus(&y).minus(&x.axpby(a, &x, b)).to_scalars(),
            6 => x.hadamard(&y).hadamard(&x).to_scalars(),
            7 => x.hadamard(&numbers).to_scalars(),
            8 => x.scale(last[0]).to_scalars(),
            9 => vec![x.dot(&y), x.dot(&x), numbers.dot(&x)],
            10 => vec![x.sum(), x.hadamard(&y).sum()],
            11 => A::affine(&[(&w, &x), (&v, &y)], &bias).to_scalars(),
            12 => A::affine(&[(&w, &numbers), (&w, &x)], &bias).to_scalars(),
            13 => x.log_sum_exp().to_scalars(),
            14 => x.reduce_rows(Squares).to_scalars(),
            15 => x.sub_rows(&first(&S::Vector::from_scalars([rows * cols], &y.to_scalars()))).to_scalars(),
            16 => x.slice(0..shape[0] / 2 + 1).map(rules::Sin).to_scalars(),
            17 => x.softmax().to_scalars(),
            _ => (0..x.len()).map(|i| x.stop_gradient().get(i) * x.get(i)).collect(),
        }
    }

    /// With a loop over scalars, as one would write it down.
    fn by_loop<S: Scalar>(&self, s: &[S], leading: usize) -> Vec<S> {
        let [x, y, w, v, bias, last] = self.parts(s);
        let [rows, cols] = self.shape;
        let (a, b) = (S::lit(self.a), S::lit(self.b));
        let each = |f: &dyn Fn(usize) -> S| (0..rows * cols).map(f).collect::<Vec<_>>();
        let row = |i: usize| &x[i * cols..(i + 1) * cols];
        let constant = |i: usize| S::constant(number(i));
        let affine = |first: &dyn Fn(usize) -> S, second: &[S], v: &[S]| {
            let entries = (0..rows).flat_map(|i| (0..self.outputs).map(move |o| (i, o)));
            let entry = |(i, o): (usize, usize)| {
                let products = (0..cols)
                    .map(|j| w[o * cols + j] * first(i * cols + j) + v[o * cols + j] * second[i * cols + j]);
                products.fold(bias[o], |sum, p| sum + p)
            };
            entries.map(entry).collect::<Vec<_>>()
        };
        let log_sum_exp = |row: &[S]| row.iter().map(|x| x.exp()).sum::<S>().ln();
        match self.number {
            0 => each(&|i| x[i].tanh()),
            1 => each(&|i| x[i].exp()),
            2 => each(&|i| x[i].sigmoid()),
            3 => each(&|i| x[i] / (x[i] * x[i] + S::one())),
            4 => each(&|i| a * x[i] + b * y[i]),
            5 => each(&|i| x[i] + y[i] - (a * x[i] + b * x[i])),
            6 => each(&|i| x[i] * y[i] * x[i]),
            7 => each(&|i| x[i] * constant(i)),
            8 => each(&|i| x[i] * last[0]),
            9 => vec![
                (0..rows * cols).map(|i| x[i] * y[i]).sum(),
                (0..rows * cols).map(|i| x[i] * x[i]).sum(),
                (0..rows * cols).map(|i| constant(i) * x[i]).sum(),
            ],
            10 => vec![x.iter().copied().sum(), (0..rows * cols).map(|i| x[i] * y[i]).sum()],
            11 => affine(&|i| x[i], y, v),
            12 => affine(&constant, x, w),
            13 => (0..rows).map(|i| log_sum_exp(row(i))).collect(),
            14 => (0..rows).map(|i| row(i).iter().map(|&x| x * x).sum()).collect(),
            15 => each(&|i| x[i] - y[i / cols]),
            16 => each(&|i| x[i].sin())[..leading].to_vec(),
            17 => each(&|i| (x[i] - log_sum_exp(row(i / cols))).exp()),
            _ => each(&|i| x[i].stop_gradient() * x[i]),
        }
    }
}

fn number<R: Real>(i: usize) -> R {
    R::from_literal(0.7 - 0.3 * i as f64)
}

/// Array results minus loop results: zero, with all derivatives.
#[derive(Clone, Copy, Debug)]
struct Difference {
    operation: Operation,
    batch: bool,
}

/// Which of the two, as a function of its own.
struct Way(Difference, bool);

impl VectorFunction for Way {
    fn call<S: Scalar>(&self, s: &[S]) -> Vec<S> {
        let Self(Difference { operation, batch }, by_array) = *self;
        let [rows, cols] = operation.shape;
        match (by_array, batch) {
            (true, true) => operation.by_array::<S, S::Matrix, 2>(s, [rows, cols]),
            (true, false) => operation.by_array::<S, S::Vector, 1>(s, [cols]),
            (false, true) => operation.by_loop(s, (rows / 2 + 1) * cols),
            (false, false) => operation.by_loop(s, cols / 2 + 1),
        }
    }
}

/// A weighted sum of the results, so that second derivatives are one matrix.
struct Weighted(Way);
impl Function for Weighted {
    fn call<S: Scalar>(&self, s: &[S]) -> S {
        let y = self.0.call(s);
        y.iter().enumerate().map(|(i, &y)| y * y * S::lit(0.5) + y * S::lit(1.0 - 0.2 * i as f64)).sum()
    }
}

fn same(what: &str, left: &[f64], right: &[f64]) -> Result<(), TestCaseError> {
    prop_assert_eq!(left.len(), right.len(), "{}", what);
    let scale = left.iter().chain(right).fold(1.0_f64, |a, x| a.max(x.abs()));
    for (i, (a, b)) in left.iter().zip(right).enumerate() {
        prop_assert!((a - b).abs() <= 1e-12 * scale, "{what}, entry {i}: {a} by the array, {b} by the loop");
    }
    Ok(())
}

/// The parts of a Hessian in each nesting, and the Jacobian in each mode.
fn derivatives(way: &Way, x: &[f64]) -> Vec<(&'static str, Vec<f64>)> {
    let forward = ad_forward::jacobian_by_chunks::<f64, 1>(|x| way.call(x), x);
    let chunks = ad_forward::jacobian(|x| way.call(x), x);
    let reverse = ad_reverse::jacobian(|x| way.call(x), x);
    vec![
        ("f64", way.call(x)),
        ("Dual<f64, 1>", forward.as_slice().to_vec()),
        ("Dual<f64, 8>", chunks.as_slice().to_vec()),
        ("Var<f64>", reverse.as_slice().to_vec()),
    ]
}

fn second_derivatives(f: &Weighted, x: &[f64]) -> Vec<(&'static str, Vec<f64>)> {
    type D = Dual<f64, 1>;
    let v: Vec<f64> = (0..x.len()).map(|i| (i as f64).cos()).collect();
    let moved: Vec<D> = x.iter().zip(&v).map(|(&x, &v)| Dual::new(x, [v])).collect();
    let tangents = |g: Vec<D>| g.iter().map(|g| g.tangent()[0]).collect::<Vec<_>>();
    let forward_over_forward =
        ad_forward::jacobian_by_chunks::<D, 1>(|x| vec![f.call(x)], &moved).as_slice().to_vec();
    let forward_over_reverse = grad(|x: &[Var<D>]| f.call(x), moved.as_slice());
    let along = |g: &[Var<f64>]| g.iter().zip(&v).map(|(&g, &v)| g * v).sum::<Var<f64>>();
    let reverse_over_forward = grad(
        |x: &[Var<f64>]| {
            along(ad_forward::jacobian_by_chunks::<Var<f64>, 1>(|x| vec![f.call(x)], x).as_slice())
        },
        x,
    );
    let reverse_over_reverse = grad(|x: &[Var<f64>]| along(&grad(|x| f.call(x), x)), x);
    vec![
        ("Dual<Dual<f64, 1>, 1>", tangents(forward_over_forward)),
        ("Var<Dual<f64, 1>>", tangents(forward_over_reverse)),
        ("Dual<Var<f64>, 1>", reverse_over_forward),
        ("Var<Var<f64>>", reverse_over_reverse),
    ]
}

fn difference() -> impl Strategy<Value = (Difference, Vec<f64>)> {
    let operation =
        (0..OPERATIONS, [1..4_usize, 1..5_usize], 1..4_usize, -1.0..1.0_f64, -1.0..1.0_f64, any::<bool>());
    operation.prop_flat_map(|(number, mut shape, outputs, a, b, batch)| {
        if !batch {
            shape[0] = 1;
        }
        let operation = Operation { number, shape, outputs, a, b };
        (Just(Difference { operation, batch }), points::points(operation.inputs(), points::ordinary()))
    })
}

proptest! {
    #![proptest_config(ad_tests::cases(1500))]

    #[test]
    fn an_array_operation_is_the_loop_over_its_scalars((difference, x) in difference()) {
        let (array, plain) = (Way(difference, true), Way(difference, false));
        for ((mode, a), (_, b)) in derivatives(&array, &x).iter().zip(&derivatives(&plain, &x)) {
            same(mode, a, b)?;
        }
    }

    #[test]
    fn also_where_modes_are_nested((difference, x) in difference()) {
        let (array, plain) = (Weighted(Way(difference, true)), Weighted(Way(difference, false)));
        let plain = second_derivatives(&plain, &x);
        for ((mode, a), (_, b)) in second_derivatives(&array, &x).iter().zip(&plain) {
            same(mode, a, b)?;
        }
    }

    #[test]
    fn its_primal_is_bit_equal_in_every_mode((difference, x) in difference()) {
        laws::primal_bits(&Way(difference, true), &x)?;
    }
}

proptest! {
    #![proptest_config(ad_tests::cases(256))]

    #[test]
    fn array_programs_obey_the_laws(
        program in programs::any_program(16), x in points::points_of(1..=6, points::ordinary()),
    ) {
        laws::vector_function(&program, &x)?;
    }

    /// A form that is evaluated at once and one that is kept give the same; so does a scalar `Dual`.
    #[test]
    fn lazy_tangents_are_scalar_tangents_column_by_column(
        d in 1..4_usize, n in 1..4_usize, steps in 1..4_usize, look in any::<[bool; 8]>(),
        numbers in points::points(80, points::ordinary()),
    ) {
        let p = d * d + d * n + d;
        let mut numbers = numbers.into_iter();
        let mut take = |count: usize| numbers.by_ref().take(count).collect::<Vec<_>>();
        let (w, u, b) = (Matrix::new([d, d], take(d * d)), Matrix::new([d, n], take(d * n)), Vector::from(take(d)));
        let (x, h) = (Vector::from(take(n)), Vector::from(take(d)));
        let start_tangent = Matrix::new([d, p], (0..d * p).map(|i| (i as f64).sin()));

        // Seeded weights, a state with dense tangents, looked at now and then on the way.
        let run = |look: &[bool]| {
            let theta: (DualArray<f64, 1, 2>, DualArray<f64, 1, 2>, DualArray<f64, 1, 1>) =
                seeded(&(w.clone(), u.clone(), b.clone()), 0, p);
            let x: DualArray<f64, 1, 1> = constant(&x);
            let mut h = DualArray::with_tangent(&h, start_tangent.clone());
            for t in 0..steps {
                let seen = |a: &DualArray<f64, 1, 1>, k: usize| if look[(2 * t + k) % 8] { let _ = a.tangent(p); };
                let u = DualArray::affine(&[(&theta.0, &h), (&theta.1, &x)], &theta.2);
                seen(&u, 0);
                let f = u.map(rules::Tanh);
                seen(&f, 1);
                h = h.axpby(0.3, &f, 0.7).plus(&h.hadamard(&f)).plus(&u.slice(0..d));
                seen(&h, 0);
            }
            h
        };
        let (eager, lazy, mixed) = (run(&[true; 8]), run(&[false; 8]), run(&look));
        let expected = |column: usize| {
            // One scalar Dual per parameter: the loop over scalars, in one direction.
            let mut direction = 0;
            let mut seed = |x: &f64| {
                direction += 1;
                Dual::<f64, 1>::new(*x, [if direction == column + 1 { 1.0 } else { 0.0 }])
            };
            let w: Vec<_> = w.as_slice().iter().map(&mut seed).collect();
            let u: Vec<_> = u.as_slice().iter().map(&mut seed).collect();
            let b: Vec<_> = b.as_slice().iter().map(&mut seed).collect();
            let mut h: Vec<_> =
                h.as_slice().iter().enumerate().map(|(i, &h)| Dual::new(h, [start_tangent.row(i)[column]])).collect();
            for _ in 0..steps {
                let potential = |i: usize| {
                    let recurrent: Dual<f64, 1> = (0..d).map(|j| w[i * d + j] * h[j]).sum();
                    let input: Dual<f64, 1> = (0..n).map(|j| u[i * n + j] * x.as_slice()[j]).sum();
                    recurrent + input + b[i]
                };
                let next = |i: usize| {
                    let (u, f) = (potential(i), potential(i).tanh());
                    h[i] * 0.3 + f * 0.7 + h[i] * f + u
                };
                h = (0..d).map(next).collect();
            }
            h.iter().map(|h| h.tangent()[0]).collect::<Vec<_>>()
        };
        let columns: Vec<_> = (0..p).map(expected).collect();
        let by_scalars: Vec<f64> = (0..d).flat_map(|i| columns.iter().map(move |c| c[i])).collect();
        for (name, form) in [("eager", &eager), ("lazy", &lazy), ("mixed", &mixed)] {
            let weights: Vec<f64> = (0..d).map(|i| 1.0 - 0.4 * i as f64).collect();
            let contracted = form.contract(&weights, p); // before it is materialised
            same(name, form.tangent(p).as_slice(), &by_scalars)?;
            prop_assert_eq!(form.tangent(p), form.tangent(p), "materialised twice");
            let sums: Vec<f64> = (0..p).map(|c| (0..d).map(|i| weights[i] * columns[c][i]).sum()).collect();
            same(&format!("{name}, contracted"), &contracted, &sums)?;
            same(&format!("{name}, contracted again"), &form.contract(&weights, p), &sums)?;
        }
    }

    #[test]
    fn seeded_and_dense_tangents_mix_in_batches(
        d in 1..4_usize, rows in 1..4_usize, numbers in points::points(48, points::ordinary()),
    ) {
        let mut numbers = numbers.into_iter();
        let mut take = |count: usize| numbers.by_ref().take(count).collect::<Vec<_>>();
        let (w, v, x, y) = (take(d * d), take(d * d), take(rows * d), take(rows * d));
        let p = w.len() + x.len();
        let matrix = |shape, x: &[f64]| Matrix::new(shape, x.iter().copied());
        let weights = DualArray::<f64, 1, 2>::seeded(&matrix([d, d], &w), 0, p);
        let plain: DualArray<f64, 1, 2> = constant(&matrix([d, d], &v));
        let batch = DualArray::seeded(&matrix([rows, d], &x), w.len(), p);
        let other: DualArray<f64, 1, 2> = constant(&matrix([rows, d], &y));
        let bias = batch.slice(0..1).log_sum_exp();
        let bias = DualArray::<f64, 1, 1>::with_tangent(
            &Vector::from(vec![bias.values().as_slice()[0]; d]),
            Matrix::new([d, p], (0..d).flat_map(|_| bias.tangent(p).as_slice().to_vec())),
        );
        let result = DualArray::affine(&[(&weights, &batch), (&plain, &other), (&plain, &batch)], &bias)
            .softmax()
            .hadamard(&batch);
        let by_loop = |s: &[Dual<f64, 8>]| {
            let (w, x) = s.split_at(d * d);
            let bias = Dual::log_sum_exp(&x[..d]);
            (0..rows)
                .flat_map(|i| {
                    let u: Vec<Dual<f64, 8>> = (0..d)
                        .map(|o| {
                            let each = |j: usize| {
                                let (x, y) = (x[i * d + j], y[i * d + j]);
                                w[o * d + j] * x + v[o * d + j] * y + x * v[o * d + j]
                            };
                            (0..d).map(each).sum::<Dual<f64, 8>>() + bias
                        })
                        .collect();
                    let norm = Dual::log_sum_exp(&u);
                    (0..d).map(|o| (u[o] - norm).exp() * x[i * d + o]).collect::<Vec<_>>()
                })
                .collect::<Vec<_>>()
        };
        let expected = ad_forward::jacobian(by_loop, &[w.clone(), x.clone()].concat());
        same("batch", result.tangent(p).as_slice(), expected.as_slice())?;
    }

    #[test]
    fn many_seeds_at_once_are_single_sweeps(
        program in programs::any_program(16), x in points::points_of(1..=4, points::ordinary()),
        seeds in 0..6_usize, w in points::points(18, points::ordinary()),
    ) {
        let (y, mut pullback) = vjp(|x: &[Var<f64>]| VectorFunction::call(&program, x), x.as_slice());
        let w = &w[..seeds * y.len()];
        let rows = pullback.rows(seeds, w);
        prop_assert_eq!(rows.len(), seeds * x.len());
        for (row, w) in rows.chunks(x.len()).zip(w.chunks(y.len())) {
            same("row", row, &pullback.call(w))?;
        }
        same("again", &pullback.rows(seeds, w), &rows)?;
    }
}

/// What many rows mean for the adjoint of weights is added at once, what few mean waits for more; both have to
/// arrive, for every seed.
#[test]
fn weights_that_meet_many_rows_and_few_get_the_sum_of_all() {
    let inputs = |rows: usize| Dense::new([rows, 3], (0..3 * rows).map(|i| ((rows * 31 + i) as f64).sin()));
    let batches: Vec<Matrix<f64>> = [20, 1, 16, 3, 1, 15, 40, 200, 2].map(inputs).into();
    let w = Dense::new([2, 3], (0..6).map(|i| 0.3 - 0.1 * f64::from(i)));
    let products = |w: &<Var<f64> as Scalar>::Matrix| {
        let none = Array::constant(&Vector::from([0.0, 0.0]));
        let losses = batches.iter().map(|x| {
            let y = Array::affine(&[(w, &<Var<f64> as Scalar>::Matrix::constant(x))], &none);
            y.dot(&y)
        });
        let losses: Vec<Var<f64>> = losses.collect();
        let weighted = losses.iter().zip(1..).map(|(&loss, k)| loss * f64::from(k));
        vec![losses.iter().copied().sum(), weighted.sum()]
    };
    let (_, mut pullback) = vjp(products, &w);
    let rows = pullback.rows(2, &[1.0, 0.0, 0.0, 1.0]);
    let alone = pullback.call(&vec![1.0, 0.0]);
    for (entry, &once) in alone.as_slice().iter().enumerate() {
        let (output, input) = (entry / 3, entry % 3);
        let of = |x: &Matrix<f64>| -> f64 {
            let each =
                x.iter_rows().map(|x| 2.0 * x[input] * (0..3).map(|k| w[[output, k]] * x[k]).sum::<f64>());
            each.sum()
        };
        let expected = [
            batches.iter().map(of).sum::<f64>(),
            batches.iter().zip(1..).map(|(x, k)| f64::from(k) * of(x)).sum(),
        ];
        for (found, expected) in
            [once, rows[entry], rows[6 + entry]].into_iter().zip([expected[0], expected[0], expected[1]])
        {
            assert!(
                (found - expected).abs() <= 1e-12 * (1.0 + expected.abs()),
                "{entry}: {found}, {expected}"
            );
        }
    }
}

/// An infinite partial on a lane that does not take part: 0 times infinity is 0 there, in both modes.
mod strong_zeros {
    use super::*;

    fn holds<F: Function>(f: &F, x: &[f64], expected: &[f64]) {
        let forward = ad_forward::jacobian_by_chunks::<f64, 1>(|x| vec![f.call(x)], x);
        assert_eq!(forward.as_slice(), expected, "forward, one direction at a time");
        assert_eq!(ad_forward::jacobian(|x| vec![f.call(x)], x).as_slice(), expected, "forward, all at once");
        assert_eq!(grad(|x: &[Var<f64>]| f.call(x), x), expected, "reverse");
        assert_eq!(
            ad_reverse::jacobian(|x| vec![f.call(x), f.call(x)], x).row(1),
            expected,
            "reverse, two seeds"
        );
    }

    #[test]
    fn of_an_elementwise_rule() {
        // sqrt'(0) is infinite; only the other entry is looked at.
        let f =
            function!(|x: &[S]| -> S { S::Vector::from_scalars([2], x).map(rules::Sqrt).slice(1..2).sum() });
        holds(&f, &[0.0, 4.0], &[0.0, 0.25]);
        let f = function!(|x: &[S]| -> S { S::Vector::from_scalars([2], x).map(rules::Sqrt).get(1) });
        holds(&f, &[0.0, 4.0], &[0.0, 0.25]);
    }

    #[test]
    fn of_a_constant_entry() {
        let f = function!(|x: &[S]| -> S {
            S::Vector::from_scalars([2], &[S::zero(), x[0]]).map(rules::Sqrt).sum()
        });
        holds(&f, &[4.0], &[0.25]);
    }

    #[test]
    fn of_a_product_with_an_infinite_number() {
        // The first entry is infinite, and not selected.
        let f = function!(|x: &[S]| -> S {
            let y = S::Vector::constant(&ad_core::Dense::new(
                [2],
                [S::Real::infinity(), S::Real::from_literal(3.0)],
            ));
            S::Vector::from_scalars([2], x).hadamard(&y).slice(1..2).sum()
        });
        holds(&f, &[1.0, 2.0], &[0.0, 3.0]);
    }

    #[test]
    fn of_a_dot_product_with_an_infinite_number() {
        // inf times an entry that is constant: the derivative by the other is its factor.
        let f = function!(|x: &[S]| -> S {
            let y = S::Vector::constant(&ad_core::Dense::new(
                [2],
                [S::Real::infinity(), S::Real::from_literal(3.0)],
            ));
            S::Vector::from_scalars([2], &[S::one(), x[0]]).dot(&y)
        });
        holds(&f, &[2.0], &[3.0]);
    }

    #[test]
    fn of_an_infinite_factor() {
        let f = function!(|x: &[S]| -> S {
            let scaled =
                S::Vector::from_scalars([2], &[S::one(), x[0]]).scale(S::constant(S::Real::infinity()));
            scaled.slice(0..1).sum()
        });
        holds(&f, &[2.0], &[0.0]);
        // The factor moves, and an infinite entry is not selected.
        let f = function!(|x: &[S]| -> S {
            let y = S::Vector::constant(&ad_core::Dense::new(
                [2],
                [S::Real::infinity(), S::Real::from_literal(3.0)],
            ));
            y.scale(x[0]).slice(1..2).sum()
        });
        holds(&f, &[2.0], &[3.0]);
        let f = function!(|x: &[S]| -> S {
            let y = S::Vector::from_scalars([2], &[x[0], S::one()]);
            let (inf, one) = (S::Real::infinity(), S::Real::from_literal(1.0));
            y.axpby(inf, &y, one).slice(1..2).sum()
        });
        holds(&f, &[2.0], &[0.0]);
    }

    #[test]
    fn of_infinite_weights() {
        // Row 0 of W is infinite, and its result is not selected; x_1 meets finite weights alone.
        let f = function!(|x: &[S]| -> S {
            let [inf, one] = [S::Real::infinity(), S::Real::from_literal(1.0)];
            let w = S::Matrix::constant(&ad_core::Dense::new([2, 2], [inf, inf, one, one + one]));
            let b = S::Vector::from_scalars([2], &[S::zero(); 2]);
            S::Vector::affine(&[(&w, &S::Vector::from_scalars([2], x))], &b).slice(1..2).sum()
        });
        holds(&f, &[1.0, 2.0], &[1.0, 2.0]);
    }

    #[test]
    fn of_an_infinite_weight_of_a_constant() {
        // inf times an entry that is constant, in the row that is selected; in a batch, too.
        let f = function!(|x: &[S]| -> S {
            let w = S::Matrix::constant(&ad_core::Dense::new(
                [1, 2],
                [S::Real::infinity(), S::Real::from_literal(3.0)],
            ));
            let b = S::Vector::from_scalars([1], &[S::zero()]);
            S::Vector::affine(&[(&w, &S::Vector::from_scalars([2], &[S::one(), x[0]]))], &b).sum()
        });
        holds(&f, &[2.0], &[3.0]);
        let f = function!(|x: &[S]| -> S {
            let w = S::Matrix::constant(&ad_core::Dense::new(
                [1, 2],
                [S::Real::infinity(), S::Real::from_literal(3.0)],
            ));
            let b = S::Vector::from_scalars([1], &[x[1]]);
            let batch = S::Matrix::from_scalars([2, 2], &[S::one(), x[0], S::one(), S::one()]);
            S::Matrix::affine(&[(&w, &batch)], &b).sum()
        });
        holds(&f, &[2.0, 1.0], &[3.0, 2.0]);
    }

    #[test]
    fn of_an_infinite_input_that_is_not_selected() {
        let f = function!(|x: &[S]| -> S {
            let inf = S::Real::infinity();
            let one = S::Real::from_literal(1.0);
            let batch = S::Matrix::constant(&ad_core::Dense::new([2, 2], [inf, inf, one, one + one]));
            let w = S::Matrix::from_scalars([1, 2], x);
            let y = S::Matrix::affine(&[(&w, &batch)], &S::Vector::from_scalars([1], &[S::zero()]));
            y.slice(1..2).sum()
        });
        holds(&f, &[2.0, 1.0], &[1.0, 2.0]);
    }

    #[test]
    fn of_an_infinite_input() {
        // An infinite input, which only weights that are constant meet.
        let f = function!(|x: &[S]| -> S {
            let inputs = S::Vector::constant(&ad_core::Dense::new(
                [2],
                [S::Real::infinity(), S::Real::from_literal(2.0)],
            ));
            let w = S::Matrix::from_scalars([1, 2], &[S::one(), x[0]]);
            S::Vector::affine(&[(&w, &inputs)], &S::Vector::from_scalars([1], &[S::zero()])).sum()
        });
        holds(&f, &[3.0], &[2.0]);
    }

    #[test]
    fn of_a_row_rule() {
        let f = function!(|x: &[S]| -> S {
            let rows = S::Matrix::from_scalars([2, 2], &[x[0], x[0], x[1], x[1]]);
            rows.reduce_rows(Singular).slice(1..2).sum()
        });
        holds(&f, &[0.0, 2.0], &[0.0, 1.0]);
    }

    /// `sqrt(x_0) sqrt(x_1)`, with partials that are infinite at 0.
    #[derive(Clone, Copy, Debug)]
    struct Singular;
    impl Nary for Singular {
        const NAME: &'static str = "singular";
        fn value<R: Real>(self, x: &[R]) -> R {
            x.iter().map(|&x| Float::sqrt(x)).fold(R::from_literal(1.0), |y, x| y * x)
        }
        fn partials<S: Scalar>(self, x: &[S], _y: S) -> Partials<S> {
            let half = S::lit(0.5);
            [half * x[1].sqrt() / x[0].sqrt(), half * x[0].sqrt() / x[1].sqrt()]
                .into_iter()
                .map(|p| if p.primal().is_nan() { S::constant(S::Real::infinity()) } else { p })
                .collect()
        }
    }
}

#[test]
fn a_wrong_array_operation_is_seen() {
    // What the comparison is made of sees a tangent that is off, and a primal that is.
    assert!(same("x", &[1.0, 2.0], &[1.0, 2.0 + 1e-9]).is_err());
    assert!(same("x", &[1.0], &[1.0, 2.0]).is_err());
    let operation = Operation { number: 6, shape: [1, 2], outputs: 1, a: 0.5, b: 0.5 };
    let right = Way(Difference { operation, batch: false }, true);
    let wrong = Way(Difference { operation: Operation { number: 7, ..operation }, batch: false }, false);
    let x: Vec<f64> = (0..operation.inputs()).map(|i| 0.3 + i as f64).collect();
    for ((mode, a), (_, b)) in derivatives(&right, &x).iter().zip(&derivatives(&wrong, &x)) {
        assert!(same(mode, a, b).is_err(), "{mode}");
    }
}

#[test]
fn a_large_affine_map_obeys_the_laws() {
    // Past the sizes at which kernels block, tail and switch.
    let f = function!(|x: &[S]| -> Vec<S> {
        let w: Vec<S> = (0..37 * 67).map(|i| x[i % 67] * S::lit((i as f64).sin())).collect();
        let (w, b) = (S::Matrix::from_scalars([37, 67], &w), S::Vector::from_scalars([37], &x[..37]));
        let y = S::Vector::affine(&[(&w, &S::Vector::from_scalars([67], x))], &b);
        vec![y.map(rules::Tanh).sum(), y.dot(&y)]
    });
    let x: Vec<f64> = (0..67).map(|i| 0.1 * (i as f64).cos()).collect();
    let loose = Laws { tolerance: Tolerance { relative: 1e-11, absolute: 1e-11 } };
    loose.vector_function(&f, &x).unwrap();
    laws::assert_central_difference(
        &function!(|x: &[S]| -> S { S::Vector::from_scalars([x.len()], x).softmax().get(3) }),
        &x,
    );
}

#[test]
fn an_array_watched_twice_has_its_adjoint_twice() {
    let x = Vector::from([0.5, -0.3]);
    let (_, values, mut pullback) = ad_reverse::vjp_watching(
        |x| {
            let h = x.map(rules::Tanh);
            (h.dot(&h), vec![h.clone(), h])
        },
        &x,
    );
    let (_, adjoints) = pullback.call_watching(&1.0);
    let expected: Vec<f64> = values[0].as_slice().iter().map(|h| 2.0 * h).collect();
    assert_eq!(adjoints, [expected.clone(), expected]);
}

#[test]
fn an_entry_is_found_by_its_place_and_nowhere_else() {
    let x = Matrix::new([2, 3], (0..6).map(f64::from));
    for (k, &expected) in x.as_slice().iter().enumerate() {
        assert_eq!(x[[k / 3, k % 3]], expected);
        assert_eq!(x.to_vector()[[k]], expected);
    }
    // The entry after the end of a row is not the first of the next one.
    for beyond in [[0, 3], [2, 0], [0, usize::MAX]] {
        let caught = std::panic::catch_unwind(|| x[beyond]).unwrap_err();
        let message = caught.downcast::<String>().unwrap();
        assert!(message.contains(&format!("no entry {beyond:?} in an array of shape [2, 3]")), "{message}");
    }
}

#[test]
fn vectors_are_collected_and_become_slices_and_vecs() {
    let x: Vector<f64> = [1.0, 2.0, 3.0].into_iter().filter(|&x| x > 1.0).collect();
    assert_eq!((x.shape(), x.as_ref()), ([2], &[2.0, 3.0][..]));
    let rows = Matrix::from_rows(&[x.clone(), x.scale(2.0)]);
    assert_eq!(rows.as_ref(), [2.0, 3.0, 4.0, 6.0]);
    assert_eq!(Vec::from(x), [2.0, 3.0]);
    assert_eq!(std::iter::empty::<f64>().collect::<Vector<f64>>().shape(), [0]);
}
