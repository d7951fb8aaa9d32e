//! The file on the disk: read up to a limit, replaced as a whole by one process at a time.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;

/// The largest file, in bytes.
pub(super) const LARGEST: u64 = 16 << 20;
/// How long another process may hold the lock. It holds it for milliseconds.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait before the lock is tried again.
const PAUSE: Duration = Duration::from_millis(5);

/// The content of a file; `None` when there is none.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut options = OpenOptions::new();
    // A pipe in its place must not hold the run.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    options.read(true).custom_flags(flags.bits() as i32);
    let file = match options.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    within_limit(&bytes)?;
    Ok(Some(bytes))
}

fn within_limit(bytes: &[u8]) -> io::Result<()> {
    match bytes.len() as u64 > LARGEST {
        true => Err(io::Error::other("it is larger than 16 MB")),
        false => Ok(()),
    }
}

/// Makes the folder, for its owner alone, where there is none.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700).create(folder)
}

/// Gives the file a new content, whole or not at all. Whoever calls this holds the lock. A symbolic
/// link stays one; its target is replaced.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    within_limit(bytes)?;
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut temporary = path.clone().into_os_string();
    temporary.push(".drun-tmp");
    let temporary = Temporary(temporary.into());
    // The lock is held, so one that is there was left behind.
    let _ = fs::remove_file(&temporary.0);
    let mut file = create_options()
        .write(true)
        .create_new(true)
        .open(&temporary.0)?;
    file.write_all(bytes)?;
    // Without it a power failure after the renaming may leave an empty file.
    file.sync_all()?;
    fs::rename(&temporary.0, &path)?;
    // Not every file system can sync a folder, and the file is there already.
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Files that their owner alone reads.
fn create_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    let flags = OFlags::NOFOLLOW;
    options.mode(0o600).custom_flags(flags.bits() as i32);
    options
}

/// Removed in the end, unless it was renamed.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Held by who rewrites the file; given back when it is dropped, also by a process that is killed.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock, but not for ever.
    ///
    /// It is a file of its own that stays: one that is renamed away would lock nothing any more.
    pub(super) fn take(folder: &Path, patience: Duration) -> io::Result<Self> {
        let path = folder.join("secrets.lock");
        let file = create_options().write(true).create(true).open(path)?;
        let end = Instant::now() + patience;
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Self { _file: file }),
                // A file system without locks is no reason to keep no secrets.
                Err(Errno::NOLCK | Errno::NOSYS | Errno::OPNOTSUPP) => {
                    return Ok(Self { _file: file });
                }
                Err(Errno::INTR | Errno::WOULDBLOCK) if Instant::now() < end => {
                    std::thread::sleep(PAUSE);
                }
                Err(Errno::INTR | Errno::WOULDBLOCK) => {
                    let held = "another process has held secrets.lock for too long";
                    return Err(io::Error::other(held));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn files_are_their_owners_and_what_was_left_behind_is_no_obstacle() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("a/.drun");
        make_folder(&folder).unwrap();
        let path = folder.join("secrets.enc");
        assert_eq!(read(&path).unwrap(), None);
        fs::write(folder.join("secrets.enc.drun-tmp"), "half").unwrap();
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        drop(Lock::take(&folder, Duration::ZERO).unwrap());
        assert_eq!(read(&path).unwrap().unwrap(), b"two");
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&folder.join("secrets.lock")), 0o600);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    }

    #[test]
    fn a_lock_that_is_held_is_not_waited_for_without_end() {
        let scratch = tempfile::tempdir().unwrap();
        let held = Lock::take(scratch.path(), Duration::ZERO).unwrap();
        let error = Lock::take(scratch.path(), PAUSE * 3).unwrap_err();
        assert!(error.to_string().contains("secrets.lock"), "{error}");
        drop(held);
        assert!(Lock::take(scratch.path(), Duration::ZERO).is_ok());
    }

    #[test]
    fn what_is_too_large_or_no_file_is_not_read() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("secrets.enc");
        File::create(&path).unwrap().set_len(LARGEST + 1).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("16 MB"));
        assert!(read(scratch.path()).is_err());
        let large = vec![0; LARGEST as usize + 1];
        assert!(replace(&path, &large).is_err());
        assert_eq!(fs::metadata(&path).unwrap().len(), LARGEST + 1);
    }
}
