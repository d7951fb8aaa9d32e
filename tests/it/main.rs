//! The tests that need more than one module, in one binary: real processes, the built command and its
//! monitor, the documents, the shape of the source.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail, and start what they test"
)]

mod case;
mod conformance;
mod crash_files;
mod diagnosis;
mod documents;
mod examples;
mod memory;
mod memory_command;
mod monitor;
mod processes;
mod schema;
mod secrets;
mod task_limit;
mod tidy;
mod xdrun;
