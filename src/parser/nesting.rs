//! How deep blocks and brackets are nested.

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

/// The levels that are open. A parser of placeholders starts with those around the text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nesting([u16; 4]);

impl Nesting {
    /// One level deeper; whether the limit allows it. A refused level is not counted.
    pub fn enter(&mut self, nest: Nest) -> bool {
        let level = &mut self.0[nest as usize];
        let allowed = *level < LIMIT;
        *level += u16::from(allowed);
        allowed
    }

    /// One level less deep.
    pub fn leave(&mut self, nest: Nest) {
        let level = &mut self.0[nest as usize];
        *level = level.saturating_sub(1);
    }

    /// How deep it is.
    pub fn depth(&self, nest: Nest) -> u16 {
        self.0[nest as usize]
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
}
