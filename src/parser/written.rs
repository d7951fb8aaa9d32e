//! Lists that were read before and stay text; how they are read again.

use super::cursor::{Cursor, Failed};
use crate::ast::{ReadItems, Written};
use crate::source::Text;
use crate::syntax::Kind;

/// How many items are read at a time.
const AT_A_TIME: usize = 1024;

/// The list from `start` to the cursor, which `read` reads again.
pub(super) fn written<T>(cursor: &Cursor<'_>, start: u32, read: ReadItems<T>) -> Written<T> {
    let text = cursor.base();
    let end = cursor.previous_end().max(start) as usize;
    Written::new(text.share(text.get(..end).unwrap_or_default()), start, read)
}

/// Reads some items of a file again, and says where the others begin. They were read before without
/// a mistake, so there is none to report. `item` is told whether one stands before it: then it
/// begins with what separates them.
pub(super) fn in_file<T>(
    text: &Text,
    start: u32,
    continues: bool,
    item: fn(&mut Cursor<'_>, bool) -> Result<T, Failed>,
) -> (Vec<T>, Option<u32>) {
    some(&mut Cursor::list(text, start as usize), continues, item)
}

/// The same at a cursor.
pub(super) fn some<T>(
    cursor: &mut Cursor<'_>,
    mut continues: bool,
    item: fn(&mut Cursor<'_>, bool) -> Result<T, Failed>,
) -> (Vec<T>, Option<u32>) {
    let mut items = Vec::new();
    while !cursor.at(Kind::End) {
        if items.len() == AT_A_TIME {
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
