//! The library in a program that does other things as well.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use drun::load::{Found, Places};
use drun::memory::limits::{Asked, Limits};
use drun::memory::reading::{Readings as _, System};
use drun::process::Supervisor;
use drun::report::Report;
use drun::runtime::{ExecutionError, Options, Request, Watched, execute, watched};

use crate::xdrun::{PATIENCE, Scratch, block_on};

fn request(scratch: &Scratch, task: &str) -> Request {
    Request {
        places: Places {
            start_dir: scratch.work.clone(),
            home: Some(scratch.home.clone()),
        },
        found: Found {
            path: scratch.work.join("a.drun"),
            shown: "a.drun".to_owned(),
        },
        options: Options::default(),
        task: Some(task.to_owned()),
        arguments: Vec::new(),
        no_cache: true,
        limits: Asked::default(),
    }
}

/// Waits until something holds.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "never: {what}");
}

#[test]
fn an_execution_that_is_dropped_ends_its_children_and_its_monitor() {
    let commands = "sh -c 'sleep 600 & echo $! > inner; wait' & echo $$ > outer; wait";
    let text = format!("version: 2.0\ntask \"a\":\n  run \"{commands}\"\n");
    let scratch = Scratch::new().file("a.drun", &text);
    let request = request(&scratch, "a");
    block_on(async {
        let (report, _written) = Report::memory();
        let seen = Watched::new(Supervisor::new());
        let work = execute(&request, &seen, &report);
        let start_dir = scratch.work.clone();
        let mut run = Box::pin(watched(&seen, Limits::default(), start_dir, work));
        let pid = |name: &str| {
            let text = fs::read_to_string(scratch.work.join(name)).unwrap_or_default();
            text.trim().parse::<u32>().ok()
        };
        let both = until("both commands", || {
            pid("outer").is_some() && pid("inner").is_some()
        });
        tokio::select! {
            _ = &mut run => panic!("the run has ended"),
            () = both => {}
        }
        let processes = [pid("outer").unwrap(), pid("inner").unwrap()];
        drop(run);
        for pid in processes {
            let process = PathBuf::from(format!("/proc/{pid}"));
            until("the end of a child", || !process.exists()).await;
        }
        // The monitor holds what it watches.
        until("the end of the monitor", || Arc::strong_count(&seen) == 1).await;
    });
}

#[test]
fn an_execution_that_was_stopped_is_held_by_nobody() {
    let text = "version: 2.0\ntask \"a\":\n  try:\n    call task \"a\"\n  finally:\n    ignore\n";
    let scratch = Scratch::new().file("a.drun", text);
    let request = request(&scratch, "a");
    block_on(async {
        let (report, _written) = Report::memory();
        let seen = Watched::new(Supervisor::new());
        let held = Arc::downgrade(&seen);
        let limits = Limits {
            critical: System.resident().map(|bytes| bytes + (32 << 20)),
            ..Limits::default()
        };
        let work = execute(&request, &seen, &report);
        let ended = watched(&seen, limits, scratch.work.clone(), work).await;
        let Err(ExecutionError::Memory(stopped)) = ended else {
            panic!("it was not stopped");
        };
        let program = stopped.breach.program.as_ref().map(Arc::downgrade);
        drop((stopped, seen));
        until("the end of the execution", || held.strong_count() == 0).await;
        assert!(program.is_none_or(|program| program.strong_count() == 0));
    });
}
