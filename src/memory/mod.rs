//! Memory: what is measured and limited, how a breach is noticed, and what is written about it.
//!
//! *Invariant:* knows bytes, time and a snapshot of the execution, not the machine that runs it;
//! usable by another Tokio program as a library.

pub mod units;

pub mod cgroup;

pub mod reading;

mod bell;

pub mod allocator;

pub mod snapshot;

pub mod fold;

pub mod redact;

pub mod files;

pub mod amount;

pub mod record;

pub mod limits;

pub mod history;

pub mod pace;

mod watch;

mod still;

mod tripwire;

mod warning;

pub mod backstop;

mod ticks;

pub mod monitor;

pub mod last_words;

pub mod subscriber;

pub mod sparkline;

pub mod diagnosis;

pub mod outline;

pub mod summary;

pub mod dump;

pub mod view;

pub use monitor::{Breach, InForce, Monitor, Verdict, monitor};
