//! Files and folders: what a statement about them does.
//!
//! *Invariant:* nothing here is done in a dry run, and what blocks runs on a thread for that, between
//! whose entries it looks whether anybody still waits for it.

mod change;
mod copy;
mod edit;
mod read;
mod replace;
mod whole;
mod write;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

pub(in crate::action) use edit::edit;
pub use read::{Reader, read_bytes, read_text};
pub use replace::list as list_pairs;
pub(in crate::action) use whole::replace;

use crate::source::Text;
use crate::value::{ExpandedPath, os_reason};

/// What is to be done, all texts evaluated.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Job {
    CreateFile(ExpandedPath),
    CreateFolder(ExpandedPath),
    Delete(ExpandedPath),
    Copy {
        source: ExpandedPath,
        target: ExpandedPath,
    },
    Move {
        source: ExpandedPath,
        target: ExpandedPath,
    },
    Read {
        target: ExpandedPath,
        variable: Option<Text>,
    },
    Write {
        target: ExpandedPath,
        content: Text,
    },
    Append {
        target: ExpandedPath,
        content: Text,
    },
    Replace {
        target: ExpandedPath,
        pairs: Vec<(Text, Text)>,
    },
    Exists {
        target: ExpandedPath,
        directory: bool,
    },
    Size(ExpandedPath),
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The lines to print.
    pub lines: Vec<String>,
    /// A variable with its `$`, and what it is to hold.
    pub captured: Option<(Text, Text)>,
    /// Why the statement fails; the lines are printed first.
    pub failure: Option<String>,
}

impl Outcome {
    fn line(line: String) -> Self {
        Self {
            lines: vec![line],
            ..Self::default()
        }
    }
}

/// Folders that the work may not remove.
#[derive(Debug, Clone)]
pub struct Keep {
    /// The folder that the program was started in.
    pub start_dir: PathBuf,
}

/// Does the work. Dropped before its end, it stops at the next file.
pub async fn perform(job: Job, keep: &Keep, reader: &Reader) -> Outcome {
    let shown = job.about();
    let what = match &job {
        Job::Size(_) => "Failed to get file size",
        _ => "File operation failed",
    };
    let result = match job {
        Job::Read { target, variable } => read::read(&target, variable, reader).await,
        Job::Replace { target, pairs } => replace::replace(target, pairs, reader).await,
        job => {
            let keep = keep.clone();
            blocking(move |wanted| at_once(&job, &keep, wanted)).await
        }
    };
    result.unwrap_or_else(|error| {
        let reason = os_reason(&error);
        Outcome {
            lines: vec![format!("❌  {what}: {reason}")],
            captured: None,
            failure: Some(format!("{}: {shown}: {reason}", lower(what))),
        }
    })
}

fn lower(what: &str) -> String {
    what.to_lowercase()
}

impl Job {
    /// What a failure names, as messages show it. Of two paths either may be the one that is wrong.
    pub fn about(&self) -> String {
        match self {
            Self::Copy { source, target } | Self::Move { source, target } => {
                format!("{} to {}", source.shown, target.shown)
            }
            Self::CreateFile(path)
            | Self::CreateFolder(path)
            | Self::Delete(path)
            | Self::Size(path)
            | Self::Read { target: path, .. }
            | Self::Write { target: path, .. }
            | Self::Append { target: path, .. }
            | Self::Replace { target: path, .. }
            | Self::Exists { target: path, .. } => path.shown.clone(),
        }
    }
}

/// What needs one call of the system, or many small ones.
fn at_once(job: &Job, keep: &Keep, wanted: &Wanted) -> io::Result<Outcome> {
    match job {
        Job::CreateFile(target) => change::create_file(target),
        Job::CreateFolder(target) => change::create_folder(target),
        Job::Delete(target) => change::delete(target, keep),
        Job::Copy { source, target } => copy::copy(source, target, wanted),
        Job::Move { source, target } => copy::rename(source, target, wanted),
        Job::Write { target, content } => write::write(target, content, wanted),
        Job::Append { target, content } => write::append(target, content),
        Job::Exists { target, directory } => Ok(change::exists(target, *directory)),
        Job::Size(target) => change::size(target),
        // They are done in pieces.
        Job::Read { .. } | Job::Replace { .. } => Ok(Outcome::default()),
    }
}

/// Whether anybody still waits for the work.
#[derive(Debug, Clone)]
pub(in crate::action) struct Wanted(Arc<AtomicBool>);

impl Wanted {
    /// An error once nobody does.
    fn check(&self) -> io::Result<()> {
        match self.0.load(Ordering::Relaxed) {
            true => Ok(()),
            false => Err(io::ErrorKind::Interrupted.into()),
        }
    }
}

/// Tells the work that its future was dropped.
struct Waiting(Wanted);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Relaxed);
    }
}

/// How many threads are at work.
static WORKING: AtomicUsize = AtomicUsize::new(0);
static STOPPED: Notify = Notify::const_new();

/// A thread that is at work, or about to be.
struct Working;

impl Working {
    fn begin() -> Self {
        WORKING.fetch_add(1, Ordering::AcqRel);
        Self
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        WORKING.fetch_sub(1, Ordering::AcqRel);
        STOPPED.notify_waiters();
    }
}

/// Waits until what nobody waits for any more has stopped and cleaned up, `limit` at most.
pub async fn stopped(limit: Duration) {
    let all = async {
        loop {
            let one = STOPPED.notified();
            if WORKING.load(Ordering::Acquire) == 0 {
                return;
            }
            one.await;
        }
    };
    let _ = tokio::time::timeout(limit, all).await;
}

/// Runs what blocks.
pub(in crate::action) async fn blocking<T: Send + 'static>(
    work: impl FnOnce(&Wanted) -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let waiting = Waiting(Wanted(Arc::new(AtomicBool::new(true))));
    let wanted = waiting.0.clone();
    let working = Working::begin();
    tokio::task::spawn_blocking(move || {
        let _working = working;
        work(&wanted)
    })
    .await
    .map_err(io::Error::other)?
}

/// The error of a path of no characters, which would stand for the working directory.
fn not_empty(path: &ExpandedPath) -> io::Result<()> {
    match path.shown.is_empty() {
        true => Err(io::Error::from_raw_os_error(NO_ENTRY)),
        false => Ok(()),
    }
}

/// "No such file or directory", on every system.
const NO_ENTRY: i32 = 2;
