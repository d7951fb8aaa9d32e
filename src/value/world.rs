//! What evaluation may know of the process around it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

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
    /// Timers and progress indicators; begin with the default.
    pub clocks: Mutex<Clocks>,
}

/// Timers and progress indicators by name; they last for the run.
#[derive(Debug, Default)]
pub struct Clocks {
    pub(crate) timers: HashMap<String, Clock>,
    pub(crate) progress: HashMap<String, Clock>,
}

/// A clock that runs, or that was stopped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    pub(super) started: Instant,
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

    pub(super) fn clocks(&self) -> MutexGuard<'_, Clocks> {
        self.clocks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
