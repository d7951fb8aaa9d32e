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

/// Takes and gives back, on one thread and on two.
#[divan::bench(types = [System, Counting], args = [16, 256, 65536], threads = [1, 2])]
fn an_allocation<A: GlobalAlloc + Default + Sync>(bencher: Bencher<'_, '_>, size: usize) {
    let allocator = A::default();
    bencher.bench(|| {
        let layout = Layout::array::<u8>(black_box(size)).unwrap_or(Layout::new::<u8>());
        // SAFETY: the size is not 0, and what was given is given back with the same layout.
        #[allow(
            unsafe_code,
            reason = "an allocator is called as the language calls it"
        )]
        unsafe {
            let pointer = allocator.alloc(layout);
            allocator.dealloc(black_box(pointer), layout);
        }
    });
}
