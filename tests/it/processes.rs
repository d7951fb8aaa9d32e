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

#[test]
fn output_is_passed_on_byte_for_byte() {
    alone("output_is_passed_on_byte_for_byte", || async {
        let supervisor = Supervisor::new();
        let script = r"printf ' a\r\n\tb'; printf 'c' >&2; cat; exit 3";
        let (finished, out) = finish(&supervisor, script, Output::Stream).await;
        // Where the other stream comes between is not promised.
        assert!(out.contains('c') && out.replace('c', "") == " a\r\n\tb");
        assert_eq!(finished.code, 3);
        assert_eq!(
            finished.cause(),
            "command failed with exit code 3 (stdout: a\r\n\tb; stderr: c)"
        );
        let (finished, _) = finish(&supervisor, "kill -KILL $$", Output::Stream).await;
        assert_eq!((finished.code, finished.signal), (-1, Some(9)));
        assert_eq!(finished.cause(), "command failed with exit code -1");
        let (_, out) = finish(
            &supervisor,
            "ps -o tpgid= -p $$; [ -t 0 ] || echo no",
            Output::Stream,
        )
        .await;
        assert!(out.ends_with("no\n"));
    });
}

#[test]
fn the_environment_and_the_arguments_of_the_shell_are_given() {
    alone(
        "the_environment_and_the_arguments_of_the_shell_are_given",
        || async {
            let supervisor = Supervisor::new();
            let (report, _) = Report::memory();
            let command = ShellCommand {
                executable: "bash".into(),
                args: vec!["-e".into(), "-u".into()],
                env: vec![("COLOUR".into(), "red".into())],
                ..shell("echo $COLOUR $DRUN_SHELL_ARGS $-")
            };
            let mut finished = run(&supervisor, command, capture(), &report).await.unwrap();
            let value = finished.take_captured();
            assert!(value.starts_with("red -e -u "), "{value}");
            assert!(value.contains("eh") || value.contains('e'), "{value}");
        },
    );
}

#[test]
fn what_cannot_be_started_is_named() {
    alone("what_cannot_be_started_is_named", || async {
        let supervisor = Supervisor::new();
        let (report, _) = Report::memory();
        for (executable, dir, expected) in [
            (
                "/no/such/shell",
                "/",
                "cannot start /no/such/shell: no such file or directory",
            ),
            (
                "nosuchshell",
                "/",
                "cannot start nosuchshell: no such file or directory",
            ),
            (
                "/bin/bash",
                "/no/dir",
                "cannot start a command in /no/dir: no such file or directory",
            ),
            (
                "/bin/bash",
                "/etc/passwd",
                "cannot start a command in /etc/passwd: not a directory",
            ),
            (
                "/etc/passwd",
                "/",
                "cannot start /etc/passwd: permission denied",
            ),
        ] {
            let command = ShellCommand::shell(executable, "true".into(), dir);
            let error = run(&supervisor, command, Output::Stream, &report)
                .await
                .unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    });
}

#[test]
fn a_capture_is_counted_while_it_grows() {
    alone("a_capture_is_counted_while_it_grows", || async {
        let supervisor = Supervisor::new();
        let folder = tempfile::tempdir().unwrap();
        let gate = folder.path().join("gate");
        let script = format!(
            "head -c 3000000 /dev/zero; until [ -e {} ]; do :; done; echo x; echo e >&2; exit 2",
            gate.display()
        );
        let (report, written) = Report::memory();
        let command = ShellCommand {
            started_at: Origin {
                task: "t".into(),
                file: "f".into(),
                line: 7,
            },
            ..shell(&script)
        };
        let running = run(&supervisor, command, capture(), &report);
        let watched = async {
            until("all counted", || supervisor.captured_bytes() == 3_000_000).await;
            let captures = supervisor.captures();
            assert_eq!(
                (captures[0].bytes, captures[0].started_at.line),
                (3_000_000, 7)
            );
            assert_eq!(captures[0].variable, "v");
            std::fs::write(&gate, "").unwrap();
        };
        let (finished, ()) = tokio::join!(running, watched);
        let mut finished = finished.unwrap();
        assert_eq!(finished.take_captured().len(), 3_000_002);
        assert!(finished.cause().ends_with("x; stderr: e)"));
        assert_eq!(supervisor.captured_bytes(), 0);
        assert_eq!(written.out(), "");
    });
}

#[test]
fn a_captured_value_loses_its_ends() {
    alone("a_captured_value_loses_its_ends", || async {
        let supervisor = Supervisor::new();
        let script = r"printf ' \n a\n b \r\n\n'; printf 'noise' >&2";
        let (mut finished, out) = finish(&supervisor, script, capture()).await;
        assert_eq!(
            (finished.take_trimmed().as_str(), out.as_str()),
            ("a\n b", "")
        );
        assert_eq!(finished.take_captured(), "");
        let (mut finished, _) = finish(&supervisor, script, capture()).await;
        assert_eq!(finished.take_without_line_ends(), " \n a\n b ");
        let (mut finished, _) = finish(&supervisor, r"printf '\377x'", capture()).await;
        assert_eq!(finished.take_trimmed(), "\u{fffd}x");
    });
}

#[test]
fn held_output_is_reported_whole() {
    alone("held_output_is_reported_whole", || async {
        let supervisor = Supervisor::new();
        let script = "seq 1 400000; echo oops >&2; exit 4";
        let (mut finished, out) = finish(&supervisor, script, Output::Hold).await;
        assert_eq!(out, "");
        let (report, written) = Report::memory();
        finished.ci_report("cmd", &report).await.unwrap();
        report.flush().await.unwrap();
        let expected: String = (1..=400_000).map(|i| format!("{i}\n")).collect();
        let end = "stderr:\noops\nsummary: command `cmd` failed with exit code 4\n";
        assert!(written.out() == format!("stdout:\n{expected}{end}"));
        let begin = "command failed with exit code 4 (stdout: [2623359 earlier bytes left out] ";
        let cause = finished.cause();
        assert!(cause.starts_with(begin), "{}", &cause[..100]);
    });
}

#[test]
fn lines_of_parallel_commands_stay_whole() {
    alone("lines_of_parallel_commands_stay_whole", || async {
        let supervisor = Supervisor::new();
        let (report, written) = Report::memory();
        let print = |letter: &str| {
            let script = format!(
                "for i in $(seq 500); do printf {letter}; printf '{letter}{letter}\\n'; done; printf {letter}"
            );
            run(&supervisor, shell(&script), Output::Lines, &report)
        };
        let (a, b, c) = tokio::join!(print("a"), print("b"), print("c"));
        assert!(a.unwrap().success() && b.unwrap().success() && c.unwrap().success());
        report.flush().await.unwrap();
        let out = written.out();
        for letter in ["a", "b", "c"] {
            let whole = format!("{letter}{letter}{letter}");
            assert_eq!(
                out.lines().filter(|line| line.ends_with(&whole)).count(),
                500
            );
        }
    });
}

#[test]
fn a_background_process_is_waited_for_only_if_it_holds_the_pipes() {
    alone(
        "a_background_process_is_waited_for_only_if_it_holds_the_pipes",
        || async {
            let supervisor = Supervisor::owning_process();
            let script = "sleep 1000 > /dev/null 2>&1 & echo pid=$!";
            let (_, out) = finish(&supervisor, script, Output::Stream).await;
            let pid = word(&out, "pid=").to_owned();
            assert!(state(&pid).is_some());
            until("the child is what it is to be", || {
                let children = supervisor.children(10);
                assert_eq!(children.len(), 1);
                children[0].command == "sleep 1000"
            })
            .await;
            let (_, out) = finish(
                &supervisor,
                "(echo first; exec sleep 0.05) & echo second",
                Output::Stream,
            )
            .await;
            assert_eq!(out.len(), "first\nsecond\n".len());
            supervisor
                .terminate_all(GRACE, &CancellationToken::new())
                .await;
            assert!(!exists(&pid));
        },
    );
}

#[test]
fn nobody_survives_an_abort() {
    alone("nobody_survives_an_abort", || async {
        let supervisor = Supervisor::owning_process();
        let script = "
            sleep 1001 & echo plain=$!
            setsid sleep 1002 & echo session=$!
            setsid bash -c 'sleep 1003 & echo daemon=$!'
            sleep 1004 & kill -STOP $!; echo stopped=$!
            echo ready; wait";
        let begun = Instant::now();
        let (out, ended) = aborted(&supervisor, script, GRACE).await;
        for key in ["plain=", "session=", "daemon=", "stopped="] {
            assert!(!exists(word(&out, key)), "{key} is left");
        }
        assert!(
            !ended.killed && ended.left == 0 && ended.asked >= 5,
            "{ended:?}"
        );
        assert!(begun.elapsed() < GRACE, "{:?}", begun.elapsed());
    });
}

#[test]
fn who_ignores_sigterm_is_killed() {
    alone("who_ignores_sigterm_is_killed", || async {
        let supervisor = Supervisor::owning_process();
        let script = "trap '' TERM; sleep 1001 & echo pid=$!; echo ready; sleep 1002";
        let (out, ended) = aborted(&supervisor, script, Duration::from_millis(50)).await;
        assert!(!exists(word(&out, "pid=")));
        assert!(ended.killed && ended.left == 0);
        let refused = run(
            &supervisor,
            shell("true"),
            Output::Stream,
            &Report::memory().0,
        )
        .await;
        assert!(matches!(refused, Err(StartError::Stopping)));
    });
}

#[test]
fn a_second_signal_ends_the_grace() {
    alone("a_second_signal_ends_the_grace", || async {
        let supervisor = Supervisor::owning_process();
        let (report, written) = Report::memory();
        let script = "trap '' TERM; echo ready; while :; do sleep 1; done";
        {
            let running = run(&supervisor, shell(script), Output::Stream, &report);
            tokio::select! {
                _ = running => panic!("ended"),
                () = until("ready", || written.out().contains("ready")) => {}
            }
        }
        let hurry = CancellationToken::new();
        let begun = Instant::now();
        let ending = supervisor.terminate_all(PATIENCE, &hurry);
        let (ended, ()) = tokio::join!(ending, async { hurry.cancel() });
        assert!(ended.left == 0 && begun.elapsed() < GRACE);
    });
}

#[test]
fn clean_up_of_a_command_is_left_alone_and_seen() {
    alone("clean_up_of_a_command_is_left_alone_and_seen", || async {
        let supervisor = Supervisor::owning_process();
        let script = "
            clean() { sleep 0.1 && echo cleaned; exit; }
            trap clean TERM; sleep 1000 & echo ready; wait";
        let (out, ended) = aborted(&supervisor, script, PATIENCE).await;
        assert!(out.ends_with("cleaned\n"), "{out:?}");
        assert!(!ended.killed);
    });
}

#[test]
fn a_trap_that_waits_for_a_new_program_runs() {
    alone("a_trap_that_waits_for_a_new_program_runs", || async {
        let supervisor = Supervisor::owning_process();
        // The program is started after SIGTERM has come, as it may be by accident.
        let script = "
            trap 'late=1' TERM; sleep 1000 & echo ready; wait
            trap 'echo cleaned; exit' TERM; sleep 1001; kill -TERM $$";
        let (out, ended) = aborted(&supervisor, script, GRACE).await;
        assert!(out.contains("cleaned\n"), "{out:?}");
        assert!(!ended.killed);
    });
}

#[test]
fn many_forks_are_all_ended() {
    alone("many_forks_are_all_ended", || async {
        let supervisor = Supervisor::owning_process();
        let script = "
            echo ready; trap '' TERM
            for i in $(seq 200); do (trap '' TERM; setsid sleep 1000 &) done; wait; sleep 1000";
        let (_, ended) = aborted(&supervisor, script, Duration::from_millis(100)).await;
        assert_eq!(ended.left, 0);
        assert!(supervisor.children(1000).is_empty());
        let left =
            std::fs::read_to_string(format!("/proc/self/task/{}/children", std::process::id()));
        assert_eq!(left.unwrap().trim(), "");
    });
}

#[test]
fn a_branch_is_ended_without_the_others() {
    alone("a_branch_is_ended_without_the_others", || async {
        let supervisor = Supervisor::owning_process();
        let (report, written) = Report::memory();
        let start = |branch, name: &str| {
            let script = format!("sleep 1000 & echo {name}=$!; wait");
            let command = ShellCommand {
                branch: Branch(branch),
                ..shell(&script)
            };
            run(&supervisor, command, Output::Lines, &report)
        };
        let mut other = std::pin::pin!(start(2, "other"));
        {
            let both = async { tokio::join!(start(1, "one"), &mut other) };
            tokio::select! {
                _ = both => panic!("ended"),
                () = until("both run", || written.out().lines().count() == 2) => {}
            }
        }
        let out = written.out();
        let none = CancellationToken::new();
        let ended = supervisor
            .terminate_branches(&[Branch(1)], GRACE, &none)
            .await;
        assert!(!ended.killed && ended.asked == 2, "{ended:?}");
        assert!(!exists(word(&out, "one=")));
        assert!(state(word(&out, "other=")).is_some());
        let (ended, finished) = tokio::join!(supervisor.terminate_all(GRACE, &none), other);
        assert_eq!(ended.left, 0);
        assert_eq!(finished.unwrap().code, -1);
    });
}

#[test]
fn processes_of_others_are_left_alone() {
    alone("processes_of_others_are_left_alone", || async {
        #[allow(clippy::disallowed_methods, reason = "a process that is not drun's")]
        let mut other = std::process::Command::new("sleep")
            .arg("1000")
            .spawn()
            .unwrap();
        let supervisor = Supervisor::owning_process();
        aborted(&supervisor, "echo ready; sleep 1000", GRACE).await;
        assert_eq!(supervisor.end_all_now(Duration::ZERO), 0);
        assert!(other.try_wait().unwrap().is_none());
        other.kill().unwrap();
        other.wait().unwrap();
    });
}

#[test]
fn adopted_processes_do_not_stay_as_zombies() {
    alone("adopted_processes_do_not_stay_as_zombies", || async {
        let supervisor = Supervisor::owning_process();
        let script = "setsid bash -c 'exec > /dev/null 2>&1; sleep 0.01' & echo pid=$!";
        let (_, out) = finish(&supervisor, script, Output::Stream).await;
        let pid = word(&out, "pid=").to_owned();
        until("reaped", || {
            supervisor.tree_memory(Duration::from_millis(10));
            !exists(&pid)
        })
        .await;
    });
}

#[test]
fn the_memory_of_the_tree_is_measured_in_time() {
    alone("the_memory_of_the_tree_is_measured_in_time", || async {
        let supervisor = Supervisor::owning_process();
        let script = "for i in $(seq 100); do sleep 1000 & done; echo ready; wait";
        let (report, written) = Report::memory();
        let mut running = std::pin::pin!(run(&supervisor, shell(script), Output::Stream, &report));
        tokio::select! {
            _ = &mut running => panic!("ended"),
            () = until("ready", || written.out().contains("ready")) => {}
        }
        let all = supervisor.tree_memory(Duration::from_secs(1));
        assert_eq!((all.processes, all.estimated), (101, 0));
        let rough = Supervisor::tree_memory(&supervisor, Duration::ZERO);
        assert_eq!(rough.processes, 101);
        let children = supervisor.children(3);
        assert_eq!(children.len(), 3);
        assert!(children[0].proportional.is_some() && children[0].resident > 0);
        assert!(children[0].memory() >= children[1].memory());
        supervisor
            .terminate_all(GRACE, &CancellationToken::new())
            .await;
        assert_eq!(supervisor.tree_memory(GRACE).processes, 0);
    });
}

#[test]
fn a_probe_has_a_time_limit() {
    alone("a_probe_has_a_time_limit", || async {
        let supervisor = Supervisor::new();
        let probed = probe_output(
            &supervisor,
            "sh",
            &["-c", "echo o; echo e >&2; exit 5"],
            PATIENCE,
        );
        let probed = probed.await.unwrap();
        assert_eq!(
            (probed.stdout.as_str(), probed.stderr.as_str()),
            ("o\n", "e\n")
        );
        assert_eq!(probed.code, Some(5));
        let script = "setsid sleep 1000 & echo $!; trap '' TERM; wait; sleep 1000";
        let limit = Duration::from_millis(300);
        let probed = probe_output(&supervisor, "bash", &["-c", script], limit)
            .await
            .unwrap();
        assert_eq!(probed.code, None);
        assert!(!exists(&probed.stdout));
        assert!(
            probe_output(&supervisor, "no-such-tool", &[], limit)
                .await
                .is_err()
        );
    });
}

#[test]
fn an_attached_command_that_sigint_ended_interrupts_the_run() {
    alone(
        "an_attached_command_that_sigint_ended_interrupts_the_run",
        || async {
            let supervisor = Supervisor::new();
            let (finished, _) = finish(&supervisor, "kill -INT $$", Output::Attached).await;
            assert!(finished.interrupted && finished.code == -1);
            let (finished, _) =
                finish(&supervisor, "echo attached; exit 7", Output::Attached).await;
            assert!(!finished.interrupted);
            assert_eq!(finished.cause(), "command failed with exit code 7");
        },
    );
}

#[test]
fn a_reader_that_left_ends_the_command() {
    alone("a_reader_that_left_ends_the_command", || async {
        if find_in_path("yes").is_none() {
            return;
        }
        let supervisor = Supervisor::new();
        let exe = env::current_exe().unwrap();
        let script = format!(
            "{ALONE}=prints_without_end {} --exact processes::prints_without_end --nocapture | head -n 50 | wc -l",
            exe.display()
        );
        let probed = probe_output(&supervisor, "bash", &["-c", &script], PATIENCE)
            .await
            .unwrap();
        assert_eq!((probed.code, probed.stdout.trim()), (Some(0), "50"));
    });
}

/// The process whose output the test above stops to read.
#[test]
fn prints_without_end() {
    if env::var(ALONE).is_ok_and(|name| name == "prints_without_end") {
        alone("prints_without_end", || async {
            let supervisor = Supervisor::new();
            let report = Report::standard();
            let finished = run(&supervisor, shell("exec yes"), Output::Stream, &report).await;
            assert!(!finished.unwrap().success());
            let error = report.flush().await.unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe);
        });
    }
}
