//! Each way in which a case can be wrong, and the line that says so.

use serde_json::{Value, json};

use super::*;

fn good() -> Value {
    json!({
        "format": "rnn-case-1", "n": 2, "d": 4, "m": 1, "T": 3,
        "alpha": 0.5, "f": "tanh", "g": "identity", "loss": "squared",
        "params": {
            "W_rec": ([0.1, 0.2, 0.3, 0.4].map(|weight| [weight; 4])),
            "W_in": ([[1.0, 2.0]; 4]), "b_rec": ([0.0; 4]),
            "W_out": [[1.0, 0.0, -1.0, 0.5]], "b_out": [0.25],
        },
        "x": [[1, 2], [3, 4], [5, 6]], "y_target": [[1.0], [2.0], [3.0]],
        "grad": {"W_rec": "results of any kind are passed over"}, "L": [null],
    })
}

/// The error that comes of `change`.
fn error(change: impl FnOnce(&mut Value)) -> String {
    let mut case = good();
    change(&mut case);
    message(&case.to_string())
}

fn message(text: &str) -> String {
    let message = text.parse::<CaseFile>().unwrap_err().to_string();
    assert_eq!(message.lines().count(), 1, "{message:?}");
    message
}

#[test]
fn a_good_case_is_read_and_other_fields_are_passed_over() {
    let case: CaseFile = good().to_string().parse().unwrap();
    assert_eq!((case.n, case.d, case.m, case.steps), (2, 4, 1, 3));
    assert_eq!((case.f, case.g, case.loss), (Activation::Tanh, Output::Identity, Loss::Squared));
    assert_eq!(case.params.w_rec[2], [0.3; 4]);
    assert_eq!(case.x[1], [3.0, 4.0]);
    assert_eq!(
        format!("\u{feff}{}", good()).parse::<CaseFile>().unwrap(),
        case,
        "a byte order mark in front"
    );
    assert_eq!(case.y_target, [[1.0], [2.0], [3.0]]);

    let mut unnamed = good();
    unnamed.as_object_mut().unwrap().remove("format");
    assert_eq!(unnamed.to_string().parse(), Ok(case));
}

#[test]
fn a_shape_that_does_not_fit_is_named() {
    assert_eq!(
        error(|case| drop(case["params"]["W_rec"][2].as_array_mut().unwrap().pop())),
        "params.W_rec[2]: expected 4 entries, found 3 at line 1"
    );
    assert_eq!(
        error(|case| case["params"]["W_in"] = json!([[1.0, 2.0]])),
        "params.W_in: expected 4 rows of 2, found 1 rows"
    );
    assert_eq!(
        error(|case| case["params"]["b_out"] = json!([])),
        "params.b_out: expected 1 entries, found 0"
    );
    assert_eq!(error(|case| case["T"] = json!(4)), "x: expected 4 rows of 2, found 3 rows");
    assert_eq!(
        error(|case| case["y_target"][0] = json!([1, 2])),
        "y_target[0]: expected 1 entries, found 2 at line 1"
    );
    assert_eq!(
        error(|case| case["T"] = json!(u64::MAX)).split(',').next(),
        Some("x: expected 18446744073709551615 rows of 2")
    );
}

/// In brackets JSON's readers count from 0; lines of the file count from 1.
#[test]
fn a_row_of_another_length_is_placed_where_an_editor_finds_it() {
    let mut case = good();
    case["x"][1] = json!([3]);
    case["params"]["comment \u{e9}\n"] = json!([[]]);
    let text = serde_json::to_string_pretty(&case).unwrap();
    let line = 1 + text.lines().position(|line| line.trim() == "3").unwrap(); // of `[`, with which the row begins
    assert_eq!(message(&text), format!("x[1]: expected 2 entries, found 1 at line {}", line - 1));
    assert!(message(&format!("\u{feff}\n{text}")).ends_with(&format!(" at line {line}")));
    let mut case = good();
    case["params"]["W_in"][3] = json!([]);
    let text = case.to_string().replace("[]", "\n[]");
    assert_eq!(message(&text), "params.W_in[3]: expected 2 entries, found 0 at line 2");
}

#[test]
fn targets_of_the_cross_entropy_are_probabilities() {
    let change = |g: &str, targets: Value| {
        let mut case = good();
        case["m"] = json!(2);
        case["params"]["W_out"] = json!(([[0.0; 4]; 2]));
        case["params"]["b_out"] = json!(([0.0; 2]));
        case["y_target"] = json!([[1, 0], [0.0, 1.0], targets]);
        (case["loss"], case["g"]) = (json!("cross_entropy"), json!(g));
        case.to_string().parse::<CaseFile>().map_err(|error| error.to_string())
    };
    for g in ["sigmoid", "softmax"] {
        for (targets, found) in [
            ([-0.25, 1.25], "[0]: cross_entropy needs probabilities, found -0.25"),
            ([0.0, 2.0], "[1]: cross_entropy needs probabilities, found 2"),
        ] {
            assert_eq!(change(g, json!(targets)), Err(format!("y_target[2]{found} at line 1")));
        }
        // Soft ones, and of so few digits that they are a rounding away.
        assert!(change(g, json!([0.3, 0.7])).is_ok());
        assert!(change(g, json!([0.333_333_3, 0.666_666_6])).is_ok());
    }
    assert!(change("sigmoid", json!([1.0, 1.0])).is_ok());
    assert_eq!(
        change("softmax", json!([0.5, 0.75])).unwrap_err(),
        "y_target[2]: cross_entropy of a softmax needs probabilities that sum to 1, found the sum 1.25 at line 1"
    );
}

#[test]
fn a_dimension_of_zero_is_named() {
    for field in ["n", "d", "m", "T"] {
        assert_eq!(error(|case| case[field] = json!(0)), format!("{field}: must be at least 1"));
        assert!(error(|case| case[field] = json!(-1)).starts_with(&format!("{field}: invalid value")));
        assert!(error(|case| case[field] = json!(1.5)).starts_with(&format!("{field}: invalid type")));
    }
}

#[test]
fn alpha_lies_in_the_half_open_interval() {
    assert_eq!(error(|case| case["alpha"] = json!(2)), "alpha: must lie in (0, 1], found 2");
    assert_eq!(error(|case| case["alpha"] = json!(0.0)), "alpha: must lie in (0, 1], found 0");
    assert_eq!(error(|case| case["alpha"] = json!(-0.5)), "alpha: must lie in (0, 1], found -0.5");
    let mut elman = good();
    elman["alpha"] = json!(1);
    assert_eq!(elman.to_string().parse::<CaseFile>().unwrap().alpha, 1.0);
}

#[test]
fn an_unknown_name_and_a_loss_that_does_not_suit_g_are_named() {
    assert_eq!(
        error(|case| case["f"] = json!("foo")),
        r#"f: unknown activation "foo" (tanh, sigmoid, relu, softplus, identity)"#
    );
    assert!(error(|case| case["g"] = json!("tanh")).starts_with(r#"g: unknown output "tanh""#));
    assert!(error(|case| case["loss"] = json!("")).starts_with(r#"loss: unknown loss """#));
    assert!(
        error(|case| case["loss"] = json!("cross_entropy"))
            .starts_with("loss: cross_entropy needs g = sigmoid or softmax")
    );
    assert!(error(|case| case["format"] = json!("rnn-case-2")).starts_with("format: "));
}

#[test]
fn a_number_that_is_not_finite_is_named() {
    for word in ["1e999", "-1e999", "NaN", "nan", "Infinity", "-Infinity", "inf"] {
        let put = |field: &str| {
            let mut case = good();
            *case.pointer_mut(field).unwrap() = json!("here");
            message(&case.to_string().replace("\"here\"", word))
        };
        assert_eq!(put("/x/2/1"), "x[2][1]: not a finite number", "{word}");
        assert_eq!(put("/params/b_rec/3"), "params.b_rec[3]: not a finite number", "{word}");
        assert_eq!(put("/params/W_out/0/0"), "params.W_out[0][0]: not a finite number", "{word}");
        assert_eq!(put("/alpha"), "alpha: not a finite number", "{word}");
    }
    // Too small is no such error: it rounds to 0, as everywhere.
    assert!(good().to_string().replace("[1,2]", "[1e-999,2]").parse::<CaseFile>().is_ok());
}

#[test]
fn another_type_is_named() {
    assert!(error(|case| case["x"][1][0] = json!("a")).starts_with("x[1][0]: invalid type: string"));
    assert!(
        error(|case| case["params"]["b_rec"] = json!(null)).starts_with("params.b_rec: invalid type: null")
    );
    assert!(error(|case| case["params"] = json!(7)).starts_with("params: invalid type: integer"));
    assert!(error(|case| case["alpha"] = json!("a\nb")).starts_with("alpha: invalid type: string"));
    for (field, wrong, expected) in [
        ("/x/1/0", json!("a"), "a number"),
        ("/T", json!(3.0), "a whole number of at least 1"),
        ("/x/1", json!(1), "a list"),
        ("/f", json!(1), "a string"),
    ] {
        let message = error(|case| *case.pointer_mut(field).unwrap() = wrong);
        assert!(message.contains(&format!(", expected {expected} at line ")), "{message}");
    }
    // A list is no object, even one whose entries would suit the fields in order.
    let list = error(|case| case["params"] = json!([[], [], [], [], []]));
    assert!(list.starts_with("params: invalid type: sequence, expected an object"), "{list}");
    assert!(message("[]").contains("invalid type: sequence, expected an object"), "{}", message("[]"));
}

#[test]
fn a_missing_field_is_named() {
    for field in ["n", "d", "m", "T", "alpha", "f", "g", "loss", "params", "x", "y_target"] {
        let without = error(|case| drop(case.as_object_mut().unwrap().remove(field)));
        assert_eq!(without, format!("{field}: missing"));
    }
    for field in ["W_rec", "W_in", "b_rec", "W_out", "b_out"] {
        let without = error(|case| drop(case["params"].as_object_mut().unwrap().remove(field)));
        assert_eq!(without, format!("params.{field}: missing"));
    }
}

#[test]
fn broken_json_and_a_missing_file_are_placed() {
    assert_eq!(message("{\n  \"n\": 2,,\n}"), "line 2 column 10: key must be a string");
    assert!(message("").starts_with("line 1 column 0: EOF"));
    assert!(message(&good().to_string()[..100]).contains("EOF"));
    assert!(message(&format!("{} x", good())).contains("trailing characters"));
    assert!(message(r#"{"n": 1, "n": 2}"#).contains("duplicate field"));
    let error = CaseFile::read("/nowhere/case.json").unwrap_err().to_string();
    assert!(error.starts_with("/nowhere/case.json: cannot read: "), "{error}");
}

fn credit() -> CreditFile {
    CreditFile {
        loss: 0.1 + 0.2,
        loss_t: vec![f64::MIN_POSITIVE, 5e-324, -0.0],
        grad: GradientFile { w_rec: vec![vec![1.0 / 3.0]], ..GradientFile::default() },
        p: Some(vec![vec![vec![f64::MAX, 1e21, 1e-7]]]),
        ..CreditFile::default()
    }
}

#[test]
fn what_is_written_reads_back_to_the_same_bits() {
    let json: Value = serde_json::from_str(&credit().to_json().unwrap()).unwrap();
    let bits = |value: &Value| value.as_f64().unwrap().to_bits();
    assert_eq!(bits(&json["L"]), (0.1_f64 + 0.2).to_bits());
    for (t, value) in [f64::MIN_POSITIVE, 5e-324, -0.0].into_iter().enumerate() {
        assert_eq!(bits(&json["L_t"][t]), value.to_bits());
    }
    assert_eq!(bits(&json["grad"]["W_rec"][0][0]), (1.0_f64 / 3.0).to_bits());
    assert_eq!(bits(&json["P"][0][0][0]), f64::MAX.to_bits());
}

#[test]
fn only_what_is_given_is_written_under_the_files_names() {
    let names = |credit: &CreditFile| {
        let json: Value = serde_json::from_str(&credit.to_json().unwrap()).unwrap();
        let mut names: Vec<String> = json.as_object().unwrap().keys().cloned().collect();
        names.sort_unstable();
        names
    };
    assert_eq!(names(&CreditFile::default()), ["L", "L_t", "grad"]);
    assert_eq!(names(&credit()), ["L", "L_t", "P", "grad"]);
    let (two, three) = (Some(Vec::new()), Some(Vec::new()));
    let full = CreditFile {
        h: two.clone(),
        u: two.clone(),
        v: two.clone(),
        y: two.clone(),
        delta_immediate: two.clone(),
        delta: two,
        j: three.clone(),
        p: three.clone(),
        blocks: three,
        ..CreditFile::default()
    };
    assert_eq!(
        names(&full),
        ["J", "L", "L_t", "P", "blocks", "delta", "delta_tilde", "grad", "h", "u", "v", "y"]
    );
}

#[test]
fn a_result_that_is_not_finite_is_not_written() {
    let refused = |credit: &CreditFile| {
        let error = credit.to_json().unwrap_err().to_string();
        assert_eq!(serde_json::to_string(credit).unwrap_err().to_string(), error);
        error
    };
    let loss = CreditFile { loss: f64::NAN, ..credit() };
    assert_eq!(refused(&loss), "L: not a finite number");
    let mut grad = credit();
    grad.grad.w_rec = vec![vec![0.0], vec![f64::INFINITY]];
    assert_eq!(refused(&grad), "grad.W_rec[1][0]: not a finite number");
    let blocks = Some(vec![vec![vec![0.0]], vec![vec![0.0], vec![f64::NEG_INFINITY]]]);
    assert_eq!(refused(&CreditFile { blocks, ..credit() }), "blocks[1][1][0]: not a finite number");
}
