//! What is shown of a run is what the modes compute.

use ad_core::VectorFunction;
use ad_forward::jvp;
use ad_forward::trace::{Trace, Traced, trace};
use ad_reverse::vjp;
use ad_tests::{cases, points, programs};
use layout::gv::DotParser;
use layout::gv::parser::ast::{Graph, Stmt};
use proptest::prelude::*;

/// To rounding, for sums of another order.
fn assert_close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    let size = b.iter().fold(1.0_f64, |size, b| size.max(b.abs()));
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() <= 1e-13 * size, "{a} and {b}");
    }
}

fn parsed(dot: &str) -> (usize, usize) {
    let Graph { list, .. } = DotParser::new(dot).process().expect("a graph in Graphviz' language");
    let count = |wanted: fn(&Stmt) -> bool| list.list.iter().filter(|stmt| wanted(stmt)).count();
    (count(|stmt| matches!(stmt, Stmt::Node(_))), count(|stmt| matches!(stmt, Stmt::Edge(_))))
}

/// A node for each row and an edge for each operand; a line for each row, under the titles.
fn assert_shows_every_row(trace: &Trace, dx: &[f64], w: &[f64]) {
    let figure = trace.figure().with_tangents(dx).with_adjoints(w);
    let operands = trace.rows().iter().map(|row| row.operands.len()).sum();
    assert_eq!(parsed(&figure.dot()), (trace.rows().len(), operands));
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
}
