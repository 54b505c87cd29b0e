//! The progress bar: on stderr, and only where someone looks at it.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar of so many passes; where stderr is no terminal it draws nothing.
pub(super) fn bar(title: &str, passes: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:<22} [{bar:40}] {pos}/{len} passes, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ");
    ProgressBar::new(passes as u64).with_style(style).with_message(title.to_owned())
}
