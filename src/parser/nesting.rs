//! How deep blocks and brackets are nested, and how much may be done for the inside of a text.

use std::cell::Cell;

/// The deepest nesting of blocks, and of each kind of bracket.
pub(super) const LIMIT: u16 = 256;

/// What can be nested; each is counted by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nest {
    /// Indented blocks.
    Block,
    /// `(…)`, and whatever else nests in a condition or expression without a bracket of its own.
    Parenthesis,
    /// `[…]`.
    Bracket,
    /// `{…}`.
    Brace,
}

impl Nest {
    /// The word for several of them.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Block => "blocks",
            Self::Parenthesis => "parentheses",
            Self::Bracket => "brackets",
            Self::Brace => "braces",
        }
    }
}

/// The levels that are open.
///
/// In a file each kind is counted by itself. Inside of a placeholder all kinds share what its text
/// has left: 256 braces that hold 256 parentheses each would be a tree too deep to walk.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nesting {
    levels: [u16; 4],
    /// The levels around the placeholder; `None` in a file.
    around: Option<u16>,
}

impl Nesting {
    /// At the beginning of a text that stands inside of so many levels.
    pub(super) fn inside(levels: u16) -> Self {
        Self {
            levels: [0; 4],
            around: Some(levels),
        }
    }

    /// One level deeper; whether the limit allows it. A refused level is not counted.
    pub fn enter(&mut self, nest: Nest) -> bool {
        let allowed = match self.around {
            Some(_) => self.total() < LIMIT,
            None => self.levels[nest as usize] < LIMIT,
        };
        self.levels[nest as usize] += u16::from(allowed);
        allowed
    }

    /// One level less deep.
    pub fn leave(&mut self, nest: Nest) {
        let level = &mut self.levels[nest as usize];
        *level = level.saturating_sub(1);
    }

    /// All levels together, those around a placeholder included.
    pub(super) fn total(&self) -> u16 {
        self.levels.iter().sum::<u16>() + self.around.unwrap_or(0)
    }
}

/// What may still be done for one text with placeholders.
///
/// Placeholders hold texts that hold placeholders, and braces that turn out to be text are looked
/// through once more. Without a bound, some hundred characters could cost years. What exceeds it is
/// text, like what is nested too deep.
#[derive(Debug)]
pub(super) struct Work {
    bytes: Cell<usize>,
    operators: Cell<u16>,
}

impl Work {
    /// How often a text may be read on the average.
    const READINGS: usize = 16;
    /// What is allowed to the shortest text, in bytes.
    const LEAST: usize = 4096;

    /// For a text of `bytes` bytes.
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            bytes: Cell::new(bytes.saturating_mul(Self::READINGS) + Self::LEAST),
            operators: Cell::new(0),
        }
    }

    /// How many bytes may still be read.
    pub(super) fn left(&self) -> usize {
        self.bytes.get()
    }
}

/// Where a text stands in relation to the placeholders around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inside<'w> {
    levels: u16,
    work: &'w Work,
}

impl<'w> Inside<'w> {
    /// Inside of `levels` levels.
    pub(super) fn new(levels: u16, work: &'w Work) -> Self {
        Self { levels, work }
    }

    /// The levels around.
    pub(super) fn levels(self) -> u16 {
        self.levels
    }

    /// What may still be done.
    pub(super) fn work(self) -> &'w Work {
        self.work
    }

    /// So many levels deeper, where the limit allows it.
    pub(super) fn deeper(self, levels: usize) -> Option<Self> {
        let levels = usize::from(self.levels).checked_add(levels)?;
        let levels = u16::try_from(levels).ok().filter(|&all| all <= LIMIT)?;
        Some(Self { levels, ..self })
    }

    /// Reads `bytes` bytes; `None` when nothing of the work is left.
    pub(super) fn read(self, bytes: usize) -> Option<()> {
        let left = self.work.bytes.get().checked_sub(bytes + 1)?;
        self.work.bytes.set(left);
        Some(())
    }

    /// Whether one more operator is allowed: a row of them becomes a tree as deep as it is long.
    pub(super) fn operator(self) -> bool {
        let count = self.work.operators.get();
        self.work.operators.set(count.saturating_add(1));
        count < LIMIT
    }

    /// Counts operators from the start: the next placeholder of the text is a tree of its own.
    pub(super) fn begin_tree(self) {
        self.work.operators.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_counted_by_itself() {
        let mut nesting = Nesting::default();
        for _ in 0..LIMIT {
            assert!(nesting.enter(Nest::Bracket));
        }
        assert!(!nesting.enter(Nest::Bracket));
        assert!(nesting.enter(Nest::Brace));
        nesting.leave(Nest::Bracket);
        assert!(nesting.enter(Nest::Bracket));
    }

    #[test]
    fn inside_of_a_placeholder_all_kinds_share_one_limit() {
        let mut nesting = Nesting::inside(LIMIT - 2);
        assert!(nesting.enter(Nest::Brace));
        assert!(nesting.enter(Nest::Parenthesis));
        assert!(!nesting.enter(Nest::Bracket));
        nesting.leave(Nest::Brace);
        assert!(nesting.enter(Nest::Bracket));
    }

    #[test]
    fn work_comes_to_an_end() {
        let work = Work::new(0);
        let inside = Inside::new(0, &work);
        let reads = (0..).take_while(|_| inside.read(1023).is_some()).count();
        assert_eq!(reads, 4);
        assert!(inside.deeper(256).is_some());
        assert!(inside.deeper(257).is_none());
    }
}
