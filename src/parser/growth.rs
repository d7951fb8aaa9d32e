//! Lists that may become very long.

use super::cursor::{Cursor, Failed};

/// Up to here a list grows as lists do.
const LONG: usize = 1024;
/// The longest list that stays in the tree as it is, and of which there may be many. No person
/// writes a longer one.
const FEW: usize = 1024;

/// Adds to a list. A long one grows by an eighth: doubled, it would be half empty for most files.
pub(super) fn push<T>(list: &mut Vec<T>, item: T) {
    if list.len() == list.capacity() && list.len() >= LONG {
        list.reserve_exact(list.len() / 8);
    }
    list.push(item);
}

/// Refuses the next item, at the cursor, of a list that has `count` already and may have 1,024: all
/// of them stay in the tree, and a tree of very many would cost many times their text.
pub(super) fn few(
    cursor: &mut Cursor<'_>,
    count: usize,
    items: &str,
    help: &str,
) -> Result<(), Failed> {
    at_most(cursor, FEW, count, items, help)
}

/// The same for a list that may have `most`.
pub(super) fn at_most(
    cursor: &mut Cursor<'_>,
    most: usize,
    count: usize,
    items: &str,
    help: &str,
) -> Result<(), Failed> {
    if count < most {
        return Ok(());
    }
    let span = cursor.token().span;
    Err(cursor.fail_with_help(span, format!("more than {most} {items}"), help))
}
