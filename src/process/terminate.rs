//! Ending the processes of an execution, until none is left.
//!
//! All are stopped first, until a look at the processes finds no new one; then they get SIGTERM
//! and go on. So every process that existed is asked to end, however fast they fork, and one that
//! is forked afterwards is the work of somebody's clean-up, which is left alone for half of the grace; then
//! it is asked too, because a shell may only wait for it. After the grace SIGKILL is sent until nobody is left.

use std::time::{Duration, Instant};

use rustc_hash::FxHashSet;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::command::Branch;
use super::proc;
use super::proc::Process;
use super::pump::Pump;
use super::signal::{self, Signal};
use super::supervisor::{Supervisor, lock};
use super::tree::{Living, descending};

/// How long processes may take to end by themselves.
pub const GRACE: Duration = Duration::from_secs(1);
/// A process that survives SIGKILL for so long is beyond us: it hangs in the kernel.
const GIVE_UP: Duration = Duration::from_secs(3);
/// How long the last output of processes that have ended may take to be written.
const LAST_WORDS: Duration = Duration::from_millis(250);
/// How often the processes are stopped again because there were new ones.
const STOP_ROUNDS: usize = 20;
/// The pauses between looks grow from the first to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LAST_PAUSE: Duration = Duration::from_millis(20);

/// What ending the processes came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// The processes that were asked to end.
    pub asked: usize,
    /// Whether some had to be killed.
    pub killed: bool,
    /// The processes that are still there: we may not signal them, or they hang in the kernel.
    pub left: usize,
}

/// The processes that were asked to end, by their number and start.
type Asked = FxHashSet<(u32, u64)>;

impl Supervisor {
    /// Ends everything that the execution started and that lives. Nothing can be started from
    /// now on. `hurry` ends the grace at once. What the commands still print is passed on,
    /// except where it was held back or captured.
    pub async fn terminate_all(&self, grace: Duration, hurry: &CancellationToken) -> Ended {
        self.stop();
        self.end(None, grace, hurry).await
    }

    /// Ends what the given parallel branches started. Their futures have to be dropped before.
    pub async fn terminate_branches(
        &self,
        branches: &[Branch],
        grace: Duration,
        hurry: &CancellationToken,
    ) -> Ended {
        self.end(Some(branches), grace, hurry).await
    }

    /// As [`Supervisor::terminate_all`] for a thread that finds the runtime stuck: blocks, passes
    /// nothing on, and waits for no lock that a stuck thread may hold. Returns the number of processes
    /// that are left.
    pub fn end_all_now(&self, grace: Duration) -> usize {
        if !self.is_active() {
            return 0;
        }
        self.stop_now();
        let begun = Instant::now();
        let mut asked = Asked::default();
        loop {
            let living = self.living_now();
            let age = begun.elapsed();
            if living.is_empty() || age > grace + GIVE_UP {
                return living.len();
            }
            if age >= grace {
                send(&living, Signal::Kill);
            } else {
                let new = |process: &&Process| asked.insert((process.pid, process.started));
                let new: Vec<Process> = living.iter().filter(new).copied().collect();
                send(&new, Signal::Terminate);
                send(&new, Signal::Continue);
            }
            std::thread::sleep(FIRST_PAUSE * 2);
        }
    }

    /// The living processes of the execution; where what is known of them is locked by a thread that
    /// is stuck, all that descend from this process, as far as it has no other business.
    fn living_now(&self) -> Vec<Process> {
        if self.can_look() {
            return self.living_if_any(None, |_| true).processes;
        }
        if !self.shared.owns_process {
            return Vec::new();
        }
        let mut all = descending(&proc::scan());
        all.retain(|process| !process.is_zombie());
        all
    }

    async fn end(
        &self,
        branches: Option<&[Branch]>,
        grace: Duration,
        hurry: &CancellationToken,
    ) -> Ended {
        let begun = Instant::now();
        let mut pumps = JoinSet::new();
        let mut ended = Ended::default();
        let mut asked = Asked::default();
        if !grace.is_zero() && !hurry.is_cancelled() {
            self.ask(branches, &mut asked);
            ended.asked = asked.len();
        }
        let mut pause = FIRST_PAUSE;
        let mut none_since = None;
        loop {
            self.take_over(branches, &mut pumps);
            let Living {
                processes: mut living,
                left_behind,
            } = self.living_if_any(branches, |_| true);
            let age = begun.elapsed();
            if age >= grace || hurry.is_cancelled() {
                let refused = send(&living, Signal::Kill);
                living.retain(|process| !refused.contains(&process.pid));
                ended.killed |= !living.is_empty();
                ended.left = living.len() + refused.len();
            }
            if living.is_empty() {
                // A child whose parent ends at this moment will be ours to wait for in the next one.
                let since = *none_since.get_or_insert(age);
                if !left_behind || age - since > LAST_WORDS {
                    break;
                }
            } else if age > grace + GIVE_UP {
                break;
            }
            if age >= grace / 2 && age < grace {
                self.ask(branches, &mut asked);
            }
            let until_kill = grace.saturating_sub(age).max(FIRST_PAUSE);
            wait(pause.min(until_kill), hurry, &mut pumps).await;
            pause = LAST_PAUSE.min(pause * 3 / 2);
        }
        // Their pipes are closed now; only a reader of ours that does not read can hold them up.
        let _ = tokio::time::timeout(LAST_WORDS, finish(&mut pumps)).await;
        self.forget_measurements();
        ended
    }

    /// Stops all that were not asked yet, asks them to end, and lets them go on.
    fn ask(&self, branches: Option<&[Branch]>, asked: &mut Asked) {
        let mut all: Vec<Process> = Vec::new();
        for _ in 0..STOP_ROUNDS {
            let look = self.living_if_any(branches, |process| {
                !asked.contains(&(process.pid, process.started))
            });
            let mut new = look.processes;
            if new.is_empty() {
                break;
            }
            asked.extend(new.iter().map(|process| (process.pid, process.started)));
            send(&new, Signal::Stop);
            all.append(&mut new);
        }
        send(&all, Signal::Terminate);
        send(&all, Signal::Continue);
    }

    /// The living processes that are `wanted`. Looks quickly first; that none is left is believed
    /// only after a look at all processes of the machine.
    fn living_if_any(
        &self,
        branches: Option<&[Branch]>,
        wanted: impl Fn(&Process) -> bool,
    ) -> Living {
        if !self.is_active() {
            return Living::default();
        }
        let mut living = self.living(self.descendants(), branches);
        living.processes.retain(&wanted);
        if living.processes.is_empty() {
            living = self.living(proc::scan(), branches);
            living.processes.retain(&wanted);
        }
        living
    }

    /// Goes on passing on what dropped commands print.
    fn take_over(&self, branches: Option<&[Branch]>, pumps: &mut JoinSet<()>) {
        let mut abandoned = lock(&self.shared.abandoned);
        let taken: Vec<Pump> = abandoned
            .extract_if(.., |pump| {
                branches.is_none_or(|branches| branches.contains(&pump.branch()))
            })
            .collect();
        drop(abandoned);
        for mut pump in taken {
            pumps.spawn(async move { pump.drive().await });
        }
    }
}

/// Waits for `pause`, or until a command has ended or the grace is over at once.
async fn wait(pause: Duration, hurry: &CancellationToken, pumps: &mut JoinSet<()>) {
    tokio::select! {
        () = hurry.cancelled(), if !hurry.is_cancelled() => {}
        Some(_) = pumps.join_next() => {}
        () = tokio::time::sleep(pause) => {}
    }
}

async fn finish(pumps: &mut JoinSet<()>) {
    while pumps.join_next().await.is_some() {}
}

/// Sends a signal to each of `processes`; returns those that we may not signal.
fn send(processes: &[Process], what: Signal) -> Vec<u32> {
    let refused = |process: &&Process| signal::send(process, what) == signal::Sent::Refused;
    processes
        .iter()
        .filter(refused)
        .map(|process| process.pid)
        .collect()
}
