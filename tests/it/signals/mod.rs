//! Ctrl-C and SIGTERM in every construct that can take time: nothing goes on, nothing is left running, nothing half
//! written.

#![cfg(target_os = "linux")]

mod commands;
mod control;
mod ending;
mod tools;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout};
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
        let (status, rest, err) = ended(&mut child, out).await;
        let (expected, word) = match self.signal {
            S::INT => (130, "SIGINT"),
            _ => (143, "SIGTERM"),
        };
        assert_eq!(status, Some(expected), "{name}: {err}");
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

/// Waits for the end; the exit status, and what was printed since.
async fn ended(
    child: &mut Child,
    mut out: BufReader<ChildStdout>,
) -> (Option<i32>, String, String) {
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
    let status = timeout(PATIENCE, ending).await.expect("it goes on");
    (status.unwrap().code(), rest, err)
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
