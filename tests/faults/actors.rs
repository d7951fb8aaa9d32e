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
        ["--unshare", megabytes, forks] => {
            Some(unshare(megabytes.parse().unwrap(), forks.parse().unwrap()))
        }
        ["--map", megabytes, forks] => {
            Some(map(megabytes.parse().unwrap(), forks.parse().unwrap()))
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
            note_crossing();
        }
    }
    std::thread::sleep(Duration::from_secs(1000));
    drop(held);
    ExitCode::SUCCESS
}

fn note_crossing() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let _ = std::fs::write("crossed", (now.unwrap().as_secs_f64() * 1000.0).to_string());
}

/// So many processes besides this one, which do `what` and end.
#[allow(
    unsafe_code,
    reason = "a fork that runs no other program is what shares memory"
)]
fn fork(forks: u32, mut what: impl FnMut(u32)) {
    for index in 0..forks {
        // SAFETY: one thread, and the child only touches memory, writes a file and sleeps.
        if unsafe { libc::fork() } == 0 {
            what(index);
            std::process::exit(0);
        }
    }
}

/// Takes so many MB, shares them with so many forks for a while, and has these write to all of it.
fn unshare(megabytes: u64, forks: u32) -> ExitCode {
    let mut held = vec![1_u8; (megabytes * MB) as usize];
    fork(forks, |index| {
        std::thread::sleep(Duration::from_millis(1500));
        if index == 0 {
            note_crossing();
        }
        held.iter_mut().step_by(4096).for_each(|byte| *byte = 2);
        std::thread::sleep(Duration::from_secs(1000));
    });
    std::thread::sleep(Duration::from_secs(1000));
    ExitCode::SUCCESS
}

/// Has so many forks look at one area of so many MB at the same time.
#[allow(unsafe_code, reason = "memory that several processes write to")]
fn map(megabytes: u64, forks: u32) -> ExitCode {
    let bytes = (megabytes * MB) as usize;
    let (access, kind) = (
        libc::PROT_READ | libc::PROT_WRITE,
        libc::MAP_SHARED | libc::MAP_ANONYMOUS,
    );
    // SAFETY: a new area, and nothing else is made of it.
    let area = unsafe { libc::mmap(std::ptr::null_mut(), bytes, access, kind, -1, 0) };
    assert_ne!(area, libc::MAP_FAILED);
    let area = area.cast::<u8>();
    let touch = || {
        for at in (0..bytes).step_by(4096) {
            // SAFETY: inside of the area, which stays mapped.
            unsafe { area.add(at).write_volatile(1) };
        }
    };
    touch();
    fork(forks, |_| {
        std::thread::sleep(Duration::from_millis(500));
        touch();
        std::thread::sleep(Duration::from_secs(1000));
    });
    std::thread::sleep(Duration::from_millis(700));
    std::fs::write("ready", "").unwrap();
    std::thread::sleep(Duration::from_secs(1000));
    ExitCode::SUCCESS
}

/// Takes so many MB and shares them with so many forks.
fn share(megabytes: u64, forks: u32) -> ExitCode {
    let held = vec![1_u8; (megabytes * MB) as usize];
    fork(forks - 1, |_| std::thread::sleep(Duration::from_secs(1000)));
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
