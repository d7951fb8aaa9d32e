//! Lists that may become very long.

/// Up to here a list grows as lists do.
const LONG: usize = 1024;

/// Adds to a list. A long one grows by an eighth: doubled, it would be half empty for most files.
pub(super) fn push<T>(list: &mut Vec<T>, item: T) {
    if list.len() == list.capacity() && list.len() >= LONG {
        list.reserve_exact(list.len() / 8);
    }
    list.push(item);
}
