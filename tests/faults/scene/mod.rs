//! What the fault suite and its quick version in the ordinary suite share: a folder, a run that is
//! watched from outside, and the faults.
//!
//! *Invariant:* nothing here judges by absolute time; it measures, and the suite has the bars.

#![allow(dead_code, unused_imports, reason = "each of the suites uses its part")]

pub(crate) mod ending;
pub(crate) mod files;
pub(crate) mod growth;
pub(crate) mod stuck;
mod watch;

pub(crate) use watch::{Folder, Running, command};
