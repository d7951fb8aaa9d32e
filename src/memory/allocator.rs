//! A global allocator that counts what lives, cheaply, and rings when it is more than allowed.
//!
//! Each thread counts for itself and hands its count over in batches: one shared counter for every
//! allocation would cost up to 150 % on two threads. The count is of bytes asked for, which is not
//! resident memory: what is not touched does not count there, and what is freed may still do. So the
//! tripwire decides nothing; it says that now is the time to read.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::{backstop, reading};
use here::{HERE, Here};

mod here;

/// Between two looks at whether growth is still held.
const STILL: Duration = Duration::from_millis(2);
/// How long a thread is kept.
const LONGEST: Duration = Duration::from_secs(3);
/// How far above the limit a thread takes memory, in bytes, when somebody stands behind it: it asks
/// itself, because on a machine that is busy nobody else may get to ask.
const AHEAD: u64 = 8 * 1024 * 1024;
/// Growth is not held.
const NO_CEILING: u64 = u64::MAX;
/// Nothing is armed.
const DISARMED: i64 = i64::MAX;
/// Nothing is limited.
const NO_LIMIT: i64 = i64::MAX;
/// A demand below this is simply met.
const LARGE: usize = 1 << 20;

static LIVE: AtomicI64 = AtomicI64::new(0);
static ALLOCATED: AtomicU64 = AtomicU64::new(0);
static COUNTS: AtomicBool = AtomicBool::new(false);
static ALLOWED: AtomicI64 = AtomicI64::new(DISARMED);
/// Whether it has rung, and nobody has read since.
static TORN: AtomicBool = AtomicBool::new(false);
/// The limit of the process, in bytes.
static LIMIT: AtomicI64 = AtomicI64::new(NO_LIMIT);
/// The limit of the process, in resident bytes.
static RESIDENT: AtomicU64 = AtomicU64::new(NO_CEILING);
/// Whether somebody ends the process when the runtime does not.
static GUARDED: AtomicBool = AtomicBool::new(false);
/// Bytes that somebody wants at once and has not been given.
static DEMAND: AtomicU64 = AtomicU64::new(0);
/// Wakes the monitor before its time.
static WAKE: Notify = Notify::const_new();
/// How many hold growth, and the resident bytes up to which threads may go on.
static HOLDS: AtomicU32 = AtomicU32::new(0);
static CEILING: AtomicU64 = AtomicU64::new(NO_CEILING);
/// Changes with each hold, so that a thread knows that what it took before does not count.
static EPOCH: AtomicU32 = AtomicU32::new(0);
/// How many threads are kept now.
static KEPT: AtomicU32 = AtomicU32::new(0);

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

/// The bytes that live; `None` where [`Counting`] is not the global allocator. Exact for the calling
/// thread, off by 256 KiB at most for each other one.
pub fn live() -> Option<u64> {
    settle();
    counts().then(|| u64::try_from(LIVE.load(Ordering::Relaxed)).unwrap_or(0))
}

/// All bytes that were ever given out; `None` as for [`live`]. Off by 4 MiB at most for each other
/// thread.
pub fn allocated() -> Option<u64> {
    settle();
    counts().then(|| ALLOCATED.load(Ordering::Relaxed))
}

/// Whether [`Counting`] is the global allocator.
pub fn counts() -> bool {
    COUNTS.load(Ordering::Relaxed)
}

/// Tells the others what the calling thread has counted; for a thread that is about to end.
pub fn settle() {
    let _ = HERE.try_with(Here::settle);
}

/// Whether the heap has passed what was armed and nobody has read since, or a stop was decided: whoever
/// allocates should let the monitor act now. Reads two atomics.
#[inline]
pub fn is_torn() -> bool {
    TORN.load(Ordering::Relaxed) || is_held()
}

/// Whether `bytes` more would pass the limit. One allocation can be larger than all memory, so it is
/// asked about before it is made.
pub fn would_tear(bytes: usize) -> bool {
    bytes >= LARGE
        && LIVE.load(Ordering::Relaxed).saturating_add(bytes as i64) > LIMIT.load(Ordering::Relaxed)
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

/// Sets the limit that [`would_tear`] goes by. It is that of the process: of several executions at a
/// time the last one counts, and the others have their readings.
pub(super) fn limit(bytes: Option<u64>) {
    LIMIT.store(bytes.map_or(NO_LIMIT, signed), Ordering::Relaxed);
}

/// Sets the limit in resident bytes, which the heap is a part of.
pub(super) fn limit_resident(bytes: Option<u64>) {
    RESIDENT.store(bytes.unwrap_or(NO_CEILING), Ordering::Relaxed);
}

/// Says whether somebody ends the process when the runtime does not act: then no thread goes more
/// than 8 MiB above the limit, but is kept until that.
pub(super) fn guard(guarded: bool) {
    GUARDED.store(guarded, Ordering::Release);
}

/// Rings once when more than `bytes` live. A smaller figure that is armed already stays: it only
/// rings too early, and who reads then arms anew.
pub(super) fn arm(bytes: u64) {
    let bytes = signed(bytes);
    TORN.store(false, Ordering::Relaxed);
    ALLOWED.fetch_min(bytes, Ordering::AcqRel);
    if LIVE.load(Ordering::Relaxed) > bytes {
        trip();
    }
}

/// Takes `bytes` back, unless it rang or another figure is armed.
pub(super) fn disarm(bytes: u64) {
    TORN.store(false, Ordering::Relaxed);
    let bytes = signed(bytes);
    let _ = ALLOWED.compare_exchange(bytes, DISARMED, Ordering::AcqRel, Ordering::Relaxed);
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// Rings, when it is armed. Once: a burst of allocations must not ring for each of them.
#[cold]
fn trip() {
    if ALLOWED.swap(DISARMED, Ordering::AcqRel) != DISARMED {
        TORN.store(true, Ordering::Relaxed);
        call_for_help();
    }
}

/// Rings. What that itself allocates must not be kept.
fn call_for_help() {
    unkept(backstop::call);
}

/// Does `work`, for which the calling thread is never kept while growth is held: it holds a lock that
/// is needed for the dump.
pub fn unkept<R>(work: impl FnOnce() -> R) -> R {
    let exempt = |exempt| HERE.try_with(|here| here.exempt(exempt)).unwrap_or(true);
    let before = exempt(true);
    let result = work();
    exempt(before);
    result
}

/// From now on until this is dropped a thread that takes more than 2 MiB stops where more than
/// `ceiling` bytes are resident: it is stuck in what it does, and nothing else ends its growth. It
/// stops where it holds no lock of the system's allocator, but may hold any other.
#[must_use]
pub(super) fn hold(ceiling: u64) -> Held {
    EPOCH.fetch_add(1, Ordering::AcqRel);
    CEILING.fetch_min(ceiling, Ordering::AcqRel);
    HOLDS.fetch_add(1, Ordering::AcqRel);
    Held
}

/// See [`hold`].
#[derive(Debug)]
pub(super) struct Held;

impl Drop for Held {
    fn drop(&mut self) {
        if HOLDS.fetch_sub(1, Ordering::AcqRel) == 1 {
            CEILING.store(NO_CEILING, Ordering::Release);
        }
    }
}

/// Lets the calling thread go on while growth is held, for good: it writes the dump.
pub(super) fn exempt() {
    let _ = HERE.try_with(|here| here.exempt(true));
}

/// As for the thread that writes the dump, for the one that acts on the breach, until growth is held
/// another time.
pub fn exempt_for_now() {
    let _ = HERE.try_with(Here::exempt_for_now);
}

/// Whether a thread is kept because growth is held.
pub(super) fn keeps_somebody() -> bool {
    KEPT.load(Ordering::Acquire) > 0
}

fn is_held() -> bool {
    CEILING.load(Ordering::Relaxed) != NO_CEILING
}

/// Whether `more` bytes are too many now.
fn is_too_much(more: u64) -> bool {
    let mut ceiling = CEILING.load(Ordering::Acquire);
    if GUARDED.load(Ordering::Acquire) {
        let limit = RESIDENT.load(Ordering::Relaxed);
        ceiling = ceiling.min(limit.saturating_add(AHEAD));
    }
    ceiling != NO_CEILING
        && reading::resident_now().is_some_and(|bytes| bytes.saturating_add(more) > ceiling)
}

/// Keeps the calling thread here as long as growth is held and it wants too much; not for ever,
/// because it may hold a lock that is waited for.
#[cold]
fn stand_still(more: u64) {
    let begun = Instant::now();
    if !is_too_much(more) {
        return;
    }
    KEPT.fetch_add(1, Ordering::AcqRel);
    let before = is_held();
    // Who decides may not have got to it.
    call_for_help();
    while is_too_much(more) && begun.elapsed() < LONGEST {
        // It was decided meanwhile. This may be the thread that has to hear of it, and one allocation
        // may have led it far over the limit: it gets as far as what is given to everybody then.
        if is_held() && !before {
            break;
        }
        std::thread::sleep(STILL);
    }
    KEPT.fetch_sub(1, Ordering::AcqRel);
}

/// Before much is taken at once, which would be resident before anybody looks.
#[inline]
fn ask(bytes: usize) {
    if bytes >= LARGE && is_held() {
        let exempt = HERE.try_with(Here::is_exempt).unwrap_or(true);
        if !exempt {
            stand_still(bytes as u64);
        }
    }
}

// SAFETY: every call is passed on to the system's allocator unchanged, and its answer is returned.
// Counting allocates nothing, panics nowhere, and touches thread-local cells without destructors
// and atomics only; but where it trips, it takes locks under which nobody allocates and may start
// a thread, which allocates as any code may: the counters are in order by then.
unsafe impl GlobalAlloc for Counting {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ask(layout.size());
        // SAFETY: the caller's promises are those that the system's allocator needs.
        let pointer = unsafe { System.alloc(layout) };
        if !pointer.is_null() {
            here::take(layout.size() as u64);
        }
        pointer
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
        here::give(layout.size() as u64);
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        ask(layout.size());
        // SAFETY: as above.
        let pointer = unsafe { System.alloc_zeroed(layout) };
        if !pointer.is_null() {
            here::take(layout.size() as u64);
        }
        pointer
    }

    #[inline]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ask(size.saturating_sub(layout.size()));
        // SAFETY: as above.
        let moved = unsafe { System.realloc(pointer, layout, size) };
        if !moved.is_null() {
            match size.checked_sub(layout.size()) {
                Some(grown) => here::take(grown as u64),
                None => here::give((layout.size() - size) as u64),
            }
        }
        moved
    }
}
