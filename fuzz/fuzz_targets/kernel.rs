//! Any bytes in the files of `/proc` and of the control groups are read or passed over.
#![no_main]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use drun::memory::cgroup;
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

/// A root with the files of all versions.
static ROOT: LazyLock<TempDir> = LazyLock::new(|| {
    let root = tempfile::tempdir().expect("a folder for the files");
    for folder in ["proc/self", "sys/fs/cgroup/a", "sys/fs/cgroup/memory/a"] {
        fs::create_dir_all(root.path().join(folder)).expect("a folder");
    }
    root
});

const FILES: [&str; 6] = [
    "proc/self/cgroup",
    "sys/fs/cgroup/memory.max",
    "sys/fs/cgroup/a/memory.max",
    "sys/fs/cgroup/a/memory.current",
    "sys/fs/cgroup/a/memory.stat",
    "sys/fs/cgroup/memory/a/memory.limit_in_bytes",
];

fuzz_target!(|bytes: &[u8]| {
    drun::process::fuzz(bytes);
    let root: &Path = ROOT.path();
    let mut parts = bytes.splitn(FILES.len(), |byte| *byte == 0);
    for file in FILES {
        let path: PathBuf = root.join(file);
        fs::write(path, parts.next().unwrap_or_default()).expect("a file");
    }
    if let Some(limit) = cgroup::limit(root) {
        assert!(limit.file.starts_with(root), "{limit:?}");
    }
});
