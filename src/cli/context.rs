//! What a command works with.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::Settings;
use crate::ast::File;
use crate::load::{self, Found, LoadProgress, Places};
use crate::memory::limits::Limits;
use crate::process::Supervisor;
use crate::report::Report;
use crate::resolve::ResolveError;

/// How much output may wait to be written, in bytes.
const PENDING: usize = 32 << 10;

/// What a command works with.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) settings: &'a Settings,
    pub(super) places: &'a Places,
    pub(super) report: &'a Report,
    pub(super) loading: &'a Arc<LoadProgress>,
    pub(super) limits: &'a Limits,
    pub(super) supervisor: &'a Supervisor,
}

impl Context<'_> {
    /// Prints a line.
    pub(super) fn say(&self, line: impl AsRef<str>) {
        self.report.line(line.as_ref());
    }

    /// Writes what was said once it is much. A long output must not pile up in memory; an error of
    /// writing is told at the end.
    pub(super) async fn breathe(&self) {
        if self.report.pending() > PENDING {
            let _ = self.report.flush().await;
        }
    }

    /// The current folder, as links and stateless folders name it.
    pub(super) fn here(&self) -> String {
        self.places.start_dir.display().to_string()
    }

    /// A folder as links and stateless folders name it: absolute, and without symbolic links as far
    /// as it exists, because that is how the system names the current folder.
    pub(super) fn folder(&self, typed: Option<&str>) -> String {
        let path = self.places.start_dir.join(typed.unwrap_or("."));
        let found = std::fs::canonicalize(&path).unwrap_or_else(|_| without_dots(&path));
        found.display().to_string()
    }

    /// The same, of a folder that has to exist.
    pub(super) fn existing_folder(&self, typed: Option<&str>) -> Result<String, ResolveError> {
        let folder = self.folder(typed);
        let shown = typed.unwrap_or(".");
        match std::fs::metadata(&folder) {
            Ok(found) if found.is_dir() => Ok(folder),
            Ok(_) => error(format!("'{shown}' is not a folder")),
            Err(_) => error(format!("folder '{shown}' does not exist")),
        }
    }

    /// A file that has to exist, absolute.
    pub(super) fn existing_file(&self, typed: &str) -> Result<PathBuf, ResolveError> {
        let path = without_dots(&self.places.start_dir.join(typed));
        match std::fs::metadata(&path) {
            Ok(found) if !found.is_dir() => Ok(path),
            Ok(_) => error(format!("'{typed}' is a folder, not a task file")),
            Err(_) => error(format!("task file '{typed}' does not exist")),
        }
    }

    /// The task file that is meant.
    pub(super) fn find(&self) -> Result<Found, ResolveError> {
        load::discover(self.settings.file.as_deref(), self.places)
    }

    /// Finds and parses the task file, with the lines of a verbose run.
    pub(super) async fn load(&self) -> Result<Arc<File>, ResolveError> {
        let found = self.find()?;
        let verbose = self.settings.verbose;
        if verbose {
            self.say(format!("📂  Loading: {}", found.shown));
            self.say("🔍  Parsing drun file...");
        }
        let file = load::parse(&found.path, &found.shown, self.loading).await?;
        if verbose {
            self.say("✅  Parsed successfully");
            self.say(match self.settings.no_cache {
                true => "💾 Remote include caching: disabled",
                false => "💾 Remote include caching: enabled (1m expiration)",
            });
        }
        Ok(file)
    }
}

/// The path without `.` and `..`, which are taken away from the text alone.
pub(super) fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// An error that is a message.
pub(super) fn error<T>(message: impl Into<String>) -> Result<T, ResolveError> {
    Err(ResolveError::Message(message.into()))
}
