//! Lists that were read before and stay text; how they are read again.

use super::cursor::{Cursor, Failed};
use crate::ast::{ReadItems, Written};
use crate::source::{Span, Text};
use crate::syntax::Kind;

/// The list from `start` to the cursor, which `read` reads again. Before it the tree weighed `kept`, and
/// it weighs hardly more now.
pub(super) fn written<T>(
    cursor: &mut Cursor<'_>,
    start: u32,
    kept: u32,
    read: ReadItems<T>,
) -> Written<T> {
    cursor.forget(kept.saturating_add(1));
    Written::new(cursor.base().clone(), cursor.span_from(start), read)
}

/// Reads some items of a file again, and says where the others begin. They were read before without
/// a mistake, so there is none to report. `item` is told whether one stands before it: then it
/// begins with what separates them.
pub(super) fn in_file<T>(
    text: &Text,
    list: Span,
    continues: bool,
    most: usize,
    item: fn(&mut Cursor<'_>, bool) -> Result<T, Failed>,
) -> (Vec<T>, Option<u32>) {
    let mut cursor = Cursor::list(text, list.start as usize);
    some(&mut cursor, list.end, continues, most, item)
}

/// The same at a cursor, up to byte `end`.
pub(super) fn some<T>(
    cursor: &mut Cursor<'_>,
    end: u32,
    mut continues: bool,
    most: usize,
    item: fn(&mut Cursor<'_>, bool) -> Result<T, Failed>,
) -> (Vec<T>, Option<u32>) {
    let mut items = Vec::new();
    while cursor.token().span.start < end && !cursor.at(Kind::End) {
        if items.len() == most {
            return (items, Some(cursor.token().span.start));
        }
        match item(cursor, continues) {
            Ok(item) => items.push(item),
            Err(Failed) => break,
        }
        continues = true;
    }
    (items, None)
}

/// An item that a comma separates from the one before it.
pub(super) fn after_comma<T>(
    cursor: &mut Cursor<'_>,
    continues: bool,
    item: impl FnOnce(&mut Cursor<'_>) -> Result<T, Failed>,
) -> Result<T, Failed> {
    if continues {
        cursor.expect(Kind::Comma, "`,`")?;
    }
    item(cursor)
}
