//! A trace as text: a table for a terminal, a graph for Graphviz.

use super::{Row, Trace};
use alloc::string::{String, ToString};
use alloc::{format, vec, vec::Vec};
use core::fmt::Write as _;
use core::iter::once;

/// A trace as it is shown: its operations, values and partials, and what else was asked for.
///
/// ```
/// use ad_core::Scalar;
/// use ad_forward::trace::trace;
///
/// let trace = trace(|x| x[0] * x[1] + x[0].sin(), &[2.0, 3.0]);
/// let table = trace.figure().with_tangents(&[1.0, 0.0]).table();
/// assert_eq!(table.lines().nth(3).unwrap(), "%2  mul %0 %1  6.0000  d%0 3.0000, d%1 2.0000  3.0000");
/// ```
#[derive(Clone, Debug)]
pub struct Figure<'a> {
    trace: &'a Trace,
    /// What the first inputs are called.
    inputs: &'a [&'a str],
    tangents: Option<Vec<Vec<f64>>>,
    adjoints: Option<Vec<Vec<f64>>>,
}

impl Trace {
    /// This trace, to be shown.
    #[must_use]
    pub fn figure(&self) -> Figure<'_> {
        Figure { trace: self, inputs: &[], tangents: None, adjoints: None }
    }
}

impl<'a> Figure<'a> {
    /// Calls the inputs by these names, in their order, instead of `input`.
    #[must_use]
    pub fn with_inputs(self, names: &'a [&'a str]) -> Self {
        Self { inputs: names, ..self }
    }

    /// Shows the tangent of each operation when the inputs move along `dx`.
    ///
    /// # Panics
    ///
    /// As [`Trace::tangents`].
    #[must_use]
    #[track_caller]
    pub fn with_tangents(self, dx: &[f64]) -> Self {
        Self { tangents: Some(self.trace.tangents(dx)), ..self }
    }

    /// Shows the adjoint of each operation for a cotangent `w` of the results.
    ///
    /// # Panics
    ///
    /// As [`Trace::adjoints`].
    #[must_use]
    #[track_caller]
    pub fn with_adjoints(self, w: &[f64]) -> Self {
        Self { adjoints: Some(self.trace.adjoints(w)), ..self }
    }

    /// One line for each operation: its operands, its value (`-` if that was not kept), its partials, and what else is shown.
    #[must_use]
    pub fn table(&self) -> String {
        let mut columns = vec![
            self.column("", |place, _| format!("%{place}")),
            self.column("operation", |place, row| self.name(place).to_string() + &row.operands()),
            self.column("partials", |_, row| row.partials()),
        ];
        if self.trace.keeps_values() {
            columns.insert(2, self.column("value", |_, row| row.kept_value()));
        }
        for (title, numbers) in self.flows() {
            columns.push(self.column(title, |place, row| row.numbers(&numbers[place])));
        }
        let width = |column: &Vec<String>| column.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = columns.iter().map(width).collect();
        let mut out = String::new();
        for line in 0..=self.trace.rows.len() {
            let cells =
                columns.iter().zip(&widths).map(|(column, &width)| format!("{:width$}", column[line]));
            let _ = writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
        }
        out
    }

    /// A graph in Graphviz' language: a node for each operation, an edge from each operand with the partial by it.
    /// Tangents flow along the edges, adjoints against them.
    #[must_use]
    pub fn dot(&self) -> String {
        let mut out =
            String::from("digraph trace {\n  rankdir=LR;\n  node [shape=record, fontname=\"sans-serif\"];\n");
        for (place, row) in self.trace.rows.iter().enumerate() {
            let mut fields = vec![escaped(self.name(place))];
            if self.trace.keeps_values() {
                fields.push(format!("value {}", row.kept_value()));
            }
            for (title, numbers) in self.flows() {
                fields.push(format!("{title} {}", row.numbers(&numbers[place])));
            }
            let is_result = self.trace.results().any(|result| result == Some(place));
            let of_result = if is_result { ", penwidth=2" } else { "" };
            let _ = writeln!(out, "  r{place} [label=\"{}\"{of_result}];", fields.join("|"));
            for (operand, partial) in row.operands.iter().zip(&row.partials) {
                let partial = numbers(partial.as_slice(), &partial.shape());
                let _ = writeln!(out, "  r{operand} -> r{place} [label=\"{partial}\"];");
            }
        }
        out.push_str("}\n");
        out
    }

    fn name(&self, place: usize) -> &str {
        let input = self.trace.inputs.iter().position(|&input| input == place);
        input.and_then(|k| self.inputs.get(k)).unwrap_or(&self.trace.rows[place].name)
    }

    /// What flows through the operations, as far as it is shown.
    fn flows(&self) -> impl Iterator<Item = (&'static str, &Vec<Vec<f64>>)> {
        [("tangent", &self.tangents), ("adjoint", &self.adjoints)]
            .into_iter()
            .filter_map(|(title, numbers)| Some((title, numbers.as_ref()?)))
    }

    fn column(&self, title: &str, cell: impl Fn(usize, &Row) -> String) -> Vec<String> {
        let cells = self.trace.rows.iter().enumerate().map(|(place, row)| cell(place, row));
        once(title.to_string()).chain(cells).collect()
    }
}

impl Trace {
    fn keeps_values(&self) -> bool {
        self.rows.iter().any(|row| !row.value.is_empty())
    }
}

impl Row {
    fn operands(&self) -> String {
        self.operands.iter().map(|operand| format!(" %{operand}")).collect()
    }

    fn partials(&self) -> String {
        let partials = self.operands.iter().zip(&self.partials);
        let partials =
            partials.map(|(operand, by)| format!("d%{operand} {}", numbers(by.as_slice(), &by.shape())));
        partials.collect::<Vec<_>>().join(", ")
    }

    /// The value, if it was kept.
    fn kept_value(&self) -> String {
        if self.value.is_empty() && self.len() > 0 { "-".to_string() } else { self.numbers(&self.value) }
    }

    /// Numbers that are one for each of the result.
    fn numbers(&self, x: &[f64]) -> String {
        numbers(x, &self.shape)
    }
}

/// More numbers than this are told by their extents alone.
const MOST: usize = 6;

fn numbers(x: &[f64], shape: &[usize]) -> String {
    let short = |x: &f64| {
        // Very small and very large numbers by their power of ten.
        if *x == 0.0 || (1e-3..1e6).contains(&x.abs()) { format!("{x:.4}") } else { format!("{x:.3e}") }
    };
    match x {
        [] => String::new(),
        [one] => short(one),
        _ if x.len() <= MOST => format!("({})", x.iter().map(short).collect::<Vec<_>>().join(", ")),
        _ => shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(" x "),
    }
}

/// A name in the label of a record, where some characters have a meaning.
fn escaped(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if "\\\"{}|<>".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
