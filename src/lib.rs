//! Runs project task files (`.drun`) under a memory monitor.
//!
//! The crate is read in the order of its modules; a module uses only what stands above it.
//!
//! ```text
//! text ── source ── syntax ── parser ──▶ ast ── load ── resolve ──▶ machine ──▶ report
//!                                                                   │  ▲
//!                                             value ── process ── action
//!                                                                   │
//!                                                    runtime: machine | monitor | signals
//! ```

pub mod source;

pub mod ast;

/// The only writer of standard output and standard error.
pub mod report;

/// The only place that starts child processes, and ends them.
pub mod process;
