//! Random programs of scalar and array operations: every mode against each other, and against high precision.

use crate::exact::{Number, explained};
use crate::jet::Jet;
use crate::{interpreter, mostly_decided};
use ad_core::{Function, VectorFunction};
use ad_forward::{Dual, jvp};
use ad_reverse::{HvpVar, Var, hvp, vjp};
use ad_tests::laws::{self, Laws, Tolerance};
use ad_tests::points;
use ad_tests::programs::{self, Program};
use proptest::prelude::*;

/// The bounds of a decided program: how far off they allow a derivative to be, relative to the largest.
const SHARP: f64 = 1e-11;

proptest! {
    #![proptest_config(ad_tests::cases(64))]

    /// Scalars and arrays, smooth or not: every mode and nesting has the same Jacobian and Hessian.
    #[test]
    fn programs_have_one_derivative(
        program in programs::any_program(40), x in points::points_of(0..=5, points::moderate()),
    ) {
        let laws = Laws { tolerance: Tolerance { relative: 1e-8, absolute: 1e-10 } };
        laws.vector_function(&program, &x)?;
        laws.hessian(&program, &x)?;
    }

    /// Whatever the numbers are, every mode computes the same primal.
    #[test]
    fn programs_have_one_primal(
        program in programs::any_program(40), x in points::points_of(1..=5, points::any_number()),
    ) {
        laws::primal_bits(&program, &x)?;
    }
}

proptest! {
    #![proptest_config(mostly_decided(8.0))]

    /// Programs have the value and the derivatives that 512 bits give, in every mode and nesting.
    #[test]
    fn programs_have_their_exact_derivative(
        program in programs::smooth(40), x in points::points_of(1..=9, points::moderate()),
        v in points::points(9, points::ordinary()), w in points::points(3, points::ordinary()),
        column in 0..9_usize,
    ) {
        let column = column % x.len();
        let Ok(exact) = interpreter::run(&program, &x, column) else {
            return Err(TestCaseError::reject("undecided"));
        };
        has_exact_hessian(&program, &x, &exact, column)?;
        prop_assume!(is_decided(&program, &x, &exact, &v[..x.len()], &w)?);
    }
}

/// Holds value, Jacobian `J`, `J v` and `w J` against bounds; whether these are [`SHARP`], so that it is decided.
fn is_decided(
    program: &Program,
    x: &[f64],
    exact: &[Jet],
    v: &[f64],
    w: &[f64],
) -> Result<bool, TestCaseError> {
    let values: Vec<_> = exact.iter().map(|y| y.value.clone()).collect();
    all_explained("y", &VectorFunction::call(program, x), &values)?;

    let jacobian: Vec<_> = exact.iter().flat_map(|y| y.gradient.clone()).collect();
    for (mode, found) in laws::jacobians(program, x) {
        all_explained(&format!("dy/dx by {mode}"), &found, &jacobian)?;
    }

    let tangents: Vec<_> = exact.iter().map(|y| combined(&y.gradient, v)).collect();
    all_explained("J v", &jvp(|x: &[Dual<f64, 1>]| VectorFunction::call(program, x), x, v).1, &tangents)?;

    let column = |i: usize| exact.iter().map(|y| y.gradient[i].clone()).collect::<Vec<_>>();
    let adjoints: Vec<_> = (0..x.len()).map(|i| combined(&column(i), w)).collect();
    all_explained("w J", &vjp(|x: &[Var<f64>]| VectorFunction::call(program, x), x).1.call(w), &adjoints)?;

    let largest = jacobian.iter().map(Number::size).fold(0.0, f64::max);
    Ok(jacobian.iter().all(|x| x.error <= SHARP * largest))
}

/// Holds a column of the Hessian of the sum of all results, and the row that should be the same, against bounds.
fn has_exact_hessian(
    program: &Program,
    x: &[f64],
    exact: &[Jet],
    column: usize,
) -> Result<(), TestCaseError> {
    let n = x.len();
    let expected: Vec<_> = (0..n).map(|i| exact.iter().map(|y| y.column[i].clone()).sum()).collect();
    for (mode, hessian) in laws::hessians(program, x) {
        let found: Vec<_> = (0..n).map(|i| hessian[i * n + column]).collect();
        all_explained(&format!("column {column} of the Hessian, {mode}"), &found, &expected)?;
        all_explained(
            &format!("row {column} of the Hessian, {mode}"),
            &hessian[column * n..][..n],
            &expected,
        )?;
    }
    let mut unit = vec![0.0; n];
    unit[column] = 1.0;
    let found = hvp(|x: &[HvpVar<f64>]| Function::call(program, x), x, &unit[..]);
    all_explained("hvp", &found, &expected)
}

/// `sum_i x_i w_i`
fn combined(x: &[Number], w: &[f64]) -> Number {
    x.iter().zip(w).map(|(x, &w)| x * &Number::from(w)).sum()
}

fn all_explained(what: &str, found: &[f64], exact: &[Number]) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.len(), exact.len());
    let mut numbers = found.iter().zip(exact).enumerate();
    numbers.try_for_each(|(i, (&found, exact))| explained(&format!("{what}, number {i},"), found, exact))
}
