//! What is found in a YAML document.

use std::ops::Range;

use saphyr_parser::{ScalarStyle, Tag};

/// What was found, and a hash of all that was not asked for.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) found: Found,
    pub(super) others: u64,
}

#[derive(Debug)]
pub(super) enum Found {
    Leaf(Leaf),
    /// The mapping that it would stand in.
    Gap(Mapping),
}

/// A scalar. The span has neither its anchor nor its tag; of a block it has the header.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) span: Range<usize>,
    pub(super) style: ScalarStyle,
    pub(super) tag: Tagged,
    pub(super) value: String,
}

/// The tag of a scalar.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tagged {
    None,
    /// `!!name`; `!` is `!!str`.
    Core(String),
    Other,
}

impl Tagged {
    pub(super) fn of(tag: Option<&Tag>) -> Self {
        match tag {
            None => Self::None,
            Some(tag) if tag.is_yaml_core_schema() => Self::Core(tag.suffix.clone()),
            Some(tag) if tag.handle.is_empty() && tag.suffix == "!" => Self::Core("str".to_owned()),
            Some(_) => Self::Other,
        }
    }
}

/// A mapping, as what is added to it has to know it.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    /// Whether it stands in braces.
    pub(super) flow: bool,
    /// Where its first key begins.
    pub(super) first: usize,
    /// Where its last value ends.
    pub(super) last: Option<End>,
    /// Where it ends itself.
    pub(super) close: usize,
}

/// Where a value ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub(super) at: usize,
    /// Whether it is a block of text, which ends with its last line.
    pub(super) block: bool,
}
