//! The processes that belong to an execution, and the memory that they use.

use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use rustc_hash::{FxHashMap, FxHashSet};

use super::account::Account;
use super::alive::group_lives;
use super::command::{Branch, Origin};
use super::entry::Process;
use super::measured::{Care, Measured};
use super::proc;
use super::spent::Spent;
use super::supervisor::{Known, Supervisor, Table, lock, started};
use crate::source::Text;

/// How much of a command line is shown, in bytes.
const COMMAND_BYTES: usize = 200;
/// A process that a command of the execution started, or one of its descendants.
#[derive(Clone, Debug)]
pub struct ChildInfo {
    /// The number of the process.
    pub pid: u32,
    /// Its parent; ourselves for one that was started by a statement or has lost its parent.
    pub parent: u32,
    /// The command line, at most 200 bytes, not redacted.
    pub command: Text,
    /// Resident memory in bytes.
    pub resident: u64,
    /// Proportional memory in bytes, if it was measured.
    pub proportional: Option<u64>,
    /// The statement that it comes from, as far as that is known.
    pub started_at: Option<Origin>,
    /// How long that statement has been running, or ago it was started.
    pub age: Option<Duration>,
    /// Its memory when it was measured first, in bytes.
    pub first: Option<u64>,
    /// What its memory counts for.
    pub account: Option<Arc<Account>>,
}

impl ChildInfo {
    /// The best figure there is, in bytes.
    pub fn memory(&self) -> u64 {
        self.proportional.unwrap_or(self.resident)
    }
}

/// The memory of all processes of an execution, our own not included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TreeMemory {
    /// The sum in bytes.
    pub bytes: u64,
    /// The number of processes.
    pub processes: usize,
    /// For how many of them an earlier measurement stands that may hold no longer, or that of a process
    /// of the same size, or resident memory, which counts shared pages several times.
    pub estimated: usize,
}

/// A process and the command that it comes from.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) process: Process,
    pub(super) known: Option<Arc<Known>>,
}

/// The members that live.
#[derive(Debug, Default)]
pub(super) struct Living {
    pub(super) processes: Vec<Process>,
    /// Whether one has ended and has a parent that did not wait for it: when that ends as well, it
    /// becomes ours to wait for.
    pub(super) left_behind: bool,
}

impl Supervisor {
    /// Measures the processes of the execution. Takes `budget` at most, give or take a process;
    /// what does not fit is taken from earlier measurements or from resident memory. After a
    /// call that took longer nevertheless, the next ones return the same for a while. Blocks for
    /// that time; needs no runtime.
    pub fn tree_memory(&self, budget: Duration) -> TreeMemory {
        if !self.is_active() {
            return TreeMemory::default();
        }
        let measured = lock(&self.shared.measured);
        match measured.while_resting() {
            Some(last) => last,
            None => self.measure_tree(measured, budget, Care::Rough),
        }
    }

    /// As [`Supervisor::tree_memory`], however long the last measurement took, and what was measured a
    /// second ago is measured again: where a limit depends on it.
    pub fn tree_memory_now(&self, budget: Duration) -> TreeMemory {
        if !self.is_active() {
            return TreeMemory::default();
        }
        self.measure_tree(lock(&self.shared.measured), budget, Care::Limited)
    }

    /// What the processes use at least: all are measured now, because what a process had for itself
    /// before it may share by now, and those for which `budget`, which is of the processor's time, has no
    /// room count for nothing. Ends early when more than `enough` bytes were found.
    pub fn tree_memory_surely(&self, budget: Duration, enough: u64) -> TreeMemory {
        if !self.is_active() {
            return TreeMemory::default();
        }
        let measured = lock(&self.shared.measured);
        self.measure_tree(measured, budget, Care::Sure(enough))
    }

    fn measure_tree(
        &self,
        mut measured: MutexGuard<'_, Measured>,
        budget: Duration,
        care: Care,
    ) -> TreeMemory {
        let spent = Spent::begin();
        let mut members = self.members(self.descendants());
        members.retain(|member| !member.process.is_zombie());
        members.sort_by_key(|member| std::cmp::Reverse(member.process.resident));
        measured.sample(&members, &spent, budget, care)
    }

    /// The next measurement is a new one, however long the last one took.
    pub(super) fn forget_measurements(&self) {
        *lock(&self.shared.measured) = Measured::default();
    }

    /// The processes of the execution, those that use most first, at most `limit`. The memory
    /// is that of the last [`Supervisor::tree_memory`] where the process has not grown since.
    pub fn children(&self, limit: usize) -> Vec<ChildInfo> {
        if !self.is_active() || !self.can_look() {
            return Vec::new();
        }
        let members = self.members(proc::scan());
        let mut infos: Vec<_> = {
            let measured = lock(&self.shared.measured);
            let live = members.iter().filter(|member| !member.process.is_zombie());
            live.map(|member| info(member, &measured)).collect()
        };
        infos.sort_by_key(|info| std::cmp::Reverse(info.memory()));
        infos.truncate(limit);
        for info in &mut infos {
            if let Some(command) = proc::command_line(info.pid, COMMAND_BYTES) {
                info.command = command.into();
            }
        }
        infos
    }

    /// Our descendants and perhaps other processes, found in the cheaper way.
    pub(super) fn descendants(&self) -> Vec<Process> {
        proc::descendants(lock(&self.shared.table).seen.len())
    }

    /// Those of `processes` that belong to this execution. Waits for adopted ones that have
    /// ended, which nobody else would.
    pub(super) fn members(&self, processes: Vec<Process>) -> Vec<Member> {
        let all_started = started();
        let mut table = lock(&self.shared.table);
        table.left.retain(|group, _| group_lives(*group));
        let none = FxHashSet::default();
        let family = Family {
            table: &table,
            all_started: all_started.as_ref().unwrap_or(&none),
            owns_process: self.shared.owns_process,
            my_group: my_group(),
        };
        let mut members = family.collect(&processes);
        if cfg!(not(target_os = "linux")) {
            members.extend(table.groups());
        }
        table.seen = members
            .iter()
            .map(|member| {
                (
                    (member.process.pid, member.process.started),
                    member.known.clone(),
                )
            })
            .collect();
        for member in &members {
            let pid = member.process.pid;
            let adopted = member.process.parent == std::process::id()
                && !all_started.as_ref().is_some_and(|all| all.contains(&pid));
            if adopted && member.process.is_zombie() {
                reap(pid);
            }
        }
        members
    }

    /// As [`Supervisor::members`], of all branches or of some, by whether they live.
    pub(super) fn living(&self, processes: Vec<Process>, branches: Option<&[Branch]>) -> Living {
        let mut found = Living::default();
        for Member { process, known } in self.members(processes) {
            let in_branch = |branches: &[Branch]| {
                let known = known.as_ref();
                known.is_some_and(|known| branches.contains(&known.branch))
            };
            if !branches.is_none_or(in_branch) {
                continue;
            }
            if !process.is_zombie() {
                found.processes.push(process);
            } else if process.parent != std::process::id() {
                found.left_behind = true;
            }
        }
        found
    }
}

/// Those of `processes` that descend from this one, known by their parents alone.
pub(super) fn descending(processes: &[Process]) -> Vec<Process> {
    let mut found: Vec<Process> = Vec::new();
    let mut parents = vec![std::process::id()];
    while let Some(parent) = parents.pop() {
        let children = processes.iter().filter(|process| process.parent == parent);
        for child in children {
            found.push(*child);
            parents.push(child.pid);
        }
    }
    found
}

impl Table {
    /// The leaders of all groups, for platforms where no more is known.
    fn groups(&self) -> impl Iterator<Item = Member> {
        let groups = self.running.iter().chain(&self.left);
        groups.map(|(group, known)| Member {
            process: Process {
                pid: *group,
                parent: std::process::id(),
                group: *group,
                session: 0,
                started: 0,
                state: b'R',
                threads: 1,
                resident: 0,
                faults: 0,
            },
            known: Some(known.clone()),
        })
    }
}

/// How processes are told apart from those of others.
struct Family<'a> {
    table: &'a Table,
    all_started: &'a FxHashSet<u32>,
    owns_process: bool,
    my_group: u32,
}

impl Family<'_> {
    fn collect(&self, processes: &[Process]) -> Vec<Member> {
        let mut by_parent: FxHashMap<u32, Vec<&Process>> = FxHashMap::default();
        for process in processes {
            by_parent.entry(process.parent).or_default().push(process);
        }
        let mut members = Vec::new();
        for process in by_parent.remove(&std::process::id()).unwrap_or_default() {
            if let Some(known) = self.child(process) {
                members.push(Member {
                    process: *process,
                    known,
                });
            }
        }
        let mut next = 0;
        while let Some(parent) = members.get(next).cloned() {
            let children = by_parent.remove(&parent.process.pid).unwrap_or_default();
            members.extend(children.into_iter().map(|child| Member {
                process: *child,
                known: parent.known.clone(),
            }));
            next += 1;
        }
        members
    }

    /// Where a child of ours comes from; `None` when it is not of this execution.
    fn child(&self, process: &Process) -> Option<Option<Arc<Known>>> {
        if let Some(known) = self.table.running.get(&process.pid) {
            return Some(Some(known.clone()));
        }
        if self.all_started.contains(&process.pid) {
            return None;
        }
        let seen = self.table.seen.get(&(process.pid, process.started));
        if let Some(known) = seen
            .cloned()
            .or_else(|| Some(Some(self.by_group(process)?)))
        {
            return Some(known);
        }
        // What was started in our own group is not of our making: each command has its own.
        (self.owns_process && process.group != self.my_group).then_some(None)
    }

    fn by_group(&self, process: &Process) -> Option<Arc<Known>> {
        let find = |id: &u32| {
            self.table
                .running
                .get(id)
                .or_else(|| self.table.left.get(id))
        };
        find(&process.group)
            .or_else(|| find(&process.session))
            .cloned()
    }
}

fn info(member: &Member, measured: &Measured) -> ChildInfo {
    let process = &member.process;
    let known = member.known.as_ref();
    let title = known.map(|known| {
        let end = known.title.floor_char_boundary(COMMAND_BYTES);
        Text::from(known.title.get(..end).unwrap_or_default())
    });
    ChildInfo {
        pid: process.pid,
        parent: process.parent,
        command: title.unwrap_or_default(),
        resident: process.resident,
        proportional: measured.proportional(process),
        started_at: known.map(|known| known.started_at.clone()),
        age: known.map(|known| known.started.elapsed()),
        first: measured.first(process),
        account: known.and_then(|known| known.account.clone()),
    }
}

fn my_group() -> u32 {
    #[cfg(unix)]
    let group = rustix::process::getpgrp().as_raw_pid().unsigned_abs();
    #[cfg(not(unix))]
    let group = 0;
    group
}

fn reap(pid: u32) {
    #[cfg(unix)]
    if let Some(pid) = i32::try_from(pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    {
        let _ = rustix::process::waitpid(Some(pid), rustix::process::WaitOptions::NOHANG);
    }
    #[cfg(not(unix))]
    let _ = pid;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_before_its_parent_is_still_to_come() {
        let supervisor = Supervisor::owning_process();
        // No machine has processes of these numbers.
        let process = |pid: u32, parent: u32, state: u8| Process {
            pid,
            parent,
            group: 1_999_999_990,
            session: 1_999_999_990,
            started: 1,
            state,
            threads: 1,
            resident: 0,
            faults: 0,
        };
        let shell = process(1_999_999_990, std::process::id(), b'S');
        let child = |state| process(1_999_999_991, shell.pid, state);
        let look = |processes: &[Process]| {
            let found = supervisor.living(processes.to_vec(), None);
            (found.processes.len(), found.left_behind)
        };
        assert_eq!(look(&[shell, child(b'S')]), (2, false));
        assert_eq!(look(&[shell, child(b'Z')]), (1, true));
        // The shell ended between the looks at the two.
        let ended = Process {
            state: b'Z',
            ..shell
        };
        assert_eq!(look(&[child(b'Z'), ended]), (0, true));
        let adopted = Process {
            parent: std::process::id(),
            ..child(b'Z')
        };
        assert_eq!(look(&[adopted]), (0, false));
    }
}
