//! The one door through which memory is read.

/// Readings of the memory of this process, in bytes. A function that returns the resident memory
/// is one.
pub trait Readings: Send + Sync {
    /// Resident memory; `None` when it cannot be read.
    fn resident(&self) -> Option<u64>;

    /// Address space in use; `None` when it cannot be read.
    fn virtual_size(&self) -> Option<u64> {
        None
    }
}

/// What the operating system says. On Linux this reads `/proc/self/statm`, in some microseconds.
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

impl<F: Fn() -> Option<u64> + Send + Sync> Readings for F {
    fn resident(&self) -> Option<u64> {
        self()
    }
}
