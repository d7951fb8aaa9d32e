//! Where a cursor begins: in a file, in a placeholder, at what was read before.

use std::sync::Arc;

use super::super::nesting::{Inside, Nesting};
use super::super::progress::Progress;
use super::{AHEAD, Cursor};
use crate::source::{SourceFile, Span, Text};
use crate::syntax::{Indentation, Lexer, Mode};

impl<'s> Cursor<'s> {
    /// At the first token of a file.
    pub fn new(file: &'s Arc<SourceFile>, progress: &'s Progress) -> Self {
        let all = Span::new(0, file.text().len() as u32);
        let mut cursor = Self::over(file.text(), file.share(all), Mode::File);
        cursor.file = Some(file);
        cursor.progress = Some(progress);
        cursor.next_look = Progress::STRIDE;
        cursor
    }

    /// At the first token of the inside of a placeholder. Spans are offsets in `text`, and messages
    /// are dropped.
    pub(in crate::parser) fn placeholder(text: &'s Text, inside: Inside<'s>) -> Self {
        let mut cursor = Self::over(text, text.clone(), Mode::Placeholder);
        cursor.nesting = Nesting::inside(inside.levels());
        cursor.work = Some(inside.work());
        cursor
    }

    /// At a place of a file that was read before. `block` is the width of the block that it stands in;
    /// without one it is the start of a line.
    pub(in crate::parser) fn again(
        file: &'s Arc<SourceFile>,
        position: usize,
        block: Option<u32>,
    ) -> Self {
        let mut lexer = Lexer::new(file.text(), Mode::File);
        lexer.seek(position, block.is_none());
        let all = Span::new(0, file.text().len() as u32);
        let mut cursor = Self::at_first(lexer, file.share(all), Mode::File);
        cursor.file = Some(file);
        cursor.previous_end = position as u32;
        if let Some(width) = block {
            cursor.indentation.open(width);
        }
        cursor.settle();
        cursor
    }

    /// At byte `start` of a file, in a list: lines and indentation mean nothing.
    pub(in crate::parser) fn list(text: &'s Text, start: usize) -> Self {
        let mut lexer = Lexer::new(text, Mode::File);
        lexer.seek(start, false);
        let mut cursor = Self::at_first(lexer, text.clone(), Mode::File);
        cursor.brackets = 1;
        cursor.settle();
        cursor
    }

    fn over(text: &'s str, base: Text, mode: Mode) -> Self {
        Self::at_first(Lexer::new(text, mode), base, mode)
    }

    fn at_first(mut lexer: Lexer<'s>, base: Text, mode: Mode) -> Self {
        let first = lexer.next_token();
        let mut cursor = Self {
            lexer,
            base,
            file: None,
            ahead: [first; AHEAD],
            known: 1,
            kind: first.kind,
            previous_end: 0,
            indentation: Indentation::default(),
            // A placeholder has no blocks, so its lines mean as little as those of a list.
            brackets: u32::from(mode == Mode::Placeholder),
            nesting: Nesting::default(),
            work: None,
            errors: Vec::new(),
            progress: None,
            next_look: usize::MAX,
            stopped: false,
            at_item: true,
            taken: 0,
            kept: 0,
        };
        cursor.settle();
        cursor
    }
}
