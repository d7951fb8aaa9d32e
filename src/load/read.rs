//! Reading a file to its end as text, and parsing it.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use super::LoadProgress;
use super::progress::aside;
use crate::ast::File;
use crate::parser;
use crate::resolve::ResolveError;
use crate::source::{Diagnostic, SourceFile, Span};
use crate::value::os_reason;

/// A file up to this size, in bytes, is read and parsed where it is asked for: some milliseconds.
/// Beyond it a thread of its own does it, so that the memory monitor goes on.
const SMALL: u64 = 1024 * 1024;
/// How much is read between two looks at the stop flag, in bytes.
const CHUNK: u64 = 256 * 1024;

/// Reads and parses a file; `shown` is how messages name it.
///
/// # Errors
/// A file that cannot be read, that is no text, or that does not parse.
pub async fn parse(
    path: &Path,
    shown: &str,
    progress: &Arc<LoadProgress>,
) -> Result<Arc<File>, ResolveError> {
    let source = source(path, shown, progress).await;
    let source = source.map_err(|error| error.explain(|reason| unreadable(shown, &reason)))?;
    let file = parse_source(source, progress).await;
    progress.finish();
    file
}

/// Reads a file as text, on this thread.
///
/// # Errors
/// A file that is missing, a folder, unreadable, too long, or no UTF-8 (with line and column).
pub fn read(path: &Path, shown: &str) -> Result<Arc<SourceFile>, ResolveError> {
    let read = || {
        let size = size(path)?.len();
        text(shown, whole(path, size, &LoadProgress::default())?)
    };
    read().map_err(|error: Unreadable| error.explain(|reason| unreadable(shown, &reason)))
}

fn unreadable(shown: &str, reason: &str) -> String {
    format!("cannot read task file '{shown}': {reason}")
}

/// Why a file cannot be read.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// The system's reason, or what the file is.
    Reason(String),
    /// It is no text.
    Text(Box<Diagnostic>),
    /// Loading was stopped.
    Stopped,
}

impl Unreadable {
    /// The error, a bare reason made a message.
    pub(super) fn explain(self, message: impl FnOnce(String) -> String) -> ResolveError {
        match self {
            Self::Reason(reason) => ResolveError::Message(message(reason)),
            Self::Text(diagnostic) => ResolveError::at(*diagnostic),
            Self::Stopped => stopped(),
        }
    }
}

fn stopped() -> ResolveError {
    ResolveError::Message("loading was stopped".to_owned())
}

impl From<std::io::Error> for Unreadable {
    fn from(error: std::io::Error) -> Self {
        Self::Reason(os_reason(&error))
    }
}

/// Reads the text of `path`, which messages call `name`.
pub(super) async fn source(
    path: &Path,
    name: &str,
    progress: &Arc<LoadProgress>,
) -> Result<Arc<SourceFile>, Unreadable> {
    let metadata = size(path)?;
    progress.begin(name, metadata.len());
    // A pipe or a terminal may keep its reader waiting.
    if metadata.is_file() && metadata.len() <= SMALL {
        return text(name, whole(path, metadata.len(), progress)?);
    }
    let (path, name) = (path.to_owned(), name.to_owned());
    aside(progress, move |progress| {
        text(&name, whole(&path, metadata.len(), progress)?)
    })
    .await
    .unwrap_or_else(|| Err(Unreadable::Reason("the reader failed".to_owned())))
}

/// What is known of a file before it is opened; folders are refused.
fn size(path: &Path) -> Result<fs::Metadata, Unreadable> {
    let metadata = fs::metadata(path)?;
    match metadata.is_dir() {
        true => Err(Unreadable::Reason("it is a folder".to_owned())),
        false => Ok(metadata),
    }
}

fn whole(path: &Path, size: u64, progress: &LoadProgress) -> Result<Vec<u8>, Unreadable> {
    let mut file = fs::File::open(path)?;
    let mut bytes = Vec::new();
    if size > SourceFile::MAX_BYTES as u64 {
        return Err(too_long());
    }
    bytes
        .try_reserve_exact(size as usize)
        .map_err(|_| Unreadable::Reason("not enough memory".to_owned()))?;
    loop {
        if progress.stopped() {
            return Err(Unreadable::Stopped);
        }
        if file.by_ref().take(CHUNK).read_to_end(&mut bytes)? == 0 {
            break;
        }
        if bytes.len() > SourceFile::MAX_BYTES {
            return Err(too_long());
        }
        progress.read(bytes.len() as u64);
    }
    Ok(bytes)
}

fn too_long() -> Unreadable {
    Unreadable::Reason("it is longer than 4 GiB".to_owned())
}

/// Bytes as the text of a source file.
pub(super) fn text(name: &str, bytes: Vec<u8>) -> Result<Arc<SourceFile>, Unreadable> {
    match String::from_utf8(bytes) {
        Ok(text) => SourceFile::new(name, text).ok_or_else(too_long),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            Err(not_utf8(name, error.into_bytes(), at))
        }
    }
}

/// The message about a byte that is no UTF-8. The text is cut behind its line: no more is shown,
/// and a second copy of a huge file would cost its size again.
fn not_utf8(name: &str, mut bytes: Vec<u8>, at: usize) -> Unreadable {
    let rest = bytes.get(at..).unwrap_or_default();
    let line_end = memchr::memchr(b'\n', rest).map_or(bytes.len(), |end| at + end);
    let tail = String::from_utf8_lossy(bytes.get(at..line_end).unwrap_or_default()).into_owned();
    bytes.truncate(at);
    let mut text = String::from_utf8(bytes).unwrap_or_default();
    text.push_str(&tail);
    let Some(file) = SourceFile::new(name, text) else {
        return too_long();
    };
    let span = Span::new(at as u32, at as u32 + 1);
    let diagnostic = Diagnostic::new(&file, span, "the file is not valid UTF-8 here")
        .with_help("save the file as UTF-8");
    Unreadable::Text(Box::new(diagnostic))
}

/// Parses a text.
pub(super) async fn parse_source(
    source: Arc<SourceFile>,
    progress: &Arc<LoadProgress>,
) -> Result<Arc<File>, ResolveError> {
    let parsed = if source.text().len() as u64 <= SMALL {
        parser::parse(&source, &progress.parser)
    } else {
        let work = move |progress: &LoadProgress| parser::parse(&source, &progress.parser);
        aside(progress, work)
            .await
            .ok_or_else(|| ResolveError::Message("the parser failed".to_owned()))?
    };
    match parsed {
        Ok(file) => Ok(Arc::new(file)),
        Err(errors) if errors.is_empty() => Err(stopped()),
        Err(errors) => Err(ResolveError::Diagnostics(errors)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_shown_with_their_place() {
        let Err(Unreadable::Text(diagnostic)) = text(
            "spec.drun",
            b"version: 2.0\n# \xc3\xa4 \xff b\nrest \xff".to_vec(),
        ) else {
            panic!("taken as text");
        };
        let shown = diagnostic.render();
        assert!(shown.contains("--> spec.drun:2:5\n"), "{shown}");
        assert!(shown.contains("# ä \u{fffd} b\n"), "{shown}");
        assert!(!shown.contains("rest"), "{shown}");
    }

    #[tokio::test]
    async fn a_large_file_is_parsed_aside_and_a_drop_stops_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large.drun");
        let mut text = String::from("version: 2.0\n");
        for number in 0..60_000 {
            text.push_str(&format!("task \"t{number}\":\n  info \"hello\"\n"));
        }
        fs::write(&path, &text).unwrap();
        let progress = Arc::new(LoadProgress::default());
        let source = source(&path, "large.drun", &progress).await.unwrap();
        let (name, bytes, _) = progress.now().unwrap();
        assert_eq!((name.as_str(), bytes), ("large.drun", text.len() as u64));
        let file = parse_source(source.clone(), &progress).await.unwrap();
        assert_eq!(file.tasks.len(), 60_000);
        // Polled once, then dropped.
        let mut pending = Box::pin(parse_source(source, &progress));
        assert!(futures_poll(&mut pending).is_none());
        drop(pending);
        assert!(progress.stopped());
    }

    fn futures_poll<F: Future>(future: &mut std::pin::Pin<Box<F>>) -> Option<F::Output> {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(done) => Some(done),
            std::task::Poll::Pending => None,
        }
    }
}
