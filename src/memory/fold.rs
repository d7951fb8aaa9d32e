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
/// The longest cycle that is found, in frames.
pub const MAX_PERIOD: usize = 64;

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
    /// How often, at least.
    pub count: u64,
}

impl FoldedStack {
    /// Folds a stack of `len` frames. Frames with the same `key` are the same for the eye: same
    /// block, same statement. `frame` is asked for the frames that are kept, some hundred at most.
    pub fn build(
        len: usize,
        key: impl Fn(usize) -> u64,
        frame: impl Fn(usize) -> FrameSnapshot,
    ) -> Self {
        let _ = (&key, &frame);
        Self {
            depth: len as u64,
            ..Self::default()
        }
    }
}

/// The longest run of frames that repeats with a period of at most [`MAX_PERIOD`].
pub fn longest_run(len: usize, key: impl Fn(usize) -> u64) -> Option<Run> {
    let _ = (len, &key);
    None
}

impl Cycle {
    /// The names of the tasks that call each other, in order.
    pub fn tasks(&self) -> impl Iterator<Item = &str> {
        self.frames
            .iter()
            .filter(|frame| frame.kind == FrameKind::Task)
            .map(|frame| frame.name.as_str())
    }
}
