//! The last resort: one small thread that acts where the runtime does not.
//!
//! An executor that does not await cannot be interrupted, and the monitor beside it never runs. This
//! thread has nothing to do with the runtime. It is started when memory grows towards a limit, or by
//! the allocator when the heap passes it: a run that needs little pays for no thread. Then it sleeps
//! until somebody rings, and looks twice a second whether the monitor still reads. When memory is
//! above a limit and the runtime does not act, it calls what was registered for that, which writes
//! the files and ends the process.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::record::{Exceeded, Scope};
use super::units::MB;
use super::watch::{Breach, Eyes, Shared};
use super::{allocator, bell, last_words};

/// How long a breach may last before the runtime has acted.
pub const PATIENCE: Duration = Duration::from_millis(250);
/// Between two looks at whether the monitor still reads.
const CALM: Duration = Duration::from_millis(500);
/// The same where the allocator rings when the heap passes the limit: what is to be noticed rings.
const RUNG: Duration = Duration::from_secs(5);
/// The same while memory grows towards a limit.
const ALERT: Duration = Duration::from_millis(50);
/// Between two readings while memory is above a limit, or the monitor is stuck.
const CLOSE: Duration = Duration::from_millis(10);
/// Between two readings while the monitor has not answered a ring.
const UNANSWERED: Duration = Duration::from_millis(2);
/// How far above the limit memory may get before the threads that take it are kept, in bytes.
pub(super) const EXCESS: u64 = 4 * MB;
/// A runtime that lets memory grow so far is stuck and is given no more time than this. Not less: a
/// long step may end by itself, and only after it can the state be read.
const HASTE: Duration = Duration::from_millis(20);
/// What the thread itself needs; the files are written on a thread of their own.
const STACK: usize = 64 * 1024;

/// How long the last resort may take before the process is ended without it: what it calls may wait
/// for a lock that a stuck thread holds. Writing the files takes a moment, the end of children that
/// heed no signal four seconds.
const LONGEST: Duration = Duration::from_secs(8);

/// What is done about a breach when the runtime is stuck. Must not wait for a lock, and is expected
/// to end the process.
pub type LastResort = Arc<dyn Fn(Breach) + Send + Sync>;

/// A wish from outside that the execution ends, such as a signal, which a stuck runtime does not
/// hear. Who has the wish calls [`nudge`].
pub struct Unheard {
    /// Whether somebody wishes so.
    pub wished: Box<dyn Fn() -> bool + Send + Sync>,
    /// Ends the process; as [`LastResort`].
    pub act: Box<dyn Fn() + Send + Sync>,
}

/// Has the backstop look. May be called by a handler of a signal.
pub fn nudge() {
    bell::ring();
}

/// Nobody acts yet.
const WATCHING: u8 = 0;
/// The runtime acts, or the execution has ended.
const ENDED: u8 = 1;
/// The last resort is at work.
const RESORTING: u8 = 2;

/// Who has its thread started by the allocator. One for a process: other executions start theirs
/// with their second reading.
static STANDING_BY: Mutex<Option<Arc<Standby>>> = Mutex::new(None);

/// What a backstop is started with.
pub(super) struct Standby {
    pub(super) eyes: Arc<Eyes>,
    pub(super) resort: Option<LastResort>,
    pub(super) unheard: Option<Arc<Unheard>>,
    pub(super) patience: Duration,
}

impl Standby {
    /// Lets the allocator start the thread; `false` when it does so for another one.
    pub(super) fn stand_by(self: &Arc<Self>) -> bool {
        let mut slot = standing_by();
        if slot.is_none() {
            *slot = Some(self.clone());
            return true;
        }
        false
    }

    /// Takes that back.
    pub(super) fn stand_down(self: &Arc<Self>) {
        let mut slot = standing_by();
        let own = slot.as_ref().is_some_and(|other| Arc::ptr_eq(other, self));
        let taken = if own { slot.take() } else { None };
        // Not under the lock: dropping may free memory, and so call the allocator.
        drop(slot);
        drop(taken);
    }

    /// Starts the thread, unless it runs or is no longer wanted. Without one to be had, everything is
    /// as if there were none.
    pub(super) fn start(self: &Arc<Self>) {
        let backstop = &self.eyes.shared.backstop;
        if backstop.is_wanted() {
            backstop.keep(Watcher::start(self));
        }
    }
}

fn standing_by() -> MutexGuard<'static, Option<Arc<Standby>>> {
    // Nobody allocates under this lock, so the allocator may take it.
    STANDING_BY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Wakes those who watch, and starts who stands by. Called by the allocator, for a thread that holds
/// none of the locks here; the tripwire is disarmed meanwhile, so it is not called again by what
/// it allocates itself.
pub(super) fn call() {
    bell::ring();
    let standby = standing_by().take();
    if let Some(standby) = standby {
        standby.start();
    }
}

/// The thread of an execution. There is at most one, and none any more once somebody acts: whoever
/// reads on meanwhile, or is called by the allocator, does not revive it.
#[derive(Debug, Default)]
pub(super) struct Backstop {
    /// [`WATCHING`], [`ENDED`] or [`RESORTING`], from the start of the execution to its end.
    state: AtomicU8,
    /// Whether the thread was started, or is about to be.
    started: AtomicBool,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Backstop {
    /// Whether the thread is to be started; for one caller only.
    fn is_wanted(&self) -> bool {
        self.is_watched() && !self.started.swap(true, Ordering::AcqRel)
    }

    fn keep(&self, thread: Option<JoinHandle<()>>) {
        self.started.store(thread.is_some(), Ordering::Release);
        // When it was ended meanwhile, nobody waits for it: it finds that out by itself.
        *self.thread() = thread;
    }

    fn thread(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.thread.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nobody acts yet.
    fn is_watched(&self) -> bool {
        self.state.load(Ordering::Acquire) == WATCHING
    }

    /// Takes the act upon the last resort; `false` when the runtime was faster.
    fn claim(&self) -> bool {
        self.pass_to(RESORTING).is_ok()
    }

    /// Ends the thread, for good, and waits until it is gone. `false`: the last resort is at work.
    pub(super) fn end(&self) -> bool {
        if self.pass_to(ENDED) == Err(RESORTING) {
            return false;
        }
        bell::ring();
        let thread = self.thread().take();
        if let Some(thread) = thread {
            // It takes no lock that is held here, and ends within microseconds.
            let _ = thread.join();
        }
        true
    }

    fn pass_to(&self, state: u8) -> Result<u8, u8> {
        self.state
            .compare_exchange(WATCHING, state, Ordering::AcqRel, Ordering::Acquire)
    }
}

struct Watcher {
    standby: Arc<Standby>,
    /// Since when memory is above a limit, and what was resident then, in bytes.
    over_since: Option<(Instant, u64)>,
    /// Since when somebody wishes that the execution ends.
    wished_since: Option<Instant>,
    /// How often the monitor had read when it was last asked to.
    asked: Option<u64>,
}

impl Watcher {
    /// Starts the thread; `None` when there is none to be had.
    fn start(standby: &Arc<Standby>) -> Option<JoinHandle<()>> {
        let watcher = Self {
            standby: standby.clone(),
            over_since: None,
            wished_since: None,
            asked: None,
        };
        thread::Builder::new()
            .name("drun-backstop".to_owned())
            .stack_size(STACK)
            .spawn(move || watcher.watch())
            .ok()
    }

    fn watch(mut self) {
        // Whoever started the thread did so because it is time to look.
        let mut rung = true;
        let mut seen = bell::rings();
        allocator::exempt();
        while self.shared().backstop.is_watched() {
            if rung {
                self.asked = Some(self.shared().samples());
            }
            let urgent = self.is_over() || self.is_unanswered() || self.is_stuck();
            if (rung || urgent) && (self.look() || self.listen()) {
                return;
            }
            let rings = bell::wait(seen, self.pause());
            rung = rings != seen;
            seen = rings;
        }
    }

    fn shared(&self) -> &Shared {
        &self.standby.eyes.shared
    }

    fn pause(&self) -> Duration {
        if self.is_unanswered() {
            UNANSWERED
        } else if self.is_over() || self.is_stuck() {
            CLOSE.min(self.standby.patience)
        } else if self.shared().is_close() {
            ALERT
        } else if allocator::counts() {
            RUNG
        } else {
            CALM
        }
    }

    /// Whether the runtime should act.
    fn is_over(&self) -> bool {
        self.over_since.is_some() || self.wished_since.is_some()
    }

    /// Whether the monitor has not read since it was asked to.
    fn is_unanswered(&self) -> bool {
        self.asked == Some(self.shared().samples())
    }

    /// Whether the monitor should have read long ago.
    fn is_stuck(&self) -> bool {
        self.shared().overdue() > self.standby.patience
    }

    /// Reads; whether the last resort was called.
    fn look(&mut self) -> bool {
        let eyes = &self.standby.eyes;
        let shared = &eyes.shared;
        let reading = eyes.read(shared.elapsed());
        let exceeded = shared.decided().or_else(|| {
            let reading = reading.as_ref()?;
            let exceeded = eyes.exceeded(reading, false)?;
            eyes.note(reading, eyes.activity().as_ref());
            Some(shared.decide(exceeded))
        });
        // It is for this that the allocator rings: the monitor is to read now.
        shared.wake();
        let Some(exceeded) = exceeded else {
            return false;
        };
        let resident = reading.map_or(0, |reading| reading.resident);
        let (since, at_first) = *self
            .over_since
            .get_or_insert_with(|| (Instant::now(), resident));
        let over = since.elapsed();
        // One allocation may step far over the limit; that is no growth yet.
        let grows_on =
            exceeded.scope == Scope::Own && resident > at_first.max(exceeded.limit) + EXCESS;
        let hasty = grows_on || allocator::keeps_somebody();
        if over >= self.standby.patience || (hasty && over >= HASTE) {
            self.resort_to(exceeded);
            return true;
        }
        false
    }

    /// Hears a wish from outside; whether it was acted on.
    fn listen(&mut self) -> bool {
        let Some(unheard) = self.standby.unheard.clone() else {
            return false;
        };
        if !(unheard.wished)() {
            return false;
        }
        let since = self.wished_since.get_or_insert_with(Instant::now);
        if since.elapsed() < self.standby.patience {
            return false;
        }
        if self.shared().backstop.claim() {
            at_most(LONGEST, move || (unheard.act)());
        }
        true
    }

    fn resort_to(&self, exceeded: Exceeded) {
        let Some(resort) = self.standby.resort.clone() else {
            return;
        };
        if !self.shared().backstop.claim() {
            return;
        }
        let eyes = &self.standby.eyes;
        let reading = eyes.read(self.shared().elapsed()).unwrap_or_default();
        let breach = eyes.breach(&reading, exceeded);
        at_most(LONGEST, move || resort(breach.clone()));
        // It did not end the process: then nobody need be kept for it.
        allocator::guard(false);
        self.shared().release();
    }
}

/// Does `what`, which needs more room than watching does, on a thread of its own, and waits until it
/// is done or `limit` has passed. No thread to be had: then here, as far as it goes.
fn at_most(limit: Duration, what: impl Fn() + Send + Sync + 'static) {
    let (sender, receiver) = mpsc::channel::<()>();
    let what = Arc::new(what);
    let kept = what.clone();
    let started = thread::Builder::new().spawn(move || {
        allocator::exempt();
        kept();
        drop(sender);
    });
    match started {
        Err(_) => what(),
        Ok(_) if receiver.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) => {
            if !last_words::said() {
                last_words::write("\n❌ drun is stuck and ends without a dump\n");
            }
            std::process::exit(1);
        }
        Ok(_) => {}
    }
}

#[cfg(test)]
mod tests;
