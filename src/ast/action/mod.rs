//! Statements with an effect, one file a family; `parser/action` and `action` have the same files.
//!
//! A family that the language has and the program has not yet (downloads, values in files, …) is
//! recognised by `parser/action/unsupported.rs`, which reports it with its line.

mod call;
mod changelog;
mod detect;
mod docker;
mod file;
mod file_value;
mod git;
mod git_query;
mod git_validate;
mod http;
mod network;
mod secret;
mod shell;
mod tools;
mod wait;
mod workdir;

pub use call::*;
pub use changelog::*;
pub use detect::*;
pub use docker::*;
pub use file::*;
pub use file_value::*;
pub use git::*;
pub use git_query::*;
pub use git_validate::*;
pub use http::*;
pub use network::*;
pub use secret::*;
pub use shell::*;
pub use tools::*;
pub use wait::*;
pub use workdir::*;
