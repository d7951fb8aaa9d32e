//! A folder, a home and a report for tests.

use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use super::Settings;
use super::context::Context;
use crate::load::{LoadProgress, Places};
use crate::memory::limits::Limits;
use crate::process::Supervisor;
use crate::report::{Report, Written};

/// What a command works with, of its own.
pub(super) struct Fixture {
    places: Places,
    settings: Settings,
    report: Report,
    written: Written,
    loading: Arc<LoadProgress>,
    limits: Limits,
    supervisor: Supervisor,
    _folders: [TempDir; 2],
}

impl Default for Fixture {
    fn default() -> Self {
        let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let [here, home] = folders.each_ref().map(|folder| {
            // As the system names the current folder.
            folder.path().canonicalize().unwrap()
        });
        let (report, written) = Report::memory();
        Self {
            places: Places {
                start_dir: here,
                home: Some(home),
            },
            settings: Settings::default(),
            report,
            written,
            loading: Arc::default(),
            limits: Limits::default(),
            supervisor: Supervisor::new(),
            _folders: folders,
        }
    }
}

impl Fixture {
    /// With a file in the folder.
    pub(super) fn with(name: &str, text: &str) -> Self {
        let fixture = Self::default();
        std::fs::write(fixture.here().join(name), text).unwrap();
        fixture
    }

    /// The folder.
    pub(super) fn here(&self) -> &Path {
        &self.places.start_dir
    }

    /// What a command gets.
    pub(super) fn context(&self) -> Context<'_> {
        Context {
            settings: &self.settings,
            places: &self.places,
            report: &self.report,
            loading: &self.loading,
            limits: &self.limits,
            supervisor: &self.supervisor,
        }
    }

    /// The lines that were printed.
    pub(super) fn lines(&self) -> Vec<String> {
        // Writes what waits, which an in-memory report does without waiting.
        self.report.error_text("");
        self.written.out().lines().map(str::to_owned).collect()
    }
}
