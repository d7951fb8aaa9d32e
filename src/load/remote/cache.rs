//! Copies of remote files under `~/.drun/cache/includes`, one file for each address and ref.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::load::places::write_whole;

/// How long a copy stands for the file.
const FRESH: Duration = Duration::from_secs(60);

/// The copies of a user.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
}

impl Cache {
    pub(super) fn new(user_folder: &Path) -> Self {
        Self {
            folder: user_folder.join("cache").join("includes"),
        }
    }

    /// A copy that was made within the last minute.
    pub(super) fn fresh(&self, key: &str) -> Option<Vec<u8>> {
        let path = self.path(key);
        let made = fs::metadata(&path).ok()?.modified().ok()?;
        // A copy from the future has no age.
        let age = made.elapsed().ok()?;
        (age < FRESH).then(|| fs::read(&path).ok()).flatten()
    }

    /// A copy of any age.
    pub(super) fn stale(&self, key: &str) -> Option<Vec<u8>> {
        fs::read(self.path(key)).ok()
    }

    /// Keeps a copy; whether that was possible. A full disk must not end a run that has the file.
    pub(super) fn keep(&self, key: &str, bytes: &[u8]) -> bool {
        write_whole(&self.path(key), bytes).is_ok()
    }

    pub(super) fn path(&self, key: &str) -> PathBuf {
        let hash = Sha256::digest(key.as_bytes());
        let name: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(name)
    }
}
