//! docs/MIGRATION.md: every tick of its table names a test that is there.

use std::fs;
use std::path::Path;

#[test]
fn every_tick_names_a_test() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let page = fs::read_to_string(docs.join("MIGRATION.md")).expect("the page");
    let ticks: Vec<_> = page.lines().filter(|line| line.contains('✓')).collect();
    assert!(ticks.len() > 15, "{} ticks were found", ticks.len());
    for line in ticks {
        let (name, rest) = line.split_once("✓ [`").and_then(|(_, rest)| rest.split_once("`](")).expect(line);
        let (path, _) = rest.split_once(')').expect(line);
        let file = fs::read_to_string(docs.join(path)).expect(path);
        // A function, or a row of a macro that makes one of each.
        let there = ["fn NAME(", " NAME:", " NAME ("].map(|form| form.replace("NAME", name));
        assert!(there.iter().any(|form| file.contains(form)), "{name} is not in {path}");
    }
}
