//! Finding and reading files: task files, what they include, and the user's own files.
//!
//! [`find`] says which file is meant, [`file`] reads and parses it, [`includes`] reads what it
//! includes; [`program`] does the last two and checks everything.
//!
//! *Invariant:* starts no process and prints nothing; what the user should read is collected in
//! [`Notes`]. Dropping a future of this module ends what it started.

mod discovery;
mod error;
mod include;
mod location;
mod options;
pub mod places;
mod progress;
mod read;
pub mod remote;

use std::sync::Arc;

pub use discovery::{Found, Origin, SEARCHED, find};
pub use error::LoadError;
pub use include::includes;
pub use options::{Addresses, LoadOptions, Notes, Token};
pub use places::Places;
pub use progress::{Current, LoadProgress};

use crate::ast::{Ast, File};
use crate::resolve::{self, Program};

/// Reads and parses the file that was found.
///
/// # Errors
/// A file that cannot be read, is no text, or does not parse.
pub async fn file(found: &Found, options: &LoadOptions) -> Result<Arc<File>, LoadError> {
    let progress = &options.progress;
    let name = found.name();
    let source = read::source(&found.path, &name, progress)
        .await
        .map_err(|error| error.explain(|reason| format!("cannot read '{name}': {reason}")))?;
    let file = read::parse(source, progress).await;
    progress.finish();
    file
}

/// Reads and parses the file that was found and what it includes, and checks all declarations.
///
/// # Errors
/// Those of [`file`] and [`includes`], and wrong declarations.
pub async fn program(
    found: &Found,
    options: &LoadOptions,
    notes: &mut Notes,
) -> Result<Program, LoadError> {
    let main = file(found, options).await?;
    resolve::check(&main)?;
    let includes = includes(&main, found, options, notes).await?;
    let program = Program::new(Arc::new(Ast { main, includes }));
    program.check_includes()?;
    program.check_tools()?;
    Ok(program)
}
