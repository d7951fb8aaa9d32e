//! Real processes: what they print, how they end, and that none is left behind.
//!
//! Each test runs in a process of its own, because a supervisor that owns its process adopts and
//! ends whatever the tests beside it leave behind.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail"
)]

mod ending;
mod output;

use std::env;
use std::future::Future;
use std::path::Path;
use std::time::{Duration, Instant};

use drun::process::{
    Branch, Ended, Finished, GRACE, Origin, Output, ShellCommand, StartError, Supervisor,
    find_in_path, probe_output, run,
};
use drun::report::Report;
use drun::source::Text;
use tokio_util::sync::CancellationToken;

const PATIENCE: Duration = Duration::from_secs(20);
const ALONE: &str = "DRUN_TEST_ALONE";

/// Runs `body` in a process that runs nothing else.
fn alone<F: Future<Output = ()>>(name: &str, body: impl FnOnce() -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    if env::var(ALONE).is_ok_and(|wanted| wanted == name) {
        return runtime.block_on(body());
    }
    let exe = env::current_exe().unwrap();
    let setting = format!("{ALONE}={name}");
    let test = format!("processes::{name}");
    let args = [
        &setting,
        exe.to_str().unwrap(),
        "--exact",
        &test,
        "--nocapture",
    ];
    let probed = runtime
        .block_on(probe_output(&Supervisor::new(), "env", &args, PATIENCE * 2))
        .unwrap();
    let passed = probed.code == Some(0) && probed.stdout.contains("1 passed");
    assert!(passed, "{}\n{}", probed.stdout, probed.stderr);
}

fn shell(script: &str) -> ShellCommand {
    ShellCommand::shell("/bin/bash", Text::from(script), env::temp_dir())
}

fn capture() -> Output {
    Output::Capture {
        variable: "v".into(),
    }
}

async fn finish(supervisor: &Supervisor, script: &str, output: Output) -> (Finished, String) {
    let (report, written) = Report::memory();
    let finished = run(supervisor, shell(script), output, &report)
        .await
        .unwrap();
    report.flush().await.unwrap();
    (finished, written.out())
}

async fn until(what: &str, mut reached: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !reached() {
        assert!(Instant::now() < deadline, "never reached: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The letter of the state of a process; `None` when there is none or only its remains.
fn state(pid: &str) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).ok()?;
    let state = stat.get(stat.rfind(')')? + 2..)?.chars().next()?;
    (state != 'Z').then_some(state)
}

fn exists(pid: &str) -> bool {
    Path::new(&format!("/proc/{}", pid.trim())).exists()
}

/// Starts `script`, which prints `ready` when its processes are there, drops the statement, ends
/// everything, and returns what was printed and how it ended.
async fn aborted(supervisor: &Supervisor, script: &str, grace: Duration) -> (String, Ended) {
    let (report, written) = Report::memory();
    {
        let mut running = std::pin::pin!(run(supervisor, shell(script), Output::Stream, &report));
        let ready = until("ready", || written.out().contains("ready"));
        tokio::select! {
            finished = &mut running => panic!("ended by itself: {finished:?}"),
            () = ready => {}
        }
    }
    let ended = supervisor
        .terminate_all(grace, &CancellationToken::new())
        .await;
    let (report, out) = (report, written);
    report.flush().await.unwrap();
    (out.out(), ended)
}

fn word<'a>(text: &'a str, key: &str) -> &'a str {
    let found = text
        .split_whitespace()
        .find_map(|word| word.strip_prefix(key));
    found.unwrap_or_else(|| panic!("no {key} in {text}"))
}
