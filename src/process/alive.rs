//! Whether processes and groups live.

/// Whether a process exists that has not ended.
pub fn is_running(pid: u32) -> bool {
    match super::proc::process(pid) {
        Some(process) => !process.is_zombie(),
        None => !cfg!(target_os = "linux") && exists(pid),
    }
}

fn exists(pid: u32) -> bool {
    #[cfg(unix)]
    {
        let pid = i32::try_from(pid)
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        pid.is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok())
    }
    #[cfg(not(unix))]
    {
        let _ = pid;
        false
    }
}

/// Whether a process group has members. Its number cannot be given to others while it has.
pub(super) fn group_lives(group: u32) -> bool {
    #[cfg(unix)]
    {
        let group = i32::try_from(group)
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        group.is_some_and(|group| {
            !matches!(
                rustix::process::test_kill_process_group(group),
                Err(rustix::io::Errno::SRCH)
            )
        })
    }
    #[cfg(not(unix))]
    {
        let _ = group;
        false
    }
}
