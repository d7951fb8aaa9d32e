//! `--list`.

use std::fmt::Write as _;

use super::context::Context;
use crate::ast::{File, Task};
use crate::report::Report;
use crate::resolve::{self, Platform, ResolveError};
use crate::source::printable;

/// Lists the tasks of the file.
pub(super) async fn list(context: &Context<'_>) -> Result<(), ResolveError> {
    let file = context.load().await?;
    print(&file, context.report)
}

/// Checks the file and prints its tasks.
pub(super) fn print(file: &File, report: &Report) -> Result<(), ResolveError> {
    resolve::check(file)?;
    text(file, &mut |part| report.bytes(printable(part).as_bytes()));
    Ok(())
}

/// How much is written at once, in bytes: a file of 50,000 tasks is listed as fast as it is parsed, and
/// the list is not held whole.
const PART: usize = 64 * 1024;

fn text(file: &File, write: &mut dyn FnMut(&str)) {
    let mut out = String::from("Available tasks:\n");
    if file.tasks.is_empty() {
        out.push_str("  (no tasks defined)\n");
    }
    for task in &file.tasks {
        let description = task.description.as_deref().unwrap_or("No description");
        let platforms = platforms(task);
        // Writing to a String never fails.
        let _ = if platforms.is_empty() {
            writeln!(out, "  {:<20}  {description}", task.name)
        } else {
            let name = format!("{} {platforms}", task.name);
            writeln!(out, "  {name:<20}  {description}")
        };
        if out.len() >= PART {
            write(&out);
            out.clear();
        }
    }
    write(&out);
}

/// `[linux, mac]`, sorted; empty for a task of every platform.
pub(super) fn platforms(task: &Task) -> String {
    let marks = task.marks();
    let mut names: Vec<&str> = marks
        .annotations
        .iter()
        .filter(|annotation| annotation.name == "platform")
        .flat_map(|annotation| &annotation.args)
        .filter_map(|word| Platform::parse(word))
        .map(Platform::name)
        .collect();
    if names.is_empty() {
        return String::new();
    }
    names.sort_unstable();
    format!("[{}]", names.join(", "))
}
