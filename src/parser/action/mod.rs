//! Statements with an effect, one file a family as in `ast/action/`.

pub(super) mod call;
pub(super) mod detect;
pub(super) mod shell;
pub(super) mod tools;
pub(super) mod unsupported;
pub(super) mod wait;
pub(super) mod workdir;
