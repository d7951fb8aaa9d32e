//! Tests of `backstop`.

use std::sync::atomic::{AtomicBool, AtomicU64};

use super::*;
use crate::memory::limits::Limits;

/// A backstop over readings in MB that can be set, and what its last resort is given.
struct Stage {
    megabytes: Arc<AtomicU64>,
    shared: Arc<Shared>,
    resorted: mpsc::Receiver<Breach>,
    wish: Arc<AtomicBool>,
    heard: mpsc::Receiver<()>,
}

impl Stage {
    fn new(patience: Duration) -> Self {
        let (stage, standby) = Self::unwatched(patience);
        standby.start();
        stage
    }

    /// Before the thread is started.
    fn unwatched(patience: Duration) -> (Self, Arc<Standby>) {
        let megabytes = Arc::new(AtomicU64::new(10));
        let shared = Arc::new(Shared::new(Limits::default()));
        let (sender, resorted) = mpsc::channel();
        let read = megabytes.clone();
        let eyes = Arc::new(Eyes {
            readings: Box::new(move || Some(read.load(Ordering::Relaxed) * MB)),
            observed: None,
            shared: shared.clone(),
        });
        let resort: LastResort = Arc::new(move |breach| {
            let _ = sender.send(breach);
        });
        let (wish, (hears, heard)) = (Arc::new(AtomicBool::new(false)), mpsc::channel());
        let wished = wish.clone();
        let unheard = Unheard {
            wished: Box::new(move || wished.load(Ordering::Relaxed)),
            act: Box::new(move || hears.send(()).unwrap_or_default()),
        };
        let standby = Arc::new(Standby {
            eyes,
            resort: Some(resort),
            unheard: Some(Arc::new(unheard)),
            patience,
        });
        let stage = Self {
            megabytes,
            shared,
            resorted,
            wish,
            heard,
        };
        (stage, standby)
    }
}

#[test]
fn what_nobody_acts_on_is_acted_on() {
    let stage = Stage::new(Duration::from_millis(5));
    stage.megabytes.store(600, Ordering::Relaxed);
    bell::ring();
    let breach = stage
        .resorted
        .recv_timeout(Duration::from_secs(20))
        .unwrap();
    assert_eq!(breach.record.exceeded.current, 600 * MB);
    assert_eq!(breach.record.history.samples.len(), 1);
    assert!(stage.shared.is_breached());
    // The runtime is late.
    assert!(!stage.shared.act());
}

#[test]
fn a_monitor_that_is_stuck_is_noticed_without_a_ring() {
    let stage = Stage::new(Duration::from_millis(5));
    stage.megabytes.store(600, Ordering::Relaxed);
    let resorted = stage.resorted.recv_timeout(Duration::from_secs(20));
    assert!(resorted.is_ok());
}

#[test]
fn who_lets_memory_grow_on_is_given_no_time() {
    let stage = Stage::new(Duration::from_secs(3600));
    stage.megabytes.store(501, Ordering::Relaxed);
    bell::ring();
    while stage.shared.decided().is_none() {
        std::thread::yield_now();
    }
    stage.megabytes.store(600, Ordering::Relaxed);
    let resorted = stage.resorted.recv_timeout(Duration::from_secs(20));
    assert!(resorted.is_ok());
}

#[test]
fn one_step_far_over_the_limit_is_no_growth() {
    let stage = Stage::new(Duration::from_secs(3600));
    stage.megabytes.store(900, Ordering::Relaxed);
    bell::ring();
    while stage.shared.decided().is_none() {
        std::thread::yield_now();
    }
    // Longer than who is in haste waits.
    let resorted = stage.resorted.recv_timeout(HASTE * 3);
    assert_eq!(resorted.unwrap_err(), mpsc::RecvTimeoutError::Timeout);
    assert!(stage.shared.act());
}

#[test]
fn a_wish_that_nobody_hears_is_acted_on() {
    let stage = Stage::new(Duration::from_millis(5));
    stage.wish.store(true, Ordering::Relaxed);
    nudge();
    stage.heard.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(!stage.shared.act());
}

#[test]
fn a_runtime_that_hears_a_wish_is_left_to_it() {
    let stage = Stage::new(Duration::from_secs(3600));
    stage.wish.store(true, Ordering::Relaxed);
    nudge();
    assert!(stage.shared.act());
    assert_eq!(stage.heard.recv().unwrap_err(), mpsc::RecvError);
}

#[test]
fn a_runtime_that_acts_is_left_to_it_and_the_thread_ends() {
    let stage = Stage::new(Duration::from_secs(3600));
    stage.megabytes.store(501, Ordering::Relaxed);
    bell::ring();
    assert!(stage.shared.act());
    // The thread is gone, and with it the sender.
    assert_eq!(stage.resorted.recv().unwrap_err(), mpsc::RecvError);
}

#[test]
fn nothing_revives_the_thread_once_the_runtime_acts() {
    let (stage, standby) = Stage::unwatched(Duration::ZERO);
    standby.start();
    assert!(stage.shared.act());
    stage.wish.store(true, Ordering::Relaxed);
    stage.megabytes.store(600, Ordering::Relaxed);
    // By the monitor, which may read once more, and by the allocator.
    standby.start();
    assert!(standby.stand_by());
    call();
    drop(standby);
    // No thread has the senders.
    assert_eq!(stage.heard.recv().unwrap_err(), mpsc::RecvError);
    assert_eq!(stage.resorted.recv().unwrap_err(), mpsc::RecvError);
    assert!(stage.shared.act());
}
