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
mod documents;
mod examples;
mod faults;
mod memory;
mod monitor;
mod processes;
#[path = "../faults/scene/mod.rs"]
mod scene;
mod schema;
mod tidy;
mod xdrun;

/// As the command's: the quick version of the fault suite starts this binary as a program.
#[global_allocator]
static ALLOCATOR: drun::memory::allocator::Counting = drun::memory::allocator::Counting;
