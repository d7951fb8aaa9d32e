//! What one thread has taken and given back, and when it tells the others.
//!
//! It is passed with each allocation, so it is one addition and one comparison: how much may be taken
//! or given back before anything has to be looked at is worked out beforehand.

use std::cell::Cell;
use std::sync::atomic::Ordering;

use super::{ALLOCATED, ALLOWED, COUNTS, EPOCH, GUARDED, LIMIT, LIVE, is_held, stand_still, trip};

/// The most bytes that a thread counts for itself before it tells the others.
const BATCH: u64 = 256 * 1024;
/// What a new thread begins with; it doubles with each batch. A thread that does little and ends
/// takes no more than this with it.
const FIRST_BATCH: u64 = 4 * 1024;
/// The bytes that a thread may have taken and given back meanwhile, in batches.
const CHURN: u64 = 16;
/// What a thread may take while growth is held, in bytes, before it is asked how much is resident.
const WHILE_HELD: i64 = 2 * 1024 * 1024;
/// So near to the limit a thread begins to ask, in bytes.
const NEAR: i64 = 16 * 1024 * 1024;

/// What a thread has not told yet. Without destructors, so it can be used until the thread is gone.
pub(super) struct Here {
    /// The bytes that were taken, and those that were given back, since the last batch.
    taken: Cell<u64>,
    given: Cell<u64>,
    /// How many they may become before a batch can be full.
    taken_until: Cell<u64>,
    given_until: Cell<u64>,
    batch: Cell<u64>,
    /// What was taken since growth is held, and which hold that was.
    held: Cell<i64>,
    epoch: Cell<u32>,
    /// Whether the thread may go on while growth is held: it writes the dump.
    exempt: Cell<bool>,
}

thread_local! {
    pub(super) static HERE: Here = const { Here::new() };
}

/// Counts what was taken.
#[inline]
pub(super) fn take(bytes: u64) {
    // No destructor, so there is no moment at which this fails; and if there were, a little would go
    // uncounted.
    if HERE.try_with(|here| here.take(bytes)) == Ok(true) {
        COUNTS.store(true, Ordering::Relaxed);
    }
}

/// Counts what was given back.
#[inline]
pub(super) fn give(bytes: u64) {
    if HERE.try_with(|here| here.give(bytes)) == Ok(true) {
        COUNTS.store(true, Ordering::Relaxed);
    }
}

impl Here {
    const fn new() -> Self {
        Self {
            taken: Cell::new(0),
            given: Cell::new(0),
            taken_until: Cell::new(FIRST_BATCH),
            given_until: Cell::new(FIRST_BATCH),
            batch: Cell::new(FIRST_BATCH),
            held: Cell::new(0),
            epoch: Cell::new(0),
            exempt: Cell::new(false),
        }
    }

    /// Whether what was counted here was handed over.
    #[inline]
    fn take(&self, bytes: u64) -> bool {
        let taken = self.taken.get() + bytes;
        self.taken.set(taken);
        taken >= self.taken_until.get() && self.look()
    }

    /// As [`Here::take`].
    #[inline]
    fn give(&self, bytes: u64) -> bool {
        let given = self.given.get() + bytes;
        self.given.set(given);
        given >= self.given_until.get() && self.look()
    }

    /// Hands over a batch that is full; says when the next one may be.
    #[cold]
    fn look(&self) -> bool {
        let (taken, given, batch) = (self.taken.get(), self.given.get(), self.batch.get());
        let full = taken.abs_diff(given) >= batch || taken >= batch * CHURN;
        if full {
            self.batch.set((batch * 2).min(BATCH));
            self.hand_over();
        } else {
            self.taken_until.set((given + batch).min(batch * CHURN));
            self.given_until.set(taken + batch);
        }
        full
    }

    /// Tells the others what was counted.
    pub(super) fn settle(&self) {
        if self.taken.get() != 0 || self.given.get() != 0 {
            self.hand_over();
        }
    }

    #[cold]
    fn hand_over(&self) {
        let (taken, given) = (self.taken.replace(0), self.given.replace(0));
        let live = taken.wrapping_sub(given).cast_signed();
        self.taken_until.set(self.batch.get());
        self.given_until.set(self.batch.get());
        ALLOCATED.fetch_add(taken, Ordering::Relaxed);
        let total = LIVE.fetch_add(live, Ordering::Relaxed) + live;
        if live > 0 && total > ALLOWED.load(Ordering::Relaxed) {
            trip();
        }
        if live > 0 && !self.exempt.get() {
            if is_held() {
                self.take_while_held(live);
            } else if GUARDED.load(Ordering::Relaxed)
                && total.saturating_add(NEAR) > LIMIT.load(Ordering::Relaxed)
            {
                stand_still(0);
            }
        }
    }

    /// Lets the thread go on while growth is held, or no longer; whether it might before.
    pub(super) fn exempt(&self, exempt: bool) -> bool {
        self.exempt.replace(exempt)
    }

    /// Lets the thread go on until growth is held another time.
    pub(super) fn exempt_for_now(&self) {
        self.epoch.set(EPOCH.load(Ordering::Acquire));
        self.held.set(i64::MIN / 2);
    }

    pub(super) fn is_exempt(&self) -> bool {
        let acts = self.held.get() < 0 && self.epoch.get() == EPOCH.load(Ordering::Acquire);
        self.exempt.get() || acts
    }

    #[cold]
    fn take_while_held(&self, live: i64) {
        let epoch = EPOCH.load(Ordering::Acquire);
        if self.epoch.replace(epoch) != epoch {
            // It may have been taken before that.
            self.held.set(0);
            return;
        }
        self.held.set(self.held.get() + live);
        if self.held.get() > WHILE_HELD {
            stand_still(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_tells_in_batches_that_grow() {
        let here = Here::new();
        assert!(!here.take(FIRST_BATCH - 1));
        assert_eq!(here.taken.get(), FIRST_BATCH - 1);
        assert!(here.take(1));
        assert_eq!((here.taken.get(), here.batch.get()), (0, 2 * FIRST_BATCH));
        // What was taken is told even when it is all given back.
        let told = (0..2 * CHURN).filter(|_| {
            let told = here.take(FIRST_BATCH);
            here.give(FIRST_BATCH) || told
        });
        assert_eq!(told.count(), 1);
        for _ in 0..20 {
            assert!(here.give(BATCH));
            assert!(here.take(BATCH));
        }
        assert_eq!(here.batch.get(), BATCH);
        // Leaves the counters as they were, for the other tests of this process.
        here.give(FIRST_BATCH);
        here.settle();
    }

    #[test]
    fn no_thread_keeps_more_than_a_batch() {
        let here = Here::new();
        while here.batch.get() < BATCH {
            here.take(BATCH);
            here.give(BATCH);
        }
        // Taken and given back in turn, and more of the one than of the other; then the reverse.
        let mut told = 0;
        for (take, give) in [(3000, 1000), (1000, 3000)] {
            for _ in 0..1000 {
                told += u32::from(here.take(take)) + u32::from(here.give(give));
                assert!(here.taken.get().abs_diff(here.given.get()) < BATCH);
                assert!(here.taken.get() < BATCH * CHURN);
            }
        }
        // 2 MB each way.
        assert!((14..=20).contains(&told), "{told}");
        here.settle();
    }
}
