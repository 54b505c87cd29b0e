//! A trace says what the modes say: bit for bit in its values, to rounding in its tangents and adjoints.

use super::*;
use crate::{Dual, DualArray, jvp};
use ad_core::tree::unflatten;
use ad_core::{Matrix, Vector, rules};

fn close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() <= 1e-14 * a.abs().max(1.0), "{a} and {b}");
    }
}

/// Every scalar operation, with constants, a number used twice, and a rule of many arguments.
fn program<S: Scalar>(x: &[S]) -> S {
    let a = (x[0] * x[1] + x[0].sin()) / (S::lit(2.0) - x[1].tanh());
    let b = -a % S::lit(0.7) - x[0].powf(x[1]);
    S::log_sum_exp(&[a, b, x[0]]) + (b.abs() * b.abs()).sqrt() + S::dot_product(x, &[a, b])
}

/// Every array operation.
fn arrays<S: Scalar<Real = f64>>(w: &S::Matrix, x: &S::Vector) -> S {
    let u = S::Vector::affine(&[(w, x)], x).map(rules::Tanh);
    let s = u.hadamard(x).softmax().axpby(0.5, &u, -2.0).scale(u.dot(x));
    let s = s.axpby_map(0.5, x, rules::Tanh, 2.0).scale(u.squared_distance(x));
    let scalars = s.to_scalars();
    S::Vector::from_scalars([2], &scalars).slice(0..1).sum() + w.log_sum_exp().get(1)
}

/// The numbers of a trace at its ends: those of the last row upwards, those of the inputs downwards.
fn assert_ends(trace: &Trace, value: f64, derivatives: &[f64]) {
    assert_eq!(trace.rows().last().unwrap().value, [value]);
    close(&trace.adjoints(&[1.0])[..trace.inputs.len()].concat(), derivatives);
    for (k, derivative) in derivatives.iter().enumerate() {
        let along_k: Vec<f64> = (0..derivatives.len()).map(|i| if i == k { 1.0 } else { 0.0 }).collect();
        close(trace.tangents(&along_k).last().unwrap(), &[*derivative]);
    }
}

#[test]
fn either_end_of_a_trace_is_the_jvp() {
    let x = [1.3, 0.4];
    let derivatives = [[1.0, 0.0], [0.0, 1.0]].map(|dx| jvp(program, &x[..], &dx[..]).1);
    assert_ends(&trace(program, &x[..]), program(&x), &derivatives);
}

#[test]
fn array_operations_are_a_row_each() {
    let (w, x) = (Matrix::from_rows(&[[0.3, -1.2], [0.8, 0.5]]), Vector::from([0.7, -0.4]));
    let at = (w, x);
    let traced = trace(|(w, x): &(TracedArray<2>, TracedArray<1>)| arrays::<Traced>(w, x), &at);
    let run = |(w, x): &(DualArray<f64, 1, 2>, DualArray<f64, 1, 1>)| arrays::<Dual<f64, 1>>(w, x);
    let along = |k| (0..6).map(|i| if i == k { 1.0 } else { 0.0 }).collect();
    let derivatives: Vec<f64> = (0..6).map(|k| jvp(run, &at, &unflatten(&at, along(k))).1).collect();
    assert_ends(&traced, arrays::<f64>(&at.0, &at.1), &derivatives);
    let names: Vec<_> = traced.rows().iter().map(|row| row.name).collect();
    let arrays = ["affine", "tanh", "hadamard", "axpby", "axpby_map", "scale", "gather", "slice"];
    for name in arrays.into_iter().chain(["dot", "squared_distance", "get", "sum"]) {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
}

#[test]
fn at_every_row_tangent_and_adjoint_meet() {
    // Cut the run anywhere between inputs and result: tangents up to the cut times adjoints down to it are the derivative. A
    // chain has one row in every cut.
    let chain = trace(|x| x.sin().exp().tanh().sqrt(), &0.8);
    let (tangents, adjoints) = (chain.tangents(&[1.0]), chain.adjoints(&[1.0]));
    for (tangent, adjoint) in tangents.iter().zip(&adjoints) {
        close(&[tangent[0] * adjoint[0]], &adjoints[0]);
    }
}

#[test]
fn constants_have_no_row_and_constant_results_no_adjoint() {
    let trace = trace(|x| vec![x[0] * Traced::constant(3.0), Traced::constant(5.0)], &[2.0]);
    assert_eq!(trace.rows().len(), 2);
    assert_eq!(trace.rows()[1].operands, [0]);
    assert_eq!(trace.adjoints(&[1.0, 7.0])[0], [3.0]);
}

#[test]
fn a_path_not_taken_annihilates_an_infinite_partial() {
    let trace = trace(|x| (*x - *x).sqrt() * Traced::constant(0.0) + *x, &2.0);
    assert_eq!(trace.adjoints(&[1.0])[0], [1.0]);
}

#[test]
#[should_panic(expected = "outside the trace it belongs to")]
fn a_number_of_an_outer_trace_gives_no_number() {
    let _ = trace(
        |x| {
            let inner = trace(|y| *y * *x, &1.0);
            *x * Traced::constant(inner.rows()[0].value[0])
        },
        &2.0,
    );
}

#[test]
#[should_panic(expected = "numbers for the results, which have")]
fn a_cotangent_of_the_wrong_length_gives_no_number() {
    let _ = trace(|x| x.sin(), &1.0).adjoints(&[]);
}

#[test]
fn the_table_and_the_graph_show_every_row() {
    let trace = trace(|x| x[0] * x[1] + x[0].sin(), &[2.0, 3.0]);
    let figure = trace.figure().with_tangents(&[1.0, 0.0]).with_adjoints(&[1.0]);
    let table = figure.table();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 6, "{table}");
    assert!(lines[3].contains("mul %0 %1") && lines[3].contains("d%0 3.0000, d%1 2.0000"), "{table}");
    let graph = figure.dot();
    assert!(graph.starts_with("digraph") && graph.ends_with("}\n"));
    assert_eq!(graph.matches(" -> ").count(), 5);
    assert_eq!(graph.matches("adjoint").count(), 5);
}

#[test]
fn code_for_floats_and_plain_numbers_can_be_traced() {
    fn horner<T: num_traits::Float>(coefficients: [T; 3], x: T) -> T {
        coefficients.into_iter().fold(T::zero(), |sum, c| sum.mul_add(x, c))
    }
    let trace = trace(|x| horner([1.0, -2.0, 0.5].map(Traced::constant), *x) * 2.0 + 1.0, &3.0);
    assert_eq!(trace.rows().last().unwrap().value, [horner([1.0, -2.0, 0.5], 3.0) * 2.0 + 1.0]);
    assert_eq!(trace.adjoints(&[1.0])[0], [8.0]);
}

/// A row made by hand, of scalars.
fn row(operands: &[usize]) -> Row {
    let partials = operands.iter().map(|_| Dense::filled([1, 1], 1.0)).collect();
    Row { name: "row", operands: operands.to_vec(), shape: vec![], value: vec![], partials }
}

#[test]
fn a_value_that_was_not_kept_is_a_dash() {
    let rows = vec![Row { value: vec![2.0], ..row(&[]) }, row(&[0])];
    let trace = Trace::new(rows, vec![0], vec![(Some(1), 1)]);
    let table = trace.figure().table();
    let cells: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(cells[1..], [vec!["%0", "row", "2.0000"], vec!["%1", "row", "%0", "-", "d%0", "1.0000"]]);
    assert!(trace.figure().dot().contains("[label=\"row|value -\", penwidth=2]"));
}

#[test]
fn rows_that_do_not_fit_together_are_refused() {
    let refusal = |rows: &[Row], inputs: &[usize], results: &[(Option<usize>, usize)]| {
        let made = std::panic::catch_unwind(|| Trace::new(rows.to_vec(), inputs.to_vec(), results.to_vec()));
        *made.expect_err("a trace of rows that do not fit").downcast::<String>().expect("a message")
    };
    let good = [row(&[]), row(&[0])];
    let _ = Trace::new(good.to_vec(), vec![0], vec![(Some(1), 1), (None, 3)]);
    let with = |changed: Row| [row(&[]), changed];
    for (rows, expected) in [
        (with(row(&[1])), "row 1 has row 1 as an operand, which is not before it"),
        (with(Row { operands: vec![0, 0], ..row(&[0]) }), "row 1 has 2 operands and 1 partials"),
        (with(Row { value: vec![1.0, 2.0], ..row(&[0]) }), "row 1 has 2 values of 1"),
        (with(Row { shape: vec![2], ..row(&[0]) }), "the partials of row 1 by row 0 are [1, 1], not [2, 1]"),
    ] {
        assert_eq!(refusal(&rows, &[0], &[]), expected);
    }
    assert_eq!(refusal(&good, &[1], &[]), "row 1 cannot be input 0");
    assert_eq!(refusal(&good, &[2], &[]), "row 2 cannot be input 0");
    assert_eq!(refusal(&good, &[0, 0], &[]), "row 0 cannot be input 1");
    assert_eq!(refusal(&good, &[0], &[(Some(1), 2)]), "result 0 is not in a row of 2 numbers");
    assert_eq!(refusal(&good, &[0], &[(Some(2), 1)]), "result 0 is not in a row of 1 numbers");
}
