//! Who knows every child of an execution.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError, Weak};
use std::time::{Duration, Instant};

use rustc_hash::{FxHashMap, FxHashSet};

use super::account::Account;
use super::alive::group_lives;
use super::command::{Branch, Origin, ShellCommand};
use super::measured::Measured;
use super::oom::KernelKiller;
use super::pump::Pump;
use super::ring::Ring;
use super::start::StartError;
use super::terminal::Terminal;
use crate::source::Text;

/// The processes that every supervisor of this process started and that were not waited for yet.
/// Whatever else appears among our children was adopted. Locked while a process is started, so
/// that nobody sees one that is not in it yet.
static STARTED: Mutex<Option<FxHashSet<u32>>> = Mutex::new(None);

/// Buffers that are kept for the next command; more are only in use with parallel branches.
const KEPT_RINGS: usize = 4;

/// How long a lock may be held before its holder is taken for stuck.
const PATIENCE: Duration = Duration::from_millis(50);

/// Two are needed to find processes, two to end one, three to write a dump.
const SPARE: usize = 5;

#[cfg(unix)]
type Spare = std::os::fd::OwnedFd;
#[cfg(not(unix))]
type Spare = ();

fn spare() -> Option<Spare> {
    #[cfg(unix)]
    return rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stderr(), 3).ok();
    #[cfg(not(unix))]
    None
}

/// The children of one execution. Clones share them.
#[derive(Clone, Debug)]
pub struct Supervisor {
    pub(super) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    /// Whether all processes that this one adopts belong to the execution.
    pub(super) owns_process: bool,
    pub(super) table: Mutex<Table>,
    pub(super) measured: Mutex<Measured>,
    /// Commands whose statement was dropped while they were running; dropped by the call that
    /// ends them.
    pub(super) abandoned: Mutex<Vec<Pump>>,
    pub(super) killer: OnceLock<KernelKiller>,
    pub(super) terminal: OnceLock<Option<Terminal>>,
    /// Set when Ctrl-Z is listened to.
    #[cfg(unix)]
    pub(super) suspending: OnceLock<()>,
    captured: AtomicU64,
    stopping: AtomicBool,
    active: AtomicBool,
    /// Descriptors that nobody needs, until the processes have to be found and a dump written.
    spare: Mutex<Vec<Spare>>,
    rings: Mutex<Vec<Ring>>,
}

/// What is known of the processes that were started.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// By process, which is its group as well.
    pub(super) running: FxHashMap<u32, Arc<Known>>,
    /// Groups that have members although their command has ended.
    pub(super) left: FxHashMap<u32, Arc<Known>>,
    /// Descendants seen last time, by process and start: so they are still known when they have
    /// lost their parents.
    pub(super) seen: FxHashMap<(u32, u64), Option<Arc<Known>>>,
}

/// A command that was started.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) title: Text,
    pub(super) branch: Branch,
    pub(super) started_at: Origin,
    pub(super) started: Instant,
    pub(super) account: Option<Arc<Account>>,
    capture: Option<(Text, AtomicU64)>,
}

/// The output that a running capture holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// The name of the variable, without `$`.
    pub variable: Text,
    /// The bytes so far.
    pub bytes: u64,
    /// The script, or the program with its arguments; not redacted.
    pub command: Text,
    /// The branch it belongs to.
    pub branch: Branch,
    /// The statement.
    pub started_at: Origin,
}

impl Default for Supervisor {
    fn default() -> Self {
        Self::new()
    }
}

impl Supervisor {
    /// For a process that does other things as well, or has several executions at a time:
    /// a process that lost its parent is taken for ours when it was seen before, or is in a
    /// group or session that one of our commands made.
    pub fn new() -> Self {
        Self::with(false)
    }

    /// For a process whose only business is this execution: every process that it adopts is
    /// ours, even one that made a session of its own before anybody saw it.
    pub fn owning_process() -> Self {
        Self::with(true)
    }

    fn with(owns_process: bool) -> Self {
        Self {
            shared: Arc::new(Shared {
                owns_process,
                table: Mutex::default(),
                measured: Mutex::default(),
                abandoned: Mutex::default(),
                killer: OnceLock::new(),
                terminal: OnceLock::new(),
                #[cfg(unix)]
                suspending: OnceLock::new(),
                captured: AtomicU64::new(0),
                stopping: AtomicBool::new(false),
                active: AtomicBool::new(false),
                spare: Mutex::default(),
                rings: Mutex::default(),
            }),
        }
    }

    /// Whether this process has no other business than this execution.
    pub fn owns_process(&self) -> bool {
        self.shared.owns_process
    }

    /// The bytes that all running captures hold now. Reads an atomic.
    pub fn captured_bytes(&self) -> u64 {
        self.shared.captured.load(Ordering::Relaxed)
    }

    /// What each running capture holds, the largest first. A capture that was dropped with its
    /// execution is named until its process has been ended.
    pub fn captures(&self) -> Vec<Capture> {
        if !self.can_look() {
            return Vec::new();
        }
        let table = lock(&self.shared.table);
        let mut all: Vec<_> = table.running.values().filter_map(Known::capture).collect();
        all.sort_by_key(|capture| std::cmp::Reverse(capture.bytes));
        all
    }

    /// Whether a process was ever started.
    pub fn is_active(&self) -> bool {
        self.shared.active.load(Ordering::Acquire)
    }

    /// Whether the children are being ended and nothing is started any more.
    pub fn is_stopping(&self) -> bool {
        self.shared.stopping.load(Ordering::Acquire)
    }

    pub(super) fn stop(&self) {
        self.give_up_spare();
        let _started = started();
        self.shared.stopping.store(true, Ordering::Release);
    }

    /// As [`Supervisor::stop`] for a thread that must not wait for one that is stuck.
    pub(super) fn stop_now(&self) {
        self.give_up_spare();
        self.shared.stopping.store(true, Ordering::Release);
    }

    /// Whether what is known of the processes can be looked at: a thread that is stuck may have
    /// locked it for ever. Others have it for some ms.
    pub(super) fn can_look(&self) -> bool {
        is_free(&STARTED) && is_free(&self.shared.table) && is_free(&self.shared.measured)
    }

    /// Starts a process with `start` and notes it.
    pub(super) fn register<T>(
        &self,
        command: &ShellCommand,
        capture: Option<Text>,
        start: impl FnOnce() -> Result<(T, u32), StartError>,
    ) -> Result<(T, Registration), StartError> {
        self.activate();
        let mut all = started();
        if self.is_stopping() {
            return Err(StartError::Stopping);
        }
        let known = Arc::new(Known {
            title: command.title(),
            branch: command.branch,
            started_at: command.started_at.clone(),
            started: Instant::now(),
            account: command.account.clone(),
            capture: capture.map(|variable| (variable, AtomicU64::new(0))),
        });
        let (value, pid) = start()?;
        all.get_or_insert_default().insert(pid);
        lock(&self.shared.table).running.insert(pid, known.clone());
        let registration = Registration {
            shared: Arc::downgrade(&self.shared),
            pid,
            known,
        };
        Ok((value, registration))
    }

    /// Becomes the one who adopts what the children leave behind; not before the first child,
    /// because most runs of a library have none.
    fn activate(&self) {
        if self.is_active() {
            return;
        }
        #[cfg(target_os = "linux")]
        let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
        let kept: Vec<Spare> = (0..SPARE).map_while(|_| spare()).collect();
        let before = std::mem::replace(&mut *lock(&self.shared.spare), kept);
        drop(before);
        self.shared.active.store(true, Ordering::Release);
    }

    /// Gives up the descriptors that were kept for the end: a run may have used all others.
    pub fn give_up_spare(&self) {
        // Nobody allocates under this lock, so nobody is kept there; and who must act does not wait.
        let spare = match self.shared.spare.try_lock() {
            Ok(mut spare) => std::mem::take(&mut *spare),
            Err(TryLockError::Poisoned(spare)) => std::mem::take(&mut *spare.into_inner()),
            Err(TryLockError::WouldBlock) => return,
        };
        drop(spare);
    }

    pub(super) fn ring(&self) -> Ring {
        let ring = lock(&self.shared.rings).pop();
        ring.unwrap_or_else(Ring::new)
    }

    pub(super) fn give_back(&self, mut ring: Ring) {
        ring.clear();
        let mut rings = lock(&self.shared.rings);
        if rings.len() < KEPT_RINGS {
            rings.push(ring);
        }
    }
}

impl Known {
    fn capture(self: &Arc<Self>) -> Option<Capture> {
        let (variable, bytes) = self.capture.as_ref()?;
        Some(Capture {
            variable: variable.clone(),
            bytes: bytes.load(Ordering::Relaxed),
            command: self.title.clone(),
            branch: self.branch,
            started_at: self.started_at.clone(),
        })
    }
}

/// A noted process, until this is dropped.
#[derive(Debug)]
pub(super) struct Registration {
    shared: Weak<Shared>,
    pub(super) pid: u32,
    pub(super) known: Arc<Known>,
}

impl Registration {
    pub(super) fn supervisor(&self) -> Option<Supervisor> {
        let shared = self.shared.upgrade()?;
        Some(Supervisor { shared })
    }

    /// Counts captured bytes.
    pub(super) fn captured(&self, bytes: u64) {
        if let Some((_, count)) = &self.known.capture {
            count.fetch_add(bytes, Ordering::Relaxed);
        }
        if let Some(account) = &self.known.account {
            account.capture(bytes);
        }
        if let Some(shared) = self.shared.upgrade() {
            shared.captured.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// Captured bytes that are no longer held here.
    pub(super) fn released(&self, bytes: u64) {
        if let Some(account) = &self.known.account {
            account.release(bytes);
        }
        if let Some(shared) = self.shared.upgrade() {
            shared.captured.fetch_sub(bytes, Ordering::Relaxed);
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        if let Some(all) = started().as_mut() {
            all.remove(&self.pid);
        }
        let Some(shared) = self.shared.upgrade() else {
            return;
        };
        let mut table = lock(&shared.table);
        table.running.remove(&self.pid);
        if group_lives(self.pid) {
            table.left.insert(self.pid, self.known.clone());
        }
    }
}

fn is_free<T>(mutex: &Mutex<T>) -> bool {
    let begun = Instant::now();
    loop {
        match mutex.try_lock() {
            Err(TryLockError::WouldBlock) if begun.elapsed() > PATIENCE => return false,
            Err(TryLockError::WouldBlock) => std::thread::sleep(PATIENCE / 50),
            Ok(_) | Err(TryLockError::Poisoned(_)) => return true,
        }
    }
}

/// The processes that any supervisor started.
pub(super) fn started() -> MutexGuard<'static, Option<FxHashSet<u32>>> {
    lock(&STARTED)
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_must_act_does_not_wait_for_the_spare_descriptors() {
        let supervisor = Supervisor::new();
        let kept = lock(&supervisor.shared.spare);
        let (sender, given_up) = std::sync::mpsc::channel();
        let other = supervisor.clone();
        std::thread::spawn(move || {
            other.give_up_spare();
            let _ = sender.send(());
        });
        assert!(given_up.recv_timeout(Duration::from_secs(20)).is_ok());
        drop(kept);
    }
}
