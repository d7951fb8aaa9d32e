//! Signals to processes that are not our direct children.
//!
//! The number of such a process may be given to another one at any time, so it is first tied to
//! a descriptor and then compared by its start.

use super::entry::Process;

/// What a process can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    Stop,
    Continue,
    Terminate,
    Kill,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    Done,
    Gone,
    Refused,
}

#[cfg(target_os = "linux")]
pub(super) fn send(process: &Process, signal: Signal) -> Sent {
    use rustix::io::Errno;
    use rustix::process::{Pid, PidfdFlags, kill_process, pidfd_open, pidfd_send_signal};

    let Some(pid) = i32::try_from(process.pid).ok().and_then(Pid::from_raw) else {
        return Sent::Gone;
    };
    let signal = match signal {
        Signal::Stop => rustix::process::Signal::STOP,
        Signal::Continue => rustix::process::Signal::CONT,
        Signal::Terminate => rustix::process::Signal::TERM,
        Signal::Kill => rustix::process::Signal::KILL,
    };
    let descriptor = pidfd_open(pid, PidfdFlags::empty());
    if super::proc::process(process.pid).is_none_or(|now| now.started != process.started) {
        return Sent::Gone;
    }
    let sent = match descriptor {
        Ok(descriptor) => pidfd_send_signal(descriptor, signal),
        // A kernel before 5.3, or a filter of system calls.
        Err(Errno::NOSYS | Errno::PERM) => kill_process(pid, signal),
        Err(error) => Err(error),
    };
    match sent {
        Ok(()) => Sent::Done,
        Err(Errno::PERM) => Sent::Refused,
        Err(_) => Sent::Gone,
    }
}

/// Without descriptors for processes, the group is addressed: its number stays taken while it has
/// members.
#[cfg(all(unix, not(target_os = "linux")))]
pub(super) fn send(process: &Process, signal: Signal) -> Sent {
    use rustix::process::{Pid, kill_process_group};

    let signal = match signal {
        Signal::Stop => rustix::process::Signal::STOP,
        Signal::Continue => rustix::process::Signal::CONT,
        Signal::Terminate => rustix::process::Signal::TERM,
        Signal::Kill => rustix::process::Signal::KILL,
    };
    let group = i32::try_from(process.group).ok().and_then(Pid::from_raw);
    match group.map(|group| kill_process_group(group, signal)) {
        Some(Ok(())) => Sent::Done,
        Some(Err(rustix::io::Errno::PERM)) => Sent::Refused,
        Some(Err(_)) | None => Sent::Gone,
    }
}

/// Windows can only kill; the tree of the process goes with it.
#[cfg(windows)]
#[allow(
    clippy::disallowed_methods,
    reason = "the way to end a tree without a crate for it"
)]
pub(super) fn send(process: &Process, signal: Signal) -> Sent {
    if signal != Signal::Kill {
        return Sent::Done;
    }
    let pid = process.pid.to_string();
    let mut kill = std::process::Command::new("taskkill");
    match kill.args(["/T", "/F", "/PID", &pid]).output() {
        Ok(_) => Sent::Done,
        Err(_) => Sent::Refused,
    }
}
