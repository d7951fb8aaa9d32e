//! One `select!` of memory, signals and work, and the order in which everything ends.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::signals::{Pending, Signal, Signals};
use super::stop::{dump_request, last_resort, stop, unheard};
use super::{ExecutionError, Watched};
use crate::action::file;
use crate::memory::allocator::exempt_for_now;
use crate::memory::dump;
use crate::memory::limits::Limits;
use crate::memory::snapshot::Observed as _;
use crate::memory::{Monitor, Verdict};
use crate::process::GRACE;

/// How long what is being written to a file may take to clean up.
const AT_A_BREACH: Duration = Duration::from_millis(100);
const AT_A_SIGNAL: Duration = Duration::from_secs(1);

/// Runs `work` under the memory monitor and the signals; a breach or a signal drops it.
///
/// Who drops the future ends the execution: its monitor goes, and its children are ended in the
/// background, by a task of the runtime in which it ran.
///
/// # Errors
/// What `work` fails with, a breach, a signal.
pub async fn watched<R>(
    watched: &Arc<Watched>,
    limits: Limits,
    start_dir: PathBuf,
    work: impl Future<Output = Result<R, ExecutionError>>,
) -> Result<R, ExecutionError> {
    let ctx = CancellationToken::new();
    let monitor = Monitor::new(limits).observed(watched.clone());
    // A program of its own has the real clock; whoever embeds a run may have paused it.
    let monitor = monitor.kernel_timer(watched.supervisor.owns_process());
    let monitor = monitor.last_resort(last_resort(watched.clone(), start_dir.clone()));
    let monitor = monitor.unheard(unheard(watched.clone(), Pending::listen()));
    let shared = monitor.shared();
    let in_force = monitor.limits();
    // One execution is watched once, so nothing else can have set it.
    let _ = watched.limits.set(in_force.clone());
    let mut monitoring = tokio::spawn(monitor.run(ctx.clone()));
    let mut left = Left::new(watched, &ctx);
    let mut signals = Signals::listen();
    // The monitor has read once before anything else runs.
    tokio::task::yield_now().await;
    // Boxed, so that it can be dropped before the children are ended: branches of a parallel loop are
    // tasks of their own and would go on with the next statement.
    let mut work = Box::pin(work);
    // The order is the priority: memory, then signals, then the work.
    let chosen = tokio::select! {
        biased;
        verdict = &mut monitoring => Chosen::Verdict(verdict.unwrap_or(Verdict::Cancelled)),
        signal = signals.next() => Chosen::Signal(signal),
        result = &mut work => Chosen::Result(result),
    };
    match chosen {
        Chosen::Result(result) => {
            left.over = true;
            ctx.cancel();
            let _ = monitoring.await;
            result
        }
        Chosen::Verdict(Verdict::Cancelled) => {
            let result = work.await;
            left.over = true;
            result
        }
        Chosen::Verdict(Verdict::Breach(breach)) => {
            if !shared.act() {
                // The backstop was faster: it writes the files and ends the process.
                std::future::pending::<()>().await;
            }
            watched.loading.stop();
            exempt_for_now();
            watched.supervisor.give_up_spare();
            // The state is read before it goes.
            let writing = dump::write(dump_request(watched, &breach, start_dir));
            // The work ends, but millions of frames are freed while the files are written.
            let machines = watched.machines();
            drop(work);
            // No thread to be had: then here.
            let _ = thread::Builder::new().spawn(move || drop(machines));
            let error = stop(watched, *breach, writing, &mut signals).await;
            file::stopped(AT_A_BREACH).await;
            left.over = true;
            Err(error)
        }
        Chosen::Signal(signal) => {
            if !shared.act() {
                std::future::pending::<()>().await;
            }
            ctx.cancel();
            watched.loading.stop();
            let task = watched.activity().map(|activity| activity.task);
            drop(work);
            // Nobody judges memory while the children end: the run is over.
            let _ = monitoring.await;
            end_children(watched, &mut signals).await;
            file::stopped(AT_A_SIGNAL).await;
            left.over = true;
            Err(ExecutionError::Signal(signal, task))
        }
    }
}

/// What goes on when an execution is dropped in the middle, and is ended then.
struct Left {
    watched: Arc<Watched>,
    ctx: CancellationToken,
    runtime: tokio::runtime::Handle,
    /// Whether the execution has come to its end, and what still runs was left on purpose.
    over: bool,
}

impl Left {
    fn new(watched: &Arc<Watched>, ctx: &CancellationToken) -> Self {
        Self {
            watched: watched.clone(),
            ctx: ctx.clone(),
            runtime: tokio::runtime::Handle::current(),
            over: false,
        }
    }
}

impl Drop for Left {
    fn drop(&mut self) {
        self.ctx.cancel();
        if self.over || !self.watched.supervisor.is_active() {
            return;
        }
        let watched = self.watched.clone();
        self.runtime.spawn(async move {
            let hurry = CancellationToken::new();
            watched.supervisor.terminate_all(GRACE, &hurry).await;
        });
    }
}

enum Chosen<R> {
    Verdict(Verdict),
    Signal(Signal),
    Result(Result<R, ExecutionError>),
}

/// Ends all children; another signal meanwhile takes their grace away.
pub(super) async fn end_children(watched: &Watched, signals: &mut Signals) {
    if !watched.supervisor.is_active() {
        return;
    }
    let hurry = CancellationToken::new();
    let mut ending = std::pin::pin!(watched.supervisor.terminate_all(GRACE, &hurry));
    loop {
        tokio::select! {
            biased;
            _ = &mut ending => return,
            _ = signals.next() => hurry.cancel(),
        }
    }
}
