//! What a process holds.

use std::fmt;
use std::fs;
use std::path::Path;

use drun::memory::allocator;

/// What was counted at one time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Census {
    pub(crate) descriptors: usize,
    pub(crate) threads: usize,
    pub(crate) children: usize,
    pub(crate) files: usize,
    /// In KiB.
    pub(crate) resident: u64,
    /// What the allocator has given out, in KiB.
    pub(crate) live: u64,
}

impl Census {
    /// Counts; `folder` is where files would be left.
    pub(crate) fn take(folder: &Path) -> Self {
        let me = std::process::id();
        Self {
            descriptors: entries(Path::new("/proc/self/fd")),
            threads: entries(Path::new("/proc/self/task")),
            children: processes()
                .into_iter()
                .filter(|pid| parent(*pid) == Some(me))
                .count(),
            files: entries(folder),
            resident: drun_resident() / 1024,
            live: allocator::live().unwrap_or(0) / 1024,
        }
    }
}

impl fmt::Display for Census {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} descriptors, {} threads, {} children, {} files, {} KiB resident, {} KiB live",
            self.descriptors, self.threads, self.children, self.files, self.resident, self.live
        )
    }
}

fn drun_resident() -> u64 {
    use drun::memory::reading::{Readings as _, System};
    System.resident().unwrap_or(0)
}

fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

/// All processes that can be seen.
pub(crate) fn processes() -> Vec<u32> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(1)?.parse().ok()
}
