//! What can be done about the limit itself.

use super::{Candidate, Class};
use crate::memory::amount::size;
use crate::memory::limits::TASK;
use crate::memory::record::{LimitInForce, Record, Scope};
use crate::memory::snapshot::Place;

/// How the limit that was exceeded is raised.
pub(super) fn limits(record: &Record) -> Vec<String> {
    let exceeded = &record.exceeded;
    let more = raised(exceeded.limit);
    let (option, variable, key, name) = match exceeded.scope {
        Scope::Own => (
            "--memory-limit",
            "DRUN_MEMORY_LIMIT",
            "memory_limit",
            "limit",
        ),
        Scope::Tree => (
            "--memory-tree-limit",
            "DRUN_MEMORY_TREE_LIMIT",
            "memory_tree_limit",
            "tree_limit",
        ),
    };
    let name = if exceeded.task.is_some() { TASK } else { name };
    if let Some(by) = record.limit(name).and_then(clamped) {
        return vec![by];
    }
    if let Some(task) = &exceeded.task {
        let at = exceeded.place.as_ref().map(Place::file_line);
        let at = at.map_or_else(String::new, |at| format!(" in {at}"));
        return vec![format!(
            "if task \"{task}\" needs it, raise its limit{at}: `@memory(\"{more}\")`"
        )];
    }
    vec![format!(
        "if it needs the memory, raise the limit: `{option} {more}`, `{variable}={more}`, or \
         `set {key} to \"{more}\"` in the project"
    )]
}

/// A container that allows less than was asked for.
pub(super) fn container(record: &Record, measured: u64) -> Option<Candidate> {
    let limit = record.limit("limit")?;
    let by = limit.clamped_by.as_ref()?;
    let asked = limit.asked.map_or_else(|| "more".to_owned(), size);
    let allowed = size(limit.bytes?);
    Some(Candidate {
        bytes: measured,
        class: Class::Container,
        sentence: format!(
            "the container is too small: it leaves {allowed} of the limit of {asked} ({by})"
        ),
        advice: vec![format!("give the container more memory than {asked}")],
        third_line: format!("The container leaves {allowed} of the limit of {asked} ({by})."),
        place: None,
    })
}

fn clamped(limit: &LimitInForce) -> Option<String> {
    let by = limit.clamped_by.as_ref()?;
    Some(format!(
        "the limit is {} because of {by}; a higher one has no effect there",
        limit.value
    ))
}

/// Four times as much, in a unit that reads well.
fn raised(limit: u64) -> String {
    const GB: u64 = 1 << 30;
    let more = limit.saturating_mul(4);
    match more {
        0..GB => format!("{}MB", (more >> 20).max(100)),
        _ => format!("{}GB", more.div_ceil(GB)),
    }
}
