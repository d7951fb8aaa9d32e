//! The terminal, and who is in its foreground.

use std::fs::File;
use std::sync::Arc;

use nix::sys::signal::{SigSet, SigmaskHow, Signal as BlockedSignal};
use rustix::process::{Pid, Signal, getpgrp, kill_process_group};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr, tcsetpgrp};

use super::supervisor::Supervisor;

/// Our controlling terminal.
#[derive(Clone, Debug)]
pub(super) struct Terminal {
    file: Arc<File>,
}

impl Terminal {
    fn open() -> Option<Self> {
        let file = File::options()
            .read(true)
            .write(true)
            .open("/dev/tty")
            .ok()?;
        Some(Self {
            file: Arc::new(file),
        })
    }

    /// The group in the foreground.
    pub(super) fn holder(&self) -> Option<u32> {
        let group = tcgetpgrp(&self.file).ok()?;
        Some(group.as_raw_pid().unsigned_abs())
    }

    /// Whether we are the ones who may read from it now.
    fn is_ours(&self) -> bool {
        tcgetpgrp(&self.file).is_ok_and(|group| group == getpgrp())
    }

    /// Puts `group` into the foreground. That is allowed to a background process, as which
    /// we take the terminal back, only while SIGTTOU is blocked.
    fn set_foreground(&self, group: Pid) -> bool {
        let mut blocked = SigSet::empty();
        blocked.add(BlockedSignal::SIGTTOU);
        let before = blocked.thread_swap_mask(SigmaskHow::SIG_BLOCK);
        let done = tcsetpgrp(&self.file, group).is_ok();
        if let Ok(before) = before {
            let _ = before.thread_set_mask();
        }
        done
    }
}

/// Our controlling terminal, if there is one; looked for once.
pub(super) fn controlling(supervisor: &Supervisor) -> Option<Terminal> {
    let terminal = &supervisor.shared.terminal;
    terminal.get_or_init(Terminal::open).clone()
}

/// A group that was put into the foreground; when this is dropped we are there again.
#[derive(Debug)]
pub(super) struct Foreground {
    terminal: Terminal,
    group: Pid,
    modes: Option<Termios>,
}

impl Foreground {
    /// Puts `group` into the foreground if that is our place to give.
    pub(super) fn give(supervisor: &Supervisor, group: u32) -> Option<Self> {
        let terminal = controlling(supervisor).filter(Terminal::is_ours)?;
        let group = Pid::from_raw(i32::try_from(group).ok()?)?;
        let modes = tcgetattr(&terminal.file).ok();
        if !terminal.set_foreground(group) {
            return None;
        }
        // It may have tried to read already, and was stopped for it.
        let _ = kill_process_group(group, Signal::CONT);
        Some(Self {
            terminal,
            group,
            modes,
        })
    }
}

impl Foreground {
    /// Leaves the terminal in the modes that the group gave it: it ended by itself.
    pub(super) fn accept_modes(&mut self) {
        self.modes = None;
    }
}

impl Drop for Foreground {
    fn drop(&mut self) {
        // Somebody else may have taken the terminal meanwhile: a shell that put us into
        // the background.
        let holder = tcgetpgrp(&self.terminal.file);
        if holder.is_ok_and(|holder| holder != self.group && group_exists(holder)) {
            return;
        }
        self.terminal.set_foreground(getpgrp());
        if let Some(modes) = &self.modes {
            let _ = tcsetattr(&self.terminal.file, OptionalActions::Now, modes);
        }
    }
}

fn group_exists(group: Pid) -> bool {
    rustix::process::test_kill_process_group(group).is_ok()
}
