//! From the pipes of a process to where its output goes.

use std::process::{ExitStatus, Stdio};
use std::{io, mem};

use tokio::process::Child;

use super::command::{Branch, Output, ShellCommand};
use super::finished::{Finished, Kept};
use super::hold::Hold;
use super::job::Job;
use super::run::Stream;
use super::side::{Pipe, Side};
use super::start::{StartError, Streams, start};
use super::supervisor::{Registration, Supervisor};
use super::terminal::Foreground;
use crate::report::Report;
use crate::source::Text;

/// A capture longer than this, in bytes, grows by an eighth and not to the double, so that what
/// it reserves is not far from what it holds.
const LONG_CAPTURE: usize = 1024 * 1024;

/// A running process and its output.
#[derive(Debug)]
pub(super) struct Pump {
    child: Child,
    status: Option<ExitStatus>,
    stdout: Side,
    stderr: Side,
    target: Target,
    report: Report,
    kills_before: u64,
    foreground: Option<Foreground>,
    job: Option<Job>,
    attached: bool,
    interrupted: bool,
    registration: Registration,
}

/// How much of each stream a probe keeps, in bytes.
const PROBE_BYTES: usize = 1024 * 1024;

/// Where the output goes.
#[derive(Debug)]
enum Target {
    Stream,
    Lines,
    Hold(Hold),
    Capture(Vec<u8>),
    /// Standard output and standard error of a probe.
    Both(Vec<u8>, Vec<u8>),
    Nowhere,
}

impl Pump {
    /// Starts the process.
    pub(super) fn start(
        supervisor: &Supervisor,
        command: &ShellCommand,
        output: Output,
        report: &Report,
    ) -> Result<Self, StartError> {
        let (target, variable) = match output {
            Output::Stream => (Target::Stream, None),
            Output::Lines => (Target::Lines, None),
            Output::Hold => (Target::Hold(Hold::default()), None),
            Output::Capture { variable } => (Target::Capture(Vec::new()), Some(variable)),
            Output::Attached => return Self::start_attached(supervisor, command, report),
        };
        Self::start_piped(supervisor, command, target, variable, report)
    }

    /// Starts a process both of whose streams are kept, up to a limit.
    pub(super) fn start_probe(
        supervisor: &Supervisor,
        command: &ShellCommand,
    ) -> Result<Self, StartError> {
        let target = Target::Both(Vec::new(), Vec::new());
        Self::start_piped(supervisor, command, target, None, &Report::standard())
    }

    fn start_piped(
        supervisor: &Supervisor,
        command: &ShellCommand,
        target: Target,
        variable: Option<Text>,
        report: &Report,
    ) -> Result<Self, StartError> {
        let streams = Streams {
            stdin: Stdio::null(),
            stdout: Stdio::piped(),
            stderr: Stdio::piped(),
        };
        let kills_before = supervisor.kernel_kills();
        let job = Job::new(supervisor);
        let (mut child, registration) = register(supervisor, command, variable, streams)?;
        let stdout = child.stdout.take().map(Pipe::Stdout);
        let stderr = child.stderr.take().map(Pipe::Stderr);
        Ok(Self {
            stdout: Side::new(stdout, supervisor),
            stderr: Side::new(stderr, supervisor),
            job,
            ..Self::bare(child, registration, target, report, kills_before)
        })
    }

    fn start_attached(
        supervisor: &Supervisor,
        command: &ShellCommand,
        report: &Report,
    ) -> Result<Self, StartError> {
        let streams = Streams {
            stdin: Stdio::inherit(),
            stdout: Stdio::inherit(),
            stderr: Stdio::inherit(),
        };
        let kills_before = supervisor.kernel_kills();
        let job = Job::new(supervisor);
        let (child, registration) = register(supervisor, command, None, streams)?;
        Ok(Self {
            foreground: Foreground::give(supervisor, registration.pid),
            job,
            attached: true,
            ..Self::bare(child, registration, Target::Nowhere, report, kills_before)
        })
    }

    fn bare(
        child: Child,
        registration: Registration,
        target: Target,
        report: &Report,
        kills_before: u64,
    ) -> Self {
        Self {
            child,
            status: None,
            stdout: Side::default(),
            stderr: Side::default(),
            target,
            report: report.clone(),
            kills_before,
            foreground: None,
            job: None,
            attached: false,
            interrupted: false,
            registration,
        }
    }

    pub(super) fn branch(&self) -> Branch {
        self.registration.known.branch
    }

    /// Passes the output on until the process has ended and its streams are closed.
    pub(super) async fn drive(&mut self) {
        if self.report.pending() > 0 {
            // What was reported before is seen before the command takes its time.
            let _ = self.report.flush().await;
        }
        let pid = self.registration.pid;
        while self.status.is_none() || self.stdout.is_open() || self.stderr.is_open() {
            let (stream, count) = tokio::select! {
                count = self.stdout.read(), if self.stdout.is_open() => (Stream::Stdout, count),
                count = self.stderr.read(), if self.stderr.is_open() => (Stream::Stderr, count),
                status = self.child.wait(), if self.status.is_none() => {
                    // A process that cannot be waited for is treated as one that failed.
                    self.ended(status.unwrap_or_else(|_| failed()));
                    continue;
                }
                signal = stopped(&mut self.job, pid), if self.status.is_none() => {
                    self.stopped(signal);
                    continue;
                }
            };
            self.pass(stream, count).await;
        }
        if matches!(self.target, Target::Lines) {
            let _ = self.stdout.lines.end(&self.report).await;
            let _ = self.stderr.lines.end(&self.report).await;
        }
    }

    fn stopped(&mut self, signal: i32) {
        if let (Some(job), Some(supervisor)) = (&mut self.job, self.registration.supervisor()) {
            job.react(
                signal,
                self.registration.pid,
                &mut self.foreground,
                &supervisor,
            );
        }
    }

    fn ended(&mut self, status: ExitStatus) {
        self.interrupted = (self.attached || self.foreground.is_some()) && by_sigint(status);
        if let (Some(foreground), Some(_)) = (&mut self.foreground, status.code()) {
            foreground.accept_modes();
        }
        self.foreground = None;
        self.status = Some(status);
    }

    /// Waits for the process alone.
    pub(super) async fn wait(&mut self) {
        if self.status.is_none() {
            let status = self.child.wait().await;
            self.ended(status.unwrap_or_else(|_| failed()));
        }
    }

    async fn pass(&mut self, stream: Stream, count: io::Result<usize>) {
        let side = match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        };
        let Some(count) = count.ok().filter(|count| *count > 0) else {
            side.close();
            return;
        };
        let (chunk, lines) = side.filled(count);
        let written = match &mut self.target {
            Target::Stream => self.report.write(&[chunk]).await,
            Target::Lines => lines.pass(chunk, &self.report).await,
            Target::Hold(hold) => {
                hold.take(stream, chunk).await;
                Ok(())
            }
            Target::Capture(bytes) if stream == Stream::Stdout => {
                grow(bytes, chunk);
                self.registration.captured(chunk.len() as u64);
                Ok(())
            }
            Target::Both(stdout, stderr) => {
                let kept = if stream == Stream::Stdout {
                    stdout
                } else {
                    stderr
                };
                let room = PROBE_BYTES.saturating_sub(kept.len()).min(chunk.len());
                kept.extend_from_slice(chunk.get(..room).unwrap_or_default());
                Ok(())
            }
            Target::Capture(_) | Target::Nowhere => Ok(()),
        };
        if written.is_err() {
            // Standard output is gone: the process gets the same error from its own writes.
            self.stdout.close();
            self.stderr.close();
        }
    }

    /// The statement is gone: what was kept for it is of no use any more.
    pub(super) fn abandon(&mut self) {
        if !matches!(self.target, Target::Stream | Target::Lines) {
            self.release();
        }
        self.foreground = None;
        self.job = None;
    }

    fn release(&mut self) -> Kept {
        match mem::replace(&mut self.target, Target::Nowhere) {
            Target::Capture(bytes) => {
                self.registration.released(bytes.len() as u64);
                Kept::Captured(bytes)
            }
            Target::Hold(hold) => Kept::Held(hold),
            Target::Both(stdout, stderr) => Kept::Both(stdout, stderr),
            Target::Stream | Target::Lines | Target::Nowhere => Kept::Nothing,
        }
    }

    /// What there is to say about the process, once it was driven to its end.
    pub(super) fn finish(mut self, supervisor: &Supervisor) -> Finished {
        let kept = self.release();
        let status = self.status.unwrap_or_else(failed);
        let code = status.code().unwrap_or(-1);
        let signal = signal_of(status);
        let tails = code != 0 && !self.attached;
        Finished {
            code,
            signal,
            out_of_memory: supervisor.was_killed(code, signal, self.kills_before),
            interrupted: self.interrupted,
            duration: self.registration.known.started.elapsed(),
            stdout: self.stdout.finish(tails, supervisor),
            stderr: self.stderr.finish(tails, supervisor),
            kept,
        }
    }
}

/// Starts the process and notes it.
fn register(
    supervisor: &Supervisor,
    command: &ShellCommand,
    variable: Option<Text>,
    streams: Streams,
) -> Result<(Child, Registration), StartError> {
    supervisor.register(command, variable, || {
        let child = start(command, streams)?;
        let pid = child.id().unwrap_or_default();
        Ok((child, pid))
    })
}

fn grow(bytes: &mut Vec<u8>, chunk: &[u8]) {
    if bytes.capacity() - bytes.len() < chunk.len() && bytes.len() > LONG_CAPTURE {
        bytes.reserve_exact(chunk.len().max(bytes.len() / 8));
    }
    bytes.extend_from_slice(chunk);
}

fn by_sigint(status: ExitStatus) -> bool {
    signal_of(status) == Some(2)
}

/// Waits for ever where there is no terminal.
async fn stopped(job: &mut Option<Job>, pid: u32) -> i32 {
    match job {
        Some(job) => job.stopped(pid).await,
        None => std::future::pending().await,
    }
}

#[cfg(unix)]
fn signal_of(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal_of(_status: ExitStatus) -> Option<i32> {
    None
}

#[cfg(unix)]
fn failed() -> ExitStatus {
    std::os::unix::process::ExitStatusExt::from_raw(0xff00)
}

#[cfg(not(unix))]
fn failed() -> ExitStatus {
    std::os::windows::process::ExitStatusExt::from_raw(255)
}
