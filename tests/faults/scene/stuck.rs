//! A program around the library whose workers are all stuck in a step, and what becomes of it.
//!
//! The program is the test binary itself, which calls [`program`] when it is started as that. The
//! command cannot be told to be stuck.

use std::hint::black_box;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use drun::load::{Places, discover};
use drun::memory::limits::{Asked, Limits};
use drun::memory::units::MB;
use drun::memory::{last_words, subscriber};
use drun::process::Supervisor;
use drun::report::Report;
use drun::runtime::{ExecutionError, Instead, Options, Request, Watched, execute, watched};
use rustix::process::Signal;

use super::watch::{Folder, Running, now};

/// The task file of the program: one thread of control, or as many as there are workers.
const TASKS: &str = "task \"one\":\n  for $i in range 1 to 100000000:\n    let $x = \"{$i}\"\n\n\
    task \"many\":\n  for each $w in [\"a\", \"b\"] in parallel:\n    for $i in range 1 to 100000000:\n      let $x = \"{$i}\"\n\n\
    task \"children\":\n  run \"sleep 1000 > /dev/null 2>&1 & setsid sleep 1001 > /dev/null 2>&1 & setsid bash -c 'trap \\\"\\\" TERM; while :; do sleep 1; done' > /dev/null 2>&1 &\"\n  call task one\n";

/// What a stuck step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Takes memory in small pieces, without end.
    Grows,
    /// Takes it at once, fills it, and then does nothing without end.
    Jumps,
    /// Does nothing, without end.
    Idles,
}

/// What the program is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) workers: usize,
    pub(crate) doing: Doing,
    /// The limit in MB.
    pub(crate) limit: u64,
    /// How long the run goes well.
    pub(crate) well: Duration,
    pub(crate) children: bool,
}

impl Plan {
    fn to_text(self) -> String {
        let doing = self.doing as u8;
        let (workers, limit, well) = (self.workers, self.limit, self.well.as_millis());
        format!(
            "{workers} {doing} {limit} {well} {}",
            u8::from(self.children)
        )
    }

    fn parse(text: &str) -> Self {
        let mut numbers = text.split(' ').map(|word| word.parse::<u64>().unwrap());
        let mut next = || numbers.next().unwrap();
        let workers = next() as usize;
        let doing = [Doing::Grows, Doing::Jumps, Doing::Idles][next() as usize];
        let (limit, well) = (next(), Duration::from_millis(next()));
        Self {
            workers,
            doing,
            limit,
            well,
            children: next() == 1,
        }
    }

    fn task(&self) -> &'static str {
        match (self.children, self.workers) {
            (true, _) => "children",
            (false, 1) => "one",
            (false, _) => "many",
        }
    }
}

/// Writes down that something happened, in ms since 1970, the first time.
fn note(name: &str) {
    let _ = std::fs::write(name, now().to_string());
}

fn noted(folder: &Folder, name: &str) -> f64 {
    let text = std::fs::read_to_string(folder.work.join(name));
    text.unwrap_or_else(|_| panic!("never: {name}"))
        .parse()
        .unwrap()
}

/// The program; its exit status.
pub(crate) fn program(plan: &str) -> u8 {
    let plan = Plan::parse(plan);
    subscriber::install(None, false, Box::new(last_words::write));
    let mut builder = match plan.workers {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = builder
        .worker_threads(plan.workers)
        .enable_all()
        .build()
        .unwrap();
    let result = match plan.workers {
        1 => runtime.block_on(run(plan)),
        // On a worker as well: then nobody is left.
        _ => runtime.block_on(runtime.spawn(run(plan))).unwrap(),
    };
    runtime.shutdown_background();
    match result {
        Err(ExecutionError::Memory(_)) => 1,
        Err(ExecutionError::Signal(signal, _)) => signal.status(),
        _ => 0,
    }
}

async fn run(plan: Plan) -> Result<(), ExecutionError> {
    let places = Places::of_process()?;
    let start_dir = places.start_dir.clone();
    let request = Request {
        found: discover(Some("t.drun"), &places)?,
        places,
        options: Options {
            instead: Instead(Some(Arc::new(sticking(plan)))),
            ..Options::default()
        },
        task: Some(plan.task().to_owned()),
        arguments: Vec::new(),
        no_cache: true,
        limits: Asked::default(),
    };
    let limits = Limits {
        critical: Some(plan.limit * MB),
        warning: None,
        ..Limits::default()
    };
    let (seen, report) = (
        Watched::new(Supervisor::owning_process()),
        Report::standard(),
    );
    note("started");
    watched(&seen, limits, start_dir, execute(&request, &seen, &report))
        .await
        .map(|_| ())
}

/// What machines do instead of stepping, once the time has come.
fn sticking(plan: Plan) -> impl Fn() + Send + Sync {
    let begun = Instant::now();
    let slices = AtomicU32::new(0);
    let (stuck, crossed) = (AtomicBool::new(false), AtomicBool::new(false));
    move || {
        // The first slice of the main machine starts the branches.
        let first = slices.fetch_add(1, Ordering::Relaxed) == 0;
        if begun.elapsed() < plan.well || (first && plan.workers > 1) {
            return;
        }
        if !stuck.swap(true, Ordering::Relaxed) {
            note("stuck");
        }
        let is_over = || {
            let resident =
                memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem as u64);
            if resident > plan.limit * MB && !crossed.swap(true, Ordering::Relaxed) {
                note("crossed");
            }
        };
        let mut held: Vec<Vec<u8>> = Vec::new();
        let mut room: Vec<u8> = Vec::new();
        if plan.doing == Doing::Jumps {
            room.reserve_exact((plan.limit * MB) as usize);
        }
        loop {
            match plan.doing {
                Doing::Grows => held.push(vec![1; 64 * 1024]),
                // What was taken before is filled: the allocator is not asked again.
                Doing::Jumps
                    if room.len() < room.capacity() && !crossed.load(Ordering::Relaxed) =>
                {
                    room.resize((room.len() + MB as usize).min(room.capacity()), 1);
                }
                Doing::Jumps | Doing::Idles => {}
            }
            if plan.doing != Doing::Idles && !crossed.load(Ordering::Relaxed) {
                is_over();
            }
            black_box((&held, &room));
        }
    }
}

/// What was measured of one run.
#[derive(Debug)]
pub(crate) struct Figures {
    /// From crossing the limit to the reading that decided, in ms.
    pub(crate) decision: f64,
    /// From crossing the limit to the end of the process, in ms.
    pub(crate) end: f64,
    /// The most that was resident, above the limit, in bytes.
    pub(crate) excess: u64,
}

/// Runs the program until the monitor ends it.
pub(crate) fn breach(plan: Plan, start: impl Fn(&Folder, &str) -> Command) -> Figures {
    let folder = Folder::new(TASKS);
    let done = Running::start(start(&folder, &plan.to_text())).wait();
    done.is_stop();
    let dump = folder.dump().expect("no dump");
    assert_eq!(folder.crash_files().len(), 2);
    assert!(folder.halves().is_empty());
    let statement = dump["execution"]["machines"][0]["statement"]["task"].as_str();
    assert!(
        statement.is_some_and(|task| task == plan.task()),
        "{statement:?}"
    );
    let samples = dump["history"]["samples"].as_array().unwrap();
    let decided = samples.last().unwrap()["at"].as_f64().unwrap();
    let crossed = noted(&folder, "crossed");
    Figures {
        decision: noted(&folder, "started") + decided - crossed,
        end: done.ended - crossed,
        excess: done.peak.saturating_sub(plan.limit * MB),
    }
}

/// Sends a signal to the program while it is stuck with children; how long it and they lived on, in
/// ms.
pub(crate) fn signal(
    signal: Signal,
    status: i32,
    plan: Plan,
    start: impl Fn(&Folder, &str) -> Command,
) -> f64 {
    let folder = Folder::new(TASKS);
    let running = Running::start(start(&folder, &plan.to_text()));
    let stuck: PathBuf = folder.work.join("stuck");
    running.until(|| stuck.exists());
    let before = folder.living();
    assert_eq!(before.len() > 3, plan.children, "{before:?}");
    let sent = now();
    running.signal(signal);
    let done = running.wait();
    assert_eq!(
        (done.status, done.signal),
        (Some(status), None),
        "{}",
        done.err
    );
    assert!(done.err.contains("stopped by SIG"), "{}", done.err);
    assert_eq!(folder.living(), Vec::<u32>::new());
    assert!(folder.crash_files().is_empty());
    done.ended - sent
}
