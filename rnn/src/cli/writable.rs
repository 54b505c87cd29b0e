//! Whether what is asked for can be written, so that an hour's training is not lost to a mistyped path.

use super::failure::Failure;
use rnn::report::replaceable;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

/// Whether the page goes to stdout, where it takes the place of the text; a file of this name is `./-`.
pub(super) fn is_stdout(out: &Path) -> bool {
    out == Path::new("-")
}

/// Tries whether the page can be written, and not over the file that is read.
pub(super) fn page(out: &Path, read: Option<&Path>) -> Result<(), Failure> {
    if is_stdout(out) {
        return Ok(());
    }
    let failed = |reason: String| failure("--out", out, &reason);
    if out.is_dir() {
        return Err(failed("is a folder".to_owned()));
    }
    if out.exists() && !out.is_file() {
        return Ok(()); // a pipe or a device is written to as it is
    }
    let same = |read: &Path| fs::canonicalize(read).ok() == fs::canonicalize(out).ok();
    if out.exists() && read.is_some_and(same) {
        return Err(failed("is the file that is read".to_owned()));
    }
    replaceable(out).map_err(|error| failed(error.to_string()))?;
    // Where a link leads is where the page goes.
    let out = &match out.is_symlink() {
        true => fs::canonicalize(out).map_err(|error| failed(error.to_string()))?,
        false => out.to_owned(),
    };
    let Some(name) = out.file_name() else { return Err(failed("the path names no file".to_owned())) };
    // What stands there already stays untouched: the page, too, is first written beside it.
    let mut probe = OsString::from(".");
    probe.push(name);
    probe.push(format!(".{}.probe", std::process::id()));
    try_file(&out.with_file_name(probe)).map_err(|error| failed(error.to_string()))
}

/// Tries whether files can be written into a folder, or where it is to be made. A figure there that may not be replaced is found
/// when it is written.
pub(super) fn folder(out: &Path) -> Result<(), Failure> {
    let failed = |reason: String| failure("--svg", out, &reason);
    // The path from here to a folder's name alone is empty.
    let there = out.ancestors().find(|path| path.exists()).unwrap_or(Path::new("."));
    if !there.is_dir() {
        return Err(failed(format!("{} is not a folder", there.display())));
    }
    let probe = there.join(format!(".rnn.{}.probe", std::process::id()));
    try_file(&probe).map_err(|error| failed(error.to_string()))
}

fn try_file(probe: &Path) -> io::Result<()> {
    fs::write(probe, "").and_then(|()| fs::remove_file(probe))
}

fn failure(argument: &str, out: &Path, reason: &str) -> Failure {
    Failure::new(format!("{argument}: {}: cannot write the report: {reason}", out.display()))
}
