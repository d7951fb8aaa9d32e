//! The decisions of the monitor, with a clock that only moves when all wait and readings that are
//! written down beforehand.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use drun::memory::limits::Limits;
use drun::memory::reading::Readings;
use drun::memory::units::MB;
use drun::memory::{Breach, Monitor, Verdict};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// Readings in their order; the last one repeats. Cancels the monitor once all were read, unless
/// it is to go on.
#[derive(Clone)]
struct Script {
    rest: Arc<Mutex<VecDeque<Option<u64>>>>,
    times: Arc<Mutex<Vec<Instant>>>,
    ctx: CancellationToken,
}

impl Script {
    fn new(readings: impl IntoIterator<Item = Option<u64>>) -> Self {
        Self {
            rest: Arc::new(Mutex::new(readings.into_iter().collect())),
            times: Arc::default(),
            ctx: CancellationToken::new(),
        }
    }

    /// What the monitor makes of it.
    async fn judge(&self) -> Verdict {
        let monitor = Monitor::new(Limits::default()).readings(self.clone());
        monitor.run(self.ctx.clone()).await
    }

    async fn breach(&self) -> Breach {
        match self.judge().await {
            Verdict::Breach(breach) => *breach,
            Verdict::Cancelled => panic!("no breach"),
        }
    }

    fn read(&self) -> usize {
        self.times.lock().unwrap().len()
    }
}

impl Readings for Script {
    fn resident(&self) -> Option<u64> {
        self.times.lock().unwrap().push(Instant::now());
        let mut rest = self.rest.lock().unwrap();
        let reading = rest.pop_front();
        if rest.is_empty() {
            self.ctx.cancel();
        }
        reading.flatten()
    }
}

/// The kinds of the events of the monitor.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<String>>>);

impl Events {
    /// From here to the end of the guard, events of this thread are kept.
    fn capture() -> (Self, tracing::subscriber::DefaultGuard) {
        // With no subscriber for all, events may be switched off while that of another test goes.
        let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry());
        let events = Self::default();
        let subscriber = tracing_subscriber::registry().with(events.clone());
        (events, tracing::subscriber::set_default(subscriber))
    }

    fn seen(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl<S: tracing::Subscriber> Layer<S> for Events {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != "drun::memory" {
            return;
        }
        let mut kind = Kind::default();
        event.record(&mut kind);
        // Samples have no kind.
        self.0.lock().unwrap().extend(kind.0);
    }
}

#[derive(Default)]
struct Kind(Option<String>);

impl Visit for Kind {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "kind" {
            self.0 = Some(value.to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

fn mb(sizes: impl IntoIterator<Item = u64>) -> impl Iterator<Item = Option<u64>> {
    sizes.into_iter().map(|size| Some(size * MB))
}

#[tokio::test(start_paused = true)]
async fn memory_that_rests_is_read_every_100_ms() {
    let script = Script::new(mb([40; 20]));
    assert!(matches!(script.judge().await, Verdict::Cancelled));
    let times = script.times.lock().unwrap().clone();
    assert_eq!(times.len(), 20);
    for pair in times.windows(2) {
        assert_eq!(pair[1] - pair[0], Duration::from_millis(100));
    }
}

#[tokio::test(start_paused = true)]
async fn memory_that_grows_fast_is_read_sooner() {
    let script = Script::new(mb([50, 210, 350, 499, 501]));
    script.breach().await;
    let times = script.times.lock().unwrap().clone();
    let gaps: Vec<Duration> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(gaps[0], Duration::from_millis(100));
    // 160 MB in 100 ms: two more readings at that pace would come too late.
    assert!(
        gaps[1..]
            .iter()
            .all(|gap| *gap < Duration::from_millis(100))
    );
    assert!(gaps.iter().all(|gap| *gap >= Duration::from_millis(1)));
}

#[tokio::test(start_paused = true)]
async fn one_warning_for_a_hundred_oscillations() {
    let (events, _guard) = Events::capture();
    let script = Script::new(mb([90, 110].repeat(100)));
    assert!(matches!(script.judge().await, Verdict::Cancelled));
    assert_eq!(script.read(), 200);
    assert_eq!(events.seen(), ["warning"]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_said_at_the_threshold_itself() {
    let (events, _guard) = Events::capture();
    let script = Script::new(mb([100; 10]));
    assert!(matches!(script.judge().await, Verdict::Cancelled));
    assert_eq!(events.seen(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn the_first_reading_above_the_limit_is_a_breach_and_one_at_it_is_none() {
    let (events, _guard) = Events::capture();
    let at = Some(500 * MB);
    let above = Some(500 * MB + 1);
    let script = Script::new([Some(499 * MB), at, at, above, Some(900 * MB)]);
    let breach = script.breach().await;
    assert_eq!(script.read(), 4);
    assert_eq!(breach.record.exceeded.limit, 500 * MB);
    assert_eq!(breach.record.exceeded.current, 500 * MB + 1);
    assert_eq!(breach.record.figures.peak, 500 * MB + 1);
    // The stop itself is told by who awaits the verdict.
    assert_eq!(events.seen(), ["warning"]);
}

#[tokio::test(start_paused = true)]
async fn cancelling_ends_the_monitor_at_once_and_leaves_nothing() {
    let (events, _guard) = Events::capture();
    let script = Script::new(mb([40; 1000]));
    let monitor = Monitor::new(Limits::default()).readings(script.clone());
    let ctx = script.ctx.clone();
    let running = tokio::spawn(monitor.run(ctx.clone()));
    tokio::time::sleep(Duration::from_millis(250)).await;
    let cancelled = Instant::now();
    ctx.cancel();
    assert!(matches!(running.await.unwrap(), Verdict::Cancelled));
    assert_eq!(cancelled.elapsed(), Duration::ZERO);
    assert_eq!(script.read(), 3);
    let alive = tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks();
    assert_eq!(alive, 0);
    assert_eq!(events.seen(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_monitor_that_is_cancelled_before_it_starts_reads_nothing() {
    let script = Script::new(mb([900]));
    script.ctx.cancel();
    assert!(matches!(script.judge().await, Verdict::Cancelled));
    assert_eq!(script.read(), 0);
}

#[tokio::test(start_paused = true)]
async fn readings_that_fail_neither_trip_nor_clear() {
    let (events, _guard) = Events::capture();
    let high = Some(150 * MB);
    let script = Script::new([None, Some(0), high, None, Some(0), high, None, high]);
    assert!(matches!(script.judge().await, Verdict::Cancelled));
    assert_eq!(script.read(), 8);
    assert_eq!(events.seen(), ["warning"]);

    let script = Script::new([high, None, Some(0), Some(600 * MB), high]);
    let breach = script.breach().await;
    assert_eq!(breach.record.exceeded.current, 600 * MB);
    // What says nothing is not remembered either.
    assert_eq!(breach.record.history.samples.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn limits_that_are_off_are_never_exceeded() {
    let (events, _guard) = Events::capture();
    let script = Script::new(mb([50, 200, 4000]));
    let limits = Limits {
        warning: None,
        critical: None,
        ..Limits::default()
    };
    let monitor = Monitor::new(limits).readings(script.clone());
    let verdict = monitor.run(script.ctx.clone()).await;
    assert!(matches!(verdict, Verdict::Cancelled));
    assert_eq!(events.seen(), Vec::<String>::new());
}
