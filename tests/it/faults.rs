//! The quick version of the fault suite: the same faults, once and with small limits, without bars in
//! time.

use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;

use crate::scene::Folder;
use crate::scene::ending::{self, Bystander, KINDS, Why};
use crate::scene::files::{self, Fault};
use crate::scene::growth::{self, Away};
use crate::scene::stuck::{self, Doing, Plan};

/// What makes this binary the program that is stuck.
const STUCK: &str = "DRUN_TEST_STUCK";

fn stuck_program(folder: &Folder, plan: &str) -> Command {
    let mut command = folder.program(std::env::current_exe().unwrap());
    command.args(["--exact", "faults::program", "--nocapture"]);
    command.env(STUCK, plan);
    command
}

/// The program; nothing when it is only a test.
#[test]
fn program() {
    if let Ok(plan) = std::env::var(STUCK) {
        std::process::exit(stuck::program(&plan).into());
    }
}

fn plan(workers: usize, doing: Doing) -> Plan {
    Plan {
        workers,
        doing,
        limit: 64,
        well: Duration::from_millis(20),
        children: false,
    }
}

#[test]
fn a_stuck_worker_is_stopped_and_named() {
    stuck::breach(plan(1, Doing::Grows), stuck_program);
    stuck::breach(plan(1, Doing::Jumps), stuck_program);
}

#[test]
fn stuck_workers_are_stopped_and_named() {
    stuck::breach(plan(2, Doing::Grows), stuck_program);
}

#[test]
fn a_signal_is_heard_although_the_worker_is_stuck() {
    let plan = Plan {
        well: Duration::from_millis(300),
        children: true,
        ..plan(1, Doing::Idles)
    };
    stuck::signal(Signal::TERM, 143, plan, stuck_program);
}

#[test]
fn everything_that_runs_away_is_stopped_with_a_dump() {
    for away in Away::ALL {
        growth::excess(away, 64);
    }
}

#[test]
fn nobody_outlives_a_stop() {
    let mut bystander = Bystander::new();
    for (name, script) in KINDS.iter().filter(|(name, _)| !name.starts_with("200")) {
        ending::all(script, Why::Breach);
        assert!(bystander.lives(), "{name}");
    }
}

#[test]
fn a_stop_says_why_whatever_is_wrong_around_it() {
    let can_mount = files::can_mount();
    for fault in Fault::ALL {
        if can_mount || !fault.needs_mounts() {
            files::stopped(fault, 0);
        }
    }
}

#[test]
fn a_reader_that_does_not_read_holds_up_no_signal() {
    files::unread();
}

#[test]
fn a_writer_that_is_killed_leaves_nothing_broken() {
    files::killed(Duration::ZERO);
    files::killed(Duration::from_millis(2));
}
