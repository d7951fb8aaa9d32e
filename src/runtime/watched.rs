//! What the monitor sees of an execution: the loading, the machines, the children.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use crate::load::LoadProgress;
use crate::machine::{Machine, Run};
use crate::memory::InForce;
use crate::memory::snapshot::{
    Activity, CapturedOutput, ChildSnapshot, ChildrenMemory, ExecutionSnapshot, HeldRead, Loading,
    MAX_CHILDREN, MAX_LISTED, Observed, Phase, Place,
};
use crate::process::{Origin, Supervisor, TreeMemory};

/// How long one look at the memory of the children may take.
const CHILDREN: Duration = Duration::from_millis(5);
/// The same before a run is stopped for it.
const EXACTLY: Duration = Duration::from_millis(100);

/// What is watched: the loading, then the run.
pub struct Watched {
    /// What is being loaded.
    pub loading: Arc<LoadProgress>,
    pub(super) supervisor: Supervisor,
    pub(super) run: OnceLock<Arc<Run>>,
    pub(super) limits: OnceLock<InForce>,
}

impl Watched {
    /// Nothing loaded and nothing running yet.
    pub fn new(supervisor: Supervisor) -> Arc<Self> {
        Arc::new(Self {
            loading: Arc::default(),
            supervisor,
            run: OnceLock::new(),
            limits: OnceLock::new(),
        })
    }

    /// Keeps what the machines of the run hold.
    pub(super) fn machines(&self) -> Vec<Arc<Mutex<Machine>>> {
        self.run.get().map(|run| run.alive()).unwrap_or_default()
    }

    fn child_snapshots(&self) -> Vec<ChildSnapshot> {
        let children = self.supervisor.children(MAX_CHILDREN);
        children
            .into_iter()
            .map(|child| ChildSnapshot {
                pid: child.pid,
                parent: child.parent,
                bytes: child.memory(),
                command: child.command.to_string(),
                running_ms: child.age.map_or(0, |age| age.as_millis() as u64),
                place: child.started_at.as_ref().map(place),
                ..ChildSnapshot::default()
            })
            .collect()
    }

    fn captured(&self) -> Vec<CapturedOutput> {
        let captures = self.supervisor.captures();
        if captures.is_empty() {
            return Vec::new();
        }
        // A capture knows its statement; the process of that statement knows the command.
        let children = self.supervisor.children(MAX_CHILDREN);
        let command = |origin: &Origin| {
            let child = children
                .iter()
                .find(|child| child.started_at.as_ref() == Some(origin))?;
            Some(child.command.to_string())
        };
        captures
            .into_iter()
            .take(MAX_LISTED)
            .map(|capture| CapturedOutput {
                variable: format!("${}", capture.variable),
                command: command(&capture.started_at)
                    .unwrap_or_else(|| "a command that has ended".to_owned()),
                bytes: capture.bytes,
                place: place(&capture.started_at),
            })
            .collect()
    }

    fn loading_snapshot(&self) -> Option<Loading> {
        let (file, bytes, parsed) = self.loading.now()?;
        Some(Loading {
            file,
            bytes,
            parsed,
        })
    }
}

fn in_short(tree: TreeMemory) -> ChildrenMemory {
    ChildrenMemory {
        count: tree.processes as u32,
        bytes: tree.bytes,
    }
}

fn place(origin: &Origin) -> Place {
    Place {
        task: origin.task.to_string(),
        file: origin.file.to_string(),
        line: origin.line,
        column: 1,
        source_line: String::new(),
    }
}

impl Observed for Watched {
    fn activity(&self) -> Option<Activity> {
        self.run.get()?.activity()
    }

    fn snapshot(&self) -> Option<ExecutionSnapshot> {
        let Some(run) = self.run.get() else {
            return Some(ExecutionSnapshot {
                phase: Phase::Loading,
                loading: self.loading_snapshot(),
                ..ExecutionSnapshot::default()
            });
        };
        let mut snapshot = run.snapshot()?;
        snapshot.phase = Phase::Running;
        snapshot.target = run.target().map(|target| target.to_string());
        snapshot.children = self.child_snapshots();
        snapshot.children_total = snapshot.children.len() as u64;
        // Children know the statement that started them, not the machine: one list serves all.
        if let Some(machine) = snapshot.machines.first_mut() {
            machine.captured = self.captured();
            let reads = run.reads();
            machine.reads.extend(reads.iter().map(|read| HeldRead {
                name: read.name.clone(),
                place: read.place.clone(),
                bytes: read.bytes,
                ..HeldRead::default()
            }));
        }
        Some(snapshot)
    }

    fn children(&self) -> Option<ChildrenMemory> {
        if !self.supervisor.is_active() {
            return None;
        }
        Some(in_short(self.supervisor.tree_memory(CHILDREN)))
    }

    fn children_exactly(&self) -> Option<ChildrenMemory> {
        if !self.supervisor.is_active() {
            return None;
        }
        Some(in_short(self.supervisor.tree_memory_exactly(EXACTLY)))
    }
}
