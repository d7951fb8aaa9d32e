//! `create`, `delete`, `copy`, `move`, `read`, `write`, `append`, `backup`, `replace in`, `check if …
//! exists` and `check size of`.

use serde::Serialize;

use super::super::Template;
use crate::source::{Span, Text};

/// A statement about a file or a folder.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "file")]
pub struct FileAction {
    /// The statement; of `replace in` its header.
    #[serde(rename = "position")]
    pub span: Span,
    /// What it does.
    pub operation: FileOperation,
}

/// What a statement does with a file or a folder. `directory` is what its word said, not what is found.
#[derive(Debug, Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum FileOperation {
    Create {
        target: Template,
        directory: bool,
    },
    Delete {
        target: Template,
        directory: bool,
    },
    Copy {
        source: Template,
        target: Template,
    },
    Move {
        source: Template,
        target: Template,
    },
    /// `variable` with its `$`.
    Read {
        target: Template,
        variable: Option<Text>,
    },
    Write {
        target: Template,
        content: Template,
    },
    Append {
        target: Template,
        content: Template,
    },
    /// Without a target one is made of the time.
    Backup {
        source: Template,
        target: Option<Template>,
    },
    Replace {
        target: Template,
        replacements: Vec<Replacement>,
    },
    CheckExists {
        target: Template,
        directory: bool,
    },
    GetSize {
        target: Template,
    },
}

/// A line of `replace in`.
#[derive(Debug, Serialize)]
pub struct Replacement {
    /// The text that is looked for; an empty one is never found.
    pub search: Template,
    /// What stands in its place then.
    pub replacement: Template,
}
