//! A program that embeds the library and runs it over and over, in one process: executions that succeed,
//! fail, are dropped in the middle and are stopped by the monitor.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use drun::load::{Found, Places};
use drun::memory::limits::{Asked, Limits};
use drun::process::Supervisor;
use drun::report::Report;
use drun::runtime::{ExecutionError, Options, Outcome, Request, Watched, execute, watched};

use crate::census::Census;
use crate::random::Random;

const FILE: &str = r#"version: 2.0
project "soak":
  set names as list to ["a", "b", "c"]
  snippet "greet":
    info "Hello {$name | uppercase}"

task "quick":
  given $name defaults to "world"
  use snippet "greet"
  for each $n in $globals.names:
    if $n is not "b" and not ($name matches "^x"):
      let $text = "{$n}-{$name}"
      transform $text with replace "-" "+"
  try:
    throw "T"
  catch T as $e:
    info "{$e}"

task "child":
  run "echo a"
  capture from shell "echo b" as $b
  run:
    for i in 1 2; do
      echo $i
    done

task "parallel":
  for each $n in ["1", "2", "3"] in parallel:
    run "echo {$n}"

task "fails":
  run "exit 3"

task "waits":
  run "sleep 30"

task "waits in parallel":
  for each $n in ["1", "2", "3"] in parallel:
    run "sleep 30 & sleep 30"

task "grows":
  try:
    call task "grows"
  finally:
    ignore
"#;

/// What an execution has to come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Ran,
    Failed,
    Dropped,
    Stopped,
}

/// Runs so many executions and compares what is held before and after them.
pub(crate) fn soak(executions: u64) {
    let scratch = tempfile::tempdir().unwrap();
    let work = scratch.path().join("work");
    fs::create_dir(&work).unwrap();
    fs::write(work.join("a.drun"), FILE).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let mut random = Random::new(7);
    let started = Instant::now();
    // What is made once and kept has been made after the first few hundred.
    let warm = (executions / 20).clamp(1, 2000);
    let mut before = None;
    let mut peaks = [0; 2];
    for number in 0..executions {
        let (task, end) = choose(number, &mut random);
        let patience = Duration::from_millis(random.below(40));
        let came = runtime.block_on(one(&work, task, end, patience));
        assert_eq!(came, end, "execution {number}, task {task}");
        if number + 1 == warm {
            before = Some(settled(&work));
        }
        if (number + 1) % (executions / 20).max(1) == 0 {
            let census = Census::take(&work);
            let peak = &mut peaks[usize::from(number >= executions / 2)];
            *peak = census.resident.max(*peak);
            println!(
                "{:>8} after {:>5} s: {census}",
                number + 1,
                started.elapsed().as_secs()
            );
        }
    }
    let (before, after) = (before.unwrap(), settled(&work));
    println!("before: {before}\nafter:  {after}");
    assert_eq!(after.descriptors, before.descriptors);
    assert!(after.threads <= before.threads + 1);
    // The task file alone is left.
    assert_eq!((after.children, after.files), (0, 1));
    assert!(after.live < before.live + 256, "live memory grew");
    // What was given back stays with the process up to some height, which a stop decides.
    let [first, second] = peaks;
    println!("highest: {first} KiB resident in the first half, {second} KiB in the second one");
    assert!(second < first + 16 * 1024, "resident memory grew");
    println!(
        "{executions} executions in {} s left nothing behind",
        started.elapsed().as_secs()
    );
}

/// Which task comes next: mostly quick ones.
fn choose(number: u64, random: &mut Random) -> (&'static str, End) {
    match number {
        _ if number % 2000 == 520 => ("grows", End::Stopped),
        _ if number % 200 == 199 => ("waits in parallel", End::Dropped),
        _ if number % 100 == 99 => ("waits", End::Dropped),
        _ if number % 50 == 49 => ("parallel", End::Ran),
        _ => match random.below(20) {
            0 => ("child", End::Ran),
            1 => ("fails", End::Failed),
            _ => ("quick", End::Ran),
        },
    }
}

async fn one(work: &Path, task: &str, end: End, patience: Duration) -> End {
    let (report, _written) = Report::memory();
    let place = |path: &Path| path.to_owned();
    let request = Request {
        places: Places {
            start_dir: place(work),
            home: Some(place(work)),
        },
        found: Found {
            path: work.join("a.drun"),
            shown: "a.drun".to_owned(),
        },
        options: Options::default(),
        task: Some(task.to_owned()),
        arguments: Vec::new(),
        no_cache: true,
        limits: Asked::default(),
    };
    let supervisor = Supervisor::new();
    let seen: Arc<Watched> = Watched::new(supervisor);
    let run = watched(
        &seen,
        limits(end, work),
        place(work),
        execute(&request, &seen, &report),
    );
    if end == End::Dropped {
        return match tokio::time::timeout(patience, run).await {
            Err(_) => End::Dropped,
            Ok(outcome) => came_to(outcome),
        };
    }
    came_to(run.await)
}

fn limits(end: End, work: &Path) -> Limits {
    let mut limits = Limits::default();
    limits.warning = None;
    limits.dump_dir = Some(PathBuf::from(work));
    limits.critical = match end {
        // What a stop leaves with the process must not raise the next one.
        End::Stopped => Some(64 << 20),
        _ => None,
    };
    limits
}

fn came_to(outcome: Result<Outcome, ExecutionError>) -> End {
    match outcome {
        Ok(_) => End::Ran,
        Err(ExecutionError::Failed(_)) => End::Failed,
        Err(ExecutionError::Memory(_)) => End::Stopped,
        Err(error) => panic!("{error:?}"),
    }
}

/// What is held when everything that was dropped had time to go, and the dumps were removed.
fn settled(work: &Path) -> Census {
    let deadline = Instant::now() + Duration::from_secs(60);
    println!(
        "{}",
        drun::memory::view::clean(&[work.to_owned()]).trim_end()
    );
    let mut quiet = 0;
    let mut last = Census::take(work);
    // The end of a child is not yet that of what its pipes were read with.
    while (last.children > 0 || quiet < 20) && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(50));
        let census = Census::take(work);
        let is_same = census.descriptors == last.descriptors && census.live == last.live;
        quiet = if is_same { quiet + 1 } else { 0 };
        last = census;
    }
    last
}
