//! What the command and the crate do, seen from outside.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "helpers of tests may fail, and they start the command themselves"
)]

mod xdrun;

mod conformance;
mod examples;

mod memory;

mod monitor;

mod tidy;
