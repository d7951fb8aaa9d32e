//! Status statements.

use super::cursor::{Cursor, Failed};
use super::template::template;
use crate::ast::{Status, StatusWord};
use crate::syntax::Kind;

pub(super) fn status(cursor: &mut Cursor<'_>) -> Result<Status, Failed> {
    let word = match cursor.word() {
        "info" => StatusWord::Info,
        "warn" => StatusWord::Warn,
        "warning" => StatusWord::Warning,
        "error" => StatusWord::Error,
        "success" => StatusWord::Success,
        "echo" => StatusWord::Echo,
        "fail" => StatusWord::Fail,
        _ => StatusWord::Step,
    };
    let start = cursor.bump().span.start;
    if word == StatusWord::Fail {
        if cursor.on_same_line() && cursor.at_word("with") {
            cursor.bump();
        } else if !cursor.at(Kind::Text) {
            return Ok(Status {
                span: cursor.span_from(start),
                word,
                message: None,
                break_before: false,
                break_after: false,
            });
        }
    }
    let text = cursor.expect(Kind::Text, "a text in quotes")?;
    let mut status = Status {
        span: cursor.span_from(start),
        word,
        message: Some(template(&cursor.value(text), text.span)),
        break_before: false,
        break_after: false,
    };
    while cursor.at_word("add") {
        if word != StatusWord::Step {
            return Err(cursor.unexpected_with_help(
                "the next statement",
                Some("only `step` has `add line break`"),
            ));
        }
        cursor.bump();
        cursor.expect_word("line")?;
        cursor.expect_word("break")?;
        match cursor.word() {
            "before" => status.break_before = true,
            "after" => status.break_after = true,
            _ => return Err(cursor.unexpected("`before` or `after`")),
        }
        cursor.bump();
    }
    status.span = cursor.span_from(start);
    Ok(status)
}
