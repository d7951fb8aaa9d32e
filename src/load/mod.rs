//! Finding and reading files: the task file, what it includes, and the user's own files.
//!
//! [`discover`] says which file is meant, [`parse`] reads and parses it, [`program`] reads what it
//! includes.
//!
//! *Invariant:* starts no process and prints nothing. Dropping a future of this module ends what it
//! started.

pub mod discovery;
mod include;
mod location;
pub mod places;
mod progress;
mod read;
pub mod remote;

use std::path::PathBuf;
use std::sync::Arc;

pub use discovery::{Found, discover, find};
pub use places::Places;
pub use progress::LoadProgress;
pub use read::{parse, read};

use crate::ast::{Ast, File};
use crate::resolve::{Program, ResolveError};
use crate::source::SourceFile;

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

/// A loaded program, and what the user should read about its includes.
#[derive(Debug)]
pub struct Loaded {
    /// The program.
    pub program: Program,
    /// Lines for a verbose run.
    pub lines: Vec<String>,
    /// Lines for standard error, verbose or not: an old copy stands for a remote file.
    pub warnings: Vec<String>,
}

/// What is to be told about loading.
#[derive(Debug, Default)]
struct Notes {
    lines: Vec<String>,
    warnings: Vec<String>,
}

/// The includes of a parsed file, and the whole program; the declarations of included files are
/// checked, those of the main file were.
///
/// # Errors
/// An include that cannot be read, does not parse, or has no project; wrong declarations in one.
pub async fn program(
    main: Arc<File>,
    found: &Found,
    options: &LoadOptions,
    progress: &Arc<LoadProgress>,
) -> Result<Loaded, ResolveError> {
    let mut notes = Notes::default();
    let includes = include::includes(&main, found, options, progress, &mut notes).await?;
    let program = Program::new(Arc::new(Ast { main, includes }));
    program.check_includes()?;
    Ok(Loaded {
        program,
        lines: notes.lines,
        warnings: notes.warnings,
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
