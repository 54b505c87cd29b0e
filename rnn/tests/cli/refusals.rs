//! What is refused, each in one line that names what is wrong.

use super::*;

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
    credit_refuses(changed("/n", json!(3)), "params.W_in[0]: expected 3 entries, found 2 at line 1");
    credit_refuses(changed("/params/b_rec", json!([1.0])), "params.b_rec: expected 3 entries, found 1");
    credit_refuses(changed("/params", json!([])), "params: ");
    credit_refuses(changed("/x/1", json!([1.0])), "x[1]: expected 2 entries, found 1 at line 1");
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
    refused(&rnn(&["learn"]), "learn: unknown command (credit, lesson, train, triangle)");
    refused(&rnn(&["help", "learn"]), "learn: unknown command (credit, lesson, train, triangle)");
    refused(&rnn(&["--quick", "--seed", "1", "train"]), "train: cannot be used with --quick, --seed\n");
    refused(&rnn(&["lesson", "--json", "--out", &path]), "--json: cannot be used with --out\n");
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
        ("--rate", "1e-400", "must be positive and finite, found 1e-400"),
        ("--alpha", "1e-400", "must lie in (0, 1], found 1e-400"),
        ("--rate", "1e300", "training diverged"),
        ("--held-back", "0", "must be at least 1"),
        ("--held-back", "29", "SUNSPOTS: needs at least 31 rows, found 30"),
        ("--leave-out", "29", "needs a series of at least 31 values, found 30"),
        ("--leave-out", "28", "SUNSPOTS: needs at least 3 rows, found 2"),
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
    // Where the untrained network's error is none either, it is the values.
    let rows = (0..40).map(|t| format!("{t},{:e}\n", 1.7e308 * (f64::from(t) * 0.7).sin()));
    let data = folder.write("huge.csv", format!("t,v\n{}", rows.collect::<String>()));
    let huge = rnn(&["train", "--data", &data, "--epochs", "3", "--rate", "1e-9"]);
    refused(&huge, &format!("{data}: values so large that errors overflow"));
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
        ("long.csv", "t,v\n1,2\n2,3,5\n", "line 3: expected 2 fields, as in the header, found 3"),
        ("back.csv", "t,v\n2,2\n1,3\n", "line 3: t: not later"),
        ("two.csv", "t,v\n1,2\n2,3\n", "v: needs at least 3 rows, found 2"),
        ("empty.csv", "", "line 1: expected a header"),
        (
            "headless.csv",
            "1900,NA\n1901,2\n1902,3\n1903,5\n",
            "found the number \"1900\" in column 1: put a header above",
        ),
        ("constant.csv", "t,v\n1,2\n2,2\n3,2\n4,2\n", "the training part is constant"),
    ] {
        let path = folder.write(name, text);
        let output = train(&path);
        refused(&output, &path);
        assert!(String::from_utf8_lossy(&output.stderr).contains(line), "{output:?}");
    }
    // A quotation mark without its pair takes in the rest of the file, which is not to be told in full.
    let (row, name) = (format!("t,v\n1,2\n2,\"3\n{}", series(300)), format!("\"{}", series(300)));
    for (text, line) in [(row, "line 3: v: not a number: \"3\\n"), (name, "found one column, \"")] {
        let output = train(&folder.write("quote.csv", text));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains(line) && stderr.len() < 300, "{stderr}");
    }
    let path = folder.write("quoted-name.csv", format!("t,\"v\n{}", series(300)));
    let output = rnn(&["train", "--data", &path, "--column", "w"]);
    refused(&output, &format!("{path}: line 1: no column \"w\" (t, v\\n"));
    assert!(output.stderr.len() < 300, "{output:?}");
    // A separator at the end of each row is no field.
    let output = train(&folder.write("ends.csv", "t,v\n1,2,\n2,3,\n3,5,\n"));
    assert!(answer(output).contains("trained on 2 values"));
    let path = folder.write("ok.csv", series(30));
    let output = rnn(&["train", "--data", &path, "--column", "moons"]);
    refused(&output, &format!("{path}: line 1: no column \"moons\""));
    // Which of two would it be? Where none is asked for it is the second, whatever the others are called.
    let path = folder.write("twice.csv", "t,v,w,v\n1,2,3,5\n2,3,3,7\n3,5,4,7\n");
    let output = rnn(&["train", "--data", &path, "--column", "v"]);
    refused(&output, &format!("{path}: line 1: columns 2, 4 are all named \"v\""));
    assert!(answer(train(&path)).starts_with("v: trained on 2 values"));
}

#[test]
fn the_lesson_refuses_what_it_cannot_show() {
    let folder = Folder::new("lesson-refused");
    let out = folder.path("lesson.html");
    let path = folder.write("case.json", changed("/alpha", json!(2)));
    refused(&rnn(&["lesson", "--case", &path, "--out", &out]), "alpha: must lie in (0, 1], found 2");
    refused(&rnn(&["lesson", "--out", &folder.path("no/such/lesson.html")]), "--out: ");
    assert!(!Path::new(&out).exists());
    let good = folder.write("good.json", changed("/alpha", json!(0.5)));
    refused(&rnn(&["lesson", "--case", &good, "--out", &good]), &format!("--out: {good}: "));
    assert!(fs::read_to_string(&good).unwrap().starts_with('{'), "the case is as it was");
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

/// The page goes where the link leads.
#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_found_before_the_work() {
    let folder = Folder::new("link-first");
    // Work would find that these diverge.
    let (data, link) = (folder.write("data.csv", series(30)), folder.path("link"));
    for target in [folder.path("none/page.html"), link.clone()] {
        std::os::unix::fs::symlink(target, &link).unwrap();
        let line = format!("--out: {link}: cannot write the report");
        refused(&rnn(&["train", "--data", &data, "--rate", "1e300", "--out", &link]), &line);
        fs::remove_file(&link).unwrap();
    }
}

/// A file is written by putting a new one in its place, which the system allows where it would not allow to write into it.
#[test]
fn a_file_that_may_not_be_written_to_is_not_replaced() {
    let folder = Folder::new("read-only");
    let (data, out) = (folder.write("data.csv", series(30)), folder.write("page.html", "kept"));
    let figure = folder.write("triangle.svg", "kept");
    for path in [&out, &figure] {
        let mut permissions = fs::metadata(path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(path, permissions).unwrap();
    }
    let line = format!("--out: {out}: cannot write the report: is read-only");
    refused(&rnn(&["train", "--data", &data, "--rate", "1e300", "--out", &out]), &line);
    refused(&rnn(&["lesson", "--out", &out]), &line);
    let line = format!("--svg: {figure}: cannot write the report: is read-only");
    refused(&rnn(&["triangle", "--svg", &folder.path("")]), &line);
    for path in [&out, &figure] {
        assert_eq!(fs::read_to_string(path).unwrap(), "kept");
    }
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
