//! docs/teaching.md: its exercises are there, a starter with work to do and a solution to the same question each.

use rnn::case::{Case, CaseFile};
use rnn::credit::Mode;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The exercises in their order: "1_dual", ..
fn exercises() -> Vec<String> {
    let files = fs::read_dir(root().join("rnn/examples")).unwrap().map(|file| file.unwrap().file_name());
    let name = |file: &str| Some(file.strip_prefix("exercise_")?.strip_suffix(".rs")?.to_owned());
    let mut names: Vec<_> = files.filter_map(|file| name(file.to_str()?)).collect();
    names.sort();
    names
}

/// What decides whether an exercise is solved.
fn main_of(source: &str) -> &str {
    let start = source.find("\nfn main() {").expect("a main function");
    let end = source[start..].find("\n}\n").expect("which ends");
    &source[start..start + end]
}

#[test]
fn a_starter_has_work_to_do_and_its_solution_passes_the_same_check() {
    let exercises = exercises();
    assert_eq!(exercises.len(), 6, "{exercises:?}");
    for exercise in exercises {
        let starter = read(&format!("rnn/examples/exercise_{exercise}.rs"));
        let solution = read(&format!("rnn/examples/solution_{exercise}.rs"));
        assert!(starter.contains("todo!("), "{exercise}: nothing is left to do");
        assert!(!solution.contains("todo!("), "{exercise}: the solution is not one");
        assert_eq!(main_of(&starter), main_of(&solution), "{exercise}");
        assert!(main_of(&solution).contains("assert!("), "{exercise}: nothing is checked");
        assert!(solution.contains("#[test]"), "{exercise}: no test");
        for function in starter.lines().filter(|line| line.trim_start().starts_with("fn ")) {
            assert!(solution.lines().any(|line| line == function), "{exercise}: no {function}");
        }
    }
}

#[test]
fn the_lesson_plan_names_every_file_and_no_other() {
    let plan = read("docs/teaching.md");
    for (place, exercise) in exercises().iter().enumerate() {
        assert!(plan.contains(&format!("\n### {}. ", place + 1)));
        for file in [format!("exercise_{exercise}.rs"), format!("solution_{exercise}.rs")] {
            assert!(plan.contains(&file), "{file} is not in the plan");
        }
    }
    // The examples and the data that its commands name.
    for command in plan.lines().filter(|line| line.starts_with("cargo ")) {
        let words: Vec<&str> = command.split_whitespace().collect();
        let after = |flag: &str| words.iter().position(|word| *word == flag).map(|place| words[place + 1]);
        if let (Some(package), Some(example)) = (after("-p"), after("--example")) {
            read(&format!("{package}/examples/{example}.rs"));
        }
        for data in words.iter().filter(|word| word.contains('/') && word.ends_with(".json")) {
            read(data);
        }
    }
}

#[test]
fn the_plan_has_every_field_of_a_case_and_of_its_answers() {
    let plan = read("docs/teaching.md");
    let case: Case = (&read("rnn/data/lesson.json").parse::<CaseFile>().unwrap()).into();
    let mut files = vec![read("rnn/data/lesson.json")];
    files.extend([Mode::Bptt, Mode::Rtrl].map(|mode| case.full(mode).to_json().unwrap()));
    for file in files {
        let Value::Object(fields) = serde_json::from_str(&file).unwrap() else { panic!("no object: {file}") };
        for field in fields.keys() {
            let named =
                |row: &str| row.split('|').nth(1).is_some_and(|names| names.contains(&format!("`{field}`")));
            assert!(plan.lines().any(named), "{field}");
        }
    }
}
