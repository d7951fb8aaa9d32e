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

/// The file that is being read or parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Current {
    /// Its name.
    pub file: String,
    /// Its size in bytes, as far as it is known.
    pub bytes: u64,
    /// How much of it is parsed, in bytes.
    pub parsed: u64,
}

impl LoadProgress {
    /// The file that is being loaded. Never waits: `None` also while the loader writes it.
    pub fn current(&self) -> Option<Current> {
        let file = self.file.try_lock().ok()?.clone()?;
        Some(Current {
            file,
            bytes: self.bytes.load(Ordering::Relaxed),
            parsed: u64::from(self.parser.parsed.load(Ordering::Relaxed)),
        })
    }

    /// Makes loading end soon, with [`super::LoadError::Stopped`]; it cannot be used again.
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
