//! Indented blocks.

use super::cursor::{Cursor, Failed};
use super::excerpt::Statements;
use super::stmt::add_statement;
use crate::ast::Block;
use crate::source::Span;
use crate::syntax::Kind;

/// Where a missing body is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blame {
    /// At the header: declarations.
    Header,
    /// At the line that should be indented: statements.
    Line,
}

/// Takes the `:` of a header and opens the block below it.
pub(super) fn open(
    cursor: &mut Cursor<'_>,
    start: u32,
    what: &str,
    blame: Blame,
) -> Result<(), Failed> {
    cursor.expect(Kind::Colon, "`:`")?;
    if cursor.at(Kind::Indent) {
        return cursor.open_block();
    }
    Err(missing(cursor, start, what, blame))
}

/// What is wrong where a block should begin.
fn missing(cursor: &mut Cursor<'_>, start: u32, what: &str, blame: Blame) -> Failed {
    let header = cursor.span_from(start);
    let next = cursor.token();
    let help = "write it in the lines below, indented deeper than this one";
    if cursor.on_same_line() {
        let message = format!("the body of {what} stands on the line of its header");
        let span = if blame == Blame::Header {
            header
        } else {
            next.span
        };
        return cursor.fail_with_help(span, message, help);
    }
    // Whatever could not stand at this level was meant to be the body.
    let begins_declaration = next.indent == 0 && is_declaration(cursor);
    if matches!(cursor.kind(), Kind::Dedent | Kind::End) || begins_declaration {
        return cursor.fail_with_help(header, format!("{what} has no body"), help);
    }
    let message = format!("the body of {what} is not indented");
    match blame {
        Blame::Header => cursor.fail_with_help(header, message, help),
        Blame::Line => cursor.fail_with_help(
            next.span,
            message,
            "indent this line deeper than the header above it",
        ),
    }
}

fn is_declaration(cursor: &Cursor<'_>) -> bool {
    cursor.at(Kind::At) || super::file::DECLARATIONS.contains(&cursor.word())
}

/// Whether the block goes on; at its end it is closed.
pub(super) fn goes_on(cursor: &mut Cursor<'_>) -> Result<bool, Failed> {
    match cursor.kind() {
        Kind::Dedent | Kind::End => {
            cursor.close_block()?;
            Ok(false)
        }
        Kind::Indent => Err(too_deep(cursor)),
        _ => {
            cursor.begin_item();
            Ok(true)
        }
    }
}

/// Reports a line that is indented where no block may begin.
pub(super) fn too_deep(cursor: &mut Cursor<'_>) -> Failed {
    let span = cursor.token().span;
    cursor.fail_with_help(
        span,
        "this line is indented deeper than the lines before it",
        "only the lines below a header that ends in `:` are indented deeper",
    )
}

/// `:` and the statements below.
pub(super) fn statements(
    cursor: &mut Cursor<'_>,
    start: u32,
    what: &str,
    blame: Blame,
) -> Result<Block, Failed> {
    open(cursor, start, what, blame)?;
    let mut list = Statements::default();
    while goes_on(cursor)? {
        add_statement(cursor, &mut list)?;
    }
    Ok(list.finish())
}

/// The same below the header of a snippet or a hook.
pub(super) fn declared(cursor: &mut Cursor<'_>, start: u32, what: &str) -> Result<Block, Failed> {
    open(cursor, start, what, Blame::Header)?;
    let mut list = Statements::default();
    while goes_on(cursor)? {
        add_statement(cursor, &mut list)?;
    }
    Ok(list.finish_declared(cursor))
}

/// The same below a statement whose header began at `start`; the header's span, then the block.
pub(super) fn body(
    cursor: &mut Cursor<'_>,
    start: u32,
    what: &str,
) -> Result<(Span, Block), Failed> {
    let header = cursor.span_from(start);
    Ok((header, statements(cursor, start, what, Blame::Line)?))
}
