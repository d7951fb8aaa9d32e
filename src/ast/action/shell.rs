//! Shell statements and captures.

use serde::Serialize;

use super::super::{Operand, Template};
use crate::source::{Span, Text};

/// The word of a shell statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ShellWord {
    Run,
    Exec,
    Shell,
}

/// What is handed to the shell.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Script {
    /// A single string.
    Command(Template),
    /// A block: its raw text with the indentation of its first line removed.
    Block(Box<ScriptBlock>),
}

/// A block of shell lines.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "script_block")]
pub struct ScriptBlock {
    /// The lines.
    #[serde(rename = "position")]
    pub span: Span,
    /// All lines, joined by line ends: what the shell gets after placeholders.
    pub text: Template,
    /// No line of code: the statement does nothing.
    pub only_comments: bool,
}

/// `run`, `exec`, `shell`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "shell")]
pub struct Shell {
    /// The statement; of a block its header.
    #[serde(rename = "position")]
    pub span: Span,
    /// The word.
    pub word: ShellWord,
    /// What runs.
    pub script: Script,
    /// `attached`: the process gets the streams of the program.
    pub attached: bool,
    /// `in service NAME`: a string, `$name` or a bare word.
    pub service: Option<Box<Operand>>,
}

/// `capture from shell …` and `capture "…" as $v`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "capture")]
pub struct Capture {
    /// The statement; of a block its header.
    #[serde(rename = "position")]
    pub span: Span,
    /// Whether it was written `from shell`, which is silent.
    pub from_shell: bool,
    /// What runs.
    pub script: Script,
    /// The variable with its `$`.
    pub variable: Text,
}
