//! What all machines of one run share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use rustc_hash::FxHashMap;

use super::{Machine, Secrets};
use crate::action::secret::Store;
use crate::memory::snapshot::{Activity, Place, ReadKind};
use crate::process::Supervisor;
use crate::report::Report;
use crate::resolve::Program;
use crate::source::Text;
use crate::value::{Value, World};
use crate::web::Web;

/// How a run was asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Show instead of do.
    pub dry_run: bool,
    /// Say more.
    pub verbose: bool,
    /// `--task-mode`: whether every task runs in mode `ci`; `None` leaves it to the tasks.
    pub ci: Option<bool>,
    /// Undefined placeholders stay as text.
    pub allow_undefined: bool,
    /// No tool is checked.
    pub ignore_tools: bool,
    /// The version of a tool that is there may be changed.
    pub allow_tool_changes: bool,
    /// What a machine does instead of going on; for tests of what stands behind a stuck run.
    #[doc(hidden)]
    pub instead: Instead,
}

/// Called with the machine locked, as a step is, before each slice of steps. Only an embedding
/// program can set it.
#[doc(hidden)]
#[derive(Clone, Default)]
pub struct Instead(pub Option<Arc<dyn Fn() + Send + Sync>>);

impl std::fmt::Debug for Instead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Instead").field(&self.0.is_some()).finish()
    }
}

/// The shell of every command, as the project configures it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ShellSetup {
    pub(crate) executable: String,
    pub(crate) args: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
}

/// What all machines of one run share.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) program: Arc<Program>,
    pub(crate) world: World,
    pub(crate) report: Report,
    pub(crate) supervisor: Supervisor,
    pub(crate) options: Options,
    /// `key=value` of the command line, in order.
    pub(crate) arguments: Vec<(Text, Text)>,
    /// Project parameters by name, those of included files as `NS.name`. Set once, at the start.
    pub(crate) project_parameters: std::sync::OnceLock<FxHashMap<Text, Value>>,
    /// The shell of every command.
    pub(crate) shell: ShellSetup,
    /// The client of its HTTP requests.
    pub(crate) web: Web,
    /// Sources of install commands.
    pub(crate) provisioning: Vec<String>,
    /// What only those who look at the run need.
    pub(crate) state: Mutex<RunState>,
    /// The secrets of the user.
    pub(crate) store: Arc<Store>,
    /// Values that nothing that is written about the run may show.
    pub(crate) secrets: Mutex<Secrets>,
    /// The machines that are alive, the main one first.
    pub(crate) machines: Mutex<Vec<Weak<Mutex<Machine>>>>,
}

/// What only those who look at the run need.
#[derive(Debug, Default)]
pub(crate) struct RunState {
    /// The requested task.
    target: Option<Text>,
    /// Files and bodies that are being read.
    reads: Vec<Arc<Reading>>,
    /// What ran when a machine last began to step: the machine may be stuck and locked.
    last: Option<Activity>,
}

/// A file or a body that is being read.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) kind: ReadKind,
    pub(crate) name: String,
    pub(crate) place: Place,
    /// How much of it is held.
    pub(crate) bytes: Arc<AtomicU64>,
}

/// How much of a file or a body is held.
#[derive(Debug, Clone)]
pub(crate) struct ReadSoFar {
    pub(crate) kind: ReadKind,
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) bytes: u64,
}

impl Run {
    /// Names the requested task.
    pub(crate) fn set_target(&self, target: Text) {
        self.state().target = Some(target);
    }

    /// The requested task.
    pub(crate) fn target(&self) -> Option<Text> {
        self.state.try_lock().ok()?.target.clone()
    }

    /// Notes what runs, as far as nobody looks in this moment.
    pub(crate) fn note(&self, activity: Option<Activity>) {
        if let (Some(activity), Ok(mut state)) = (activity, self.state.try_lock()) {
            state.last = Some(activity);
        }
    }

    /// What was noted last.
    pub(crate) fn noted(&self) -> Option<Activity> {
        self.state.try_lock().ok()?.last.clone()
    }

    /// Begins the reading of a file or a body; it ends when the result is dropped.
    pub(crate) fn begin_read(&self, kind: ReadKind, name: &str, place: Place) -> Arc<Reading> {
        let reading = Arc::new(Reading {
            kind,
            name: name.to_owned(),
            place,
            bytes: Arc::default(),
        });
        let mut state = self.state();
        state.reads.retain(|reading| Arc::strong_count(reading) > 1);
        state.reads.push(reading.clone());
        reading
    }

    /// The files and bodies that are being read.
    pub(crate) fn reads(&self) -> Vec<ReadSoFar> {
        let Ok(state) = self.state.try_lock() else {
            return Vec::new();
        };
        let alive = state
            .reads
            .iter()
            .filter(|reading| Arc::strong_count(reading) > 1);
        alive
            .map(|reading| ReadSoFar {
                kind: reading.kind,
                name: reading.name.clone(),
                place: reading.place.clone(),
                bytes: reading.bytes.load(Ordering::Relaxed),
            })
            .collect()
    }

    fn state(&self) -> MutexGuard<'_, RunState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The argument of the command line for `name`; the last of several wins.
    pub(crate) fn argument(&self, name: &str) -> Option<&Text> {
        let (_, value) = self.arguments.iter().rev().find(|(key, _)| key == name)?;
        Some(value)
    }

    /// A project parameter by its name, or `NS.name`.
    pub(crate) fn project_parameter(&self, name: &str) -> Option<&Value> {
        self.project_parameters.get()?.get(name)
    }
}
