//! Starting a process, and why that may fail.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::{Child, Command};

use super::command::ShellCommand;
use super::find::{find_in_path, has_folder};

/// Why a process could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no such program.
    #[error("cannot start {0}: no such file or directory")]
    NoProgram(String),
    /// The folder that it was to run in does not exist.
    #[error("cannot start a command in {}: no such file or directory", .0.display())]
    NoFolder(PathBuf),
    /// What it was to run in is no folder.
    #[error("cannot start a command in {}: not a directory", .0.display())]
    NotAFolder(PathBuf),
    /// The system refused it.
    #[error("cannot start {0}: {reason}", reason = plain(.1))]
    Refused(String, #[source] io::Error),
    /// The run is being aborted; nothing is started any more.
    #[error("the run is being stopped")]
    Stopping,
}

/// What the system says, without the number that Rust adds.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// The standard streams that a process gets.
pub(super) struct Streams {
    pub(super) stdin: Stdio,
    pub(super) stdout: Stdio,
    pub(super) stderr: Stdio,
}

/// Starts the process in a group of its own.
///
/// No step of ours runs between fork and exec: so the standard library can use `posix_spawn`,
/// which does not copy our page tables.
#[allow(
    clippy::disallowed_methods,
    reason = "the one place that starts children"
)]
pub(super) fn start(command: &ShellCommand, streams: Streams) -> Result<Child, StartError> {
    let program = program(&command.executable)?;
    let mut child = Command::new(&program);
    child.args(&command.args);
    if let Some(script) = &command.script {
        child.args(command.shell_words()).arg(script.as_str());
        if !command.args.is_empty() {
            child.env("DRUN_SHELL_ARGS", command.args.join(" "));
        }
    }
    child.envs(command.env.iter().map(|(key, value)| (key, value)));
    child.current_dir(&command.dir);
    child
        .stdin(streams.stdin)
        .stdout(streams.stdout)
        .stderr(streams.stderr);
    #[cfg(unix)]
    child.process_group(0);
    child
        .spawn()
        .map_err(|error| reason(error, &program, &command.dir))
}

fn program(executable: &str) -> Result<PathBuf, StartError> {
    let missing = || StartError::NoProgram(executable.to_owned());
    if !has_folder(executable) {
        return find_in_path(executable).ok_or_else(missing);
    }
    std::path::absolute(executable).map_err(|_| missing())
}

/// The system does not say whether the program or the folder is missing: look.
fn reason(error: io::Error, program: &Path, dir: &Path) -> StartError {
    let name = program.display().to_string();
    if !dir.exists() {
        return StartError::NoFolder(dir.to_owned());
    }
    if !dir.is_dir() {
        return StartError::NotAFolder(dir.to_owned());
    }
    if error.kind() == io::ErrorKind::NotFound && !program.exists() {
        return StartError::NoProgram(name);
    }
    StartError::Refused(name, error)
}
