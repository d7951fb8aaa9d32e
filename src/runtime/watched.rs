//! What the monitor sees of an execution: the loading, the machines, the children.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::ast::Ast;
use crate::load::LoadProgress;
use crate::machine::Run;
use crate::memory::InForce;
use crate::memory::snapshot::{
    Activity, CapturedOutput, ChildSnapshot, ChildrenMemory, ExecutionSnapshot, HeldRead, Loading,
    MAX_CHILDREN, MAX_LISTED, Observed, Phase, Place, TaskLimit, preview,
};
use crate::process::{Origin, Supervisor};

/// How long one look at the memory of the children may take.
const CHILDREN: Duration = Duration::from_millis(5);

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
                place: self.place(&capture.started_at),
            })
            .collect()
    }

    /// The statement that started a process.
    fn place(&self, origin: &Origin) -> Place {
        let file = self.run.get().and_then(|run| {
            let ast = run.program.ast();
            let included = ast.includes.iter().map(|include| &include.file);
            let mut files = std::iter::once(&ast.main).chain(included);
            files.find(|file| file.source.name() == origin.file.as_str())
        });
        Place {
            task: origin.task.to_string(),
            file: origin.file.to_string(),
            line: origin.line,
            column: 1,
            source_line: file
                .map(|file| preview(file.source.line(origin.line).trim()))
                .unwrap_or_default(),
        }
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
        let tree = self.supervisor.tree_memory(CHILDREN);
        Some(ChildrenMemory {
            count: tree.processes as u32,
            bytes: tree.bytes,
        })
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

    fn task_limit(&self) -> Option<TaskLimit> {
        self.run.get()?.task_limit()
    }
}
