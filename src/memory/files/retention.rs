//! What is kept of older crash files.

use std::collections::HashMap;
use std::fs::File;

use rustix::fs::{
    AtFlags, Dir, FileType, FlockOperation, Mode, OFlags, Stat, flock, openat, statat, unlinkat,
};
use rustix::process::{Pid, getpid, getuid, test_kill_process};

use super::Folder;
use super::name::{Kind, Stem, owner_of_temporary};

/// How many pairs one folder keeps.
pub const MAX_PAIRS: usize = 5;
/// A pair stays for so long, in nanoseconds: of several runs that crash at once none may take away what
/// another one is telling of.
const FRESH: i128 = 1_000_000_000;
/// How many bytes the pairs of one folder may have together. The newest pair stays whatever its
/// size.
pub const MAX_BYTES: u64 = 20 * 1024 * 1024;

/// A pair of crash files, or what is left of one.
#[derive(Debug)]
pub struct Pair {
    /// What its names have in common.
    pub stem: Stem,
    /// The files that exist.
    pub kinds: Vec<Kind>,
    /// Their bytes together.
    pub bytes: u64,
    /// When the newer of them was written, in nanoseconds since 1970.
    pub modified: i128,
}

/// The pairs of a folder, the newest first. Only plain files of this user count: what is someone
/// else's, a link or a pipe is neither listed nor removed.
pub fn pairs(folder: &Folder) -> Vec<Pair> {
    let mut found: HashMap<Stem, Pair> = HashMap::new();
    for (name, stat) in own_files(folder) {
        let Some((stem, kind)) = Stem::parse(&name) else {
            continue;
        };
        let pair = found.entry(stem.clone()).or_insert_with(|| Pair {
            stem,
            kinds: Vec::new(),
            bytes: 0,
            modified: i128::MIN,
        });
        pair.kinds.push(kind);
        pair.bytes += stat.st_size.max(0) as u64;
        #[allow(clippy::unnecessary_cast, reason = "32 bits on some systems")]
        let modified = stat.st_mtime as i128 * 1_000_000_000 + stat.st_mtime_nsec as i128;
        pair.modified = pair.modified.max(modified);
    }
    let mut pairs: Vec<Pair> = found.into_values().collect();
    pairs.sort_by(|a, b| (b.modified, &b.stem).cmp(&(a.modified, &a.stem)));
    pairs
}

/// Removes what exceeds [`MAX_PAIRS`] and [`MAX_BYTES`], the oldest first, `newest` and what was written
/// within the last second never, and what writers left behind that were killed.
pub(super) fn tidy(folder: &Folder, newest: &Stem) {
    let mut pairs = pairs(folder);
    pairs.sort_by_key(|pair| pair.stem != *newest);
    let now = pairs.iter().map(|pair| pair.modified).max().unwrap_or(0);
    let mut bytes = 0;
    for (index, pair) in pairs.iter().enumerate() {
        bytes += pair.bytes;
        let fresh = now - pair.modified < FRESH;
        if index > 0 && !fresh && (index >= MAX_PAIRS || bytes > MAX_BYTES) {
            remove(folder, pair);
        }
    }
    remove_leftovers(folder);
}

/// Removes the files of a pair; how many could be removed.
pub(super) fn remove(folder: &Folder, pair: &Pair) -> usize {
    let gone =
        |kind: &&Kind| unlinkat(&folder.fd, pair.stem.file_name(**kind), AtFlags::empty()).is_ok();
    pair.kinds.iter().filter(gone).count()
}

/// Removes temporary files whose writer is gone: its process does not exist, or is this one, and
/// no one holds the lock.
pub(super) fn remove_leftovers(folder: &Folder) {
    for (name, _) in own_files(folder) {
        let Some(owner) = owner_of_temporary(&name) else {
            continue;
        };
        let alive = Pid::from_raw(owner as i32)
            .is_some_and(|pid| pid != getpid() && test_kill_process(pid).is_ok());
        if !alive && is_unlocked(folder, &name) {
            let _ = unlinkat(&folder.fd, &name, AtFlags::empty());
        }
    }
}

fn is_unlocked(folder: &Folder, name: &str) -> bool {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    openat(&folder.fd, name, flags, Mode::empty())
        .map(File::from)
        .is_ok_and(|file| flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok())
}

/// The crash files and temporary files of this user.
fn own_files(folder: &Folder) -> Vec<(String, Stat)> {
    let Ok(dir) = Dir::read_from(&folder.fd) else {
        return Vec::new();
    };
    dir.filter_map(|entry| {
        let name = entry.ok()?.file_name().to_str().ok()?.to_owned();
        if Stem::parse(&name).is_none() && owner_of_temporary(&name).is_none() {
            return None;
        }
        let stat = statat(&folder.fd, &name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        let plain = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        (plain && stat.st_uid == getuid().as_raw()).then_some((name, stat))
    })
    .collect()
}
