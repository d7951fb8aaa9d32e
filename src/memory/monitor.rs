//! The monitor: samples memory beside an execution, warns once, and decides when it has to stop.
//!
//! It decides and does nothing else. The runtime, which awaits it in one `select!` with the executor,
//! aborts the executor, ends the children and has the files written.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::backstop::{LastResort, PATIENCE, Standby, Unheard};
use super::limits::Limits;
use super::pace::Growth;
use super::reading::{Readings, System};
use super::record::Exceeded;
use super::snapshot::{Activity, Observed};
use super::still::{self, Stillness};
use super::ticks::Ticks;
use super::tripwire::Tripwire;
use super::units::MB;
use super::warning::warn;
pub use super::watch::{Breach, InForce, Shared};
use super::watch::{Eyes, Reading};
use super::{allocator, reading};
use crate::ast::Ast;

/// Between two readings while the heap alone could exceed the limit. What was taken before may be
/// touched without the allocator's knowledge.
const HEAP_IS_FULL: Duration = Duration::from_millis(5);
/// Between two measurements of the children while they are limited, at least.
const CHILDREN: Duration = Duration::from_millis(20);
/// As many times what one costs, so that measuring takes no more than 2 % of the time.
const SHARE: u32 = 50;

/// Until the next reading of a monitor that is switched off. Limits that come later wake it.
const NEVER: Duration = Duration::from_secs(24 * 60 * 60);

/// How a monitor ended.
#[derive(Debug)]
pub enum Verdict {
    /// It was cancelled: nothing happened.
    Cancelled,
    /// Memory exceeded a limit; what is known about it.
    Breach(Box<Breach>),
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
    readings: Box<dyn Readings>,
    observed: Option<Arc<dyn Observed>>,
    resort: Option<LastResort>,
    unheard: Option<Arc<Unheard>>,
    patience: Duration,
    kernel_timer: bool,
    shared: Arc<Shared>,
}

impl Monitor {
    /// A monitor with these limits that reads the memory of this process.
    pub fn new(limits: Limits) -> Self {
        Self {
            readings: Box::new(System),
            observed: None,
            resort: None,
            unheard: None,
            patience: PATIENCE,
            kernel_timer: false,
            shared: Arc::new(Shared::new(limits)),
        }
    }

    /// Names the program that the dump describes; [`Shared::set_program`] does so later.
    pub fn program(self, program: Arc<Ast>) -> Self {
        self.shared.set_program(program);
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

    /// What is done when the runtime does not act on a breach, because all its workers are stuck:
    /// `resort` is called from another thread 250 ms after it, writes what is known and ends the
    /// process. The runtime has to call [`Shared::act`] as soon as it has the verdict.
    pub fn last_resort(mut self, resort: impl Fn(Breach) + Send + Sync + 'static) -> Self {
        self.resort = Some(Arc::new(resort));
        self
    }

    /// A wish from outside that the execution ends, which the backstop's thread hears where the
    /// runtime does not. From the second reading on: a run that ends sooner pays for no thread.
    pub fn unheard(mut self, unheard: Unheard) -> Self {
        self.unheard = Some(Arc::new(unheard));
        self
    }

    /// How long a breach may last before the last resort.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Lets a timer of the kernel do the waiting, where there is one: half as many wake-ups as the
    /// runtime's interval needs. The runtime then has to have its I/O driver, and its clock must not
    /// be paused.
    pub fn kernel_timer(mut self, allowed: bool) -> Self {
        self.kernel_timer = allowed;
        self
    }

    /// The limits in force, which can be changed while the monitor runs.
    pub fn limits(&self) -> InForce {
        self.shared.limits.clone()
    }

    /// What the monitor shares with others.
    pub fn shared(&self) -> Arc<Shared> {
        self.shared.clone()
    }

    /// Samples until `ctx` is cancelled or memory exceeds a limit. The tripwire is armed at once, even
    /// before the future is polled: a worker may be stuck from the beginning.
    pub fn run(self, ctx: CancellationToken) -> impl Future<Output = Verdict> + Send + use<> {
        Watch::new(self).run(ctx)
    }
}

impl Watch {
    async fn run(mut self, ctx: CancellationToken) -> Verdict {
        let shared = self.standby.eyes.shared.clone();
        let started = Instant::now();
        let mut ticks = Ticks::new(shared.limits().interval, self.kernel_timer);
        // The first tick is at once, and does not wait for the clock: what runs beside may not let it.
        let mut first = true;
        loop {
            tokio::select! {
                biased;
                () = ctx.cancelled() => return Verdict::Cancelled,
                () = shared.woken() => {}
                () = std::future::ready(()), if first => {}
                () = allocator::woken() => {}
                _ = ticks.tick() => {}
            }
            first = false;
            match self.sample(started.elapsed()) {
                Sampled::Breach(breach) => return Verdict::Breach(breach),
                Sampled::Next(wait) => {
                    if shared.samples() > 1 {
                        ticks.pass_to_kernel();
                    }
                    ticks.reset_after(wait);
                }
            }
        }
    }
}

/// What a sample came to.
enum Sampled {
    Breach(Box<Breach>),
    /// When to read again.
    Next(Duration),
}

/// The state of a monitor that runs. Dropping it leaves no thread and no tripwire behind.
struct Watch {
    standby: Arc<Standby>,
    stands_by: bool,
    own: Growth,
    tree: Growth,
    tripwire: Tripwire,
    wait: Duration,
    /// Whether memory grows towards a limit.
    is_close: bool,
    stillness: Stillness,
    handed_over: bool,
    kernel_timer: bool,
}

impl Watch {
    fn new(monitor: Monitor) -> Self {
        let limits = monitor.shared.limits();
        tracing::debug!(
            target: "drun::memory",
            limit_mb = limits.critical.map(|bytes| bytes / MB),
            warning_mb = limits.warning.map(|bytes| bytes / MB),
            tree_limit_mb = limits.tree.map(|bytes| bytes / MB),
            interval_ms = limits.interval.as_millis() as u64,
            "memory is watched"
        );
        let standby = Arc::new(Standby {
            eyes: Arc::new(Eyes {
                readings: monitor.readings,
                observed: monitor.observed,
                shared: monitor.shared,
            }),
            resort: monitor.resort,
            unheard: monitor.unheard,
            patience: monitor.patience,
        });
        let mut watch = Self {
            stands_by: false,
            standby,
            own: Growth::default(),
            tree: Growth::default(),
            tripwire: Tripwire::default(),
            wait: Duration::ZERO,
            is_close: false,
            stillness: Stillness::default(),
            handed_over: false,
            kernel_timer: monitor.kernel_timer,
        };
        // Before the run uses up its descriptors.
        reading::keep_open();
        watch.eyes().shared.limits.limit_the_heap(limits.critical);
        allocator::guard(watch.standby.resort.is_some());
        if let (Some(limit), Some(_)) = (limits.critical, allocator::live()) {
            watch.stands_by = watch.standby.stand_by();
            watch.tripwire.arm_at(limit);
        }
        watch
    }

    fn eyes(&self) -> &Eyes {
        &self.standby.eyes
    }

    fn sample(&mut self, at: Duration) -> Sampled {
        let shared = self.eyes().shared.clone();
        let limits = shared.limits();
        let Some(mut reading) = self.eyes().read(at) else {
            // It neither trips nor clears. What was decided meanwhile is not undone by it.
            return match shared.decided() {
                Some(exceeded) => {
                    let resident = exceeded.current;
                    let reading = Reading {
                        at,
                        resident,
                        ..Reading::default()
                    };
                    self.breach(&reading, exceeded)
                }
                None => Sampled::Next(limits.interval),
            };
        };
        let limited = limits.tree.is_some() || self.eyes().task_limit(&limits).is_some();
        // A process may fill memory at gigabytes in a second, and nothing counts while it does.
        let rest = match limited {
            true => (shared.children_cost() * SHARE).clamp(CHILDREN, limits.interval.max(CHILDREN)),
            false => limits.interval,
        };
        self.eyes().measure_children(&mut reading, rest, limited);
        let task = self.eyes().task_limit(&limits);
        let activity = self.eyes().activity();
        // Before it is written down: what was estimated may be refuted.
        let exceeded = shared
            .decided()
            .or_else(|| self.eyes().exceeded_surely(&mut reading));
        self.note(&reading, activity.as_ref());
        if limits.warning.is_some_and(|limit| reading.resident > limit) && shared.warn_once() {
            warn(
                reading.resident,
                &limits,
                activity.as_ref(),
                &self.eyes().redactor(),
            );
        }
        if let Some(exceeded) = exceeded {
            return self.breach(&reading, shared.decide(exceeded));
        }
        let left = task.map(|task| task.room());
        let heap_is_full = self.tripwire.arm(&reading, &limits, left);
        // What is left for a task is a limit of the tree for as long as only that task grows.
        let of_task = left.map(|left| reading.tree().saturating_add(left));
        let tree = limits.tree.into_iter().chain(of_task).min();
        self.wait = self.next(&limits, tree, heap_is_full);
        if limited && reading.children.count > 0 {
            self.wait = self.wait.min(rest);
        } else if !limited && !self.is_close {
            self.rest(&reading, &limits);
        }
        self.stand_behind(&reading, &limits);
        shared.expect(self.wait, self.is_close);
        Sampled::Next(self.wait)
    }

    fn note(&mut self, reading: &Reading, activity: Option<&Activity>) {
        tracing::trace!(
            target: "drun::memory",
            resident_mb = reading.resident / MB,
            resident = reading.resident,
            heap = reading.heap,
            children = reading.children.bytes,
            task = activity.map_or("", |activity| activity.task.as_str()),
            "sample"
        );
        self.eyes().shared.count_sample();
        self.stillness.note(reading, activity);
        self.own.note(reading.at, reading.resident);
        self.tree.note(reading.at, reading.tree());
        self.eyes().note(reading, activity);
    }

    fn next(&mut self, limits: &Limits, tree: Option<u64>, heap_is_full: bool) -> Duration {
        // The second reading starts the thread that hears signals.
        if limits.off && self.eyes().shared.samples() > 1 {
            return NEVER;
        }
        let growing = [(&self.own, limits.critical), (&self.tree, tree)];
        let sooner = growing
            .into_iter()
            .filter_map(|(growth, limit)| growth.sooner(limit?, limits.interval))
            .chain(heap_is_full.then_some(HEAP_IS_FULL))
            .min();
        if sooner.is_some() && !self.is_close {
            tracing::debug!(
                target: "drun::memory",
                wait_ms = sooner.unwrap_or_default().as_millis() as u64,
                "memory grows towards the limit and is read more often"
            );
        }
        self.is_close = sooner.is_some();
        sooner.unwrap_or(limits.interval).min(limits.interval)
    }

    /// Waits longer for a run that keeps still, where it is sure that growth rings: the process is ours,
    /// and its allocator counts.
    fn rest(&mut self, reading: &Reading, limits: &Limits) {
        let Some(heap) = reading.heap.filter(|_| self.kernel_timer) else {
            return;
        };
        if let Some(rest) = self.stillness.rest(limits) {
            let grown = heap.saturating_add(still::RINGS);
            self.tripwire.arm_at_most(grown);
            self.wait = self.wait.max(rest);
        }
    }

    /// Starts the backstop's thread when memory grows. One that the allocator cannot start, or that
    /// has to hear wishes, is there from the second reading on.
    fn stand_behind(&self, reading: &Reading, limits: &Limits) {
        let hears = self.standby.unheard.is_some();
        if !hears && (limits.off || !(self.standby.resort.is_some() || allocator::counts())) {
            return;
        }
        let grown = limits.warning.is_some_and(|limit| reading.resident > limit);
        let second = (hears || !self.stands_by) && self.eyes().shared.samples() > 1;
        if self.is_close || grown || second {
            self.standby.start();
        }
    }

    fn breach(&mut self, reading: &Reading, exceeded: Exceeded) -> Sampled {
        // The backstop goes on until the runtime acts.
        self.handed_over = self.standby.resort.is_some();
        Sampled::Breach(Box::new(self.eyes().breach(reading, exceeded)))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        allocator::limit(None);
        allocator::guard(false);
        self.standby.stand_down();
        if !self.handed_over {
            self.eyes().shared.release();
            // When it is at work already, the process is about to end.
            let _ = self.eyes().shared.act();
        }
    }
}

#[cfg(test)]
mod tests;
