//! A trace as text: a table for a terminal, a graph for Graphviz.

use super::{Row, Trace};
use std::fmt::Write as _;

impl Trace {
    /// One line for each operation: its operands, value and partials, its tangent along `dx`, its adjoint for `w`.
    ///
    /// # Panics
    ///
    /// As [`tangents`](Self::tangents) and [`adjoints`](Self::adjoints).
    #[must_use]
    pub fn table(&self, dx: &[f64], w: &[f64]) -> String {
        let (tangents, adjoints) = (self.tangents(dx), self.adjoints(w));
        let head = ["", "operation", "value", "partials", "tangent", "adjoint"].map(str::to_owned);
        let line = |(place, row): (usize, &Row)| {
            let partials = row.operands.iter().zip(&row.partials);
            let partials =
                partials.map(|(operand, by)| format!("d%{operand} {}", numbers(by.as_slice(), &by.shape())));
            [
                format!("%{place}"),
                row.call(),
                numbers(&row.value, &row.shape),
                partials.collect::<Vec<_>>().join(", "),
                numbers(&tangents[place], &row.shape),
                numbers(&adjoints[place], &row.shape),
            ]
        };
        let lines: Vec<[String; 6]> =
            std::iter::once(head).chain(self.rows.iter().enumerate().map(line)).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..6).map(width).collect();
        let mut out = String::new();
        for line in &lines {
            let padded: Vec<_> =
                line.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}")).collect();
            let _ = writeln!(out, "{}", padded.join("  ").trim_end());
        }
        out
    }

    /// The run as a graph in Graphviz' language: a node for each operation with its value, its tangent along `dx` and its adjoint
    /// for `w`, an edge from each operand with the partial by it. Tangents flow along the edges, adjoints against them.
    ///
    /// ```text
    /// cargo run -p ad-reverse --features trace --example both_modes > f.dot && dot -Tsvg f.dot > f.svg
    /// ```
    ///
    /// # Panics
    ///
    /// As [`tangents`](Self::tangents) and [`adjoints`](Self::adjoints).
    #[must_use]
    pub fn dot(&self, dx: &[f64], w: &[f64]) -> String {
        let (tangents, adjoints) = (self.tangents(dx), self.adjoints(w));
        let mut out =
            String::from("digraph trace {\n  rankdir=LR;\n  node [shape=record, fontname=\"sans-serif\"];\n");
        for (place, row) in self.rows.iter().enumerate() {
            let of = |numbers_of: &[f64]| numbers(numbers_of, &row.shape);
            let (value, tangent, adjoint) = (of(&row.value), of(&tangents[place]), of(&adjoints[place]));
            let _ = writeln!(
                out,
                "  r{place} [label=\"{{{}|value {value}|tangent {tangent}|adjoint {adjoint}}}\"];",
                row.name
            );
            for (operand, partial) in row.operands.iter().zip(&row.partials) {
                let partial = numbers(partial.as_slice(), &partial.shape());
                let _ = writeln!(out, "  r{operand} -> r{place} [label=\"{partial}\"];");
            }
        }
        for (row, _) in self.outputs.iter().filter_map(|&(row, entries)| Some((row?, entries))) {
            let _ = writeln!(out, "  r{row} [penwidth=2];");
        }
        out.push_str("}\n");
        out
    }
}

impl Row {
    fn call(&self) -> String {
        let operands: Vec<_> = self.operands.iter().map(|operand| format!("%{operand}")).collect();
        format!("{} {}", self.name, operands.join(" ")).trim_end().to_owned()
    }
}

/// More numbers than this are told by their extents alone.
const MOST: usize = 6;

fn numbers(x: &[f64], shape: &[usize]) -> String {
    let short = |x: &f64| {
        let text = format!("{x:.4}");
        // Very small and very large numbers by their power of ten.
        if *x == 0.0 || (1e-3..1e6).contains(&x.abs()) { text } else { format!("{x:.3e}") }
    };
    match x {
        [one] => short(one),
        _ if x.len() <= MOST => format!("({})", x.iter().map(short).collect::<Vec<_>>().join(", ")),
        _ => shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(" x "),
    }
}
