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

pub mod syntax;

pub mod ast;

pub mod parser;

pub mod resolve;

pub mod value;

mod web;

pub mod load;

pub mod report;

pub mod process;

pub mod action;

pub mod memory;

mod machine;

pub mod runtime;

pub mod cli;
