//! What is shown of a run, or of a recording of one, is what the modes compute.

use ad_core::{Array, Matrix, Scalar, Vector, VectorFunction, rules};
use ad_forward::jvp;
use ad_forward::trace::{Row, Trace, Traced, trace};
use ad_reverse::trace::keeping_values;
use ad_reverse::{Var, VarArray, linearize, vjp, vjp_watching};
use ad_tests::{cases, points, programs};
use layout::gv::DotParser;
use layout::gv::parser::ast::{ArrowKind, Graph, Stmt};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// To rounding, for sums of another order.
fn assert_close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    let size = b.iter().fold(1.0_f64, |size, b| size.max(b.abs()));
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() <= 1e-13 * size, "{a} and {b}");
    }
}

/// The nodes of a graph in Graphviz' language, and its arrows, by name.
fn parsed(dot: &str) -> (Vec<String>, Vec<[String; 2]>) {
    let Graph { list, .. } = DotParser::new(dot).process().expect("a graph in Graphviz' language");
    let (mut nodes, mut arrows) = (Vec::new(), Vec::new());
    for stmt in list.list {
        match stmt {
            Stmt::Node(node) => nodes.push(node.id.name),
            Stmt::Edge(edge) => {
                for (to, kind) in edge.to {
                    assert!(matches!(kind, ArrowKind::Arrow), "an edge without direction");
                    arrows.push([edge.from.name.clone(), to.name]);
                }
            }
            _ => {}
        }
    }
    (nodes, arrows)
}

/// A node for each row and an arrow from each operand; a line for each row, under the titles.
fn assert_shows_every_row(trace: &Trace, dx: &[f64], w: &[f64]) {
    let figure = trace.figure().with_tangents(dx).with_adjoints(w);
    let name = |place: usize| format!("r{place}");
    let rows = trace.rows().iter().enumerate();
    let nodes: Vec<_> = rows.clone().map(|(place, _)| name(place)).collect();
    let arrows =
        rows.flat_map(|(place, row)| row.operands.iter().map(move |&from| [name(from), name(place)]));
    assert_eq!(parsed(&figure.dot()), (nodes, arrows.collect()));
    assert_eq!(figure.table().lines().count(), trace.rows().len() + 1);
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn a_trace_has_the_values_tangents_and_adjoints_of_the_modes(
        program in programs::any_program(12),
        x in points::points(3, points::ordinary()),
        dx in points::points(3, points::ordinary()),
        w in points::points(3, points::ordinary()),
    ) {
        let trace = trace(|x: &[Traced]| VectorFunction::call(&program, x), &x[..]);
        let (values, tangents) = jvp(|x: &[_]| VectorFunction::call(&program, x), &x[..], &dx[..]);
        let (rows, all) = (trace.rows(), trace.tangents(&dx));
        for ((place, value), tangent) in trace.results().zip(values).zip(tangents) {
            // A constant has no row.
            let Some(place) = place else { prop_assert_eq!(tangent, 0.0); continue };
            prop_assert_eq!(rows[place].value[0].to_bits(), value.to_bits());
            assert_close(&all[place], &[tangent]);
        }
        let (_, mut pullback) = vjp(|x: &[_]| VectorFunction::call(&program, x), &x[..]);
        assert_close(&trace.adjoints(&w)[..x.len()].concat(), &pullback.call(&w));
        assert_shows_every_row(&trace, &dx, &w);
    }

    /// Records of every kind, scalar and array.
    #[test]
    fn a_recording_has_the_tangents_and_adjoints_of_the_modes(
        program in programs::any_program(24),
        x in points::points(3, points::ordinary()),
        dx in points::points(3, points::ordinary()),
        w in points::points(3, points::ordinary()),
    ) {
        let call = |x: &[Var<f64>]| VectorFunction::call(&program, x);
        let (_, derivative) = linearize(call, &x[..]);
        let recording = derivative.trace();
        let (_, mut pullback) = vjp(call, &x[..]);
        prop_assert_eq!(&recording, &pullback.trace());
        let (_, tangents) = jvp(|x: &[_]| VectorFunction::call(&program, x), &x[..], &dx[..]);
        let all = recording.tangents(&dx);
        for (place, tangent) in recording.results().zip(tangents) {
            assert_close(&[place.map_or(0.0, |place| all[place][0])], &[tangent]);
        }
        assert_close(&recording.adjoints(&w)[..x.len()].concat(), &pullback.call(&w));
        assert_keeps_the_inputs_alone(&recording, &x);
        assert_shows_every_row(&recording, &dx, &w);

        let kept = keeping_values(|| linearize(call, &x[..])).1.trace();
        for (kept, row) in kept.rows().iter().zip(recording.rows()) {
            prop_assert_eq!((&kept.operands, &kept.partials), (&row.operands, &row.partials));
        }
        let run = trace(|x: &[Traced]| VectorFunction::call(&program, x), &x[..]);
        assert_is_part_of(&kept, &run);
        assert_shows_every_row(&kept, &dx, &w);
    }
}

/// The rows of a recording that kept its values are those of the run, which has more: a recording leaves out what adds a
/// constant, and what a run does one by one may be one record.
fn assert_is_part_of(recording: &Trace, run: &Trace) {
    let shown =
        |row: &Row| (row.name, row.shape.clone(), row.value.iter().map(|x| x.to_bits()).collect::<Vec<_>>());
    let mut rows = run.rows().iter().map(shown);
    for row in recording.rows().iter().filter(|row| !["dot_product", "preaccumulate"].contains(&row.name)) {
        assert!(rows.any(|other| other == shown(row)), "{row:?} is not in its place in {run:#?}");
    }
}

/// Inputs have their values; every other row says that it has none.
fn assert_keeps_the_inputs_alone(recording: &Trace, x: &[f64]) {
    let inputs = recording.inputs();
    let kept = inputs.iter().flat_map(|&input| &recording.rows()[input].value);
    assert!(kept.zip(x).all(|(kept, x)| kept.to_bits() == x.to_bits()));
    for (place, row) in recording.rows().iter().enumerate().filter(|(place, _)| !inputs.contains(place)) {
        assert!(row.value.is_empty() && row.name != "input", "{place}: {row:?}");
    }
    let others = recording.rows().len() - inputs.len();
    assert_eq!(recording.figure().dot().matches("|value -\"").count(), others);
    let table = recording.figure().table();
    let is_unknown = |line: &&str| line.split("  ").any(|cell| cell.trim() == "-");
    assert_eq!(table.lines().filter(is_unknown).count(), others, "{table}");
}

/// A layer by its weights, input and bias, as arrays of the inputs, and some results, of which one is an array.
fn layer(w: &VarArray<f64, 2>, x: &VarArray<f64, 1>, scale: Var<f64>) -> (VarArray<f64, 1>, Var<f64>) {
    let h = VarArray::affine(&[(w, x)], x).map(rules::Tanh);
    let h = h.hadamard(&h).scale(scale).axpby(2.0, x, -0.5).axpby_map(0.5, x, rules::Sigmoid, 2.0);
    let norms = w.log_sum_exp();
    let entropy = norms.sum() + w.softmax().dot(&w.sub_rows(&norms)) + h.squared_distance(x);
    (h.clone(), entropy + h.slice(1..2).sum() * scale)
}

#[test]
fn arrays_of_the_inputs_are_a_row_each_with_their_extents() {
    let at = (Matrix::from_rows(&[[0.3, -1.2], [0.8, 0.5]]), Vector::from([0.7, -0.4]), 1.5);
    let (y, mut derivative) = linearize(|(w, x, s): &(_, _, _)| layer(w, x, *s), &at);
    let recording = derivative.trace();
    let shapes: Vec<_> = recording.inputs().iter().map(|&row| &recording.rows()[row].shape[..]).collect();
    assert_eq!(shapes, [&[2, 2][..], &[2], &[]]);
    assert_keeps_the_inputs_alone(&recording, &[0.3, -1.2, 0.8, 0.5, 0.7, -0.4, 1.5]);
    let names: Vec<_> = recording.rows().iter().map(|row| row.name).collect();
    let arrays =
        ["affine", "elementwise", "scale", "axpby", "axpby_map", "reduce_rows", "sub_rows", "softmax"];
    for name in arrays.into_iter().chain(["copy", "dot", "squared_distance", "sum"]) {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    assert_eq!(y.0.as_slice().len() + 1, 3);
    for k in 0..7 {
        let dx: Vec<f64> = (0..7).map(|i| if i == k { 1.0 } else { 0.0 }).collect();
        let all = recording.tangents(&dx);
        let found: Vec<f64> = recording.results().flat_map(|place| all[place.unwrap()].clone()).collect();
        let (vector, scalar) = derivative.jvp(&dx);
        assert_close(&found, &[vector.as_slice(), &[scalar]].concat());
    }
    for k in 0..3 {
        let w: Vec<f64> = (0..3).map(|i| if i == k { 1.0 } else { 0.0 }).collect();
        let (by_w, by_x, by_s) = derivative.vjp(&w);
        let all = recording.adjoints(&w);
        let found: Vec<f64> = recording.inputs().iter().flat_map(|&row| all[row].clone()).collect();
        assert_close(&found, &[by_w.as_slice(), by_x.as_slice(), &[by_s]].concat());
    }
}

/// Scalar records of every kind, in the order in which they were made.
#[test]
fn a_record_is_named_by_its_kind() {
    let f = |x: &[Var<f64>]| {
        let product = Var::dot_product(&[x[0], Var::constant(2.0), x[1]], &[x[1], x[0], Var::constant(3.0)]);
        let accumulated = x[0] + x[1] * x[2];
        vec![(product - accumulated).sin(), Var::log_sum_exp(&[x[0], x[1], x[2]]) + product]
    };
    let x = [0.5, -1.25, 2.0];
    let (_, mut pullback) = vjp(f, &x[..]);
    let recording = pullback.trace();
    let rows: Vec<_> = recording.rows()[3..].iter().map(|row| (row.name, &row.operands[..])).collect();
    let expected: [(_, &[usize]); 7] = [
        ("dot_product", &[0, 1, 1, 0]),
        ("binary", &[1, 2]),
        ("add", &[0, 4]),
        ("sub", &[3, 5]),
        ("unary", &[6]),
        ("n-ary", &[0, 1, 2]),
        ("add", &[8, 3]),
    ];
    assert_eq!(rows, expected);
    assert_close(&recording.adjoints(&[1.0, -2.0])[..3].concat(), &pullback.call(&[1.0, -2.0]));
}

#[test]
fn a_recording_that_keeps_values_has_the_rows_of_the_run() {
    fn f<S: Scalar<Real = f64>>((w, x, s): &(S::Matrix, S::Vector, S)) -> S {
        let h = S::Vector::affine(&[(w, x)], x).map(rules::Tanh);
        let h = h.hadamard(&h).scale(*s).axpby(2.0, x, -0.5);
        let entropy = w.log_sum_exp().sum() + w.softmax().dot(w);
        let more = S::Vector::from_scalars([2], &[*s - entropy, -*s / entropy]);
        S::log_sum_exp(&[h.slice(1..2).get(0), more.sum() * *s, s.powf(entropy)])
    }
    let at = (Matrix::from_rows(&[[0.3, -1.2], [0.8, 0.5]]), Vector::from([0.7, -0.4]), 1.5);
    let run = trace(f::<Traced>, &at);
    let (_, pullback) = keeping_values(|| vjp(f::<Var<f64>>, &at));
    let recording = pullback.trace();
    // The operands of an array operation stand in an order of their own.
    let operands = |row: &Row| BTreeSet::from_iter(row.operands.clone());
    let shown = |trace: &Trace| {
        let rows = trace.rows().iter();
        rows.map(|row| (row.name, row.shape.clone(), row.value.clone(), operands(row))).collect::<Vec<_>>()
    };
    assert_eq!(shown(&recording), shown(&run));
    for (ours, theirs) in recording.adjoints(&[1.0]).iter().zip(run.adjoints(&[1.0])) {
        assert_close(ours, &theirs);
    }
}

/// Products of matrices and scaled rows are shown as the operations that they are made of, and a vector is its own transpose.
#[test]
fn transposes_and_what_is_made_of_them_are_rows() {
    fn f<S: Scalar<Real = f64>>((w, x): &(S::Matrix, S::Vector)) -> S::Matrix {
        let turned = w.transpose();
        let scaled = turned.scale_rows(&x.transpose().matmul(w));
        assert_eq!(scaled.transpose().shape(), [3, 2]);
        turned.plus(&scaled)
    }
    let at = (Matrix::from_rows(&[[0.3, -1.2], [0.8, 0.5], [-0.4, 2.0]]), Vector::from([0.7, -0.4, 1.1]));
    let run = trace(f::<Traced>, &at);
    let (y, mut derivative) = keeping_values(|| linearize(f::<Var<f64>>, &at));
    let kept = derivative.trace();
    let expected: [(_, &[usize], &[usize]); 8] = [
        ("transpose", &[0], &[2, 3]),
        ("transpose", &[0], &[2, 3]),
        ("affine", &[1, 3], &[2]),
        ("scale", &[4], &[2]),
        ("sub_rows", &[5], &[2, 3]),
        ("hadamard", &[2, 6], &[2, 3]),
        ("transpose", &[7], &[3, 2]),
        ("axpby", &[2, 7], &[2, 3]),
    ];
    for trace in [&kept, &run] {
        let operands = |row: &Row| row.operands.iter().copied().collect::<BTreeSet<_>>();
        let rows: Vec<_> =
            trace.rows()[2..].iter().map(|row| (row.name, operands(row), &row.shape[..])).collect();
        let expected =
            expected.map(|(name, operands, shape)| (name, operands.iter().copied().collect(), shape));
        assert_eq!(rows, expected);
        assert_eq!(trace.rows()[9].value, y.as_slice());
        for k in 0..9 {
            let [dx, w] = [9, 6].map(|n| (0..n).map(|i| f64::from(u8::from(i == k % n))).collect::<Vec<_>>());
            assert_close(&trace.tangents(&dx)[9], derivative.jvp(&dx).as_slice());
            let (by_w, by_x) = derivative.vjp(&w);
            assert_close(&trace.adjoints(&w)[..2].concat(), &[by_w.as_slice(), by_x.as_slice()].concat());
        }
        assert_shows_every_row(trace, &[1.0; 9], &[1.0; 6]);
    }
    // Without values the products of entries are of one kind, and no more is known of a shape than the number of entries.
    let recording = linearize(f::<Var<f64>>, &at).1.trace();
    for (row, kept) in recording.rows()[2..].iter().zip(&kept.rows()[2..]) {
        assert_eq!(row.name, if kept.name == "hadamard" { "elementwise" } else { kept.name });
        assert_eq!(row.partials, kept.partials);
    }
    // The transposed place in the same array: 1 in row (j, i) and column (i, j).
    let partial = &recording.rows()[2].partials[0];
    let places = partial.iter_rows().map(|row| row.iter().position(|&p| p == 1.0));
    assert_eq!(places.collect::<Vec<_>>(), [0, 2, 4, 1, 3, 5].map(Some));
    assert_eq!(partial.as_slice().iter().sum::<f64>(), 6.0);
}

#[test]
fn values_are_kept_as_long_as_it_was_said() {
    let product = || vjp(|x: &[Var<f64>; 2]| x[0] * x[1], &[2.0, 3.0]).1.trace().rows()[2].clone();
    let sum = |x: &f64| {
        let inner = vjp(|y: &Var<f64>| *y * *y, x).1.trace();
        inner.rows()[1].value.clone()
    };
    let kept = |row: Row| (row.name, row.value);
    assert_eq!(kept(product()), ("binary", vec![]));
    assert_eq!(kept(keeping_values(product)), ("mul", vec![6.0]));
    assert_eq!(keeping_values(|| (keeping_values(|| sum(&3.0)), sum(&4.0))), (vec![9.0], vec![16.0]));
    assert!(std::panic::catch_unwind(|| keeping_values(|| panic!("in a function"))).is_err());
    assert_eq!(kept(product()), ("binary", vec![]));
}

/// In code like `sum += w * x` product and sum are one record, but two nodes.
#[test]
fn a_term_added_to_the_node_before_is_two_rows() {
    let (_, mut pullback) =
        vjp(|x: &[Var<f64>]| x[0].sin() + x[0].cos() + x[1].exp() * x[0], &[0.5, 2.0][..]);
    let recording = pullback.trace();
    let rows: Vec<_> = recording.rows()[2..].iter().map(|row| (row.name, &row.operands[..])).collect();
    let expected: [(_, &[usize]); 6] = [
        ("unary", &[0]),
        ("unary", &[0]),
        ("add", &[2, 3]),
        ("unary", &[1]),
        ("binary", &[5, 0]),
        ("add", &[4, 6]),
    ];
    assert_eq!(rows, expected);
    assert_close(&recording.adjoints(&[1.0])[..2].concat(), &pullback.call(&1.0));
}

#[test]
fn a_constant_result_has_no_row_and_an_input_may_be_a_result() {
    let f = |x: &[Var<f64>; 2]| {
        (x[1], [Var::constant(7.0), x[1] + 1.0], VarArray::constant(&Vector::from([1.0, 2.0])))
    };
    let (_, mut pullback) = vjp(f, &[0.5, 2.0]);
    let recording = pullback.trace();
    assert_eq!(recording.rows().len(), 2, "adding a constant leaves a number where it is");
    assert_eq!(recording.results().collect::<Vec<_>>(), [Some(1), None, Some(1), None]);
    let w = [3.0, 10.0, 5.0, 20.0, 30.0];
    assert_eq!(recording.adjoints(&w).concat(), pullback.call(&w));
    assert_eq!(recording.adjoints(&w), [[0.0], [8.0]]);
    assert_eq!(recording.tangents(&[1.0, 4.0]), [[1.0], [4.0]]);
}

#[test]
fn a_recording_without_inputs_or_of_empty_arrays_is_a_trace_too() {
    let (_, pullback) = vjp(|_: &[Var<f64>]| Var::constant(3.0), &[][..]);
    assert_eq!(pullback.trace().figure().table().lines().count(), 1);
    let at = (Vector::from([]), 2.0);
    let (_, pullback) = vjp(|(x, y): &(VarArray<f64, 1>, Var<f64>)| x.sum() + *y, &at);
    let recording = pullback.trace();
    assert_eq!(recording.rows()[0].shape, [0]);
    assert_eq!(recording.adjoints(&[1.0])[..2], [vec![], vec![1.0]]);
}

#[test]
fn intermediate_arrays_that_are_watched_are_rows_with_their_adjoints() {
    let x = Vector::from([0.0, 1.0]);
    let run = |x: &VarArray<f64, 1>| {
        let h = x.map(rules::Exp);
        (h.dot(&h), vec![h])
    };
    let (_, _, mut pullback) = vjp_watching(run, &x);
    let recording = pullback.trace();
    assert_close(&recording.adjoints(&[1.0])[1], &pullback.call_watching(&1.0).1[0]);
}

#[test]
fn zeros_are_strong_in_a_recording() {
    let (_, mut pullback) = vjp(|x: &[Var<f64>]| x[0].relu().sqrt() * x[1] + x[1], &[-1.0, 2.0][..]);
    assert_eq!(pullback.trace().adjoints(&[1.0])[..2].concat(), pullback.call(&1.0));
    let x = Vector::from([0.0, 4.0]);
    let (_, derivative) = linearize(|x: &VarArray<f64, 1>| x.map(rules::Sqrt), &x);
    assert_eq!(derivative.trace().tangents(&[0.0, 1.0])[1], [0.0, 0.25]);
}

#[test]
fn a_recording_over_f32_has_its_numbers() {
    let (_, pullback) = vjp(|x: &[Var<f32>]| x[0] * x[1], &[0.1, 3.0][..]);
    assert_eq!(pullback.trace().adjoints(&[1.0])[..2].concat(), [3.0, f64::from(0.1_f32)]);
}
