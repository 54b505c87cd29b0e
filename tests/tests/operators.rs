//! The operators of second and third order, and what belongs to them, against one another and against nestings.

use ad_core::tree::{flatten, unflatten};
use ad_core::{Array, Function, Matrix, Scalar, Vector, VectorFunction, impl_tree, rules};
use ad_forward::{
    Dual, Dual2, Dual3, Taylor, derivative, jet, jvp, jvp_with_aux, second_derivative, third_derivative,
    third_directional_derivative, try_jvp,
};
use ad_reverse::{
    Gradient, Hessian, Hvp, Var, constant, grad, grad_and_hvp, hessian, hvp, jacobian_by_shape,
    try_grad_and_hvp, value_and_grad, value_and_grad_with_aux, vjp, vjp_with_aux,
};
use ad_tests::{cases, laws, points};
use proptest::prelude::*;

/// Scalars, a vector and a matrix, of any number of inputs, and smooth.
#[derive(Clone, Copy, Debug)]
struct Smooth;

impl Function for Smooth {
    fn call<S: Scalar>(&self, x: &[S]) -> S {
        let n = x.len();
        let weights: Vec<S> = (0..n * n).map(|k| x[k % n] * x[k / n].sin()).collect();
        let (w, v) = (S::Matrix::from_scalars([n, n], &weights), S::Vector::from_scalars([n], x));
        let h = S::Vector::affine(&[(&w, &v)], &v).map(rules::Tanh);
        let pairs =
            x.windows(2).fold(S::zero(), |sum, x| sum + (x[0] * x[1]).exp() / (x[0] * x[0] + S::one()));
        h.dot(&v.softmax()) + pairs + S::log_sum_exp(x).powi(3)
    }
}

fn close(a: &[f64], b: &[f64]) -> Result<(), TestCaseError> {
    let scale = a.iter().fold(1.0_f64, |scale, x| scale.max(x.abs()));
    prop_assert_eq!(a.len(), b.len());
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        prop_assert!((a - b).abs() <= 1e-11 * scale, "entry {}: {} and {}", i, a, b);
    }
    Ok(())
}

fn point() -> impl Strategy<Value = Vec<f64>> {
    points::points_of(1..=11, points::ordinary())
}

/// A point and as many other numbers.
fn point_and(directions: usize) -> impl Strategy<Value = Vec<Vec<f64>>> {
    (1..=11_usize).prop_flat_map(move |n| {
        proptest::collection::vec(points::points(n, points::ordinary()), directions + 1)
    })
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn the_hessian_is_that_of_all_four_nestings(x in point()) {
        let n = x.len();
        let of_operator = hessian(|x| Smooth.call(x), &x);
        prop_assert_eq!(of_operator.shape(), [n, n]);
        for (nesting, entries) in laws::hessians(&Smooth, &x) {
            close(of_operator.as_slice(), &entries).map_err(|e| TestCaseError::fail(format!("{nesting}: {e}")))?;
        }
    }

    #[test]
    fn hvp_is_the_hessian_times_a_vector(all in point_and(1)) {
        let [x, v] = &all[..] else { unreachable!() };
        let h = hessian(|x| Smooth.call(x), x);
        let expected: Vec<f64> = h.iter_rows().map(|row| row.iter().zip(v).map(|(h, v)| h * v).sum()).collect();
        let (g, hv) = grad_and_hvp(|x: &[_]| Smooth.call(x), x.as_slice(), v.as_slice());
        close(&hv, &expected)?;
        prop_assert_eq!(&hvp(|x: &[_]| Smooth.call(x), x.as_slice(), v.as_slice()), &hv);
        // Not to the last bit: on nested numbers a partial takes the form that can be differentiated again.
        close(&g, &grad(|x: &[_]| Smooth.call(x), x.as_slice()))?;
    }

    /// One object and many points: nothing of one call is left in the next.
    #[test]
    fn objects_give_what_calls_give(xs in proptest::collection::vec(point(), 1..4)) {
        let mut gradient = Gradient::new(|x: &[Var<f64>]| Smooth.call(x));
        let mut second = Hessian::new(|x: &[_]| Smooth.call(x));
        let mut along = Hvp::new(|x: &[_]| Smooth.call(x));
        for x in &xs {
            let n = x.len();
            let (mut g, mut of_second, mut h) = (vec![9.0; n], vec![9.0; n], vec![9.0; n * n]);
            let (value, by_call) = value_and_grad(|x: &[_]| Smooth.call(x), x.as_slice());
            prop_assert_eq!(gradient.call(x, &mut g), value);
            prop_assert_eq!(second.call(x, &mut of_second, &mut h), value);
            prop_assert_eq!(&g, &by_call);
            close(&of_second, &by_call)?;
            let by_call = hessian(|x| Smooth.call(x), x);
            prop_assert_eq!(&h, by_call.as_slice());
            let v: Vec<f64> = x.iter().rev().map(|x| x + 0.5).collect();
            let (mut of_product, mut product) = (vec![9.0; n], vec![9.0; n]);
            prop_assert_eq!(along.call(x, &v, &mut of_product, &mut product), value);
            let by_call = grad_and_hvp(|x: &[_]| Smooth.call(x), x.as_slice(), v.as_slice());
            prop_assert_eq!((of_product, product), by_call);
        }
    }

    /// Along one direction it is the third derivative of `t -> f(x + t v)`, and it is symmetric.
    #[test]
    fn the_third_directional_derivative_is_trilinear_and_symmetric(all in point_and(3)) {
        let [x, u, v, w] = &all[..] else { unreachable!() };
        let d3 = |u: &[f64], v: &[f64], w: &[f64]| {
            third_directional_derivative(|x: &[Dual3<f64>]| Smooth.call(x), x.as_slice(), [u, v, w])
        };
        let line = |t: Dual3<f64>| {
            let at: Vec<_> = x.iter().zip(u).map(|(&x, &u)| t * u + x).collect();
            Smooth.call(&at)
        };
        close(&[d3(u, u, u)], &[third_derivative(line, 0.0)])?;
        close(&[d3(v, w, u), d3(w, u, v)], &[d3(u, v, w); 2])?;
        let sum: Vec<f64> = u.iter().zip(w).map(|(u, w)| u + w).collect();
        close(&[d3(&sum, v, w)], &[d3(u, v, w) + d3(w, v, w)])?;
        // Along w, the quadratic form of the Hessian by u and v.
        let form = |x: &[Dual<f64, 1>]| {
            let h = hessian(|x| Smooth.call(x), x);
            h.iter_rows().zip(u).map(|(row, &u)| row.iter().zip(v).map(|(&h, &v)| h * v).sum::<Dual<f64, 1>>() * u)
                .sum::<Dual<f64, 1>>()
        };
        close(&[d3(u, v, w)], &[jvp(form, x.as_slice(), w.as_slice()).1])?;
    }

    #[test]
    fn higher_derivatives_of_one_variable_are_nested_first_ones(x in points::ordinary()) {
        let f = |x: Dual3<f64>| (x.sin() * x).exp() / (x * x + 1.0);
        let nested = |x| derivative(|x| derivative(|x| derivative(f, x), x), x);
        prop_assert_eq!(third_derivative(f, x), nested(x));
        let f = |x: Dual2<f64>| (x.sin() * x).exp() / (x * x + 1.0);
        prop_assert_eq!(second_derivative(f, x), derivative(|x| derivative(f, x), x));
    }

    /// Both modes, and a wide, a square and a tall Jacobian.
    #[test]
    fn the_jacobian_by_shape_is_that_of_both_modes(x in points::points_of(0..=40, points::ordinary()), outputs in 0..50_usize) {
        let f = Layer { outputs };
        let (chosen, forward) = (jacobian_by_shape(&f, &x), ad_forward::jacobian(|x| f.call(x), &x));
        prop_assert_eq!(chosen.shape(), [outputs, x.len()]);
        close(chosen.as_slice(), forward.as_slice())?;
        let reverse = ad_reverse::jacobian(|x| f.call(x), &x);
        close(chosen.as_slice(), reverse.as_slice())?;

        let plain = f.call(&x);
        let (y, j) = ad_forward::value_and_jacobian(|x| f.call(x), &x);
        prop_assert_eq!((&y, j.as_slice()), (&plain, forward.as_slice()));
        let (y, j) = ad_reverse::value_and_jacobian(|x| f.call(x), &x);
        prop_assert_eq!((&y, j.as_slice()), (&plain, reverse.as_slice()));
    }
}

struct Layer {
    outputs: usize,
}

impl VectorFunction for Layer {
    fn call<S: Scalar>(&self, x: &[S]) -> Vec<S> {
        let row = |i: usize| x.iter().enumerate().map(|(j, &x)| (x * S::lit((i + j) as f64)).sin()).sum();
        (0..self.outputs).map(row).collect()
    }
}

/// `s a^T M a`
fn form<S: Scalar<Real = f32>>((s, a, m): &(S, S::Vector, S::Matrix)) -> S {
    let no_bias = S::Vector::constant(&Vector::from([0.0, 0.0]));
    a.dot(&S::Vector::affine(&[(m, a)], &no_bias)) * *s
}

/// Arguments of any structure, and both kinds of plain number.
#[test]
fn operators_take_trees_and_both_reals() {
    let x = (2.0_f32, Vector::from([1.0_f32, 3.0]), Matrix::from_rows(&[[0.5_f32, -1.0], [2.0, 0.25]]));
    let v = (1.0_f32, Vector::from([0.5_f32, -1.0]), Matrix::from_rows(&[[1.0_f32, 2.0], [0.0, -1.0]]));
    let (a, b) = (x.1.as_slice(), x.2.as_slice());
    // H v by hand, with y = M a, z = M^T a.
    let product = |m: &[f32], a: &[f32]| [m[0] * a[0] + m[1] * a[1], m[2] * a[0] + m[3] * a[1]];
    let transposed = |m: &[f32], a: &[f32]| [m[0] * a[0] + m[2] * a[1], m[1] * a[0] + m[3] * a[1]];
    let dot = |x: &[f32], y: &[f32]| x[0] * y[0] + x[1] * y[1];
    let (da, db) = (v.1.as_slice(), v.2.as_slice());
    let (y, z) = (product(b, a), transposed(b, a));
    let by_s = dot(da, &y) + dot(da, &z) + dot(a, &product(db, a));
    let (g, hv) = grad_and_hvp(form, &x, &v);
    assert_eq!(g.0, dot(a, &y));
    assert!((hv.0 - by_s).abs() < 1e-4, "{} {by_s}", hv.0);
    // d/dM = s a a^T: its derivative along v is ds a a^T + s (da a^T + a da^T).
    let expected: Vec<f32> = (0..4)
        .map(|k| v.0 * a[k / 2] * a[k % 2] + x.0 * (da[k / 2] * a[k % 2] + a[k / 2] * da[k % 2]))
        .collect();
    assert_eq!(hv.2.as_slice(), expected);
}

/// `gain * weights x + bias`, and then `tanh` or not: a flag that is not differentiated.
#[derive(Clone, Debug)]
struct Affine<S: Scalar> {
    gain: S,
    weights: S::Matrix,
    bias: S::Vector,
    bounded: bool,
}
impl_tree!(Affine { gain: scalar, weights: matrix, bias: vector, bounded: plain });

/// As many layers as there are, each of them run more than once, and numbers that are added up.
#[derive(Clone, Debug)]
struct Network<S: Scalar> {
    layers: Vec<Affine<S>>,
    repeats: usize,
    shifts: Vec<Vec<S>>,
    readouts: Vec<S::Vector>,
}
impl_tree!(Network { layers: [tree], repeats: plain, shifts: [[scalar]], readouts: [vector] });

impl<S: Scalar<Real = f64>> Network<S> {
    fn loss(&self) -> S {
        let mut h = S::Vector::constant(&Vector::from([0.5, -0.25]));
        for layer in &self.layers {
            for _ in 0..self.repeats {
                let sum = S::Vector::affine(&[(&layer.weights, &h)], &layer.bias).scale(layer.gain);
                h = if layer.bounded { sum.map(rules::Tanh) } else { sum };
            }
        }
        let read: S = self.readouts.iter().map(|w| w.dot(&h)).sum();
        read * self.shifts.iter().flatten().copied().sum::<S>()
    }
}

/// Structs with any number of parts, and with parts that are no numbers, in both modes and in operators that take a slice.
#[test]
fn a_network_with_a_vec_of_layers_is_an_argument() {
    let layer = |k: f64, bounded| Affine {
        gain: 1.0 + 0.1 * k,
        weights: Matrix::from_rows(&[[0.5, -0.3 * k], [0.2, 0.7]]),
        bias: Vector::from([0.1, k]),
        bounded,
    };
    let network = Network {
        layers: vec![layer(1.0, true), layer(2.0, false), layer(-1.0, true)],
        repeats: 2,
        shifts: vec![vec![0.3, 0.4], vec![], vec![0.5]],
        readouts: vec![Vector::from([1.0, 2.0]), Vector::from([0.5, -1.0])],
    };
    let numbers = flatten(&network);
    assert_eq!(numbers.len(), 3 * 7 + 3 + 4);
    let gradient = grad(|network: &Network<Var<f64>>| network.loss(), &network);
    assert_eq!((gradient.repeats, gradient.layers.len(), gradient.layers[1].bounded), (2, 3, false));
    let gradient = flatten(&gradient);
    for (j, by_reverse) in gradient.iter().enumerate() {
        let along: Vec<f64> = (0..numbers.len()).map(|i| if i == j { 1.0 } else { 0.0 }).collect();
        let direction = unflatten(&network, along);
        let (loss, by_forward) = jvp(|network: &Network<Dual<f64, 1>>| network.loss(), &network, &direction);
        assert_eq!(loss, network.loss());
        assert!((by_forward - by_reverse).abs() < 1e-14, "number {j}: {by_forward} and {by_reverse}");
        let moved = |by: f64| {
            let x = (0..numbers.len()).map(|i| if i == j { numbers[i] + by } else { numbers[i] });
            unflatten(&network, x.collect()).loss()
        };
        let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
        assert!((difference - by_reverse).abs() < 1e-8, "number {j}: {difference} and {by_reverse}");
    }
    let of_slice = |x: &[_]| unflatten(&network, x.to_vec()).loss();
    let mut kept = vec![0.0; numbers.len()];
    assert_eq!(Gradient::new(of_slice).call(&numbers, &mut kept), network.loss());
    assert_eq!(kept, gradient);
    let h = hessian(|x| unflatten(&network, x.to_vec()).loss(), &numbers);
    let v = unflatten(&network, gradient.clone());
    let product = flatten(&hvp(|network: &Network<_>| network.loss(), &network, &v));
    let expected: Vec<f64> =
        h.iter_rows().map(|row| row.iter().zip(&gradient).map(|(h, v)| h * v).sum()).collect();
    close(&product, &expected).unwrap();
}

#[test]
fn a_tuple_of_one_is_an_argument() {
    let x = (Vector::from([2.0, 3.0]),);
    let g = grad(|(x,): &(ad_reverse::VarArray<f64, 1>,)| x.dot(x), &x);
    assert_eq!(g.0.as_slice(), [4.0, 6.0]);
    let along = |(x,): &(ad_forward::DualArray<f64, 1, 1>,)| x.dot(x);
    assert_eq!(jvp(along, &x, &(Vector::from([1.0, 10.0]),)), (13.0, 64.0));
}

/// Products in slices are those of trees, whatever the adjoints are made of.
#[test]
fn a_pullback_writes_into_slices() {
    let x = (2.0, Vector::from([1.0, 3.0]), [0.5, 4.0]);
    let f = |(s, a, b): &(Var<f64>, ad_reverse::VarArray<f64, 1>, [Var<f64>; 2])| {
        (a.hadamard(a), *s * b[0] * b[1])
    };
    let (_, mut pullback) = vjp(f, &x);
    for w in [[1.0, 0.0, 0.0], [0.5, -2.0, 3.0]] {
        let mut adjoint_of_x = [9.0; 5];
        pullback.call_into(&w, &mut adjoint_of_x);
        assert_eq!(adjoint_of_x[..], flatten(&pullback.call(&w)));
        let last = w[2];
        assert_eq!(adjoint_of_x, [2.0 * last, 2.0 * w[0], 6.0 * w[1], 8.0 * last, last]);
    }
}

#[test]
#[should_panic(expected = "2 inputs, a slice of 3")]
fn a_pullback_refuses_a_slice_of_another_length() {
    vjp(|x: &[Var<f64>; 2]| x[0] * x[1], &[1.0, 2.0]).1.call_into(&[1.0], &mut [0.0; 3]);
}

#[test]
#[should_panic(expected = "a point of 2 numbers was given 1 tangents")]
fn a_product_refuses_a_direction_of_another_length() {
    Hvp::new(|x: &[_]| x[0]).call(&[1.0, 2.0], &[1.0], &mut [0.0; 2], &mut [0.0; 2]);
}

#[test]
fn aux_outputs_come_along() {
    let (y, dy, aux) =
        jvp_with_aux(|x: &[Dual<f64, 1>; 2]| (x[0] * x[1], x[0].primal), &[2.0, 3.0], &[1.0, 0.0]);
    assert_eq!((y, dy, aux), (6.0, 3.0, 2.0));
    let ((y, aux), g) = value_and_grad_with_aux(|x: &[Var<f64>; 2]| (x[0] * x[1], "seen"), &[2.0, 3.0]);
    assert_eq!((y, aux, g), (6.0, "seen", [3.0, 2.0]));
    let (y, mut pullback, aux) = vjp_with_aux(|x: &Var<f64>| ([*x, *x * *x], vec![x.value()]), &3.0);
    assert_eq!((y, aux, pullback.call(&[1.0, 10.0])), ([3.0, 9.0], vec![3.0], 61.0));
}

#[test]
fn try_forms_refuse_other_lengths_and_say_which() {
    let f = |x: &[Dual<f64, 1>]| x.iter().copied().sum::<Dual<f64, 1>>();
    for wrong in [0, 1, 3] {
        let dx = vec![1.0; wrong];
        let error = try_jvp(f, &[1.0, 2.0][..], &dx[..]).unwrap_err();
        assert_eq!((error.expected, error.found), (2, wrong));
        assert_eq!(error.to_string(), format!("a point of 2 numbers was given {wrong} tangents"));
        let error = try_grad_and_hvp(|x: &[_]| x[0], &[1.0, 2.0][..], &dx[..]).unwrap_err();
        assert_eq!((error.expected, error.found), (2, wrong));
        let (_, mut pullback) = vjp(|x: &[Var<f64>]| x.to_vec(), &[1.0, 2.0][..]);
        let error = pullback.try_call(&dx[..]).unwrap_err();
        assert_eq!((error.expected, error.found), (2, wrong));
        assert_eq!(pullback.try_call(&[1.0, 2.0]), Ok(vec![1.0, 2.0]), "and is of use afterwards");
    }
    assert_eq!(try_jvp(f, &[1.0, 2.0][..], &[1.0, 1.0][..]), Ok((3.0, 2.0)));
}

/// A list without numbers next to arrays: a layer without shifts, a problem without parameters.
#[test]
fn an_empty_list_is_an_argument_wherever_it_stands() {
    type Over<S> = (Vec<S>, <S as Scalar>::Array<1>, Vec<S>, <S as Scalar>::Array<2>, Vec<S>);
    fn f<S: Scalar>((none, v, some, w, last): &Over<S>) -> S {
        assert!(none.is_empty() && last.is_empty());
        S::Vector::affine(&[(w, v)], v).dot(v) * some.iter().copied().sum::<S>()
    }
    for some in [vec![], vec![2.0], vec![2.0, 3.0]] {
        let x =
            (vec![], Vector::from([1.0, 2.0]), some, Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0]]), vec![]);
        let gradient = flatten(&grad(f::<Var<f64>>, &x));
        let (value, mut pullback) = vjp(f::<Var<f64>>, &x);
        assert_eq!(value, f(&x));
        assert_eq!(pullback.rows(1, &[1.0]), gradient);
        let blocks = pullback.blocks(1, &[1.0]);
        assert_eq!(blocks.iter().flat_map(|block| block.row(0)).copied().collect::<Vec<_>>(), gradient);
        let by_forward: Vec<f64> = (0..gradient.len())
            .map(|j| {
                let unit = (0..gradient.len()).map(|i| if i == j { 1.0 } else { 0.0 }).collect();
                jvp(f::<Dual<f64, 1>>, &x, &unflatten(&x, unit)).1
            })
            .collect();
        assert_eq!(gradient, by_forward);
        let ones = unflatten(&x, vec![1.0; gradient.len()]);
        let (again, _) = grad_and_hvp(f::<Var<Dual<f64, 1>>>, &x, &ones);
        assert_eq!(flatten(&again), gradient);
    }
}

/// Along an axis the length of the other entries has a kink, and the norm has none: `d3 |x| / dx_i dx_j dx_j = -1 / x_i^2`, up to
/// the sign of `x_i`, and all others of `[u, v, w]` that are not along `i` once are 0.
#[test]
fn the_third_derivatives_of_a_norm_on_an_axis_are_exact() {
    struct Norm;
    impl Function for Norm {
        fn call<S: Scalar>(&self, x: &[S]) -> S {
            S::norm(x)
        }
    }
    struct RowNorm;
    impl Function for RowNorm {
        fn call<S: Scalar>(&self, x: &[S]) -> S {
            S::Vector::from_scalars([x.len()], x).reduce_rows(rules::Norm).get(0)
        }
    }
    fn check<F: Function>(f: &F, x: &[f64], axis: usize) {
        let n = x.len();
        let v: Vec<f64> = (0..n).map(|i| 0.5 + 0.25 * i as f64).collect();
        let across: f64 = (0..n).filter(|&i| i != axis).map(|i| v[i] * v[i]).sum();
        let expected = -3.0 * x[axis].signum() * v[axis] * across / (x[axis] * x[axis]);
        let by_duals = third_directional_derivative(|x: &[Dual3<f64>]| f.call(x), x, [&v[..]; 3]);
        let zero = vec![0.0; n];
        let series = jet(|x: &[Taylor<f64, 4>]| f.call(x), [x, &v, &zero, &zero]);
        let curvature = |x: &[Var<f64>]| {
            let v = constant(&v[..]);
            let product = hvp(|x: &[Var<Dual<Var<f64>, 1>>]| f.call(x), x, &v[..]);
            product.iter().zip(&v).map(|(&h, &v)| h * v).sum::<Var<f64>>()
        };
        let by_reverse: f64 = grad(curvature, x).iter().zip(&v).map(|(g, v)| g * v).sum();
        for found in [by_duals, 6.0 * series[3], by_reverse] {
            assert!((found - expected).abs() < 1e-13 * expected.abs(), "{x:?}: {found}, not {expected}");
        }
    }
    for n in 2..5 {
        for axis in 0..n {
            for on_axis in [1.25, -0.5] {
                let mut x = vec![0.0; n];
                x[axis] = on_axis;
                check(&Norm, &x, axis);
                check(&RowNorm, &x, axis);
            }
        }
    }
}

#[test]
fn of_no_inputs_the_gradient_is_empty() {
    assert_eq!(Gradient::new(|_: &[Var<f64>]| Var::from(2.0)).call(&[], &mut []), 2.0);
    assert_eq!(grad(|_: &[Var<f64>]| Var::from(2.0), &[][..]), [0.0; 0]);
    assert_eq!(grad(|_: &[Var<f64>; 0]| Var::from(2.0), &[]), [0.0; 0]);
}
