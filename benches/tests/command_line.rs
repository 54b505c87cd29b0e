//! What every bench does with its command line and with the reader of its output.

use std::process::{Command, Stdio};

const BENCHES: [(&str, &str, &str); 9] = [
    ("bptt", env!("CARGO_BIN_EXE_bptt"), "--json"),
    ("forward", env!("CARGO_BIN_EXE_forward"), "--json"),
    ("growth", env!("CARGO_BIN_EXE_growth"), "--json"),
    ("guard", env!("CARGO_BIN_EXE_guard"), "--save"),
    ("jacobian", env!("CARGO_BIN_EXE_jacobian"), "--json"),
    ("memory", env!("CARGO_BIN_EXE_memory"), "--json"),
    ("results", env!("CARGO_BIN_EXE_results"), "there are no options"),
    ("rtrl", env!("CARGO_BIN_EXE_rtrl"), "--json"),
    ("scalar", env!("CARGO_BIN_EXE_scalar"), "--json"),
];

/// Before it measures: this test takes no minutes.
#[test]
fn an_unknown_option_is_refused_with_those_that_there_are() {
    for (name, program, known) in BENCHES {
        let output = Command::new(program).args(["--jsno"]).output().expect("the bench starts");
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(output.stdout.is_empty(), "{name}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(stderr, format!("--jsno: unknown option ({known})\n"), "{name}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_ends_a_bench_quietly() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_memory"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the bench starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the bench ends");
    assert!(output.status.success(), "{}", output.status);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
