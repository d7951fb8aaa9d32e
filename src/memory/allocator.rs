//! A global allocator that counts what lives, cheaply: in batches of each thread.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use tokio::sync::Notify;

/// Bytes that a thread counts for itself before it tells the others. One shared counter for every
/// allocation would cost up to half as much again on two threads.
const BATCH: i64 = 256 * 1024;

static LIVE: AtomicI64 = AtomicI64::new(0);
static ALLOCATED: AtomicU64 = AtomicU64::new(0);
static COUNTS: AtomicBool = AtomicBool::new(false);
/// Above this many living bytes the tripwire is torn; the greatest number when it is not armed.
static ARMED: AtomicI64 = AtomicI64::new(i64::MAX);
/// Bytes that somebody wants at once and has not been given.
static DEMAND: AtomicU64 = AtomicU64::new(0);
/// Wakes the monitor before its time.
static WAKE: Notify = Notify::const_new();
/// A demand below this is simply met.
const LARGE: usize = 1 << 20;

thread_local! {
    static LIVE_HERE: Cell<i64> = const { Cell::new(0) };
    static ALLOCATED_HERE: Cell<u64> = const { Cell::new(0) };
}

/// Tells the system's allocator how this program uses memory. Once, at the start of the process.
///
/// A thread's own arena grows page by page, with a system call for each: parsing a file of megabytes
/// beside the runtime took thousands of them. One arena that grows by megabytes needs a few dozen.
pub fn tune() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: `mallopt` only sets numbers of the allocator, and is called before other threads run.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
        libc::mallopt(libc::M_TOP_PAD, 1 << 20);
    }
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

/// Arms the tripwire at a limit in bytes; `None` disarms it. It is that of the process: of several
/// executions at a time the last one counts, and the others have their readings.
pub fn arm(limit: Option<u64>) {
    let limit = limit.and_then(|limit| i64::try_from(limit).ok());
    ARMED.store(limit.unwrap_or(i64::MAX), Ordering::Relaxed);
}

/// Whether more bytes live than the limit: whoever allocates should let the monitor look now.
pub fn is_torn() -> bool {
    LIVE.load(Ordering::Relaxed) > ARMED.load(Ordering::Relaxed)
}

/// Whether `bytes` more would pass the limit. One allocation can be larger than all memory, so it is
/// asked about before it is made.
pub fn would_tear(bytes: usize) -> bool {
    bytes >= LARGE
        && LIVE.load(Ordering::Relaxed).saturating_add(bytes as i64) > ARMED.load(Ordering::Relaxed)
}

/// Says how many bytes are wanted at once, and wakes the monitor; 0 takes that back.
pub fn demand(bytes: usize) {
    DEMAND.store(bytes as u64, Ordering::Relaxed);
    wake();
}

/// What is wanted at once, in bytes.
pub fn demanded() -> u64 {
    DEMAND.load(Ordering::Relaxed)
}

/// Lets the monitor read at once.
pub fn wake() {
    WAKE.notify_one();
}

/// Ends when somebody wakes the monitor.
pub(super) async fn woken() {
    WAKE.notified().await;
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
