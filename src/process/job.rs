//! A command that stops because of the terminal: job control, as a shell does it.
//!
//! A command runs in a group of its own and so in the background. One that asks the person a
//! question at the terminal (a password, for instance) is stopped for that by the kernel; it gets
//! the terminal then. One that has the terminal is stopped by Ctrl-Z: then we stop as well, so
//! that the shell that started us gets the terminal back.

use std::time::Duration;

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_current_process_group, kill_process_group, waitid,
};
use tokio::signal::unix::SignalKind;

use super::supervisor::{Supervisor, lock};
use super::suspend::{self, Who};
use super::terminal::{Foreground, Terminal, controlling};

/// How often a command that needs the terminal looks whether another one has given it back.
const RETRY: Duration = Duration::from_millis(100);

/// Notices that a command was stopped; only where there is a terminal.
#[derive(Debug)]
pub(super) struct Job {
    terminal: Terminal,
    children: tokio::signal::unix::Signal,
    /// It needs the terminal and could not get it.
    waiting: bool,
}

impl Job {
    /// Made before the command is started, so that no signal is missed.
    pub(super) fn new(supervisor: &Supervisor) -> Option<Self> {
        let terminal = controlling(supervisor)?;
        suspend::listen(supervisor);
        Some(Self {
            terminal,
            children: tokio::signal::unix::signal(SignalKind::child()).ok()?,
            waiting: false,
        })
    }

    /// Waits until the command `pid` is stopped, and returns the number of the signal.
    pub(super) async fn stopped(&mut self, pid: u32) -> i32 {
        loop {
            if self.waiting {
                tokio::time::sleep(RETRY).await;
                return Signal::TTIN.as_raw();
            }
            if self.children.recv().await.is_none() {
                std::future::pending::<()>().await;
            }
            let id = group(pid).map(WaitId::Pid);
            let options = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG;
            let status = id.and_then(|id| waitid(id, options).ok().flatten());
            if let Some(signal) = status.and_then(|status| status.stopping_signal()) {
                return signal;
            }
        }
    }

    /// Does what has to be done about a stop by `signal`.
    pub(super) fn react(
        &mut self,
        signal: i32,
        pid: u32,
        foreground: &mut Option<Foreground>,
        supervisor: &Supervisor,
    ) {
        let by_terminal = [Signal::TTIN, Signal::TTOU].map(Signal::as_raw);
        if foreground.take().is_some() {
            // Ctrl-Z. We are stopped until the shell continues us; where no shell could do that
            // the command just goes on.
            suspend::suspend(Some(&supervisor.shared), Who::OurGroup, Some(pid));
        } else if !by_terminal.contains(&signal) {
            // Somebody stopped it on purpose, and will continue it.
            return;
        }
        *foreground = Foreground::give(supervisor, pid);
        self.waiting = foreground.is_none() && by_terminal.contains(&signal);
        if self.waiting && !self.held_by_a_command(supervisor) {
            // We are in the background ourselves: stop for the same reason.
            let _ = kill_current_process_group(Signal::TTIN);
        } else if foreground.is_none() && !self.waiting {
            let _ = group(pid).map(|pid| kill_process_group(pid, Signal::CONT));
        }
    }

    fn held_by_a_command(&self, supervisor: &Supervisor) -> bool {
        let table = lock(&supervisor.shared.table);
        let holder = self.terminal.holder();
        holder.is_some_and(|holder| table.running.contains_key(&holder))
    }
}

fn group(pid: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(pid).ok()?)
}
