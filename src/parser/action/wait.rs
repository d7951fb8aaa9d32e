//! `wait`.

use super::super::cursor::{Cursor, Failed};
use super::super::placeholder::placeholder;
use crate::ast::Stmt;
use crate::ast::action::{TimeUnit, Wait, WaitAmount};
use crate::syntax::Kind;

/// `wait AMOUNT UNIT`.
pub(in crate::parser) fn wait(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    let amount = amount(cursor)?;
    let unit = match cursor.word() {
        "second" | "seconds" => TimeUnit::Second,
        "minute" | "minutes" => TimeUnit::Minute,
        "hour" | "hours" => TimeUnit::Hour,
        _ => return Err(cursor.unexpected("`seconds`, `minutes` or `hours`")),
    };
    cursor.bump();
    Ok(Stmt::Wait(Box::new(Wait {
        span: cursor.span_from(start),
        amount,
        unit,
    })))
}

fn amount(cursor: &mut Cursor<'_>) -> Result<WaitAmount, Failed> {
    if let Some(number) = cursor.accept(Kind::Number) {
        return Ok(WaitAmount::Number(cursor.share(number.span)));
    }
    let named = matches!(cursor.nth(1).kind, Kind::Variable | Kind::Word);
    if cursor.at(Kind::BraceOpen) && named && cursor.nth(2).kind == Kind::BraceClose {
        return Ok(WaitAmount::Placeholder(Box::new(placeholder(cursor)?)));
    }
    Err(cursor.unexpected_with_help("a number or `{$name}`", Some("write `wait 5 seconds`")))
}
