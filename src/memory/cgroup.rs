//! The memory limit of the container: the smallest of the control group and its ancestors, in
//! version 2, version 1 and hybrid hierarchies.
//!
//! Formats: the kernel's `Documentation/admin-guide/cgroup-v2.rst` and `cgroup-v1/memory.rst`.

use std::fs;
use std::path::{Path, PathBuf};

/// A limit that the kernel enforces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerLimit {
    /// In bytes.
    pub bytes: u64,
    /// The file that holds it.
    pub file: PathBuf,
}

/// A version 1 limit above this is none.
const UNLIMITED: u64 = 1 << 62;

/// The smallest limit of this process; `root` is `/` but in tests.
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
                let base = if unified.is_dir() {
                    unified
                } else {
                    base.clone()
                };
                smallest(&base, path, "memory.max")
            } else if controllers.split(',').any(|name| name == "memory") {
                smallest(&base.join("memory"), path, "memory.limit_in_bytes")
            } else {
                None
            }
        })
        .min_by_key(|limit| limit.bytes)
}

/// The smallest limit of a group and those around it. In a container the path may name folders that
/// cannot be seen from inside; the mount itself then holds the group's files.
fn smallest(base: &Path, path: &str, name: &str) -> Option<ContainerLimit> {
    let inside = path.trim_start_matches('/');
    let mut folder = base.join(inside);
    let mut found: Option<ContainerLimit> = None;
    loop {
        let file = folder.join(name);
        let bytes = fs::read_to_string(&file)
            .ok()
            .and_then(|text| text.trim().parse::<u64>().ok())
            .filter(|bytes| *bytes < UNLIMITED);
        if let Some(bytes) = bytes
            && found.as_ref().is_none_or(|limit| bytes < limit.bytes)
        {
            found = Some(ContainerLimit { bytes, file });
        }
        if folder == base || !folder.pop() || !folder.starts_with(base) {
            return found;
        }
    }
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
