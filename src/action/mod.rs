//! Effects, one file a family. They see what they are given and no frames.
//!
//! *Invariant:* children are started through `process/`; nothing is printed here, lines are returned, and what is too
//! much to be held goes to the report that they are given.

pub mod changelog;
pub mod detect;
mod dns;
pub mod docker;
pub mod environment;
pub mod file;
pub mod file_value;
pub mod git;
pub mod git_validate;
pub mod http;
pub mod network;
pub mod probe;
pub mod program;
pub mod project_type;
mod provision;
pub mod scm;
mod scratch;
pub mod secret;
pub mod tools;
pub mod wait;

/// Reads `bytes` as what a name server answers.
#[cfg(fuzzing)]
pub fn fuzz(bytes: &[u8]) {
    dns::fuzz(bytes);
}
