//! The counting allocator as the global one: it counts right, and its bell reaches the monitor.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::RefCell;
use std::hint::black_box;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use drun::memory::allocator::{self, Counting};
use drun::memory::dump::{self, Request};
use drun::memory::limits::Limits;
use drun::memory::record::Record;
use drun::memory::units::MB;
use drun::memory::{Monitor, Verdict};
use tokio_util::sync::CancellationToken;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Far more than anything here may take.
const PATIENCE: Duration = Duration::from_secs(60);

fn live() -> i64 {
    allocator::live().unwrap() as i64
}

/// The tests share one count, so they are one test.
#[test]
fn the_allocator_counts_and_rings() {
    what_lives_is_counted_within_five_percent();
    threads_and_their_ends_are_counted();
    a_thread_that_writes_a_dump_tells_what_it_counted();
    a_burst_is_noticed_between_two_readings();
    a_stuck_runtime_is_noticed_before_its_monitor_ever_ran();
}

fn what_lives_is_counted_within_five_percent() {
    let near = |count: i64, bytes: i64| (count - bytes).abs() <= bytes / 20;
    for size in [1, 40, 4096, 1 << 20] {
        let (before, taken) = (live(), allocator::allocated().unwrap());
        let total = 16 * MB as i64;
        let number = total as usize / size.max(24);
        let mut held: Vec<Vec<u8>> = Vec::with_capacity(number);
        held.extend((0..number).map(|_| Vec::with_capacity(size)));
        let bytes = (number * (size + size_of::<Vec<u8>>())) as i64;
        assert!(near(live() - before, bytes), "{size}: {}", live() - before);
        for part in &mut held {
            part.reserve_exact(2 * size);
        }
        let bytes = bytes + (number * size) as i64;
        assert!(near(live() - before, bytes), "{size}: {}", live() - before);
        drop(held);
        assert!((live() - before).abs() < MB as i64, "{size}");
        assert!(allocator::allocated().unwrap() - taken >= bytes as u64);
    }
}

/// Allocates when it is dropped, which is when its thread is nearly gone.
struct Late(mpsc::Sender<Vec<u8>>);

impl Drop for Late {
    fn drop(&mut self) {
        let _ = self.0.send(vec![1; 1 << 20]);
    }
}

thread_local! {
    static LATE: RefCell<Option<Late>> = const { RefCell::new(None) };
}

fn threads_and_their_ends_are_counted() {
    let before = live();
    let (sender, receiver) = mpsc::channel();
    for _ in 0..100 {
        let sender = sender.clone();
        let thread = std::thread::spawn(move || {
            LATE.set(Some(Late(sender)));
            black_box(vec![0_u8; 1000]);
        });
        thread.join().unwrap();
    }
    drop(sender);
    let held: Vec<_> = receiver.iter().collect();
    let bytes = 100 * MB as i64;
    assert!((live() - before - bytes).abs() < bytes / 20);
    drop(held);
}

fn a_thread_that_writes_a_dump_tells_what_it_counted() {
    let folder = tempfile::tempdir().unwrap();
    let write = || {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(dump::write(Request {
            record: Record::default(),
            program: None,
            snapshot: None,
            dump_dir: None,
            start_dir: folder.path().to_owned(),
            at: time::OffsetDateTime::UNIX_EPOCH,
        }))
    };
    drop(write());
    let before = live();
    (0..50).for_each(|_| drop(write()));
    // The last of the threads may still be about to end.
    let begun = Instant::now();
    while (live() - before).abs() > 16 * 1024 {
        assert!(begun.elapsed() < PATIENCE, "{}", live() - before);
        std::thread::yield_now();
    }
}

fn limits(megabytes: u64) -> Limits {
    Limits {
        critical: Some(megabytes * MB),
        warning: None,
        // A monitor that only looked now and then would be far too late.
        interval: PATIENCE,
        ..Limits::default()
    }
}

/// Takes 256 MB, with the pages that go with it, in pieces.
fn burst() -> Vec<Vec<u8>> {
    (0..4096).map(|_| vec![1; 64 * 1024]).collect()
}

fn a_burst_is_noticed_between_two_readings() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let verdict = runtime.block_on(async {
        let ctx = CancellationToken::new();
        let mut monitor = tokio::spawn(Monitor::new(limits(128)).run(ctx));
        // Its first reading is behind it.
        tokio::time::sleep(Duration::from_millis(1)).await;
        let held = tokio::task::spawn_blocking(burst);
        let verdict = tokio::time::timeout(PATIENCE / 2, &mut monitor).await;
        drop(held.await);
        verdict.unwrap().unwrap()
    });
    assert!(matches!(verdict, Verdict::Breach(_)));
}

fn a_stuck_runtime_is_noticed_before_its_monitor_ever_ran() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (sender, resorted) = mpsc::channel();
    runtime.block_on(async {
        let ctx = CancellationToken::new();
        let monitor = Monitor::new(limits(128)).last_resort(move |breach| {
            let _ = sender.send(breach.record.exceeded.current);
        });
        let shared = monitor.shared();
        let monitor = tokio::spawn(monitor.run(ctx));
        // No await from here on: this is what being stuck is.
        let held = burst();
        let current = resorted.recv_timeout(PATIENCE).unwrap();
        drop(held);
        assert!(!shared.act());
        assert!(matches!(monitor.await.unwrap(), Verdict::Breach(_)));
        assert!(current > 128 * MB);
    });
}
