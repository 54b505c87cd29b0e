//! Each operation is the loop over its scalars.

use super::*;

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

/// A user's rule of two variables: `x y / (x y + 1)`.
#[derive(Clone, Copy, Debug)]
struct Odds;
impl Binary for Odds {
    const NAME: &'static str = "odds";
    fn value<R: Real>(self, x: R, y: R) -> R {
        x * y / (x * y + R::from_literal(1.0))
    }
    fn partial_x<S: Scalar>(self, x: S, y: S, _z: S) -> S {
        y / (x * y + S::one()).powi(2)
    }
    fn partial_y<S: Scalar>(self, x: S, y: S, _z: S) -> S {
        x / (x * y + S::one()).powi(2)
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
const OPERATIONS: usize = 28;

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
            12 => {
                // Of weights, inputs and bias all are variables, or only one of them.
                let (still, none) = (w.stop_gradient(), bias.stop_gradient());
                let maps = [
                    A::affine(&[(&w, &numbers), (&w, &x)], &bias),
                    A::affine(&[(&still, &numbers), (&still, &x)], &none),
                    A::affine(&[(&still, &numbers), (&w, &numbers)], &none),
                    A::affine(&[(&still, &numbers)], &bias),
                ];
                maps.iter().flat_map(|y| y.to_scalars()).collect()
            }
            13 => x.log_sum_exp().to_scalars(),
            14 => x.reduce_rows(Squares).to_scalars(),
            15 => x.sub_rows(&first(&S::Vector::from_scalars([rows * cols], &y.to_scalars()))).to_scalars(),
            16 => x.slice(0..shape[0] / 2 + 1).map(rules::Sin).to_scalars(),
            17 => x.softmax().to_scalars(),
            18 => x.axpby_map(a, &y, Bump, b).axpby_map(b, &x, rules::Tanh, a).to_scalars(),
            19 => numbers.axpby_map(a, &x, rules::Sigmoid, b).axpby_map(b, &numbers, Bump, a).to_scalars(),
            20 => vec![x.squared_distance(&y), numbers.squared_distance(&x), y.squared_distance(&numbers)],
            21 => {
                let factors = first(&S::Vector::from_scalars([rows * cols], &y.to_scalars()));
                let scaled = [
                    x.scale_rows(&factors),
                    numbers.scale_rows(&factors),
                    x.scale_rows(&factors.stop_gradient()),
                ];
                scaled.iter().flat_map(|x| x.to_scalars()).collect()
            }
            22 => [x.transpose(), x.transpose().transpose(), x.hadamard(&y).transpose()]
                .map(|x| x.to_scalars())
                .concat(),
            23 => {
                // Both are variables, or one of them.
                let (w, still) = (w.transpose(), w.transpose().stop_gradient());
                [x.matmul(&w), x.matmul(&still), numbers.matmul(&w)].map(|x| x.to_scalars()).concat()
            }
            24 => {
                // Both are variables, or one of them: by a constant exponent there is no partial, which would be NaN.
                let (squares, two) =
                    (x.hadamard(&x), A::constant(&Dense::filled(shape, S::Real::from_literal(2.0))));
                let maps = [
                    x.map2(&y, rules::Hypot),
                    squares.map2(&y, rules::Powf),
                    x.map2(&two, rules::Powf),
                    numbers.map2(&x, rules::Atan2),
                    x.map2(&x, Odds),
                ];
                maps.iter().flat_map(|z| z.to_scalars()).collect()
            }
            25 => [x.quotient(&y), x.quotient(&numbers), numbers.quotient(&x), x.hadamard(&y).quotient(&x)]
                .map(|x| x.to_scalars())
                .concat(),
            26 => {
                let parts = [
                    A::concat(&[&x, &y]),
                    A::concat(&[&x, &numbers, &x.slice(0..shape[0] / 2 + 1), &x.hadamard(&y)]),
                    A::concat(&[&numbers, &y]),
                    A::concat(&[&x.map(rules::Tanh)]),
                    A::concat(&[&x.slice(0..0), &y, &x.slice(0..0)]),
                ];
                parts.iter().flat_map(|x| x.to_scalars()).collect()
            }
            27 => {
                let flat: S::Vector = x.reshape([rows * cols]);
                let back: A = A::from_dense(&flat.to_dense().reshape(shape));
                let columns: S::Matrix = x.hadamard(&y).reshape([cols, rows]);
                [flat.map(rules::Sin).to_scalars(), back.to_scalars(), columns.transpose().to_scalars()]
                    .concat()
            }
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
        let affine = |terms: &[(&[S], &[S])], bias: &[S]| {
            let entries = (0..rows).flat_map(|i| (0..self.outputs).map(move |o| (i, o)));
            let entry = |(i, o): (usize, usize)| {
                let products =
                    terms.iter().flat_map(|(w, x)| (0..cols).map(move |j| w[o * cols + j] * x[i * cols + j]));
                products.fold(bias[o], |sum, p| sum + p)
            };
            entries.map(entry).collect::<Vec<_>>()
        };
        let bump = |x: S| x / (x * x + S::one());
        let log_sum_exp = |row: &[S]| row.iter().map(|x| x.exp()).sum::<S>().ln();
        match self.number {
            0 => each(&|i| x[i].tanh()),
            1 => each(&|i| x[i].exp()),
            2 => each(&|i| x[i].sigmoid()),
            3 => each(&|i| bump(x[i])),
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
            11 => affine(&[(w, x), (v, y)], bias),
            12 => {
                let numbers = &each(&constant)[..];
                let [still, none] =
                    &[w, bias].map(|x| x.iter().map(|x| x.stop_gradient()).collect::<Vec<_>>());
                let maps = [
                    affine(&[(w, numbers), (w, x)], bias),
                    affine(&[(still, numbers), (still, x)], none),
                    affine(&[(still, numbers), (w, numbers)], none),
                    affine(&[(still, numbers)], bias),
                ];
                maps.concat()
            }
            13 => (0..rows).map(|i| log_sum_exp(row(i))).collect(),
            14 => (0..rows).map(|i| row(i).iter().map(|&x| x * x).sum()).collect(),
            15 => each(&|i| x[i] - y[i / cols]),
            16 => each(&|i| x[i].sin())[..leading].to_vec(),
            17 => each(&|i| (x[i] - log_sum_exp(row(i / cols))).exp()),
            18 => each(&|i| b * (a * x[i] + b * bump(y[i])) + a * x[i].tanh()),
            19 => each(&|i| b * (a * constant(i) + b * x[i].sigmoid()) + a * bump(constant(i))),
            20 => vec![
                each(&|i| (x[i] - y[i]) * (x[i] - y[i])).into_iter().sum(),
                each(&|i| (constant(i) - x[i]) * (constant(i) - x[i])).into_iter().sum(),
                each(&|i| (y[i] - constant(i)) * (y[i] - constant(i))).into_iter().sum(),
            ],
            21 => [
                each(&|i| x[i] * y[i / cols]),
                each(&|i| constant(i) * y[i / cols]),
                each(&|i| x[i] * y[i / cols].stop_gradient()),
            ]
            .concat(),
            22 => {
                // A vector is one row.
                let transposed = |x: &[S]| (0..rows * cols).map(|i| x[i % rows * cols + i / rows]).collect();
                [transposed(x), x.to_vec(), transposed(&each(&|i| x[i] * y[i]))].concat()
            }
            23 => {
                let (numbers, none) = (&each(&constant)[..], &vec![S::zero(); self.outputs][..]);
                let still = &w.iter().map(|w| w.stop_gradient()).collect::<Vec<_>>()[..];
                [affine(&[(w, x)], none), affine(&[(still, x)], none), affine(&[(w, numbers)], none)].concat()
            }
            24 => [
                each(&|i| x[i].hypot(y[i])),
                each(&|i| (x[i] * x[i]).powf(y[i])),
                each(&|i| x[i].powf(S::lit(2.0))),
                each(&|i| constant(i).atan2(x[i])),
                each(&|i| x[i] * x[i] / (x[i] * x[i] + S::one())),
            ]
            .concat(),
            25 => [
                each(&|i| x[i] / y[i]),
                each(&|i| x[i] / constant(i)),
                each(&|i| constant(i) / x[i]),
                each(&|i| x[i] * y[i] / x[i]),
            ]
            .concat(),
            26 => {
                let (numbers, products) = (&each(&constant)[..], &each(&|i| x[i] * y[i])[..]);
                [x, y, x, numbers, &x[..leading], products, numbers, y, &each(&|i| x[i].tanh()), y].concat()
            }
            27 => {
                let turned = (0..rows * cols).map(|i| {
                    let entry = i % cols * rows + i / cols;
                    x[entry] * y[entry]
                });
                [each(&|i| x[i].sin()), x.to_vec(), turned.collect()].concat()
            }
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

fn second_derivatives(f: &impl Function, x: &[f64]) -> Vec<(&'static str, Vec<f64>)> {
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

#[test]
fn rows_scaled_by_zeros_have_the_signs_of_the_products() {
    let f = function!(|s: &[S]| -> Vec<S> {
        let x = S::Matrix::from_scalars([4, 2], &s[..8]);
        x.scale_rows(&S::Vector::from_scalars([4], &s[8..])).to_scalars()
    });
    let s = [1.0, -2.0, 0.0, -0.0, 3.0, -4.0, 0.0, -0.0, 0.0, 0.0, -0.0, -0.0];
    let products: Vec<f64> = (0..8).map(|i| s[i] * s[8 + i / 2]).collect();
    let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&f.call(&s)), bits(&products));
    laws::primal_bits(&f, &s).unwrap();
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

/// The slope of the root is infinite: what it meets is computed once for both operands, so that it cancels for both.
#[test]
fn the_distance_of_an_array_from_itself_is_that_of_its_parts() {
    let itself = function!(|x: &[S]| -> S {
        let x = S::Vector::from_scalars([2], x);
        x.squared_distance(&x).sqrt() + x.dot(&x)
    });
    let parts = function!(|x: &[S]| -> S {
        let x = S::Vector::from_scalars([2], x);
        let difference = x.minus(&x);
        difference.dot(&difference).sqrt() + x.dot(&x)
    });
    let of_copies = function!(|x: &[S]| -> S {
        let [x, y] = [x; 2].map(|x| S::Vector::from_scalars([2], x));
        x.squared_distance(&y).sqrt() + x.dot(&x)
    });
    let parts_of_copies = function!(|x: &[S]| -> S {
        let [x, y] = [x; 2].map(|x| S::Vector::from_scalars([2], x));
        let difference = x.minus(&y);
        difference.dot(&difference).sqrt() + x.dot(&x)
    });
    let x = [0.3, 0.4];
    let shown =
        |all: Vec<(&'static str, Vec<f64>)>| all.into_iter().map(|x| format!("{x:?}")).collect::<Vec<_>>();
    assert_eq!(shown(second_derivatives(&itself, &x)), shown(second_derivatives(&parts, &x)));
    assert_eq!(shown(second_derivatives(&of_copies, &x)), shown(second_derivatives(&parts_of_copies, &x)));
}
