//! Processes that are hard to end.

use std::path::Path;
use std::process::Command;

use rustix::process::Signal;

use super::watch::{Folder, Running, now, poll};

/// How the processes of a run are hidden, and a script that makes them and then `ready`.
pub(crate) const KINDS: [(&str, &str); 7] = [
    ("a child", "touch ready; exec sleep 1000"),
    (
        "a grandchild",
        "bash -c 'bash -c \\\"touch ready; sleep 1000; true\\\"; true'; true",
    ),
    (
        "setsid",
        "setsid bash -c 'touch ready; sleep 1000; true' & sleep 1001",
    ),
    (
        "a double fork",
        "(setsid bash -c 'sleep 1000 & touch ready' &); sleep 1001",
    ),
    (
        "who ignores SIGTERM",
        "trap '' TERM; sleep 1000 & touch ready; sleep 1001; sleep 1002",
    ),
    (
        "who is stopped",
        "sleep 1000 & kill -STOP $!; touch ready; sleep 1001",
    ),
    (
        "200 forks",
        "trap '' TERM; for i in $(seq 200); do setsid sleep 1000 & done; touch ready; sleep 1001; sleep 1002",
    ),
];

/// What ends the run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Why {
    Breach,
    Interrupt,
    Terminate,
}

impl Why {
    pub(crate) const ALL: [Self; 3] = [Self::Breach, Self::Interrupt, Self::Terminate];

    fn status(self) -> i32 {
        match self {
            Self::Breach => 1,
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

/// Ends a run with such processes; how long after that the last of them, the run included, was gone,
/// in ms.
pub(crate) fn all(script: &str, why: Why) -> f64 {
    let folder = Folder::new(&format!(
        "task \"t\":\n  for each $i in [\"hold\", \"grow\"] in parallel:\n    if $i is \"hold\":\n      run \"{script}\"\n    \
         else:\n      run \"until [ -e go ]; do sleep 0.01; done\"\n      call task again\n\ntask \"again\":\n  call task again\n"
    ));
    let running =
        Running::start(folder.xdrun(&["t", "--memory-limit=64MB", "--memory-warning=off"]));
    let ready = folder.work.join("ready");
    running.until(|| ready.exists());
    assert!(!running.is_gone(), "{}", running.wait().err);
    let mut began = now();
    match why {
        Why::Breach => std::fs::write(folder.work.join("go"), "").unwrap(),
        Why::Interrupt => running.signal(Signal::INT),
        Why::Terminate => running.signal(Signal::TERM),
    }
    let done = running.wait();
    assert_eq!(done.status, Some(why.status()), "{}", done.err);
    poll(|| folder.living().is_empty());
    let gone = now();
    if let Why::Breach = why {
        let dump = folder.dump().expect("no dump");
        began = done.ended - done.since_decision(&dump);
    }
    gone - began
}

/// The memory of processes that share most of it: what the run says, and the sum of their PSS, both
/// in bytes. `program` makes them and then the file `ready`.
pub(crate) fn shared(program: &str) -> (u64, u64) {
    let folder = Folder::new(&format!("task \"t\":\n  run \"exec {program}\"\n"));
    let mut command = folder.xdrun(&["t"]);
    command.env("RUST_LOG", "drun::memory=trace");
    let running = Running::start(command);
    let ready = folder.work.join("ready");
    running.until(|| ready.exists());
    // Some samples later.
    std::thread::sleep(std::time::Duration::from_millis(600));
    let own = running.pid();
    let pids = folder.living();
    let sum = pids
        .iter()
        .filter(|pid| **pid != own)
        .filter_map(|pid| pss(*pid))
        .sum();
    running.signal(Signal::TERM);
    let done = running.wait();
    let samples = done.err.lines().filter_map(|line| {
        line.split_once(" children=")?
            .1
            .split(' ')
            .next()?
            .parse()
            .ok()
    });
    let seen: Vec<u64> = samples.collect();
    // While they are being ended it falls.
    let rested = seen
        .windows(2)
        .rev()
        .find(|two| two[0] == two[1] && two[0] > 0);
    (rested.expect("no two samples alike")[0], sum)
}

fn pss(pid: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kib: u64 = line.trim().split(' ').next()?.parse().ok()?;
    Some(kib * 1024)
}

/// A child that takes more than the tree may have; how long after it had passed the limit the run
/// was gone, in ms. `program` writes down when it passed.
pub(crate) fn tree_limit(program: &str, limit: u64) -> f64 {
    let folder = Folder::new(&format!(
        "task \"t\":\n  info \"begins\"\n  run \"{program}\"\n"
    ));
    let done = folder.run(&["t", &format!("--memory-tree-limit={limit}MB")]);
    done.is_stop();
    assert!(done.err.contains("t.drun:5"), "{}", done.err);
    assert!(folder.living().is_empty());
    let crossed: f64 = std::fs::read_to_string(folder.work.join("crossed"))
        .unwrap()
        .parse()
        .unwrap();
    done.ended - crossed
}

/// Whether processes that share their memory may live under a limit of the tree.
pub(crate) fn fits(program: &str, limit: u64) -> bool {
    let folder = Folder::new(&format!("task \"t\":\n  run \"exec {program}\"\n"));
    let running = Running::start(folder.xdrun(&["t", &format!("--memory-tree-limit={limit}MB")]));
    let ready = folder.work.join("ready");
    running.until(|| ready.exists());
    std::thread::sleep(std::time::Duration::from_millis(600));
    running.signal(Signal::TERM);
    running.wait().status == Some(143)
}

/// A process that has nothing to do with any run, until this is dropped.
pub(crate) struct Bystander(std::process::Child);

impl Bystander {
    pub(crate) fn new() -> Self {
        let mut command: Command = super::command("sleep");
        Self(command.arg("100000").spawn().unwrap())
    }

    pub(crate) fn lives(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
            && Path::new(&format!("/proc/{}", self.0.id())).exists()
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
