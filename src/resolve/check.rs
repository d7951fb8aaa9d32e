//! Checks of the declarations of a whole file, whichever task runs.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::annotation::{self, Owner};
use super::index::TaskIndex;
use super::{Platform, Program, ResolveError, platform};
use crate::ast::{Definition, File, ProjectItem, Task};
use crate::source::{Diagnostic, SourceFile, Span};

/// How many messages are kept: the first few are shown, the others only counted.
const MESSAGES: usize = 100;

/// Checks names, modes, annotations and duplicates.
///
/// # Errors
/// What is wrong, in the order of the text.
pub fn check(file: &File) -> Result<(), ResolveError> {
    let mut wrong = Wrong::default();
    for task in &file.tasks {
        wrong.keep(task_head(file, task));
    }
    for template in &file.templates {
        let (name, span) = (&template.name, template.span);
        wrong.keep(named(file, "template task", name, span));
        let annotations = &template.marks().annotations;
        let found = annotation::platforms(&file.source, Owner::Template, name, annotations);
        wrong.keep(found.map(drop));
    }
    for item in file.project.iter().flat_map(|project| &project.items) {
        if let ProjectItem::Snippet(snippet) = item {
            let (name, owner) = (&snippet.name, Owner::Snippet);
            wrong.keep(named(file, "snippet", name, snippet.span));
            let found = annotation::platforms(&file.source, owner, name, &snippet.annotations);
            wrong.keep(found.map(drop));
        }
    }
    duplicates(file, &mut wrong);
    wrong.finish()
}

/// What was found to be wrong.
#[derive(Default)]
struct Wrong(Vec<Diagnostic>);

impl Wrong {
    fn keep(&mut self, result: Result<(), ResolveError>) {
        if let Err(ResolveError::Diagnostics(more)) = result
            && self.0.len() < MESSAGES
        {
            self.0.extend(more);
        }
    }

    fn finish(mut self) -> Result<(), ResolveError> {
        if self.0.is_empty() {
            return Ok(());
        }
        self.0
            .sort_by(|a, b| (a.file.name(), a.span).cmp(&(b.file.name(), b.span)));
        Err(ResolveError::Diagnostics(self.0))
    }
}

fn task_head(file: &File, task: &Task) -> Result<(), ResolveError> {
    named(file, "task", &task.name, task.span)?;
    let marks = task.marks();
    mode(file, task, &marks)?;
    annotation::platforms(&file.source, Owner::Task, &task.name, &marks.annotations).map(drop)
}

fn error(file: &Arc<SourceFile>, span: Span, message: String) -> ResolveError {
    ResolveError::at(Diagnostic::new(file, span, message))
}

fn named(file: &File, what: &str, name: &str, span: Span) -> Result<(), ResolveError> {
    match name.is_empty() {
        true => Err(error(
            &file.source,
            span,
            format!("the name of a {what} is empty"),
        )),
        false => Ok(()),
    }
}

fn mode(file: &File, task: &Task, marks: &Definition) -> Result<(), ResolveError> {
    let (name, span) = (&task.name, task.span);
    match &marks.mode {
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

fn duplicates(file: &File, wrong: &mut Wrong) {
    for group in TaskIndex::new(file).collisions() {
        // Few names share a hash by chance, but any number of tasks may share a name by mistake.
        let mut variants: FxHashMap<&str, Variants> = FxHashMap::default();
        for task in group.filter_map(|index| file.tasks.get(index as usize)) {
            let variants = variants.entry(&task.name).or_default();
            wrong.keep(variants.add(&file.source, &task.name, task));
        }
    }
}

/// The variants of one task that were seen.
#[derive(Default)]
struct Variants {
    first: Option<(Arc<SourceFile>, Span)>,
    plain: bool,
    platforms: Vec<Platform>,
}

impl Variants {
    /// Adds a variant that is possible beside those before.
    fn add(&mut self, file: &Arc<SourceFile>, name: &str, task: &Task) -> Result<(), ResolveError> {
        let annotations = &task.marks().annotations;
        let Ok(platforms) = annotation::platforms(file, Owner::Task, name, annotations) else {
            // It has its own message already.
            return Ok(());
        };
        let (first_file, first) = self
            .first
            .get_or_insert_with(|| (file.clone(), task.span))
            .clone();
        let wrong = |what: String| {
            let line = first_file.location(first.start).line;
            let first = match Arc::ptr_eq(&first_file, file) {
                true => format!("line {line}"),
                false => format!("{}:{line}", first_file.name()),
            };
            error(file, task.span, format!("{what}; the first is in {first}"))
        };
        if platforms.is_empty() {
            if self.plain {
                return Err(wrong(format!("task '{name}' is declared twice")));
            }
            self.plain = true;
            return Ok(());
        }
        let shared: Vec<Platform> = platforms
            .iter()
            .copied()
            .filter(|platform| self.platforms.contains(platform))
            .collect();
        if !shared.is_empty() {
            let shared = platform::names(&shared);
            return Err(wrong(format!(
                "task '{name}' has two variants for platform {shared}"
            )));
        }
        self.platforms.extend(platforms);
        Ok(())
    }
}

impl Program {
    /// Checks the declarations of all included files, alone and together.
    ///
    /// # Errors
    /// What is wrong in the first file that is, or which tasks of one namespace have one name.
    pub fn check_includes(&self) -> Result<(), ResolveError> {
        let mut seen = FxHashSet::default();
        for include in &self.ast.includes {
            if seen.insert(Arc::as_ptr(&include.file)) {
                check(&include.file)?;
            }
        }
        let mut wrong = Wrong::default();
        for tasks in self.included_tasks.values().filter(|tasks| tasks.len() > 1) {
            let mut variants = Variants::default();
            for reference in tasks {
                let task = reference.file.tasks.get(reference.index as usize);
                let source = &reference.file.source;
                let add = |task| variants.add(source, &reference.full_name, task);
                wrong.keep(task.map_or(Ok(()), add));
            }
        }
        wrong.finish()
    }

    /// Checks everything: the declarations of all files, and `from tasks:`.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self) -> Result<(), ResolveError> {
        check(&self.ast.main)?;
        self.check_includes()?;
        self.check_tools()
    }
}
