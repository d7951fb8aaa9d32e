//! Copying and moving, folders with all that is in them.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::change::{create_folders, create_parents};
use super::{Outcome, Wanted, not_empty, whole};
use crate::value::ExpandedPath;

/// `copy` and `backup`.
pub(super) fn copy(
    source: &ExpandedPath,
    target: &ExpandedPath,
    wanted: &Wanted,
) -> io::Result<Outcome> {
    not_empty(source)?;
    not_empty(target)?;
    let found = fs::metadata(&source.absolute)?;
    let what = match found.is_dir() {
        true => "directory",
        false => "file",
    };
    if found.is_dir() {
        refuse_inside(&source.absolute, &target.absolute)?;
    }
    create_parents(&target.absolute)?;
    match found.is_dir() {
        true => copy_folder(&source.absolute, &target.absolute, wanted)?,
        false => copy_file(&source.absolute, &found, &target.absolute, wanted)?,
    }
    let (from, to) = (&source.shown, &target.shown);
    Ok(Outcome::line(format!(
        "✅  Copied {what} '{from}' to '{to}'"
    )))
}

/// `move`: a new name, or a copy where the target lies on another file system.
pub(super) fn rename(
    source: &ExpandedPath,
    target: &ExpandedPath,
    wanted: &Wanted,
) -> io::Result<Outcome> {
    not_empty(source)?;
    not_empty(target)?;
    let (from, to) = (&source.absolute, &target.absolute);
    let found = fs::symlink_metadata(from)?;
    if found.is_dir() {
        refuse_inside(from, to)?;
    }
    create_parents(to)?;
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            move_by_copy(from, &found, to, wanted)?;
        }
        done => done?,
    }
    let (from, to) = (&source.shown, &target.shown);
    Ok(Outcome::line(format!("✅  Moved '{from}' to '{to}'")))
}

/// As a rename would do it: a link or a file at the target is replaced, a folder only when it is empty.
/// The source is removed only when all of it was copied to somewhere else.
fn move_by_copy(from: &Path, found: &Metadata, to: &Path, wanted: &Wanted) -> io::Result<()> {
    let there = fs::symlink_metadata(to).ok();
    if there.is_some() && same_file(from, to) && there.as_ref().is_some_and(|it| !it.is_symlink()) {
        // One folder that is mounted at two places.
        return Err(io::Error::other("source and target are the same"));
    }
    if found.is_dir() {
        return match there {
            Some(there) if !there.is_dir() => Err(io::ErrorKind::NotADirectory.into()),
            Some(_) if fs::read_dir(to)?.next().is_some() => {
                Err(io::ErrorKind::DirectoryNotEmpty.into())
            }
            _ => {
                copy_folder(from, to, wanted)?;
                fs::remove_dir_all(from)
            }
        };
    }
    if there.is_some_and(|there| there.is_symlink()) {
        fs::remove_file(to)?;
    }
    copy_entry(from, found, to, wanted)?;
    fs::remove_file(from)
}

/// Copies what is in a folder into another one, which may be there already.
fn copy_folder(from: &Path, to: &Path, wanted: &Wanted) -> io::Result<()> {
    let mut folders = vec![(from.to_owned(), to.to_owned())];
    // A folder gets the mode of its source when all is in it: it may be one that forbids writing.
    let mut modes: Vec<(PathBuf, fs::Permissions)> = Vec::new();
    while let Some((from, to)) = folders.pop() {
        create_folders(&to)?;
        modes.push((to.clone(), fs::metadata(&from)?.permissions()));
        for entry in fs::read_dir(&from)? {
            wanted.check()?;
            let entry = entry?;
            let (path, target) = (entry.path(), to.join(entry.file_name()));
            match entry.file_type()?.is_dir() {
                true => folders.push((path, target)),
                false => copy_entry(&path, &entry.metadata()?, &target, wanted)?,
            }
        }
    }
    modes
        .into_iter()
        .rev()
        .try_for_each(|(path, mode)| fs::set_permissions(path, mode))
}

/// Refuses a target inside of the source, before anything of it is created: the copy would be copied
/// as well, without end.
fn refuse_inside(from: &Path, to: &Path) -> io::Result<()> {
    let from = fs::canonicalize(from)?;
    let mut above = to.ancestors().map(fs::canonicalize);
    let own = above.next().and_then(Result::ok);
    let nearest = own.clone().or_else(|| above.find_map(Result::ok));
    if own.as_ref() != Some(&from) && nearest.is_some_and(|nearest| nearest.starts_with(&from)) {
        return Err(io::Error::other(
            "a folder cannot be copied or moved into itself",
        ));
    }
    Ok(())
}

/// What is in a folder and no folder: links stay links.
fn copy_entry(from: &Path, found: &Metadata, to: &Path, wanted: &Wanted) -> io::Result<()> {
    #[cfg(unix)]
    if found.is_symlink() {
        let target = fs::read_link(from)?;
        match fs::remove_file(to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        return std::os::unix::fs::symlink(target, to);
    }
    copy_file(from, found, to, wanted)
}

/// The content and the mode of a file.
fn copy_file(from: &Path, found: &Metadata, to: &Path, wanted: &Wanted) -> io::Result<()> {
    if !found.is_file() && !found.is_symlink() {
        // A pipe or a device would be read for ever.
        let reason = format!("{} is no regular file", from.display());
        return Err(io::Error::other(reason));
    }
    // Opened for writing, a file that is copied onto itself would be empty before it is read.
    if same_file(from, to) {
        return Ok(());
    }
    whole::copy(from, found, to, wanted)
}

#[cfg(unix)]
fn same_file(from: &Path, to: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let identity = |path| {
        fs::metadata(path)
            .map(|found| (found.dev(), found.ino()))
            .ok()
    };
    identity(from).is_some_and(|from| identity(to) == Some(from))
}

#[cfg(not(unix))]
fn same_file(from: &Path, to: &Path) -> bool {
    let real = |path| fs::canonicalize(path).ok();
    real(from).is_some_and(|from| real(to) == Some(from))
}
