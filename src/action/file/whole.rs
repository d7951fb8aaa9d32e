//! Giving a file new content so that it never has half of it.
//!
//! A run may end at any moment. So the new content of a file that is there is written beside it, and
//! takes its place when it is whole. What cannot be replaced that way is written in place: a device, a
//! file with several names, one in a folder that may not be written to.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::Wanted;

/// How much is written between two looks at whether anybody still waits for it, in bytes.
const PIECE: usize = 1 << 20;

/// Makes `content` the content of a file; `create` opens one that is not there, or in place.
pub(super) fn write(
    path: &Path,
    content: &[u8],
    wanted: &Wanted,
    create: impl FnOnce() -> io::Result<File>,
) -> io::Result<()> {
    let fill = |file: &mut File| {
        content.chunks(PIECE).try_for_each(|piece| {
            wanted.check()?;
            file.write_all(piece)
        })
    };
    match Replacement::beside(path)? {
        Some(mut replacement) => {
            fill(&mut replacement.file)?;
            replacement.take_place(None)
        }
        None => fill(&mut create()?),
    }
}

/// Gives a file that is there a new content.
pub(in crate::action) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    match Replacement::beside(path)? {
        Some(mut replacement) => {
            replacement.file.write_all(content)?;
            replacement.take_place(None)
        }
        None => {
            let mut options = OpenOptions::new();
            options
                .write(true)
                .truncate(true)
                .open(path)?
                .write_all(content)
        }
    }
}

/// Makes the content and the mode of `from` those of `to`.
pub(super) fn copy(from: &Path, found: &Metadata, to: &Path, wanted: &Wanted) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut fill = |file: &mut File| -> io::Result<()> {
        // In pieces that the kernel copies by itself where it can.
        loop {
            wanted.check()?;
            let piece = io::Read::take(&mut source, 8 * PIECE as u64);
            if io::copy(&mut { piece }, file)? == 0 {
                return Ok(());
            }
        }
    };
    match Replacement::beside(to)? {
        Some(mut replacement) => {
            fill(&mut replacement.file)?;
            replacement.take_place(Some(found.permissions()))
        }
        None => {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            {
                use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
                options.mode(found.mode());
            }
            let mut file = options.open(to)?;
            fill(&mut file)?;
            if file.metadata()?.is_file() {
                file.set_permissions(found.permissions())?;
            }
            Ok(())
        }
    }
}

/// The new content of a file, beside it. Dropped before it took the place, it is removed.
struct Replacement {
    file: File,
    temporary: PathBuf,
    /// The file itself, links followed.
    target: PathBuf,
    placed: bool,
}

impl Replacement {
    /// `None` where the file is not there, or is to be written in place.
    fn beside(path: &Path) -> io::Result<Option<Self>> {
        let Ok(target) = fs::canonicalize(path) else {
            return Ok(None);
        };
        let found = fs::metadata(&target)?;
        let (Some(folder), Some(name), true) =
            (target.parent(), target.file_name(), is_replaceable(&found))
        else {
            return Ok(None);
        };
        // Who may not write to it may not replace it either.
        OpenOptions::new().write(true).open(&target)?;
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut own = std::ffi::OsString::from(".");
        own.push(name);
        own.push(format!(".drun-{}-{number}", std::process::id()));
        let temporary = folder.join(own);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let Ok(file) = options.open(&temporary) else {
            return Ok(None);
        };
        let replacement = Self {
            file,
            temporary,
            target: target.clone(),
            placed: false,
        };
        let like = replacement.is_made_like(&found);
        Ok(like.then_some(replacement))
    }

    /// Gives it the owner and the mode of the file; `false` where that may not be.
    fn is_made_like(&self, found: &Metadata) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let own = self.file.metadata();
            let differs = own.is_ok_and(|own| (own.uid(), own.gid()) != (found.uid(), found.gid()));
            if differs
                && std::os::unix::fs::fchown(&self.file, Some(found.uid()), Some(found.gid()))
                    .is_err()
            {
                return false;
            }
        }
        self.file.set_permissions(found.permissions()).is_ok()
    }

    fn take_place(mut self, mode: Option<fs::Permissions>) -> io::Result<()> {
        if let Some(mode) = mode {
            self.file.set_permissions(mode)?;
        }
        // After a power failure the name must not lead to an empty file; a file system that cannot
        // sync is no reason to fail.
        let _ = self.file.sync_data();
        fs::rename(&self.temporary, &self.target)?;
        self.placed = true;
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.placed {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

#[cfg(unix)]
fn is_replaceable(found: &Metadata) -> bool {
    found.is_file() && std::os::unix::fs::MetadataExt::nlink(found) == 1
}

#[cfg(not(unix))]
fn is_replaceable(found: &Metadata) -> bool {
    found.is_file()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn the_mode_and_a_link_stay_and_nothing_is_left_behind() {
        let scratch = tempfile::tempdir().unwrap();
        let target = scratch.path().join("target.json");
        let link = scratch.path().join("link.json");
        fs::write(&target, "old").unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("target.json", &link).unwrap();
        replace(&link, b"new").unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        let mode = fs::metadata(&target).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o640);
        assert!(replace(scratch.path(), b"").is_err());
        assert!(replace(&scratch.path().join("none"), b"").is_err());
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 2);
    }
}
