//! Where the allocator rings: a figure of the heap at which a limit of resident memory would be passed.

use super::allocator;
use super::limits::Limits;
use super::units::MB;
use super::watch::Reading;

/// The tripwire is armed anew this far above the heap, at least and at most, in bytes.
const REARM: (u64, u64) = (MB / 2, 8 * MB);

/// The figure that is armed, in bytes. Dropping it disarms it.
#[derive(Debug, Default)]
pub(super) struct Tripwire {
    armed: Option<u64>,
}

impl Tripwire {
    /// Arms it where the heap, with what is resident beside it, would exceed the limit. Whether the heap
    /// is there already: memory that was never touched is not resident, so that is no breach, but may
    /// become one at any time.
    pub(super) fn arm(
        &mut self,
        reading: &Reading,
        limits: &Limits,
        left_for_task: Option<u64>,
    ) -> bool {
        let Some(heap) = reading.heap else {
            return false;
        };
        let of_task = left_for_task.map(|left| heap.saturating_add(left.max(REARM.0)));
        let Some(limit) = limits.critical else {
            if let Some(at) = of_task {
                self.arm_at(at);
            }
            return false;
        };
        let beside = reading.resident.saturating_sub(heap);
        let full = limit.saturating_sub(beside);
        let left = limit.saturating_sub(reading.resident);
        let at = match heap >= full {
            true => heap + (left / 2).clamp(REARM.0, REARM.1),
            false => full,
        };
        self.arm_at(of_task.map_or(at, |of_task| of_task.min(at)));
        heap >= full
    }

    /// Arms it at `bytes` instead.
    pub(super) fn arm_at(&mut self, bytes: u64) {
        self.disarm();
        self.armed = Some(bytes);
        allocator::arm(bytes);
    }

    /// Arms it at `bytes`, unless it is armed at less.
    pub(super) fn arm_at_most(&mut self, bytes: u64) {
        self.arm_at(self.armed.map_or(bytes, |armed| armed.min(bytes)));
    }

    fn disarm(&mut self) {
        if let Some(at) = self.armed.take() {
            allocator::disarm(at);
        }
    }
}

impl Drop for Tripwire {
    fn drop(&mut self) {
        self.disarm();
    }
}
