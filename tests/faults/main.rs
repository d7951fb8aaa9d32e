//! The fault suite: everything that the memory guard promises, run so often that luck is no
//! explanation, with the worst figure of each. `cargo test --release --test faults`, and with names
//! behind `--` those alone. It takes some minutes and has bars in time, so it is no part of
//! `cargo test`; what needs no bar is in `tests/it/faults.rs` as well.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "tests may fail, say what they did, and start what they test"
)]
#![cfg(target_os = "linux")]

mod actors;
mod promises;
mod scene;
mod tally;

use std::process::ExitCode;

use drun::memory::allocator::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(code) = actors::play(&arguments) {
        return code;
    }
    let wanted: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    tally::run(&promises::all(), &wanted)
}
