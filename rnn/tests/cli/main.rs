//! The program as a caller sees it: stdout, stderr and the exit status.

use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

mod answers;
mod refusals;

/// A folder of a test's own, gone when the test is.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("rnn-cli-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rnn"));
    command.args(args).stdin(Stdio::null());
    command
}

fn rnn(args: &[&str]) -> Output {
    command(args).output().unwrap()
}

/// What a run that went well says.
fn answer(output: Output) -> String {
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{}: {stderr}", output.status);
    assert_eq!(stderr, "", "stderr is for errors and terminals");
    String::from_utf8(output.stdout).unwrap()
}

/// What a run that went well says, and its one line on stderr, that begins like this.
#[track_caller]
fn warned(output: Output, line: &str) -> (String, String) {
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{}: {stderr}", output.status);
    assert!(stderr.ends_with('\n') && stderr.matches('\n').count() == 1, "not one line: {stderr:?}");
    assert!(stderr.starts_with(&format!("rnn: {line}")), "expected {line:?}, found {stderr}");
    (String::from_utf8(output.stdout).unwrap(), stderr)
}

/// That a run fails as promised: nothing on stdout, one line on stderr that begins like this, exit status 2.
#[track_caller]
fn refused(output: &Output, line: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(stderr.matches('\n').count(), 1, "not one line: {stderr}");
    assert!(stderr.ends_with('\n'), "{stderr}");
    assert!(stderr.starts_with(&format!("rnn: {line}")), "expected {line:?}, found {stderr}");
}

/// A case of three steps in which every number has digits to lose.
fn case() -> Value {
    json!({
        "format": "rnn-case-1",
        "n": 2, "d": 3, "m": 2, "T": 3, "alpha": 0.3, "f": "tanh", "g": "softmax", "loss": "cross_entropy",
        "params": {
            "W_rec": [[0.1, -0.7, 0.33], [0.2, 1.0 / 3.0, -0.9], [0.5, 0.6, -0.1]],
            "W_in": [[0.3, -1.2], [0.7, 0.1], [-0.4, 0.9]],
            "b_rec": [0.05, -0.02, 0.1],
            "W_out": [[1.1, -0.3, 0.2], [0.4, 0.8, -0.6]],
            "b_out": [0.0, 0.1]
        },
        "x": [[1.0, 0.5], [-0.3, 0.2], [0.9, -1.1]],
        "y_target": [[1.0, 0.0], [0.25, 0.75], [0.0, 1.0]]
    })
}

/// The case with one field changed; `field` is a JSON pointer.
fn changed(field: &str, value: Value) -> String {
    let mut case = case();
    *case.pointer_mut(field).unwrap() = value;
    case.to_string()
}

/// The lesson's case, with numbers that overflow on the way.
fn overflowing() -> String {
    let mut case: Value = serde_json::from_str(include_str!("../../data/lesson.json")).unwrap();
    case["f"] = json!("identity");
    case["params"]["W_rec"] = json!([[1e40, 0.0], [0.0, 1e40]]);
    case["x"] = json!(vec![[1e3]; 8]);
    case.to_string()
}

fn series(len: usize) -> String {
    let rows = (0..len).map(|t| format!("{},{}\n", 1900 + t, (t as f64 * 0.7).sin()));
    format!("YEAR,SUNSPOTS\n{}", rows.collect::<String>())
}
