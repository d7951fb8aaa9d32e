//! Ctrl-Z: the commands stop with us, and go on with us.
//!
//! The terminal sends SIGTSTP to its foreground group, which is ours and not that of a command. So it is passed on to
//! the groups of the commands before we stop; when the shell continues us, we continue them.

use std::sync::{Arc, Weak};

use rustix::process::{
    Pid, Signal, getpid, kill_current_process_group, kill_process, kill_process_group,
};
use tokio::signal::unix::SignalKind;

use super::proc;
use super::supervisor::{Shared, Supervisor, lock};

/// Who is stopped besides the commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// We alone: the terminal has told the others of our group.
    Ourselves,
    /// All of our group: the terminal has told the group of a command.
    OurGroup,
}

/// Begins to listen, once for each supervisor; only called where there is a terminal.
pub(super) fn listen(supervisor: &Supervisor) {
    supervisor.shared.suspending.get_or_init(|| {
        if is_ignored() {
            return;
        }
        let Ok(mut stops) = tokio::signal::unix::signal(SignalKind::from_raw(TSTP)) else {
            return;
        };
        let shared: Weak<Shared> = Arc::downgrade(&supervisor.shared);
        tokio::spawn(async move {
            while stops.recv().await.is_some() {
                suspend(shared.upgrade().as_deref(), Who::Ourselves, None);
            }
        });
    });
}

const TSTP: i32 = Signal::TSTP.as_raw();

/// Stops the commands, and then us until the shell continues us; not where nobody would. The group `held` is stopped
/// already, and left to the caller.
pub(super) fn suspend(shared: Option<&Shared>, who: Who, held: Option<u32>) {
    if !has_job_control() {
        return;
    }
    let groups = shared.map(groups).unwrap_or_default();
    let others = || groups.iter().filter(|group| Some(**group) != held);
    others().for_each(|group| tell(*group, Signal::TSTP));
    // Not SIGTSTP, which would only come back to us.
    let _ = match who {
        Who::Ourselves => kill_process(getpid(), Signal::STOP),
        Who::OurGroup => kill_current_process_group(Signal::STOP),
    };
    others().for_each(|group| tell(*group, Signal::CONT));
}

/// Whether a shell can continue us: somebody of our session, outside of our group, started the group. Where nobody did,
/// as in a container, a stop would be for ever; the kernel ignores Ctrl-Z there for the same reason.
fn has_job_control() -> bool {
    let Some(us) = proc::process(std::process::id()) else {
        return false;
    };
    let parents = std::iter::successors(Some(us), |process| proc::process(process.parent));
    let mut session = parents.take_while(|process| process.session == us.session);
    session.any(|process| process.group != us.group)
}

/// The groups of the commands, and those that commands have left.
fn groups(shared: &Shared) -> Vec<u32> {
    let table = lock(&shared.table);
    table
        .running
        .keys()
        .chain(table.left.keys())
        .copied()
        .collect()
}

fn tell(group: u32, signal: Signal) {
    let group = i32::try_from(group).ok().and_then(Pid::from_raw);
    // A group that is gone needs nothing.
    let _ = group.map(|group| kill_process_group(group, signal));
}

/// Whether who started us wants Ctrl-Z to do nothing; to listen would change that.
fn is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (TSTP - 1)) != 0)
}
