//! The memory limit of the container: the smallest of the control group and its ancestors, in
//! version 2, version 1 and hybrid hierarchies.
//!
//! Formats: the kernel's `Documentation/admin-guide/cgroup-v2.rst` and `cgroup-v1/memory.rst`.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// A limit that the kernel enforces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerLimit {
    /// In bytes.
    pub bytes: u64,
    /// What is in use in the group and cannot be taken back by dropping files that nobody has read
    /// for long, in bytes; 0 while more than half is free.
    pub used: u64,
    /// The file that holds it.
    pub file: PathBuf,
}

/// A version 1 limit above this is none.
const UNLIMITED: u64 = 1 << 62;

/// The files of a version.
struct Files {
    limit: &'static str,
    usage: &'static str,
    /// The lines of `memory.stat` that tell the page cache. What lies in a temporary file system is no
    /// part of it: that cannot be dropped.
    cache: [&'static str; 2],
}

const UNIFIED: Files = Files {
    limit: "memory.max",
    usage: "memory.current",
    cache: ["inactive_file ", "active_file "],
};
const LEGACY: Files = Files {
    limit: "memory.limit_in_bytes",
    usage: "memory.usage_in_bytes",
    cache: ["total_inactive_file ", "total_active_file "],
};

/// The smallest limit of this process; `root` is `/` but in tests. Reads a few small files.
pub fn limit(root: &Path) -> Option<ContainerLimit> {
    let groups = fs::read_to_string(root.join("proc/self/cgroup")).ok()?;
    let base = root.join("sys/fs/cgroup");
    groups
        .lines()
        .filter_map(|line| {
            let mut parts = line.splitn(3, ':');
            let (_, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
            if controllers.is_empty() {
                let unified = base.join("unified");
                let base = if unified.is_dir() { &unified } else { &base };
                smallest(base, path, &UNIFIED)
            } else if controllers.split(',').any(|name| name == "memory") {
                smallest(&base.join("memory"), path, &LEGACY)
            } else {
                None
            }
        })
        .min_by_key(|limit| limit.bytes)
}

/// The smallest limit of a group and those around it. In a container the path may name folders that
/// cannot be seen from inside; the mount itself then holds the group's files.
fn smallest(base: &Path, path: &str, files: &Files) -> Option<ContainerLimit> {
    let inside = path.trim_start_matches('/');
    let mut folder = base.join(inside);
    let mut found: Option<(u64, PathBuf)> = None;
    loop {
        let bytes = number(&folder.join(files.limit)).filter(|bytes| *bytes < UNLIMITED);
        if let Some(bytes) = bytes
            && found.as_ref().is_none_or(|(least, _)| bytes < *least)
        {
            found = Some((bytes, folder.clone()));
        }
        if folder == base || !folder.pop() || !folder.starts_with(base) {
            break;
        }
    }
    let (bytes, folder) = found?;
    Some(ContainerLimit {
        bytes,
        used: used(&folder, bytes, files),
        file: folder.join(files.limit),
    })
}

/// The working set of a group: what is left without the page cache, which the kernel drops before it
/// kills anybody, however lately it was used. Its statistics are only gathered by the kernel when they are read,
/// which takes time, so they are left alone while there is plenty of room.
fn used(folder: &Path, limit: u64, files: &Files) -> u64 {
    let usage = number(&folder.join(files.usage)).unwrap_or(0);
    if usage < limit / 2 {
        return 0;
    }
    let stat = fs::read_to_string(folder.join("memory.stat")).unwrap_or_default();
    let cached = |line: &str| {
        let name = files.cache.iter().find(|name| line.starts_with(**name))?;
        line.strip_prefix(name)?.trim().parse::<u64>().ok()
    };
    usage.saturating_sub(stat.lines().filter_map(cached).sum())
}

/// A file that holds one number. Every run reads some of them, so they are not measured beforehand.
fn number(file: &Path) -> Option<u64> {
    let mut text = [0; 32];
    let length = fs::File::open(file).ok()?.read(&mut text).ok()?;
    std::str::from_utf8(text.get(..length)?)
        .ok()?
        .trim()
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    #[test]
    fn the_smallest_limit_of_all_ancestors_counts() {
        let root = tree(&[
            ("proc/self/cgroup", "0::/a/b\n"),
            ("sys/fs/cgroup/a/b/memory.max", "max\n"),
            ("sys/fs/cgroup/a/memory.max", "268435456\n"),
        ]);
        assert_eq!(limit(root.path()).unwrap().bytes, 256 << 20);
    }

    #[test]
    fn version_one_and_hybrid_hierarchies_are_read() {
        let root = tree(&[
            ("proc/self/cgroup", "5:cpu,memory:/docker/x\n0::/\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n"),
            ("sys/fs/cgroup/unified/cgroup.procs", ""),
        ]);
        assert_eq!(limit(root.path()).unwrap().bytes, 512 << 20);
    }

    #[test]
    fn files_that_can_be_dropped_do_not_count_as_used() {
        let used = |usage: &str| {
            let root = tree(&[
                ("proc/self/cgroup", "0::/\n"),
                ("sys/fs/cgroup/memory.max", "1000000\n"),
                ("sys/fs/cgroup/memory.current", usage),
                (
                    "sys/fs/cgroup/memory.stat",
                    "anon 1\nactive_file 100000\ninactive_file 200000\n",
                ),
            ]);
            limit(root.path()).unwrap().used
        };
        assert_eq!(used("900000\n"), 600_000);
        assert_eq!(used("400000\n"), 0);
        let root = tree(&[
            ("proc/self/cgroup", "3:memory:/x\n"),
            ("sys/fs/cgroup/memory/x/memory.limit_in_bytes", "1000\n"),
            ("sys/fs/cgroup/memory/x/memory.usage_in_bytes", "800\n"),
            (
                "sys/fs/cgroup/memory/x/memory.stat",
                "inactive_file 1\nactive_file 1\ntotal_inactive_file 60\ntotal_active_file 40\n",
            ),
        ]);
        assert_eq!(limit(root.path()).unwrap().used, 700);
    }

    #[test]
    fn a_path_from_outside_the_container_leads_to_its_own_files() {
        for path in ["/docker/0123", "/../../system.slice/x"] {
            let root = tree(&[
                ("proc/self/cgroup", &format!("0::{path}\n")),
                ("sys/fs/cgroup/memory.max", "268435456\n"),
            ]);
            assert_eq!(limit(root.path()).unwrap().bytes, 256 << 20, "{path}");
        }
    }

    #[test]
    fn in_a_hybrid_hierarchy_both_versions_count() {
        let both = |unified: &str, legacy: &str| {
            let root = tree(&[
                (
                    "proc/self/cgroup",
                    "7:memory:/a\n1:name=systemd:/a\n0::/b/c\n",
                ),
                ("sys/fs/cgroup/memory/a/memory.limit_in_bytes", legacy),
                ("sys/fs/cgroup/unified/b/memory.max", unified),
                // Not the file of this hierarchy.
                ("sys/fs/cgroup/b/memory.max", "1\n"),
            ]);
            let found = limit(root.path()).unwrap();
            let file = found.file.strip_prefix(root.path()).unwrap().to_owned();
            (found.bytes, file.display().to_string())
        };
        let legacy = "sys/fs/cgroup/memory/a/memory.limit_in_bytes";
        assert_eq!(both("max\n", "4096\n"), (4096, legacy.to_owned()));
        let unified = "sys/fs/cgroup/unified/b/memory.max";
        assert_eq!(
            both("8192\n", "9223372036854771712\n"),
            (8192, unified.to_owned())
        );
        assert_eq!(both("8192\n", "4096\n").0, 4096);
    }

    #[test]
    fn an_ancestor_of_version_one_limits_too_and_its_usage_counts() {
        let root = tree(&[
            ("proc/self/cgroup", "4:memory:/a/b/c\n"),
            (
                "sys/fs/cgroup/memory/a/b/c/memory.limit_in_bytes",
                "9223372036854771712\n",
            ),
            ("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "1000\n"),
            ("sys/fs/cgroup/memory/a/memory.usage_in_bytes", "900\n"),
            ("sys/fs/cgroup/memory/a/b/c/memory.usage_in_bytes", "10\n"),
        ]);
        let found = limit(root.path()).unwrap();
        assert_eq!((found.bytes, found.used), (1000, 900));
    }

    #[test]
    fn what_is_no_number_is_no_limit() {
        for text in ["", "max", "lots\n", "-1\n", "99999999999999999999999\n"] {
            let root = tree(&[
                ("proc/self/cgroup", "garbage\n0::/a\n:\n"),
                ("sys/fs/cgroup/a/memory.max", text),
            ]);
            assert_eq!(limit(root.path()), None, "{text}");
        }
    }

    #[test]
    fn no_limit_is_none() {
        let root = tree(&[
            ("proc/self/cgroup", "4:memory:/\n"),
            (
                "sys/fs/cgroup/memory/memory.limit_in_bytes",
                "9223372036854771712\n",
            ),
        ]);
        assert_eq!(limit(root.path()), None);
        assert_eq!(limit(Path::new("/no/such/root")), None);
    }
}
