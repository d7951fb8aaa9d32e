//! Reading and parsing one task file.

use std::path::Path;
use std::sync::Arc;

use super::LoadProgress;
use crate::ast::File;
use crate::parser;
use crate::resolve::ResolveError;
use crate::source::{Diagnostic, SourceFile, Span};
use crate::value::os_reason;

/// A file larger than this is read and parsed on a thread of its own, so that the monitor beside it
/// goes on. In bytes; a smaller one takes some milliseconds.
const INLINE: u64 = 1 << 20;

/// Reads and parses a file; `shown` is how messages name it.
///
/// # Errors
/// A file that cannot be read, that is no text, or that does not parse.
pub async fn parse(
    path: &Path,
    shown: &str,
    progress: &Arc<LoadProgress>,
) -> Result<Arc<File>, ResolveError> {
    let size = std::fs::metadata(path).map_or(0, |found| found.len());
    if size <= INLINE {
        return parse_now(path, shown, progress);
    }
    let (path, shown, progress) = (path.to_owned(), shown.to_owned(), progress.clone());
    let parsing = tokio::task::spawn_blocking(move || parse_now(&path, &shown, &progress));
    parsing
        .await
        .unwrap_or_else(|error| Err(ResolveError::Message(format!("loading failed: {error}"))))
}

fn parse_now(path: &Path, shown: &str, progress: &LoadProgress) -> Result<Arc<File>, ResolveError> {
    let source = read(path, shown)?;
    parse_source(&source, progress)
}

/// Parses a source file.
pub(super) fn parse_source(
    source: &Arc<SourceFile>,
    progress: &LoadProgress,
) -> Result<Arc<File>, ResolveError> {
    let watched = progress.begin(source.name(), source.text().len() as u64);
    let parsed = parser::parse(source, &watched);
    progress.end();
    match parsed {
        Ok(file) => Ok(Arc::new(file)),
        Err(errors) if errors.is_empty() => Err(ResolveError::Message(format!(
            "loading {} was stopped",
            source.name()
        ))),
        Err(errors) => Err(ResolveError::Diagnostics(errors)),
    }
}

/// Reads a file as text.
///
/// # Errors
/// A file that is missing, a folder, unreadable, too long, or no UTF-8 (with line and column).
pub fn read(path: &Path, shown: &str) -> Result<Arc<SourceFile>, ResolveError> {
    if path.is_dir() {
        return Err(ResolveError::Message(format!(
            "'{shown}' is a folder, not a task file"
        )));
    }
    let bytes = std::fs::read(path).map_err(|error| {
        ResolveError::Message(format!(
            "cannot read task file '{shown}': {}",
            os_reason(&error)
        ))
    })?;
    match String::from_utf8(bytes) {
        Ok(text) => super::text(shown, text),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let source = super::text(shown, text)?;
            let span = Span::new(valid as u32, valid as u32 + 1);
            Err(ResolveError::at(
                Diagnostic::new(&source, span, "these bytes are no UTF-8 text")
                    .with_help("save the file with the encoding UTF-8"),
            ))
        }
    }
}
