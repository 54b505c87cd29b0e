//! What is shown of a run is what the modes compute.

use ad_core::VectorFunction;
use ad_forward::jvp;
use ad_forward::trace::{Trace, Traced, trace};
use ad_reverse::vjp;
use ad_tests::{cases, points, programs};
use layout::gv::DotParser;
use layout::gv::parser::ast::{ArrowKind, Graph, Stmt};
use proptest::prelude::*;

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
}
