//! Blocks: a colon, then statements on deeper lines.

use super::cursor::{Cursor, Failed};
use super::stmt::statement;
use crate::ast::{Block, Stmt};
use crate::source::Span;
use crate::syntax::Kind;

/// Takes the `:` of a header.
pub(super) fn colon(cursor: &mut Cursor<'_>, header: Span, what: &str) -> Result<(), Failed> {
    if cursor.at(Kind::Colon) {
        cursor.bump();
        return Ok(());
    }
    if !cursor.on_same_line() {
        let message = format!("`:` is missing behind the header of {what}");
        return Err(cursor.fail_with_help(header, message, "end the line with `:`"));
    }
    Err(cursor.unexpected("`:`"))
}

/// Opens the block that a header needs.
pub(super) fn open(cursor: &mut Cursor<'_>, header: Span, what: &str) -> Result<(), Failed> {
    if !cursor.at(Kind::Indent) || cursor.on_same_line() {
        let message = format!("{what} has no body");
        let help = "write its body on the next lines, indented deeper than this one";
        return Err(cursor.fail_with_help(header, message, help));
    }
    cursor.open_block()
}

/// A colon and the block of a statement. A body that is not indented is an error at its first line:
/// inside a task the header above it is easily taken for complete.
pub(super) fn nested_body(
    cursor: &mut Cursor<'_>,
    header: Span,
    what: &str,
) -> Result<Block, Failed> {
    colon(cursor, header, what)?;
    let beside = !matches!(cursor.kind(), Kind::Indent | Kind::Dedent | Kind::End);
    let header = if beside { cursor.token().span } else { header };
    block(cursor, header, what)
}

/// A colon and a block of statements.
pub(super) fn body(cursor: &mut Cursor<'_>, header: Span, what: &str) -> Result<Block, Failed> {
    colon(cursor, header, what)?;
    block(cursor, header, what)
}

fn block(cursor: &mut Cursor<'_>, header: Span, what: &str) -> Result<Block, Failed> {
    open(cursor, header, what)?;
    let mut statements: Vec<Stmt> = Vec::new();
    while !cursor.at(Kind::Dedent) {
        not_deeper(cursor)?;
        statements.push(statement(cursor)?);
    }
    cursor.close_block()?;
    Ok(statements.into())
}

/// Reports a line that is deeper than its block.
pub(super) fn not_deeper(cursor: &mut Cursor<'_>) -> Result<(), Failed> {
    if !cursor.at(Kind::Indent) {
        return Ok(());
    }
    let span = cursor.token().span;
    Err(cursor.fail_with_help(
        span,
        "this line is indented deeper, but no block begins here",
        "give it the same white space as the line before",
    ))
}
