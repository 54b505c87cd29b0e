//! What a run that goes well says and writes.

use super::*;

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

#[cfg(unix)]
#[test]
fn a_page_goes_through_a_link_and_into_a_pipe() {
    let folder = Folder::new("through");
    let (target, link, pipe) = (folder.write("target", "old"), folder.path("link"), folder.path("pipe"));
    std::os::unix::fs::symlink(&target, &link).unwrap();
    answer(rnn(&["lesson", "--out", &link]));
    assert!(Path::new(&link).is_symlink());
    let page = fs::read_to_string(&target).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>"), "{}", &page[..40]);

    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    answer(rnn(&["lesson", "--out", &pipe]));
    assert_eq!(reader.join().unwrap(), page);
}

/// It may hold numbers that are nobody else's to read.
#[cfg(unix)]
#[test]
fn a_file_written_again_is_readable_to_whom_it_was() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new("mode");
    let out = folder.write("page.html", "old");
    for mode in [0o600, 0o640] {
        fs::set_permissions(&out, fs::Permissions::from_mode(mode)).unwrap();
        answer(rnn(&["lesson", "--out", &out]));
        assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, mode);
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
    let library = rnn::case::Case::from(&text.parse::<rnn::case::CaseFile>().unwrap());
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
    let checkpointed = gradient("checkpoint:1");
    for mode in ["checkpoint:2", "checkpoint:3", "checkpoint:18446744073709551615"] {
        assert_eq!(gradient(mode), checkpointed, "{mode}, to the last bit");
    }
    for mode in [
        "checkpoint:1",
        "rtrl",
        "window:1",
        "window:2",
        "window:3",
        "window:1000",
        "window:18446744073709551615",
    ] {
        let other = gradient(mode);
        for (a, b) in numbers(&bptt).into_iter().zip(numbers(&other)) {
            assert!((a - b).abs() <= 1e-13 * a.abs().max(1.0), "{mode}: {a} and {b}");
        }
    }
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
        let page = fs::read_to_string(&out).unwrap();
        assert!(page.contains("</html>") && page.contains("Persistence takes "));
        let to_stdout: Vec<_> = args.iter().map(|&arg| if arg == out { "-" } else { arg }).collect();
        assert_eq!(answer(rnn(&to_stdout)), page, "in place of the text");
    }
    // The report, once written, is all that is there.
    let mut files: Vec<_> = fs::read_dir(&folder.0).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["data.csv", "report.html"]);
}

/// A name may hold whatever a terminal obeys.
#[test]
fn a_name_is_told_in_one_line() {
    let folder = Folder::new("name");
    let data = folder.write("data.csv", series(30).replacen("SUNSPOTS", "\"v\n\u{1b}[31mw\"", 1));
    let text = answer(rnn(&["train", "--data", &data, "--epochs", "2", "--hidden", "2"]));
    assert!(text.starts_with("v  [31mw: trained on 24 values"), "{text:?}");
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

/// A row that is missing makes two steps one, which the network cannot know.
#[test]
fn steps_of_time_that_are_not_equal_are_told() {
    let folder = Folder::new("steps");
    let train = |name: &str, times: &[f64]| {
        let rows = times.iter().enumerate().map(|(i, t)| format!("{t},{}\n", (i as f64 * 0.7).sin()));
        let path = folder.write(name, format!("t,v\n{}", rows.collect::<String>()));
        (rnn(&["train", "--data", &path, "--epochs", "2", "--hidden", "2"]), path)
    };
    let years =
        |gap: f64| (0..30).map(|t| 1900.0 + f64::from(t) + if t > 9 { gap } else { 0.0 }).collect::<Vec<_>>();
    for (gap, times) in [(1.0, "2.00"), (-0.6, "0.40"), (1e9, "1.00e9")] {
        let (output, path) = train("gap.csv", &years(gap));
        let line = format!("{path}: from 1909 to {} is {times} times the usual step", 1910.0 + gap);
        let (_, said) = warned(output, &line);
        assert!(said.ends_with(": steps are taken as equal\n"), "{said}");
    }
    // The days of months and of years are no such thing, nor is rounding.
    let since = |days: &[f64]| {
        days.iter().scan(0.0, |sum, days| Some(std::mem::replace(sum, *sum + days))).collect::<Vec<_>>()
    };
    let months = [31.0, 28.0, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0].repeat(2);
    for times in
        [years(0.0), since(&months), since(&[365.0, 365.0, 365.0, 366.0].repeat(5)), since(&[0.1; 30])]
    {
        answer(train("even.csv", &times).0);
    }
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
    assert!(page.contains("RMSE from 10 starts"));
    for explained in ["Persistence takes ", "AR(p) is ", "window:K is ", "An ulp is "] {
        assert!(page.contains(explained), "{explained}");
    }
    assert_eq!(first, run("7"));
    assert_ne!(first, run("8"));
}

#[test]
fn the_lesson_is_written_without_arguments_of_its_own_and_for_any_case() {
    let folder = Folder::new("lesson");
    let out = folder.path("lesson.html");
    assert_eq!(answer(rnn(&["lesson", "--out", &out])), format!("Lesson: {out}\n"));
    assert_eq!(answer(rnn(&["lesson", "--out", "-"])), fs::read_to_string(&out).unwrap());
    let built_in = fs::read_to_string(&out).unwrap();
    assert!(built_in.starts_with("<!DOCTYPE html>") && built_in.ends_with("</html>\n"));
    let path = folder.write("case.json", case().to_string());
    answer(rnn(&["lesson", "--case", &path, "--out", &out]));
    assert_ne!(fs::read_to_string(&out).unwrap(), built_in);
    let numbers: Value = serde_json::from_str(&answer(rnn(&["lesson", "--case", &path, "--json"]))).unwrap();
    assert_eq!(numbers["case"]["alpha"], 0.3);
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

/// Norms may be as large as numbers go; a bar is as long as the others are.
#[test]
fn norms_of_any_size_are_drawn() {
    let folder = Folder::new("norms");
    let case = json!({
        "n": 1, "d": 1, "m": 1, "T": 1, "alpha": 1, "f": "identity", "g": "identity", "loss": "squared",
        "params": { "W_rec": [[0]], "W_in": [[0]], "b_rec": [0], "W_out": [[1]], "b_out": [0] },
        "x": [[1e157]], "y_target": [[1e150]]
    });
    let path = folder.write("case.json", case.to_string());
    answer(rnn(&["triangle", "--case", &path, "--svg", &folder.path("figures")]));
    answer(rnn(&["lesson", "--case", &path, "--out", &folder.path("lesson.html")]));
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
