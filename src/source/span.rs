//! Spans: half-open ranges of byte offsets, and how they are written into a dump.

use std::cell::RefCell;
use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::SourceFile;

/// A half-open range of byte offsets in one source file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` up to `end`.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }
}

thread_local! {
    static POSITIONS: RefCell<Option<Arc<SourceFile>>> = const { RefCell::new(None) };
}

/// Serialises inside `work` with the line and column that `file` gives to each span.
///
/// Spans are offsets, so a tree can only be written with lines while its file is known; a tree
/// holds spans of one file, so the file is set once around it.
pub fn with_positions<R>(file: &Arc<SourceFile>, work: impl FnOnce() -> R) -> R {
    let before = POSITIONS.with(|slot| slot.replace(Some(file.clone())));
    let result = work();
    POSITIONS.with(|slot| slot.replace(before));
    result
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let location =
            POSITIONS.with_borrow(|file| file.as_ref().map(|file| file.location(self.start)));
        let mut map = serializer.serialize_map(None)?;
        if let Some(location) = location {
            map.serialize_entry("line", &location.line)?;
            map.serialize_entry("column", &location.column)?;
        }
        map.serialize_entry("start", &self.start)?;
        map.serialize_entry("end", &self.end)?;
        map.end()
    }
}
