//! What has to stand on the line of its statement: the next line belongs to another one.

use super::super::cursor::{Cursor, Failed};
use super::super::text;
use crate::ast::Template;

/// A text with placeholders.
pub(super) fn text_on_line(cursor: &mut Cursor<'_>, what: &str) -> Result<Template, Failed> {
    match cursor.on_same_line() {
        true => text::interpolated(cursor, what),
        false => Err(cursor.unexpected(what)),
    }
}

/// A word, if it is there.
pub(super) fn accept_on_line(cursor: &mut Cursor<'_>, word: &str) -> bool {
    cursor.on_same_line() && cursor.accept_word(word)
}

/// A word that has to be there.
pub(super) fn word_on_line(cursor: &mut Cursor<'_>, word: &str) -> Result<(), Failed> {
    match cursor.on_same_line() {
        true => cursor.expect_word(word),
        false => Err(cursor.unexpected(&format!("`{word}`"))),
    }
}
