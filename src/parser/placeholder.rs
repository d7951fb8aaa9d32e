//! `{…}` in statements and expressions. (Temporary: no meaning.)

use super::cursor::{Cursor, Failed};
use super::nesting::Nest;
use crate::ast::{Meaning, Placeholder};
use crate::source::Span;
use crate::syntax::Kind;

/// Takes the raw text of a balanced `{…}` at the current token; its span, braces included.
pub(super) fn braces(cursor: &mut Cursor<'_>) -> Result<Span, Failed> {
    let start = cursor.expect(Kind::BraceOpen, "`{`")?.span;
    let mut depth = 1;
    let rest = cursor.text().get(start.end as usize..).unwrap_or_default();
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b'\n' => break,
            _ => {}
        }
        if depth == 0 {
            let end = start.end as usize + at + 1;
            cursor.seek(end);
            return Ok(Span::new(start.start, end as u32));
        }
    }
    Err(cursor.fail(start, "this brace is never closed"))
}

/// A `{…}` that stands outside of a text.
pub(super) fn placeholder(cursor: &mut Cursor<'_>) -> Result<Placeholder, Failed> {
    cursor.enter(Nest::Brace)?;
    let span = braces(cursor)?;
    cursor.leave(Nest::Brace);
    let source = cursor.share(span);
    let content = source.share(source.trim_matches(['{', '}']).trim());
    Ok(Placeholder {
        source,
        content,
        meaning: Meaning::Unknown,
    })
}
