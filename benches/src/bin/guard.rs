//! A guard against regressions that noise cannot trip: how many instructions fixed workloads take.
//!
//! ```text
//! cargo run --release -p ad-benches --bin guard            compares with benches/results/instructions.json
//! cargo run --release -p ad-benches --bin guard -- --save  stores what it counts there
//! ```
//!
//! Each workload runs under `valgrind --tool=callgrind`, once with one and once with eleven gradients; a
//! tenth of the difference is what one gradient takes, without the start of the process. The count was
//! the same in every run; but an edit elsewhere may move what the compiler inlines. So what is more than
//! [`TOLERANCE`] above the stored count fails, and counts of another compiler are not compared. Arrays also
//! depend on the processor, by which `gemm` and the C library choose their code: on another one `--save` those of
//! a good commit first.

use ad_benches::workloads::ALL;
use ad_benches::{flags, say};
use serde_json::{Map, Value, json};
use std::error::Error;
use std::process::{Command, ExitCode, Stdio};

/// What a change may add to a count before somebody has to look: less than any change worth making saves.
const TOLERANCE: f64 = 0.02;

const STORED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/results/instructions.json");

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [run, name, gradients] = &args[..]
        && run == "run"
    {
        let (_, make) = ALL.into_iter().find(|(known, _)| known == name).ok_or("no such workload")?;
        let mut gradient = make();
        (0..gradients.parse()?).for_each(|_| gradient());
        return Ok(ExitCode::SUCCESS);
    }
    let [save] = flags(["--save"]);
    let compiler = compiler()?;
    let mut counts = Map::new();
    for (name, _) in ALL {
        counts.insert(name.to_owned(), json!((instructions(name, 11)? - instructions(name, 1)?) / 10));
    }
    if save {
        let all = json!({"rustc": compiler, "instructions": counts});
        std::fs::write(STORED, format!("{all:#}\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let stored: Value = serde_json::from_str(&std::fs::read_to_string(STORED)?)?;
    if stored["rustc"] != compiler {
        return Err(format!(
            "counted with {}, this is {compiler}: --save on a good commit first",
            stored["rustc"]
        )
        .into());
    }
    let mut worse = false;
    for (name, count) in &counts {
        let (now, before) = (count.as_f64().unwrap_or(f64::NAN), stored["instructions"][name].as_f64());
        let change = now / before.ok_or_else(|| format!("no count of {name} is stored: --save"))? - 1.0;
        let verdict = if change > TOLERANCE { "MORE" } else { "ok" };
        say(format_args!("{name:<28} {now:>12} instructions {:>+7.2} %  {verdict}", 100.0 * change));
        worse |= change > TOLERANCE;
    }
    Ok(if worse { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The instructions of a process that runs a workload so many times.
fn instructions(name: &str, gradients: usize) -> Result<u64, Box<dyn Error>> {
    let program = std::env::current_exe()?;
    let out = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["run", name, &gradients.to_string()])
        .stdout(Stdio::null())
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let report = String::from_utf8_lossy(&out.stderr);
    let count =
        report.lines().find_map(|line| line.split_once("Collected :")).ok_or("callgrind counted nothing")?;
    Ok(count.1.trim().parse()?)
}

/// The version of the compiler.
fn compiler() -> Result<String, Box<dyn Error>> {
    let out = Command::new("rustc").arg("--version").output()?;
    Ok(String::from_utf8(out.stdout)?.trim().to_owned())
}
