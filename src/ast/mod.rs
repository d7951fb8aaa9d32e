//! The tree of a task file: what was written, with its position, and nothing that was computed.
//!
//! A node is a struct with its span; an enum only lists nodes. Blocks are shared by `Arc`, so that
//! a machine can hold the block it runs without holding the tree. Every node serialises with its
//! `kind` and its `position`.
//!
//! *Invariant:* pure data. Nesting is limited by the parser, so dropping and serialising a tree may
//! recurse.

pub mod action;
mod condition;
mod control;
mod definition;
mod expr;
mod file;
mod git_policy;
mod project;
mod scm;
mod service;
mod status;
mod stmt;
mod task;
mod template;
mod variable;
mod written;

pub use condition::*;
pub use control::*;
pub use definition::*;
pub use expr::*;
pub use file::*;
pub use git_policy::*;
pub use project::*;
pub use scm::*;
pub use service::*;
pub use status::*;
pub use stmt::*;
pub use task::*;
pub use template::*;
pub use variable::*;
pub use written::{ReadItems, Written, WrittenItems};
