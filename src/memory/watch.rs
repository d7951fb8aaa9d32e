//! What the monitor and the backstop behind it share: how they read, and how they judge.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::allocator::{self, Held};
use super::backstop::{Backstop, EXCESS};
use super::bell;
use super::history::Ring;
use super::limits::Limits;
use super::reading::Readings;
use super::record::{Exceeded, Figures, Record, Sample, Scope};
use super::redact::Redactor;
use super::snapshot::{Activity, ChildrenMemory, Observed, Place, TaskLimit};
use crate::ast::Ast;
use children::Children;
pub use in_force::InForce;

mod children;
mod in_force;

/// A limit was exceeded.
#[derive(Debug, Clone)]
pub struct Breach {
    /// The figures, the limits, the history.
    pub record: Record,
    /// The program that was monitored.
    pub program: Option<Arc<Ast>>,
    /// What was being executed when that could last be seen.
    pub activity: Option<Activity>,
}

/// What the monitor shares with the runtime, and with whoever else has to know.
#[derive(Debug)]
pub struct Shared {
    started: Instant,
    pub(super) limits: InForce,
    program: Mutex<Option<Arc<Ast>>>,
    history: Mutex<Ring>,
    children: Mutex<Children>,
    activity: Mutex<Option<Activity>>,
    peak: AtomicU64,
    /// How often the monitor has read.
    samples: AtomicU64,
    warned: AtomicBool,
    breached: AtomicBool,
    /// The limit that was exceeded: the first reading above one decides, whoever makes it.
    decided: Mutex<Option<Exceeded>>,
    /// Whether memory grows towards a limit.
    close: AtomicBool,
    /// When the monitor will have read again, in ms since the start; when that passes, it is stuck.
    due: AtomicU64,
    pub(super) backstop: Backstop,
    /// Since the decision other threads take no more, until the execution has ended.
    held: Mutex<Option<Held>>,
}

impl Shared {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            started: Instant::now(),
            limits: InForce::new(limits),
            program: Mutex::default(),
            history: Mutex::default(),
            children: Mutex::default(),
            activity: Mutex::default(),
            peak: AtomicU64::new(0),
            samples: AtomicU64::new(0),
            warned: AtomicBool::new(false),
            breached: AtomicBool::new(false),
            decided: Mutex::default(),
            close: AtomicBool::new(false),
            due: AtomicU64::new(0),
            backstop: Backstop::default(),
            held: Mutex::default(),
        }
    }

    /// Whether memory exceeded a limit: an executor that sees this lets go at once.
    pub fn is_breached(&self) -> bool {
        self.breached.load(Ordering::Acquire)
    }

    /// Names the program, once it is loaded.
    pub fn set_program(&self, program: Arc<Ast>) {
        *lock(&self.program) = Some(program);
    }

    /// The limits that hold now.
    pub fn limits(&self) -> Arc<Limits> {
        self.limits.get()
    }

    /// Has the monitor read at once.
    pub(super) fn wake(&self) {
        self.limits.woken.notify_one();
    }

    /// Ends when it is to read at once.
    pub(super) async fn woken(&self) {
        self.limits.woken.notified().await;
    }

    /// Tells the backstop that the runtime acts: on a breach, or on a wish to end. From here on there
    /// is no backstop. Where a last resort is registered, the runtime has to call this first of all. `false`: too late, the backstop is at work and ends the
    /// process; the runtime then does nothing any more.
    #[must_use]
    pub fn act(&self) -> bool {
        self.backstop.end()
    }

    /// Lets all threads take memory again.
    pub(super) fn release(&self) {
        lock(&self.held).take();
    }

    #[cfg(test)]
    pub(super) fn history_so_far(&self) -> super::record::History {
        lock(&self.history).history().clone()
    }

    /// Counts a reading of the monitor.
    pub(super) fn count_sample(&self) -> u64 {
        self.samples.fetch_add(1, Ordering::AcqRel) + 1
    }

    pub(super) fn samples(&self) -> u64 {
        self.samples.load(Ordering::Acquire)
    }

    /// What the last measurement of the children took.
    pub(super) fn children_cost(&self) -> Duration {
        lock(&self.children).cost
    }

    /// Whether this is the first warning.
    pub(super) fn warn_once(&self) -> bool {
        !self.warned.swap(true, Ordering::AcqRel)
    }

    /// The limit that was exceeded.
    pub(super) fn decided(&self) -> Option<Exceeded> {
        lock(&self.decided).clone()
    }

    /// Decides, unless it was decided before; what was decided. From here on a stuck thread takes no
    /// more: not from what is left for the files.
    pub(super) fn decide(&self, exceeded: Exceeded) -> Exceeded {
        if !self.breached.swap(true, Ordering::AcqRel) && exceeded.scope == Scope::Own {
            *lock(&self.held) = Some(allocator::hold(exceeded.limit + EXCESS));
        }
        lock(&self.decided).get_or_insert(exceeded).clone()
    }

    /// When the monitor reads again; whether that is because memory grows towards a limit.
    pub(super) fn expect(&self, wait: Duration, close: bool) {
        let due = self.started.elapsed() + wait;
        self.due.store(due.as_millis() as u64, Ordering::Release);
        if close && !self.close.swap(true, Ordering::AcqRel) {
            bell::ring();
        } else if !close {
            self.close.store(false, Ordering::Release);
        }
    }

    pub(super) fn is_close(&self) -> bool {
        self.close.load(Ordering::Acquire)
    }

    /// Since when the monitor should have read.
    pub(super) fn overdue(&self) -> Duration {
        let due = Duration::from_millis(self.due.load(Ordering::Acquire));
        self.started.elapsed().saturating_sub(due)
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

/// What was read at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reading {
    /// Since the start.
    pub(super) at: Duration,
    pub(super) resident: u64,
    pub(super) heap: Option<u64>,
    pub(super) children: ChildrenMemory,
}

impl Reading {
    pub(super) fn tree(&self) -> u64 {
        self.resident.saturating_add(self.children.bytes)
    }
}

/// Looks at memory and at the execution.
pub(super) struct Eyes {
    pub(super) readings: Box<dyn Readings>,
    pub(super) observed: Option<Arc<dyn Observed>>,
    pub(super) shared: Arc<Shared>,
}

impl Eyes {
    /// Reads what this process uses. `None`: a reading that fails, or is 0, says nothing.
    pub(super) fn read(&self, at: Duration) -> Option<Reading> {
        let resident = self.readings.resident().filter(|bytes| *bytes > 0)?;
        self.shared.peak.fetch_max(resident, Ordering::Relaxed);
        Some(Reading {
            at,
            resident,
            heap: allocator::live(),
            children: try_lock(&self.shared.children)
                .map(|children| children.judged)
                .unwrap_or_default(),
        })
    }

    /// Adds the memory of the children; see [`Children::look`].
    pub(super) fn measure_children(&self, reading: &mut Reading, rest: Duration, limited: bool) {
        if let Some(observed) = &self.observed {
            let mut children = lock(&self.shared.children);
            reading.children = children.look(observed.as_ref(), reading.at, rest, limited);
        }
    }

    /// Writes a reading down, as far as nobody else does so in this moment.
    pub(super) fn note(&self, reading: &Reading, activity: Option<&Activity>) {
        let sample = Sample {
            at: reading.at.as_millis() as u64,
            resident: reading.resident,
            heap: reading.heap,
            children: reading.children.bytes,
            task: None,
        };
        if let Some(mut history) = try_lock(&self.shared.history) {
            history.push(sample, activity.map(|activity| activity.task.as_str()));
        }
    }

    /// What is being executed, or was when it could last be seen.
    pub(super) fn activity(&self) -> Option<Activity> {
        let now = self.observed.as_ref()?.activity();
        let mut last = try_lock(&self.shared.activity)?;
        if now.is_some() {
            last.clone_from(&now);
        }
        last.clone()
    }

    /// Knows the secrets of the execution as far as they are known by now.
    pub(super) fn redactor(&self) -> Redactor {
        let mut redactor = Redactor::default().with_environment();
        let known = try_lock(&self.shared.program).and_then(|program| program.clone());
        let observed = self.observed.as_ref();
        if let Some(program) = known.or_else(|| observed?.program()) {
            redactor = redactor.with_program(&program);
        }
        let secrets = observed
            .map(|observed| observed.secrets())
            .unwrap_or_default();
        redactor.with_values(secrets.iter().map(String::as_str))
    }

    /// The limit of a running task of which least is left; not more than the container leaves.
    pub(super) fn task_limit(&self, limits: &Limits) -> Option<TaskLimit> {
        let observed = self.observed.as_ref().filter(|_| !limits.off)?;
        observed.task_limit(limits.room.as_ref().map_or(u64::MAX, |room| room.bytes))
    }

    /// As [`Eyes::exceeded`]. Processes were estimated, by what they used before and by pages that they
    /// may share: only what they use surely counts. As long as that is not enough, the run goes on, and
    /// the next reading measures more of them.
    pub(super) fn exceeded_surely(&self, reading: &mut Reading) -> Option<Exceeded> {
        let mut exceeded = self.exceeded(reading, true);
        if let (Some(estimated), Some(observed)) = (&exceeded, &self.observed)
            && estimated.scope == Scope::Tree
        {
            let own = estimated.current.saturating_sub(estimated.children);
            // Others may use much beside the task whose limit it is.
            let enough = match estimated.task {
                Some(_) => u64::MAX,
                None => estimated.limit.saturating_sub(own),
            };
            let mut children = lock(&self.shared.children);
            let sure = children.surely(|| observed.children_surely(enough));
            reading.children = sure.unwrap_or(children.judged);
            drop(children);
            exceeded = self.exceeded(reading, sure.is_some());
        }
        if exceeded.is_none() {
            lock(&self.shared.children).judged = reading.children;
        }
        exceeded
    }

    /// Which limit is exceeded: a reading above it, not at it. Where the children were not measured for
    /// it, those of a task count for nothing: what is known of them may have been refuted.
    pub(super) fn exceeded(&self, reading: &Reading, measured: bool) -> Option<Exceeded> {
        let limits = self.shared.limits();
        let wanted = reading.resident.saturating_add(allocator::demanded());
        if let Some(limit) = limits.critical.filter(|limit| wanted > *limit) {
            return Some(Exceeded {
                scope: Scope::Own,
                limit,
                current: wanted,
                ..Exceeded::default()
            });
        }
        if let Some(limit) = limits.tree.filter(|limit| reading.tree() > *limit) {
            return Some(Exceeded {
                scope: Scope::Tree,
                limit,
                current: reading.tree(),
                children: reading.children.bytes,
                ..Exceeded::default()
            });
        }
        let task = self.task_limit(&limits)?;
        let unsure = if measured { 0 } else { task.children };
        let used = task.used.saturating_sub(unsure);
        (used > task.bytes).then(|| Exceeded {
            scope: Scope::Tree,
            limit: task.bytes,
            current: used,
            children: task.children - unsure,
            asked: (task.asked > task.bytes).then_some(task.asked),
            task: Some(task.task.to_string()),
            place: Some(Place::clone(&task.place)),
        })
    }

    /// Everything that is known about a breach. Waits for no lock.
    pub(super) fn breach(&self, reading: &Reading, exceeded: Exceeded) -> Breach {
        let shared = &self.shared;
        let in_force = shared.limits();
        let mut limits = in_force.in_force.clone();
        limits.extend(
            exceeded
                .task
                .as_ref()
                .map(|_| in_force.of_task(exceeded.limit, exceeded.asked)),
        );
        Breach {
            record: Record {
                exceeded,
                figures: Figures {
                    resident: reading.resident,
                    peak: shared.peak.load(Ordering::Relaxed),
                    system: self.readings.virtual_size().unwrap_or_default(),
                    heap: reading.heap,
                    allocated: allocator::allocated(),
                    children: reading.children.bytes,
                    children_count: reading.children.count,
                    tasks_alive: tasks_alive(),
                },
                history: try_lock(&shared.history)
                    .map(|ring| ring.history().clone())
                    .unwrap_or_default(),
                limits,
            },
            program: try_lock(&shared.program).and_then(|program| program.clone()),
            activity: self.activity(),
        }
    }
}

fn tasks_alive() -> u64 {
    tokio::runtime::Handle::try_current()
        .map_or(0, |handle| handle.metrics().num_alive_tasks() as u64)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// As [`lock`], of what may be held by a thread that is stuck.
fn try_lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    use std::sync::TryLockError;
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}
