//! Whether there is room for a text before it is built.

use super::evaluator::{Evaluator, Trouble};

/// A text near the limit grows by so much at a time, and one that was asked about by so much before
/// somebody is asked again, in bytes.
const WITHOUT_ASKING: usize = 4 << 20;

impl Evaluator<'_> {
    /// A text of `bytes` is about to be built.
    pub(super) fn afford(&self, bytes: usize) -> Result<(), Trouble> {
        self.afford_of(bytes, bytes)
    }

    /// Of a text of `bytes` in the end, `more` are about to be had.
    fn afford_of(&self, bytes: usize, more: usize) -> Result<(), Trouble> {
        let agreed = self.agreed.saturating_add(WITHOUT_ASKING);
        match (self.agreed == 0 || bytes > agreed) && (self.too_large)(more) {
            true => Err(Trouble::Large(bytes)),
            false => Ok(()),
        }
    }

    /// Makes room in a text that is being built. It doubles as long as there is room for that: what it
    /// holds is counted already, so only the rest is asked about.
    pub(super) fn make_room(&self, out: &mut String, more: usize) -> Result<(), Trouble> {
        let (needed, has) = (out.len() + more, out.capacity());
        if needed <= has {
            return Ok(());
        }
        let doubled = needed.max(has * 2);
        let room = match (self.too_large)(doubled - has) {
            true => needed + WITHOUT_ASKING,
            false => doubled,
        };
        self.afford_of(needed, room - has)?;
        out.reserve_exact(room - out.len());
        Ok(())
    }
}
