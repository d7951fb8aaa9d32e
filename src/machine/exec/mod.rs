//! What each statement does, one file a family.

mod changelog;
mod conditional;
mod detect;
mod docker;
mod file;
mod file_value;
mod git;
mod git_query;
mod git_validate;
mod http;
mod jump;
mod loops;
mod network;
mod program;
mod secret;
mod shell;
mod status;
mod tries;
mod variable;
mod wait;

pub(super) use git_query::look_up;
pub(super) use git_validate::validate;
pub(super) use http::send;
pub(super) use loops::WORKERS;
pub(super) use network::check;
