//! The only place that starts child processes, and the one that ends them.
//!
//! Every child gets a process group of its own. A [`Supervisor`] knows all children of one
//! execution and finds their descendants again, also those that left their group or lost their
//! parent: it counts what they use, and ends them when a run is aborted. What a command leaves
//! behind on purpose outlives a run that ends by itself.
//!
//! *Invariant:* the output of a child is never buffered without bound, except that of a capture,
//! which is counted while it grows ([`Supervisor::captured_bytes`]).

mod account;
mod alive;
mod command;
mod entry;
mod find;
mod finished;
mod hold;
#[cfg(unix)]
mod job;
mod measured;
mod oom;
mod probe;
#[cfg(target_os = "linux")]
mod proc;
#[cfg(not(target_os = "linux"))]
#[path = "no_proc.rs"]
mod proc;
mod pump;
mod ring;
mod run;
mod side;
mod signal;
mod spent;
mod start;
mod supervisor;
#[cfg(target_os = "linux")]
mod suspend;
#[cfg(all(unix, not(target_os = "linux")))]
#[path = "no_suspend.rs"]
mod suspend;
#[cfg(unix)]
mod terminal;
#[cfg(not(unix))]
#[path = "no_terminal.rs"]
mod terminal;
mod terminate;
mod tree;

#[cfg(not(unix))]
use terminal as job;

pub use account::Account;
pub use alive::is_running;
pub use command::{Branch, Origin, Output, ShellCommand};
pub use find::{default_shell, find_in_path};
pub use finished::{Finished, ci_summary};
pub use probe::{Probed, probe_command, probe_output};
pub use run::run;
pub use start::StartError;
pub use supervisor::{Capture, Supervisor};
pub use terminate::{Ended, GRACE};
pub use tree::{ChildInfo, TreeMemory};

/// Reads `bytes` as each of the kernel's files that are read here.
#[cfg(fuzzing)]
pub fn fuzz(bytes: &[u8]) {
    proc::fuzz(bytes);
    oom::fuzz(bytes);
}
