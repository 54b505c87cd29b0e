//! Objects that keep their buffers allocate nothing after the first call. One test: the counter is the
//! process's.

use ad_core::{Array, Scalar, Vector, function};
use ad_forward::{Dual, Jacobian};
use ad_reverse::sparse::{SparseHessian, SparseJacobian, hessian_sparsity, jacobian_sparsity};
use ad_reverse::{Gradient, Hessian, Hvp, Var, VarArray, linearize, vjp};
use peak_alloc::PeakAlloc;

#[global_allocator]
static COUNTER: PeakAlloc = PeakAlloc;

/// The bytes that `work` had at most beyond what there was before it: 0 only if it never allocated.
fn peak(work: impl FnOnce()) -> usize {
    let before = COUNTER.current_usage();
    COUNTER.reset_peak_usage();
    work();
    COUNTER.peak_usage() - before
}

#[track_caller]
fn allocates_only_at_first(name: &str, mut call: impl FnMut()) {
    let first = peak(&mut call);
    assert!(first > 0, "{name}: the counter counts");
    allocates_nothing(name, call);
}

/// After the first call, which may find the memory of others.
#[track_caller]
fn allocates_nothing(name: &str, call: impl FnMut()) {
    allocates(0, name, call);
}

/// So many bytes at once, in every call after the first.
#[track_caller]
fn allocates(bytes: usize, name: &str, mut call: impl FnMut()) {
    call();
    // The test harness allocates too, in another thread, but not all the time.
    let later = (0..5).map(|_| peak(|| (0..20).for_each(|_| call()))).min();
    assert_eq!(later, Some(bytes), "{name}");
}

fn rosenbrock<S: Scalar>(x: &[S]) -> S {
    let square = |x: S| x * x;
    let term = |x: &[S]| square(S::one() - x[0]) + square(x[1] - square(x[0])) * S::lit(100.0);
    x.windows(2).fold(S::zero(), |sum, x| sum + term(x).sqrt())
}

#[test]
fn objects_keep_their_buffers() {
    const N: usize = 37;
    let x: Vec<f64> = (0..N).map(|i| 0.1 + i as f64).collect();
    let (mut g, mut h) = (vec![0.0; N], vec![0.0; N * N]);

    let mut gradient = Gradient::new(rosenbrock);
    allocates_only_at_first("Gradient", || {
        gradient.call(&x, &mut g);
    });
    let mut hessian = Hessian::new(rosenbrock);
    allocates_only_at_first("Hessian", || {
        hessian.call(&x, &mut g, &mut h);
    });
    let (mut hvp, mut product) = (Hvp::new(rosenbrock), vec![0.0; N]);
    allocates_only_at_first("Hvp", || {
        hvp.call(&x, &x, &mut g, &mut product);
    });
    let mut jacobian = Jacobian::new(|x: &[Dual<f64, 8>], y: &mut [_]| {
        y.copy_from_slice(x);
        y[0] = rosenbrock(x);
    });
    allocates_only_at_first("Jacobian", || jacobian.call(&x, &mut g, &mut h));

    let scalar = function!(|x: &[S]| -> S { rosenbrock(x) });
    let mut hessian = SparseHessian::new(&hessian_sparsity(&scalar, &x));
    allocates_only_at_first("SparseHessian", || {
        hessian.call(&scalar, &x);
    });
    // The results are in memory of the function's.
    let squares = function!(|x: &[S]| -> Vec<S> { x.iter().map(|&x| x * x).collect() });
    let mut jacobian = SparseJacobian::new(jacobian_sparsity(&squares, &x));
    allocates(N * size_of::<Dual<f64, 8>>(), "SparseJacobian by columns", || {
        jacobian.call(&squares, &x);
    });
    let everywhere = function!(|x: &[S]| -> Vec<S> { vec![rosenbrock(x); 2] });
    let mut jacobian = SparseJacobian::new(jacobian_sparsity(&everywhere, &x));
    allocates(2 * size_of::<Var<f64>>(), "SparseJacobian by rows", || {
        jacobian.call(&everywhere, &x);
    });

    let (_, mut pullback) = vjp(|x: &[Var<f64>]| vec![rosenbrock(x); N], &x[..]);
    allocates_nothing("Pullback::call_into", || pullback.call_into(&x, &mut g));
    let (_, mut scalars) = linearize(|x: &[Var<f64>]| vec![rosenbrock(x); N], &x[..]);
    allocates_only_at_first("Linearized::jvp_into", || scalars.jvp_into(&x, &mut g));
    allocates_nothing("Linearized::vjp_into", || scalars.vjp_into(&x, &mut g));
    let array = Vector::from(x.clone());
    let (_, mut arrays) = linearize(|x: &VarArray<f64, 1>| x.hadamard(x), &array);
    allocates_only_at_first("Linearized::jvp_into of arrays", || arrays.jvp_into(&x, &mut g));
    allocates_nothing("Linearized::vjp_into of arrays", || arrays.vjp_into(&x, &mut g));
    let (_, mut arrays) = vjp(|x: &VarArray<f64, 1>| x.hadamard(x), &array);
    allocates_nothing("Pullback::call_into of arrays", || arrays.call_into(&x, &mut g));
}
