//! Sparse Jacobians and Hessians have the entries of the dense ones, for as few directions as there can be.

use ad_core::{Array, Function, Scalar, VectorFunction, function, rules};
use ad_forward::{CHUNK, jacobian};
use ad_reverse::hessian;
use ad_reverse::sparse::{
    INPUTS, SparseHessian, SparseJacobian, Sparsity, hessian_sparsity, jacobian_sparsity, sparse_hessian,
    sparse_jacobian,
};
use ad_tests::{cases, points};
use proptest::prelude::*;

/// Each result depends on the inputs of its row, and is nonlinear in them.
#[derive(Clone, Debug)]
struct Rows {
    inputs: usize,
    rows: Vec<Vec<usize>>,
}

impl VectorFunction for Rows {
    fn call<S: Scalar>(&self, x: &[S]) -> Vec<S> {
        assert_eq!(x.len(), self.inputs);
        let row = |row: &Vec<usize>| {
            let terms = row.iter().enumerate().map(|(k, &j)| (x[j] * S::lit(k as f64 + 0.5)).sin());
            terms.fold(S::lit(0.1), |product, term| product * S::lit(0.7) + term * term)
        };
        self.rows.iter().map(row).collect()
    }
}

/// A sum over pairs of inputs of products, so that the Hessian has entries there alone.
#[derive(Clone, Debug)]
struct Pairs {
    pairs: Vec<(usize, usize)>,
}

impl Function for Pairs {
    fn call<S: Scalar>(&self, x: &[S]) -> S {
        let term = |&(i, j): &(usize, usize)| (x[i] * x[j]).sin() + x[i] * S::lit(3.0);
        self.pairs.iter().map(term).fold(S::zero(), |sum, term| sum + term)
    }
}

fn rows() -> impl Strategy<Value = (Rows, Vec<f64>)> {
    (1..30_usize).prop_flat_map(|inputs| {
        let rows = proptest::collection::vec(proptest::collection::vec(0..inputs, 0..4), 0..40);
        let x = points::points(inputs, points::ordinary());
        (rows.prop_map(move |rows| Rows { inputs, rows }), x)
    })
}

fn pairs() -> impl Strategy<Value = (Pairs, Vec<f64>)> {
    (1..30_usize).prop_flat_map(|inputs| {
        let pairs = proptest::collection::vec((0..inputs, 0..inputs), 0..40);
        (pairs.prop_map(|pairs| Pairs { pairs }), points::points(inputs, points::ordinary()))
    })
}

fn close(a: &[f64], b: &[f64]) -> Result<(), TestCaseError> {
    prop_assert_eq!(a.len(), b.len());
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        prop_assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "entry {}: {} and {}", i, a, b);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_sparse_jacobian_is_the_dense_one((f, x) in rows()) {
        let sparse = sparse_jacobian(&f, &x);
        close(sparse.to_dense().as_slice(), jacobian(|x| f.call(x), &x).as_slice())?;
        prop_assert_eq!(sparse.sparsity(), &Sparsity::from_rows(f.inputs, &f.rows), "and has no entry too many");
        let again: Vec<_> = sparse.triplets().map(|(i, j, value)| ((i, j), value)).collect();
        prop_assert!(again.is_sorted_by_key(|&(place, _)| place) && again.len() == sparse.values().len());
    }

    #[test]
    fn a_sparse_hessian_is_the_dense_one((f, x) in pairs()) {
        let sparse = sparse_hessian(&f, &x);
        close(sparse.to_dense().as_slice(), hessian(|x| f.call(x), &x).as_slice())?;
        let mut entries = vec![Vec::new(); x.len()];
        for &(i, j) in &f.pairs {
            entries[i].extend([i, j]);
            entries[j].extend([i, j]);
        }
        let found = sparse.sparsity();
        let expected = Sparsity::from_rows(x.len(), entries);
        prop_assert!(found.iter().all(|place| expected.iter().any(|other| other == place)), "{:?}", found);
    }
}

fn tridiagonal(n: usize) -> Rows {
    let row = |i: usize| (i.saturating_sub(1)..n.min(i + 2)).collect();
    Rows { inputs: n, rows: (0..n).map(row).collect() }
}

#[test]
fn banded_and_arrow_matrices_take_few_directions() {
    let n = 2 * INPUTS + 17; // more than one run finds
    let x: Vec<f64> = (0..n).map(|i| (i as f64).sin()).collect();
    let banded = SparseJacobian::<f64>::new(jacobian_sparsity(&tridiagonal(n), &x));
    assert_eq!((banded.colors(), banded.sparsity().entries()), (3, 3 * n - 2));

    // An arrow whose first row is full holds all columns apart, and none of the rows but the first.
    let arrow = |i: usize| if i == 0 { (0..n).collect() } else { vec![i] };
    let arrow = Rows { inputs: n, rows: (0..n).map(arrow).collect() };
    let mut by_rows = SparseJacobian::new(jacobian_sparsity(&arrow, &x));
    assert_eq!(by_rows.colors(), 2, "by reverse mode");
    let dense = jacobian(|x| arrow.call(x), &x);
    close(by_rows.call(&arrow, &x).to_dense().as_slice(), dense.as_slice()).unwrap();

    let hub = Pairs { pairs: (0..n).map(|i| (0, i)).collect() };
    let of_hub = SparseHessian::<f64>::new(&hessian_sparsity(&hub, &x));
    assert_eq!(of_hub.colors(), 2);
    let chain = Pairs { pairs: (1..n).map(|i| (i - 1, i)).collect() };
    let of_chain = SparseHessian::<f64>::new(&hessian_sparsity(&chain, &x));
    assert_eq!((of_chain.colors(), of_chain.sparsity().entries()), (3, 3 * n - 2));
}

/// More colors than one run has directions.
#[test]
fn full_matrices_take_several_runs() {
    let n = 2 * CHUNK + 3;
    let x: Vec<f64> = (0..n).map(|i| (i as f64).cos()).collect();
    let full = Rows { inputs: n, rows: vec![(0..n).collect(); n] };
    let mut first = SparseJacobian::new(jacobian_sparsity(&full, &x));
    assert_eq!(first.colors(), n);
    close(first.call(&full, &x).to_dense().as_slice(), jacobian(|x| full.call(x), &x).as_slice()).unwrap();
    let all = Pairs { pairs: (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).collect() };
    let mut second = SparseHessian::new(&hessian_sparsity(&all, &x));
    assert_eq!(second.colors(), n);
    close(second.call(&all, &x).to_dense().as_slice(), hessian(|x| all.call(x), &x).as_slice()).unwrap();
}

/// Entries once found are good at other points.
#[test]
fn a_plan_is_used_at_many_points() {
    let f = tridiagonal(12);
    let mut plan = SparseJacobian::new(jacobian_sparsity(&f, &[0.5; 12]));
    let g = Pairs { pairs: vec![(0, 3), (3, 5), (5, 0), (7, 7), (7, 11)] };
    let mut second = SparseHessian::new(&hessian_sparsity(&g, &[0.5; 12]));
    for scale in [0.1, -2.0, 7.0] {
        let x: Vec<f64> = (0..12).map(|i| scale * (i as f64 - 5.0)).collect();
        close(plan.call(&f, &x).to_dense().as_slice(), jacobian(|x| f.call(x), &x).as_slice()).unwrap();
        close(second.call(&g, &x).to_dense().as_slice(), hessian(|x| g.call(x), &x).as_slice()).unwrap();
    }
}

#[test]
fn linear_parts_have_no_second_derivative_and_arrays_are_seen_through() {
    let f = function!(|x: &[S]| -> S {
        let linear = x.iter().enumerate().fold(S::zero(), |sum, (i, &x)| sum + x * S::lit(i as f64));
        let v = S::Vector::from_scalars([2], &x[1..3]);
        linear
            + v.map(rules::Tanh).sum()
            + x[0].max(x[3])
            + S::log_sum_exp(&x[4..6])
            + S::dot_product(&x[0..1], &x[5..6])
    });
    let x = [0.5, -1.0, 2.0, 0.25, 1.5, -0.75];
    let h = sparse_hessian(&f, &x);
    let entries: Vec<_> = h.sparsity().iter().collect();
    assert_eq!(entries, [(0, 5), (1, 1), (2, 2), (4, 4), (4, 5), (5, 0), (5, 4), (5, 5)]);
    close(h.to_dense().as_slice(), hessian(|x| f.call(x), &x).as_slice()).unwrap();
}

#[test]
fn nested_scalars_and_both_reals_work() {
    let f = Pairs { pairs: vec![(0, 1), (1, 2)] };
    let h = sparse_hessian(&f, &[0.5_f32, 1.0, -1.0]);
    assert!((h.to_dense().as_slice()[1] - (0.5_f32.cos() - 0.5 * 0.5_f32.sin())).abs() < 1e-6);
    // The derivative of a sparse Hessian along a direction.
    let x = [0.5, 1.0, -1.0];
    let moving = x.map(|x| ad_forward::Dual::new(x, [1.0]));
    let dense = hessian(|x| f.call(x), &moving);
    for (i, j, value) in sparse_hessian(&f, &moving).triplets() {
        assert!((value.tangent()[0] - dense.row(i)[j].tangent()[0]).abs() < 1e-13);
    }
}

#[test]
fn functions_without_inputs_or_results_have_empty_matrices() {
    let none = Rows { inputs: 3, rows: vec![] };
    assert_eq!(sparse_jacobian(&none, &[1.0, 2.0, 3.0]).to_dense().shape(), [0, 3]);
    let constants = Rows { inputs: 0, rows: vec![vec![]; 2] };
    assert_eq!(sparse_jacobian(&constants, &[] as &[f64]).to_dense().shape(), [2, 0]);
    assert_eq!(sparse_hessian(&Pairs { pairs: vec![] }, &[] as &[f64]).values().len(), 0);
}
