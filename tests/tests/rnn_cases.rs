//! The reference cases, computed outside at 60 digits: every field, by every mode that gives it.

use rnn::case::{Case, CaseFile};
use rnn::credit::Mode;
use serde_json::Value;
use std::path::PathBuf;

/// Agreement relative to `max(1, |x|)`.
const TOLERANCE: f64 = 1e-12;

fn cases() -> Vec<PathBuf> {
    let folder = ad_tests::data_folder("AD_CASES_DIR", "data/rnn");
    let files = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<_> =
        files.map(|file| file.unwrap().path()).filter(|p| p.extension() == Some("json".as_ref())).collect();
    files.sort();
    assert!(!files.is_empty(), "no case in {}", folder.display());
    files
}

/// Compares what was computed with what the file says; every number computed must be there.
fn compare(place: &str, got: &Value, expected: &Value, worst: &mut f64) {
    match (got, expected) {
        (Value::Object(got), Value::Object(expected)) => {
            for (name, got) in got {
                let expected =
                    expected.get(name).unwrap_or_else(|| panic!("{place}.{name}: not in the reference"));
                compare(&format!("{place}.{name}"), got, expected, worst);
            }
        }
        (Value::Array(got), Value::Array(expected)) => {
            assert_eq!(got.len(), expected.len(), "{place}: lengths differ");
            for (i, (got, expected)) in got.iter().zip(expected).enumerate() {
                compare(&format!("{place}[{i}]"), got, expected, worst);
            }
        }
        (Value::Number(got), Value::Number(expected)) => {
            let (got, expected) = (got.as_f64().unwrap(), expected.as_f64().unwrap());
            let error = (got - expected).abs() / expected.abs().max(1.0);
            assert!(error <= TOLERANCE, "{place}: got {got}, expected {expected}, off by {error:e}");
            *worst = worst.max(error);
        }
        _ => panic!("{place}: got {got}, expected {expected}"),
    }
}

fn check(mode: Mode, full: bool, fields: &[&str]) {
    for path in cases() {
        let text = std::fs::read_to_string(&path).unwrap();
        let reference: Value = serde_json::from_str(&text).unwrap();
        let case = Case::from(&text.parse::<CaseFile>().unwrap());
        let credit = if full { case.full(mode) } else { case.gradient(mode) };
        let got: Value = serde_json::from_str(&credit.to_json().unwrap()).unwrap();
        for field in fields {
            assert!(got.get(field).is_some(), "{mode} gives no {field}");
        }
        assert_eq!(got.as_object().unwrap().len(), fields.len(), "{mode} gives other fields: {got}");
        let mut worst = 0.0;
        compare(&format!("{} {mode}", path.display()), &got, &reference, &mut worst);
    }
}

#[test]
fn bptt_gives_every_field_of_reverse_mode() {
    check(Mode::Bptt, true, &["L", "L_t", "grad", "h", "u", "v", "y", "J", "delta_tilde", "delta", "blocks"]);
}

#[test]
fn rtrl_gives_every_field_of_forward_mode() {
    check(Mode::Rtrl, true, &["L", "L_t", "grad", "h", "u", "v", "y", "J", "delta_tilde", "P", "blocks"]);
}

#[test]
fn windows_of_any_length_give_the_gradient() {
    for k in [1, 2, 3, 4, 5, 6, 7, 100] {
        check(Mode::Window(k), false, &["L", "L_t", "grad"]);
        check(Mode::Window(k), true, &["L", "L_t", "grad", "h", "u", "v", "y", "J", "delta_tilde"]);
    }
}

#[test]
fn any_number_of_kept_states_gives_the_gradient() {
    for k in [1, 2, 3, 100] {
        check(Mode::Checkpoint(k), false, &["L", "L_t", "grad"]);
        check(Mode::Checkpoint(k), true, &["L", "L_t", "grad", "h", "u", "v", "y", "J", "delta_tilde"]);
    }
}

#[test]
fn a_wrong_number_is_seen() {
    let result = std::panic::catch_unwind(|| {
        compare("x", &serde_json::json!([1.0, 2.0]), &serde_json::json!([1.0, 2.0 + 1e-11]), &mut 0.0);
    });
    assert!(result.is_err());
}
