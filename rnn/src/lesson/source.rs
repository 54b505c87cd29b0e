//! The lines of the model's source that the lesson shows: cut out of the files that are compiled, so that they cannot differ
//! from what runs.

use crate::kind::{Loss, Output};
use crate::model::Rnn;
use serde::Serialize;

const MODEL: &str = include_str!("../model.rs");
const LOSS: &str = include_str!("../loss.rs");

/// A line of source and the function around it.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Line {
    /// The equation that it writes down.
    equation: &'static str,
    /// What it computes.
    name: &'static str,
    /// The first line of the function's documentation.
    says: &'static str,
    /// The line itself.
    code: &'static str,
    /// The whole function.
    function: String,
}

/// The lines that compute u, h, v, y and L in one step.
pub(super) fn lines(rnn: &Rnn) -> Vec<Line> {
    let output = match rnn.g {
        Output::Identity => "Output::Identity =>",
        Output::Sigmoid => "Output::Sigmoid =>",
        Output::Softmax => "Output::Softmax =>",
    };
    let (loss, formula) = match (rnn.loss, rnn.g) {
        (Loss::Squared, _) => ("squared", "squared_distance"),
        (Loss::CrossEntropy, Output::Softmax) => ("loss_at", "-v.sub_rows"),
        (Loss::CrossEntropy, _) => ("loss_at", "minus_v.map(rules::Softplus)"),
    };
    let cut = [
        ("1.1", "u", MODEL, "potential", "// (1.1)"),
        ("1.2", "h", MODEL, "state", "// (1.2)"),
        ("1.3", "v", MODEL, "output_potential", "// (1.3)"),
        ("1.4", "y", MODEL, "output", output),
        ("1.5", "L", LOSS, loss, formula),
    ];
    cut.map(|(equation, name, file, function, marker)| {
        let (says, body) = function_named(file, function)
            .unwrap_or_else(|| panic!("the source has no function {function} with a documentation"));
        let code = body
            .iter()
            .find(|line| line.contains(marker))
            .unwrap_or_else(|| panic!("the function {function} has no line with {marker}"));
        Line { equation, name, says, code: code.trim(), function: unindented(&body) }
    })
    .into()
}

/// The first line of a function's documentation, and the lines of the function.
fn function_named(file: &'static str, name: &str) -> Option<(&'static str, Vec<&'static str>)> {
    let lines: Vec<&str> = file.lines().collect();
    let is_head = |line: &&str| {
        line.trim_start().strip_prefix("pub").is_some_and(|rest| rest.contains(&format!("fn {name}<")))
    };
    let head = lines.iter().position(is_head)?;
    let indent = lines[head].len() - lines[head].trim_start().len();
    let end = head + lines[head..].iter().position(|line| *line == format!("{:indent$}}}", ""))?;
    let documentation = lines[..head].iter().rposition(|line| !line.trim_start().starts_with("///"))? + 1;
    let says = lines[documentation].trim_start().strip_prefix("/// ")?;
    Some((says, lines[head..=end].to_vec()))
}

fn unindented(lines: &[&str]) -> String {
    let indent = lines[0].len() - lines[0].trim_start().len();
    lines.iter().map(|line| line.get(indent..).unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Activation;

    #[test]
    fn every_line_is_found_in_the_source_for_every_kind_of_network() {
        for &g in Output::ALL {
            for &loss in Loss::ALL {
                if !loss.accepts(g) {
                    continue;
                }
                let lines = lines(&Rnn { f: Activation::Tanh, g, alpha: 1.0, loss });
                let equations: Vec<_> = lines.iter().map(|line| line.equation).collect();
                assert_eq!(equations, ["1.1", "1.2", "1.3", "1.4", "1.5"]);
                for line in &lines {
                    assert!(line.function.contains(line.code), "{line:?}");
                    assert!(line.function.ends_with('}'), "{line:?}");
                }
            }
        }
    }

    #[test]
    fn the_lines_are_the_equations() {
        let rnn = Rnn { f: Activation::Tanh, g: Output::Identity, alpha: 1.0, loss: Loss::Squared };
        let lines = lines(&rnn);
        assert!(lines[0].code.contains("theta.w_rec, h_prev") && lines[0].code.contains("theta.w_in, x"));
        assert!(lines[1].code.contains("h_prev.axpby_map(keep") && lines[1].code.contains("self.f"));
        assert!(lines[2].code.contains("readout.w_out, h"));
        assert!(lines[3].code.contains("v.clone()"));
    }

    #[test]
    fn a_function_that_is_not_there_is_not_found() {
        assert!(function_named(MODEL, "no_such").is_none());
    }
}
