//! What evaluation may know of the process around it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::NO_PROJECT;
use crate::source::Text;

/// The surroundings of a run, and the timers that it has started.
#[derive(Debug, Default)]
pub struct World {
    /// The folder in which the program was started.
    pub start_dir: PathBuf,
    /// The home folder.
    pub home: Option<PathBuf>,
    /// The task file as it was found or given.
    pub file: Option<String>,
    /// The name of the shell, lower case, without folder.
    pub shell: String,
    /// Whether the shell is a POSIX shell, as opposed to one of Windows.
    pub posix_shell: bool,
    /// Whether nothing outside of the process may be touched.
    pub dry_run: bool,
    /// The tasks that can be named, in the order in which they are shown.
    pub tasks: Vec<Text>,
    /// The name of the project, which is the namespace of its secrets; empty without one.
    pub project: Text,
    /// Timers and progress indicators; begin with the default.
    pub clocks: Mutex<Clocks>,
    /// Whether an indicator was started, moved or finished since somebody looked.
    pub progress_moved: AtomicBool,
}

/// Timers and progress indicators by name; they last for the run.
#[derive(Debug, Default)]
pub struct Clocks {
    pub(crate) timers: HashMap<String, Clock>,
    pub(crate) progress: HashMap<String, Indicator>,
    /// The text of the last start or update; empty after an end.
    last_text: String,
}

/// A progress indicator.
#[derive(Debug, Clone)]
pub(crate) struct Indicator {
    pub(crate) clock: Clock,
    pub(crate) message: String,
    pub(crate) percent: Option<u8>,
    pub(super) changed: Instant,
}

/// What is under way after a change.
#[derive(Debug)]
pub(crate) struct UnderWay {
    /// The indicator that changed last.
    pub(crate) latest: Option<Indicator>,
    /// How many others there are.
    pub(crate) others: usize,
    /// What the change was evaluated to.
    pub(crate) text: String,
}

/// A clock that runs, or that was stopped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    pub(crate) started: Instant,
    pub(super) stopped: Option<Duration>,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self {
            started: Instant::now(),
            stopped: None,
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.stopped.unwrap_or_else(|| self.started.elapsed())
    }
}

impl World {
    /// A variable of the environment; bytes that are no UTF-8 are replaced.
    pub fn environment(&self, name: &str) -> Option<String> {
        let value = std::env::var_os(name)?;
        Some(value.to_string_lossy().into_owned())
    }

    /// The namespace of secrets of which none is named.
    pub fn secret_namespace(&self) -> &str {
        match self.project.is_empty() {
            true => NO_PROJECT,
            false => &self.project,
        }
    }

    /// What is under way, if that has changed since the last time.
    pub(crate) fn progress_change(&self) -> Option<UnderWay> {
        if !self.progress_moved.load(Ordering::Acquire) {
            return None;
        }
        self.progress_moved.store(false, Ordering::Release);
        let mut clocks = self.clocks();
        let text = std::mem::take(&mut clocks.last_text);
        let all = clocks.progress.values();
        let running = all.filter(|indicator| indicator.clock.stopped.is_none());
        Some(UnderWay {
            others: running.clone().count().saturating_sub(1),
            latest: running.max_by_key(|indicator| indicator.changed).cloned(),
            text,
        })
    }

    pub(super) fn note_progress(&self, text: &str) {
        self.clocks().last_text = text.to_owned();
        self.progress_moved.store(true, Ordering::Release);
    }

    pub(super) fn clocks(&self) -> MutexGuard<'_, Clocks> {
        self.clocks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
