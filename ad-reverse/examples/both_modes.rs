//! f(x, y) = x y + sin x at (2, 3), with both modes on one figure: tangents flow along the arrows, adjoints against them.
//!
//! The figure goes to stdout, as a table to stderr, with the recording of reverse mode below: the same rows.
//!
//! ```text
//! cargo run -p ad-reverse --features trace --example both_modes > both-modes.svg
//! ```

use ad_core::Scalar;
use ad_reverse::trace::{keeping_values, trace};
use ad_reverse::vjp;
use layout::backends::svg::SVGWriter;
use layout::gv::{DotParser, GraphBuilder};

fn f<S: Scalar>(x: &[S]) -> S {
    x[0] * x[1] + x[0].sin()
}

/// A graph in Graphviz' language, drawn.
fn drawn(dot: &str) -> Result<String, String> {
    let mut builder = GraphBuilder::new();
    builder.visit_graph(&DotParser::new(dot).process()?);
    let mut svg = SVGWriter::new();
    builder.get().do_it(false, false, false, &mut svg);
    Ok(svg.finalize())
}

fn main() -> Result<(), String> {
    let at = [2.0, 3.0];
    let run = trace(f, &at[..]);
    let (along_x, of_f) = ([1.0, 0.0], [1.0]);
    let figure = run.figure().with_inputs(&["x", "y"]).with_tangents(&along_x).with_adjoints(&of_f);
    eprintln!("{}", figure.table());
    println!("{}", drawn(&figure.dot())?);

    // The last tangent and the first adjoint are the same number, df/dx, reached from either end.
    let (tangents, adjoints) = (run.tangents(&along_x), run.adjoints(&of_f));
    assert_eq!(tangents.last(), adjoints.first());

    // The recording, which for once keeps names and values, has the same rows and so the same adjoints.
    let recording = keeping_values(|| vjp(f, &at[..])).1.trace();
    eprintln!("{}", recording.figure().with_inputs(&["x", "y"]).with_adjoints(&of_f).table());
    assert_eq!(recording.rows(), run.rows());
    assert_eq!(recording.adjoints(&of_f), adjoints);
    Ok(())
}
