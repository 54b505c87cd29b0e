//! What the lesson shows as measured is what the benches measured.

use std::fs;

#[test]
fn the_lesson_shows_the_results_of_growth() {
    let read = |file: &str| {
        fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).expect("a stored measurement")
    };
    let (results, shown) = (read("results/RESULTS.md"), read("../rnn/data/growth.txt"));
    let (source, table) = shown.split_once("\n\n").expect("the source, then the table");
    let (_, growth) = results.split_once("## growth\n\n```text\n").expect("a section about growth");
    assert_eq!(growth.split_once("```").expect("which ends").0, table);
    for line in source.lines().filter(|line| !line.starts_with("command: ")) {
        assert!(results.contains(&format!("\n- {line}\n")), "{line}");
    }
}
