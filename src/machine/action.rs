//! What a machine cannot do within a step, and what came of it.

use std::path::PathBuf;
use std::time::Duration;

use super::parallel::Fan;
use crate::action::git_validate;
use crate::action::http::Request;
use crate::action::network::Check;
use crate::action::{changelog, file, file_value, scm, secret};
use crate::ast::Block;
use crate::process::{Finished, Output, ShellCommand, StartError};
use crate::source::Text;
use crate::value::Probe;

/// Something that takes time.
#[derive(Debug)]
pub(crate) enum Action {
    /// A question whose answer the statement needs; then it runs again.
    Answer(Probe),
    /// So many bytes are wanted at once: the monitor looks first; then the statement runs again.
    Agree(usize),
    /// A command for the shell.
    Shell(Box<Job>),
    /// A pause.
    Sleep(Duration),
    /// The content of a file; then the statement runs again.
    ReadFile { path: PathBuf, shown: String },
    /// Something with a file or a folder.
    File(Box<file::Job>),
    /// Something with one value inside of a file.
    FileValue(Box<file_value::Job>),
    /// The promotion of what is unreleased in a changelog.
    Changelog(Box<changelog::Job>),
    /// The items of a parallel loop.
    Fan(Fan),
    /// An operation on the store of secrets.
    Secret(secret::Request),
    /// A `detect` or `requires tools` statement: a block and the index in it.
    Tools { block: Block, statement: usize },
    /// An HTTP request.
    Http(Box<Request>),
    /// A check of a service or a port.
    Network(Box<Check>),
    /// The latest version of a repository.
    Scm(Box<scm::Request>),
    /// Something of git is held against the policy.
    GitValidate(Box<git_validate::Request>),
}

/// A command, and what is to be done with what comes of it.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) command: ShellCommand,
    pub(crate) output: Output,
    pub(crate) report: JobReport,
    /// What runs next if it succeeded.
    pub(crate) then: Option<Box<Job>>,
}

/// How the end of a command is reported.
#[derive(Debug, Clone)]
pub(crate) struct JobReport {
    /// The command as it is named: of a block its listed lines.
    pub(crate) shown: Text,
    pub(crate) ran: Ran,
    pub(crate) ci: bool,
    pub(crate) capture: Option<CaptureInto>,
}

/// What ran, as far as its end is told differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ran {
    /// A command.
    Command,
    /// A block of them.
    Block,
    /// What another statement runs, and how it is named: only a failure is told.
    Program(Text),
}

/// Where captured output goes.
#[derive(Debug, Clone)]
pub(crate) struct CaptureInto {
    pub(crate) variable: Text,
    /// `capture from shell`, which prints nothing.
    pub(crate) from_shell: bool,
}

/// What came of an action.
#[derive(Debug)]
pub(crate) enum Done {
    /// The statement runs again, and may have the bytes that it asked for.
    Agreed(usize),
    /// The statement runs again, with the answer.
    Answered(Result<String, String>),
    /// The command ended, or did not start.
    Shell(JobReport, Result<Box<Finished>, StartError>),
    /// Nothing more is to be done.
    Nothing,
    /// The action was performed, or why it failed.
    Performed(Result<(), String>),
    /// The statement runs again, with the content.
    Read(Result<Text, String>),
    /// Something was done with a file or a folder.
    File(Box<file::Outcome>),
    /// The items of a parallel loop have ended; how many of them failed.
    Fanned { failed: u64 },
    /// The lines of an operation on the store of secrets, or why it failed.
    Secret(Result<Vec<String>, String>),
    /// Something was looked for: a variable to set, or why it failed.
    Set(Result<Option<(String, String)>, String>),
}
