//! What watching memory costs: a reading, a sample, an allocation that is counted.

use std::alloc::{GlobalAlloc, Layout, System};

use divan::{Bencher, black_box};
use drun::memory::allocator::Counting;
use drun::memory::history::Ring;
use drun::memory::reading::{self, Readings as _};
use drun::memory::record::Sample;

fn main() {
    divan::main();
}

#[divan::bench]
fn a_reading() -> Option<u64> {
    reading::System.resident()
}

#[divan::bench]
fn a_sample_in_the_history(bencher: Bencher<'_, '_>) {
    let mut ring = Ring::default();
    let mut at = 0;
    bencher.bench_local(|| {
        at += 1;
        let sample = Sample {
            at,
            ..Sample::default()
        };
        ring.push(black_box(sample), Some("build"));
    });
}

/// The dearest case there is for the counter: the same block is taken and given back, and not touched.
#[divan::bench(types = [System, Counting], args = [16, 256, 65536], threads = [1, 2])]
fn an_allocation<A: GlobalAlloc + Default + Sync>(bencher: Bencher<'_, '_>, size: usize) {
    let allocator = A::default();
    bencher.bench(|| drop(black_box(Block::new(&allocator, black_box(size)))));
}

/// A program that does little but allocate: records of several texts are read, some are replaced
/// by longer ones, and all are dropped.
#[divan::bench(types = [System, Counting], threads = [1, 2], sample_count = 400)]
fn an_allocation_bound_program<A: GlobalAlloc + Default + Sync>(bencher: Bencher<'_, '_>) {
    let allocator = A::default();
    bencher.bench(|| {
        let mut records: Vec<Option<Block<'_, A>>> = Vec::with_capacity(RECORDS);
        let mut seed = 1_u32;
        let mut next = move |below: usize| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as usize % below
        };
        for _ in 0..RECORDS {
            records.push(Some(Block::filled(&allocator, 16 + next(240))));
        }
        for _ in 0..RECORDS {
            let place = records.get_mut(next(RECORDS));
            let longer = Block::filled(&allocator, 64 + next(480));
            place.map(|place| place.replace(longer));
        }
        records
    });
}

const RECORDS: usize = 2000;

/// Bytes from an allocator, given back when it is dropped.
struct Block<'a, A: GlobalAlloc> {
    allocator: &'a A,
    pointer: *mut u8,
    layout: Layout,
}

#[allow(
    unsafe_code,
    reason = "an allocator is called as the language calls it"
)]
impl<'a, A: GlobalAlloc> Block<'a, A> {
    fn new(allocator: &'a A, size: usize) -> Self {
        let layout = Layout::array::<u8>(size.max(1)).unwrap_or(Layout::new::<u8>());
        // SAFETY: the size is not 0.
        let pointer = unsafe { allocator.alloc(layout) };
        Self {
            allocator,
            pointer,
            layout,
        }
    }

    fn filled(allocator: &'a A, size: usize) -> Self {
        let block = Self::new(allocator, size);
        if !block.pointer.is_null() {
            // SAFETY: as many bytes were asked for.
            unsafe { block.pointer.write_bytes(b'a', block.layout.size()) };
        }
        block
    }
}

impl<A: GlobalAlloc> Drop for Block<'_, A> {
    #[allow(
        unsafe_code,
        reason = "an allocator is called as the language calls it"
    )]
    fn drop(&mut self) {
        if !self.pointer.is_null() {
            // SAFETY: it came from this allocator, with this layout.
            unsafe { self.allocator.dealloc(self.pointer, self.layout) }
        }
    }
}
