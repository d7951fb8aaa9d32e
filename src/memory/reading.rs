//! The one door through which memory is read.

/// Readings of the memory of this process, in bytes.
pub trait Readings: Send + Sync {
    /// Resident memory; `None` when it cannot be read.
    fn resident(&self) -> Option<u64>;

    /// Address space in use; `None` when it cannot be read.
    fn virtual_size(&self) -> Option<u64> {
        None
    }
}

/// What the operating system says.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Readings for System {
    fn resident(&self) -> Option<u64> {
        memory_stats::memory_stats().map(|stats| stats.physical_mem as u64)
    }

    fn virtual_size(&self) -> Option<u64> {
        memory_stats::memory_stats().map(|stats| stats.virtual_mem as u64)
    }
}
