//! Statements that the language has and this program has not yet.

use super::super::cursor::{Cursor, Failed};
use crate::syntax::Kind;

/// The first words of these statements, sorted.
const WORDS: [&str; 3] = ["download", "open", "orchestrate"];

/// Whether `word` begins one of them.
pub(in crate::parser) fn begins(word: &str) -> bool {
    WORDS.binary_search(&word).is_ok()
}

/// Reports such a statement and passes over it, if one begins here: what follows it is read, so that all mistakes of a
/// file are told at once.
pub(in crate::parser) fn skipped(cursor: &mut Cursor<'_>) -> bool {
    let found = begins(cursor.word());
    if found {
        // The mistake is noted, so no file comes of this.
        let _: Failed = report(cursor);
        cursor.skip_item();
    }
    found
}

/// Names the first word, and the second where it says which statement of the family it is.
fn report(cursor: &mut Cursor<'_>) -> Failed {
    let first = cursor.token();
    let next = cursor.nth(1);
    let second = (next.kind == Kind::Word && !next.line_start).then(|| cursor.slice(next.span));
    let name = match second {
        Some(second) => format!("{} {second}", cursor.slice(first.span)),
        None => cursor.slice(first.span).to_owned(),
    };
    let shown: String = name.chars().take(60).collect();
    cursor.fail(first.span, format!("not supported yet: {shown}"))
}
