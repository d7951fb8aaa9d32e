//! Shared text: a slice of a source file, or a text of its own, in 16 bytes.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::ser::{Serialize, Serializer};

/// An immutable text that is cheap to clone.
///
/// A literal of the program is a slice of its source file and costs no allocation; that is what
/// keeps the tree of a file below a small multiple of the file's size. A text longer than 4 GiB
/// is cut at a character: no caller can make one under the memory limit that has no room for it.
#[derive(Clone)]
pub struct Text {
    source: Arc<String>,
    start: u32,
    len: u32,
}

impl Text {
    /// The part of `source` from byte `start` to byte `end`; empty when that is no valid range.
    pub fn slice(source: &Arc<String>, start: usize, end: usize) -> Self {
        match source.get(start..end) {
            Some(part) if end <= u32::MAX as usize => Self {
                source: source.clone(),
                start: start as u32,
                len: part.len() as u32,
            },
            _ => Self::default(),
        }
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        let start = self.start as usize;
        self.source
            .get(start..start + self.len as usize)
            .unwrap_or_default()
    }

    /// Where this text begins in `source`, if it is a part of it.
    pub(super) fn offset_in(&self, source: &Arc<String>) -> Option<u32> {
        Arc::ptr_eq(&self.source, source).then_some(self.start)
    }

    /// A part of this text that shares its memory; `part` has to be borrowed from it.
    pub fn share(&self, part: &str) -> Self {
        let offset = (part.as_ptr() as usize).wrapping_sub(self.as_str().as_ptr() as usize);
        if offset <= self.len as usize && offset + part.len() <= self.len as usize {
            let start = self.start as usize + offset;
            Self::slice(&self.source, start, start + part.len())
        } else {
            Self::from(part)
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        static EMPTY: OnceLock<Arc<String>> = OnceLock::new();
        Self {
            source: EMPTY.get_or_init(Arc::default).clone(),
            start: 0,
            len: 0,
        }
    }
}

impl From<String> for Text {
    fn from(mut text: String) -> Self {
        if text.len() > u32::MAX as usize {
            text.truncate(text.floor_char_boundary(u32::MAX as usize));
        }
        Self {
            start: 0,
            len: text.len() as u32,
            source: Arc::new(text),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        if text.is_empty() {
            Self::default()
        } else {
            Self::from(text.to_owned())
        }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_part_uses_the_same_memory() {
        let whole = Text::from("alpha beta");
        let part = whole.share(&whole[6..]);
        assert_eq!(part, "beta");
        assert_eq!(part.as_ptr(), whole[6..].as_ptr());
        assert_eq!(whole.share("elsewhere"), "elsewhere");
        assert_eq!(size_of::<Text>(), 16);
    }
}
