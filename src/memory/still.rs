//! A run that keeps still: it waits for a command, and nothing of it grows.
//!
//! Waking a processor ten times a second costs twenty times what the readings themselves do. So a run
//! that keeps still is looked at twice a second, and in the end once, as long as the allocator rings when its heap grows
//! meanwhile: what can't ring is read at its interval.

use std::time::Duration;

use super::limits::{INTERVAL, Limits};
use super::snapshot::{Activity, ChildrenMemory};
use super::units::MB;
use super::watch::Reading;
use crate::source::Span;

/// So many readings alike make a run still: a second.
const READINGS: u32 = 10;
/// Between two readings then, and after as many again.
const RESTS: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(1)];
/// What resident memory, and that of the children, may change by, in bytes.
const ALIKE: u64 = MB;
/// The heap may grow by so much before the allocator rings, in bytes.
pub(super) const RINGS: u64 = 4 * MB;

/// How long a run has kept still.
#[derive(Debug, Default)]
pub(super) struct Stillness {
    first: Option<(u64, ChildrenMemory, Option<Span>)>,
    alike: u32,
}

impl Stillness {
    /// Notes a reading, and what is being executed.
    pub(super) fn note(&mut self, reading: &Reading, activity: Option<&Activity>) {
        let now = (
            reading.resident,
            reading.children,
            activity.map(|activity| activity.span),
        );
        let alike = self.first.is_some_and(|(resident, children, span)| {
            resident.abs_diff(now.0) < ALIKE
                && children.bytes.abs_diff(now.1.bytes) < ALIKE
                && (children.count, span) == (now.1.count, now.2)
        });
        if alike {
            self.alike = self.alike.saturating_add(1);
        } else {
            *self = Self {
                first: Some(now),
                alike: 0,
            };
        }
    }

    /// When to read again, if the run keeps still. An interval that somebody asked for is kept.
    pub(super) fn rest(&self, limits: &Limits) -> Option<Duration> {
        let at = (self.alike / READINGS).checked_sub(1)? as usize;
        let [first, last] = RESTS;
        (limits.interval == INTERVAL).then_some(if at == 0 { first } else { last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a run is still after so many readings of (resident MB, children).
    fn still(readings: impl IntoIterator<Item = (u64, u32)>, limits: &Limits) -> bool {
        let mut stillness = Stillness::default();
        for (megabytes, count) in readings {
            let children = ChildrenMemory {
                count,
                bytes: u64::from(count) * MB,
                estimated: 0,
            };
            let reading = Reading {
                resident: megabytes * MB,
                children,
                ..Reading::default()
            };
            stillness.note(&reading, None);
        }
        stillness.rest(limits).is_some()
    }

    #[test]
    fn only_what_keeps_still_for_a_second_is_read_more_rarely() {
        let limits = Limits::default();
        assert!(!still([(5, 1); 10], &limits));
        assert!(still([(5, 1); 11], &limits));
        assert!(still([(5, 1); 1000], &limits));
        // From the first reading on: growth is not missed by being slow.
        let slowly = (0..1000).map(|tick| (5 + tick / 5, 1));
        assert!(!still(slowly, &limits));
        let forks = (0..1000).map(|tick| (5, 1 + tick / 5));
        assert!(!still(forks, &limits));
        let again = [(5, 1); 20].into_iter().chain([(9, 1); 5]);
        assert!(!still(again, &limits));
    }

    #[test]
    fn an_interval_that_was_asked_for_is_kept() {
        let limits = Limits {
            interval: Duration::from_millis(50),
            ..Limits::default()
        };
        assert!(!still([(5, 1); 100], &limits));
    }
}
