//! Running one command from its start to its end.

use super::command::{Output, ShellCommand};
use super::finished::Finished;
use super::pump::Pump;
use super::start::StartError;
use super::supervisor::{Supervisor, lock};
use crate::report::Report;

/// One of the two streams of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    Stdout,
    Stderr,
}

/// Runs `command` until its process has ended and both its streams are closed.
///
/// An error of writing to standard output closes the streams, so that the process notices it as
/// it would in a shell; the error itself is returned by the next [`Report::flush`]. When the
/// future is dropped the process goes on until [`Supervisor::terminate_all`] or
/// [`Supervisor::terminate_branches`] ends it, which also passes on what it still prints.
pub async fn run(
    supervisor: &Supervisor,
    command: ShellCommand,
    output: Output,
    report: &Report,
) -> Result<Finished, StartError> {
    // The process writes to the same place, past us.
    let _paused = match output {
        Output::Attached => Some(report.pause_progress().await),
        _ => None,
    };
    let pump = Pump::start(supervisor, &command, output, report)?;
    let mut running = Running::new(supervisor, pump);
    running.drive().await;
    match running.take() {
        Some(pump) => Ok(pump.finish(supervisor)),
        None => Err(StartError::Stopping),
    }
}

/// A process that is handed over to the supervisor when its future is dropped.
pub(super) struct Running<'a> {
    supervisor: &'a Supervisor,
    pump: Option<Pump>,
}

impl<'a> Running<'a> {
    pub(super) fn new(supervisor: &'a Supervisor, pump: Pump) -> Self {
        Self {
            supervisor,
            pump: Some(pump),
        }
    }

    pub(super) async fn drive(&mut self) {
        if let Some(pump) = &mut self.pump {
            pump.drive().await;
        }
    }

    pub(super) fn take(mut self) -> Option<Pump> {
        self.pump.take()
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let Some(mut pump) = self.pump.take() {
            pump.abandon();
            lock(&self.supervisor.shared.abandoned).push(pump);
        }
    }
}
