//! The limits in force while an execution is watched.

use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use super::lock;
use crate::memory::allocator;
use crate::memory::limits::Limits;
use crate::memory::reading::{Readings as _, System};

/// The limits in force. The settings of the project are known only when its file was read, and that
/// is watched already. Clones are of the same limits.
#[derive(Debug, Clone)]
pub struct InForce {
    limits: Arc<Mutex<Arc<Limits>>>,
    pub(super) woken: Arc<Notify>,
    /// What is resident and never was in the heap: the program itself.
    beside: u64,
}

impl InForce {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits: Arc::new(Mutex::new(Arc::new(limits))),
            woken: Arc::default(),
            beside: match (allocator::live(), System.resident()) {
                (Some(heap), Some(resident)) => resident.saturating_sub(heap),
                _ => 0,
            },
        }
    }

    /// Lets nobody take at once what would exceed the limit.
    pub(in crate::memory) fn limit_the_heap(&self, critical: Option<u64>) {
        allocator::limit(critical.map(|limit| limit.saturating_sub(self.beside)));
        allocator::limit_resident(critical);
    }

    /// The limits as they are now.
    pub fn get(&self) -> Arc<Limits> {
        lock(&self.limits).clone()
    }

    /// Puts other limits in force; the next reading is made at once.
    pub fn set(&self, limits: Limits) {
        self.limit_the_heap(limits.critical);
        *lock(&self.limits) = Arc::new(limits);
        self.woken.notify_one();
    }
}
