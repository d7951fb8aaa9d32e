//! What this binary is when it is started as a part of a run and not as the suite.

use std::process::{Command, ExitCode};
use std::time::Duration;

use drun::memory::units::MB;
use drun::process::{Output, ShellCommand, Supervisor, run};
use drun::report::Report;

use crate::scene::{Folder, stuck};

/// The path of this binary.
pub(crate) fn me() -> String {
    std::env::current_exe()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned()
}

/// Starts this binary as the program that is stuck.
pub(crate) fn stuck_program(folder: &Folder, plan: &str) -> Command {
    let mut command = folder.program(me());
    command.args(["--stuck", plan]);
    command
}

/// Plays a part, if one is asked for.
pub(crate) fn play(arguments: &[String]) -> Option<ExitCode> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["--stuck", plan] => Some(ExitCode::from(stuck::program(plan))),
        ["--take", megabytes, noted] => {
            Some(take(megabytes.parse().unwrap(), noted.parse().unwrap()))
        }
        ["--share", megabytes, forks] => {
            Some(share(megabytes.parse().unwrap(), forks.parse().unwrap()))
        }
        ["--sample", children] => Some(sample(children.parse().unwrap())),
        _ => None,
    }
}

/// Takes so many MB, and writes down when it has taken `noted` of them.
fn take(megabytes: u64, noted: u64) -> ExitCode {
    let mut held = Vec::new();
    for index in 0..megabytes {
        held.push(vec![1_u8; MB as usize]);
        if index == noted {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            let _ = std::fs::write("crossed", (now.unwrap().as_secs_f64() * 1000.0).to_string());
        }
    }
    std::thread::sleep(Duration::from_secs(1000));
    drop(held);
    ExitCode::SUCCESS
}

/// Takes so many MB and shares them with so many forks.
#[allow(
    unsafe_code,
    reason = "a fork that runs no other program is what shares memory"
)]
fn share(megabytes: u64, forks: u32) -> ExitCode {
    let held = vec![1_u8; (megabytes * MB) as usize];
    for _ in 1..forks {
        // SAFETY: one thread, and the child only sleeps.
        if unsafe { libc::fork() } == 0 {
            std::thread::sleep(Duration::from_secs(1000));
        }
    }
    std::fs::write("ready", "").unwrap();
    std::thread::sleep(Duration::from_secs(1000));
    drop(held);
    ExitCode::SUCCESS
}

/// The processor time of this thread, in ns: what others do meanwhile is not the sample's fault.
fn busy() -> i64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Measures so many children 50 times; prints the first and the worst processor time in µs.
fn sample(children: usize) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let supervisor = Supervisor::owning_process();
        let script = format!("for i in $(seq {children}); do sleep 1000 & done; : > ready; wait");
        let folder = std::env::current_dir().unwrap();
        let command = ShellCommand::shell("/bin/bash", script.into(), folder);
        let (report, _) = Report::memory();
        let mut running = std::pin::pin!(run(&supervisor, command, Output::Stream, &report));
        let ready = async {
            while !std::path::Path::new("ready").exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            _ = &mut running => panic!("ended"),
            () = ready => {}
        }
        let mut times = Vec::new();
        for _ in 0..50 {
            let begun = busy();
            let tree = supervisor.tree_memory(Duration::from_millis(5));
            times.push((busy() - begun) / 1000);
            assert_eq!(tree.processes, children + 1);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        println!("{} {}", times[0], times[1..].iter().max().unwrap());
        supervisor.end_all_now(Duration::ZERO);
    });
    ExitCode::SUCCESS
}
