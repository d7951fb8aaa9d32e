//! Spans: half-open ranges of byte offsets, and how they are written into a dump.

use std::cell::RefCell;
use std::sync::Arc;

use memchr::{memchr_iter, memrchr};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Location, SourceFile, Text};

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
    static POSITIONS: RefCell<Option<Positions>> = const { RefCell::new(None) };
}

/// Finds the positions of offsets that mostly follow each other, each from the one before it. So
/// a tree of any size is written without an index of its lines, and a line of megabytes without
/// counting its characters for each node.
#[derive(Debug)]
struct Positions {
    file: Arc<SourceFile>,
    offset: usize,
    line_start: usize,
    at: Location,
    /// What has to be added to a span to find it in the file.
    origin: u32,
}

impl Positions {
    fn new(file: &Arc<SourceFile>) -> Self {
        Self {
            file: file.clone(),
            offset: 0,
            line_start: 0,
            at: Location { line: 1, column: 1 },
            origin: 0,
        }
    }

    fn locate(&mut self, offset: u32) -> Location {
        let text = self.file.text();
        let offset = text.floor_char_boundary((offset as usize).min(text.len()));
        let count = |from: usize, to: usize| {
            let part = text.get(from..to);
            part.map_or(0, |part| part.chars().count()) as u32
        };
        if offset < self.line_start {
            self.at = self.file.location(offset as u32);
            self.line_start = memrchr(b'\n', &text.as_bytes()[..offset]).map_or(0, |at| at + 1);
        } else if offset < self.offset {
            self.at.column -= count(offset, self.offset);
        } else {
            let passed = &text.as_bytes()[self.offset..offset];
            if let Some(last) = memrchr(b'\n', passed) {
                self.at.line += memchr_iter(b'\n', passed).count() as u32;
                self.line_start = self.offset + last + 1;
                self.at.column = 1 + count(self.line_start, offset);
            } else {
                self.at.column += count(self.offset, offset);
            }
        }
        self.offset = offset;
        self.at
    }
}

/// Serialises inside `work` with the line and column that `file` gives to each span.
///
/// Spans are offsets, so a tree can only be written with lines while its file is known; a tree
/// holds spans of one file, so the file is set once around it.
pub fn with_positions<R>(file: &Arc<SourceFile>, work: impl FnOnce() -> R) -> R {
    let before = POSITIONS.with(|slot| slot.replace(Some(Positions::new(file))));
    let result = work();
    POSITIONS.with(|slot| slot.replace(before));
    result
}

/// Serialises inside `work` spans that count from somewhere else than the start of the file: their byte
/// `at` is the first one of `text`, a part of the file.
pub fn with_origin<R>(text: &Text, at: u32, work: impl FnOnce() -> R) -> R {
    let set = |origin: u32| {
        POSITIONS.with_borrow_mut(|positions| {
            let positions = positions.as_mut()?;
            Some(std::mem::replace(&mut positions.origin, origin))
        })
    };
    let origin = POSITIONS.with_borrow(|positions| {
        let offset = text.offset_in(&positions.as_ref()?.file.text)?;
        offset.checked_sub(at)
    });
    let before = origin.and_then(set);
    let result = work();
    before.and_then(set);
    result
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut span = *self;
        let location = POSITIONS.with_borrow_mut(|positions| {
            let positions = positions.as_mut()?;
            span.start = span.start.saturating_add(positions.origin);
            span.end = span.end.saturating_add(positions.origin);
            Some(positions.locate(span.start))
        });
        let mut map = serializer.serialize_map(None)?;
        if let Some(location) = location {
            map.serialize_entry("line", &location.line)?;
            map.serialize_entry("column", &location.column)?;
        }
        map.serialize_entry("start", &span.start)?;
        map.serialize_entry("end", &span.end)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_found_forwards_and_backwards() {
        let text = "aé b\n\n  çd e\nlast".to_owned();
        let file = SourceFile::new("a.drun", text).unwrap();
        let mut positions = Positions::new(&file);
        let ends = 0..=file.text().len() as u32;
        for offset in ends
            .clone()
            .chain(ends.clone().rev())
            .chain([0, 9, 2, 12, 4, 17, 9])
        {
            assert_eq!(positions.locate(offset), file.location(offset), "{offset}");
        }
    }
}
