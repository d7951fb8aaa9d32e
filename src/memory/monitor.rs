//! The monitor: samples memory beside an execution, warns once, and decides when it has to stop.
//!
//! It decides and does nothing else. The runtime, which awaits it in one `select!` with the executor,
//! aborts the executor, ends the children and has the files written.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::allocator;
use super::history::Ring;
use super::limits::Limits;
use super::reading::{Readings, System};
use super::record::{Exceeded, Figures, Record, Sample, Scope};
use super::snapshot::{ChildrenMemory, Observed};
use super::units::MB;
use crate::ast::Ast;

/// The shortest time between two readings.
const SHORTEST: Duration = Duration::from_millis(1);

/// How a monitor ended.
#[derive(Debug)]
pub enum Verdict {
    /// It was cancelled: nothing happened.
    Cancelled,
    /// Memory exceeded a limit; what is known about it.
    Breach(Box<Breach>),
}

/// A limit was exceeded.
#[derive(Debug, Clone)]
pub struct Breach {
    /// The figures, the limits, the history.
    pub record: Record,
    /// The program that was monitored.
    pub program: Option<Arc<Ast>>,
}

/// Watches an execution with the default limits until `ctx` is cancelled or memory exceeds a limit.
pub async fn monitor(ctx: CancellationToken, program: Arc<Ast>) -> Verdict {
    Monitor::new(Limits::default())
        .program(program)
        .run(ctx)
        .await
}

/// A monitor with its limits and its doors.
pub struct Monitor {
    limits: InForce,
    readings: Box<dyn Readings>,
    observed: Option<Arc<dyn Observed>>,
    program: Option<Arc<Ast>>,
    shared: Arc<Shared>,
}

/// The limits in force. The settings of the project are known only when its file was read, and that
/// is watched already.
#[derive(Debug, Clone)]
pub struct InForce(Arc<Mutex<Arc<Limits>>>);

impl InForce {
    fn new(limits: Limits) -> Self {
        Self(Arc::new(Mutex::new(Arc::new(limits))))
    }

    /// The limits as they are now.
    pub fn get(&self) -> Arc<Limits> {
        lock(&self.0).clone()
    }

    /// Puts other limits in force, from the next reading on.
    pub fn set(&self, limits: Limits) {
        allocator::arm(limits.critical);
        *lock(&self.0) = Arc::new(limits);
    }
}

/// What the monitor and whoever stands behind it both see.
#[derive(Debug, Default)]
pub struct Shared {
    warned: AtomicBool,
    breached: AtomicBool,
    history: Mutex<Ring>,
    peak: Mutex<u64>,
}

impl Shared {
    /// Whether memory exceeded a limit.
    pub fn is_breached(&self) -> bool {
        self.breached.load(Ordering::Acquire)
    }
}

/// What was read at one moment.
#[derive(Debug, Clone, Copy, Default)]
struct Reading {
    at: Duration,
    resident: u64,
    children: ChildrenMemory,
}

impl Monitor {
    /// A monitor with these limits that reads the memory of this process.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits: InForce::new(limits),
            readings: Box::new(System),
            observed: None,
            program: None,
            shared: Arc::default(),
        }
    }

    /// Names the program that the dump describes.
    pub fn program(mut self, program: Arc<Ast>) -> Self {
        self.program = Some(program);
        self
    }

    /// Looks at an execution with each sample.
    pub fn observed(mut self, observed: Arc<dyn Observed>) -> Self {
        self.observed = Some(observed);
        self
    }

    /// Reads through another door.
    pub fn readings(mut self, readings: impl Readings + 'static) -> Self {
        self.readings = Box::new(readings);
        self
    }

    /// The limits in force, which can be changed while the monitor runs.
    pub fn limits(&self) -> InForce {
        self.limits.clone()
    }

    /// What the monitor shares with others.
    pub fn shared(&self) -> Arc<Shared> {
        self.shared.clone()
    }

    /// Samples until `ctx` is cancelled or memory exceeds a limit.
    pub async fn run(self, ctx: CancellationToken) -> Verdict {
        let started = Instant::now();
        allocator::arm(self.limits.get().critical);
        // Whatever way the monitor ends, its limit ends with it.
        let _disarm = Disarm;
        let mut ticks = ticking(self.limits.get().interval);
        let mut before: Option<Reading> = None;
        loop {
            tokio::select! {
                biased;
                () = ctx.cancelled() => return Verdict::Cancelled,
                () = allocator::woken() => {}
                _ = ticks.tick() => {}
            }
            // A reading that fails, or is 0, says nothing.
            let Some(resident) = self.readings.resident().filter(|bytes| *bytes > 0) else {
                continue;
            };
            let reading = Reading {
                at: started.elapsed(),
                resident,
                children: self.children(),
            };
            self.note(&reading);
            if let Some(exceeded) = self.judge(&reading) {
                self.shared.breached.store(true, Ordering::Release);
                return Verdict::Breach(Box::new(self.breach(&reading, exceeded)));
            }
            if ticks.period() != self.limits.get().interval {
                ticks = ticking(self.limits.get().interval);
                ticks.reset();
            }
            if let Some(wait) = before.and_then(|before| self.sooner(&before, &reading)) {
                ticks.reset_after(wait);
            }
            before = Some(reading);
        }
    }

    fn children(&self) -> ChildrenMemory {
        self.observed
            .as_ref()
            .and_then(|observed| observed.children())
            .unwrap_or_default()
    }

    fn note(&self, reading: &Reading) {
        let activity = self
            .observed
            .as_ref()
            .and_then(|observed| observed.activity());
        let sample = Sample {
            at: reading.at.as_millis() as u64,
            resident: reading.resident,
            heap: allocator::live(),
            children: reading.children.bytes,
            task: None,
        };
        let task = activity.as_ref().map(|activity| activity.task.as_str());
        tracing::trace!(
            target: "drun::memory",
            resident_mb = reading.resident / MB,
            resident = reading.resident,
            children = reading.children.bytes,
            task = task.unwrap_or_default(),
            "sample"
        );
        lock(&self.shared.history).push(sample, task);
        let mut peak = lock(&self.shared.peak);
        *peak = (*peak).max(reading.resident);
    }

    /// Warns, once; tells which limit is exceeded.
    fn judge(&self, reading: &Reading) -> Option<Exceeded> {
        let exceeded = |scope, limit, current| Exceeded {
            scope,
            limit,
            current,
            task: None,
        };
        if let Some(limit) = self.limits.get().critical
            && reading.resident + allocator::demanded() > limit
        {
            self.warn(reading);
            let wanted = reading.resident + allocator::demanded();
            return Some(exceeded(Scope::Own, limit, wanted));
        }
        if let Some(limit) = self.limits.get().tree {
            let tree = reading.resident + reading.children.bytes;
            if tree > limit {
                return Some(exceeded(Scope::Tree, limit, tree));
            }
        }
        if self
            .limits
            .get()
            .warning
            .is_some_and(|limit| reading.resident > limit)
        {
            self.warn(reading);
        }
        None
    }

    fn warn(&self, reading: &Reading) {
        if self.limits.get().warning.is_none() || self.shared.warned.swap(true, Ordering::AcqRel) {
            return;
        }
        let place = self
            .observed
            .as_ref()
            .and_then(|observed| observed.activity())
            .map(|activity| activity.place())
            .unwrap_or_default();
        tracing::warn!(
            target: "drun::memory",
            kind = "warning",
            resident_mb = reading.resident / MB,
            limit_mb = self.limits.get().critical.unwrap_or_default() / MB,
            task = place.task,
            file = place.file,
            line = place.line,
            source = place.source_line,
            "memory usage is high"
        );
    }

    /// When to read again, if the growth since the last reading would reach the limit before the
    /// next two readings.
    fn sooner(&self, before: &Reading, now: &Reading) -> Option<Duration> {
        let own = self
            .limits
            .get()
            .critical
            .map(|limit| (limit, before.resident, now.resident));
        let tree = self.limits.get().tree.map(|limit| {
            let total = |reading: &Reading| reading.resident + reading.children.bytes;
            (limit, total(before), total(now))
        });
        let elapsed = now.at.saturating_sub(before.at).as_secs_f64().max(1e-6);
        own.into_iter()
            .chain(tree)
            .filter_map(|(limit, before, now)| {
                let growth = now.checked_sub(before).filter(|growth| *growth > 0)?;
                let left = limit.saturating_sub(now) as f64 / (growth as f64 / elapsed);
                let period = self.limits.get().interval.as_secs_f64();
                (left < 2.0 * period).then(|| Duration::from_secs_f64(left / 4.0).max(SHORTEST))
            })
            .min()
    }

    fn breach(&self, reading: &Reading, exceeded: Exceeded) -> Breach {
        Breach {
            record: Record {
                exceeded,
                figures: Figures {
                    resident: reading.resident,
                    peak: *lock(&self.shared.peak),
                    system: self.readings.virtual_size().unwrap_or_default(),
                    heap: allocator::live(),
                    allocated: allocator::allocated(),
                    children: reading.children.bytes,
                    children_count: reading.children.count,
                    tasks_alive: tasks_alive(),
                },
                history: lock(&self.shared.history).history().clone(),
                limits: self.limits.get().in_force.clone(),
            },
            program: self.program.clone(),
        }
    }
}

struct Disarm;

impl Drop for Disarm {
    fn drop(&mut self) {
        allocator::arm(None);
    }
}

fn ticking(period: Duration) -> Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

fn tasks_alive() -> u64 {
    tokio::runtime::Handle::try_current()
        .map_or(0, |handle| handle.metrics().num_alive_tasks() as u64)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
