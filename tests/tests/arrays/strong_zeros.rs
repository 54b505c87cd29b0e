//! An infinite partial on a lane that does not take part: 0 times infinity is 0 there, in both modes.

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
    // And one recording swept upwards, one direction at a time.
    let (_, mut linear) = ad_reverse::linearize(|x: &[Var<f64>]| f.call(x), x);
    for (j, &expected) in expected.iter().enumerate() {
        let dx: Vec<f64> = (0..x.len()).map(|i| f64::from(i == j)).collect();
        assert_eq!(linear.jvp(&dx), expected, "upwards, input {j}");
    }
}

#[test]
fn of_an_elementwise_rule() {
    // sqrt'(0) is infinite; only the other entry is looked at.
    let f = function!(|x: &[S]| -> S { S::Vector::from_scalars([2], x).map(rules::Sqrt).slice(1..2).sum() });
    holds(&f, &[0.0, 4.0], &[0.0, 0.25]);
    let f = function!(|x: &[S]| -> S { S::Vector::from_scalars([2], x).map(rules::Sqrt).get(1) });
    holds(&f, &[0.0, 4.0], &[0.0, 0.25]);
}

#[test]
fn of_a_constant_entry() {
    let f =
        function!(|x: &[S]| -> S { S::Vector::from_scalars([2], &[S::zero(), x[0]]).map(rules::Sqrt).sum() });
    holds(&f, &[4.0], &[0.25]);
}

#[test]
fn of_a_product_with_an_infinite_number() {
    // The first entry is infinite, and not selected.
    let f = function!(|x: &[S]| -> S {
        let y =
            S::Vector::constant(&ad_core::Dense::new([2], [S::Real::infinity(), S::Real::from_literal(3.0)]));
        S::Vector::from_scalars([2], x).hadamard(&y).slice(1..2).sum()
    });
    holds(&f, &[1.0, 2.0], &[0.0, 3.0]);
}

#[test]
fn of_a_quotient_by_zero() {
    // The first entry is infinite, and so are its slopes; it is not selected.
    let f = function!(|x: &[S]| -> S {
        let (numerators, denominators) = x.split_at(2);
        let quotients =
            S::Vector::from_scalars([2], numerators).quotient(&S::Vector::from_scalars([2], denominators));
        quotients.slice(1..2).sum()
    });
    holds(&f, &[1.0, 2.0, 0.0, 4.0], &[0.0, 0.25, 0.0, -0.125]);
}

#[test]
fn of_a_part_that_is_not_taken() {
    let f = function!(|x: &[S]| -> S {
        let roots = S::Vector::from_scalars([1], &x[..1]).map(rules::Sqrt);
        let all = S::Vector::concat(&[&roots, &S::Vector::from_scalars([2], x)]).reshape([1, 3]);
        all.reshape([3]).slice(1..3).sum()
    });
    holds(&f, &[0.0, 4.0], &[1.0, 1.0]);
}

#[test]
fn of_a_dot_product_with_an_infinite_number() {
    // inf times an entry that is constant: the derivative by the other is its factor.
    let f = function!(|x: &[S]| -> S {
        let y =
            S::Vector::constant(&ad_core::Dense::new([2], [S::Real::infinity(), S::Real::from_literal(3.0)]));
        S::Vector::from_scalars([2], &[S::one(), x[0]]).dot(&y)
    });
    holds(&f, &[2.0], &[3.0]);
}

#[test]
fn of_a_dot_product_of_scalars_with_an_infinite_number() {
    // x_1 does not move where x_0 does, whose factor is infinite.
    let f = function!(|x: &[S]| -> S { S::dot_product(x, &[S::lit(f64::INFINITY), S::lit(3.0)]) });
    holds(&f, &[1.0, 2.0], &[f64::INFINITY, 3.0]);
    // The slope of the root is infinite, on a path that is not taken.
    let f = function!(|x: &[S]| -> S { S::dot_product(&[x[0].sqrt(), x[1]], &[S::zero(), x[1]]) });
    holds(&f, &[0.0, 5.0], &[0.0, 10.0]);
}

#[test]
fn of_an_infinite_factor() {
    let f = function!(|x: &[S]| -> S {
        let scaled = S::Vector::from_scalars([2], &[S::one(), x[0]]).scale(S::constant(S::Real::infinity()));
        scaled.slice(0..1).sum()
    });
    holds(&f, &[2.0], &[0.0]);
    // The factor moves, and an infinite entry is not selected.
    let f = function!(|x: &[S]| -> S {
        let y =
            S::Vector::constant(&ad_core::Dense::new([2], [S::Real::infinity(), S::Real::from_literal(3.0)]));
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
fn of_a_product_of_factors_that_overflows() {
    // The derivative by x_0 is 1e200 * 1e200 until it meets a path that is not taken.
    let f = function!(|x: &[S]| -> S {
        let [big, none, one] = [1e200, 0.0, 1.0].map(S::Real::from_literal);
        let x = S::Vector::from_scalars([2], x);
        let grown = x.axpby(big, &x, none).axpby(big, &x, none);
        grown.hadamard(&S::Vector::constant(&ad_core::Dense::new([2], [none, one]))).slice(0..1).sum()
    });
    holds(&f, &[1e-200, 1.0], &[0.0, 0.0]);
    // A weight that overflows with a factor: it has no part in the derivative by x_1.
    let f = function!(|x: &[S]| -> S {
        let [big, none, one] = [1e200, 0.0, 1.0].map(S::Real::from_literal);
        let x = S::Vector::from_scalars([2], x);
        x.axpby(big, &x, none).dot(&S::Vector::constant(&ad_core::Dense::new([2], [big, one])))
    });
    holds(&f, &[1e-300, 1.0], &[f64::INFINITY, 1e200]);
    // The same by a matrix, and where an infinite tangent meets a weight of 0.
    let f = function!(|x: &[S]| -> S {
        let [big, none, one] = [1e200, 0.0, 1.0].map(S::Real::from_literal);
        let w = S::Matrix::constant(&ad_core::Dense::new([2, 2], [big, none, none, one]));
        let b = S::Vector::from_scalars([2], &[S::zero(); 2]);
        let once = S::Vector::affine(&[(&w, &S::Vector::from_scalars([2], x))], &b);
        S::Vector::affine(&[(&w, &once)], &b).get(1)
    });
    holds(&f, &[1e-250, 2.0], &[0.0, 1.0]);
}

#[test]
fn of_an_infinite_input_of_a_seeded_matrix() {
    // x_0 is infinite, and so is the tangent of each row; relu' = 0 stops that of row 0.
    let w = Matrix::from_rows(&[[-1.0, 2.0], [1.0, 1.0]]);
    let w: DualArray<f64, 1, 2> = seeded(&w, 0, 4);
    let (x, b) = (constant(&Vector::from([f64::INFINITY, 1.0])), constant(&Vector::from([0.0; 2])));
    let y = || DualArray::affine(&[(&w, &x)], &b).map(rules::Relu);
    let expected = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, f64::INFINITY, 1.0];
    assert_eq!(y().tangent(4).as_slice(), expected);
    assert_eq!(y().contract(&[1.0, 0.0], 4), [0.0; 4], "before the numbers of the tangent are known");
}

#[test]
fn of_a_seeded_matrix_with_factors_that_overflow() {
    // dy_i/dW_i0 is x_0 = 0, times 1e200 twice.
    let w: DualArray<f64, 1, 2> = seeded(&Matrix::from_rows(&[[1.0, 1.0], [1.0, 1.0]]), 0, 4);
    let (x, b) = (constant(&Vector::from([0.0, 1.0])), constant(&Vector::from([0.0; 2])));
    let y = DualArray::affine(&[(&w, &x)], &b);
    let grown = y.axpby(1e200, &y, 0.0).axpby(1e200, &y, 0.0);
    let inf = f64::INFINITY;
    assert_eq!(grown.tangent(4).as_slice(), [0.0, inf, 0.0, 0.0, 0.0, 0.0, 0.0, inf]);
}

#[test]
fn of_a_matrix_in_memory_that_was_used_before() {
    // sqrt'(0) is infinite, and meets a weight of 0.
    let x: DualArray<f64, 1, 1> = seeded(&Vector::from([0.0, 4.0]), 0, 2);
    let (w, b) = (Matrix::from_rows(&[[0.0, 1.0], [1.0, 0.0]]), Vector::from([0.0; 2]));
    let y = DualArray::affine(&[(&constant(&w), &x.map(rules::Sqrt))], &constant(&b));
    drop(Matrix::filled([2, 2], 7.0)); // the tangent gets this memory
    assert_eq!(y.tangent(2).as_slice(), [0.0, 0.25, f64::INFINITY, 0.0]);
}

#[test]
fn of_a_sum_with_a_rule() {
    // sqrt'(0) is infinite, with a factor of 0 or where it is not selected; an infinite factor likewise.
    let f = function!(|x: &[S]| -> S {
        let [zero, one] = [0.0, 1.0].map(S::Real::from_literal);
        let x = S::Vector::from_scalars([2], x);
        x.axpby_map(one, &x, rules::Sqrt, zero).sum() + x.axpby_map(zero, &x, rules::Sqrt, one).get(1)
    });
    holds(&f, &[0.0, 4.0], &[1.0, 1.25]);
    let f = function!(|x: &[S]| -> S {
        let (inf, one) = (S::Real::infinity(), S::Real::from_literal(1.0));
        let y = S::Vector::from_scalars([2], &[x[0], S::one()]);
        y.axpby_map(one, &y, rules::Tanh, inf).get(1) + y.axpby_map(inf, &y, rules::Tanh, one).get(1)
    });
    holds(&f, &[2.0], &[0.0]);
}

#[test]
fn of_a_distance_from_an_infinite_number() {
    let f = function!(|x: &[S]| -> S {
        let y =
            S::Vector::constant(&ad_core::Dense::new([2], [S::Real::infinity(), S::Real::from_literal(3.0)]));
        S::Vector::from_scalars([2], &[S::one(), x[0]]).squared_distance(&y)
    });
    holds(&f, &[2.0], &[-2.0]);
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
        let inputs =
            S::Vector::constant(&ad_core::Dense::new([2], [S::Real::infinity(), S::Real::from_literal(2.0)]));
        let w = S::Matrix::from_scalars([1, 2], &[S::one(), x[0]]);
        S::Vector::affine(&[(&w, &inputs)], &S::Vector::from_scalars([1], &[S::zero()])).sum()
    });
    holds(&f, &[3.0], &[2.0]);
}

#[test]
fn of_a_transpose() {
    // sqrt'(0) is infinite; only the column of the other entry is looked at.
    let f = function!(|x: &[S]| -> S {
        S::Matrix::from_scalars([1, 2], x).map(rules::Sqrt).transpose().slice(1..2).sum()
    });
    holds(&f, &[0.0, 4.0], &[0.0, 0.25]);
    let f = function!(|x: &[S]| -> S {
        S::Matrix::from_scalars([2, 1], x).transpose().map(rules::Sqrt).transpose().slice(1..2).sum()
    });
    holds(&f, &[0.0, 4.0], &[0.0, 0.25]);
}

#[test]
fn of_an_infinite_column_of_a_second_factor() {
    // The column of the product that it makes infinite is not selected: of a vector, and of a batch.
    let f = function!(|x: &[S]| -> S {
        let [inf, one] = [S::Real::infinity(), S::Real::from_literal(1.0)];
        let b = S::Matrix::constant(&ad_core::Dense::new([2, 2], [inf, one, inf, one + one]));
        let batch = S::Matrix::from_scalars([2, 2], x).matmul(&b).transpose();
        S::Vector::from_scalars([2], &x[..2]).matmul(&b).slice(1..2).sum() + batch.slice(1..2).sum()
    });
    holds(&f, &[1.0, 2.0, 3.0, 4.0], &[2.0, 4.0, 1.0, 2.0]);
    // In the column that is selected it meets a constant.
    let f = function!(|x: &[S]| -> S {
        let [inf, one] = [S::Real::infinity(), S::Real::from_literal(1.0)];
        let b = S::Matrix::constant(&ad_core::Dense::new([2, 1], [inf, one + one]));
        let batch = S::Matrix::from_scalars([2, 2], &[S::one(), x[0], S::one(), x[1]]);
        S::Vector::from_scalars([2], &[S::one(), x[0]]).matmul(&b).sum() + batch.matmul(&b).sum()
    });
    holds(&f, &[1.0, 2.0], &[4.0, 2.0]);
}

#[test]
fn of_an_infinite_first_factor() {
    // Its infinite row is not selected.
    let f = function!(|x: &[S]| -> S {
        let [inf, one] = [S::Real::infinity(), S::Real::from_literal(1.0)];
        let a = S::Matrix::constant(&ad_core::Dense::new([2, 2], [inf, inf, one, one + one]));
        a.matmul(&S::Matrix::from_scalars([2, 1], x)).slice(1..2).sum()
    });
    holds(&f, &[2.0, 1.0], &[1.0, 2.0]);
    // Its infinite entries meet constants: those of a vector, and of a batch.
    let f = function!(|x: &[S]| -> S {
        let [inf, one] = [S::Real::infinity(), S::Real::from_literal(1.0)];
        let a = ad_core::Dense::new([2, 2], [inf, one, inf, one + one]);
        let b = S::Matrix::from_scalars([2, 1], &[S::one(), x[0]]);
        let row = S::Vector::constant(&a.slice(0..1).to_vector());
        row.matmul(&b).sum() + S::Matrix::constant(&a).matmul(&b).sum()
    });
    holds(&f, &[3.0], &[4.0]);
    // The slope of the root is infinite, where its matrix meets a factor of 0.
    let f = function!(|x: &[S]| -> S {
        let [none, one] = [0.0, 1.0].map(S::Real::from_literal);
        let a = S::Matrix::constant(&ad_core::Dense::new([2, 2], [none, one, none, one + one]));
        let roots = S::Matrix::from_scalars([2, 1], x).map(rules::Sqrt);
        a.matmul(&roots).sum() + roots.transpose().matmul(&a.transpose()).sum()
    });
    holds(&f, &[0.0, 4.0], &[0.0, 1.5]);
}

#[test]
fn of_an_infinite_factor_of_a_row() {
    // Its row is not selected; or the entry is a constant.
    let f = function!(|x: &[S]| -> S {
        let [inf, one] = [S::Real::infinity(), S::Real::from_literal(1.0)];
        let factors = S::Vector::constant(&ad_core::Dense::new([2], [inf, one + one]));
        let columns = S::Matrix::from_scalars([2, 2], &[S::one(), x[0], S::one(), x[1]]).scale_rows(&factors);
        S::Matrix::from_scalars([2, 1], x).scale_rows(&factors).slice(1..2).sum()
            + columns.transpose().slice(0..1).sum()
    });
    holds(&f, &[1.0, 2.0], &[0.0, 2.0]);
    let f = function!(|x: &[S]| -> S {
        let factor = S::Vector::constant(&ad_core::Dense::new([1], [S::Real::infinity()]));
        S::Vector::from_scalars([2], &[S::one(), x[0]]).scale_rows(&factor).slice(0..1).sum()
    });
    holds(&f, &[2.0], &[0.0]);
}

#[test]
fn of_factors_of_infinite_rows() {
    // The row is not selected.
    let f = function!(|x: &[S]| -> S {
        let [inf, one] = [S::Real::infinity(), S::Real::from_literal(1.0)];
        let rows = S::Matrix::constant(&ad_core::Dense::new([2, 2], [inf, inf, one, one + one]));
        rows.scale_rows(&S::Vector::from_scalars([2], x)).slice(1..2).sum()
    });
    holds(&f, &[1.0, 2.0], &[0.0, 3.0]);
    // Its factor is a constant.
    let f = function!(|x: &[S]| -> S {
        let [inf, one] = [S::Real::infinity(), S::Real::from_literal(1.0)];
        let rows = S::Matrix::constant(&ad_core::Dense::new([2, 2], [inf, inf, one, one + one]));
        rows.scale_rows(&S::Vector::from_scalars([2], &[S::one(), x[0]])).sum()
    });
    holds(&f, &[2.0], &[3.0]);
    // The slope of the root is infinite, and its row has zeros.
    let f = function!(|x: &[S]| -> S {
        let [none, one] = [0.0, 1.0].map(S::Real::from_literal);
        let rows = S::Matrix::constant(&ad_core::Dense::new([2, 2], [none, none, one, one + one]));
        rows.scale_rows(&S::Vector::from_scalars([2], x).map(rules::Sqrt)).sum()
    });
    holds(&f, &[0.0, 4.0], &[0.0, 0.75]);
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

#[test]
fn of_a_softmax_whose_entry_is_zero() {
    // exp(-inf) = 0, and so are all partials: those of an infinite factor and of an infinite direction, too.
    let f = function!(|x: &[S]| -> S {
        let [inf, one] = [S::Real::infinity(), S::Real::from_literal(1.0)];
        let factors = S::Vector::constant(&ad_core::Dense::new([2], [inf, one]));
        S::Vector::from_scalars([2], x).softmax().hadamard(&factors).sum()
    });
    let (x, dx) = ([f64::NEG_INFINITY, 2.0], [f64::INFINITY, 1.0]);
    holds(&f, &x, &[0.0, 0.0]);
    let softmax = function!(|x: &[S]| -> Vec<S> { S::Vector::from_scalars([2], x).softmax().to_scalars() });
    let (_, mut linear) = ad_reverse::linearize(|x: &[Var<f64>]| softmax.call(x), &x[..]);
    assert_eq!(linear.jvp(&dx), [0.0, 0.0]);
    assert_eq!(ad_forward::jvp(|x| softmax.call(x), &x[..], &dx[..]).1, [0.0, 0.0]);
}

/// An infinite adjoint meets factors that are 0, of variables that lie side by side and of ones that do not.
#[test]
fn of_the_root_of_a_dot_product_of_scalars() {
    let f = function!(|x: &[S]| -> S { S::dot_product(&x[..2], &x[2..]).sqrt() });
    holds(&f, &[0.0, 0.0, 0.0, 1.0], &[0.0, f64::INFINITY, 0.0, 0.0]);
    let f = function!(|x: &[S]| -> S { S::dot_product(&[x[0], x[2]], &[x[1], x[3]]).sqrt() });
    holds(&f, &[0.0, 0.0, 0.0, 1.0], &[0.0, 0.0, f64::INFINITY, 0.0]);
}
