//! Array operations mean the loop over their scalars, in every mode and nesting.

mod adjoints;
mod empty;
mod operation;
mod parts;
mod softmax;
mod strong_zeros;
mod tangents;

use ad_core::rule::Partials;
use ad_core::{
    Array, Binary, Dense, Function, Matrix, Nary, Real, Scalar, Unary, Vector, VectorFunction, function,
    num_traits, rules,
};
use ad_forward::{Dual, DualArray, constant, seeded};
use ad_reverse::{RecordingSize, Var, VarArray, grad, try_grad, vjp};
use ad_tests::laws::{self, Laws, Tolerance};
use ad_tests::{points, programs};
use num_traits::Float;
use proptest::prelude::*;

fn same(what: &str, left: &[f64], right: &[f64]) -> Result<(), TestCaseError> {
    prop_assert_eq!(left.len(), right.len(), "{}", what);
    let scale = left.iter().chain(right).fold(1.0_f64, |a, x| a.max(x.abs()));
    for (i, (a, b)) in left.iter().zip(right).enumerate() {
        prop_assert!((a - b).abs() <= 1e-12 * scale, "{what}, entry {i}: {a} by the array, {b} by the loop");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ad_tests::cases(256))]

    #[test]
    fn array_programs_obey_the_laws(
        program in programs::any_program(16), x in points::points_of(1..=6, points::ordinary()),
    ) {
        laws::vector_function(&program, &x)?;
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
fn a_vector_is_its_own_transpose_and_shares_its_numbers() {
    let x = Vector::from([1.0, 2.0, 3.0]);
    assert!(x.transpose().shares_storage(&x));
    let seeded: DualArray<f64, 3, 1> = seeded(&x, 0, 3);
    assert!(seeded.transpose().values().shares_storage(&x));
    let of_itself = |x: &VarArray<f64, 1>| {
        let transposed = x.transpose();
        assert!(transposed.values().shares_storage(x.values()));
        (0..10).fold(transposed, |y, _| y.transpose()).dot(x)
    };
    let one = RecordingSize { operations: 2, ..RecordingSize::UNLIMITED };
    assert_eq!(
        try_grad(of_itself, &x, one).unwrap().as_slice(),
        [2.0, 4.0, 6.0],
        "the input and the product"
    );
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
