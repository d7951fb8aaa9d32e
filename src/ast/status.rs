//! Status statements: `info`, `step`, `fail` and their kind.

use serde::Serialize;

use super::Template;
use crate::source::Span;

/// The word of a status statement, as written: `warn` and `warning` differ in a dry run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum StatusWord {
    Info,
    Warn,
    Warning,
    Error,
    Success,
    Echo,
    Fail,
    Step,
}

impl StatusWord {
    /// The word as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Success => "success",
            Self::Echo => "echo",
            Self::Fail => "fail",
            Self::Step => "step",
        }
    }
}

/// A status statement.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "status")]
pub struct Status {
    /// The statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// The word as written.
    pub word: StatusWord,
    /// The text; `None` only for a bare `fail`.
    pub message: Option<Template>,
    /// `add line break before`.
    pub break_before: bool,
    /// `add line break after`.
    pub break_after: bool,
}
