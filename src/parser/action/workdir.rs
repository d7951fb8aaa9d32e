//! `use workdir` and `use snippet`.

use super::super::cursor::{Cursor, Failed};
use super::super::text;
use crate::ast::Stmt;
use crate::ast::action::{UseSnippet, UseWorkdir};

/// What stands after `use`.
pub(in crate::parser) fn use_statement(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    if cursor.accept_word("workdir") {
        let path = text::interpolated(cursor, "the folder as a text")?;
        let span = cursor.span_from(start);
        return Ok(Stmt::UseWorkdir(Box::new(UseWorkdir { span, path })));
    }
    if cursor.accept_word("snippet") {
        let name = text::plain(cursor, "the name of the snippet in double quotes")?;
        let span = cursor.span_from(start);
        return Ok(Stmt::UseSnippet(Box::new(UseSnippet { span, name })));
    }
    Err(cursor.unexpected("`workdir` or `snippet`"))
}
