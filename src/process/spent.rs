//! What a look at the processes costs: the time that passes, and the time of the processor.

use std::time::{Duration, Instant};

/// Counts from where it was begun, on the thread that began it.
#[derive(Debug)]
pub(super) struct Spent {
    begun: Instant,
    #[cfg(unix)]
    busy: Duration,
}

impl Spent {
    pub(super) fn begin() -> Self {
        Self {
            begun: Instant::now(),
            #[cfg(unix)]
            busy: busy(),
        }
    }

    pub(super) fn begun(&self) -> Instant {
        self.begun
    }

    /// The time of the processor; on a busy machine it is a small part of what has passed. Where it
    /// is not known, what has passed.
    pub(super) fn processor(&self) -> Duration {
        #[cfg(unix)]
        let spent = busy().saturating_sub(self.busy);
        #[cfg(not(unix))]
        let spent = self.begun.elapsed();
        spent
    }
}

/// What this thread has used of the processor so far.
#[cfg(unix)]
fn busy() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    // Neither is ever negative; the second is below 10⁹.
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}
