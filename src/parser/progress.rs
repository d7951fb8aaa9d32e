//! How far a parse has come, and the wish that it ends.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Shared with whoever waits for a parse; the parser looks at it every few kilobytes.
#[derive(Debug, Default)]
pub struct Progress {
    /// How many bytes of the text were parsed.
    pub parsed: AtomicU32,
    /// Whether the parse shall end early, with an empty list of errors.
    pub stop: AtomicBool,
}

impl Progress {
    /// How many bytes are parsed between two looks.
    pub(super) const STRIDE: usize = 64 * 1024;

    /// Notes the position; whether the parse shall go on.
    pub(super) fn reached(&self, position: usize) -> bool {
        self.parsed.store(position as u32, Ordering::Relaxed);
        !self.stop.load(Ordering::Relaxed)
    }
}
