//! Ctrl-C and SIGTERM in every construct that can take time: nothing goes on, nothing is left running, nothing half
//! written.

#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::Child;
use tokio::time::timeout;

use super::web::{Answer, Server};
use super::xdrun::{PATIENCE, Scratch, block_on, root};

/// When the signal is sent.
#[derive(Clone, Copy)]
enum When {
    /// So many `hang` are running.
    Running(usize),
    /// The command has printed a line that holds this.
    Printed(&'static str),
    /// The server was asked.
    Asked,
}

use Signal as S;
use When::{Asked, Printed, Running};

/// A task file whose task `t` comes to something that never ends. `hang` is a program that never ends, `docker` and
/// `git` are links to it; `after` must never run. `SERVER` is the address of a server that never ends its
/// answer, `TOOLS` the folder of the tools.
struct Case<'t> {
    name: &'static str,
    signal: Signal,
    when: When,
    file: &'t str,
}

const fn case<'t>(name: &'static str, signal: Signal, when: When, file: &'t str) -> Case<'t> {
    Case {
        name,
        signal,
        when,
        file,
    }
}

/// Runs each case; `file` begins behind the line of the version.
fn check(cases: &[Case<'_>]) {
    block_on(async {
        let server = Server::start(&[("/endless", Answer::Endless("version: 2.0\n"))]).await;
        for case in cases {
            case.run(&server).await;
        }
    });
}

impl Case<'_> {
    async fn run(&self, server: &Server) {
        let name = self.name;
        let tools = root().join("tests/it/hang");
        let text = self.file.replace("SERVER", &server.address);
        let text = text.replace("TOOLS", tools.to_str().unwrap());
        let scratch = Scratch::new().file("spec.drun", &format!("version: 2.0\n{text}"));
        let place = tempfile::tempdir().unwrap();
        let (hang, temporary) = (place.path().join("hang"), scratch.work.join("tmp"));
        fs::create_dir(&hang).unwrap();
        fs::create_dir(&temporary).unwrap();
        let asked_before = server.asked().len();
        let before = tree(&scratch);
        let mut command = scratch.xdrun(["-f", "spec.drun", "t"]);
        command
            .env("PATH", format!("{}:/usr/bin:/bin", tools.display()))
            .env("HANG", &hang)
            .env("TMPDIR", &temporary)
            .env("SSL_CERT_FILE", server.certificate_in(place.path()));
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut printed = String::new();
        let reached = async {
            loop {
                let reached = match self.when {
                    Running(count) => noted(&hang).len() == 2 * count,
                    Asked => server.asked().len() > asked_before,
                    Printed(text) => {
                        out.read_line(&mut printed).await.unwrap();
                        printed.contains(text)
                    }
                };
                if reached {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        assert!(
            timeout(PATIENCE, reached).await.is_ok(),
            "{name}: it never hangs"
        );
        kill_process(pid_of(&child), self.signal).unwrap();
        let (mut err, mut rest) = (String::new(), String::new());
        let mut stderr = child.stderr.take().unwrap();
        let ending = async {
            tokio::join!(
                out.read_to_string(&mut rest),
                stderr.read_to_string(&mut err),
                child.wait()
            )
            .2
        };
        let status = timeout(PATIENCE, ending).await;
        let status = status
            .unwrap_or_else(|_| panic!("{name}: it goes on"))
            .unwrap();
        let (expected, word) = match self.signal {
            S::INT => (130, "SIGINT"),
            _ => (143, "SIGTERM"),
        };
        assert_eq!(status.code(), Some(expected), "{name}: {err}");
        // One line and no other: only the task may be missing, before there is one.
        let line = format!("Error: stopped by {word}");
        let of_task = format!("{line} while task '{}' was running\n", task_of(&err));
        assert!(
            err == of_task || err == format!("{line}\n"),
            "{name}: {err}"
        );
        assert!(!rest.contains("Command failed"), "{name}: {rest}");
        // Nothing was caught, nothing came after, no file was made.
        assert_eq!(tree(&scratch), before, "{name}");
        for pid in noted(&hang) {
            gone(&pid, name).await;
        }
    }
}

fn pid_of(child: &Child) -> Pid {
    let pid = child.id().and_then(|pid| Pid::from_raw(pid as i32));
    pid.unwrap()
}

/// What a message calls the task.
fn task_of(message: &str) -> &str {
    message.split('\'').nth(1).unwrap_or_default()
}

/// The processes that `hang` has noted.
fn noted(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let ready = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("ready"));
    let texts = ready.map(|entry| fs::read_to_string(entry.path()).unwrap());
    texts
        .flat_map(|text| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Waits until a process has ended; what init has not taken yet has.
async fn gone(pid: &str, name: &str) {
    let running = || {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let state = stat.get(stat.rfind(')')? + 2..)?.chars().next()?;
        (state != 'Z').then_some(())
    };
    let ended = async {
        while running().is_some() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    // A second is what they are given; the command has waited for that already.
    assert!(
        timeout(Duration::from_secs(20), ended).await.is_ok(),
        "{name}: {pid} lives"
    );
}

/// All files below the folders that a run may write to.
fn tree(scratch: &Scratch) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut open = vec![scratch.work.clone(), scratch.home.clone()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => assert!(found.insert(path)),
            }
        }
    }
    found
}

#[test]
fn commands_are_ended() {
    check(&[
        case(
            "run",
            S::INT,
            Running(1),
            "
task \"t\":
  run \"hang\"
  run \"touch after\"
",
        ),
        case(
            "run with a trap that catches nothing of the run",
            S::TERM,
            Running(1),
            "
task \"t\":
  run \"hang || touch after; exit 0\"
  run \"touch after\"
",
        ),
        case(
            "exec",
            S::TERM,
            Running(1),
            "
task \"t\":
  exec \"hang\"
  run \"touch after\"
",
        ),
        case(
            "block",
            S::INT,
            Running(1),
            "
task \"t\":
  run:
    hang
    exit 0
  run \"touch after\"
",
        ),
        case(
            "background process that was left",
            S::INT,
            Running(2),
            "
task \"t\":
  run \"hang > /dev/null 2>&1 &\"
  run \"hang\"
  run \"touch after\"
",
        ),
        case(
            "capture from shell",
            S::INT,
            Running(1),
            "
task \"t\":
  capture from shell \"hang\" as $v
  run \"touch after\"
",
        ),
        case(
            "capture",
            S::TERM,
            Running(1),
            "
task \"t\":
  capture \"hang\" as $v
  run \"touch after\"
",
        ),
        case(
            "mode ci, with more output than memory holds",
            S::INT,
            Running(1),
            "
task \"t\" mode \"ci\":
  run \"head -c 3000000 /dev/zero; hang\"
  run \"touch after\"
",
        ),
        case(
            "attached",
            S::INT,
            Running(1),
            "
task \"t\":
  run \"hang\" attached
  run \"touch after\"
",
        ),
        case(
            "attached",
            S::TERM,
            Running(1),
            "
task \"t\":
  run \"hang\" attached
  run \"touch after\"
",
        ),
    ]);
}

#[test]
fn nothing_catches_a_signal() {
    let caught = "
task \"t\":
  try:
    run \"hang\"
  catch:
    run \"touch after\"
  finally:
    run \"touch after\"
  run \"touch after\"
";
    check(&[
        case("try", S::INT, Running(1), caught),
        case("try", S::TERM, Running(1), caught),
        case(
            "catch",
            S::INT,
            Running(1),
            "
task \"t\":
  try:
    fail \"x\"
  catch:
    run \"hang\"
  finally:
    run \"touch after\"
",
        ),
        case(
            "finally",
            S::INT,
            Running(1),
            "
task \"t\":
  try:
    fail \"x\"
  finally:
    run \"hang\"
  run \"touch after\"
",
        ),
    ]);
}

#[test]
fn loops_start_no_further_item() {
    check(&[
        case(
            "loop",
            S::INT,
            Running(1),
            "
task \"t\":
  for $i in range 1 to 3:
    run \"[ {$i} = 1 ] || touch after; hang\"
  run \"touch after\"
",
        ),
        case(
            "parallel loop",
            S::INT,
            Running(5),
            "
task \"t\":
  for $i in range 1 to 9 in parallel:
    run \"[ {$i} -le 5 ] || touch after; hang\"
    run \"touch after\"
  run \"touch after\"
",
        ),
        case(
            "parallel loop with a try in each item",
            S::TERM,
            Running(2),
            "
task \"t\":
  for $i in range 1 to 2 in parallel:
    try:
      run \"hang\"
    catch:
      run \"touch after\"
",
        ),
        case(
            "loop without any command",
            S::INT,
            Printed("9999"),
            "
task \"t\":
  for $i in range 1 to 100000000:
    if {$i} is \"9999\":
      info \"{$i}\"
  run \"touch after\"
",
        ),
    ]);
}

#[test]
fn waits_end() {
    check(&[
        case(
            "wait",
            S::INT,
            Printed("Waiting 1h0m"),
            "
task \"t\":
  wait 1 hour
  run \"touch after\"
",
        ),
        case(
            "wait in a parallel loop, with timers",
            S::TERM,
            Printed("Waiting 1h0m"),
            "
task \"t\":
  for $i in range 1 to 3 in parallel:
    info \"{start timer('{$i}')}\"
    wait 1 hour
    info \"{stop timer('{$i}')}\"
    run \"touch after\"
",
        ),
    ]);
}

#[test]
fn hooks_dependencies_and_calls_go_no_further() {
    let hook = |kind: &str| {
        let body = "\ntask \"t\":\n  run \"[ -n '' ]; true\"\n";
        format!(
            "project \"p\":\n  {kind}:\n    run \"hang\"\n    run \"touch after\"\n  on drun teardown:\n    run \"touch after\"\n{body}"
        )
    };
    let hooks = [
        ("setup", hook("on drun setup")),
        ("before", hook("before any task")),
        ("after", hook("after any task")),
    ];
    for (name, file) in hooks {
        check(&[case(name, S::INT, Running(1), &file)]);
    }
    check(&[
        case(
            "teardown",
            S::TERM,
            Running(1),
            "
project \"p\":
  on drun teardown:
    run \"hang\"
    run \"touch after\"
task \"t\":
  run \"true\"
",
        ),
        case(
            "hooks after the task",
            S::INT,
            Running(1),
            "
project \"p\":
  after any task:
    run \"touch after\"
  on drun teardown:
    run \"touch after\"
task \"t\":
  run \"hang\"
",
        ),
        case(
            "dependency",
            S::INT,
            Running(1),
            "
task \"d\":
  run \"hang\"
  run \"touch after\"
task \"t\":
  depends on d
  run \"touch after\"
",
        ),
        case(
            "called task",
            S::INT,
            Running(1),
            "
task \"inner\":
  run \"hang\"
  run \"touch after\"
task \"t\":
  call task \"inner\"
  run \"touch after\"
",
        ),
        case(
            "snippet",
            S::TERM,
            Running(1),
            "
project \"p\":
  snippet \"s\":
    run \"hang\"
    run \"touch after\"
task \"t\":
  use snippet \"s\"
  run \"touch after\"
",
        ),
    ]);
}

#[test]
fn detection_ends() {
    check(&[
        case(
            "detect version",
            S::INT,
            Running(1),
            "
task \"t\":
  detect \"hang\" version
  run \"touch after\"
",
        ),
        case(
            "if available, of docker",
            S::TERM,
            Running(1),
            "
task \"t\":
  if docker compose is available:
    run \"touch after\"
  else:
    run \"touch after\"
  run \"touch after\"
",
        ),
        case(
            "if running, of docker",
            S::INT,
            Running(1),
            "
task \"t\":
  if docker is running:
    run \"touch after\"
  run \"touch after\"
",
        ),
        case(
            "a placeholder that asks git",
            S::INT,
            Running(1),
            "
task \"t\":
  info \"{current git branch}\"
  run \"touch after\"
",
        ),
        case(
            "requires tools of the project",
            S::INT,
            Running(1),
            "
project \"p\":
  requires tools:
    hang >= 1.0
task \"t\":
  run \"touch after\"
",
        ),
    ]);
}

#[test]
fn provisioning_ends() {
    check(&[
        case(
            "command of a provisioning",
            S::INT,
            Running(1),
            "
project \"p\":
  provisioning sources:
    - \"TOOLS/provisionings.yaml\"
task \"t\":
  requires tools:
    nosuchtool provision
  run \"touch after\"
",
        ),
        case(
            "source over https",
            S::TERM,
            Asked,
            "
project \"p\":
  provisioning sources:
    - \"SERVER/endless\"
  requires tools:
    nosuchtool provision
task \"t\":
  run \"touch after\"
",
        ),
        case(
            "source in a repository",
            S::INT,
            Running(1),
            "
project \"p\":
  provisioning sources:
    - \"ssh://git@localhost/x.git//provisionings.yaml\"
  requires tools:
    nosuchtool provision
task \"t\":
  run \"touch after\"
",
        ),
    ]);
}

#[test]
fn a_remote_include_that_never_ends_is_given_up() {
    let file = "
project \"p\":
  include \"SERVER/endless\"
task \"t\":
  run \"touch after\"
";
    check(&[
        case("include", S::INT, Asked, file),
        case("include", S::TERM, Asked, file),
    ]);
}

#[test]
fn a_clean_up_that_takes_its_time_is_left_to_it() {
    // What ends it is not itself asked to end while it waits.
    let scratch = Scratch::new().file(
        "spec.drun",
        "version: 2.0

task \"t\":
  run \"trap 'echo begin; (trap \\\"\\\" TERM; exec sleep 0.6); echo end; exit 0' TERM; sleep 78.1 & echo ready; wait\"
",
    );
    for (signal, status, word) in [(S::INT, 130, "SIGINT"), (S::TERM, 143, "SIGTERM")] {
        let (ended, out, err) = block_on(async {
            let mut child = scratch.xdrun(["-f", "spec.drun", "t"]).spawn().unwrap();
            let mut out = BufReader::new(child.stdout.take().unwrap());
            let mut printed = String::new();
            let ready = async {
                while !printed.contains("ready\n") {
                    assert_ne!(out.read_line(&mut printed).await.unwrap(), 0, "{printed}");
                }
            };
            timeout(PATIENCE, ready).await.expect("it never starts");
            kill_process(pid_of(&child), signal).unwrap();
            let (mut rest, mut err) = (String::new(), String::new());
            let mut stderr = child.stderr.take().unwrap();
            let ending = async {
                tokio::join!(
                    out.read_to_string(&mut rest),
                    stderr.read_to_string(&mut err),
                    child.wait()
                )
                .2
            };
            let ended = timeout(PATIENCE, ending).await.expect("it goes on");
            (ended.unwrap().code(), rest, err)
        });
        let line = format!("Error: stopped by {word} while task 't' was running\n");
        assert_eq!((err, ended), (line, Some(status)), "{out}");
        assert_eq!(out, "begin\nend\n");
    }
}

#[test]
fn a_reader_that_does_not_read_keeps_nobody_from_ending() {
    let tasks: String = (0..4000)
        .map(|number| format!("task \"number {number}\":\n  info \"x\"\n\n"))
        .collect();
    let scratch = Scratch::new().file("spec.drun", &format!("version: 2.0\n\n{tasks}"));
    let commands: [&[&str]; 2] = [&["-f", "spec.drun", "--list"], &["-f", "spec.drun"]];
    for command in commands {
        let (status, err) = block_on(async {
            let mut child = scratch.xdrun(command.iter().copied()).spawn().unwrap();
            let unread = child.stdout.take().unwrap();
            let full = async {
                let capacity = rustix::pipe::fcntl_getpipe_size(&unread).unwrap() as u64;
                while rustix::io::ioctl_fionread(&unread).unwrap() < capacity {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            };
            timeout(PATIENCE, full).await.expect("it prints too little");
            kill_process(pid_of(&child), S::TERM).unwrap();
            let mut err = String::new();
            let mut stderr = child.stderr.take().unwrap();
            let ending = async { tokio::join!(stderr.read_to_string(&mut err), child.wait()).1 };
            let status = timeout(PATIENCE, ending).await.expect("it goes on");
            drop(unread);
            (status.unwrap().code(), err)
        });
        assert_eq!(
            (err.as_str(), status),
            ("Error: stopped by SIGTERM\n", Some(143))
        );
    }
}
