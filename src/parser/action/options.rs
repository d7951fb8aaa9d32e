//! Options of a statement, which may go on in lines that are indented deeper than the statement.

use super::super::cursor::{Cursor, Failed};
use super::super::text;
use crate::ast::Template;

/// Whether another option follows; its words begin with one of `words` or with `with`. On the same line a
/// word that is none begins the next statement; a line that is indented deeper has to be one, of which
/// `expected` tells.
pub(super) fn another(
    cursor: &mut Cursor<'_>,
    words: &[&str],
    expected: &str,
) -> Result<bool, Failed> {
    let begins = |cursor: &Cursor<'_>| cursor.at_word("with") || words.contains(&cursor.word());
    if cursor.on_same_line() {
        return Ok(begins(cursor));
    }
    if !cursor.continues_line() {
        return Ok(false);
    }
    match begins(cursor) {
        true => Ok(true),
        false => Err(cursor.unexpected(expected)),
    }
}

/// The `with` before an option, which may end its line.
pub(super) fn accept_with(cursor: &mut Cursor<'_>) {
    if cursor.accept_word("with") && !cursor.on_same_line() {
        cursor.continues_line();
    }
}

/// Takes `word` if it stands on this line.
pub(super) fn accept_here(cursor: &mut Cursor<'_>, word: &str) -> bool {
    cursor.on_same_line() && cursor.accept_word(word)
}

/// Takes a text if one stands on this line.
pub(super) fn accept_text_here(cursor: &mut Cursor<'_>) -> Result<Option<Template>, Failed> {
    match cursor.on_same_line() {
        true => text::accept_interpolated(cursor),
        false => Ok(None),
    }
}
