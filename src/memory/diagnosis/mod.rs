//! The one cause of a breach: what held the memory, in which line of which task, how it grew, and
//! what to do.
//!
//! Every holder of memory that the snapshot shows is a candidate with the bytes that it accounts
//! for; the largest wins, if it accounts for enough. So a deep stack is called a recursion only
//! when the stack is what fills the memory.

mod advice;
mod branches;
mod children;
mod growth;
mod holders;
mod recursion;

use serde::{Deserialize, Serialize};

use super::amount::size;
use super::cgroup::ContainerLimit;
use super::record::{Record, Scope};
use super::snapshot::{ChildSnapshot, ExecutionSnapshot, Place};
use crate::ast::Ast;

/// What kind of cause.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Tasks that call themselves or each other without end.
    Recursion,
    /// A loop that has run very often and fills the memory without a single large holder.
    Loop,
    /// One variable.
    GrowingVariable,
    /// Output of a command that is captured.
    CapturedOutput,
    /// A file or a body that is read.
    Read,
    /// One process that was started.
    Child,
    /// One process that was started and has grown all the time.
    LeakingChild,
    /// Many processes.
    ManyChildren,
    /// A process that the kernel ended because the container had no more memory.
    KilledChild,
    /// Many branches of a parallel loop.
    ParallelBranches,
    /// The task file itself.
    TaskFile,
    /// Output that nobody takes.
    PendingOutput,
    /// A container that allows less than the limit.
    Container,
    /// Nothing that is known accounts for the memory.
    #[default]
    Unknown,
}

/// The cause of a breach.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// Its kind.
    pub class: Class,
    /// The cause in a sentence, with task and line; no full stop.
    pub sentence: String,
    /// Where.
    pub place: Option<Place>,
    /// How the memory grew.
    pub growth: String,
    /// What to do, the likeliest first.
    pub advice: Vec<String>,
    /// The third line of the message on standard error.
    pub third_line: String,
}

/// The third line where the cause is a loop or a recursion; only there it is true.
pub const RUNAWAY: &str = "This likely indicates an infinite loop or runaway recursion.";
/// The cause of a child's end by the kernel's OOM killer, which is no breach of a limit of ours.
pub fn diagnose_killed(child: &ChildSnapshot, container: Option<&ContainerLimit>) -> Diagnosis {
    let cause = children::of_killed(child, container);
    Diagnosis {
        class: cause.class,
        sentence: cause.sentence,
        place: cause.place,
        growth: String::new(),
        advice: cause.advice,
        third_line: cause.third_line,
    }
}

/// A candidate must account for one part in so many of what was measured.
const GOOD_PART: u64 = 5;
/// So often a loop must have run to be the cause without a single large holder.
const MANY_ITERATIONS: u64 = 10_000;

/// A possible cause and the bytes that it accounts for.
#[derive(Debug, Clone, Default)]
struct Candidate {
    bytes: u64,
    class: Class,
    sentence: String,
    place: Option<Place>,
    advice: Vec<String>,
    third_line: String,
}

/// Finds the cause. The snapshot must have been redacted before.
pub fn diagnose(
    record: &Record,
    snapshot: Option<&ExecutionSnapshot>,
    program: Option<&Ast>,
) -> Diagnosis {
    let mut cause = cause(record, snapshot, program);
    cause.sentence.push_str(&wanted(record));
    let mut advice = cause.advice;
    advice.extend(advice::limits(record));
    Diagnosis {
        class: cause.class,
        sentence: cause.sentence,
        place: cause.place,
        growth: growth::growth(record),
        advice,
        third_line: cause.third_line,
    }
}

/// What was wanted at once, and not given: it would have exceeded the limit.
fn wanted(record: &Record) -> String {
    let exceeded = &record.exceeded;
    let wanted = exceeded.current.saturating_sub(record.figures.resident);
    match exceeded.scope {
        Scope::Own if wanted >= 1 << 20 => format!("; {} more were wanted at once", size(wanted)),
        _ => String::new(),
    }
}

fn cause(
    record: &Record,
    snapshot: Option<&ExecutionSnapshot>,
    program: Option<&Ast>,
) -> Candidate {
    let Some(snapshot) = snapshot else {
        return without_state(record);
    };
    let (own, children) = parts(record);
    let by_children = record.exceeded.scope == Scope::Tree && children >= own;
    if by_children
        && let Some(cause) =
            children::killed(snapshot).or_else(|| children::cause(record, snapshot))
    {
        return cause;
    }
    let largest = holders::candidates(snapshot, program)
        .into_iter()
        .chain(recursion::candidate(snapshot, program))
        .max_by_key(|candidate| candidate.bytes);
    let measured = own;
    let container = advice::container(record, measured);
    // In a container that leaves little, what is always there fills a good part of it.
    let enough = measured / if container.is_some() { 2 } else { GOOD_PART };
    largest
        .filter(|cause| cause.bytes > 0 && cause.bytes >= enough)
        .or_else(|| children::killed(snapshot))
        .or(container)
        .or_else(|| busy_loop(snapshot))
        .unwrap_or_else(|| unknown(record, snapshot))
}

/// What this process and its children have of what is limited.
fn parts(record: &Record) -> (u64, u64) {
    let exceeded = &record.exceeded;
    match exceeded.task {
        Some(_) => (
            exceeded.current.saturating_sub(exceeded.children),
            exceeded.children,
        ),
        None => (record.figures.resident, record.figures.children),
    }
}

/// A loop that runs and runs, where no single holder accounts for the memory.
fn busy_loop(snapshot: &ExecutionSnapshot) -> Option<Candidate> {
    let position = snapshot
        .machines
        .iter()
        .flat_map(|machine| &machine.loops)
        .max_by_key(|position| position.iteration)
        .filter(|position| position.iteration >= MANY_ITERATIONS)?;
    let place = position.place.clone();
    Some(Candidate {
        class: Class::Loop,
        sentence: format!(
            "the loop \"{}\" in task \"{}\" ({}) is at iteration {} and memory grows with it",
            position.header,
            place.task,
            place.file_line(),
            super::amount::count(position.iteration),
        ),
        advice: vec![format!(
            "give the loop in {} fewer items, or end it with `break when …`",
            place.file_line()
        )],
        place: Some(place),
        third_line: RUNAWAY.to_owned(),
        ..Candidate::default()
    })
}

fn unknown(record: &Record, snapshot: &ExecutionSnapshot) -> Candidate {
    let held = size(snapshot.machines_bytes);
    let place = snapshot
        .machines
        .iter()
        .find_map(|machine| machine.statement.clone());
    let during = place.as_ref().map_or_else(String::new, |place| {
        format!(
            " while task \"{}\" was at {}",
            place.task,
            place.file_line()
        )
    });
    let sentence = format!(
        "memory grew to {}{during}; calls, variables and captured output account for {held} of it",
        size(record.exceeded.current),
    );
    Candidate {
        class: Class::Unknown,
        third_line: match &place {
            Some(place) => format!("It was executing {}.", place.file_line()),
            None => "The cause is not known.".to_owned(),
        },
        sentence,
        place,
        advice: vec!["look at the statement and at the variables in the dump".to_owned()],
        ..Candidate::default()
    }
}

/// The state was locked by a worker that is stuck: the history still names the task.
fn without_state(record: &Record) -> Candidate {
    let last = record.history.samples.iter().rev();
    let task = last
        .filter_map(|sample| sample.task)
        .find_map(|task| record.history.tasks.get(task as usize));
    let during = task.map_or_else(String::new, |task| format!(" while task \"{task}\" ran"));
    Candidate {
        class: Class::Unknown,
        sentence: format!(
            "memory grew to {}{during}; the state of the execution could not be read, because a \
             single step did not end",
            size(record.exceeded.current)
        ),
        third_line: match task {
            Some(task) => format!("It was executing task \"{task}\", in a step that did not end."),
            None => "It was in a step that did not end.".to_owned(),
        },
        advice: vec!["look at the task that the history of the dump names last".to_owned()],
        ..Candidate::default()
    }
}

#[cfg(test)]
mod tests;
