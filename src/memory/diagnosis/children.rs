//! Processes that were started.

use super::{Candidate, Class};
use crate::memory::amount::{count, duration, size};
use crate::memory::cgroup::ContainerLimit;
use crate::memory::record::Record;
use crate::memory::snapshot::{ChildSnapshot, ExecutionSnapshot, Place};

/// What grows in less time has not grown steadily, in ms.
const STEADY: u64 = 1000;
/// More processes are many.
const MANY: u64 = 8;

/// The cause among the children, when they are what exceeded the limit of the tree.
pub(super) fn cause(record: &Record, snapshot: &ExecutionSnapshot) -> Option<Candidate> {
    let of_task = |child: &&ChildSnapshot| {
        let task = record.exceeded.task.as_ref();
        task.is_none_or(|task| child.limited_by.contains(task))
    };
    let concerned = || snapshot.children.iter().filter(of_task);
    let largest = concerned().max_by_key(|child| child.bytes)?;
    let (total, number) = match record.exceeded.task {
        Some(_) => (record.exceeded.children.max(1), concerned().count() as u64),
        None => (record.figures.children.max(1), snapshot.children_total),
    };
    if number > MANY && largest.bytes < total / 2 {
        return Some(of_many(number, total, largest));
    }
    Some(of_one(record, largest))
}

/// A child that the kernel has ended, if there is one.
pub(super) fn killed(snapshot: &ExecutionSnapshot) -> Option<Candidate> {
    let mut killed = snapshot
        .children
        .iter()
        .filter(|child| child.killed_for_memory);
    killed.next().map(|child| of_killed(child, None))
}

/// A child that the kernel's OOM killer ended.
pub(super) fn of_killed(child: &ChildSnapshot, container: Option<&ContainerLimit>) -> Candidate {
    let at = at(child);
    let process = match child.pid {
        0 => String::new(),
        pid => format!(" (process {pid})"),
    };
    let of = container.map_or_else(String::new, |container| {
        format!(
            " of {} ({})",
            size(container.bytes),
            container.file.display()
        )
    });
    Candidate {
        class: Class::KilledChild,
        sentence: format!(
            "the kernel ended `{}`{process} because the container{of} had no more memory; it was \
             started{at}",
            child.command
        ),
        place: child.place.clone(),
        advice: vec![
            "give the container more memory, or let the command need less".to_owned(),
            "`--memory-tree-limit` below the container's limit stops earlier and says more"
                .to_owned(),
        ],
        third_line: format!(
            "The kernel's OOM killer ended `{}`{process}.",
            child.command
        ),
        ..Candidate::default()
    }
}

fn of_one(record: &Record, child: &ChildSnapshot) -> Candidate {
    let held = size(child.bytes);
    let leaking = child
        .first_bytes
        .is_some_and(|first| child.bytes / 2 >= first && has_grown_steadily(record));
    let (class, how) = match (leaking, child.first_bytes) {
        (true, Some(first)) => (
            Class::LeakingChild,
            format!(
                " and has grown from {} in {} without a pause",
                size(first),
                duration(child.running_ms)
            ),
        ),
        _ => (
            Class::Child,
            format!(" after {}", duration(child.running_ms)),
        ),
    };
    Candidate {
        bytes: child.bytes,
        class,
        sentence: format!(
            "`{}` (process {}) holds {held}{how}; it was started{}",
            child.command,
            child.pid,
            at(child)
        ),
        place: child.place.clone(),
        advice: vec![match &child.place {
            Some(place) => format!(
                "let the command in {} need less: {}",
                place.file_line(),
                place.source_line
            ),
            None => "let the command need less".to_owned(),
        }],
        third_line: format!(
            "`{}` (process {}) has grown to {held}.",
            child.command, child.pid
        ),
    }
}

fn of_many(number: u64, total: u64, largest: &ChildSnapshot) -> Candidate {
    let number = count(number);
    let held = size(total);
    Candidate {
        bytes: total,
        class: Class::ManyChildren,
        sentence: format!(
            "{number} processes hold {held} together; the largest is `{}` with {}, started{}",
            largest.command,
            size(largest.bytes),
            at(largest)
        ),
        place: largest.place.clone(),
        advice: vec!["start fewer processes at a time".to_owned()],
        third_line: format!("{number} processes hold {held} together."),
    }
}

fn at(child: &ChildSnapshot) -> String {
    let by = |place: &Place| format!(" by task \"{}\" in {}", place.task, place.file_line());
    child
        .place
        .as_ref()
        .map_or_else(|| " by a command of this run".to_owned(), by)
}

/// Whether the children's memory rose all the time, over a second or more: in each quarter of it a
/// good part was added.
fn has_grown_steadily(record: &Record) -> bool {
    let samples = || {
        let samples = record.history.samples.iter();
        samples.filter(|sample| sample.children > 0)
    };
    let (Some(first), Some(last)) = (samples().next(), samples().next_back()) else {
        return false;
    };
    let (span, growth) = (
        last.at.saturating_sub(first.at),
        last.children.saturating_sub(first.children),
    );
    if span < STEADY || growth == 0 {
        return false;
    }
    let at_end_of = |quarter: u64| {
        let end = first.at + span * quarter / 4;
        let before = samples().rev().find(|sample| sample.at <= end);
        before.map_or(0, |sample| sample.children)
    };
    (1..=4).all(|quarter| at_end_of(quarter) >= at_end_of(quarter - 1) + growth / 10)
}
