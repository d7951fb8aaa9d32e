//! Workers that are stuck, in a program with the allocator of the command: this binary starts itself.
//! The quick version of that part of the fault suite, without bars in time.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail, and start what they test"
)]

#[path = "faults/scene/mod.rs"]
mod scene;

use std::process::Command;
use std::time::Duration;

use drun::memory::allocator::Counting;
use rustix::process::Signal;
use scene::Folder;
use scene::stuck::{self, Doing, Plan};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What makes this binary the program that is stuck.
const STUCK: &str = "DRUN_TEST_STUCK";

fn stuck_program(folder: &Folder, plan: &str) -> Command {
    let mut command = folder.program(std::env::current_exe().unwrap());
    command.args(["--exact", "program", "--nocapture"]);
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
