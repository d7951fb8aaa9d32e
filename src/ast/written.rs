//! Lists that stay as they were written.

use std::{fmt, iter, vec};

use serde::{Serialize, Serializer};

use crate::source::{Span, Text};

/// A list that is kept as text and read when it is needed, by few and seldom: nodes of a list of
/// one-letter names would be many times as large as the file. It serialises as its items.
#[derive(Clone)]
pub struct Written<T> {
    /// The text that it stands in.
    text: Text,
    /// The list in it.
    span: Span,
    read: ReadItems<T>,
}

/// Reads items at a place of a text, and says where the next ones begin. Whether others stand before
/// them says the third argument: then they begin with what separates them. The last one is how many
/// to read at the most: not all at once, since that would be the list of nodes that is not kept.
pub type ReadItems<T> = fn(&Text, Span, bool, usize) -> (Vec<T>, Option<u32>);

/// How many items are read first, and at most at a time: of many lists only the first is looked at.
const FIRST: usize = 4;
const MOST: usize = 1024;

impl<T> Written<T> {
    /// The list at `span` in `text`, of which `read` reads items.
    pub fn new(text: Text, span: Span, read: ReadItems<T>) -> Self {
        Self { text, span, read }
    }

    /// The items in order; takes as long as parsing them.
    pub fn iter(&self) -> WrittenItems<T> {
        WrittenItems {
            text: self.text.clone(),
            left: Some(self.span),
            continues: false,
            most: FIRST,
            read: self.read,
            items: Vec::new().into_iter(),
        }
    }
}

/// The items of a [`Written`] list, a part of them at a time.
pub struct WrittenItems<T> {
    text: Text,
    /// Where those stand that were not read yet.
    left: Option<Span>,
    continues: bool,
    most: usize,
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
            let left = self.left?;
            let (items, next) = (self.read)(&self.text, left, self.continues, self.most);
            self.items = items.into_iter();
            self.left = next.map(|next| Span::new(next, left.end));
            self.continues = true;
            self.most = (self.most * 4).min(MOST);
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
        let list = self
            .text
            .get(self.span.start as usize..self.span.end as usize);
        f.debug_tuple("Written").field(&list).finish()
    }
}

impl<T: Serialize> Serialize for Written<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}
