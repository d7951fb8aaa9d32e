//! A global allocator that counts what lives, cheaply: in batches of each thread.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

/// Bytes that a thread counts for itself before it tells the others. One shared counter for every
/// allocation would cost up to half as much again on two threads.
const BATCH: i64 = 256 * 1024;

static LIVE: AtomicI64 = AtomicI64::new(0);
static ALLOCATED: AtomicU64 = AtomicU64::new(0);
static COUNTS: AtomicBool = AtomicBool::new(false);

thread_local! {
    static LIVE_HERE: Cell<i64> = const { Cell::new(0) };
    static ALLOCATED_HERE: Cell<u64> = const { Cell::new(0) };
}

/// Counts the bytes that the system's allocator gives out.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counting;

/// The bytes that live; `None` where [`Counting`] is not the global allocator. May be off by 256 KiB
/// for each thread.
pub fn live() -> Option<u64> {
    COUNTS
        .load(Ordering::Relaxed)
        .then(|| u64::try_from(LIVE.load(Ordering::Relaxed)).unwrap_or(0))
}

/// All bytes that were ever given out; `None` as for [`live`].
pub fn allocated() -> Option<u64> {
    COUNTS
        .load(Ordering::Relaxed)
        .then(|| ALLOCATED.load(Ordering::Relaxed))
}

fn count(live: i64, allocated: u64) {
    // A thread that is ending has no counters any more; what little it frees then goes uncounted.
    let _ = ALLOCATED_HERE.try_with(|here| here.set(here.get() + allocated));
    let _ = LIVE_HERE.try_with(|here| {
        let now = here.get() + live;
        if now.abs() < BATCH {
            here.set(now);
            return;
        }
        here.set(0);
        LIVE.fetch_add(now, Ordering::Relaxed);
        COUNTS.store(true, Ordering::Relaxed);
        let _ = ALLOCATED_HERE.try_with(|total| {
            ALLOCATED.fetch_add(total.replace(0), Ordering::Relaxed);
        });
    });
}

// SAFETY: every call is passed on to the system's allocator unchanged; counting allocates nothing
// and touches thread-local cells without destructors only.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64, layout.size() as u64);
        // SAFETY: the caller's promises are those that the system's allocator needs.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as i64), 0);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64, layout.size() as u64);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let grown = size as i64 - layout.size() as i64;
        count(grown, u64::try_from(grown).unwrap_or(0));
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
