//! What runs away, and how far it gets.

use drun::memory::units::MB;
use serde_json::Value;

use super::watch::{Done, Folder};

/// A way to run away.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Away {
    /// Output that never ends, as fast as a pipe takes it.
    Captured,
    /// Four of them at a time.
    FourCaptured,
    /// A task that calls itself.
    Recursion,
    /// A text that doubles.
    Doubling,
}

impl Away {
    pub(crate) const ALL: [Self; 4] = [
        Self::Captured,
        Self::FourCaptured,
        Self::Recursion,
        Self::Doubling,
    ];

    pub(crate) fn tasks(self) -> &'static str {
        match self {
            Self::Captured => {
                "task \"t\":\n  capture from shell \"yes all work and no play\" as $all\n"
            }
            Self::FourCaptured => {
                "task \"t\":\n  for each $i in [\"a\", \"b\", \"c\", \"d\"] in parallel:\n    \
                 capture from shell \"yes all work and no play\" as $all\n"
            }
            Self::Recursion => "task \"t\":\n  call task again\n\ntask \"again\":\n  call task t\n",
            Self::Doubling => {
                "task \"t\":\n  let $x = \"0123456789abcdef\"\n  call task again\n\n\
                 task \"again\":\n  let $x = \"{$x}{$x}\"\n  call task again\n"
            }
        }
    }
}

fn limited(folder: &Folder, limit: u64, more: &[&str]) -> Done {
    let limit = format!("--memory-limit={limit}MB");
    let arguments: Vec<&str> = ["t", &limit, "--memory-warning=off"]
        .into_iter()
        .chain(more.iter().copied())
        .collect();
    folder.run(&arguments)
}

/// How far above the limit, in MB, it gets; in bytes.
pub(crate) fn excess(away: Away, limit: u64) -> u64 {
    let folder = Folder::new(away.tasks());
    let done = limited(&folder, limit, &[]);
    done.is_stop();
    assert!(folder.dump().is_some() && folder.halves().is_empty());
    done.peak.saturating_sub(limit * MB)
}

/// The same for 20 MB a second.
pub(crate) fn steady(limit: u64) -> u64 {
    let script = "while :; do head -c 1048576 /dev/zero; sleep 0.05; done";
    let folder = Folder::new(&format!(
        "task \"t\":\n  capture from shell \"{script}\" as $all\n"
    ));
    let done = limited(&folder, limit, &[]);
    done.is_stop();
    done.peak.saturating_sub(limit * MB)
}

/// What a capture of `bytes` makes resident, by the samples of the monitor; the run then stays so for
/// `seconds`.
pub(crate) fn resting(bytes: u64, seconds: u32, limit: u64) -> (Done, u64) {
    let folder = Folder::new(&format!(
        "task \"t\":\n  capture from shell \"head -c {bytes} /dev/zero | tr '\\\\0' x\" as $all\n  run \"sleep {seconds}\"\n"
    ));
    let mut command = folder.xdrun(&[
        "t",
        &format!("--memory-limit={limit}MB"),
        "--memory-warning=off",
    ]);
    command.env("RUST_LOG", "drun::memory=trace");
    let done = super::Running::start(command).wait();
    let samples = done.err.lines().filter_map(|line| {
        line.split_once(" resident=")?
            .1
            .split(' ')
            .next()?
            .parse()
            .ok()
    });
    let last: u64 = samples.fold(0, |_, resident| resident);
    (done, last)
}

/// A stop with its dump.
pub(crate) struct Stop {
    pub(crate) done: Done,
    pub(crate) dump: Value,
}

impl Stop {
    /// From the decision to the end of the process, in ms.
    pub(crate) fn end(&self) -> f64 {
        self.done.since_decision(&self.dump)
    }

    /// What was taken meanwhile, in bytes.
    pub(crate) fn growth(&self) -> u64 {
        self.done.growth(&self.dump)
    }
}

fn stop(tasks: &str, limit: u64) -> Stop {
    let folder = Folder::new(tasks);
    let done = limited(&folder, limit, &[]);
    done.is_stop();
    Stop {
        dump: folder.dump().expect("no dump"),
        done,
    }
}

/// A recursion in a file of `number` tasks.
pub(crate) fn many_tasks(number: usize, limit: u64) -> Stop {
    let mut tasks = Away::Recursion.tasks().to_owned();
    for index in 0..number {
        tasks.push_str(&format!(
            "\ntask \"task {index}\" means \"One of many\":\n  given $name defaults to \"x\"\n  info \"{{$name}} {index}\"\n  run \"echo {index}\"\n"
        ));
    }
    stop(&tasks, limit)
}

/// A recursion beside a variable of so many MB.
pub(crate) fn large_variable(megabytes: u64, limit: u64) -> Stop {
    stop(
        &format!(
            "task \"t\":\n  capture from shell \"head -c {megabytes}M /dev/zero | tr '\\\\0' x\" as $all\n  call task again\n\ntask \"again\":\n  call task again\n"
        ),
        limit,
    )
}

/// A recursion that gets as deep as the limit lets it.
pub(crate) fn deep(limit: u64) -> Stop {
    stop(Away::Recursion.tasks(), limit)
}
