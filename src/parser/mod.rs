//! Tokens to tree: one file for each kind of node, named as in `ast/`.
//!
//! Productions return `Result<Node, Failed>`; what is wrong is kept by the [`Cursor`]. A production
//! that fails gives up its whole declaration, and the file goes on with the next one, so each
//! mistake is reported once.
//!
//! *Invariant:* pure, linear in the text, no panic on any text, nesting limited to
//! 256.

mod action;
mod block;
pub mod builtin;
mod condition;
mod control;
mod cursor;
mod expression;
mod file;
mod loops;
mod nesting;
mod parameter;
mod placeholder;
mod progress;
mod project;
mod service;
mod status;
mod stmt;
mod task;
mod template;
mod test;
mod variable;

pub use condition::{ConditionEnd, condition};
pub use cursor::{Checkpoint, Cursor, Failed};
pub use expression::expression;
pub use file::parse;
pub use nesting::{Nest, Nesting};
pub use progress::Progress;
pub use template::template;
