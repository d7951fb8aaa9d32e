//! Whether the kernel's out-of-memory killer was at work.
//!
//! Exit status 137 alone does not say so. The control group counts the processes that were
//! killed in it; the count before and after a command tells.

use std::fs::File;
use std::io;

use super::supervisor::{Supervisor, lock};

/// SIGKILL, and how a shell reports a process that it ended.
const SIGKILL: i32 = 9;
const KILLED: i32 = 128 + SIGKILL;

/// The counter of kills, kept open: it is read before each command.
#[derive(Debug)]
pub(super) struct KernelKiller {
    counter: Option<File>,
}

impl Supervisor {
    /// How many processes were killed for lack of memory so far.
    pub(super) fn kernel_kills(&self) -> u64 {
        let killer = self.shared.killer.get_or_init(KernelKiller::open);
        killer.kills().unwrap_or(0)
    }

    /// Whether a command that ended so was a victim, or one of its processes. Other statuses
    /// than that of a kill count only when there is no other command to blame.
    pub(super) fn was_killed(&self, code: i32, signal: Option<i32>, before: u64) -> bool {
        let killed = signal == Some(SIGKILL) || code == KILLED;
        let alone = || lock(&self.shared.table).running.len() <= 1;
        code != 0 && (killed || alone()) && self.kernel_kills() > before
    }
}

impl KernelKiller {
    #[cfg(target_os = "linux")]
    fn open() -> Self {
        let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let counter = counter_paths(&groups)
            .into_iter()
            .find_map(|path| File::open(path).ok());
        Self { counter }
    }

    #[cfg(not(target_os = "linux"))]
    fn open() -> Self {
        Self { counter: None }
    }

    fn kills(&self) -> io::Result<u64> {
        let Some(file) = &self.counter else {
            return Ok(0);
        };
        // The files are a few hundred bytes long; `/proc/vmstat`, the last resort, is longer.
        let mut buffer = [0; 1024];
        let mut text = Vec::new();
        loop {
            let count = read_at(file, &mut buffer, text.len() as u64)?;
            text.extend_from_slice(buffer.get(..count).unwrap_or_default());
            if count < buffer.len() {
                return Ok(parse(&text));
            }
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(not(unix))]
fn read_at(_file: &File, _buffer: &mut [u8], _offset: u64) -> io::Result<usize> {
    Ok(0)
}

/// The value of `oom_kill` in a file of `name value` lines.
fn parse(text: &[u8]) -> u64 {
    text.split(|byte| *byte == b'\n')
        .find_map(|line| line.strip_prefix(b"oom_kill "))
        .and_then(|number| str::from_utf8(number).ok()?.trim().parse().ok())
        .unwrap_or(0)
}

/// Where the counter may be, the most exact place first: the group of version 2, that of
/// version 1, the root of a container that sees only its own group, the whole machine.
#[cfg(any(target_os = "linux", test))]
fn counter_paths(groups: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for line in groups.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (fields.next(), fields.next()) else {
            continue;
        };
        let path = path.trim_end_matches('/');
        if controllers.is_empty() {
            paths.push(format!("/sys/fs/cgroup{path}/memory.events"));
            paths.push(format!("/sys/fs/cgroup/unified{path}/memory.events"));
        } else if controllers.split(',').any(|name| name == "memory") {
            paths.push(format!("/sys/fs/cgroup/memory{path}/memory.oom_control"));
        }
    }
    paths.push("/sys/fs/cgroup/memory.events".into());
    paths.push("/sys/fs/cgroup/memory/memory.oom_control".into());
    paths.push("/proc/vmstat".into());
    paths
}

/// Reads `bytes` as a counter, and as the groups of a process.
#[cfg(fuzzing)]
pub(super) fn fuzz(bytes: &[u8]) {
    parse(bytes);
    counter_paths(&String::from_utf8_lossy(bytes));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counter_of_kills_is_found() {
        assert_eq!(parse(b"low 0\noom 3\noom_kill 12\noom_group_kill 0\n"), 12);
        assert_eq!(parse(b"oom_kill_disable 0\nunder_oom 0\noom_kill 1\n"), 1);
        assert_eq!(parse(b"oom_kill_disable 0\n"), 0);
    }

    #[test]
    fn the_own_group_comes_first() {
        let paths = counter_paths("0::/user.slice/x\n");
        assert_eq!(
            paths.first().unwrap(),
            "/sys/fs/cgroup/user.slice/x/memory.events"
        );
        let paths = counter_paths("4:cpu,memory:/a\n0::/\n");
        assert_eq!(
            paths.first().unwrap(),
            "/sys/fs/cgroup/memory/a/memory.oom_control"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_counter_that_grew_explains_a_kill() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "oom 1\noom_kill 1\n").unwrap();
        let supervisor = Supervisor::new();
        let counter = Some(File::open(file.path()).unwrap());
        supervisor
            .shared
            .killer
            .set(KernelKiller { counter })
            .unwrap();
        let before = supervisor.kernel_kills();
        assert!(!supervisor.was_killed(137, None, before));
        std::fs::write(file.path(), "oom 2\noom_kill 2\n").unwrap();
        assert!(supervisor.was_killed(-1, Some(9), before));
        assert!(supervisor.was_killed(137, None, before));
        assert!(supervisor.was_killed(2, None, before));
        assert!(!supervisor.was_killed(0, None, before));
    }
}
