//! Processes that were started.

use super::{Candidate, Class};
use crate::memory::amount::{count, duration, size};
use crate::memory::record::Record;
use crate::memory::snapshot::{ChildSnapshot, ExecutionSnapshot, Place};

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
    killed.next().map(of_killed)
}

/// A child that the kernel's OOM killer ended.
pub(super) fn of_killed(child: &ChildSnapshot) -> Candidate {
    let at = at(child);
    Candidate {
        class: Class::KilledChild,
        sentence: format!(
            "the kernel ended `{}` (process {}) because the container had no more memory; it was \
             started{at}",
            child.command, child.pid
        ),
        place: child.place.clone(),
        advice: vec![
            "give the container more memory, or let the command need less".to_owned(),
            "`--memory-tree-limit` below the container's limit stops earlier and says more"
                .to_owned(),
        ],
        third_line: format!(
            "The kernel's OOM killer ended `{}` (process {}).",
            child.command, child.pid
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

/// Whether the children's memory rose in most of the last samples and never fell by much.
fn has_grown_steadily(record: &Record) -> bool {
    let samples = record.history.samples.iter().map(|sample| sample.children);
    let values: Vec<u64> = samples.filter(|&bytes| bytes > 0).collect();
    let rises = values.windows(2).filter(|pair| pair[1] > pair[0]).count();
    let falls = values
        .windows(2)
        .filter(|pair| pair[1] < pair[0] / 10 * 9)
        .count();
    values.len() >= 4 && rises * 4 >= values.len() && falls == 0
}
