//! The bell between the allocator, the handlers of signals and those who watch.
//!
//! Ringing allocates nothing and takes no lock, so even the allocator and a handler of a signal may
//! ring. Everyone who waits is woken and looks for himself.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

static RINGS: AtomicU32 = AtomicU32::new(0);

/// Wakes all that wait.
pub(super) fn ring() {
    RINGS.fetch_add(1, Ordering::AcqRel);
    sleep::wake(&RINGS);
}

/// How often it has rung.
pub(super) fn rings() -> u32 {
    RINGS.load(Ordering::Acquire)
}

/// Waits until it has rung again after it had rung `seen` times, or for `time`; how often it has
/// rung then. May return early.
pub(super) fn wait(seen: u32, time: Duration) -> u32 {
    if rings() == seen {
        sleep::sleep(&RINGS, seen, time);
    }
    rings()
}

#[cfg(target_os = "linux")]
mod sleep {
    use super::{AtomicU32, Duration};
    use rustix::thread::futex::{self, Flags};

    pub(super) fn wake(rings: &AtomicU32) {
        let _ = futex::wake(rings, Flags::PRIVATE, i32::MAX.unsigned_abs());
    }

    pub(super) fn sleep(rings: &AtomicU32, seen: u32, time: Duration) {
        let Ok(time) = time.try_into() else { return };
        // Woken, too late or interrupted: who waits looks for himself.
        let _ = futex::wait(rings, Flags::PRIVATE, seen, Some(&time));
    }
}

/// Without a way to be woken by a handler: in short naps.
#[cfg(not(target_os = "linux"))]
mod sleep {
    use super::{AtomicU32, Duration, Ordering};
    use std::time::Instant;

    const NAP: Duration = Duration::from_millis(5);

    pub(super) fn wake(_: &AtomicU32) {}

    pub(super) fn sleep(rings: &AtomicU32, seen: u32, time: Duration) {
        let begun = Instant::now();
        while rings.load(Ordering::Acquire) == seen && begun.elapsed() < time {
            std::thread::sleep(NAP.min(time));
        }
    }
}
