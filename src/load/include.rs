//! What a program includes, and what that includes: depth first, in the order of the text.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustc_hash::{FxHashMap, FxHashSet};

use super::location::Location;
use super::read::{self, Unreadable};
use super::remote::{NotFetched, Remote};
use super::{Found, LoadOptions, LoadProgress, Notes};
use crate::ast::{File, Include, IncludedFile, Project, ProjectItem, Selectors};
use crate::resolve::ResolveError;
use crate::source::{Diagnostic, Text};

/// Reads all that `main` includes, directly and through others. A file that is included under the
/// same namespace already is skipped, so circles end.
///
/// # Errors
/// A file that cannot be read, does not parse or has no project, with the place of the include.
pub(super) async fn includes(
    main: &Arc<File>,
    found: &Found,
    options: &LoadOptions,
    progress: &Arc<LoadProgress>,
    notes: &mut Notes,
) -> Result<Vec<IncludedFile>, ResolveError> {
    let mut includer = Includer {
        start_dir: &options.start_dir,
        progress,
        remote: Remote::new(options),
        known: FxHashMap::default(),
        files: Vec::new(),
        seen: FxHashSet::default(),
        included: Vec::new(),
    };
    includer.run(main, found, notes).await?;
    progress.finish();
    Ok(includer.included)
}

/// What tells files from each other, whatever path leads to them.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Local(PathBuf),
    Remote(String),
}

struct Includer<'o> {
    start_dir: &'o Path,
    progress: &'o Arc<LoadProgress>,
    remote: Remote,
    /// The index in `files` of each file that was read.
    known: FxHashMap<Key, usize>,
    files: Vec<Arc<File>>,
    /// Files by index and namespace.
    seen: FxHashSet<(usize, Text)>,
    included: Vec<IncludedFile>,
}

/// A file whose includes are being followed.
struct Visit {
    file: Arc<File>,
    location: Location,
    /// The next item of its project.
    next: usize,
}

/// A file that was read, perhaps before.
struct Read {
    index: usize,
    first_time: bool,
}

/// How long the loader works without letting others run.
const TURN: Duration = Duration::from_millis(1);

impl Includer<'_> {
    async fn run(
        &mut self,
        main: &Arc<File>,
        found: &Found,
        notes: &mut Notes,
    ) -> Result<(), ResolveError> {
        let includes = |item: &ProjectItem| matches!(item, ProjectItem::Include(_));
        if !items(main).iter().any(includes) {
            return Ok(());
        }
        if let Ok(path) = fs::canonicalize(&found.path) {
            self.known.insert(Key::Local(path), 0);
            self.files.push(main.clone());
        }
        let mut open = vec![Visit {
            file: main.clone(),
            location: Location::Local(found.path.clone()),
            next: 0,
        }];
        let mut turn = Instant::now();
        while let Some(visit) = open.last_mut() {
            let Some(item) = items(&visit.file).get(visit.next) else {
                open.pop();
                continue;
            };
            visit.next += 1;
            let ProjectItem::Include(include) = item else {
                continue;
            };
            if turn.elapsed() > TURN {
                tokio::task::yield_now().await;
                turn = Instant::now();
            }
            let next = self
                .include(&visit.file, include, &visit.location, notes)
                .await?;
            open.extend(next);
        }
        Ok(())
    }

    /// Follows one include; gives the file whose includes come next. Those of a file that was seen
    /// before under another name would lead to the same files again.
    async fn include(
        &mut self,
        including: &Arc<File>,
        include: &Include,
        from: &Location,
        notes: &mut Notes,
    ) -> Result<Option<Visit>, ResolveError> {
        let written = &include.path;
        let error = |message: String| {
            ResolveError::at(Diagnostic::new(&including.source, include.span, message))
        };
        let location = from
            .of_include(written, self.start_dir)
            .map_err(|reason| error(format!("cannot include '{written}': {reason}")))?;
        let read = match self.read(&location, written, notes).await {
            Ok(read) => read,
            Err(Trouble::Reason(reason)) => {
                return Err(error(format!("cannot include '{written}': {reason}")));
            }
            Err(Trouble::Remote(trouble)) => {
                let message = format!("cannot include '{written}': {}", trouble.reason);
                let diagnostic = Diagnostic::new(&including.source, include.span, message);
                return Err(ResolveError::at(diagnostic.with_help(trouble.help)));
            }
            Err(Trouble::Load(error)) => return Err(error),
        };
        let Some(file) = self.files.get(read.index).cloned() else {
            return Ok(None);
        };
        let Some(project) = &file.project else {
            return Err(error(format!(
                "cannot include '{written}': it has no project declaration"
            )));
        };
        let namespace = include
            .namespace
            .clone()
            .unwrap_or_else(|| project.name.clone());
        if namespace.is_empty() {
            let diagnostic = Diagnostic::new(
                &including.source,
                include.span,
                format!("cannot include '{written}': the name of its project is empty"),
            );
            return Err(ResolveError::at(
                diagnostic.with_help("name a namespace: include … as NAME"),
            ));
        }
        if !self.seen.insert((read.index, namespace.clone())) {
            return Ok(None);
        }
        tell(&file, project, &namespace, include, &mut notes.lines);
        self.included.push(IncludedFile {
            namespace,
            path: written.clone(),
            selectors: include.selectors,
            file: file.clone(),
        });
        Ok(read.first_time.then_some(Visit {
            file,
            location,
            next: 0,
        }))
    }

    async fn read(
        &mut self,
        location: &Location,
        written: &Text,
        notes: &mut Notes,
    ) -> Result<Read, Trouble> {
        let key = match location {
            Location::Local(path) => Key::Local(fs::canonicalize(path).map_err(Unreadable::from)?),
            Location::Remote(address) => Key::Remote(address.key()),
        };
        if let Some(&index) = self.known.get(&key) {
            return Ok(Read {
                index,
                first_time: false,
            });
        }
        let name = location.name(written, self.start_dir);
        let source = match location {
            Location::Local(path) => read::source(path, &name, self.progress).await?,
            Location::Remote(address) => {
                self.progress.begin(&name, 0);
                let bytes = self.remote.bytes(address, written, notes).await;
                let bytes = bytes.map_err(Trouble::Remote)?;
                self.progress.read(bytes.len() as u64);
                read::text(&name, bytes)?
            }
        };
        let file = read::parse_source(source, self.progress)
            .await
            .map_err(|error| Trouble::Load(with_path(error, &name, written)))?;
        let index = self.files.len();
        self.files.push(file);
        self.known.insert(key, index);
        Ok(Read {
            index,
            first_time: true,
        })
    }
}

/// Why an include ends the run.
enum Trouble {
    /// A reason to be told at the place of the include.
    Reason(String),
    /// The same of a remote file.
    Remote(NotFetched),
    /// What is wrong inside the file.
    Load(ResolveError),
}

impl From<Unreadable> for Trouble {
    fn from(error: Unreadable) -> Self {
        match error {
            Unreadable::Reason(reason) => Self::Reason(reason),
            other => Self::Load(other.explain(|reason| reason)),
        }
    }
}

/// Adds the path of the include where the name of the file does not show it.
fn with_path(error: ResolveError, name: &str, written: &str) -> ResolveError {
    let ResolveError::Diagnostics(mut all) = error else {
        return error;
    };
    if name != written
        && let Some(first) = all.first_mut()
    {
        first
            .message
            .push_str(&format!(" (included as '{written}')"));
    }
    ResolveError::Diagnostics(all)
}

fn items(file: &File) -> &[ProjectItem] {
    file.project.as_ref().map_or(&[], |project| &project.items)
}

/// The lines of `--verbose` about one include.
fn tell(
    file: &File,
    project: &Project,
    namespace: &str,
    include: &Include,
    lines: &mut Vec<String>,
) {
    let Selectors {
        snippets,
        templates,
        tasks,
    } = include.selectors;
    let mut loaded =
        |what: &str, name: &str| lines.push(format!("  ✓  Loaded {what}: {namespace}.{name}"));
    for item in &project.items {
        match item {
            ProjectItem::Setting(setting) => loaded("setting", &setting.key),
            ProjectItem::Parameter(parameter) => loaded("parameter", &parameter.name),
            ProjectItem::Snippet(snippet) if snippets => loaded("snippet", &snippet.name),
            _ => {}
        }
    }
    for template in file.templates.iter().filter(|_| templates) {
        loaded("template", &template.name);
    }
    for task in file.tasks.iter().filter(|_| tasks) {
        loaded("task", &task.name);
    }
    lines.push(format!(
        "✓  Included {} as namespace '{namespace}'",
        include.path
    ));
}

#[cfg(test)]
mod tests;
