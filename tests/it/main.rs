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
mod embedding;
mod examples;
mod faults;
mod files;
mod includes;
mod lexemes;
mod long;
mod memory;
mod memory_command;
mod monitor;
mod output;
mod print;
mod processes;
mod progress;
mod provisioning;
mod requests;
mod roundtrip;
#[path = "../faults/scene/mod.rs"]
mod scene;
mod schema;
mod secrets;
mod signals;
mod spans;
mod starved;
mod stillness;
mod stored_secrets;
mod task_limit;
mod terminal;
mod tidy;
mod web;
mod xdrun;
