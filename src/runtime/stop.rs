//! After a breach: what is written, what is told, and the last resort of a stuck runtime.

use std::path::PathBuf;
use std::sync::Arc;

use super::guard::end_children;
use super::signals::{Pending, Signals};
use super::{ExecutionError, Stopped, Watched};
use crate::memory::amount::size;
use crate::memory::backstop::Unheard;
use crate::memory::diagnosis::Diagnosis;
use crate::memory::dump::{self, DumpOutcome};
use crate::memory::record::Exceeded;
use crate::memory::snapshot::{ExecutionSnapshot, MachineSnapshot, Observed as _, Phase};
use crate::memory::units::MB;
use crate::memory::{Breach, InForce, last_words, subscriber};
use crate::process::GRACE;

/// After a breach: the children end while the files are written.
pub(super) async fn stop(
    watched: &Arc<Watched>,
    breach: Breach,
    writing: impl Future<Output = DumpOutcome>,
    signals: &mut Signals,
) -> ExecutionError {
    let (outcome, ()) = tokio::join!(writing, end_children(watched, signals));
    tell(&breach, &outcome);
    ExecutionError::Memory(Box::new(Stopped { breach, outcome }))
}

pub(super) fn dump_request(
    watched: &Watched,
    breach: &Breach,
    start_dir: PathBuf,
) -> dump::Request {
    let at = crate::value::now_format::local_now();
    let program = breach.program.clone();
    let loaded = || watched.run.get().map(|run| run.program.ast().clone());
    let limits = watched.limits.get().map(InForce::get);
    dump::Request {
        record: breach.record.clone(),
        program: program.or_else(loaded),
        snapshot: watched.snapshot().or_else(|| last_seen(breach)),
        dump_dir: limits.and_then(|limits| limits.dump_dir.clone()),
        start_dir,
        at,
    }
}

/// What little is known of an execution whose state is locked by a worker that is stuck.
fn last_seen(breach: &Breach) -> Option<ExecutionSnapshot> {
    let main = MachineSnapshot {
        label: "main".to_owned(),
        statement: Some(breach.activity.as_ref()?.place()),
        ..MachineSnapshot::default()
    };
    Some(ExecutionSnapshot {
        phase: Phase::Running,
        machines: vec![main],
        machines_total: 1,
        ..ExecutionSnapshot::default()
    })
}

/// What the backstop does when every worker is stuck: the same as [`stop`], without the runtime.
pub(super) fn last_resort(
    watched: Arc<Watched>,
    start_dir: PathBuf,
) -> impl Fn(Breach) + Send + Sync {
    move |breach| {
        watched.supervisor.give_up_spare();
        let outcome = dump::write_now(&dump_request(&watched, &breach, start_dir.clone()));
        crate::report::wipe();
        subscriber::go_direct();
        tell(&breach, &outcome);
        watched.supervisor.end_all_now(GRACE);
        std::process::exit(1);
    }
}

/// What the backstop does about a signal when every worker is stuck.
pub(super) fn unheard(watched: Arc<Watched>, pending: Pending) -> Unheard {
    let pending = Arc::new(pending);
    let came = pending.clone();
    Unheard {
        wished: Box::new(move || came.get().is_some()),
        act: Box::new(move || {
            let Some(signal) = pending.get() else { return };
            let name = signal.name();
            last_words::write(&format!(
                "Error: stopped by {name}, which drun was too busy to hear\n"
            ));
            watched.supervisor.end_all_now(GRACE);
            std::process::exit(signal.status().into());
        }),
    }
}

/// Emits the event of a stop.
fn tell(breach: &Breach, outcome: &DumpOutcome) {
    let exceeded = &breach.record.exceeded;
    let (limit, current) = (exceeded.limit / MB, exceeded.current / MB);
    let dumped = match &outcome.shown {
        Some(shown) => format!("Diagnostic information dumped to {shown}"),
        None => "Diagnostic information could not be written".to_owned(),
    };
    let place = outcome.diagnosis.place.clone().unwrap_or_default();
    tracing::error!(
        target: "drun::memory",
        kind = "critical",
        limit_mb = limit,
        resident_mb = current,
        dumped,
        cause = outcome.diagnosis.third_line,
        detail = detail(exceeded, &outcome.diagnosis),
        dump = outcome.dump.as_ref().map(|path| path.display().to_string()).unwrap_or_default(),
        summary = outcome.summary.as_ref().map(|path| path.display().to_string()).unwrap_or_default(),
        task = place.task,
        file = place.file,
        line = place.line,
        problems = outcome.problems.join("\n"),
        essentials = outcome.essentials.clone().unwrap_or_default(),
        "❌ CRITICAL: Memory usage exceeded {limit} MB (current: {current} MB)"
    );
}

/// What happened and what to change, a line each.
fn detail(exceeded: &Exceeded, diagnosis: &Diagnosis) -> String {
    let mut out = String::new();
    if let (Some(task), Some(place)) = (&exceeded.task, &exceeded.place) {
        let (allowed, at) = (size(exceeded.limit), place.file_line());
        let asked = exceeded.asked.map_or(String::new(), |asked| {
            format!(" of {}: the container leaves no more", size(asked))
        });
        out = format!("   Limit: task \"{task}\" may use {allowed}{asked} (@memory in {at})\n");
    }
    out.push_str(&format!("   Cause: {}", diagnosis.sentence));
    if let Some(advice) = diagnosis.advice.first() {
        out.push_str(&format!("\n   To do: {advice}"));
    }
    out
}
