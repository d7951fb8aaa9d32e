//! What the monitor knows about a breach, as plain data: the figures, the limits, the history.
//!
//! Sizes are in bytes, times in ms since the start of the execution.

use serde::{Deserialize, Serialize};

use super::snapshot::Place;

/// A breach of a limit and everything that was measured before it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Record {
    /// What was exceeded.
    pub exceeded: Exceeded,
    /// What was measured last.
    pub figures: Figures,
    /// What was measured before.
    pub history: History,
    /// All limits.
    pub limits: Vec<LimitInForce>,
}

/// Which memory a limit is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// That of this process.
    #[default]
    Own,
    /// That of this process and all that it has started.
    Tree,
}

/// The limit that was exceeded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exceeded {
    /// What it limits.
    pub scope: Scope,
    /// Its value.
    pub limit: u64,
    /// What was measured.
    pub current: u64,
    /// What processes hold of it; the rest is this process.
    #[serde(default)]
    pub children: u64,
    /// The task whose `@memory` it is.
    pub task: Option<String>,
    /// What that asks for, where the container leaves less.
    #[serde(default)]
    pub asked: Option<u64>,
    /// Where that is written.
    #[serde(default)]
    pub place: Option<Place>,
}

/// One measurement with all that is measured.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Resident memory of this process.
    pub resident: u64,
    /// The most that it was.
    pub peak: u64,
    /// Address space of this process.
    pub system: u64,
    /// Bytes that the allocator has handed out and not got back, where they are counted.
    pub heap: Option<u64>,
    /// Bytes that the allocator has ever handed out, where they are counted.
    pub allocated: Option<u64>,
    /// Memory of all children.
    pub children: u64,
    /// How many children.
    pub children_count: u32,
    /// How many tasks of the runtime are alive.
    pub tasks_alive: u64,
}

/// The samples that are kept, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The names of the tasks that samples refer to.
    pub tasks: Vec<String>,
    /// The samples.
    pub samples: Vec<Sample>,
}

/// One sample.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// When.
    pub at: u64,
    /// Resident memory of this process.
    pub resident: u64,
    /// The heap, where it is counted.
    pub heap: Option<u64>,
    /// Memory of all children.
    pub children: u64,
    /// The task that was running: an index into [`History::tasks`].
    pub task: Option<u32>,
}

/// A limit or another setting, and why it has its value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitInForce {
    /// `limit`, `warning`, `tree_limit`, `interval`, `dump_dir`; `task`, when that of a task was exceeded.
    pub name: String,
    /// The value as a text: `500 MB`, `100 ms`, `off`.
    pub value: String,
    /// The value in bytes, of those that are sizes and not off.
    pub bytes: Option<u64>,
    /// Where it comes from: `default`, `--memory-limit`, `DRUN_MEMORY_LIMIT`, …
    pub origin: String,
    /// What was asked for, when it was clamped.
    pub asked: Option<u64>,
    /// What it was clamped by, in words.
    pub clamped_by: Option<String>,
}

impl Record {
    /// What the exceeded limit is about, of a sample: this process, or all.
    pub fn value(&self, sample: &Sample) -> u64 {
        match self.exceeded.scope {
            Scope::Own => sample.resident,
            Scope::Tree => sample.resident.saturating_add(sample.children),
        }
    }

    /// The samples with that value as their resident memory.
    pub fn course(&self) -> Vec<Sample> {
        let samples = self.history.samples.iter();
        let measured = |sample: &Sample| Sample {
            resident: self.value(sample),
            ..*sample
        };
        samples.map(measured).collect()
    }

    /// The values that mean something for the course: name and bytes, the limit last.
    pub fn thresholds(&self) -> Vec<(&'static str, u64)> {
        let Exceeded { limit, current, .. } = self.exceeded;
        match (self.exceeded.scope, &self.exceeded.task) {
            (Scope::Own, _) => {
                let named = |name| Some((name, self.limit(name)?.bytes?));
                ["warning", "limit"].into_iter().filter_map(named).collect()
            }
            (Scope::Tree, None) => vec![("limit", limit)],
            (Scope::Tree, Some(_)) => {
                // What was there before the task began is not the task's.
                let last = self.history.samples.last();
                let all = last.map_or(current, |sample| self.value(sample));
                vec![("limit", all.saturating_sub(current).saturating_add(limit))]
            }
        }
    }

    /// A limit by its name.
    pub fn limit(&self, name: &str) -> Option<&LimitInForce> {
        self.limits.iter().find(|limit| limit.name == name)
    }
}
