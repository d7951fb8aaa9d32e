//! When to read again: by how fast memory grows and how much is left.

use std::time::Duration;

/// The shortest time between two readings.
pub const SHORTEST: Duration = Duration::from_millis(1);
/// The time in which half of a growth is forgotten. Memory often grows in bursts, by doubling a
/// buffer and filling it: a reading between two bursts must not be taken for calm.
const HALF_LIFE: Duration = Duration::from_millis(50);

/// How fast one amount of memory grows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Growth {
    last: Option<(Duration, u64)>,
    /// Bytes in a second.
    rate: f64,
}

impl Growth {
    /// Notes a reading, at a time since the start.
    pub fn note(&mut self, at: Duration, bytes: u64) {
        let Some((before, was)) = self.last.replace((at, bytes)) else {
            return;
        };
        // Two readings in a moment would make a page into a flood.
        let elapsed = at.saturating_sub(before).max(SHORTEST).as_secs_f64();
        let fresh = bytes.saturating_sub(was) as f64 / elapsed;
        self.rate = fresh.max(self.rate * faded(elapsed / HALF_LIFE.as_secs_f64()));
    }

    /// When to read again, if the limit would be reached before the next two readings: after a quarter
    /// of the time that is left, because growth may become faster still.
    pub fn sooner(&self, limit: u64, interval: Duration) -> Option<Duration> {
        let (_, bytes) = self.last?;
        if self.rate <= 0.0 {
            return None;
        }
        let left = limit.saturating_sub(bytes) as f64 / self.rate;
        let sooner = left < 2.0 * interval.as_secs_f64();
        sooner.then(|| Duration::from_secs_f64(left / 4.0).clamp(SHORTEST, interval.max(SHORTEST)))
    }
}

/// What is left after so many half-lives: halved for each, on a straight line in between. Good enough
/// for a guess, and all that the program would need the library of mathematical functions for,
/// whose loading costs a short run a twentieth of its time.
fn faded(half_lives: f64) -> f64 {
    let whole = half_lives.trunc().min(64.0);
    let within = (half_lives - whole).min(1.0);
    (1.0 - within / 2.0) / (1_u128 << whole as u32) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::units::MB;

    const INTERVAL: Duration = Duration::from_millis(100);

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// The pace after readings in MB, the first at 0, with a limit of 500 MB.
    fn after(readings: &[(u64, u64)]) -> Duration {
        let mut growth = Growth::default();
        for (at, megabytes) in readings {
            growth.note(ms(*at), megabytes * MB);
        }
        growth.sooner(500 * MB, INTERVAL).unwrap_or(INTERVAL)
    }

    #[test]
    fn what_does_not_grow_is_read_at_the_interval() {
        assert_eq!(after(&[(0, 5)]), INTERVAL);
        assert_eq!(after(&[(0, 5), (100, 5), (200, 5)]), INTERVAL);
        assert_eq!(after(&[(0, 400), (100, 300)]), INTERVAL);
        // 100 MB in 100 ms: four intervals are left.
        assert_eq!(after(&[(0, 0), (100, 100)]), INTERVAL);
    }

    #[test]
    fn what_would_reach_the_limit_before_two_readings_is_read_sooner() {
        // 300 MB in 100 ms: 67 ms are left.
        let wait = after(&[(0, 0), (100, 300)]);
        assert!((ms(16)..ms(18)).contains(&wait), "{wait:?}");
        assert_eq!(after(&[(0, 0), (100, 499)]), SHORTEST);
        assert_eq!(after(&[(0, 0), (100, 500)]), SHORTEST);
    }

    #[test]
    fn half_is_left_after_each_half_life() {
        for (half_lives, left) in [
            (0.0, 1.0),
            (0.5, 0.75),
            (1.0, 0.5),
            (2.0, 0.25),
            (3.5, 0.09375),
        ] {
            assert_eq!(faded(half_lives), left);
        }
        assert!(faded(1e9) < 1e-18);
    }

    #[test]
    fn a_pause_between_two_bursts_is_not_taken_for_calm() {
        let wait = after(&[(0, 0), (100, 400), (105, 400)]);
        assert!(wait < ms(10), "{wait:?}");
        assert_eq!(after(&[(0, 0), (100, 400), (1100, 400)]), INTERVAL);
    }
}
