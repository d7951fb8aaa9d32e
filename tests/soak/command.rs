//! The command, started over and over with children and parallel branches, and interrupted at any
//! time. Whatever happens, it ends, and no process and no temporary file is left.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::census::{Census, processes};
use crate::random::Random;

const FILE: &str = r#"version: 2.0
project "soak":
  on drun teardown:
    run "true"

task "children":
  for $i in range 1 to 20:
    run "sleep 0.02; echo {$i}"
    capture from shell "echo a; sleep 0.01" as $out

task "parallel":
  for each $i in ["1", "2", "3", "4", "5", "6"] in parallel:
    run "sleep 0.1; echo {$i}"
    capture from shell "yes | head -c 100000" as $out
    if $i is "4":
      run "sh -c 'sleep 5 & wait'"

task "stubborn":
  run "trap '' INT TERM; sleep 0.3; sleep 0.3"
  run "setsid sleep 5"

task "fork":
  run "(sleep 5 & (sleep 5 &) ; sleep 0.2)"
  capture from shell "sh -c 'sleep 0.2; echo done'" as $x

task "loop":
  for $i in range 1 to 300000:
    let $x = "{$i}"

task "recursion":
  call task "recursion"
"#;

/// Far more than any run may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The variable by which the processes of a run are known.
const MARK: &str = "DRUN_SOAK_MARK";

/// Arguments, and whether the run ends by itself before its background processes do.
const RUNS: &[(&[&str], bool)] = &[
    (&["-f", "soak.drun", "children"], false),
    (&["-f", "soak.drun", "parallel"], false),
    (&["-f", "soak.drun", "stubborn"], false),
    (&["-f", "soak.drun", "fork"], true),
    (&["-f", "soak.drun", "loop"], false),
    (
        &["-f", "soak.drun", "recursion", "--memory-limit", "40MB"],
        false,
    ),
    (&["-f", "hello.drun", "tour"], false),
    (&["-f", "nested-loops.drun", "grid"], false),
    (&["-f", "capture.drun", "summary"], false),
    (
        &["-f", "capture.drun", "flood", "--memory-limit", "40MB"],
        false,
    ),
    (&["-f", "hello.drun", "--debug"], false),
];

/// Starts runs for so many seconds.
pub(crate) fn soak(seconds: u64) {
    let scratch = tempfile::tempdir().unwrap();
    let (work, temporary) = (scratch.path().join("work"), scratch.path().join("tmp"));
    fs::create_dir(&work).unwrap();
    fs::create_dir(&temporary).unwrap();
    fs::write(work.join("soak.drun"), FILE).unwrap();
    for name in ["hello.drun", "nested-loops.drun", "capture.drun"] {
        let example = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("examples")
            .join(name);
        fs::copy(example, work.join(name)).unwrap();
    }
    let mut random = Random::new(11);
    let (started, mut told) = (Instant::now(), Instant::now());
    let (mut runs, mut signals) = (0_u64, 0_u64);
    let mut ends: BTreeMap<i32, u64> = BTreeMap::new();
    let before = Census::take(&temporary);
    while started.elapsed() < Duration::from_secs(seconds) {
        let (arguments, leaves) = RUNS[random.below(RUNS.len() as u64) as usize];
        let mark = format!("{}-{runs}", std::process::id());
        let sent = random.below(3);
        let after = Duration::from_millis(random.below(400));
        let status = run(
            &work,
            &temporary,
            arguments,
            &mark,
            (sent > 0).then_some(after),
            sent == 2,
        );
        let interrupted = matches!(status, 130 | 143);
        assert!(
            matches!(status, 0 | 1 | 130 | 143),
            "{arguments:?} ended with {status}"
        );
        assert!(
            status != 1 || arguments.contains(&"--memory-limit"),
            "{arguments:?}"
        );
        // What a command leaves in the background on purpose outlives a run that ends by itself.
        if interrupted || !leaves {
            nobody_is_left(&mark, arguments);
        }
        signals += u64::from(sent > 0);
        runs += 1;
        *ends.entry(status).or_default() += 1;
        if told.elapsed() > Duration::from_secs(60) {
            told = Instant::now();
            println!(
                "{runs} runs, {signals} signals, {ends:?}: {}",
                Census::take(&temporary)
            );
        }
        remove_dumps(&work);
    }
    let after = Census::take(&temporary);
    println!(
        "{runs} runs in {} s, {signals} signals, ends {ends:?}",
        started.elapsed().as_secs()
    );
    println!("before: {before}\nafter:  {after}");
    assert_eq!(after.descriptors, before.descriptors);
    assert_eq!(after.files, 0, "temporary files were left");
    let left: Vec<_> = fs::read_dir(&work).unwrap().flatten().collect();
    assert_eq!(left.len(), 4, "files were left: {left:?}");
}

/// One run, with a signal after some time; its exit status.
fn run(
    work: &Path,
    temporary: &Path,
    arguments: &[&str],
    mark: &str,
    interrupt: Option<Duration>,
    terminate: bool,
) -> i32 {
    let mut child = Command::new(env!("CARGO_BIN_EXE_xdrun"))
        .args(arguments)
        .current_dir(work)
        .env("HOME", work)
        .env("TMPDIR", temporary)
        .env(MARK, mark)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    let mut signal = interrupt;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            use std::os::unix::process::ExitStatusExt as _;
            // Before it listens, a signal ends it as it ends any program.
            return status
                .code()
                .or(status.signal().map(|signal| 128 + signal))
                .unwrap_or(-1);
        }
        if signal.is_some_and(|after| started.elapsed() >= after) {
            signal = None;
            let kind = if terminate {
                Signal::SIGTERM
            } else {
                Signal::SIGINT
            };
            let _ = kill(Pid::from_raw(child.id() as i32), kind);
        }
        assert!(started.elapsed() < PATIENCE, "{arguments:?} does not end");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// No process of the run lives a moment after it.
fn nobody_is_left(mark: &str, arguments: &[&str]) {
    let deadline = Instant::now() + Duration::from_secs(2);
    let wanted = format!("{MARK}={mark}");
    let is_ours = |pid: &u32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|entry| entry == wanted.as_bytes())
    };
    loop {
        let left: Vec<u32> = processes().into_iter().filter(is_ours).collect();
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "{arguments:?} left {left:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn remove_dumps(work: &Path) {
    drun::memory::view::clean(&[work.to_owned()]);
}
