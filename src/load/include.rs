//! Includes: which files come in, under which namespace.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::read::parse_source;
use super::{Found, LoadOptions, LoadProgress, read, remote};
use crate::ast::{File, Include, IncludedFile, ProjectItem, Selectors};
use crate::resolve::ResolveError;
use crate::source::{Diagnostic, Text};

/// A file whose includes are still to be read.
struct Open {
    file: Arc<File>,
    /// Its folder; `None` for a remote file.
    folder: Option<PathBuf>,
}

/// Everything that is included, and the lines of a verbose run.
pub(super) async fn includes(
    main: &Arc<File>,
    found: &Found,
    options: &LoadOptions,
    progress: &LoadProgress,
) -> Result<(Vec<IncludedFile>, Vec<String>), ResolveError> {
    let mut seen: FxHashSet<(String, Text)> = FxHashSet::default();
    if let Some(project) = &main.project {
        seen.insert((identity(&found.path), project.name.clone()));
    }
    let mut included: Vec<IncludedFile> = Vec::new();
    let mut lines = Vec::new();
    let mut queue = VecDeque::from([Open {
        file: main.clone(),
        folder: found.path.parent().map(Path::to_owned),
    }]);
    while let Some(open) = queue.pop_front() {
        for item in open.file.project.iter().flat_map(|project| &project.items) {
            let ProjectItem::Include(include) = item else {
                continue;
            };
            let read = one(&open, include, options, progress, &mut lines).await?;
            let Some(project) = &read.file.project else {
                return Err(error(&open.file, include, "has no project declaration"));
            };
            let namespace = include
                .namespace
                .clone()
                .unwrap_or_else(|| project.name.clone());
            if !seen.insert((read.identity, namespace.clone())) {
                continue;
            }
            tell(&read.file, &namespace, include, &mut lines);
            check_twice(&included, &read.file, &namespace, &open.file, include)?;
            queue.push_back(Open {
                file: read.file.clone(),
                folder: read.folder,
            });
            included.push(IncludedFile {
                namespace,
                path: include.path.clone(),
                selectors: include.selectors,
                file: read.file,
            });
        }
    }
    Ok((included, lines))
}

struct Read {
    file: Arc<File>,
    folder: Option<PathBuf>,
    /// What tells the file from others.
    identity: String,
}

fn error(file: &File, include: &Include, what: &str) -> ResolveError {
    let message = format!("include '{}' {what}", include.path);
    ResolveError::at(Diagnostic::new(&file.source, include.span, message))
}

fn identity(path: &Path) -> String {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    path.display().to_string()
}

async fn one(
    open: &Open,
    include: &Include,
    options: &LoadOptions,
    progress: &LoadProgress,
    lines: &mut Vec<String>,
) -> Result<Read, ResolveError> {
    let path = include.path.as_str();
    if remote::is_remote(path) {
        let text = remote::include(path, options, lines)
            .await
            .map_err(|reason| {
                error(&open.file, include, &format!("cannot be fetched: {reason}"))
            })?;
        let source = super::text(path, text)?;
        return Ok(Read {
            file: parse_source(&source, progress)?,
            folder: None,
            identity: path.to_owned(),
        });
    }
    let beside = open
        .folder
        .as_ref()
        .map(|folder| crate::value::clean(&folder.join(path)));
    let beside = beside.filter(|beside| beside.exists());
    let absolute = beside.unwrap_or_else(|| crate::value::clean(&options.start_dir.join(path)));
    if !absolute.is_file() {
        return Err(error(&open.file, include, "cannot be read: no such file"));
    }
    let source = read(&absolute, path)?;
    Ok(Read {
        file: parse_source(&source, progress)?,
        folder: absolute.parent().map(Path::to_owned),
        identity: identity(&absolute),
    })
}

/// Two files under one namespace are merged, but two tasks of one name are an error.
fn check_twice(
    included: &[IncludedFile],
    file: &File,
    namespace: &Text,
    from: &File,
    include: &Include,
) -> Result<(), ResolveError> {
    if !include.selectors.tasks {
        return Ok(());
    }
    let before: FxHashSet<&Text> = included
        .iter()
        .filter(|other| other.namespace == *namespace && other.selectors.tasks)
        .flat_map(|other| other.file.tasks.iter().map(|task| &task.name))
        .collect();
    match file.tasks.iter().find(|task| before.contains(&task.name)) {
        None => Ok(()),
        Some(task) => {
            let name = &task.name;
            let what = format!("declares '{namespace}.{name}', which another include has as well");
            Err(error(from, include, &what))
        }
    }
}

fn tell(file: &File, namespace: &Text, include: &Include, lines: &mut Vec<String>) {
    let Selectors {
        snippets,
        templates,
        tasks,
    } = include.selectors;
    let mut line = |what: &str, name: &str| {
        lines.push(format!("  ✓  Loaded {what}: {namespace}.{name}"));
    };
    for item in file.project.iter().flat_map(|project| &project.items) {
        match item {
            ProjectItem::Setting(setting) => line("setting", &setting.key),
            ProjectItem::Parameter(parameter) => line("parameter", &parameter.name),
            ProjectItem::Snippet(snippet) if snippets => line("snippet", &snippet.name),
            _ => {}
        }
    }
    for template in file.templates.iter().filter(|_| templates) {
        line("template", &template.name);
    }
    for task in file.tasks.iter().filter(|_| tasks) {
        line("task", &task.name);
    }
    let path = &include.path;
    lines.push(format!("✓  Included {path} as namespace '{namespace}'"));
}
