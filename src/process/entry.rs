//! One process among those of the machine.

/// One process, as its `stat` file describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: u32,
    pub(super) parent: u32,
    pub(super) group: u32,
    pub(super) session: u32,
    /// When it was started, in clock ticks since the machine was; with the number of the
    /// process this is unique.
    pub(super) started: u64,
    pub(super) state: u8,
    pub(super) threads: u32,
    /// Resident memory in bytes.
    pub(super) resident: u64,
    /// How many pages it had to have mapped or copied so far, none of them read from a disk.
    pub(super) faults: u64,
}

impl Process {
    /// Whether it has ended and only waits to be waited for.
    pub(super) fn is_zombie(&self) -> bool {
        matches!(self.state, b'Z' | b'X')
    }
}
