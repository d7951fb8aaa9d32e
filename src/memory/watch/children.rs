//! The memory of the children as it was measured last, and when it is worth measuring again.

use std::time::{Duration, Instant};

use crate::memory::snapshot::{ChildrenMemory, Observed};

/// Children that keep still are measured more and more rarely, but no more rarely than so many times
/// as rarely as others: measuring costs ten times a reading of ourselves.
const STILL: u32 = 10;

/// After a sure measurement the next one waits for so many times as long as it took.
const PROOF_REST: u32 = 10;

/// What was measured, and when.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::memory) struct Children {
    at: Option<Duration>,
    memory: ChildrenMemory,
    /// The same, when it was last found to be no breach.
    pub(super) judged: ChildrenMemory,
    /// How long measuring took.
    pub(super) cost: Duration,
    /// How many measurements before it were like the last one.
    alike: u32,
    /// Until when nothing is measured surely: that may take half a second.
    proof_rests: Option<Instant>,
}

impl Children {
    /// Measures anew when the last time is at least `rest` ago, and longer for children that keep
    /// still; when their memory is `limited`, always, and however long it took.
    pub(super) fn look(
        &mut self,
        observed: &dyn Observed,
        now: Duration,
        rest: Duration,
        limited: bool,
    ) -> ChildrenMemory {
        let still = if limited { 0 } else { self.alike };
        let rest = rest * (1 + still).min(STILL);
        // Ticks come a little early or late.
        if self.at.is_none_or(|at| now >= at + rest / 10 * 9) {
            self.at = Some(now);
            let begun = Instant::now();
            let memory = match limited {
                true => observed.children_now(),
                false => observed.children(),
            };
            self.cost = begun.elapsed();
            let memory = memory.unwrap_or_default();
            // Where there are none, looking costs nothing, and the next one may be there soon.
            let known = memory.count > 0 && memory.estimated == 0;
            self.alike = match known && memory == self.memory {
                true => self.alike.saturating_add(1),
                false => 0,
            };
            self.memory = memory;
        }
        self.memory
    }

    /// What `measure` finds, which may take long, so it is not done again for ten times as long: `None`.
    pub(super) fn surely(
        &mut self,
        measure: impl FnOnce() -> Option<ChildrenMemory>,
    ) -> Option<ChildrenMemory> {
        let begun = Instant::now();
        if self.proof_rests.is_some_and(|rests| begun < rests) {
            return None;
        }
        let memory = measure().unwrap_or_default();
        let now = Instant::now();
        self.proof_rests = Some(now + (now - begun) * PROOF_REST);
        Some(memory)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::memory::snapshot::{Activity, ExecutionSnapshot};

    /// Children whose memory is set.
    #[derive(Default)]
    struct Family(Mutex<(ChildrenMemory, u32)>);

    impl Family {
        fn set(&self, bytes: u64, count: u32) {
            let mut family = self.0.lock().unwrap();
            family.0.bytes = bytes;
            family.0.count = count;
        }

        /// How often they were looked at in ten seconds from `from` on, with ten ticks a second.
        fn looks(&self, children: &mut Children, from: u64, limited: bool) -> u32 {
            self.0.lock().unwrap().1 = 0;
            for tick in 0..100 {
                let now = Duration::from_millis(from * 1000 + tick * 100);
                children.look(self, now, Duration::from_millis(100), limited);
            }
            self.0.lock().unwrap().1
        }
    }

    impl Observed for Family {
        fn activity(&self) -> Option<Activity> {
            None
        }

        fn snapshot(&self) -> Option<ExecutionSnapshot> {
            None
        }

        fn children(&self) -> Option<ChildrenMemory> {
            let mut family = self.0.lock().unwrap();
            family.1 += 1;
            Some(family.0)
        }
    }

    #[test]
    fn children_that_keep_still_are_measured_more_rarely() {
        let (family, mut children) = (Family::default(), Children::default());
        assert_eq!(family.looks(&mut children, 0, false), 100);
        family.set(1 << 20, 2);
        let looks = family.looks(&mut children, 10, false);
        assert!((13..=18).contains(&looks), "{looks}");
        assert_eq!(family.looks(&mut children, 20, true), 100);
        family.set(2 << 20, 2);
        let late = children.look(
            &family,
            Duration::from_secs(31),
            Duration::from_millis(100),
            false,
        );
        assert_eq!(late.bytes, 2 << 20);
        assert_eq!(children.alike, 0);
    }
}
