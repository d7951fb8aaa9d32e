//! Where the parents of a process are not known here: the kernel decides whether we stop.

use rustix::process::{Signal, kill_current_process_group};

use super::supervisor::{Shared, Supervisor};

/// Who is stopped besides the commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// All of our group: the terminal has told the group of a command.
    OurGroup,
}

/// Ctrl-Z has its usual effect on us, and none on the commands.
pub(super) fn listen(_supervisor: &Supervisor) {}

/// Stops our group until the shell continues it.
pub(super) fn suspend(_shared: Option<&Shared>, _who: Who, _held: Option<u32>) {
    let _ = kill_current_process_group(Signal::TSTP);
}
