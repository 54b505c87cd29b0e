//! ndarray's arrays hold our numbers: `dot`, operators, `mapv`, in both modes, and they come and go.

use ad_core::{Array as _, Matrix, Scalar, Vector};
use ad_forward::{Dual, jvp};
use ad_reverse::{Var, grad, vjp};
use ad_tests::points::{ordinary, points};
use ndarray::{Array1, Array2, LinalgScalar, ScalarOperand, arr1, arr2};
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
