//! `cmd:memory`: the limits in force, where they come from, and a test that they hold.

mod proof;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

pub(super) use proof::test;

use super::context::Context;
use super::run;
use crate::ast::File;
use crate::memory::limits::Limits;
use crate::memory::record::LimitInForce;
use crate::memory::{cgroup, files, units};
use crate::resolve::{ResolveError, memory_limit};

/// Prints each limit with its value and its origin, and what a run in this folder would do.
pub(super) async fn show(context: &Context<'_>) -> Result<(), ResolveError> {
    let (file, note) = task_file(context).await;
    let limits = match &file {
        Some(file) => run::limits_with(context.settings, file)?,
        None => context.limits.clone(),
    };
    let mut out = note;
    out.push_str(&in_force(&limits));
    out.push_str(&container());
    out.push_str(&behaviour(context, &limits));
    if let Some(file) = &file {
        out.push_str(&tasks(file, &limits));
    }
    context.report.bytes(out.as_bytes());
    Ok(())
}

/// The task file whose project may set limits, and what is said about it. One that is missing or
/// wrong is no reason to show nothing.
async fn task_file(context: &Context<'_>) -> (Option<Arc<File>>, String) {
    let Ok(found) = context.find() else {
        return (None, "Task file: none found here\n".to_owned());
    };
    let shown = found.shown;
    match context.load().await {
        Ok(file) => (Some(file), format!("Task file: {shown}\n")),
        Err(_) => {
            let note = format!("Task file: {shown} has an error, so its settings do not count\n");
            (None, note)
        }
    }
}

fn in_force(limits: &Limits) -> String {
    let mut out = String::from("Limits, and where they come from:\n");
    let width = |text: fn(&LimitInForce) -> &str| {
        let widths = limits.in_force.iter().map(|limit| text(limit).len());
        widths.max().unwrap_or_default()
    };
    let (names, values) = (width(|limit| &limit.name), width(|limit| &limit.value));
    for limit in &limits.in_force {
        let LimitInForce { name, value, .. } = limit;
        // Writing to a String never fails.
        let _ = writeln!(out, "  {name:<names$}  {value:<values$}  {}", origin(limit));
    }
    out
}

fn origin(limit: &LimitInForce) -> String {
    match (&limit.clamped_by, limit.asked) {
        (Some(by), Some(asked)) => {
            let asked = units::show(asked);
            let by = by.trim_start_matches("the ");
            format!("{}: {asked}, lowered by the {by}", limit.origin)
        }
        _ => limit.origin.clone(),
    }
}

fn container() -> String {
    let Some(found) = cgroup::limit(Path::new("/")) else {
        return "Container: none, or without a limit\n".to_owned();
    };
    let used = match found.used {
        0 => "less than half in use".to_owned(),
        used => format!("{} in use", units::show(used)),
    };
    let (limit, file) = (units::show(found.bytes), found.file.display());
    format!("Container: {limit}, {used} ({file})\n")
}

/// What a run would do, in words.
fn behaviour(context: &Context<'_>, limits: &Limits) -> String {
    let mut out = String::from("A run in this folder:\n");
    if limits.off {
        out.push_str("  is not watched: flag --no-memory-monitor\n");
        return out;
    }
    let mut line = |text: String| {
        let _ = writeln!(out, "  {text}");
    };
    match limits.warning {
        Some(bytes) => line(format!(
            "warns once when drun itself uses more than {}",
            units::show(bytes)
        )),
        None => line("never warns".to_owned()),
    }
    match limits.critical {
        Some(bytes) => line(format!(
            "is stopped when drun itself uses more than {}",
            units::show(bytes)
        )),
        None => line("is not stopped for what drun itself uses".to_owned()),
    }
    match limits.tree {
        Some(bytes) => line(format!(
            "is stopped when drun and all that it started use more than {}",
            units::show(bytes)
        )),
        None => line(
            "measures what it starts and does not limit it (--memory-tree-limit SIZE would)"
                .to_owned(),
        ),
    }
    let places = files::places(limits.dump_dir.as_deref(), &context.places.start_dir);
    let places: Vec<_> = places
        .iter()
        .map(|place| place.display().to_string())
        .collect();
    line("ends all that it started when it is stopped, and exits with 1".to_owned());
    line(format!(
        "writes why to the first of these that it can: {}",
        places.join(", ")
    ));
    out
}

/// The tasks with a limit of their own.
fn tasks(file: &File, limits: &Limits) -> String {
    let mut out = String::new();
    for task in &file.tasks {
        let Some(bytes) = memory_limit(&task.marks().annotations).filter(|_| !limits.off) else {
            continue;
        };
        if out.is_empty() {
            out.push_str("Tasks with a limit for what they and all that they start use:\n");
        }
        let line = file.source.location(task.span.start).line;
        let (name, limit) = (&task.name, units::show(bytes));
        let room = limits.room.as_ref().filter(|room| room.bytes < bytes);
        let limit = room.map_or(limit.clone(), |room| {
            format!("{} of {limit} ({})", units::show(room.bytes), room.by)
        });
        let _ = writeln!(
            out,
            "  {name}  {limit}  @memory ({}:{line})",
            file.source.name()
        );
    }
    out
}
