//! Text and positions: the source file, spans in it, and the messages that point at them.
//!
//! *Invariant:* pure. No input or output, no clock, and no panic on any text.

pub mod diagnostic;
mod line_index;
mod printable;
mod span;
mod text;

use std::fmt;
use std::sync::{Arc, OnceLock};

pub use diagnostic::Diagnostic;
pub use line_index::{LineIndex, Location};
pub use printable::printable;
pub use span::{Span, with_origin, with_positions};
pub use text::Text;

/// A source file: its name as it is shown in messages, and its whole text.
///
/// Positions are byte offsets of 32 bits; [`SourceFile::new`] refuses a longer text.
#[derive(Default)]
pub struct SourceFile {
    name: String,
    text: Arc<String>,
    lines: OnceLock<LineIndex>,
}

impl fmt::Debug for SourceFile {
    // The text may have megabytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile")
            .field("name", &self.name)
            .field("bytes", &self.text.len())
            .finish()
    }
}

impl SourceFile {
    /// The longest text that a file may have, in bytes.
    pub const MAX_BYTES: usize = u32::MAX as usize - 1;

    /// Wraps `text` under `name`; `None` when the text is longer than [`SourceFile::MAX_BYTES`].
    pub fn new(name: impl Into<String>, text: String) -> Option<Arc<Self>> {
        (text.len() <= Self::MAX_BYTES).then(|| {
            Arc::new(Self {
                name: name.into(),
                text: Arc::new(text),
                lines: OnceLock::new(),
            })
        })
    }

    /// The name as it was found or given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The part of the text that `span` covers; empty for a span of another file.
    pub fn slice(&self, span: Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// The part of the text that `span` covers, shared and not copied.
    pub fn share(&self, span: Span) -> Text {
        Text::slice(&self.text, span.start as usize, span.end as usize)
    }

    /// Line and column of a byte offset.
    pub fn location(&self, offset: u32) -> Location {
        self.line_index().location(&self.text, offset)
    }

    /// The text of a line (from 1), without its line end.
    pub fn line(&self, line: u32) -> &str {
        self.line_index().line(&self.text, line)
    }

    fn line_index(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }
}
