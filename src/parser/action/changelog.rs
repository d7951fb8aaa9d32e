//! `promote changelog`.

use super::super::cursor::{Cursor, Failed};
use super::line::{accept_on_line, text_on_line, word_on_line};
use crate::ast::Stmt;
use crate::ast::action::Changelog;

/// `promote changelog "FILE" to version "1.2.3" [on "2024-05-06"]`.
pub(in crate::parser) fn promote(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    word_on_line(cursor, "changelog")?;
    let target = text_on_line(cursor, "a path in double quotes")?;
    word_on_line(cursor, "to")?;
    word_on_line(cursor, "version")?;
    let version = text_on_line(cursor, "the version in double quotes")?;
    let date = match accept_on_line(cursor, "on") {
        true => Some(text_on_line(cursor, "the date in double quotes")?),
        false => None,
    };
    Ok(Stmt::Changelog(Box::new(Changelog {
        span: cursor.span_from(start),
        target,
        version,
        date,
    })))
}
