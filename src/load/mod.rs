//! Finding and reading files: the task file, what it includes, and the user's own files.

pub mod discovery;
mod include;
pub mod places;
mod read;
pub mod remote;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

pub use discovery::{Found, discover};
pub use places::Places;
pub use read::{parse, read};

use crate::ast::{Ast, File};
use crate::parser::Progress;
use crate::resolve::{Program, ResolveError};
use crate::source::SourceFile;

/// What is being loaded, for whoever watches.
#[derive(Debug, Default)]
pub struct LoadProgress {
    current: Mutex<Option<(String, u64, Arc<Progress>)>>,
    stop: AtomicBool,
}

impl LoadProgress {
    /// File, its size in bytes, and how many of them were parsed; `None` when nothing is loaded.
    pub fn now(&self) -> Option<(String, u64, u64)> {
        let current = self.current.try_lock().ok()?;
        let (file, bytes, progress) = current.as_ref()?;
        Some((
            file.clone(),
            *bytes,
            progress.parsed.load(Ordering::Relaxed).into(),
        ))
    }

    /// Asks a parse to end early.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Ok(current) = self.current.try_lock()
            && let Some((_, _, progress)) = current.as_ref()
        {
            progress.stop.store(true, Ordering::Relaxed);
        }
    }

    fn begin(&self, file: &str, bytes: u64) -> Arc<Progress> {
        let progress = Arc::new(Progress::default());
        progress
            .stop
            .store(self.stop.load(Ordering::Relaxed), Ordering::Relaxed);
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Some((file.to_owned(), bytes, progress.clone()));
        progress
    }

    fn end(&self) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// How a program is loaded.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// The folder in which the program was started.
    pub start_dir: PathBuf,
    /// The home folder: the cache of remote files lies below it.
    pub home: Option<PathBuf>,
    /// Neither reads nor writes the cache.
    pub no_cache: bool,
}

/// A loaded program, and what a verbose run prints of its includes.
#[derive(Debug)]
pub struct Loaded {
    /// The program.
    pub program: Program,
    /// Lines for a verbose run.
    pub lines: Vec<String>,
}

/// The includes of a parsed file, and the whole program.
///
/// # Errors
/// An include that cannot be read, does not parse, or has no project.
pub async fn program(
    main: Arc<File>,
    found: &Found,
    options: &LoadOptions,
    progress: &LoadProgress,
) -> Result<Loaded, ResolveError> {
    let (includes, lines) = include::includes(&main, found, options, progress).await?;
    let ast = Arc::new(Ast { main, includes });
    Ok(Loaded {
        program: Program::new(ast),
        lines,
    })
}

/// A file that holds a text given on the command line.
///
/// # Errors
/// A text that is too long.
pub fn text(name: &str, text: String) -> Result<Arc<SourceFile>, ResolveError> {
    SourceFile::new(name, text)
        .ok_or_else(|| ResolveError::Message(format!("'{name}' is longer than 4 GiB")))
}
