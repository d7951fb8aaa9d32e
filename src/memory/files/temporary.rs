//! A file that has no name of its own until it is whole.

use std::fs::File;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags, RenameFlags, flock, openat};
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::Folder;
use super::name;

/// A file under a temporary name. It is removed when it is dropped before it got its name.
#[derive(Debug)]
pub struct Temporary<'f> {
    folder: &'f Folder,
    name: String,
    file: File,
    /// How many bytes may still be written before the process' limit for the size of files: the
    /// signal that comes beyond it would end the process, so the limit is never reached.
    left: u64,
    placed: bool,
}

impl<'f> Temporary<'f> {
    /// Creates the file, readable for its owner alone, and locks it as long as it is open: that
    /// tells a file that is being written from one that was left behind.
    pub(super) fn create(folder: &'f Folder) -> io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let pid = std::process::id();
        loop {
            let name = name::temporary(pid, NEXT.fetch_add(1, Ordering::Relaxed));
            match open(folder, &name) {
                Ok(file) => {
                    // A file system without locks is no reason to write nothing.
                    let _ = flock(&file, FlockOperation::NonBlockingLockExclusive);
                    let left = getrlimit(Resource::Fsize).current.unwrap_or(u64::MAX);
                    return Ok(Self {
                        folder,
                        name,
                        file,
                        left,
                        placed: false,
                    });
                }
                Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Gives the file its name; `AlreadyExists` when there is one of that name, whatever it is.
    pub(super) fn place(&mut self, to: &str) -> io::Result<()> {
        // A power failure right after the rename must not leave an empty file; a file system that
        // can't sync is no reason to write nothing.
        let _ = self.file.sync_data();
        move_without_replacing(self.folder, &self.name, to)?;
        to.clone_into(&mut self.name);
        self.placed = true;
        Ok(())
    }
}

impl Write for Temporary<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() as u64 > self.left {
            return Err(Errno::FBIG.into());
        }
        let written = self.file.write(bytes)?;
        self.left -= written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if !self.placed {
            let _ = rustix::fs::unlinkat(&self.folder.fd, &self.name, AtFlags::empty());
        }
    }
}

fn open(folder: &Folder, name: &str) -> Result<File, Errno> {
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::WRONLY | OFlags::CLOEXEC;
    let mode = Mode::RUSR | Mode::WUSR;
    let open = || openat(&folder.fd, name, flags, mode).map(File::from);
    match open() {
        Err(Errno::MFILE) if raise_file_limit() => open(),
        result => result,
    }
}

/// Allows some more open files, where the hard limit leaves room.
pub(super) fn raise_file_limit() -> bool {
    let limit = getrlimit(Resource::Nofile);
    let Some(current) = limit.current else {
        return false;
    };
    let wanted = current + 8;
    let maximum = limit.maximum;
    maximum.is_none_or(|maximum| maximum >= wanted)
        && setrlimit(
            Resource::Nofile,
            Rlimit {
                current: Some(wanted),
                maximum,
            },
        )
        .is_ok()
}

/// Renames inside `folder`; `AlreadyExists` when the new name is taken.
pub(super) fn move_without_replacing(folder: &Folder, from: &str, to: &str) -> io::Result<()> {
    let fd = &folder.fd;
    match rustix::fs::renameat_with(fd, from, fd, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => link_and_unlink(folder, from, to),
        result => Ok(result?),
    }
}

/// For file systems without the exclusive rename.
fn link_and_unlink(folder: &Folder, from: &str, to: &str) -> io::Result<()> {
    let fd = &folder.fd;
    match rustix::fs::linkat(fd, from, fd, to, AtFlags::empty()) {
        Ok(()) => {
            let _ = rustix::fs::unlinkat(fd, from, AtFlags::empty());
            Ok(())
        }
        Err(Errno::EXIST) => Err(Errno::EXIST.into()),
        // Without hard links either; all that is left is to look first.
        Err(_) if rustix::fs::statat(fd, to, AtFlags::SYMLINK_NOFOLLOW).is_ok() => {
            Err(Errno::EXIST.into())
        }
        Err(_) => Ok(rustix::fs::renameat(fd, from, fd, to)?),
    }
}
