//! How far loading has come, for whoever watches it, and the wish that it ends.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::parser;

/// Shared between the loader and whoever watches it.
#[derive(Debug, Default)]
pub struct LoadProgress {
    file: Mutex<Option<String>>,
    bytes: AtomicU64,
    pub(super) parser: parser::Progress,
}

impl LoadProgress {
    /// The file that is being loaded, its size in bytes as far as it is known, and how many of them
    /// were parsed. Never waits: `None` also while the loader writes the name.
    pub fn now(&self) -> Option<(String, u64, u64)> {
        let file = self.file.try_lock().ok()?.clone()?;
        let parsed = self.parser.parsed.load(Ordering::Relaxed);
        Some((file, self.bytes.load(Ordering::Relaxed), parsed.into()))
    }

    /// Makes loading end soon, with an error, for good.
    pub fn stop(&self) {
        self.parser.stop.store(true, Ordering::Relaxed);
    }

    pub(super) fn stopped(&self) -> bool {
        self.parser.stop.load(Ordering::Relaxed)
    }

    pub(super) fn begin(&self, file: &str, bytes: u64) {
        let mut name = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        *name = Some(file.to_owned());
        self.bytes.store(bytes, Ordering::Relaxed);
        self.parser.parsed.store(0, Ordering::Relaxed);
    }

    pub(super) fn read(&self, bytes: u64) {
        self.bytes.fetch_max(bytes, Ordering::Relaxed);
    }

    pub(super) fn finish(&self) {
        *self.file.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Runs work that takes long on a thread of its own, so that others on this one go on.
///
/// The thread cannot be ended from outside; when this future is dropped the work sees the stop flag
/// and ends itself. `None` when the work panicked.
pub(super) async fn aside<T: Send + 'static>(
    progress: &Arc<LoadProgress>,
    work: impl FnOnce(&LoadProgress) -> T + Send + 'static,
) -> Option<T> {
    let guard = StopOnDrop(Some(progress.clone()));
    let shared = progress.clone();
    let done = tokio::task::spawn_blocking(move || work(&shared)).await;
    guard.disarm();
    done.ok()
}

struct StopOnDrop(Option<Arc<LoadProgress>>);

impl StopOnDrop {
    fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        if let Some(progress) = &self.0 {
            progress.stop();
        }
    }
}
