//! What is allocated, counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// What the shortest text may cost, in bytes.
pub const LEAST: usize = 64 * 1024;
/// What each byte of a text may cost, in bytes.
pub const PER_BYTE: usize = 400;

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: everything is left to the allocator of the system.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // A thread that ends is not counted any more.
        let _ = ALLOCATED.try_with(|all| all.set(all.get().wrapping_add(layout.size())));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// How many bytes this thread has allocated so far.
pub fn allocated() -> usize {
    ALLOCATED.with(Cell::get)
}
