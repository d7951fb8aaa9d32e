//! What a command works with.

use std::path::PathBuf;
use std::sync::Arc;

use super::Settings;
use crate::ast::File;
use crate::load::{self, Found, LoadProgress, Places};
use crate::report::Report;
use crate::resolve::ResolveError;

/// What a command works with.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) settings: &'a Settings,
    pub(super) places: &'a Places,
    pub(super) report: &'a Report,
    pub(super) loading: &'a Arc<LoadProgress>,
}

impl Context<'_> {
    /// Prints a line.
    pub(super) fn say(&self, line: impl AsRef<str>) {
        self.report.line(line.as_ref());
    }

    /// A path as it was typed, from the current folder, without `.` and `..`.
    pub(super) fn absolute(&self, typed: &str) -> PathBuf {
        use std::path::Component;
        let mut path = PathBuf::new();
        for part in self.places.start_dir.join(typed).components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => {
                    path.pop();
                }
                part => path.push(part),
            }
        }
        path
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

/// An error that is a message.
pub(super) fn error<T>(message: impl Into<String>) -> Result<T, ResolveError> {
    Err(ResolveError::Message(message.into()))
}
