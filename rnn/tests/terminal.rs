//! The program in a terminal and outside of one: when there are colours.
#![cfg(unix)]

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::File;
use std::io::Read;
use std::process::{Command, Stdio};

const ESCAPE: char = '\x1b';

/// The program, in an environment that has nothing to say about colours but `variables`.
fn rnn(args: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rnn"));
    command.args(args).env_remove("NO_COLOR").env("TERM", "xterm-256color").stdin(Stdio::null());
    command.envs(variables.iter().copied());
    command
}

/// What it writes into a terminal of its own, stderr with it.
fn in_a_terminal(args: &[&str], variables: &[(&str, &str)]) -> String {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let screen = open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    let (stdout, stderr) = (screen.try_clone().unwrap(), screen);
    let mut child = rnn(args, variables).stdout(stdout).stderr(stderr).spawn().unwrap();
    let mut text = Vec::new();
    // When the last writer is gone, Linux says that there is an error and not that this is the end.
    let _ = File::from(terminal).read_to_end(&mut text);
    assert!(child.wait().unwrap().success());
    // A terminal ends a line its own way.
    String::from_utf8(text).unwrap().replace("\r\n", "\n")
}

fn in_a_pipe(args: &[&str], variables: &[(&str, &str)]) -> String {
    let output = rnn(args, variables).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A text without its escape sequences.
fn plain(text: &str) -> String {
    let after = |part: &str| part.split_once('m').expect("a colour").1.to_owned();
    text.split(ESCAPE)
        .enumerate()
        .map(|(i, part)| if i == 0 { part.to_owned() } else { after(part) })
        .collect()
}

const TRIANGLE: [&str; 1] = ["triangle"];

#[test]
fn a_terminal_has_colours_and_a_pipe_none() {
    let (screen, pipe) = (in_a_terminal(&TRIANGLE, &[]), in_a_pipe(&TRIANGLE, &[]));
    assert!(screen.contains(ESCAPE), "{screen}");
    assert!(!pipe.contains(ESCAPE), "{pipe}");
    assert_eq!(plain(&screen), pipe, "the same table");
}

#[test]
fn auto_listens_to_the_environment() {
    for args in [&TRIANGLE[..], &["triangle", "--color", "auto"]] {
        for (variable, value, colours) in [
            ("NO_COLOR", "1", false),
            ("NO_COLOR", "0", false),
            ("NO_COLOR", "", true), // no-color.org: an empty one says nothing
            ("TERM", "dumb", false),
        ] {
            let screen = in_a_terminal(args, &[(variable, value)]);
            assert_eq!(screen.contains(ESCAPE), colours, "{variable}={value}: {screen}");
        }
    }
}

#[test]
fn who_says_always_or_never_is_obeyed() {
    let against = [("NO_COLOR", "1"), ("TERM", "dumb")];
    for run in [in_a_terminal, in_a_pipe] {
        assert!(run(&["triangle", "--color", "always"], &against).contains(ESCAPE));
        assert!(!run(&["triangle", "--color=never"], &[]).contains(ESCAPE));
    }
}

#[test]
fn nothing_else_is_coloured() {
    let case = concat!(env!("CARGO_MANIFEST_DIR"), "/data/lesson.json");
    let explain = ["credit", case, "--mode", "bptt", "--explain"];
    for args in [&["--help"][..], &["triangle", "--help"], &explain] {
        assert_eq!(in_a_terminal(args, &[]), in_a_pipe(args, &[]));
    }
}
