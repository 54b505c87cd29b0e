//! Runs every bench and writes what they print to `benches/results/RESULTS.md`, with machine, date, commit
//! and compiler.
//!
//! ```text
//! cargo run --release -p ad-benches --bin results
//! ```

use std::error::Error;
use std::fmt::Write;
use std::process::{Command, Stdio};

const BENCHES: [&str; 7] = ["bptt", "rtrl", "scalar", "forward", "jacobian", "memory", "growth"];
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/results/RESULTS.md");

fn main() -> Result<(), Box<dyn Error>> {
    let mut text =
        String::from("# Results\n\nWritten by `cargo run --release -p ad-benches --bin results`.\n\n");
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = std::thread::available_parallelism()?;
    writeln!(text, "- machine: {}, {cores} cores", model.map_or("unknown", |(_, name)| name))?;
    for (name, command) in [
        ("date", &["date", "-u", "+%Y-%m-%d %H:%M UTC"][..]),
        ("commit", &["git", "describe", "--always", "--dirty"]),
        ("compiler", &["rustc", "--version"]),
    ] {
        writeln!(text, "- {name}: {}", output(command)?)?;
    }
    let cargo = ["cargo", "run", "--quiet", "--release", "-p", "ad-benches", "--bin"];
    for bench in BENCHES {
        writeln!(text, "\n## {bench}\n\n```text\n{}\n```", output(&[&cargo[..], &[bench]].concat())?)?;
    }
    std::fs::write(FILE, text)?;
    Ok(())
}

/// What a command prints.
fn output(command: &[&str]) -> Result<String, Box<dyn Error>> {
    let run = Command::new(command[0])
        .args(&command[1..])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("{}: {error}", command[0]))?;
    if !run.status.success() {
        return Err(format!("{} failed: {}", command.join(" "), run.status).into());
    }
    Ok(String::from_utf8(run.stdout)?.trim_end().to_owned())
}
