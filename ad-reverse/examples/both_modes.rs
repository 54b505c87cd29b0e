//! f(x, y) = x y + sin x at (2, 3), with both modes on one figure: tangents flow along the arrows, adjoints against them.
//!
//! The graph goes to stdout in Graphviz' language, the table to stderr:
//!
//! ```text
//! cargo run -p ad-reverse --features trace --example both_modes | dot -Tsvg > both-modes.svg
//! ```

use ad_core::Scalar;
use ad_reverse::trace::trace;

fn f<S: Scalar>(x: &[S]) -> S {
    x[0] * x[1] + x[0].sin()
}

fn main() {
    let run = trace(f, &[2.0, 3.0][..]);
    let (along_x, of_f) = ([1.0, 0.0], [1.0]);
    eprintln!("{}", run.table(&along_x, &of_f));
    print!("{}", run.dot(&along_x, &of_f));

    // The last tangent and the first adjoint are the same number, df/dx, reached from either end.
    let (tangents, adjoints) = (run.tangents(&along_x), run.adjoints(&of_f));
    assert_eq!(tangents.last(), adjoints.first());
}
