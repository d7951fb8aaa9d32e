//! Writing and appending.

use std::fs;
use std::io::{self, Write as _};

use super::change::create_parents;
use super::{Outcome, Wanted, not_empty, whole};
use crate::value::ExpandedPath;

/// Makes `content` the content of a file.
pub(super) fn write(target: &ExpandedPath, content: &str, wanted: &Wanted) -> io::Result<Outcome> {
    not_empty(target)?;
    whole::write(&target.absolute, content.as_bytes(), wanted, || {
        open(target, fs::OpenOptions::new().write(true).truncate(true))
    })?;
    let (bytes, shown) = (content.len(), &target.shown);
    Ok(Outcome::line(format!(
        "✅  Wrote {bytes} bytes to file '{shown}'"
    )))
}

/// Adds `content` to the end of a file.
pub(super) fn append(target: &ExpandedPath, content: &str) -> io::Result<Outcome> {
    open(target, fs::OpenOptions::new().append(true))?.write_all(content.as_bytes())?;
    let (bytes, shown) = (content.len(), &target.shown);
    Ok(Outcome::line(format!(
        "✅  Appended {bytes} bytes to file '{shown}'"
    )))
}

/// Opens a file, or creates it for its owner alone: what is written may be a secret.
fn open(target: &ExpandedPath, options: &mut fs::OpenOptions) -> io::Result<fs::File> {
    not_empty(target)?;
    create_parents(&target.absolute)?;
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.create(true).open(&target.absolute)
}
