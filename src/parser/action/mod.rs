//! Statements with an effect; `ast/action` and `action` have the same files.

pub(super) mod call;
pub(super) mod changelog;
pub(super) mod detect;
pub(super) mod docker;
pub(super) mod file;
pub(super) mod file_value;
pub(super) mod git;
pub(super) mod git_query;
pub(super) mod git_validate;
pub(super) mod http;
mod line;
pub(super) mod network;
mod options;
pub(super) mod raw_block;
pub(super) mod secret;
pub(super) mod shell;
pub(super) mod tools;
pub(super) mod unsupported;
pub(super) mod wait;
pub(super) mod workdir;
