//! Replacing a file as a whole, or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::regular;

/// Gives a file that is there a new content. A symbolic link stays one; its target is replaced.
pub(in crate::action) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let found = fs::metadata(&path)?;
    regular(&found)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let temporary = Temporary(temporary_name(folder));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // Nobody else may read it before it has the mode of the file.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary.0)?;
    #[cfg(unix)]
    keep_owner(&file, &found)?;
    file.set_permissions(found.permissions())?;
    file.write_all(content)?;
    // Without it a power failure after the renaming may leave an empty file.
    file.sync_all()?;
    drop(file);
    fs::rename(&temporary.0, &path)?;
    // Not every file system can sync a folder, and the file is there already.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Gives the new file to the owner of the old one, as far as that is allowed.
#[cfg(unix)]
fn keep_owner(file: &File, found: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let own = file.metadata()?;
    if (own.uid(), own.gid()) != (found.uid(), found.gid()) {
        let _ = fchown(file, Some(found.uid()), Some(found.gid()));
    }
    Ok(())
}

/// Removed in the end, unless it was renamed.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A name that no other process and no other call takes.
fn temporary_name(folder: &Path) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let time = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    let (process, nanos) = (std::process::id(), time.subsec_nanos());
    folder.join(format!(".drun-{process}-{number}-{nanos}.tmp"))
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
