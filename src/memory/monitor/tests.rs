//! The monitor over readings from a script, on a clock that stands still until all wait.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::task::JoinHandle;
use tokio::time::{advance, sleep};

use super::*;
use crate::memory::limits::Room;
use crate::memory::record::{History, Scope};
use crate::memory::snapshot::{ChildrenMemory, ExecutionSnapshot, TaskLimit};
use crate::source::{SourceFile, Span};

/// Readings that a function of the time gives, in bytes; counted.
struct Script {
    readings: Arc<AtomicUsize>,
    verdict: JoinHandle<Verdict>,
    ctx: CancellationToken,
    shared: Arc<Shared>,
    started: Instant,
}

impl Script {
    fn play(
        monitor: Monitor,
        resident: impl Fn(Duration) -> Option<u64> + Send + Sync + 'static,
    ) -> Self {
        let readings = Arc::new(AtomicUsize::new(0));
        let (counted, started) = (readings.clone(), Instant::now());
        let monitor = monitor.readings(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            resident(started.elapsed())
        });
        let ctx = CancellationToken::new();
        Self {
            readings,
            shared: monitor.shared(),
            verdict: tokio::spawn(monitor.run(ctx.clone())),
            ctx,
            started,
        }
    }

    fn readings(&self) -> usize {
        self.readings.load(Ordering::Relaxed)
    }

    async fn breach(self) -> Breach {
        match self.verdict.await.unwrap() {
            Verdict::Breach(breach) => *breach,
            Verdict::Cancelled => panic!("no breach"),
        }
    }

    /// Lets `time` pass, and ends without a breach; what was written down.
    async fn history(self, time: Duration) -> History {
        sleep(time).await;
        assert!(!self.verdict.is_finished());
        self.ctx.cancel();
        assert!(matches!(self.verdict.await.unwrap(), Verdict::Cancelled));
        self.shared.history_so_far()
    }
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn plain() -> Monitor {
    Monitor::new(Limits::default())
}

/// The warnings of the monitors of this thread.
fn warnings() -> (tracing::subscriber::DefaultGuard, Arc<Mutex<Vec<String>>>) {
    // Other tests have subscribers of their threads too; with none for all, the events may be switched
    // off for a moment while one of those goes.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::Registry::default());
    let said = Arc::new(Mutex::new(Vec::new()));
    let kept = said.clone();
    let sink = Box::new(move |text: &str| kept.lock().unwrap().push(text.to_owned()));
    let guard = tracing::subscriber::set_default(crate::memory::subscriber::Plain::new(sink));
    (guard, said)
}

/// An execution that runs one line, with children and a limit of its task.
#[derive(Default)]
struct Execution {
    children: AtomicU64,
    measured: AtomicUsize,
    limit: Option<u64>,
}

impl Observed for Execution {
    fn activity(&self) -> Option<Activity> {
        let text = "version: 2.0\ntask \"build\":\n  run \"x --password=hunter2hunter2\"\n";
        Some(Activity {
            task: "build".into(),
            file: SourceFile::new("a.drun", text.to_owned()).unwrap(),
            span: Span::new(29, 40),
        })
    }

    fn snapshot(&self) -> Option<ExecutionSnapshot> {
        None
    }

    fn children(&self) -> Option<ChildrenMemory> {
        self.measured.fetch_add(1, Ordering::Relaxed);
        let bytes = self.children.load(Ordering::Relaxed);
        Some(ChildrenMemory {
            count: 1,
            bytes,
            estimated: 0,
        })
    }

    fn task_limit(&self, most: u64) -> Option<TaskLimit> {
        let bytes = self.limit?;
        let children = self.children.load(Ordering::Relaxed);
        Some(TaskLimit {
            task: "build".into(),
            bytes: bytes.min(most),
            asked: bytes,
            used: children + 20 * MB,
            children,
            place: Arc::default(),
        })
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_reading_is_at_once_and_a_breach_is_above_the_limit() {
    let script = Script::play(plain(), |_| Some(500 * MB + 1));
    let started = script.started;
    let breach = script.breach().await;
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert_eq!(breach.record.exceeded.current, 500 * MB + 1);
    assert_eq!(breach.record.exceeded.scope, Scope::Own);

    let script = Script::play(plain(), |_| Some(500 * MB));
    script.history(ms(500)).await;
}

#[tokio::test(start_paused = true)]
async fn what_does_not_grow_is_read_ten_times_a_second() {
    let script = Script::play(plain(), |_| Some(20 * MB));
    sleep(ms(1000)).await;
    let first = script.readings();
    assert!((10..=11).contains(&first), "{first}");
    sleep(ms(10_000)).await;
    let more = script.readings() - first;
    assert!((99..=101).contains(&more), "{more}");
}

#[tokio::test(start_paused = true)]
async fn growth_is_stopped_shortly_above_the_limit() {
    // MB in a ms. What is faster from the beginning is the tripwire's.
    for (speed, most) in [(1, 2), (2, 4), (4, 8)] {
        let script = Script::play(plain(), move |at| {
            Some(5 * MB + at.as_micros() as u64 * speed * MB / 1000)
        });
        let breach = script.breach().await;
        let over = breach.record.exceeded.current - 500 * MB;
        assert!(over <= most * MB, "{speed} MB/ms: {over} bytes over");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hundred_oscillations_give_one_warning() {
    let (_guard, said) = warnings();
    let script = Script::play(plain(), |at| {
        let up = at.as_millis() / 200 % 2 == 1;
        Some(if up { 101 * MB } else { 90 * MB })
    });
    script.history(ms(40_000)).await;
    let said = said.lock().unwrap();
    assert_eq!(said.len(), 1);
    assert!(said[0].starts_with("\n⚠️  WARNING: Memory usage is high (101 MB)\n   "));
}

#[tokio::test(start_paused = true)]
async fn a_warning_is_above_its_limit_and_names_the_line_without_its_secrets() {
    let (_guard, said) = warnings();
    let script = Script::play(plain(), |_| Some(100 * MB));
    script.history(ms(500)).await;
    assert!(said.lock().unwrap().is_empty());

    let monitor = plain().observed(Arc::new(Execution::default()));
    let script = Script::play(monitor, |_| Some(100 * MB + 1));
    script.history(ms(500)).await;
    let said = said.lock().unwrap();
    let lines: Vec<_> = said[0].lines().collect();
    assert_eq!(
        lines[..2],
        ["", "⚠️  WARNING: Memory usage is high (100 MB)"]
    );
    assert!(
        lines[2].starts_with("   in task 'build' at a.drun:3; run \"x --password"),
        "{}",
        lines[2]
    );
    assert!(lines[2].contains("--memory-limit"), "{}", lines[2]);
    assert!(!lines[2].contains("hunter2"), "{}", lines[2]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_from_below_the_warning_warns_first_and_a_low_limit_does_not() {
    let (_guard, said) = warnings();
    Script::play(plain(), |_| Some(600 * MB)).breach().await;
    assert_eq!(said.lock().unwrap().len(), 1);
    let limits = Limits {
        critical: Some(50 * MB),
        ..Limits::default()
    };
    Script::play(Monitor::new(limits), |_| Some(60 * MB))
        .breach()
        .await;
    assert_eq!(said.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_reading_that_fails_neither_trips_nor_clears() {
    let script = Script::play(plain(), |at| match at.as_millis() {
        0..=1000 => None,
        1001..=2000 => Some(0),
        _ => Some(501 * MB),
    });
    let started = script.started;
    let breach = script.breach().await;
    assert!(started.elapsed() >= ms(2000));
    assert_eq!(breach.record.history.samples.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn cancelling_ends_it_at_once() {
    let (_guard, said) = warnings();
    let script = Script::play(plain(), |_| Some(20 * MB));
    sleep(ms(1050)).await;
    let readings = script.readings();
    let at = Instant::now();
    script.ctx.cancel();
    assert!(matches!(script.verdict.await.unwrap(), Verdict::Cancelled));
    assert_eq!(Instant::now(), at);
    advance(ms(1000)).await;
    assert_eq!(script.readings.load(Ordering::Relaxed), readings);
    assert!(said.lock().unwrap().is_empty());

    // Cancelled before it began: not even one reading, were there a breach.
    let ctx = CancellationToken::new();
    ctx.cancel();
    let monitor = plain().readings(|| Some(900 * MB));
    assert!(matches!(monitor.run(ctx).await, Verdict::Cancelled));
}

#[tokio::test(start_paused = true)]
async fn limits_that_are_off_and_limits_that_come_later() {
    let off = Limits {
        critical: None,
        ..Limits::default()
    };
    let script = Script::play(Monitor::new(off), |_| Some(9000 * MB));
    sleep(ms(1000)).await;
    assert!(!script.verdict.is_finished());
    // A project was loaded; the new limit holds at once.
    let at = Instant::now();
    script.shared.limits.set(Limits {
        interval: ms(10_000),
        ..Limits::default()
    });
    script.breach().await;
    assert_eq!(Instant::now(), at);
}

#[tokio::test(start_paused = true)]
async fn the_tree_is_recorded_and_limited_only_when_asked() {
    let execution = Arc::new(Execution::default());
    execution.children.store(9000 * MB, Ordering::Relaxed);
    let script = Script::play(plain().observed(execution.clone()), |_| Some(20 * MB));
    let history = script.history(ms(1000)).await;
    assert_eq!(history.samples.last().unwrap().children, 9000 * MB);
    assert_eq!(history.tasks, ["build"]);
    let measured = execution.measured.load(Ordering::Relaxed);
    // They keep still.
    assert!((3..=6).contains(&measured), "{measured}");

    let limits = Limits {
        tree: Some(9000 * MB),
        ..Limits::default()
    };
    let monitor = Monitor::new(limits).observed(execution.clone());
    let exceeded = Script::play(monitor, |_| Some(20 * MB)).breach().await;
    assert_eq!(exceeded.record.exceeded.scope, Scope::Tree);
    assert_eq!(exceeded.record.exceeded.current, 9020 * MB);

    let execution = Execution {
        limit: Some(64 * MB),
        ..Execution::default()
    };
    execution.children.store(50 * MB, Ordering::Relaxed);
    let monitor = plain().observed(Arc::new(execution));
    let breach = Script::play(monitor, |_| Some(20 * MB)).breach().await;
    assert_eq!(breach.record.exceeded.task.as_deref(), Some("build"));
    assert_eq!(breach.record.limit("task").unwrap().clamped_by, None);
}

#[tokio::test(start_paused = true)]
async fn a_task_may_not_use_more_than_its_container_leaves() {
    let execution = Arc::new(Execution {
        limit: Some(2048 * MB),
        ..Execution::default()
    });
    execution.children.store(350 * MB, Ordering::Relaxed);
    let limits = Limits {
        room: Some(Room {
            bytes: 400 * MB,
            by: "container limit 512 MB".to_owned(),
        }),
        ..Limits::default()
    };
    let monitor = Monitor::new(limits).observed(execution.clone());
    let script = Script::play(monitor, |_| Some(20 * MB));
    sleep(ms(1050)).await;
    execution.children.store(390 * MB, Ordering::Relaxed);
    let record = script.breach().await.record;
    assert_eq!(
        (record.exceeded.limit, record.exceeded.current),
        (400 * MB, 410 * MB)
    );
    let limit = record.limit("task").unwrap();
    assert_eq!(limit.clamped_by.as_deref(), Some("container limit 512 MB"));
    let diagnosis = crate::memory::diagnosis::diagnose(&record, None, None);
    let advice = diagnosis.advice.join("\n");
    assert!(
        advice.contains("because of container limit 512 MB"),
        "{advice}"
    );
    assert!(!advice.contains("@memory"), "{advice}");
}

#[tokio::test(start_paused = true)]
async fn what_the_backstop_has_decided_stays_decided() {
    let script = Script::play(plain(), |_| Some(20 * MB));
    sleep(ms(1050)).await;
    script.shared.decide(Exceeded {
        limit: 500 * MB,
        current: 510 * MB,
        ..Exceeded::default()
    });
    script.shared.wake();
    let breach = script.breach().await;
    assert_eq!(breach.record.exceeded.current, 510 * MB);
}

#[tokio::test(start_paused = true)]
async fn a_monitor_that_is_switched_off_reads_no_more() {
    let off = Limits {
        critical: None,
        warning: None,
        off: true,
        ..Limits::default()
    };
    let script = Script::play(Monitor::new(off), |_| Some(9000 * MB));
    sleep(Duration::from_secs(3600)).await;
    // Ten a second would be 36,000.
    assert!(script.readings() < 100, "{}", script.readings());
    script.shared.limits.set(Limits::default());
    script.breach().await;
}
