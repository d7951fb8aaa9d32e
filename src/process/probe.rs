//! Short questions to a program: which version it is, whether it runs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::command::{Branch, ShellCommand};
use super::finished::Kept;
use super::pump::Pump;
use super::run::Running;
use super::start::StartError;
use super::supervisor::Supervisor;

/// What a program answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probed {
    /// The exit status; -1 when a signal ended it, `None` when the time limit did.
    pub code: Option<i32>,
    /// Standard output, at most 1 MiB.
    pub stdout: String,
    /// Standard error, at most 1 MiB.
    pub stderr: String,
}

/// Runs `program` without a shell, in the folder of the process and with empty standard input,
/// and keeps what it prints. After `timeout` it is killed with all that it started.
pub async fn probe_output(
    supervisor: &Supervisor,
    program: &str,
    args: &[&str],
    timeout: Duration,
) -> Result<Probed, StartError> {
    let args = args.iter().map(|arg| (*arg).to_owned()).collect();
    let command = ShellCommand::program(program, args, ".");
    probe_command(supervisor, command, timeout).await
}

/// As [`probe_output`], of a command with its own folder and environment.
pub async fn probe_command(
    supervisor: &Supervisor,
    mut command: ShellCommand,
    timeout: Duration,
) -> Result<Probed, StartError> {
    command.branch = own_branch();
    let mut running = Running::new(supervisor, Pump::start_probe(supervisor, &command)?);
    let in_time = tokio::time::timeout(timeout, running.drive()).await.is_ok();
    let mut probed = Probed::default();
    if let Some(pump) = running.take() {
        let finished = if in_time {
            pump.finish(supervisor)
        } else {
            kill(supervisor, pump, command.branch).await
        };
        probed.code = in_time.then_some(finished.code);
        if let Kept::Both(stdout, stderr) = finished.kept {
            probed.stdout = text(stdout);
            probed.stderr = text(stderr);
        }
    }
    Ok(probed)
}

/// A branch that nothing else belongs to, so that the probe can be ended alone.
fn own_branch() -> Branch {
    static LAST: AtomicU64 = AtomicU64::new(u64::MAX);
    Branch(LAST.fetch_sub(1, Ordering::Relaxed))
}

async fn kill(
    supervisor: &Supervisor,
    mut pump: Pump,
    branch: Branch,
) -> super::finished::Finished {
    let none = CancellationToken::new();
    let branches = [branch];
    let killing = supervisor.terminate_branches(&branches, Duration::ZERO, &none);
    tokio::join!(killing, pump.wait());
    pump.finish(supervisor)
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
