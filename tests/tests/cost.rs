//! What a derivative costs, counted in operations: no clock, and the same on every machine.

use ad_core::{Array, Matrix, Scalar, Vector, rules};
use ad_forward::{Dual, DualArray, jvp};
use rnn::credit::count::{Counted, operations};

/// `|h|^2` for the last state of a recurrent network on arrays.
fn last_state<S: Scalar<Real = f64>>(w: &S::Matrix, h: &S::Vector, steps: usize) -> S {
    let b = S::Vector::constant(&Vector::filled([h.len()], 0.1));
    let h = (0..steps).fold(h.clone(), |h, _| S::Vector::affine(&[(w, &h)], &b).map(rules::Tanh));
    h.dot(&h)
}

fn numbers(n: usize, seed: f64) -> (Matrix<Counted>, Vector<Counted>) {
    let number = |i: usize| Counted((seed * i as f64).sin() / n as f64);
    (Matrix::new([n, n], (0..n * n).map(number)), Vector::new([n], (0..n).map(number)))
}

/// One direction costs a few runs, however large and deep the program is: no matrix is multiplied by a matrix for it.
#[test]
fn the_tangent_of_arrays_in_one_direction_costs_a_few_runs() {
    for (n, steps) in [(4, 3), (16, 4), (16, 40), (48, 6)] {
        let ((w, h), direction) = (numbers(n, 1.0), numbers(n, 2.0));
        let (value, run) = operations(|| last_state::<Counted>(&w, &h, steps));
        let ((same, _), tangent) = operations(|| {
            jvp(|(w, h)| last_state::<Dual<Counted, 1>>(w, h, steps), &(w.clone(), h.clone()), &direction)
        });
        assert_eq!(value.0, same.0);
        assert!(tangent < 8 * run, "n = {n}, {steps} steps: {tangent} operations, for {run} of the run");
        let (_, tangent) = operations(|| {
            jvp(
                |h| last_state::<Dual<Counted, 1>>(&DualArray::from_primal(w.clone()), h, steps),
                &h,
                &direction.1,
            )
        });
        assert!(
            tangent < 6 * run,
            "n = {n}, {steps} steps: {tangent} operations by the state alone, for {run}"
        );
    }
}
