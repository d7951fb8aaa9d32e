//! `--list`.

use std::sync::Arc;

use super::{Settings, load_file};
use crate::ast::File;
use crate::load::{LoadProgress, Places};
use crate::report::Report;
use crate::resolve::{self, Platform};
use crate::runtime::ExecutionError;

/// Lists the tasks of the file.
pub(super) async fn list(
    settings: &Settings,
    places: &Places,
    progress: &Arc<LoadProgress>,
    report: &Report,
) -> Result<(), ExecutionError> {
    if settings.verbose {
        let found = crate::load::discover(settings.file.as_deref(), places)?;
        report.line(&format!("📂  Loading: {}", found.shown));
        report.line("🔍  Parsing drun file...");
    }
    let file = load_file(settings, places, progress).await?;
    if settings.verbose {
        report.line("✅  Parsed successfully");
        report.line(match settings.no_cache {
            true => "💾 Remote include caching: disabled",
            false => "💾 Remote include caching: enabled (1m expiration)",
        });
    }
    print(&file, report)
}

/// Checks the file and prints its tasks.
pub(super) fn print(file: &File, report: &Report) -> Result<(), ExecutionError> {
    resolve::check(file)?;
    report.line("Available tasks:");
    if file.tasks.is_empty() {
        report.line("  (no tasks defined)");
    }
    for task in &file.tasks {
        let description = task.head.description.as_deref().unwrap_or("No description");
        let platforms = platforms(task);
        let name = format!("{}{platforms}", task.name);
        report.line(&format!("  {name:<20}  {description}"));
    }
    Ok(())
}

/// ` [linux, mac]`, or nothing.
fn platforms(task: &crate::ast::Task) -> String {
    let annotations = task.head.annotations.iter();
    let mut names: Vec<&str> = annotations
        .filter(|annotation| annotation.name == "platform")
        .flat_map(|annotation| &annotation.args)
        .filter_map(|word| Platform::parse(word))
        .map(Platform::name)
        .collect();
    if names.is_empty() {
        return String::new();
    }
    names.sort_unstable();
    format!(" [{}]", names.join(", "))
}
