//! `@memory`: what a running task may use, with all that it calls and starts.

use std::sync::Arc;

use super::{Machine, Run};
use crate::memory::allocator;
use crate::memory::reading::{Readings as _, System};
use crate::memory::snapshot::{Place, TaskLimit};
use crate::process::Account;
use crate::resolve::{TaskRef, memory_limit};
use crate::source::Text;

/// The limits of the running tasks of a machine.
#[derive(Debug, Default)]
pub(super) struct Allowances {
    /// Those of its own tasks, the innermost last.
    own: Vec<Allowance>,
    /// That of the task around a parallel branch, and its account.
    around: Option<(u64, Arc<Account>)>,
}

/// The limit of a running task.
#[derive(Debug)]
struct Allowance {
    /// The call that it ends with.
    frame: usize,
    task: Text,
    bytes: u64,
    place: Arc<Place>,
    /// What this process used when the task began, and what the machine held.
    process_before: u64,
    machine_before: u64,
    account: Arc<Account>,
}

impl Allowances {
    /// The strictest limit in force, and its account.
    fn innermost(&self) -> Option<(u64, &Arc<Account>)> {
        let own = self.own.last().map(|own| (own.bytes, &own.account));
        own.or_else(|| Some((self.around.as_ref()?.0, &self.around.as_ref()?.1)))
    }

    /// What holds in a parallel branch: what it starts counts for the tasks around it.
    pub(super) fn branch(&self) -> Self {
        let around = self.innermost();
        Self {
            own: Vec::new(),
            around: around.map(|(bytes, account)| (bytes, account.clone())),
        }
    }

    /// A call has ended whose frame was at `frame`.
    pub(super) fn leave(&mut self, frame: usize) {
        if self.own.last().is_some_and(|own| own.frame >= frame) {
            self.own.pop();
        }
    }
}

impl Machine {
    /// Puts the limit of a task in force whose call is on top. A limit that is not below the one
    /// around it says nothing new; so a recursion does not pile them up.
    pub(super) fn allow(&mut self, task: &TaskRef) {
        let marks = task.marks();
        let Some(bytes) = memory_limit(&marks.annotations) else {
            return;
        };
        let around = self.allowances.innermost();
        if around.is_some_and(|(outer, _)| outer <= bytes) {
            return;
        }
        let account = around.map(|(_, account)| account.clone());
        let account = Account::within(account, task.full_name.clone());
        let annotation = marks.annotations.iter().find(|note| note.name == "memory");
        let span = annotation.map_or_else(|| task.span(), |note| note.span);
        self.allowances.own.push(Allowance {
            frame: self.frames.len().saturating_sub(1),
            task: task.full_name.clone(),
            bytes,
            place: Arc::new(Place::new(&task.full_name, &task.file.source, span)),
            process_before: in_use(),
            machine_before: self.heap_bytes(),
            account,
        });
        // The monitor looks at once: its next reading may be far off, and knows nothing of this.
        allocator::wake();
    }

    /// What a process that the running code starts counts for.
    pub(super) fn account(&self) -> Option<Arc<Account>> {
        let (_, account) = self.allowances.innermost()?;
        Some(account.clone())
    }

    /// The limit of which least is left. The growth of the whole process is that of the task, but
    /// in a parallel branch, beside which others grow: there what the machine itself holds counts.
    fn least_left(&self, process: u64, most: u64) -> Option<TaskLimit> {
        let is_branch = self.is_branch();
        let machine = match is_branch && !self.allowances.own.is_empty() {
            true => self.heap_bytes(),
            false => 0,
        };
        let limit = |own: &Allowance| {
            let grown = process.saturating_sub(own.process_before);
            let held = machine.saturating_sub(own.machine_before) + own.account.captured();
            let children = own.account.measured();
            let here = if is_branch { grown.min(held) } else { grown };
            TaskLimit {
                task: own.task.clone(),
                bytes: own.bytes.min(most),
                asked: own.bytes,
                used: here.saturating_add(children),
                children,
                place: own.place.clone(),
            }
        };
        self.allowances.own.iter().map(limit).min_by_key(left)
    }
}

impl Run {
    /// Of the limits of all running tasks, none of which is more than `most` bytes, the one of which
    /// least is left, as far as that can be seen without waiting.
    pub(crate) fn task_limit(&self, most: u64) -> Option<TaskLimit> {
        let machines = self.machines.try_lock().ok()?;
        let alive = machines.iter().filter_map(std::sync::Weak::upgrade);
        let process = in_use();
        let limits = alive.filter_map(|machine| {
            super::observe::look(&machine, |machine| machine.least_left(process, most))?
        });
        limits.min_by_key(left)
    }
}

/// What is left; less than nothing for a limit that is exceeded.
fn left(limit: &TaskLimit) -> i128 {
    i128::from(limit.bytes) - i128::from(limit.used)
}

/// What this process uses. The heap where it is counted: pages that an earlier task has touched and
/// given back stay resident, and would be this task's for nothing.
fn in_use() -> u64 {
    let resident = || System.resident().unwrap_or_default();
    allocator::live().unwrap_or_else(resident)
}
