//! Runs every bench and writes what they print to `benches/results/RESULTS.md`, with machine, date, commit
//! and compiler; what `growth` prints also to `rnn/data/growth.txt`, which the lesson shows.
//!
//! ```text
//! cargo run --release -p ad-benches --bin results
//! ```

use ad_benches::flags;
use std::error::Error;
use std::fmt::Write;
use std::process::{Command, Stdio};

const BENCHES: [&str; 7] = ["bptt", "rtrl", "scalar", "forward", "jacobian", "memory", "growth"];
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/results/RESULTS.md");
const GROWTH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../rnn/data/growth.txt");
const COMMAND: &str = "cargo run --release -p ad-benches --bin results";

fn main() -> Result<(), Box<dyn Error>> {
    let [] = flags([]);
    let mut text = format!("# Results\n\nWritten by `{COMMAND}`.\n\n");
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = std::thread::available_parallelism()?;
    let machine = format!("{}, {cores} cores", model.map_or("unknown", |(_, name)| name));
    let date = output(&["date", "-u", "+%Y-%m-%d %H:%M UTC"])?;
    let commit = output(&["git", "describe", "--always", "--dirty"])?;
    let compiler = output(&["rustc", "--version"])?;
    for (name, what) in [("machine", &machine), ("date", &date), ("commit", &commit), ("compiler", &compiler)]
    {
        writeln!(text, "- {name}: {what}")?;
    }
    let cargo = ["cargo", "run", "--quiet", "--release", "-p", "ad-benches", "--bin"];
    for bench in BENCHES {
        let printed = output(&[&cargo[..], &[bench]].concat())?;
        writeln!(text, "\n## {bench}\n\n```text\n{printed}\n```")?;
        if bench == "growth" {
            let source = format!("machine: {machine}\ndate: {date}\ncommand: {COMMAND}");
            std::fs::write(GROWTH, format!("{source}\n\n{printed}\n"))?;
        }
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
