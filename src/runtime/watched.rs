//! What the monitor sees of an execution: the loading, the machines, the children.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use crate::ast::Ast;
use crate::load::LoadProgress;
use crate::machine::{Machine, Run};
use crate::memory::InForce;
use crate::memory::snapshot::{
    Activity, CapturedOutput, ChildSnapshot, ChildrenMemory, ExecutionSnapshot, HeldRead, Loading,
    MAX_CHILDREN, MAX_LISTED, Observed, Phase, Place, TaskLimit, preview,
};
use crate::process::{Origin, Supervisor, TreeMemory};

/// How long one look at the memory of the children may take.
const CHILDREN: Duration = Duration::from_millis(5);
/// How much of the processor's time it may take when a stop depends on it.
const SURELY: Duration = Duration::from_millis(500);

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
                first_bytes: child.first,
                command: child.command.to_string(),
                running_ms: child.age.map_or(0, |age| age.as_millis() as u64),
                place: child.started_at.as_ref().map(|origin| self.place(origin)),
                limited_by: child
                    .account
                    .iter()
                    .flat_map(|account| account.names())
                    .map(ToString::to_string)
                    .collect(),
                ..ChildSnapshot::default()
            })
            .collect()
    }

    /// Gives each machine what it is capturing.
    fn add_captures(&self, snapshot: &mut ExecutionSnapshot) {
        for capture in self.supervisor.captures() {
            snapshot.machines_bytes += capture.bytes;
            let mut machines = snapshot.machines.iter().map(|machine| machine.branch);
            let own = machines.position(|branch| branch == capture.branch.0);
            let Some(machine) = snapshot.machines.get_mut(own.unwrap_or(0)) else {
                continue;
            };
            if machine.captured.len() < MAX_LISTED {
                machine.captured.push(CapturedOutput {
                    variable: format!("${}", capture.variable),
                    command: preview(&capture.command),
                    bytes: capture.bytes,
                    place: self.place(&capture.started_at),
                });
            }
        }
    }

    /// Gives the main machine what is being read: a read knows its statement alone.
    fn add_reads(&self, snapshot: &mut ExecutionSnapshot) {
        let reads = self.run.get().map(|run| run.reads()).unwrap_or_default();
        for read in reads {
            snapshot.machines_bytes += read.bytes;
            if let Some(machine) = snapshot.machines.first_mut() {
                machine.reads.push(HeldRead {
                    kind: read.kind,
                    name: read.name,
                    place: read.place,
                    bytes: read.bytes,
                });
            }
        }
    }

    /// The statement that started a process.
    fn place(&self, origin: &Origin) -> Place {
        let run = self.run.get();
        run.map(|run| run.place_of(origin)).unwrap_or_default()
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

fn memory_of(tree: TreeMemory) -> ChildrenMemory {
    ChildrenMemory {
        count: tree.processes as u32,
        bytes: tree.bytes,
        estimated: tree.estimated as u32,
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
        let all = self.supervisor.tree_memory(Duration::ZERO).processes;
        snapshot.children_total = all.max(snapshot.children.len()) as u64;
        self.add_captures(&mut snapshot);
        self.add_reads(&mut snapshot);
        Some(snapshot)
    }

    fn children(&self) -> Option<ChildrenMemory> {
        if !self.supervisor.is_active() {
            return None;
        }
        Some(memory_of(self.supervisor.tree_memory(CHILDREN)))
    }

    fn children_now(&self) -> Option<ChildrenMemory> {
        if !self.supervisor.is_active() {
            return None;
        }
        Some(memory_of(self.supervisor.tree_memory_now(CHILDREN)))
    }

    fn children_surely(&self, enough: u64) -> Option<ChildrenMemory> {
        if !self.supervisor.is_active() {
            return None;
        }
        Some(memory_of(
            self.supervisor.tree_memory_surely(SURELY, enough),
        ))
    }

    fn secrets(&self) -> Vec<String> {
        self.run
            .get()
            .map(|run| run.secret_values())
            .unwrap_or_default()
    }

    fn program(&self) -> Option<Arc<Ast>> {
        Some(self.run.get()?.program.ast().clone())
    }

    fn task_limit(&self, most: u64) -> Option<TaskLimit> {
        self.run.get()?.task_limit(most)
    }
}
