//! ndarray's arrays hold our numbers: `dot`, operators, `mapv`, in both modes, and they come and go.

use ad_core::tree::flatten;
use ad_core::{Array as _, Matrix, Scalar, Vector};
use ad_forward::{Dual, jvp};
use ad_reverse::{Var, grad, hvp, vjp, vjp_with_aux};
use ad_tests::points::{ordinary, points};
use ndarray::{Array1, Array2, Axis, LinalgScalar, ScalarOperand, ShapeBuilder, arr1, arr2};
use proptest::prelude::*;

/// `sum(tanh(W x) * x) + x . x / 2`, as one writes it with ndarray.
fn energy<S: Scalar + LinalgScalar + ScalarOperand>(w: &Array2<S>, x: &Array1<S>) -> S {
    let h = w.dot(x).mapv(|u| u.tanh());
    (&h * x).sum() + x.dot(x) * S::lit(0.5)
}

/// The same on our arrays.
fn energy_of_ours<S: Scalar>(w: &S::Matrix, x: &S::Vector) -> S {
    let zero = S::Vector::constant(&Vector::filled([x.len()], num_traits::Zero::zero()));
    let h = S::Vector::affine(&[(w, x)], &zero).map(ad_core::rules::Tanh);
    h.hadamard(x).sum() + x.dot(x) * S::lit(0.5)
}

proptest! {
    #[test]
    fn their_arrays_and_ours_have_the_same_derivatives(w in points(9, ordinary()), x in points(3, ordinary())) {
        let ours = (Matrix::new([3, 3], w), Vector::from(x));
        let theirs = (Array2::from(ours.0.clone()), Array1::from(ours.1.clone()));
        let expected = grad(|(w, x)| energy_of_ours::<Var<f64>>(w, x), &ours);
        let found = grad(|(w, x)| energy(w, x), &theirs);
        for (found, expected) in
            found.0.iter().chain(&found.1).zip(expected.0.as_slice().iter().chain(expected.1.as_slice()))
        {
            prop_assert!((found - expected).abs() <= 1e-13 * expected.abs().max(1.0), "{found}, not {expected}");
        }
        let (_, along) = jvp(|(w, x)| energy(w, x), &theirs, &theirs);
        let expected = (&found.0 * &theirs.0).sum() + found.1.dot(&theirs.1);
        prop_assert!((along - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{along}, not {expected}");
    }
}

#[test]
fn operators_with_numbers_and_products_of_matrices() {
    let a = arr2(&[[1.0, 2.0], [3.0, 4.0]]);
    let (y, da) = jvp(
        |a: &Array2<Dual<f64, 1>>| a.dot(a) * a[(0, 1)] - Dual::from(1.0),
        &a,
        &arr2(&[[0.0, 1.0], [0.0, 0.0]]),
    );
    assert_eq!(y, arr2(&[[13.0, 19.0], [29.0, 43.0]]));
    // d(A A a) = (E A + A E) a + A A for E = e_1 e_2^T.
    assert_eq!(da, arr2(&[[3.0 * 2.0 + 7.0, 5.0 * 2.0 + 10.0], [15.0, 3.0 * 2.0 + 22.0]]));
    let x = arr1(&[2.0, 5.0]);
    let (y, mut pullback) = vjp(|x: &Array1<Var<f64>>| x * x[0], &x);
    assert_eq!(y, arr1(&[4.0, 10.0]));
    assert_eq!(pullback.call(&arr1(&[1.0, 10.0])), arr1(&[4.0 + 50.0, 20.0]));
}

#[test]
fn arrays_come_and_go_in_any_layout() {
    let a = arr2(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    assert_eq!(Array2::from(Matrix::from(a.clone())), a);
    let transposed = Matrix::from(a.reversed_axes());
    assert_eq!(transposed, Matrix::from_rows(&[[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]));
    assert_eq!(Vector::from(Array1::from(Vector::from([1.0, 2.0]))), Vector::from([1.0, 2.0]));
}

/// Two arrays of one shape may lie in memory in different orders, and go together entry by entry nevertheless.
#[test]
fn directions_and_cotangents_have_a_layout_of_their_own() {
    let by_rows = arr2(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let mut by_columns = Array2::zeros((2, 3).f());
    by_columns.assign(&by_rows);
    let mut backwards = Array2::zeros((2, 3));
    backwards.invert_axis(Axis(1));
    backwards.assign(&by_rows);
    let layouts = [by_rows.clone(), by_columns, backwards];
    let weights = arr2(&[[1.0, 10.0, 100.0], [1e3, 1e4, 1e5]]);
    for x in &layouts {
        assert_eq!(*x, by_rows);
        assert_eq!(flatten(x), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        for d in &layouts {
            let (_, along) = jvp(|x: &Array2<Dual<f64, 1>>| x.mapv(|x| x * x), x, d);
            assert_eq!(along, &by_rows * &by_rows * 2.0);
            let (y, mut pullback) = vjp(|x: &Array2<Var<f64>>| (x * x, x.sum()), x);
            assert_eq!(y, (&by_rows * &by_rows, 21.0));
            assert_eq!(pullback.call(&(d.clone(), 0.5)), &by_rows * &by_rows * 2.0 + 0.5);
            let weighted = |x: &Array2<Var<Dual<f64, 1>>>| (x * x * x * weights.mapv(Var::from)).sum();
            assert_eq!(hvp(weighted, x, d), &by_rows * &by_rows * &weights * 6.0);
        }
        // The lifted array lies as the given one does: sums are added up in the same order.
        let (_, _, strides) = vjp_with_aux(|x: &Array2<Var<f64>>| (x.sum(), x.strides().to_vec()), x);
        assert_eq!(strides, x.strides());
    }
}
