//! Run-time values: texts and lists, and everything that is computed from a text of the program.
//!
//! Evaluation is synchronous. What needs a process or the network is a [`Probe`]: the evaluation
//! stops with [`Trouble::Need`], somebody answers, and the statement is evaluated again with the
//! answer in its [`Replay`].

mod arithmetic;
mod builtin;
mod check;
mod compare;
mod condition;
pub mod duration;
mod evaluator;
mod expression;
mod file_test;
#[cfg(test)]
mod made_up;
mod names;
pub mod now_format;
mod operation;
pub mod parameter;
mod pass;
mod path;
pub mod pattern;
mod probe;
mod replay;
mod room;
mod secret;
pub mod transform;
pub mod versions;
mod world;

use std::borrow::Cow;
use std::sync::Arc;

pub use builtin::hostname;
pub use compare::{compare, find_matches};
pub use evaluator::{Evaluator, Trouble, Undefined};
pub use names::{Found, Names};
pub use path::{ExpandedPath, clean, expanded, os_reason};
pub use probe::Probe;
pub use replay::Replay;
pub use secret::{NO_PROJECT, SecretName, namespace};
pub use world::{Clocks, World};

use crate::ast::{Part, Placeholder, Template};
use crate::source::Text;

/// A value: a text, or a text that also carries a list of items.
#[derive(Debug, Clone)]
pub enum Value {
    /// A text.
    Text(Text),
    /// A list.
    List(Arc<List>),
}

/// A list and the text that stands for it.
#[derive(Debug)]
pub struct List {
    /// What `{…}` inserts and `is` compares.
    pub text: Text,
    /// The items.
    pub items: Vec<Text>,
}

impl Default for Value {
    /// The empty text.
    fn default() -> Self {
        Self::Text(Text::default())
    }
}

impl Value {
    /// A list with its text.
    pub fn list(text: Text, items: Vec<Text>) -> Self {
        Self::List(Arc::new(List { text, items }))
    }

    /// An array: its text is `[a, b]`.
    pub fn array(items: Vec<Text>) -> Self {
        let inside: Vec<&str> = items.iter().map(Text::as_str).collect();
        let text = format!("[{}]", inside.join(", "));
        Self::list(text.into(), items)
    }

    /// The text of the value.
    pub fn text(&self) -> &Text {
        match self {
            Self::Text(text) => text,
            Self::List(list) => &list.text,
        }
    }

    /// The items that a loop visits.
    pub fn items(&self) -> Cow<'_, [Text]> {
        match self {
            Self::List(list) => Cow::Borrowed(&list.items),
            Self::Text(text) => Cow::Owned(split(text, true)),
        }
    }

    /// The items that an operation on lists works on: commas do not separate plain text here.
    pub(crate) fn items_of_operation(&self) -> Cow<'_, [Text]> {
        match self {
            Self::List(list) => Cow::Borrowed(&list.items),
            Self::Text(text) => Cow::Owned(split(text, false)),
        }
    }

    /// Whether the value is empty: blank text, or a list without items.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty() || text.trim() == "[]",
            Self::List(list) => list.items.is_empty(),
        }
    }

    /// Bytes of memory that the value holds, shared ones included.
    pub fn heap_bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::List(list) => {
                let items: usize = list.items.iter().map(|item| item.len()).sum();
                list.text.len() + items + list.items.len() * size_of::<Text>()
            }
        }
    }
}

/// The platform as the language names it: `linux`, `darwin`, `windows`.
pub fn names_of_platform() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    }
}

/// A template that is this placeholder alone.
pub fn placeholder_template(placeholder: &Placeholder) -> Template {
    Template {
        text: placeholder.source.clone(),
        parts: Arc::new([Part::Placeholder(Box::new(placeholder.clone()))]),
        ..Template::default()
    }
}

/// Cuts at commas; parts are trimmed and empty ones dropped.
pub(crate) fn split_commas(text: &Text) -> Vec<Text> {
    parts_of(text, text.split(','))
}

fn parts_of<'t>(text: &Text, parts: impl Iterator<Item = &'t str>) -> Vec<Text> {
    parts
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| text.share(part))
        .collect()
}

fn split(text: &Text, commas: bool) -> Vec<Text> {
    if let Some(inside) = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return split_array(text, inside);
    }
    if commas && text.contains(',') && blanks_touch_commas(text) {
        return split_commas(text);
    }
    parts_of(text, text.split_whitespace())
}

/// The inside of `[…]`, cut at commas outside of quotes.
fn split_array(text: &Text, inside: &str) -> Vec<Text> {
    let mut quoted = false;
    let parts = inside.split(|char| {
        quoted ^= char == '"';
        char == ',' && !quoted
    });
    parts_of(text, parts)
        .into_iter()
        .map(|part| {
            let bare = part
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'));
            bare.map_or_else(|| part.clone(), |bare| part.share(bare))
        })
        .filter(|part| !part.is_empty())
        .collect()
}

/// Whether every run of white space touches a comma, an end of the text counting as nothing.
fn blanks_touch_commas(text: &str) -> bool {
    let text = text.trim();
    let mut before = ',';
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if !char.is_whitespace() {
            before = char;
            continue;
        }
        while chars.next_if(|char| char.is_whitespace()).is_some() {}
        if before != ',' && chars.peek() != Some(&',') {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(text: &str) -> Vec<String> {
        let value = Value::Text(Text::from(text));
        value.items().iter().map(|item| item.to_string()).collect()
    }

    #[test]
    fn texts_are_split_by_their_own_look() {
        assert_eq!(items("a b\tc"), ["a", "b", "c"]);
        assert_eq!(items("a,b, c ,d"), ["a", "b", "c", "d"]);
        assert_eq!(items("a,b c"), ["a,b", "c"]);
        assert_eq!(items("[\"a, b\", c, ]"), ["a, b", "c"]);
        assert_eq!(items("[]"), Vec::<String>::new());
        assert_eq!(items("  "), Vec::<String>::new());
    }
}
