//! The last resort: one small thread that acts where the runtime does not.
//!
//! An executor that does not await cannot be interrupted, and the monitor beside it never runs. This
//! thread has nothing to do with the runtime. It sleeps until the allocator or the monitor rings, and
//! looks twice a second whether the monitor still reads. When memory stays above a limit and the
//! runtime has not acted, it calls what was registered for that, which writes the files and ends the
//! process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::bell;
use super::record::Exceeded;
use super::watch::{Breach, Eyes, Shared};

/// How long a breach may last before the runtime has acted.
pub const PATIENCE: Duration = Duration::from_millis(250);
/// Between two looks at whether the monitor still reads.
const CALM: Duration = Duration::from_millis(500);
/// The same while memory grows towards a limit.
const ALERT: Duration = Duration::from_millis(50);
/// Between two readings while memory is above a limit, or the monitor is stuck.
const CLOSE: Duration = Duration::from_millis(10);
/// What the thread itself needs; the files are written on a thread of their own.
const STACK: usize = 64 * 1024;

/// What is done about a breach when the runtime is stuck. Must not wait for a lock, and is expected
/// to end the process.
pub type LastResort = Arc<dyn Fn(Breach) + Send + Sync>;

/// Nobody acts yet.
const WATCHING: u8 = 0;
/// The runtime acts, or the execution has ended.
const ENDED: u8 = 1;
/// The last resort is at work.
const RESORTING: u8 = 2;

/// The thread. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Backstop {
    state: Arc<AtomicU8>,
    thread: Option<JoinHandle<()>>,
}

impl Backstop {
    /// Starts the thread; `None` when there is none to be had.
    pub(super) fn start(
        eyes: Arc<Eyes>,
        resort: Option<LastResort>,
        patience: Duration,
    ) -> Option<Self> {
        let state = Arc::new(AtomicU8::new(WATCHING));
        let watcher = Watcher {
            eyes,
            resort,
            patience,
            state: state.clone(),
            over_since: None,
        };
        // Taken here, so that no ring is lost before the thread first waits.
        let seen = bell::rings();
        let thread = thread::Builder::new()
            .name("drun-backstop".to_owned())
            .stack_size(STACK)
            .spawn(move || watcher.watch(seen))
            .ok()?;
        Some(Self {
            state,
            thread: Some(thread),
        })
    }

    /// Ends the thread and waits until it is gone. `false`: the last resort is at work.
    pub(super) fn end(mut self) -> bool {
        self.end_thread()
    }

    fn end_thread(&mut self) -> bool {
        let ended =
            self.state
                .compare_exchange(WATCHING, ENDED, Ordering::AcqRel, Ordering::Acquire);
        if ended == Err(RESORTING) {
            return false;
        }
        bell::ring();
        if let Some(thread) = self.thread.take() {
            // It takes no lock that is held here, and ends within microseconds.
            let _ = thread.join();
        }
        true
    }
}

impl Drop for Backstop {
    fn drop(&mut self) {
        self.end_thread();
    }
}

struct Watcher {
    eyes: Arc<Eyes>,
    resort: Option<LastResort>,
    patience: Duration,
    state: Arc<AtomicU8>,
    /// Since when memory is above a limit.
    over_since: Option<Instant>,
}

impl Watcher {
    fn watch(mut self, mut seen: u64) {
        loop {
            let rings = bell::wait(seen, self.pause());
            let rung = rings != seen;
            seen = rings;
            if self.state.load(Ordering::Acquire) != WATCHING {
                return;
            }
            if (rung || self.over_since.is_some() || self.is_stuck()) && self.look() {
                return;
            }
        }
    }

    fn shared(&self) -> &Shared {
        &self.eyes.shared
    }

    fn pause(&self) -> Duration {
        if self.over_since.is_some() || self.is_stuck() {
            CLOSE.min(self.patience)
        } else if self.shared().is_close() {
            ALERT
        } else {
            CALM
        }
    }

    /// Whether the monitor should have read long ago.
    fn is_stuck(&self) -> bool {
        self.shared().overdue() > self.patience
    }

    /// Reads, unless it is decided; whether the last resort was called.
    fn look(&mut self) -> bool {
        let exceeded = self.shared().decided().or_else(|| {
            let reading = self.eyes.read(self.shared().elapsed())?;
            let exceeded = self.eyes.exceeded(&reading)?;
            self.eyes.note(&reading, self.eyes.activity().as_ref());
            Some(self.shared().decide(exceeded))
        });
        // It is for this that the allocator rings: the monitor is to read now.
        self.shared().woken.notify_one();
        let Some(exceeded) = exceeded else {
            return false;
        };
        let since = *self.over_since.get_or_insert_with(Instant::now);
        since.elapsed() >= self.patience && self.resort_to(exceeded)
    }

    fn resort_to(&self, exceeded: Exceeded) -> bool {
        let claimed =
            self.state
                .compare_exchange(WATCHING, RESORTING, Ordering::AcqRel, Ordering::Acquire);
        if let (Ok(_), Some(resort)) = (claimed, &self.resort) {
            let reading = self.eyes.read(self.shared().elapsed()).unwrap_or_default();
            resort(self.eyes.breach(&reading, exceeded));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;
    use std::sync::mpsc;

    use super::*;
    use crate::memory::limits::Limits;
    use crate::memory::units::MB;

    /// A backstop over readings in MB that can be set, and what its last resort is given.
    struct Stage {
        megabytes: Arc<AtomicU64>,
        shared: Arc<Shared>,
        resorted: mpsc::Receiver<Breach>,
    }

    impl Stage {
        fn new(patience: Duration) -> Self {
            let megabytes = Arc::new(AtomicU64::new(10));
            let shared = Arc::new(Shared::new(Limits::default()));
            let (sender, resorted) = mpsc::channel();
            let read = megabytes.clone();
            let eyes = Arc::new(Eyes {
                readings: Box::new(move || Some(read.load(Ordering::Relaxed) * MB)),
                observed: None,
                shared: shared.clone(),
            });
            let resort: LastResort = Arc::new(move |breach| {
                let _ = sender.send(breach);
            });
            shared.keep(Backstop::start(eyes, Some(resort), patience));
            Self {
                megabytes,
                shared,
                resorted,
            }
        }
    }

    #[test]
    fn what_nobody_acts_on_is_acted_on() {
        let stage = Stage::new(Duration::from_millis(5));
        stage.megabytes.store(600, Ordering::Relaxed);
        bell::ring();
        let breach = stage
            .resorted
            .recv_timeout(Duration::from_secs(20))
            .unwrap();
        assert_eq!(breach.record.exceeded.current, 600 * MB);
        assert_eq!(breach.record.history.samples.len(), 1);
        assert!(stage.shared.is_breached());
        // The runtime is late.
        assert!(!stage.shared.act());
    }

    #[test]
    fn a_monitor_that_is_stuck_is_noticed_without_a_ring() {
        let stage = Stage::new(Duration::from_millis(5));
        stage.megabytes.store(600, Ordering::Relaxed);
        let resorted = stage.resorted.recv_timeout(Duration::from_secs(20));
        assert!(resorted.is_ok());
    }

    #[test]
    fn a_runtime_that_acts_is_left_to_it_and_the_thread_ends() {
        let stage = Stage::new(Duration::from_secs(3600));
        stage.megabytes.store(600, Ordering::Relaxed);
        bell::ring();
        assert!(stage.shared.act());
        // The thread is gone, and with it the sender.
        assert_eq!(stage.resorted.recv().unwrap_err(), mpsc::RecvError);
    }
}
