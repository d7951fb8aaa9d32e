//! The memory monitor in the real command: what runs away is stopped and explained, what does not
//! is left alone, and nothing stays behind.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::schema::dump;
use crate::xdrun::{Finished, PATIENCE, Scratch, block_on, finish, root};

/// A recursion that stops early, for tests that are about something else.
const SMALL: [&str; 5] = [
    "-f",
    "runaway.drun",
    "build",
    "--memory-limit=64MB",
    "--memory-warning=32MB",
];

/// Runs that need much memory take turns.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn example(name: &str) -> Scratch {
    let text = fs::read_to_string(root().join("examples").join(name)).unwrap();
    Scratch::new().file(name, &text)
}

/// The dump and the summary of the one stop in this folder.
fn files(scratch: &Scratch) -> (PathBuf, PathBuf) {
    let (dumps, summaries) = (
        scratch.files("drun-crash-dump-"),
        scratch.files("drun-crash-summary-"),
    );
    assert_eq!((dumps.len(), summaries.len()), (1, 1));
    (dumps[0].clone(), summaries[0].clone())
}

fn with_log(scratch: &Scratch, filter: &str, more: &[&str]) -> Finished {
    let arguments = SMALL.iter().chain(more).copied();
    let mut command = scratch.xdrun(arguments);
    command.env("RUST_LOG", filter);
    block_on(finish(command, Vec::new())).unwrap()
}

#[test]
fn a_runaway_recursion_is_stopped_and_explained() {
    let _turn = turn();
    let scratch = example("runaway.drun");
    let finished = scratch.run(["-f", "runaway.drun", "build"]);
    let err = finished.err();
    assert_eq!((finished.status, finished.out().as_str()), (1, ""), "{err}");
    assert_eq!(
        err.matches("\n⚠️  WARNING: Memory usage is high (").count(),
        1
    );

    // Both warning and stop name a task and a line.
    let warning = err.lines().nth(2).unwrap();
    // The header while its parameters are set up, the call once its body runs.
    let at = [
        "in task 'build' at runaway.drun:7; ",
        "in task 'build' at runaway.drun:10; ",
        "in task 'test' at runaway.drun:13; ",
        "in task 'test' at runaway.drun:16; ",
    ];
    assert!(at.iter().any(|at| warning.contains(at)), "{warning}");

    let (json, summary) = files(&scratch);
    let critical = err.split("\n❌ CRITICAL: ").nth(1).unwrap();
    let lines: Vec<&str> = critical.lines().collect();
    assert!(lines[0].starts_with("Memory usage exceeded 500 MB (current: 50"));
    let name = json.file_name().unwrap().to_str().unwrap();
    assert_eq!(lines[1], format!("Diagnostic information dumped to {name}"));
    assert_eq!(
        lines[2],
        "This likely indicates an infinite loop or runaway recursion."
    );

    let summary = fs::read_to_string(summary).unwrap();
    assert!(summary.lines().count() <= 60, "{summary}");
    assert!(summary.contains(name), "{summary}");
    let cycle = ["test → build → test", "build → test → build"];
    assert!(
        cycle.iter().any(|cycle| summary.contains(cycle)),
        "{summary}"
    );
    assert!(
        summary.contains("the limit of 500 MB (default)"),
        "{summary}"
    );
    // The lines of the two calls.
    for place in ["runaway.drun:10", "runaway.drun:16"] {
        assert!(summary.contains(place), "{summary}");
    }

    let dump = dump(&json);
    assert!(dump["memory_stats"]["alloc_mb"].as_u64().unwrap() > 0);
    assert_eq!(dump["memory_stats"]["num_gc"], 0);
    assert_eq!(dump["runtime_info"]["os"], std::env::consts::OS);
    assert!(dump["program"].to_string().contains("attempt"));
}

#[test]
fn endless_output_is_a_capture_and_no_recursion() {
    let _turn = turn();
    let scratch = example("capture.drun");
    let finished = scratch.run(["-f", "capture.drun", "flood", "--memory-limit=128MB"]);
    let err = finished.err();
    assert_eq!(finished.status, 1, "{err}");
    assert!(
        err.contains("❌ CRITICAL: Memory usage exceeded 128 MB"),
        "{err}"
    );
    assert!(!err.contains("recursion"), "{err}");
    let (json, summary) = files(&scratch);
    let summary = fs::read_to_string(summary).unwrap();
    let first = summary.lines().find(|line| line.starts_with("Cause: "));
    let first = first.unwrap();
    for part in [
        "output of `yes 'all work and no play'`",
        "captured into $everything",
        "capture.drun:17",
    ] {
        assert!(first.contains(part), "{first}");
    }
    assert!(!summary.contains("recursion"), "{summary}");
    dump(&json);
}

#[test]
fn nested_loops_leave_no_word_and_no_file() {
    let scratch = example("nested-loops.drun");
    let finished = scratch.run(["-f", "nested-loops.drun", "matrix"]);
    assert_eq!((finished.status, finished.err().as_str()), (0, ""));
    assert!(scratch.files("drun-crash").is_empty());
}

/// Runs a task that counts down from 500,000 by calling itself.
fn half_a_million(body: &str, more: &[&str]) {
    let _turn = turn();
    let file = format!(
        "version: 2.0\n\ntask \"down\":\n  requires $n as number\n\n  if $n > 0:\n{body}\n\ntask \"start\":\n  call task \"down\" with n=500000\n  info \"back again\"\n"
    );
    let scratch = Scratch::new().file("deep.drun", &file);
    let arguments = ["-f", "deep.drun", "start"];
    let mut command = scratch.xdrun(arguments.iter().chain(more).copied());
    // What `try` prints at every level is of no interest here.
    let out = scratch.home.join("out");
    command.stdout(fs::File::create(&out).unwrap());
    let finished = block_on(finish(command, Vec::new())).expect("takes too long");
    assert_eq!(finished.status, 0, "{}", finished.err());
    assert!(
        fs::read(out)
            .unwrap()
            .ends_with("ℹ️  back again\n".as_bytes())
    );
    assert!(scratch.files("drun-crash").is_empty());
}

#[test]
fn half_a_million_nested_calls_succeed_under_the_default_limit() {
    half_a_million("    call task \"down\" with n=\"{$n - 1}\"", &[]);
}

#[test]
fn half_a_million_nested_calls_through_try_and_for_succeed() {
    half_a_million(
        "    try:\n      for each $once in [\"one\"]:\n        call task \"down\" with n=\"{$n - 1}\"\n    catch:\n      rethrow",
        &["--memory-limit", "1GB"],
    );
}

#[test]
fn a_log_of_json_carries_the_fields() {
    let scratch = example("runaway.drun");
    let finished = scratch.run(SMALL.into_iter().chain(["--log-format", "json"]));
    assert_eq!(finished.status, 1);
    let events: Vec<Value> = finished
        .err()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let kinds: Vec<&str> = events
        .iter()
        .map(|event| event["fields"]["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["warning", "critical"]);
    assert!(events.iter().all(|event| event["target"] == "drun::memory"));
    assert_eq!(
        (&events[0]["level"], &events[1]["level"]),
        (&"WARN".into(), &"ERROR".into())
    );
    let critical = &events[1]["fields"];
    assert_eq!(critical["limit_mb"], 64);
    assert!(critical["resident_mb"].as_u64().unwrap() >= 64);
    let (json, summary) = files(&scratch);
    assert_eq!(critical["dump"], json.to_str().unwrap());
    assert_eq!(critical["summary"], summary.to_str().unwrap());
}

#[test]
fn a_filter_silences_the_monitor_and_does_not_disarm_it() {
    let scratch = example("runaway.drun");
    let finished = with_log(&scratch, "drun::memory=off", &[]);
    assert_eq!((finished.status, finished.err().as_str()), (1, ""));
    files(&scratch);
}

#[test]
fn a_filter_shows_every_sample() {
    let scratch = example("runaway.drun");
    let finished = with_log(&scratch, "drun::memory=trace", &[]);
    let err = finished.err();
    assert_eq!(finished.status, 1);
    let samples = err
        .lines()
        .filter(|line| line.starts_with("TRACE drun::memory: sample resident_mb="));
    assert!(samples.count() >= 2, "{err}");
    assert_eq!(err.matches("⚠️  WARNING").count(), 1);
    assert_eq!(err.matches("❌ CRITICAL").count(), 1);
}

#[test]
fn off_is_a_value() {
    let scratch = example("runaway.drun");
    let finished = scratch.run(SMALL.into_iter().chain(["--memory-warning=off"]));
    assert_eq!(finished.status, 1);
    assert_eq!(finished.err().matches("CRITICAL").count(), 1);
}

#[test]
fn a_bad_limit_is_named_with_its_origin() {
    let scratch = example("hello.drun");
    let finished = scratch.run(["-f", "hello.drun", "hello", "--memory-limit=lots"]);
    assert_eq!((finished.status, finished.out().as_str()), (1, ""));
    for part in ["'lots'", "--memory-limit", "16 MB"] {
        assert!(finished.err().contains(part), "{}", finished.err());
    }
}

#[test]
fn an_interrupt_ends_the_run_and_its_children() {
    a_signal_ends_the_run(Signal::INT, 130);
}

#[test]
fn a_wish_to_end_ends_the_run_and_its_children() {
    a_signal_ends_the_run(Signal::TERM, 143);
}

#[test]
fn an_interrupt_stops_parallel_branches_before_their_children_end() {
    let scratch = Scratch::new().file(
        "fan.drun",
        "version: 2.0\n\ntask \"fan\":\n  for each $i in [\"a\", \"b\", \"c\"] in parallel:\n    \
         try:\n      run \"echo $$ > {$i}.tmp; mv {$i}.tmp {$i}; exec sleep 60\"\n    catch:\n      \
         info \"never\"\n    run \"touch after\"\n",
    );
    let finished = block_on(async {
        let mut command = scratch.xdrun(["-f", "fan.drun", "fan"]);
        let child = command.stdin(Stdio::null()).spawn().unwrap();
        until(|| {
            ["a", "b", "c"]
                .iter()
                .all(|name| scratch.work.join(name).exists())
        })
        .await;
        let pid = Pid::from_raw(child.id().unwrap().cast_signed()).unwrap();
        kill_process(pid, Signal::INT).unwrap();
        let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
        output.expect("takes too long").unwrap()
    });
    assert_eq!(finished.status.code(), Some(130));
    let out = String::from_utf8(finished.stdout).unwrap();
    assert!(
        !out.contains("Error") && !out.contains("failed") && !out.contains("never"),
        "{out}"
    );
    let err = String::from_utf8(finished.stderr).unwrap();
    assert_eq!(err.lines().count(), 1, "{err}");
    assert!(!scratch.work.join("after").exists());
}

fn a_signal_ends_the_run(signal: Signal, status: i32) {
    let scratch = Scratch::new().file(
        "sleep.drun",
        "version: 2.0\n\ntask \"sleep\":\n  run \"echo $$ > pid; sleep 60\"\n  info \"never\"\n",
    );
    let finished = block_on(async {
        let mut command = scratch.xdrun(["-f", "sleep.drun", "sleep"]);
        let child = command.stdin(Stdio::null()).spawn().unwrap();
        until(|| read_pid(&scratch).is_some()).await;
        let pid = Pid::from_raw(child.id().unwrap().cast_signed()).unwrap();
        kill_process(pid, signal).unwrap();
        let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
        output.expect("takes too long").unwrap()
    });
    assert_eq!(finished.status.code(), Some(status));
    assert_eq!(finished.stdout, b"");
    let err = String::from_utf8(finished.stderr).unwrap();
    assert!(err.contains("task 'sleep'"), "{err}");
    // The command had waited for its child, so there is nothing to wait for any more.
    let pid = read_pid(&scratch).unwrap();
    assert!(!PathBuf::from(format!("/proc/{pid}")).exists());
    assert!(scratch.files("drun-crash").is_empty());
}

/// The process of the shell, once it has written it down.
fn read_pid(scratch: &Scratch) -> Option<u32> {
    let text = fs::read_to_string(scratch.work.join("pid")).ok()?;
    text.strip_suffix('\n')?.parse().ok()
}

async fn until(happened: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    let mut looks = tokio::time::interval(Duration::from_millis(2));
    while !happened() {
        assert!(Instant::now() < deadline, "it did not happen");
        looks.tick().await;
    }
}

#[test]
fn a_text_that_doubles_is_stopped_before_it_is_built() {
    let _turn = turn();
    let scratch = Scratch::new().file(
        "double.drun",
        "version: 2.0\n\ntask \"double\":\n  let $x = \"0123456789abcdef\"\n  call task again\n\n\
         task \"again\":\n  let $x = \"{$x}{$x}\"\n  call task again\n",
    );
    let finished = scratch.run(["-f", "double.drun", "double", "--memory-limit=64MB"]);
    let err = finished.err();
    assert_eq!(finished.status, 1, "{err}");
    assert!(
        err.contains("CRITICAL: Memory usage exceeded 64 MB"),
        "{err}"
    );
    assert!(err.contains("$x") && err.contains("double.drun:8"), "{err}");
    files(&scratch);
}

#[test]
fn a_text_of_very_many_pieces_is_asked_about_again_while_it_grows() {
    let _turn = turn();
    let doubled = "  set $s to \"{$s}{$s}\"\n".repeat(14);
    let pieces = "{$s}".repeat(400);
    let program = format!(
        "version: 2.0\ntask \"t\":\n  let $s = \"{}\"\n{doubled}  let $t = \"{pieces}\"\n",
        "a".repeat(64)
    );
    let scratch = Scratch::new().file("t.drun", &program);
    let limits = ["--memory-limit=120MB", "--memory-warning=off"];
    let finished = scratch.run(["-f", "t.drun", "t"].into_iter().chain(limits));
    assert_eq!(finished.status, 1, "{}", finished.err());
    let (json, _) = files(&scratch);
    let dump: Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    let peak = dump["memory_stats"]["peak"].as_u64().unwrap() >> 20;
    assert!(peak <= 120 + 16, "{peak} MB");
    assert!(finished.err().contains("t.drun:18"), "{}", finished.err());
}

#[test]
fn the_settings_of_the_project_set_the_limit() {
    let _turn = turn();
    let text = "version: 2.0\n\nproject \"p\":\n  set memory_limit to \"64MB\"\n  set memory_warning to \"32MB\"\n\n\
                task \"loop\":\n  call task loop\n";
    let scratch = Scratch::new().file("limit.drun", text);
    let err = scratch.run(["-f", "limit.drun", "loop"]).err();
    assert!(
        err.contains("CRITICAL: Memory usage exceeded 64 MB"),
        "{err}"
    );

    let wrong = text.replace("64MB", "lots");
    let scratch = Scratch::new().file("limit.drun", &wrong);
    let finished = scratch.run(["-f", "limit.drun", "loop"]);
    let err = finished.err();
    assert_eq!(finished.status, 1);
    assert!(
        err.contains("memory_limit") && err.contains("'lots'"),
        "{err}"
    );
    assert!(err.contains("limit.drun:"), "{err}");
}
