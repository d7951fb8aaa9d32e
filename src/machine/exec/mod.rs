//! What each statement does, one file a family.

mod changelog;
mod conditional;
mod detect;
mod file;
mod file_value;
mod http;
mod jump;
mod loops;
mod network;
mod secret;
mod shell;
mod status;
mod tries;
mod variable;
mod wait;

pub(super) use http::send;
pub(super) use loops::WORKERS;
pub(super) use network::check;
