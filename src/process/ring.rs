//! The buffer that a stream is read into, which at the same time remembers how it ended.

use crate::process::finished::Tail;

/// How much of the end of a stream is remembered, in bytes.
pub(super) const TAIL_BYTES: usize = 64 * 1024;
/// How much is read at once, in bytes.
const READ_BYTES: usize = 128 * 1024;
const CAPACITY: usize = TAIL_BYTES + READ_BYTES;

/// Reading overwrites only what is older than the last 64 KiB, so that nothing is copied.
#[derive(Debug)]
pub(super) struct Ring {
    bytes: Box<[u8]>,
    /// Where the next read goes; always below the capacity.
    next: usize,
    total: u64,
}

impl Ring {
    /// The memory is not touched before it is used.
    pub(super) fn new() -> Self {
        Self {
            bytes: vec![0; CAPACITY].into_boxed_slice(),
            next: 0,
            total: 0,
        }
    }

    /// Forgets everything, for the next stream.
    pub(super) fn clear(&mut self) {
        self.next = 0;
        self.total = 0;
    }

    /// Where to read into; never empty.
    pub(super) fn space(&mut self) -> &mut [u8] {
        let end = CAPACITY.min(self.next + READ_BYTES);
        self.bytes.get_mut(self.next..end).unwrap_or_default()
    }

    /// Notes that `count` bytes were read into the space, and returns them.
    pub(super) fn filled(&mut self, count: usize) -> &[u8] {
        let start = self.next;
        self.total += count as u64;
        self.next = (start + count) % CAPACITY;
        self.bytes.get(start..start + count).unwrap_or_default()
    }

    /// A copy of the last 64 KiB.
    pub(super) fn tail(&self) -> Tail {
        let kept = self.total.min(TAIL_BYTES as u64) as usize;
        let mut bytes = Vec::with_capacity(kept);
        if kept > self.next {
            let start = CAPACITY - (kept - self.next);
            bytes.extend_from_slice(self.bytes.get(start..).unwrap_or_default());
        }
        let start = self.next.saturating_sub(kept);
        bytes.extend_from_slice(self.bytes.get(start..self.next).unwrap_or_default());
        Tail::new(bytes, self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `total` bytes in reads of at most `piece` bytes.
    fn check(total: usize, piece: usize) {
        let all: Vec<u8> = (0..total).map(|i| (i * 7 % 127) as u8).collect();
        let mut ring = Ring::new();
        let mut rest = &all[..];
        while !rest.is_empty() {
            let space = ring.space();
            let count = piece.min(space.len()).min(rest.len());
            space[..count].copy_from_slice(&rest[..count]);
            assert!(ring.filled(count) == &rest[..count]);
            rest = &rest[count..];
        }
        let end = &all[total.saturating_sub(TAIL_BYTES)..];
        assert!(ring.tail().bytes() == end);
    }

    #[test]
    fn the_last_bytes_are_remembered() {
        for total in [
            0,
            1,
            1000,
            TAIL_BYTES,
            TAIL_BYTES + 1,
            CAPACITY,
            3 * CAPACITY + 77,
        ] {
            for piece in [1000, 4096, READ_BYTES] {
                check(total, piece);
            }
        }
    }
}
