//! Tokens to tree: one file for each kind of node, named as in `ast/`.
//!
//! Productions return `Result<Node, Failed>`; what is wrong is kept by the [`Cursor`]. A production
//! that fails gives up its whole declaration, and the file goes on with the next one, so each
//! mistake is reported once.
//!
//! *Invariant:* pure, linear in the text, no panic on any text, nesting limited to
//! 256.

mod cursor;
mod growth;
mod nesting;
mod progress;
mod written;

mod template;

pub mod builtin;

mod choice;
mod placeholder;

mod elements;
mod expression;

mod condition;
mod test;

mod text;

mod block;
mod excerpt;

mod file;
mod git_policy;
mod parameter;
mod project;
mod scm;
mod service;
mod shell_config;
mod task;

mod control;
mod loops;
mod status;
mod stmt;
mod variable;

mod action;

mod debug;

#[cfg(test)]
mod bounds;
#[cfg(test)]
mod cost;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use condition::{ConditionEnd, condition};
pub use cursor::{Checkpoint, Cursor, Failed};
pub use debug::Tokens;
pub use expression::expression;
pub use file::parse;
pub use nesting::{Nest, Nesting};
pub use progress::Progress;
pub use template::template;
