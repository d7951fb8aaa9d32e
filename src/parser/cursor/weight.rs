//! What the tree weighs that was made of the tokens so far.

use super::Cursor;
use crate::ast::Template;

impl Cursor<'_> {
    /// The weight of the nodes that were read, and of those of them that stay in the tree. A token
    /// is one: there is no node without one of its own, nor one of more than some hundred bytes.
    pub(in crate::parser) fn weight(&self) -> (u32, u32) {
        (self.taken, self.kept)
    }

    /// Counts what a text was taken apart into: tokens that were not taken here.
    pub(in crate::parser) fn weigh(&mut self, template: &Template) {
        if !template.is_plain() {
            self.add_weight(template.text.len());
        }
    }

    pub(super) fn add_weight(&mut self, bytes: usize) {
        let weight = (bytes / 2) as u32;
        self.taken = self.taken.saturating_add(weight);
        self.kept = self.kept.saturating_add(weight);
    }

    /// Only this weight stays in the tree: the rest was left as text.
    pub(in crate::parser) fn forget(&mut self, kept: u32) {
        self.kept = kept;
    }
}
