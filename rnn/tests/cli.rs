//! The program as a caller sees it: stdout, stderr and the exit status.

use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

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

#[track_caller]
fn credit_refuses(text: impl AsRef<[u8]>, line: &str) {
    let caller = std::panic::Location::caller().line();
    let folder = Folder::new(&format!("case-{caller}"));
    let path = folder.write("case.json", text);
    for mode in ["bptt", "rtrl", "window:2"] {
        refused(&rnn(&["credit", &path, "--mode", mode]), line);
        refused(&rnn(&["credit", &path, "--mode", mode, "--full"]), line);
    }
}

#[test]
fn a_field_that_is_wrong_is_named() {
    credit_refuses(changed("/alpha", json!(0)), "alpha: must lie in (0, 1], found 0");
    credit_refuses(changed("/alpha", json!(2)), "alpha: must lie in (0, 1], found 2");
    credit_refuses(changed("/f", json!("swish")), "f: unknown activation \"swish\"");
    credit_refuses(changed("/g", json!("tanh")), "g: unknown output");
    credit_refuses(changed("/loss", json!("hinge")), "loss: unknown loss");
    credit_refuses(changed("/g", json!("identity")), "loss: cross_entropy needs g");
    credit_refuses(changed("/format", json!("rnn-case-9")), "format: ");
    credit_refuses(changed("/T", json!(0)), "T: must be at least 1");
    credit_refuses(changed("/T", json!(u64::MAX)), "x: expected");
    credit_refuses(changed("/d", json!(-1)), "d: ");
    credit_refuses(changed("/n", json!(3)), "params.W_in: expected 3 rows of 3");
    credit_refuses(changed("/params/b_rec", json!([1.0])), "params.b_rec: expected 3 entries, found 1");
    credit_refuses(changed("/params", json!([])), "params: ");
    credit_refuses(changed("/x/1", json!([1.0])), "x: expected 3 rows of 2, found row 1");
    credit_refuses(changed("/x/1/0", json!("1.0")), "x[1][0]: ");
    credit_refuses(changed("/y_target", Value::Null), "y_target: ");
}

#[test]
fn a_number_that_is_not_finite_is_named() {
    let text = case().to_string();
    credit_refuses(text.replace("1.1,", "NaN,"), "params.W_out[0][0]: not a finite number");
    credit_refuses(text.replace("1.1,", "1e999,"), "params.W_out[0][0]: not a finite number");
    credit_refuses(text.replace("1.1,", "-Infinity,"), "params.W_out[0][0]: not a finite number");
}

#[test]
fn a_field_that_is_missing_is_named() {
    for field in ["n", "d", "m", "T", "alpha", "f", "g", "loss", "params", "x", "y_target"] {
        let mut case = case();
        case.as_object_mut().unwrap().remove(field);
        let folder = Folder::new(&format!("missing-{field}"));
        let path = folder.write("case.json", case.to_string());
        refused(&rnn(&["credit", &path, "--mode", "bptt"]), &format!("{field}: missing"));
    }
}

#[test]
fn a_file_that_is_wrong_is_named() {
    let folder = Folder::new("file");
    let missing = folder.path("none.json");
    refused(&rnn(&["credit", &missing, "--mode", "bptt"]), &format!("{missing}: cannot read"));
    for (name, text) in [("broken.json", &b"{\"n\": 1,"[..]), ("empty.json", b""), ("list.json", b"[]")] {
        let path = folder.write(name, text);
        refused(&rnn(&["credit", &path, "--mode", "rtrl"]), &path);
    }
    let path = folder.write("bytes.json", [0xff, 0xfe, 0x00]);
    refused(&rnn(&["credit", &path, "--mode", "rtrl"]), &path);
    let twisted = folder.path("two\nlines.json");
    refused(&rnn(&["credit", &twisted, "--mode", "rtrl"]), &twisted.replace('\n', " "));
}

#[test]
fn a_result_that_is_not_finite_is_named() {
    // No activation that saturates stands in the way of these.
    let overflow = |change: fn(&mut Value)| {
        let mut case = case();
        for (name, value) in [("f", "identity"), ("g", "identity"), ("loss", "squared")] {
            case[name] = json!(value);
        }
        change(&mut case);
        case.to_string()
    };
    let huge_weights = overflow(|case| case["params"]["W_rec"][0] = json!([1e308, 1e308, 1e308]));
    let huge_target = overflow(|case| case["y_target"][1][0] = json!(1e200));
    credit_refuses(huge_weights, "L: not a finite number");
    credit_refuses(huge_target, "L: not a finite number");
    // The loss is finite here, but nothing else may be told as if it were.
    let huge_input = overflow(|case| {
        case["f"] = json!("tanh");
        case["params"]["W_in"][0][0] = json!(1e308);
        case["x"][0][0] = json!(1e308);
    });
    let folder = Folder::new("saturated");
    let path = folder.write("case.json", huge_input);
    refused(&rnn(&["credit", &path, "--mode", "bptt", "--full"]), "u[0][0]: not a finite number");
}

/// The lesson's case, with numbers that overflow on the way.
fn overflowing() -> String {
    let mut case: Value = serde_json::from_str(include_str!("../data/lesson.json")).unwrap();
    case["f"] = json!("identity");
    case["params"]["W_rec"] = json!([[1e40, 0.0], [0.0, 1e40]]);
    case["x"] = json!(vec![[1e3]; 8]);
    case.to_string()
}

/// Where numbers overflow there is nothing to look at either.
#[test]
fn nothing_that_is_not_finite_is_shown() {
    let folder = Folder::new("overflow");
    let path = folder.write("case.json", overflowing());
    let out = folder.path("lesson.html");
    for mode in ["bptt", "rtrl", "window:3"] {
        refused(&rnn(&["credit", &path, "--mode", mode]), "L: not a finite number");
        let line = "L_5: not a finite number";
        refused(&rnn(&["credit", &path, "--mode", mode, "--explain"]), line);
    }
    refused(&rnn(&["triangle", "--case", &path]), "|dL_t/dtheta_s|[4][0]: not a finite number");
    refused(
        &rnn(&["triangle", "--case", &path, "--svg", &out]),
        "|dL_t/dtheta_s|[4][0]: not a finite number",
    );
    refused(&rnn(&["lesson", "--case", &path, "--out", &out]), "L_5[0]: not a finite number");
    refused(&rnn(&["lesson", "--case", &path, "--json"]), "L_5[0]: not a finite number");
    assert!(!Path::new(&out).exists());
}

/// A network without weights, with so many units and steps.
fn sized(d: usize, steps: usize) -> String {
    let zeros = |rows, cols| vec![vec![0.0; cols]; rows];
    json!({
        "n": 1, "d": d, "m": 1, "T": steps, "alpha": 1, "f": "tanh", "g": "identity", "loss": "squared",
        "params": {
            "W_rec": zeros(d, d), "W_in": zeros(d, 1), "b_rec": vec![0.0; d], "W_out": zeros(1, d), "b_out": [0.0]
        },
        "x": zeros(steps, 1),
        "y_target": zeros(steps, 1)
    })
    .to_string()
}

#[test]
fn a_case_too_large_for_memory_is_refused() {
    let folder = Folder::new("large");
    let long = folder.write("long.json", sized(8, 3000));
    let full = "T, d, n: the full output with its copies has ";
    for mode in ["bptt", "rtrl"] {
        refused(&rnn(&["credit", &long, "--mode", mode, "--full"]), full);
        refused(&rnn(&["credit", &long, "--mode", mode, "--explain"]), full);
        answer(rnn(&["credit", &long, "--mode", mode]));
    }
    let longer = folder.write("longer.json", sized(1, 8000));
    let triangle =
        "T, d, n: the triangle with its copies has 320096000 numbers, and 2 GiB has room for 268435456";
    refused(&rnn(&["triangle", "--case", &longer]), triangle);
    let wide = folder.write("wide.json", sized(1000, 3));
    for mode in ["rtrl", "window:2"] {
        let line = "d, n: P with its copies has 2004000000 numbers, and 2 GiB has room for 268435456";
        refused(&rnn(&["credit", &wide, "--mode", mode]), line);
    }
    for mode in ["bptt", "checkpoint:2", "window:3"] {
        answer(rnn(&["credit", &wide, "--mode", mode]));
    }
}

#[test]
fn an_argument_that_is_wrong_is_named() {
    let folder = Folder::new("arguments");
    let path = folder.write("case.json", case().to_string());
    let data = folder.write("data.csv", series(30));
    let modes = ["window:0", "window:", "window:-1", "window:1.5", "BPTT", "", "truncated\nbptt", "bptt:2"];
    for mode in modes.into_iter().chain(["checkpoint", "checkpoint:0", "checkpoint:x"]) {
        refused(&rnn(&["credit", &path, "--mode", mode]), "--mode: unknown mode");
    }
    refused(&rnn(&["credit", &path, "--mode"]), "--mode: needs a value");
    refused(&rnn(&["credit", &path]), "--mode <MODE>: missing");
    refused(&rnn(&["credit", "--mode", "bptt"]), "<CASE.json>: missing");
    refused(&rnn(&["credit", &path, "--mode", "bptt", "--fast"]), "--fast: unknown argument");
    refused(&rnn(&["credit", &path, "--mode", "bptt", "--mode", "rtrl"]), "--mode: ");
    refused(&rnn(&["--fast"]), "--fast: unknown argument");
    refused(&rnn(&["learn"]), "unrecognized subcommand 'learn'");
    refused(&rnn(&["train"]), "--data <FILE.csv>: missing");
    for (argument, value, line) in [
        ("--alpha", "0", "must lie in (0, 1], found 0"),
        ("--alpha", "2", "must lie in (0, 1], found 2"),
        ("--alpha", "NaN", "must lie in (0, 1], found NaN"),
        ("--f", "swish", "unknown activation \"swish\""),
        ("--alpha", "-0.5", "must lie in (0, 1], found -0.5"),
        ("--rate", "-1", "must be positive and finite, found -1"),
        ("--hidden", "-1", "not a number that fits: \"-1\""),
        ("--seed", "-1", "not a number that fits: \"-1\""),
        ("--held-back", "-1", "not a number that fits: \"-1\""),
        ("--leave-out", "-1", "not a number that fits: \"-1\""),
        ("--epochs", "-1", "not a number that fits: \"-1\""),
        ("--mode", "window:0", "unknown mode"),
        ("--hidden", "0", "must lie in 1..="),
        ("--hidden", "18446744073709551615", "must lie in 1..="),
        ("--epochs", "0", "must be at least 1"),
        ("--epochs", "many", "not a number that fits"),
        ("--rate", "inf", "must be positive and finite"),
        ("--rate", "1e300", "training diverged"),
        ("--held-back", "0", "must be at least 1"),
        ("--held-back", "29", "SUNSPOTS: needs at least 31 rows, found 30"),
        ("--leave-out", "29", "the series has only 30 values"),
        ("--out", "/nowhere/report.html", "/nowhere/report.html: cannot write the report"),
        ("--out", "/", "/: cannot write the report"),
        ("--out", &folder.path(""), ""),
    ] {
        let output = rnn(&["train", "--data", &data, "--epochs", "2", argument, value]);
        let output = match argument {
            "--epochs" => rnn(&["train", "--data", &data, argument, value]),
            _ => output,
        };
        refused(&output, &format!("{argument}: {line}"));
    }
    let last = rnn(&["train", "--data", &data, "--epochs", "1", "--rate", "1e300"]);
    refused(&last, "--rate: training diverged in pass 1: the error is not a finite number");
    refused(&rnn(&["--seed", "-1"]), "--seed: not a number that fits: \"-1\"");
    refused(&rnn(&["--out", "/nowhere/report.html"]), "--out: /nowhere/report.html: cannot write the report");
}

#[test]
fn a_series_that_is_wrong_is_named() {
    let folder = Folder::new("series");
    let train = |path: &str| rnn(&["train", "--data", path, "--epochs", "2"]);
    let missing = folder.path("none.csv");
    refused(&train(&missing), &format!("{missing}: cannot read"));
    for (name, text, line) in [
        ("number.csv", "t,v\n1,2\n2,two\n", "line 3: v: not a number"),
        ("nan.csv", "t,v\n1,2\n2,nan\n", "line 3: v: not a finite number"),
        ("short.csv", "t,v\n1,2\n2\n", "line 3: v: missing"),
        ("back.csv", "t,v\n2,2\n1,3\n", "line 3: t: not later"),
        ("empty.csv", "", "line 1: expected a header"),
        ("constant.csv", "t,v\n1,2\n2,2\n3,2\n4,2\n", "the training part is constant"),
    ] {
        let path = folder.write(name, text);
        let output = train(&path);
        refused(&output, &path);
        assert!(String::from_utf8_lossy(&output.stderr).contains(line), "{output:?}");
    }
    let path = folder.write("ok.csv", series(30));
    let output = rnn(&["train", "--data", &path, "--column", "moons"]);
    refused(&output, &format!("{path}: line 1: no column \"moons\""));
}

#[test]
fn a_reader_that_closes_its_end_is_no_error_and_a_full_disk_is_one() {
    let folder = Folder::new("stdout");
    let path = folder.write("case.json", case().to_string());
    let args = ["credit", &path, "--mode", "bptt", "--full"];

    let mut child = command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());

    if Path::new("/dev/full").exists() {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        refused(&command(&args).stdout(full).output().unwrap(), "stdout: cannot write");
        // Nobody hears the error here; there is no panic all the same.
        let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let status = command(&args).stdout(full()).stderr(full()).status().unwrap();
        assert_eq!(status.code(), Some(2));
    }
}

#[test]
fn help_and_version_are_answers() {
    assert!(answer(rnn(&["--help"])).contains("credit"));
    assert!(answer(rnn(&["credit", "--help"])).contains("--mode"));
    assert_eq!(answer(rnn(&["--version"])), format!("rnn {}\n", env!("CARGO_PKG_VERSION")));
}

fn names(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        Value::Object(fields) => fields.values().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

#[test]
fn the_output_has_the_fields_of_its_mode_and_every_bit_of_the_numbers() {
    let folder = Folder::new("fields");
    let text = case().to_string();
    let path = folder.write("case.json", &text);
    let library = rnn::credit::Case::from(&text.parse::<rnn::case::CaseFile>().unwrap());
    let always = ["J", "L", "L_t", "delta_tilde", "grad", "h", "u", "v", "y"];
    let modes: [(&str, &[&str]); 4] = [
        ("bptt", &["blocks", "delta"]),
        ("rtrl", &["P", "blocks"]),
        ("window:2", &[]),
        ("checkpoint:2", &[]),
    ];
    for (mode, more) in modes {
        let brief = answer(rnn(&["credit", &path, "--mode", mode]));
        let full = answer(rnn(&["credit", &path, "--mode", mode, "--full"]));
        assert_eq!((brief.lines().count(), full.lines().count()), (1, 1));
        let (brief, full): (Value, Value) =
            (serde_json::from_str(&brief).unwrap(), serde_json::from_str(&full).unwrap());

        assert_eq!(names(&brief), ["L", "L_t", "grad"]);
        let mut expected = [&always[..], more].concat();
        expected.sort_unstable();
        assert_eq!(names(&full), expected);
        assert_eq!(names(&brief["grad"]), ["W_in", "W_out", "W_rec", "b_out", "b_rec"]);
        for field in ["L", "L_t", "grad"] {
            assert_eq!(brief[field], full[field]);
        }

        let computed = library.full(mode.parse().unwrap());
        let bits = |numbers: Vec<f64>| numbers.into_iter().map(f64::to_bits).collect::<Vec<_>>();
        assert_eq!(brief["L"].as_f64().map(f64::to_bits), Some(computed.loss.to_bits()));
        assert_eq!(bits(numbers(&full["L_t"])), bits(computed.loss_t));
        assert_eq!(bits(numbers(&full["grad"]["W_rec"])), bits(computed.grad.w_rec.concat()));
        assert_eq!(bits(numbers(&full["grad"]["b_out"])), bits(computed.grad.b_out));
        assert_eq!(bits(numbers(&full["J"])), bits(computed.j.unwrap().concat().concat()));
    }
}

#[test]
fn the_modes_agree() {
    let folder = Folder::new("agree");
    let path = folder.write("case.json", case().to_string());
    let gradient = |mode: &str| -> Value {
        serde_json::from_str(&answer(rnn(&["credit", &path, "--mode", mode]))).unwrap()
    };
    let bptt = gradient("bptt");
    for mode in ["checkpoint:1", "checkpoint:2", "checkpoint:3", "checkpoint:18446744073709551615"] {
        assert_eq!(gradient(mode), bptt, "{mode}, to the last bit");
    }
    for mode in ["rtrl", "window:1", "window:2", "window:3", "window:1000", "window:18446744073709551615"] {
        let other = gradient(mode);
        for (a, b) in numbers(&bptt).into_iter().zip(numbers(&other)) {
            assert!((a - b).abs() <= 1e-13 * a.abs().max(1.0), "{mode}: {a} and {b}");
        }
    }
}

fn series(len: usize) -> String {
    let rows = (0..len).map(|t| format!("{},{}\n", 1900 + t, (t as f64 * 0.7).sin()));
    format!("YEAR,SUNSPOTS\n{}", rows.collect::<String>())
}

#[test]
fn a_series_of_ones_own_can_be_trained_on() {
    let folder = Folder::new("train");
    let data = folder.write("data.csv", series(60));
    let out = folder.path("report.html");
    for mode in ["bptt", "rtrl", "window:5", "checkpoint:6"] {
        let args =
            ["train", "--data", &data, "--mode", mode, "--epochs", "20", "--hidden", "4", "--out", &out];
        let text = answer(rnn(&args));
        assert!(text.contains("trained on 48 values, held back 12"), "{text}");
        for method in [&format!("RNN by {mode}"), "persistence", "AR(9)", &out] {
            assert!(text.contains(method), "no {method} in {text}");
        }
        assert_eq!(text, answer(rnn(&args)), "the same seed gives the same numbers");
        assert!(fs::read_to_string(&out).unwrap().contains("</html>"));
    }
    // The report, once written, is all that is there.
    let mut files: Vec<_> = fs::read_dir(&folder.0).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["data.csv", "report.html"]);
}

#[test]
fn square_roots_can_be_learnt_where_there_are_any() {
    let folder = Folder::new("root");
    let train = |data: &str| rnn(&["train", "--data", data, "--epochs", "20", "--root"]);
    refused(&train(&folder.write("data.csv", series(60))), "--root: the value at 1905 is negative: -0.35");
    let counts: String = (0..60).map(|t| format!("{t},{}\n", t * 7 % 11)).collect();
    let text = answer(train(&folder.write("counts.csv", format!("t,count\n{counts}"))));
    assert!(text.contains("AR(9) of the roots"), "{text}");
}

#[test]
fn an_error_far_from_one_has_an_exponent() {
    let folder = Folder::new("exponent");
    let data = folder.write("data.csv", series(30));
    let output = rnn(&["train", "--data", &data, "--epochs", "2", "--rate", "1e100"]);
    let (text, _) = warned(output, "--rate: ");
    assert!(text.lines().all(|line| line.len() < 120) && text.contains("e100"), "{text}");
}

/// The numbers are finite, but nothing has been learnt.
#[test]
fn a_training_error_that_has_grown_is_told() {
    let folder = Folder::new("grown");
    let (data, out) = (folder.write("data.csv", series(30)), folder.path("page.html"));
    for mode in ["bptt", "rtrl", "window:5"] {
        let train = |rate: &str| {
            let args = ["train", "--data", &data, "--mode", mode, "--epochs", "3", "--out", &out];
            rnn(&[&args[..], &["--rate", rate]].concat())
        };
        let (text, line) = warned(train("1e100"), "--rate: the training error has grown from ");
        assert!(line.ends_with(": a smaller rate would help\n"), "{line}");
        assert!(text.contains("persistence") && text.contains(&out), "{text}");
        // Neither where nothing has changed, nor where something was learnt.
        answer(train("1e-300"));
        answer(train("0.01"));
    }
}

#[test]
fn a_series_of_any_size_can_be_trained_on() {
    let folder = Folder::new("size");
    let out = folder.path("page.html");
    for (name, rows) in
        [("large.csv", "0,1\n1,2\n2,3\n3,1e300\n4,8\n"), ("small.csv", "0,1e-320\n1,2e-320\n2,1e-320\n")]
    {
        let data = folder.write(name, format!("t,v\n{rows}"));
        let text = answer(rnn(&["train", "--data", &data, "--epochs", "5", "--out", &out]));
        assert!(!text.contains("inf") && !text.contains("NaN"), "{text}");
    }
}

#[test]
fn a_very_short_series_is_enough() {
    let folder = Folder::new("short");
    let data = folder.write("data.csv", series(3));
    let text = answer(rnn(&["train", "--data", &data, "--held-back", "1", "--epochs", "2"]));
    assert!(text.contains("persistence"), "{text}");
}

#[test]
fn the_main_job_says_the_same_every_time() {
    let folder = Folder::new("main");
    let out = folder.path("report.html");
    let run = |seed: &str| {
        let text = answer(rnn(&["--quick", "--seed", seed, "--out", &out]));
        for part in ["bptt and rtrl", "RNN by BPTT", "RNN online by RTRL", "persistence", "AR(9)", &out] {
            assert!(text.contains(part), "no {part} in {text}");
        }
        // The rest tells time and memory.
        text.split_once("Cost of one gradient").unwrap().0.to_owned()
    };
    let first = run("7");
    let page = fs::read_to_string(&out).unwrap();
    assert!(page.contains("</html>") && !page.contains("src=") && !page.contains("<script"));
    assert_eq!(first, run("7"));
    assert_ne!(first, run("8"));
}

#[test]
fn the_lesson_is_written_without_arguments_of_its_own_and_for_any_case() {
    let folder = Folder::new("lesson");
    let out = folder.path("lesson.html");
    assert_eq!(answer(rnn(&["lesson", "--out", &out])), format!("Lesson: {out}\n"));
    let built_in = fs::read_to_string(&out).unwrap();
    assert!(built_in.starts_with("<!DOCTYPE html>") && built_in.ends_with("</html>\n"));
    let path = folder.write("case.json", case().to_string());
    answer(rnn(&["lesson", "--case", &path, "--out", &out]));
    assert_ne!(fs::read_to_string(&out).unwrap(), built_in);
    let numbers: Value = serde_json::from_str(&answer(rnn(&["lesson", "--case", &path, "--json"]))).unwrap();
    assert_eq!(numbers["case"]["alpha"], 0.3);
}

#[test]
fn the_lesson_refuses_what_it_cannot_show() {
    let folder = Folder::new("lesson-refused");
    let out = folder.path("lesson.html");
    let path = folder.write("case.json", changed("/alpha", json!(2)));
    refused(&rnn(&["lesson", "--case", &path, "--out", &out]), "alpha: must lie in (0, 1], found 2");
    refused(&rnn(&["lesson", "--out", &folder.path("no/such/lesson.html")]), "--out: ");
    assert!(!Path::new(&out).exists());
}

#[test]
fn the_triangle_is_coloured_in_a_terminal_only() {
    let plain = answer(rnn(&["triangle"]));
    assert!(!plain.contains('\x1b') && plain.contains("|dL_t/dtheta|"), "{plain}");
    assert!(answer(rnn(&["triangle", "--color", "always"])).contains("\x1b["));
    assert_eq!(answer(rnn(&["triangle", "--color", "never"])), plain);
    refused(&rnn(&["triangle", "--color", "pink"]), "--color: ");
}

#[test]
fn drawings_are_files_of_their_own() {
    let folder = Folder::new("svg");
    let out = folder.path("figures");
    answer(rnn(&["triangle", "--svg", &out]));
    for name in ["triangle", "delta", "sensitivity"] {
        let svg = fs::read_to_string(Path::new(&out).join(name).with_extension("svg")).unwrap();
        assert!(
            svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"") && svg.ends_with("</svg>\n"),
            "{svg}"
        );
    }
    let file = folder.write("file", "");
    refused(&rnn(&["triangle", "--svg", &file]), "--svg: ");
}

#[test]
fn a_page_that_cannot_be_written_is_found_before_the_work() {
    let folder = Folder::new("page-first");
    // Work would find that these diverge, and those not to be finite.
    let (data, case) = (folder.write("data.csv", series(30)), folder.write("case.json", overflowing()));
    let (out, line) = ("/nowhere/page.html", "--out: /nowhere/page.html: cannot write the report");
    refused(&rnn(&["train", "--data", &data, "--rate", "1e300", "--out", out]), line);
    refused(&rnn(&["lesson", "--case", &case, "--out", out]), line);
}

#[test]
fn a_folder_that_cannot_be_written_is_found_before_the_work() {
    let folder = Folder::new("svg-first");
    let (file, page) = (folder.write("file", ""), folder.path("page.html"));
    // Work would find these numbers not to be finite.
    let case = folder.write("case.json", overflowing());
    for svg in [file.clone(), format!("{file}/below/it")] {
        let line = format!("--svg: {svg}: cannot write the report: {file} is not a folder");
        refused(&rnn(&["--quick", "--svg", &svg, "--out", &page]), &line);
        refused(&rnn(&["triangle", "--case", &case, "--svg", &svg]), &line);
    }
    assert!(!Path::new(&page).exists());
    let figures = folder.path("some/new/figures");
    answer(rnn(&["--quick", "--svg", &figures, "--out", &page]));
    assert!(Path::new(&figures).join("triangle.svg").exists());
    let written: Vec<_> = fs::read_dir(&folder.0).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(written.len(), 4, "file, case.json, page.html and some: {written:?}");
}

#[test]
fn an_explanation_has_every_equation_and_no_json() {
    let folder = Folder::new("explain");
    let path = folder.write("case.json", case().to_string());
    let text = answer(rnn(&["credit", &path, "--mode", "bptt", "--explain"]));
    for equation in ["(1.1)", "(1.2)", "(1.3)", "(1.4)", "(1.5)", "(1.8)", "(1.12)", "(1.18)"] {
        assert!(text.contains(equation), "{equation}");
    }
    for given in
        ["f = tanh, g = softmax, loss = cross_entropy", "W_rec", "W_in", "b_rec", "W_out", "b_out", "y*_3"]
    {
        assert!(text.contains(&format!("  {given}  ")) || text.contains(&format!("{given}\n")), "{given}");
    }
    assert!(answer(rnn(&["credit", &path, "--mode", "rtrl", "--explain"])).contains("(1.17)"));
    refused(
        &rnn(&["credit", &path, "--mode", "rtrl", "--explain", "--full"]),
        "--explain: cannot be used with --full",
    );
}
