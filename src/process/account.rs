//! What the processes of a part of an execution use, counted apart: a task with a limit of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::source::Text;

/// The processes that a part of an execution has started, and their descendants.
#[derive(Debug, Default)]
pub struct Account {
    name: Text,
    outer: Option<Arc<Account>>,
    measured: AtomicU64,
    captured: AtomicU64,
}

impl Account {
    /// The account of a task; what counts for it counts for `outer` as well.
    pub fn within(outer: Option<Arc<Account>>, name: Text) -> Arc<Self> {
        Arc::new(Self {
            name,
            outer,
            ..Self::default()
        })
    }

    /// The memory of its processes in bytes, as it was measured last by
    /// [`Supervisor::tree_memory`](super::Supervisor::tree_memory).
    pub fn measured(&self) -> u64 {
        self.measured.load(Ordering::Relaxed)
    }

    /// The bytes that captures of their output hold while they run.
    pub fn captured(&self) -> u64 {
        self.captured.load(Ordering::Relaxed)
    }

    pub(super) fn set_measured(&self, bytes: u64) {
        self.measured.store(bytes, Ordering::Relaxed);
    }

    pub(super) fn capture(&self, bytes: u64) {
        for account in self.chain() {
            account.captured.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    pub(super) fn release(&self, bytes: u64) {
        for account in self.chain() {
            account.captured.fetch_sub(bytes, Ordering::Relaxed);
        }
    }

    /// This account and those around it.
    pub(super) fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |account| account.outer.as_deref())
    }

    /// The tasks that it counts for, the innermost first.
    pub fn names(&self) -> impl Iterator<Item = &Text> {
        self.chain().map(|account| &account.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_for_an_account_counts_for_those_around_it() {
        let outer = Account::within(None, "a".into());
        let inner = Account::within(Some(outer.clone()), "b".into());
        inner.capture(5);
        outer.capture(2);
        assert_eq!((inner.captured(), outer.captured()), (5, 7));
        inner.release(5);
        assert_eq!((inner.captured(), outer.captured()), (0, 2));
        let names: Vec<_> = inner.names().map(Text::as_str).collect();
        assert_eq!(names, ["b", "a"]);
    }
}
