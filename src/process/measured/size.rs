//! The memory of one process as it was measured, and how long that stands.

use std::time::{Duration, Instant};

use crate::process::entry::Process;

/// A measurement stands as long as the process has changed by no more than this part of what it counts
/// for: the growth of what many share is each time taken for their own.
const TOLERANCE: u64 = 32;
/// So many bytes may be added or taken away at any time.
const LITTLE: u64 = 64 * 1024;
/// A fault of a page makes at most so many bytes a process' own that it had shared before: the kernel
/// copies no larger pieces.
const FAULT: u64 = 4096;
/// For so long faults are overlooked, at least and at most, when they have made no difference before: a
/// process that takes and gives back memory all the time has as many.
const OVERLOOKED: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

#[derive(Clone, Copy, Debug)]
pub(in crate::process) struct Size {
    pub(super) at: Instant,
    pub(super) proportional: u64,
    resident: u64,
    faults: u64,
    /// How many processes there were.
    among: usize,
    /// For how long faults are overlooked.
    overlooked: Duration,
}

impl Size {
    /// What was measured now; `before` is what was measured the time before.
    pub(super) fn new(
        process: &Process,
        proportional: u64,
        among: usize,
        before: Option<&Self>,
    ) -> Self {
        let as_expected = |before: &&Self| {
            let expected = before.scaled(process.resident);
            expected.abs_diff(proportional) <= before.tolerated() && before.among == among
        };
        let overlooked = before.filter(as_expected).map_or(Duration::ZERO, |before| {
            (before.overlooked * 2).clamp(OVERLOOKED.0, OVERLOOKED.1)
        });
        Self {
            at: Instant::now(),
            proportional,
            resident: process.resident,
            faults: process.faults,
            among,
            overlooked,
        }
    }

    /// Whether the process has hardly changed since it was measured, nor have those that may share its
    /// memory. A page that it had shared and has written to is its own: nothing tells but the fault.
    pub(super) fn still_true(&self, process: &Process, among: usize) -> bool {
        let faults = process.faults.saturating_sub(self.faults);
        self.is_like(process, among)
            && (faults.saturating_mul(FAULT) <= self.tolerated()
                || self.at.elapsed() < self.overlooked)
    }

    /// Whether a process is of that size, among as many.
    pub(super) fn is_like(&self, process: &Process, among: usize) -> bool {
        self.among == among && self.resident.abs_diff(process.resident) <= self.tolerated()
    }

    fn tolerated(&self) -> u64 {
        (self.proportional / TOLERANCE).max(LITTLE)
    }

    /// The proportional part of `resident`, if the rest of the process is like what was measured.
    /// What was added is likely its own, so growth counts in full.
    pub(super) fn scaled(&self, resident: u64) -> u64 {
        let grown = resident.saturating_sub(self.resident);
        let shrunk = self.resident.saturating_sub(resident);
        (self.proportional + grown).saturating_sub(shrunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1024 * 1024;

    fn process(resident: u64, faults: u64) -> Process {
        Process {
            pid: 1,
            parent: 0,
            group: 1,
            session: 1,
            started: 1,
            state: b'R',
            threads: 1,
            resident,
            faults,
        }
    }

    #[test]
    fn what_many_share_is_measured_again_sooner() {
        let alone = Size::new(&process(200 * MB, 0), 200 * MB, 1, None);
        let shared = Size::new(&process(200 * MB, 0), 25 * MB, 8, None);
        // Eight times this would be an eighth of the 200 MB.
        let grown = process(203 * MB, 0);
        assert!(alone.still_true(&grown, 1));
        assert!(!shared.still_true(&grown, 8));
        assert!(shared.still_true(&process(200 * MB + LITTLE, 0), 8));
        assert!(!shared.still_true(&process(200 * MB, 0), 9));
    }

    #[test]
    fn what_writes_to_shared_pages_is_measured_again() {
        let shared = Size::new(&process(200 * MB, 1000), 25 * MB, 8, None);
        assert!(shared.still_true(&process(200 * MB, 1100), 8));
        assert!(!shared.still_true(&process(200 * MB, 5000), 8));
    }

    #[test]
    fn faults_that_make_no_difference_are_overlooked_for_a_while() {
        let mut size = Size::new(&process(200 * MB, 0), 200 * MB, 1, None);
        for faults in 1..5 {
            let now = process(200 * MB, faults * 100_000);
            size = Size::new(&now, 200 * MB, 1, Some(&size));
        }
        assert!(size.still_true(&process(200 * MB, 900_000), 1));
        // Until they do.
        let now = process(200 * MB, 900_000);
        size = Size::new(&now, 100 * MB, 1, Some(&size));
        assert!(!size.still_true(&process(200 * MB, 999_000), 1));
    }
}
