//! Long lists of statements: most of them stay text, so that the tree is never many times as large as
//! the file.

use std::sync::{Mutex, Weak};

use super::cursor::Cursor;
use super::task::{Body, IN_A_FILE};
use crate::ast::{Block, Excerpt, Stmt};
use crate::source::Span;

/// The weight of statements in a row that stay in the tree (see [`Cursor::weight`]): a thousand lines
/// or so.
const IN_A_ROW: u32 = 4096;
/// How deep blocks are usually nested at the most.
const USUAL: u32 = 8;

/// The statements of a block while it is read.
#[derive(Default)]
pub(super) struct Statements {
    list: Vec<Stmt>,
    /// The run of statements that may yet become an excerpt; `None` while none was read, or when the
    /// list is to be kept as it is.
    run: Option<Run>,
    /// Nothing is left as text: an excerpt is being read.
    is_reading: bool,
}

/// Statements in a row.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// The index of the first.
    first: usize,
    /// Where it begins, and how deep its block is indented.
    start: u32,
    width: u32,
    /// The weights before it.
    weight: u32,
    kept: u32,
}

impl Statements {
    /// Adds what `parse` reads at the cursor.
    pub(super) fn read<E>(
        &mut self,
        cursor: &mut Cursor<'_>,
        parse: impl FnOnce(&mut Cursor<'_>) -> Result<Stmt, E>,
    ) -> Result<(), E> {
        let (weight, kept) = cursor.weight();
        let run = *self.run.get_or_insert(Run {
            first: self.list.len(),
            start: cursor.token().span.start,
            width: cursor.block_width(),
            weight,
            kept,
        });
        self.list.push(parse(cursor)?);
        // Blocks inside of others may have a row each at a time.
        let most = IN_A_ROW / (cursor.depth() / USUAL + 1);
        if cursor.weight().0 - run.weight >= most {
            self.leave_as_text(cursor);
        }
        Ok(())
    }

    /// The whole block.
    pub(super) fn finish(self) -> Block {
        self.list.into()
    }

    /// The whole body of a snippet or a hook.
    pub(super) fn finish_declared(mut self, cursor: &mut Cursor<'_>) -> Block {
        // A project has to leave room for what cannot stay text.
        if cursor.weight().1 > IN_A_FILE / 4 {
            self.leave_as_text(cursor);
        }
        self.finish()
    }

    /// Makes an excerpt of the statements in a row.
    fn leave_as_text(&mut self, cursor: &mut Cursor<'_>) {
        let Some((run, source)) = self.run.take().zip(cursor.file()) else {
            return;
        };
        let row = self.list.get(run.first..).unwrap_or_default();
        if self.is_reading {
            return;
        }
        let excerpt = Excerpt {
            source: source.clone(),
            span: cursor.span_from(run.start),
            count: row.len() as u32,
            width: run.width,
            requires_tools: row
                .iter()
                .any(|statement| matches!(statement, Stmt::RequiresTools(_))),
            parse,
            tree: Mutex::new(Weak::new()),
        };
        self.list.truncate(run.first);
        self.list.push(Stmt::Excerpt(Box::new(excerpt)));
        cursor.forget(run.kept);
    }
}

/// Reads an excerpt again. It was read before without a mistake, and from its first token on nothing
/// depends on what stands before it, but for the width of its block.
fn parse(excerpt: &Excerpt) -> Block {
    let Span { start, end } = excerpt.span;
    let mut cursor = Cursor::again(&excerpt.source, start as usize, Some(excerpt.width));
    let mut body = Body::default();
    body.statements.is_reading = true;
    while cursor.token().span.start < end && body.item(&mut cursor).is_ok() {}
    let block = body.statements.finish();
    debug_assert_eq!(
        block.len(),
        excerpt.count as usize,
        "an excerpt reads the same twice"
    );
    block
}

#[cfg(test)]
mod tests;
