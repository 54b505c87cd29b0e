//! Writing a file all or nothing.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::Path;

/// Writes to a new file beside `path` and renames it, so that no reader ever sees half a file. What a link leads to is
/// replaced and not the link; a pipe or a device is written to. A file that may not be written to stays ([`replaceable`]), and
/// the new one has the mode of the old one.
pub(super) fn atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let there = fs::metadata(path).ok();
    if there.as_ref().is_some_and(|there| !there.is_file() && !there.is_dir()) {
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    replaceable(path)?;
    let permissions = there.map(|there| there.permissions());
    let path = &if path.is_symlink() { fs::canonicalize(path)? } else { path.to_owned() };
    let Some(name) = path.file_name() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"));
    };
    let mut temporary = std::ffi::OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(temporary);

    let _ = fs::remove_file(&temporary); // of a process that was killed
    let result = write_new(&temporary, permissions, bytes).and_then(|()| fs::rename(&temporary, path));
    if result.is_err() {
        // Best effort: the first error is the one to tell.
        let _ = fs::remove_file(&temporary);
    }
    result
}

/// Whether a file may be replaced that stands at `path`, if one does: a new name in its folder takes the folder's permissions
/// alone, but one that is read-only, or somebody else's, is to stay.
///
/// # Errors
///
/// Why it may not.
pub fn replaceable(path: &Path) -> io::Result<()> {
    let Some(file) = fs::metadata(path).ok().filter(fs::Metadata::is_file) else { return Ok(()) };
    if file.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "is read-only"));
    }
    OpenOptions::new().append(true).open(path).map(drop)
}

fn write_new(path: &Path, permissions: Option<Permissions>, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    if permissions.is_some() {
        // Until it has those of the old file nobody else may open it.
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut file = options.write(true).create_new(true).open(path)?;
    permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))?;
    file.write_all(bytes)?;
    file.sync_all()
}
