//! Damaged case files: they are read or refused, and nothing panics.

use ad_tests::points;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use rnn::case::{Case, CaseFile};
use rnn::credit::Mode;
use serde_json::{Value, json};
use std::slice::from_ref;

/// A case file in which everything fits, with any numbers.
fn good_case() -> impl Strategy<Value = Value> {
    let sizes = (1..4_usize, 1..4_usize, 1..4_usize, 1..5_usize);
    let kinds = (
        select(vec!["tanh", "sigmoid", "relu", "identity"]),
        select(vec![("identity", "squared"), ("sigmoid", "squared"), ("softmax", "cross_entropy")]),
        prop_oneof![Just(1.0), 1e-300..1.0_f64],
    );
    (sizes, kinds).prop_flat_map(|((n, d, m, steps), (f, (g, loss), alpha))| {
        let numbers = |len| points::points(len, points::any_number());
        let rows = move |rows, cols| proptest::collection::vec(numbers(cols), rows);
        let params = (rows(d, d), rows(d, n), numbers(d), rows(m, d), numbers(m));
        (params, rows(steps, n), rows(steps, m)).prop_map(
            move |((w_rec, w_in, b_rec, w_out, b_out), x, y_target)| {
                let y_target = if loss == "cross_entropy" { one_hot(y_target) } else { y_target };
                json!({
                    "format": "rnn-case-1", "n": n, "d": d, "m": m, "T": steps,
                    "alpha": alpha, "f": f, "g": g, "loss": loss,
                    "params": {"W_rec": w_rec, "W_in": w_in, "b_rec": b_rec, "W_out": w_out, "b_out": b_out},
                    "x": x, "y_target": y_target,
                })
            },
        )
    })
}

/// Targets that the cross entropy takes: all of each row on its largest number.
fn one_hot(mut rows: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    for row in &mut rows {
        let largest = (0..row.len()).max_by(|&i, &j| row[i].total_cmp(&row[j]));
        let hot = largest.expect("a row has a number");
        row.iter_mut().enumerate().for_each(|(i, target)| *target = f64::from(i == hot));
    }
    rows
}

/// What is put in the place of a part of a text.
const SNIPPETS: &[&str] = &[
    "",
    "null",
    "[",
    "]",
    "{",
    "}",
    "\"",
    ",",
    ":",
    "-",
    "0",
    "1",
    "-0.0",
    "1e999",
    "1e-400",
    "NaN",
    "-inf",
    "\n",
    "\0",
    "\u{e9}",
    "\\u0000",
    "18446744073709551616",
    "-1",
    "0.5",
    "[]",
    "{}",
    "\"T\":2,",
    "\"x\":[[1]],",
    "true",
];

/// A text with some of its parts replaced: by a snippet, or by another part of it.
fn damaged(mut text: String, edits: &[(Index, usize, Option<usize>, Index)]) -> String {
    for (at, len, snippet, from) in edits {
        let boundary = |i: usize| (0..=i).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
        let start = boundary(at.index(text.len() + 1));
        let end = boundary((start + len).min(text.len())).max(start);
        let other = boundary(from.index(text.len() + 1));
        let copied = text[other..boundary((other + 2 * len).min(text.len())).max(other)].to_owned();
        let put = snippet.map_or(copied.as_str(), |k| SNIPPETS[k % SNIPPETS.len()]);
        text.replace_range(start..end, put);
    }
    text
}

proptest! {
    #![proptest_config(ad_tests::cases(64))]

    /// A case file that is in order is read as it stands; a damaged one gives a case in which everything
    /// fits, or an error of one line. Nothing panics, also not what is computed from what was read.
    #[test]
    fn case_files_are_read_or_refused(
        case in good_case(),
        edits in proptest::collection::vec(any::<(Index, u8, Option<u8>, Index)>(), 0..4),
    ) {
        let whole = edits.is_empty();
        let edits: Vec<_> = edits
            .into_iter()
            .map(|(at, len, snippet, from)| (at, usize::from(len % 12), snippet.map(usize::from), from))
            .collect();
        let text = damaged(case.to_string(), &edits);
        match text.parse::<CaseFile>() {
            Ok(read) => {
                let fits = |rows: &[Vec<f64>], [height, width]: [usize; 2]| {
                    rows.len() == height
                        && rows.iter().all(|row| row.len() == width && row.iter().all(|x| x.is_finite()))
                };
                let p = &read.params;
                prop_assert!(fits(&p.w_rec, [read.d; 2]) && fits(&p.w_in, [read.d, read.n]));
                prop_assert!(fits(&p.w_out, [read.m, read.d]));
                prop_assert!(fits(from_ref(&p.b_rec), [1, read.d]) && fits(from_ref(&p.b_out), [1, read.m]));
                prop_assert!(fits(&read.x, [read.steps, read.n]) && fits(&read.y_target, [read.steps, read.m]));
                if whole {
                    prop_assert_eq!(json!(read.x), case["x"].clone());
                    prop_assert_eq!(json!(p.w_rec), case["params"]["W_rec"].clone());
                }
                let case = Case::from(&read);
                for mode in [Mode::Bptt, Mode::Rtrl, Mode::Window(2)] {
                    // Numbers may overflow; that is then an error, of one line too.
                    if let Err(error) = case.gradient(mode).to_json() {
                        prop_assert_eq!(error.to_string().lines().count(), 1);
                    }
                }
            }
            Err(error) => {
                prop_assert!(!whole, "a good case was refused: {error}");
                prop_assert_eq!(error.to_string().lines().count(), 1, "{}", error);
            }
        }
    }
}
