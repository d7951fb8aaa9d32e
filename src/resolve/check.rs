//! Checks of the declarations of a whole file, whichever task runs.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::{Platform, ResolveError, annotation, platform};
use crate::ast::{File, ProjectItem, TaskHead};
use crate::source::{Diagnostic, Span};

/// Checks names, modes, annotations and duplicates.
///
/// # Errors
/// The first declaration that is wrong, with its place.
pub fn check(file: &File) -> Result<(), ResolveError> {
    let source = &file.source;
    let mut seen: FxHashMap<&str, Vec<Vec<Platform>>> = FxHashMap::default();
    seen.reserve(file.tasks.len());
    for task in &file.tasks {
        name(file, "task", &task.name, task.span)?;
        mode(file, &task.name, task.span, &task.head)?;
        let platforms = annotation::platforms(source, &task.name, &task.head.annotations)?;
        match seen.entry(task.name.as_str()) {
            Entry::Vacant(slot) => {
                // A task without variants costs no list.
                slot.insert(if platforms.is_empty() {
                    Vec::new()
                } else {
                    vec![platforms]
                });
            }
            Entry::Occupied(mut slot) => {
                variant(file, &task.name, task.span, slot.get(), &platforms)?;
                if slot.get().is_empty() {
                    slot.get_mut().push(Vec::new());
                }
                slot.get_mut().push(platforms);
            }
        }
    }
    for template in &file.templates {
        name(file, "template task", &template.name, template.span)?;
        annotation::platforms(source, &template.name, &template.head.annotations)?;
    }
    for item in file.project.iter().flat_map(|project| &project.items) {
        if let ProjectItem::Snippet(snippet) = item {
            annotation::platforms(source, &snippet.name, &snippet.annotations)?;
        }
    }
    Ok(())
}

fn error(file: &File, span: Span, message: String) -> ResolveError {
    ResolveError::at(Diagnostic::new(&file.source, span, message))
}

fn name(file: &File, what: &str, name: &str, span: Span) -> Result<(), ResolveError> {
    if name.trim().is_empty() {
        return Err(error(file, span, format!("the name of a {what} is empty")));
    }
    Ok(())
}

fn mode(file: &File, name: &str, span: Span, head: &TaskHead) -> Result<(), ResolveError> {
    match &head.mode {
        Some(mode) if mode != "ci" => Err(ResolveError::at(
            Diagnostic::new(
                &file.source,
                span,
                format!("task '{name}': unknown mode '{mode}'"),
            )
            .with_help("the only mode is \"ci\"; leave `mode` out for the usual one"),
        )),
        _ => Ok(()),
    }
}

/// Whether another variant of a task is possible beside those before. No variant before means one
/// without platforms.
fn variant(
    file: &File,
    name: &str,
    span: Span,
    before: &[Vec<Platform>],
    platforms: &[Platform],
) -> Result<(), ResolveError> {
    let plain_before = before.is_empty() || before.iter().any(Vec::is_empty);
    if platforms.is_empty() && plain_before {
        return Err(error(
            file,
            span,
            format!("task '{name}' is declared twice"),
        ));
    }
    let shared: Vec<Platform> = platforms
        .iter()
        .copied()
        .filter(|platform| before.iter().flatten().any(|other| other == platform))
        .collect();
    if shared.is_empty() {
        return Ok(());
    }
    let shared = platform::names(&shared);
    Err(error(
        file,
        span,
        format!("task '{name}' has two variants for {shared}"),
    ))
}
