//! Creating and deleting, and looking at what is there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Keep, Outcome, not_empty};
use crate::value::{ExpandedPath, clean};

/// An empty file; one that is there loses its content and keeps its mode.
pub(super) fn create_file(target: &ExpandedPath) -> io::Result<Outcome> {
    not_empty(target)?;
    create_parents(&target.absolute)?;
    fs::File::create(&target.absolute)?;
    Ok(Outcome::line(format!(
        "✅  Created file '{}'",
        target.shown
    )))
}

pub(super) fn create_folder(target: &ExpandedPath) -> io::Result<Outcome> {
    not_empty(target)?;
    create_folders(&target.absolute)?;
    Ok(Outcome::line(format!(
        "✅  Created directory '{}'",
        target.shown
    )))
}

/// Deletes whatever is there. A link is deleted, and not what it leads to.
pub(super) fn delete(target: &ExpandedPath, keep: &Keep) -> io::Result<Outcome> {
    let shown = &target.shown;
    let gone = || {
        Outcome::line(format!(
            "✅  Target '{shown}' does not exist (already deleted)"
        ))
    };
    if shown.is_empty() {
        return Ok(gone());
    }
    // A slash behind it would lead through a link.
    let path: PathBuf = target.absolute.components().collect();
    let found = match fs::symlink_metadata(&path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(gone()),
        Err(error) => return Err(error),
    };
    if !found.is_dir() {
        fs::remove_file(&path)?;
        return Ok(Outcome::line(format!("✅  Deleted file '{shown}'")));
    }
    refuse_ground(&path, keep)?;
    fs::remove_dir_all(&path)?;
    Ok(Outcome::line(format!("✅  Deleted directory '{shown}'")))
}

/// Refuses to delete the folder that the program stands in, or one above it: a placeholder that came
/// out empty must not cost somebody everything.
fn refuse_ground(path: &Path, keep: &Keep) -> io::Result<()> {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| clean(path));
    if real(&keep.start_dir).starts_with(real(path)) {
        return Err(io::Error::other(
            "refused: it holds the folder that xdrun was started in",
        ));
    }
    Ok(())
}

pub(super) fn exists(target: &ExpandedPath, directory: bool) -> Outcome {
    let found = fs::metadata(&target.absolute)
        .is_ok_and(|found| found.is_dir() == directory && !target.shown.is_empty());
    let what = match directory {
        true => "Directory",
        false => "File",
    };
    Outcome::line(match found {
        true => format!("✅  {what} exists: {}", target.shown),
        false => format!("❌  {what} does not exist: {}", target.shown),
    })
}

pub(super) fn size(target: &ExpandedPath) -> io::Result<Outcome> {
    not_empty(target)?;
    let bytes = fs::metadata(&target.absolute)?.len();
    let shown = &target.shown;
    Ok(Outcome::line(format!(
        "📏 File size: {shown} ({bytes} bytes)"
    )))
}

/// The folders above `path`, so far as they are missing.
pub(super) fn create_parents(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), create_folders)
}

/// `path` and the folders above it, so far as they are missing, for their owner and its group.
pub(super) fn create_folders(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o750);
    builder.create(path)
}
