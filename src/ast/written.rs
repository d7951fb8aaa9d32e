//! Lists that stay as they were written.

use std::{fmt, iter, vec};

use serde::{Serialize, Serializer};

use crate::source::Text;

/// A list that is kept as text and read when it is needed, by few and seldom: nodes of a list of
/// one-letter names would be many times as large as the file. It serialises as its items.
#[derive(Clone)]
pub struct Written<T> {
    /// The file up to the end of the list: positions count from the start of the file.
    text: Text,
    start: u32,
    read: ReadItems<T>,
}

/// Reads items from a byte of a text on, and says where the next ones begin: not all at once, since
/// that would be the list of nodes that is not kept. Whether others stand before them says the last
/// argument: they begin with what separates them.
pub type ReadItems<T> = fn(&Text, u32, bool) -> (Vec<T>, Option<u32>);

impl<T> Written<T> {
    /// The list that begins at byte `start` of `text` and ends with it.
    pub fn new(text: Text, start: u32, read: ReadItems<T>) -> Self {
        Self { text, start, read }
    }

    /// The items in order; takes as long as parsing them.
    pub fn iter(&self) -> WrittenItems<T> {
        WrittenItems {
            text: self.text.clone(),
            next: Some(self.start),
            continues: false,
            read: self.read,
            items: Vec::new().into_iter(),
        }
    }
}

/// The items of a [`Written`] list, a part of them at a time.
pub struct WrittenItems<T> {
    text: Text,
    /// Where those begin that were not read yet.
    next: Option<u32>,
    continues: bool,
    read: ReadItems<T>,
    items: vec::IntoIter<T>,
}

impl<T> Iterator for WrittenItems<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        loop {
            if let Some(item) = self.items.next() {
                return Some(item);
            }
            let (items, next) = (self.read)(&self.text, self.next?, self.continues);
            (self.items, self.next) = (items.into_iter(), next);
            self.continues = true;
        }
    }
}

impl<T> iter::FusedIterator for WrittenItems<T> {}

impl<T> IntoIterator for &Written<T> {
    type Item = T;
    type IntoIter = WrittenItems<T>;

    fn into_iter(self) -> WrittenItems<T> {
        self.iter()
    }
}

impl<T> fmt::Debug for Written<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = self.text.get(self.start as usize..).unwrap_or_default();
        f.debug_tuple("Written").field(&list).finish()
    }
}

impl<T: Serialize> Serialize for Written<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}
