//! Status statements.

use super::cursor::{Cursor, Failed};
use super::text;
use crate::ast::{Status, StatusWord, Stmt};

/// `info "…"`, `fail with "…"`, `step "…" add line break before`.
pub(super) fn status(cursor: &mut Cursor<'_>, word: StatusWord) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    let message = if word == StatusWord::Fail && !cursor.accept_word("with") {
        text::accept_interpolated(cursor)?
    } else {
        Some(text::interpolated(cursor, "a text")?)
    };
    let mut status = Status {
        span: cursor.span_from(start),
        word,
        message,
        break_before: false,
        break_after: false,
    };
    while word == StatusWord::Step && cursor.at_word("add") {
        line_break(cursor, &mut status)?;
        status.span = cursor.span_from(start);
    }
    Ok(Stmt::Status(Box::new(status)))
}

/// `add line break before`, `add line break after`.
fn line_break(cursor: &mut Cursor<'_>, status: &mut Status) -> Result<(), Failed> {
    cursor.bump();
    cursor.expect_word("line")?;
    cursor.expect_word("break")?;
    match cursor.word() {
        "before" => status.break_before = true,
        "after" => status.break_after = true,
        _ => return Err(cursor.unexpected("`before` or `after`")),
    }
    cursor.bump();
    Ok(())
}
