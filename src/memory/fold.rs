//! Folds a stack: its outermost and innermost frames, and the cycle that repeats between them.
//!
//! A runaway recursion leaves hundreds of thousands of frames. The stack is seen through its
//! length and a key for each index, so nothing is copied and nothing is allocated in proportion
//! to it.
//!
//! Index 0 is the outermost frame, `len - 1` the innermost.

use serde::{Deserialize, Serialize};

use super::snapshot::{FrameKind, FrameSnapshot};

/// How many frames are kept at each end.
pub const KEPT: usize = 10;
/// Up to this depth a stack is kept whole.
const WHOLE: usize = 3 * KEPT;
/// The longest cycle that is found, in frames.
pub const MAX_PERIOD: usize = 64;
/// A run of this length has one shortest period: two periods of at most [`MAX_PERIOD`] that both
/// hold over it have a common divisor that holds as well, so no longer period need be tried.
const DECISIVE: usize = 4 * MAX_PERIOD;
/// At how many places of the stack a run is looked for.
const PROBES: usize = 2048;
/// How many candidates for a frequent frame are counted at once.
const CANDIDATES: usize = 8;

/// A run of frames that repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The first frame of the run.
    pub start: usize,
    /// One past its last frame.
    pub end: usize,
    /// After how many frames it repeats.
    pub period: usize,
}

impl Run {
    /// How many whole times the cycle is repeated.
    pub fn repeats(self) -> usize {
        (self.end - self.start) / self.period.max(1)
    }
}

/// A stack of any depth in a few dozen frames.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FoldedStack {
    /// How many frames the stack has.
    pub depth: u64,
    /// The innermost frames, the innermost first; all frames when there are few.
    pub top: Vec<FrameSnapshot>,
    /// What repeats between them.
    pub cycle: Option<Cycle>,
    /// The outermost frames, the outermost last; empty when `top` has all.
    pub bottom: Vec<FrameSnapshot>,
    /// The frames seen most often, when no cycle covers half of the stack.
    pub frequent: Vec<FrequentFrame>,
}

/// A sequence of frames that repeats.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Cycle {
    /// The frames from the outer to the inner.
    pub frames: Vec<FrameSnapshot>,
    /// How often they repeat.
    pub repeats: u64,
}

/// A frame and how often it is on the stack.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FrequentFrame {
    /// The frame.
    pub frame: FrameSnapshot,
    /// How often.
    pub count: u64,
}

impl FoldedStack {
    /// Folds a stack of `len` frames. Frames with the same `key` are the same for the eye: same
    /// block, same statement. `frame` is asked for the frames that are kept, a hundred at most.
    pub fn build(
        len: usize,
        key: impl Fn(usize) -> u64,
        frame: impl Fn(usize) -> FrameSnapshot,
    ) -> Self {
        if len <= WHOLE {
            return Self {
                depth: len as u64,
                top: (0..len).rev().map(&frame).collect(),
                cycle: longest_run(len, &key).map(|run| Cycle::new(run, &frame)),
                ..Self::default()
            };
        }
        let run = longest_run(len, &key);
        let covered = run.map_or(0, |run| run.end - run.start);
        Self {
            depth: len as u64,
            top: (len - KEPT..len).rev().map(&frame).collect(),
            cycle: run.map(|run| Cycle::new(run, &frame)),
            bottom: (0..KEPT).rev().map(&frame).collect(),
            frequent: if covered * 2 < len {
                frequent(len, &key, &frame)
            } else {
                Vec::new()
            },
        }
    }

    /// How many frames neither end shows.
    pub fn hidden(&self) -> u64 {
        let shown = self.top.len() + self.bottom.len();
        self.depth.saturating_sub(shown as u64)
    }
}

impl Cycle {
    fn new(run: Run, frame: impl Fn(usize) -> FrameSnapshot) -> Self {
        let mut frames: Vec<_> = (run.start..run.start + run.period).map(&frame).collect();
        // Outside the run stand frames of the same tasks at other statements; the cycle is told
        // from the task that was called first.
        let first = (0..run.start.min(KEPT)).find_map(|at| {
            let outer = frame(at);
            let same = |inner: &FrameSnapshot| inner.kind == outer.kind && inner.name == outer.name;
            let is_task = outer.kind == FrameKind::Task;
            frames.iter().position(same).filter(|_| is_task)
        });
        frames.rotate_left(first.unwrap_or(0));
        Self {
            frames,
            repeats: run.repeats() as u64,
        }
    }

    /// The tasks that call each other, in order, with the lines of their calls.
    pub fn tasks(&self) -> impl Iterator<Item = &FrameSnapshot> {
        self.frames
            .iter()
            .filter(|frame| frame.kind == FrameKind::Task)
    }

    /// How many frames it covers.
    pub fn covered(&self) -> u64 {
        self.frames.len() as u64 * self.repeats
    }
}

/// The longest run of frames that repeats at least three times with a period of at most
/// [`MAX_PERIOD`].
///
/// It is looked for at `PROBES` places and then followed to both ends, so its length is exact;
/// a run shorter than one part in two thousand of the stack may be missed.
pub fn longest_run(len: usize, key: impl Fn(usize) -> u64) -> Option<Run> {
    let mut best: Option<Run> = None;
    let mut probe = 0;
    while probe < len {
        if let Some(run) = run_at(probe, len, &key) {
            probe = probe.max(run.end - run.period);
            if best.is_none_or(|best| run.end - run.start > best.end - best.start) {
                best = Some(run);
            }
        }
        probe += (len / PROBES).max(1);
    }
    best
}

/// The longest run around `at`.
fn run_at(at: usize, len: usize, key: &impl Fn(usize) -> u64) -> Option<Run> {
    let mut best: Option<Run> = None;
    for period in 1..=MAX_PERIOD.min((len - at) / 2) {
        if (at..at + period).any(|i| key(i) != key(i + period)) {
            continue;
        }
        let run = extend(at, period, len, key);
        let length = run.end - run.start;
        if run.repeats() >= 3 && best.is_none_or(|best| length > best.end - best.start) {
            best = Some(run);
        }
        if length >= DECISIVE {
            break;
        }
    }
    best
}

/// Follows a run from `at` to both of its ends.
fn extend(at: usize, period: usize, len: usize, key: &impl Fn(usize) -> u64) -> Run {
    let mut start = at;
    while start > 0 && key(start - 1) == key(start - 1 + period) {
        start -= 1;
    }
    let mut end = at + period;
    while end < len && key(end) == key(end - period) {
        end += 1;
    }
    Run { start, end, period }
}

/// The frames that make up most of a stack without a cycle, such as a recursion whose next call
/// depends on a condition. Two passes: candidates by the method of Misra and Gries, which finds
/// every frame that is more than a ninth of the stack, then their exact counts.
fn frequent(
    len: usize,
    key: impl Fn(usize) -> u64,
    frame: impl Fn(usize) -> FrameSnapshot,
) -> Vec<FrequentFrame> {
    let mut found = candidates(len, &key);
    found.iter_mut().for_each(|slot| slot.count = 0);
    for at in 0..len {
        let key = key(at);
        if let Some(slot) = found.iter_mut().find(|slot| slot.key == key) {
            slot.count += 1;
        }
    }
    found.retain(|slot| slot.count > len / (2 * CANDIDATES));
    found.sort_by(|a, b| b.count.cmp(&a.count).then(a.first.cmp(&b.first)));
    found
        .iter()
        .map(|slot| FrequentFrame {
            frame: frame(slot.first),
            count: slot.count as u64,
        })
        .collect()
}

/// A key that may be frequent.
struct Slot {
    key: u64,
    count: usize,
    first: usize,
}

fn candidates(len: usize, key: impl Fn(usize) -> u64) -> Vec<Slot> {
    let mut slots: Vec<Slot> = Vec::with_capacity(CANDIDATES);
    for first in 0..len {
        let key = key(first);
        if let Some(slot) = slots.iter_mut().find(|slot| slot.key == key) {
            slot.count += 1;
        } else if slots.len() < CANDIDATES {
            let count = 1;
            slots.push(Slot { key, count, first });
        } else {
            slots.retain_mut(|slot| {
                slot.count -= 1;
                slot.count > 0
            });
        }
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::snapshot::Place;

    fn frame(name: &str) -> FrameSnapshot {
        FrameSnapshot {
            name: name.to_owned(),
            place: Place::default(),
            ..FrameSnapshot::default()
        }
    }

    fn run_of(text: &str) -> Option<(usize, usize, usize)> {
        let bytes = text.as_bytes();
        longest_run(bytes.len(), |i| u64::from(bytes[i])).map(|r| (r.start, r.end, r.period))
    }

    #[test]
    fn the_longest_run_is_found_with_its_shortest_period() {
        assert_eq!(run_of("maaaa!"), Some((1, 5, 1)));
        assert_eq!(run_of("mabababz"), Some((1, 7, 2)));
        assert_eq!(run_of("xaabaabaaby"), Some((1, 10, 3)));
        assert_eq!(run_of("aaaxbcbcbcbc"), Some((4, 12, 2)));
        assert_eq!(run_of("abcdefgh"), None);
        assert_eq!(run_of(""), None);
    }

    #[test]
    fn two_million_frames_are_folded_exactly() {
        let len = 2_000_000;
        let key = |i: usize| match i {
            0..7 => 1_000 + i as u64,
            _ if i >= len - 3 => 2_000 + i as u64,
            _ => ((i - 7) % 63) as u64,
        };
        let run = longest_run(len, key);
        assert_eq!(
            run,
            Some(Run {
                start: 7,
                end: len - 3,
                period: 63
            })
        );
        let stack = FoldedStack::build(len, key, |i| frame(&i.to_string()));
        assert_eq!(stack.depth, 2_000_000);
        assert_eq!(stack.top[0].name, "1999999");
        assert_eq!(stack.bottom[KEPT - 1].name, "0");
        let cycle = stack.cycle.unwrap();
        assert_eq!(
            (cycle.frames.len(), cycle.repeats),
            (63, (2_000_000 - 10) / 63)
        );
        assert_eq!(cycle.frames[0].name, "7");
        assert!(stack.frequent.is_empty());
    }

    #[test]
    fn the_shorter_of_two_recursions_does_not_hide_the_longer() {
        let key = |i: usize| {
            if i < 40_000 {
                i as u64 % 2
            } else {
                10 + i as u64 % 3
            }
        };
        let run = longest_run(100_000, key).unwrap();
        assert_eq!((run.start, run.end, run.period), (40_000, 100_000, 3));
    }

    #[test]
    fn a_recursion_without_a_cycle_names_its_frequent_frames() {
        // Digits of a linear congruence: three frames in no order.
        let key = |i: usize| (i as u64).wrapping_mul(6_364_136_223_846_793_005) >> 33;
        let key = |i: usize| key(i).wrapping_mul(2_654_435_769) % (1 << 32) % 3;
        let stack = FoldedStack::build(60_000, key, |i| frame(&key(i).to_string()));
        let mut names: Vec<_> = stack
            .frequent
            .iter()
            .map(|f| f.frame.name.clone())
            .collect();
        names.sort();
        assert_eq!(names, ["0", "1", "2"]);
        let all: u64 = stack.frequent.iter().map(|f| f.count).sum();
        assert_eq!(all, 60_000);
    }

    #[test]
    fn a_short_stack_is_kept_whole() {
        let stack = FoldedStack::build(3, |i| i as u64, |i| frame(&i.to_string()));
        let names: Vec<_> = stack.top.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["2", "1", "0"]);
        assert!(stack.bottom.is_empty() && stack.cycle.is_none());
        assert_eq!(stack.hidden(), 0);
    }

    #[test]
    fn a_cycle_begins_with_the_task_that_was_called_first() {
        let names = ["a", "b"];
        let key = |i: usize| if i == 0 { 9 } else { i as u64 % 2 };
        let stack = FoldedStack::build(1_000, key, |i| frame(names[i % 2]));
        let cycle = stack.cycle.unwrap();
        let tasks: Vec<_> = cycle.tasks().map(|task| task.name.as_str()).collect();
        assert_eq!(tasks, ["a", "b"]);
    }
}
