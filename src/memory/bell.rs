//! The bell between the allocator and those who watch.
//!
//! Ringing allocates nothing and waits for nobody who does: the lock is held for a few instructions,
//! so even the allocator may ring. Everyone who waits is woken and looks for himself.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

static RINGS: Mutex<u64> = Mutex::new(0);
static BELL: Condvar = Condvar::new();

/// Wakes all that wait.
pub(super) fn ring() {
    *rings_locked() += 1;
    BELL.notify_all();
}

/// How often it has rung.
pub(super) fn rings() -> u64 {
    *rings_locked()
}

/// Waits until it has rung more than `seen` times, or for `time`; how often it has rung then.
pub(super) fn wait(seen: u64, time: Duration) -> u64 {
    let waiting = BELL.wait_timeout_while(rings_locked(), time, |rings| *rings == seen);
    let (rings, _) = waiting.unwrap_or_else(PoisonError::into_inner);
    *rings
}

fn rings_locked() -> MutexGuard<'static, u64> {
    RINGS.lock().unwrap_or_else(PoisonError::into_inner)
}
