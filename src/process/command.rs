//! What is to be started, and what becomes of its output.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::account::Account;
use crate::source::Text;

/// The statement that started a process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The full name of the task.
    pub task: Text,
    /// The name of the file as it is shown in messages.
    pub file: Text,
    /// The line in the file, from 1.
    pub line: u32,
}

/// A parallel branch of an execution; its children can be ended without the others.
/// The default is the branch that everything begins in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Branch(pub u64);

/// A process to be started: a shell with a script, or a program with its arguments.
#[derive(Clone, Debug)]
pub struct ShellCommand {
    /// The shell or program; without a slash it is searched in `PATH`.
    pub executable: String,
    /// The arguments, for a shell those that stand before its `-c`.
    pub args: Vec<String>,
    /// What the shell executes; `None` runs `executable` with `args` alone.
    pub script: Option<Text>,
    /// The folder it runs in.
    pub dir: PathBuf,
    /// Added to the inherited environment.
    pub env: Vec<(String, String)>,
    /// The branch it belongs to.
    pub branch: Branch,
    /// The statement that starts it.
    pub started_at: Origin,
    /// What its memory counts for apart from the whole.
    pub account: Option<Arc<Account>>,
}

impl ShellCommand {
    /// `script` for the shell `executable`, in `dir`.
    pub fn shell(executable: impl Into<String>, script: Text, dir: impl Into<PathBuf>) -> Self {
        Self {
            script: Some(script),
            ..Self::program(executable, Vec::new(), dir)
        }
    }

    /// A program that is run without a shell.
    pub fn program(
        executable: impl Into<String>,
        args: Vec<String>,
        dir: impl Into<PathBuf>,
    ) -> Self {
        Self {
            executable: executable.into(),
            args,
            script: None,
            dir: dir.into(),
            env: Vec::new(),
            branch: Branch::default(),
            started_at: Origin::default(),
            account: None,
        }
    }

    /// What a person reads in a list of processes.
    pub(super) fn title(&self) -> Text {
        match &self.script {
            Some(script) => script.clone(),
            None => Text::from(format!("{} {}", self.executable, self.args.join(" "))),
        }
    }

    /// The words between the arguments of the shell and the script.
    pub(super) fn shell_words(&self) -> &'static [&'static str] {
        let name = Path::new(&self.executable).file_stem();
        match name.and_then(|name| name.to_str()) {
            Some("pwsh" | "powershell") => &["-NoProfile", "-NonInteractive", "-Command"],
            Some("cmd") => &["/c"],
            _ => &["-c"],
        }
    }
}

/// What becomes of what a process prints.
#[derive(Clone, Debug)]
pub enum Output {
    /// Passed on at once, byte for byte.
    Stream,
    /// Passed on by whole lines, as in a parallel loop.
    Lines,
    /// Held back for [`Finished::ci_report`](super::Finished::ci_report), as in mode `ci`.
    Hold,
    /// Standard output is kept as the value of a variable; standard error is thrown away.
    Capture {
        /// The name of the variable, without `$`.
        variable: Text,
    },
    /// The process gets the standard streams of the command, and the terminal.
    Attached,
}
